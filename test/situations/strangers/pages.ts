/** Pages without a chat, and what a person does on them: whatever happens there is no turn. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Person, Play } from '../../support/stage.ts'
import type { ServerSocket } from '../../support/websocket.ts'

export interface Stranger extends Play {
  /** One round of use; called again until the time is over. */
  use(person: Person, round: number): Promise<void>
}

const TOPICS = [
  'harbour walls',
  'tide tables',
  'night ferries',
  'sea glass',
  'old lighthouses',
  'mooring rights',
  'salt marsh',
  'lifeboats',
]
const SENTENCES = [
  'The north quay is closed for repairs until the end of spring.',
  'Every second boat stops at the small island when the wind allows it.',
  'Visitors may leave their bicycles beside the ticket office.',
  'The market opens at six and most stalls are empty by noon.',
  'A new bench was put where the old crane used to stand.',
]
const topic = (round: number) => TOPICS[round % TOPICS.length]!
const sentence = (round: number) => SENTENCES[round % SENTENCES.length]!
const words = (text: string) => text.match(/\S+\s*/g) ?? []

const hits = (q: string, n = 6) => Array.from({ length: n }, (_, i) => ({ title: `${q} ${i + 1}`, text: sentence(i) }))

export const STRANGERS: Record<string, Stranger> = {
  'a search whose results come as JSON': {
    body: '<input id="box" placeholder="Search the archive"><div id="results"></div>',
    script: `box.onkeydown = async (e) => { if (e.key != 'Enter') return; const r = await (await post('/api/search', { query: box.value })).json(); $('#results').innerHTML = r.hits.map((h) => '<article><h3>' + h.title + '</h3><p>' + h.text + '</p></article>').join('') }`,
    http: async ({ json, body }) => {
      await sleep(250)
      json({ hits: hits(JSON.parse(body).query), total: 60 })
    },
    async use({ say, wait, page }, round) {
      await page.locator('#box').fill('')
      await say(topic(round))
      await wait(2500)
    },
  },

  'a search that empties its field and streams results as HTML': {
    body: '<form id="f"><input id="box" name="q" placeholder="Search the archive"><button>Search</button></form><p id="asked"></p><div id="results"></div>',
    script: `f.onsubmit = async (e) => { e.preventDefault(); const q = box.value; box.value = ''; $('#asked').textContent = 'Results for ' + q; $('#results').innerHTML = ''; for await (const html of decoded(await fetch('/search?q=' + encodeURIComponent(q)))) $('#results').insertAdjacentHTML('beforeend', html) }`,
    http: ({ stream, query }) =>
      stream(
        hits(query.get('q')!, 12).map(({ title, text }) => `<article><h3>${title}</h3><p>${text}</p></article>`),
        { type: 'text/html; charset=utf-8', ms: 120 },
      ),
    async use({ say, wait }, round) {
      await say(topic(round))
      await wait(3000)
    },
  },

  'a search that streams rows as JSON lines': {
    body: '<form id="f"><input id="box" name="q" aria-label="Search"><button>Go</button></form><div id="results"></div>',
    script: `f.onsubmit = async (e) => { e.preventDefault(); $('#results').innerHTML = ''; let rest = ''; for await (const more of decoded(await post('/api/rows', { query: box.value, limit: 20 }))) { const lines = (rest + more).split('\\n'); rest = lines.pop(); for (const line of lines) { const row = JSON.parse(line); const p = document.createElement('p'); p.textContent = row.title + ' · ' + row.year; $('#results').append(p) } } }`,
    http: ({ stream, body }) =>
      stream(
        hits(JSON.parse(body).query, 15).map(({ title }, i) => JSON.stringify({ id: i, title, year: 1900 + i }) + '\n'),
        { type: 'application/x-ndjson', ms: 90 },
      ),
    async use({ say, wait, page }, round) {
      await page.locator('#box').fill('')
      await say(topic(round))
      await wait(2600)
    },
  },

  'a comment form that empties and shows the comment': {
    body: '<article><h1>The quay</h1><p>Repairs go on.</p></article><section id="comments"></section><form id="f"><textarea id="box" placeholder="Add a comment"></textarea><button>Post comment</button></form>',
    script: `f.onsubmit = async (e) => { e.preventDefault(); const text = box.value; box.value = ''; const r = await (await post('/comments', { text })).json(); const a = document.createElement('article'); a.className = 'comment'; a.innerHTML = '<b>You</b> <time>just now</time><p></p>'; a.querySelector('p').textContent = r.text; $('#comments').append(a) }
box.onkeydown = (e) => { if (e.key == 'Enter' && !e.shiftKey) { e.preventDefault(); f.requestSubmit() } }`,
    http: async ({ json, body }) => {
      await sleep(300)
      json({ id: 9, text: JSON.parse(body).text, author: 'you', likes: 0 })
    },
    async use({ say, wait }, round) {
      await say(sentence(round))
      await wait(2500)
    },
  },

  'a filter that narrows a list as one types': {
    body: '<input id="box" placeholder="Filter"><ul id="list"></ul>',
    script: `const all = ${JSON.stringify(TOPICS.flatMap((t) => SENTENCES.map((s) => `${t}: ${s}`)))}; const draw = async () => { const r = await (await fetch('/api/items?q=' + encodeURIComponent(box.value))).json(); $('#list').innerHTML = all.filter((x) => x.includes(box.value)).map((x) => '<li>' + x + '</li>').join('') + r.extra }; box.oninput = draw; draw()`,
    http: ({ json }) => json({ extra: '<li>That is all</li>' }),
    async use({ write, wait, page, press }, round) {
      await page.locator('#box').fill('')
      await write(topic(round).slice(0, 6))
      await press('Enter')
      await wait(1500)
    },
  },

  'a subscription form that empties itself': {
    body: '<form id="f"><input id="box" type="email" placeholder="Your address"><button>Subscribe</button></form><p id="said"></p>',
    script: `f.onsubmit = async (e) => { e.preventDefault(); const address = box.value; box.value = ''; await post('/subscribe', { email: address }); const said = 'Thank you. We have sent a letter to ' + address + '; follow its link to confirm.'; $('#said').textContent = ''; for (const w of said.split(' ')) { $('#said').append(w + ' '); await sleep(40) } }`,
    http: async ({ json }) => {
      await sleep(200)
      json({ ok: true, message: 'Almost done' })
    },
    async use({ say, wait }, round) {
      await say(`reader${round}@example.com`)
      await wait(2500)
    },
  },

  'a list that grows as one scrolls': {
    body: '<button id="more">Load more</button><div id="list"></div>',
    script: `let page = 0, busy = false; const load = async () => { if (busy) return; busy = true; const r = await (await post('/api/feed', { page: page++ })).json(); for (const { title, text } of r.items) { const a = document.createElement('article'); a.innerHTML = '<h3>' + title + '</h3><p>' + text + '</p>'; $('#list').append(a); await sleep(30) } busy = false }; onscroll = () => { if (innerHeight + scrollY > document.body.scrollHeight - 300) load() }; more.onclick = load; load()`,
    http: async ({ json, body }) => {
      await sleep(200)
      json({ items: hits(topic(JSON.parse(body).page ?? 0), 8), next: 'more' })
    },
    async use({ page, wait, click }, round) {
      if (round % 3 == 0) await click('#more')
      await page.mouse.wheel(0, 900)
      await wait(900)
    },
  },

  'an upload that tells its progress': {
    body: '<input type="file" id="file"><button id="go">Upload</button><p id="said"></p><ul id="done"></ul>',
    script: `go.onclick = () => { const x = new XMLHttpRequest(); x.open('POST', '/upload'); x.upload.onprogress = (e) => { $('#said').textContent = 'Uploaded ' + e.loaded + ' of ' + e.total + ' bytes' }; let seen = 0; x.onprogress = () => { $('#said').append(x.responseText.slice(seen)); seen = x.responseText.length }; x.onload = () => { const li = document.createElement('li'); li.textContent = 'chart.bin is stored'; $('#done').append(li) }; x.send(new Blob([new Uint8Array(400000)])) }`,
    http: ({ stream }) =>
      stream(
        [
          'Scanning the file … ',
          '20 percent … ',
          '45 percent … ',
          '70 percent … ',
          '95 percent … ',
          'no fault found. ',
        ],
        {
          type: 'text/plain',
          ms: 200,
        },
      ),
    async use({ click, wait }) {
      await click('#go')
      await wait(3000)
    },
  },

  'a dashboard fed by a socket': {
    body: '<button id="refresh">Refresh</button> <input id="box" placeholder="Host"><div id="tiles"></div><p id="event"></p>',
    script: `const ws = new WebSocket('ws://' + location.host + '/metrics'); const tiles = {}; ws.onmessage = (e) => { const m = JSON.parse(e.data); if (m.type == 'metric') { const t = tiles[m.name] ??= $('#tiles').appendChild(document.createElement('p')); t.textContent = m.name + ' ' + m.value } if (m.type == 'event') $('#event').append(m.text) }; refresh.onclick = () => ws.send(JSON.stringify({ type: 'refresh' })); box.onkeydown = (e) => { if (e.key == 'Enter') { ws.send(JSON.stringify({ type: 'subscribe', host: box.value })); box.value = '' } }`,
    async opened(socket) {
      for (let i = 0; socket.open; i++) {
        socket.send(
          JSON.stringify({ type: 'metric', name: ['load', 'memory', 'requests'][i % 3], value: (i * 37) % 101 }),
        )
        await sleep(200)
      }
    },
    async socket(_, socket) {
      for (const word of words(sentence(1))) {
        socket.send(JSON.stringify({ type: 'event', text: word }))
        await sleep(150)
      }
    },
    async use({ click, say, wait }, round) {
      await click('#refresh')
      await wait(2000)
      await say(`web-${round}`)
      await wait(2500)
    },
  },

  'a log tail in a pre, with a filter box': {
    body: '<input id="box" placeholder="Filter lines"><pre id="tail"></pre>',
    script: `const run = async (q) => { tail.textContent = ''; for await (const more of decoded(await fetch('/logs?follow=1&q=' + encodeURIComponent(q)))) if (q == now) tail.append(more) }; let now = ''; box.onkeydown = (e) => { if (e.key == 'Enter') { run(now = box.value); box.value = '' } }; run('')`,
    http: ({ stream, query }) =>
      stream(
        Array.from(
          { length: 400 },
          (_, i) => `12:00:${String(i % 60).padStart(2, '0')} INFO ${query.get('q')} ${sentence(i)}\n`,
        ),
        { type: 'text/plain; charset=utf-8', ms: 150 },
      ),
    async use({ say, wait }, round) {
      await wait(1500)
      await say(topic(round))
      await wait(4000)
    },
  },

  'a log tail in divs, by server-sent events': {
    body: '<button id="pause">Pause</button> <input id="box" placeholder="Filter lines"><div id="tail"></div>',
    script: `let source; const run = (q) => { source?.close(); tail.innerHTML = ''; source = new EventSource('/tail?q=' + encodeURIComponent(q)); source.onmessage = (e) => { const d = document.createElement('div'); d.textContent = JSON.parse(e.data).line; tail.append(d) } }; box.onkeydown = (e) => { if (e.key == 'Enter') { run(box.value); box.value = '' } }; pause.onclick = () => source.close(); run('')`,
    http: ({ stream, query }) =>
      stream(
        Array.from(
          { length: 400 },
          (_, i) => `data: ${JSON.stringify({ level: 'info', line: `${query.get('q')} ${sentence(i)}` })}\n\n`,
        ),
        { ms: 150 },
      ),
    async use({ say, wait }, round) {
      await wait(1500)
      await say(topic(round))
      await wait(4000)
    },
  },

  'an editor in which others write too': {
    body: '<div id="doc" contenteditable="true" style="min-height:200px;border:1px solid"><p id="one">A list for the harbour feast</p><p id="two"></p></div><p id="who"></p>',
    script: `const ws = new WebSocket('ws://' + location.host + '/doc'); ws.onmessage = (e) => { const m = JSON.parse(e.data); if (m.op == 'insert') $('#two').append(m.text); if (m.op == 'cursor') who.textContent = m.name + ' is here' }; doc.oninput = () => ws.send(JSON.stringify({ op: 'change', text: doc.textContent.slice(-20) }))`,
    async opened(socket) {
      for (let i = 0; socket.open; i++) {
        socket.send(JSON.stringify({ op: 'cursor', name: 'Mara' }))
        for (const letter of sentence(i)) {
          socket.send(JSON.stringify({ op: 'insert', text: letter }))
          await sleep(90)
        }
        await sleep(1500)
      }
    },
    async use({ page, wait, press }, round) {
      await page.locator('#one').first().click()
      await page.keyboard.type(sentence(round).slice(0, 25), { delay: 25 })
      await press('Enter')
      await wait(2500)
    },
  },

  'a messenger between people': {
    body: '<main id="log"></main><p id="note" aria-live="polite"></p><textarea id="box" placeholder="Message Mara"></textarea>',
    script: `const ws = new WebSocket('ws://' + location.host + '/people'); ws.onmessage = (e) => { const m = JSON.parse(e.data); if (m.type == 'typing') note.textContent = m.on ? 'Mara is typing…' : ''; if (m.type == 'message') { note.textContent = ''; bubble('other', m.text) } if (m.type == 'read') log.lastChild?.classList.add('read') }; onSend((text) => ws.send(JSON.stringify({ type: 'message', text, to: 'mara' }))); box.oninput = () => ws.send('{"type":"typing"}')`,
    async socket(data, socket) {
      if (JSON.parse(String(data)).type != 'message') return
      await sleep(200)
      socket.send('{"type":"ack","id":7}')
      socket.send('{"type":"read"}')
      await sleep(600)
      socket.send('{"type":"typing","on":true}')
      await sleep(1200)
      socket.send(JSON.stringify({ type: 'message', from: 'mara', text: sentence(Math.floor(Math.random() * 5)) }))
    },
    async use({ say, wait }, round) {
      await say(
        ['Are you at the quay?', 'The boat is late', 'I bring the bread', 'See you at noon', 'Which pier was it?'][
          round % 5
        ]!,
      )
      await wait(3500)
    },
  },

  'a messenger that posts and polls': {
    body: '<main id="log"></main><form id="f"><input id="box" placeholder="Write a message"><button>Send</button></form>',
    script: `let last = 0; f.onsubmit = async (e) => { e.preventDefault(); const text = box.value; box.value = ''; bubble('me', text); await post('/rooms/7/messages', { text }) }; (async () => { for (;;) { const r = await (await fetch('/rooms/7/messages?after=' + last)).json(); for (const m of r.messages) { last = m.id; bubble('other', m.from + ': ' + m.text) } await sleep(700) } })()`,
    http: (() => {
      let posted = 0
      let told = 0
      return async ({ method, json }: Parameters<NonNullable<Play['http']>>[0]) => {
        if (method == 'POST') return json({ id: ++posted, ok: true })
        await sleep(300)
        json({ messages: told < posted ? [{ id: ++told, from: 'Mara', text: sentence(told) }] : [] })
      }
    })(),
    async use({ say, wait }, round) {
      await say(sentence(round + 2))
      await wait(3200)
    },
  },

  'a terminal': {
    body: '<pre id="screen"></pre>$ <input id="box" autocomplete="off">',
    script: `const ws = new WebSocket('ws://' + location.host + '/pty'); ws.onmessage = (e) => screenEl.append(e.data); const screenEl = $('#screen'); box.onkeydown = (e) => { if (e.key != 'Enter') return; screenEl.append('$ ' + box.value + '\\n'); ws.send(box.value + '\\n'); box.value = '' }`,
    async socket(data, socket) {
      for (let i = 0; i < 12; i++) {
        await sleep(90)
        socket.send(`${String(data).trim()}: ${sentence(i)}\n`)
      }
    },
    async use({ say, wait }, round) {
      await say(['ls harbour', 'tail -f boats.log', 'make quay', 'cat notes.txt'][round % 4]!)
      await wait(3200)
    },
  },

  'a notebook whose cells print': {
    body: '<div id="cells"><div><textarea id="box" class="cell" rows="3"></textarea><pre id="out"></pre></div></div><button id="run">Run</button>',
    script: `const ws = new WebSocket('ws://' + location.host + '/kernel'); ws.onmessage = (e) => { const m = JSON.parse(e.data); if (m.header.msg_type == 'stream') out.append(m.content.text) }; const go = () => { out.textContent = ''; ws.send(JSON.stringify({ header: { msg_type: 'execute_request' }, content: { code: box.value } })) }; run.onclick = go; box.onkeydown = (e) => { if (e.key == 'Enter' && e.shiftKey) { e.preventDefault(); go() } }`,
    async socket(_, socket) {
      socket.send(JSON.stringify({ header: { msg_type: 'status' }, content: { execution_state: 'busy' } }))
      for (let i = 0; i < 15; i++) {
        await sleep(120)
        socket.send(
          JSON.stringify({
            header: { msg_type: 'stream' },
            content: { name: 'stdout', text: `row ${i} ${sentence(i)}\n` },
          }),
        )
      }
      socket.send(JSON.stringify({ header: { msg_type: 'execute_reply' }, content: { status: 'ok' } }))
    },
    async use({ page, write, press, click, wait }, round) {
      await page.locator('#box').fill('')
      await write(`for boat in fleet(${round}): print(boat)`)
      await (round % 2 ? press('Shift+Enter') : click('#run'))
      await wait(3000)
    },
  },

  'a letter that is written and sent': {
    body: '<div id="inbox"></div><form id="f"><input id="to" placeholder="To"><input id="subject" placeholder="Subject"><textarea id="box" rows="6" placeholder="Write your message"></textarea><button id="send">Send</button></form><p id="said"></p>',
    script: `let t; box.oninput = () => { clearTimeout(t); t = setTimeout(() => post('/drafts', { to: to.value, subject: subject.value, message: box.value }), 300) }; f.onsubmit = async (e) => { e.preventDefault(); const message = box.value; await post('/send', { to: to.value, message }); f.reset(); $('#said').textContent = 'Message sent.'; const row = document.createElement('article'); row.innerHTML = '<b>Sent</b><p></p>'; row.lastChild.textContent = message; inbox.append(row); setTimeout(() => { $('#said').textContent = '' }, 1500) }`,
    http: async ({ json }) => {
      await sleep(200)
      json({ ok: true, id: 'draft-1' })
    },
    async use({ write, click, wait }, round) {
      await write('mara@example.com', '#to')
      await write(topic(round), '#subject')
      await write(sentence(round))
      await wait(600)
      await click('#send')
      await wait(2500)
    },
  },

  'a checkout': {
    body: '<form id="f"><input id="name" placeholder="Name"><input id="street" placeholder="Street"><textarea id="box" placeholder="A note for the courier"></textarea><button id="pay">Place order</button></form><div id="status"></div>',
    script: `f.onsubmit = async (e) => { e.preventDefault(); const s = $('#status'); s.innerHTML = '<p></p>'; for await (const data of events(await post('/orders', { name: name_.value, note: box.value }))) { s.lastChild.append(JSON.parse(data).status + ' ') } f.reset() }; const name_ = $('#name')`,
    http: ({ stream }) =>
      stream(
        ['Order received.', 'Checking the address.', 'Asking the bank.', 'Paid.', 'Your parcel leaves tomorrow.'].map(
          (status, step) => `data: ${JSON.stringify({ step, status })}\n\n`,
        ),
        { ms: 350 },
      ),
    async use({ write, click, wait }, round) {
      await write('Mara Quay', '#name')
      await write(`${round} Harbour Street`, '#street')
      await write('Please ring twice')
      await click('#pay')
      await wait(3500)
    },
  },

  'a document that saves itself': {
    body: '<textarea id="box" rows="10" cols="60"></textarea><p id="said"></p>',
    script: `let t; box.oninput = () => { clearTimeout(t); t = setTimeout(async () => { const r = await (await post('/api/documents/7', { document: { title: 'Notes', content: box.value, messages: [{ role: 'user', content: 'an old remark' }, { role: 'assistant', content: 'an old reply' }] } })).json(); $('#said').textContent = 'Saved at ' + r.at }, 250) }`,
    http: async ({ json }) => {
      await sleep(150)
      json({ ok: true, at: '12:01', content: 'as you wrote it' })
    },
    async use({ write, press, wait }, round) {
      await write(sentence(round))
      await press('Enter')
      await wait(2200)
    },
  },

  'notifications, shown after a click': {
    body: '<button id="bell">Notifications</button><ul id="list"></ul>',
    script: `let source; bell.onclick = () => { source?.close(); list.innerHTML = ''; source = new EventSource('/notices'); source.onmessage = (e) => { const li = document.createElement('li'); li.textContent = JSON.parse(e.data).text; list.append(li) } }`,
    http: ({ stream }) =>
      stream(
        Array.from({ length: 60 }, (_, i) => `data: ${JSON.stringify({ id: i, text: sentence(i) })}\n\n`),
        { ms: 350 },
      ),
    async use({ click, wait }) {
      await click('#bell')
      await wait(5000)
    },
  },

  'a table that is downloaded in pieces': {
    body: '<button id="export">Export as CSV</button><p id="said"></p>',
    script: `$('#export').onclick = async () => { let n = 0; for await (const part of decoded(await post('/export', { format: 'csv', table: 'boats' }))) { n += part.length; $('#said').textContent = n + ' bytes so far' } $('#said').textContent = 'boats.csv, ' + n + ' bytes' }`,
    http: ({ stream }) =>
      stream(['id,name,port\n', ...Array.from({ length: 25 }, (_, i) => `${i},${topic(i)},north\n`)], {
        type: 'text/csv',
        ms: 90,
      }),
    async use({ click, wait }) {
      await click('#export')
      await wait(3500)
    },
  },

  'a call of JSON-RPC that comes in pieces': {
    body: '<input id="box" placeholder="Account number"><button id="go">Look up</button><dl id="out"></dl>',
    script: `go.onclick = async () => { const no = box.value; box.value = ''; const r = await post('/rpc', { jsonrpc: '2.0', id: 1, method: 'account.get', params: { no } }); let all = ''; for await (const part of decoded(r)) all += part; const { result } = JSON.parse(all); out.innerHTML = '<dt>Account ' + no + '</dt><dd>' + result.text + '</dd>' }; box.onkeydown = (e) => { if (e.key == 'Enter') go.click() }`,
    http: ({ stream }) => {
      const all = JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        result: { text: sentence(3), content: sentence(2), open: true },
      })
      return stream(all.match(/.{1,14}/gs)!, { type: 'application/json', ms: 80 })
    },
    async use({ say, wait }, round) {
      await say(String(47_110 + round))
      await wait(3000)
    },
  },

  'fragments of HTML that are put where they belong': {
    body: '<form id="f"><input id="box" name="note" placeholder="New note"><button>Add</button></form><section id="notes"></section><button id="more">More</button>',
    script: `const swap = async (url, body, into) => { const at = document.createElement('div'); into.append(at); let html = ''; for await (const part of decoded(await fetch(url, { method: 'POST', headers: { 'hx-request': 'true', 'content-type': 'application/x-www-form-urlencoded' }, body }))) { html += part; at.innerHTML = html } }; f.onsubmit = (e) => { e.preventDefault(); const note = box.value; box.value = ''; swap('/notes', 'note=' + encodeURIComponent(note), notes) }; more.onclick = () => swap('/notes', 'page=2', notes)`,
    http: ({ stream, body }) =>
      stream(
        ['<article><h3>', decodeURIComponent(body.split('=')[1]!), '</h3><p>', ...words(sentence(4)), '</p></article>'],
        {
          type: 'text/html; charset=utf-8',
          ms: 90,
        },
      ),
    async use({ say, click, wait }, round) {
      await (round % 2 ? click('#more') : say(topic(round)))
      await wait(2800)
    },
  },
}

export type { ServerSocket }
