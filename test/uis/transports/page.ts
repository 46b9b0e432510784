/**
 * A chat page as one writes it by hand, over any of twelve transports: send, stop, regenerate, edit, copy, thumbs, new
 * chat. Page code as text; it knows nothing of the library, and no name in it is made to be found.
 */

/** `TRANSPORT[name](ask)`: asks, and tells `text`, `fail`, `done`; returns how to stop. */
const TRANSPORTS = String.raw`
const history = () => talk.map(({ role, text }) => ({ role, content: text }))
const json = (body, control) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal: control.signal })
/** Reads a fetched stream; a status that is no success is told by its number. */
const fetched = (work) => (ask) => {
  const control = new AbortController()
  work(ask, control).then(() => ask.done(), (error) => { if (!control.signal.aborted) ask.fail(error.message) })
  return () => control.abort()
}
const good = (r) => { if (!r.ok) throw new Error('status ' + r.status); return r }
let socket
/** One socket for the page, opened anew where it was lost. */
const wired = ({ path, bytes, protocol, hello, ask: say, stop, hear }) => {
  let now
  const open = () => {
    socket = protocol ? new WebSocket('ws://' + location.host + path, protocol) : new WebSocket('ws://' + location.host + path)
    if (bytes) socket.binaryType = 'arraybuffer'
    socket.onopen = () => hello?.(socket)
    socket.onmessage = ({ data }) => hear(data, new Proxy({}, { get: (_, verb) => (...all) => { const to = now; if (verb != 'text') now = undefined; to?.[verb](...all) } }), socket)
    socket.onclose = () => { const to = now; now = undefined; to?.fail('connection lost'); setTimeout(open, 100) }
  }
  open()
  return (ask) => {
    now = ask
    socket.send(say(ask.prompt))
    return () => { if (now === ask) now = undefined; socket.send(stop()) }
  }
}
const told = (m, to) => { if (m.kind == 'text') to.text(m.text); if (m.kind == 'fail') to.fail(m.code); if (m.kind == 'done') to.done() }
const MAKE = {
  'fetch POST, SSE, Chat Completions': () => fetched(async (ask, control) => {
    for await (const data of events(good(await fetch('/v1/chat/completions', json({ model: 'm', stream: true, messages: history() }, control))))) {
      if (data == '[DONE]') continue
      const o = JSON.parse(data)
      if (o.error) throw new Error(o.error.code)
      if (o.choices[0].delta.content) ask.text(o.choices[0].delta.content)
    }
  }),
  'fetch POST, SSE, a format of its own': () => fetched(async (ask, control) => {
    for await (const data of events(good(await fetch('/ask', json({ question: ask.prompt }, control))))) {
      const o = JSON.parse(data)
      if (o.k == 'oops') throw new Error(o.v.code)
      if (o.k == 'part') ask.text(o.v.say)
    }
  }),
  'fetch GET, SSE, after a POST': () => fetched(async (ask, control) => {
    const { job } = await good(await fetch('/jobs', json({ input: ask.prompt }, control))).json()
    for await (const data of events(good(await fetch('/jobs/' + job, { headers: { accept: 'text/event-stream' }, signal: control.signal })))) {
      const o = JSON.parse(data)
      if (o.status == 'failed') throw new Error(o.reason)
      if (o.status == 'running') ask.text(o.output.delta)
    }
  }),
  EventSource: () => (ask) => {
    const source = new EventSource('/sse?q=' + encodeURIComponent(ask.prompt))
    source.addEventListener('piece', ({ data }) => ask.text(JSON.parse(data).t))
    source.addEventListener('bad', ({ data }) => { source.close(); ask.fail(JSON.parse(data).code) })
    source.addEventListener('end', () => { source.close(); ask.done() })
    source.onerror = () => { source.close(); ask.fail('connection lost') }
    return () => source.close()
  },
  'WebSocket, text': () => wired({
    path: '/text', ask: (prompt) => JSON.stringify({ type: 'ask', prompt }), stop: () => '{"type":"stop"}',
    hear: (data, to) => { const m = JSON.parse(data); if (m.type == 'delta') to.text(m.text); if (m.type == 'error') to.fail(m.code); if (m.type == 'end') to.done() },
  }),
  'WebSocket, binary': () => wired({
    path: '/binary', bytes: true, ask: (prompt) => new TextEncoder().encode('\x01' + prompt), stop: () => new Uint8Array([2]),
    hear: (data, to) => { const [kind, ...rest] = new Uint8Array(data); const words = new TextDecoder().decode(new Uint8Array(rest)); if (kind == 1) to.text(words); if (kind == 2) to.fail(words); if (kind == 3) to.done() },
  }),
  'socket.io': () => wired({
    path: '/socket.io/?EIO=4&transport=websocket', ask: (prompt) => '42' + JSON.stringify(['message', { content: prompt }]), stop: () => '42["cancel"]',
    hear: (data, to, ws) => { if (data[0] == '0') return ws.send('40'); if (data == '2') return ws.send('3'); if (!data.startsWith('42')) return; const [name, v] = JSON.parse(data.slice(2)); if (name == 'token') to.text(v.token); if (name == 'failure') to.fail(v.code); if (name == 'finished') to.done() },
  }),
  SignalR: () => wired({
    path: '/hub', hello: (ws) => ws.send('{"protocol":"json","version":1}\x1e'),
    ask: (prompt) => JSON.stringify({ type: 1, invocationId: String(++no), target: 'Ask', arguments: [prompt] }) + '\x1e', stop: () => '{"type":1,"target":"Cancel","arguments":[]}\x1e',
    hear: (data, to, ws) => { for (const one of data.split('\x1e')) { if (!one) continue; const m = JSON.parse(one); if (m.type == 6) ws.send('{"type":6}\x1e'); if (m.target == 'Token') to.text(m.arguments[0]); if (m.target == 'Failed') to.fail(m.arguments[0].code); if (m.target == 'Completed') to.done() } },
  }),
  STOMP: () => wired({
    path: '/stomp', protocol: 'v12.stomp', hello: (ws) => { ws.send('CONNECT\naccept-version:1.2\nheart-beat:0,0\n\n\0'); ws.send('SUBSCRIBE\nid:sub-0\ndestination:/user/queue/chat\n\n\0') },
    ask: (prompt) => 'SEND\ndestination:/app/ask\ncontent-type:application/json\n\n' + JSON.stringify({ prompt }) + '\0', stop: () => 'SEND\ndestination:/app/stop\n\n{}\0',
    hear: (data, to) => { if (!data.startsWith('MESSAGE')) return; told(JSON.parse(data.slice(data.indexOf('\n\n') + 2, -1)), to) },
  }),
  'Phoenix channels': () => wired({
    path: '/socket/websocket?vsn=2.0.0', hello: (ws) => { ws.send(JSON.stringify(['1', '1', 'chat:7', 'phx_join', {}])) },
    ask: (prompt) => JSON.stringify(['1', String(++no), 'chat:7', 'ask', { body: prompt }]), stop: () => JSON.stringify(['1', String(++no), 'chat:7', 'stop', {}]),
    hear: (data, to) => { const [, , , event, v] = JSON.parse(data); if (event == 'chunk') to.text(v.body); if (event == 'failed') to.fail(v.reason); if (event == 'finish') to.done() },
  }),
  'graphql-ws': () => wired({
    path: '/graphql', protocol: 'graphql-transport-ws', hello: (ws) => ws.send('{"type":"connection_init"}'),
    ask: (prompt) => JSON.stringify({ id: String(++no), type: 'subscribe', payload: { query: 'subscription Answer($q: String!) { answer(question: $q) { piece } }', variables: { q: prompt } } }), stop: () => JSON.stringify({ id: String(no), type: 'complete' }),
    hear: (data, to, ws) => { const m = JSON.parse(data); if (m.type == 'ping') ws.send('{"type":"pong"}'); if (m.type == 'next') to.text(m.payload.data.answer.piece); if (m.type == 'error') to.fail(m.payload[0].extensions.code); if (m.type == 'complete') to.done() },
  }),
  'XMLHttpRequest, text/plain': () => (ask) => {
    const x = new XMLHttpRequest()
    let seen = 0
    x.open('POST', '/plain')
    x.setRequestHeader('content-type', 'application/json')
    const more = () => { if (x.status != 200) return; const text = x.responseText.slice(seen); seen = x.responseText.length; if (text) ask.text(text) }
    x.onprogress = more
    x.onload = () => { more(); x.status == 200 ? ask.done() : ask.fail('status ' + x.status) }
    x.onerror = () => ask.fail('connection lost')
    x.send(JSON.stringify({ prompt: ask.prompt }))
    return () => x.abort()
  },
  'long polling': () => fetched(async (ask, control) => {
    const { thread } = await good(await fetch('/threads', json({ text: ask.prompt }, control))).json()
    for (let after = 0; ;) {
      const { updates } = await good(await fetch('/threads/' + thread + '?after=' + after, { signal: control.signal })).json()
      for (const { n, type, body } of updates) {
        after = n
        if (type == 'say') ask.text(body)
        if (type == 'fault') throw new Error(body)
        if (type == 'over') return
      }
    }
  }),
}
`

export const TRANSPORT_NAMES = [...TRANSPORTS.matchAll(/^ {2}('([^']+)'|([A-Za-z]+)): \(\) =>/gm)].map((hit) => hit[2] ?? hit[3]!)

export const BODY = `<header><button id="fresh">New chat</button></header><main id="log" style="height:560px;overflow:auto"></main>
<form id="f"><textarea id="box" rows="2" cols="60" placeholder="Ask anything"></textarea><button id="go" aria-label="Send message">➤</button></form>`

/** @param leaves on "New chat" the old answer's stream goes on, unseen */
export const pageScript = (transport: string, { leaves, way }: { leaves: boolean; way: string }): string => String.raw`
let no = 0, talk = [], running, place = 0
${TRANSPORTS}
const connect = MAKE[${JSON.stringify(transport)}]()
const go = $('#go'), label = () => { go.setAttribute('aria-label', running ? 'Stop generating' : 'Send message'); go.textContent = running ? '■' : '➤' }
const control = (name, sign, press) => { const one = document.createElement('button'); one.type = 'button'; one.setAttribute('aria-label', name); one.textContent = sign; one.onclick = press; return one }
const stop = (why) => { const was = running; running = undefined; was?.end(); was?.over(why); label() }
const answer = (prompt) => {
  if (running) stop('interrupted')
  const here = place, paint = answering(log, ${JSON.stringify(way)}), message = paint.words.parentNode
  const me = { role: 'assistant', text: '' }
  const over = (note) => {
    if (note) message.insertAdjacentHTML('beforeend', '<p role="alert">' + note + '</p>')
    message.append(control('Copy', '⧉', () => navigator.clipboard?.writeText(me.text).catch(() => {})), control('Good response', '▲', (e) => e.currentTarget.setAttribute('aria-pressed', 'true')), control('Bad response', '▼', () => {}), control('Regenerate', '↻', () => { talk = talk.slice(0, talk.indexOf(me)); message.remove(); answer(prompt) }))
    if (running === mine) { running = undefined; label() }
  }
  let stopped = false
  const mine = (running = { over, end: () => { stopped = true; mine.abort?.() } })
  label()
  mine.abort = connect({
    prompt,
    text: (text) => { if (here !== place || stopped) return; me.text += text; paint([0, text]); log.scrollTop = log.scrollHeight },
    fail: (why) => { if (here === place && !stopped) over('Something went wrong (' + why + ')') },
    done: () => { if (here === place && !stopped) over() },
  })
  talk.push(me)
}
const send = (text) => {
  const words = bubble('user', text), me = { role: 'user', text }
  talk.push(me)
  words.parentNode.append(control('Edit message', '✎', () => {
    const area = document.createElement('textarea')
    area.className = 'again'
    area.value = me.text
    words.replaceWith(area)
    const save = control('Save', 'Save', () => {
      me.text = words.textContent = area.value
      area.replaceWith(words)
      save.remove()
      talk = talk.slice(0, talk.indexOf(me) + 1)
      while (words.parentNode.nextSibling) words.parentNode.nextSibling.remove()
      answer(me.text)
    })
    area.after(save)
  }))
  answer(text)
}
f.onsubmit = (e) => { e.preventDefault(); if (running && !box.value.trim()) return stop('You stopped this answer.'); const text = box.value.trim(); if (!text) return; box.value = ''; send(text) }
box.onkeydown = (e) => { if (e.key == 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); f.requestSubmit() } }
$('#fresh').onclick = () => { place++; talk = []; log.replaceChildren(); ${leaves ? 'running = undefined; label()' : "const was = running; running = undefined; was?.end(); label()"} }
`
