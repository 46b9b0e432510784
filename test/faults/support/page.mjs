// The chat page of the trials: notes its turns in the ledger by itself, shows what the model says, keeps what went wrong.

/** Runs before the library, and beneath it: what it notes of a turn is the id that left in `traceparent`. */
const ledger = `
  window.noted = []
  window.troubles = []
  addEventListener('error', (event) => troubles.push('error: ' + event.message))
  addEventListener('unhandledrejection', (event) => troubles.push('rejection: ' + event.reason))
  window.violations = 0
  document.addEventListener('securitypolicyviolation', () => violations++)
  window.said = []
  for (const level of ['warn', 'error']) {
    const real = console[level]
    console[level] = (...all) => { said.push(all.join(' ')); real.apply(console, all) }
  }
  {
    const native = fetch.bind(window)
    // Whether the browser lets this page say goodbye at all.
    const beacon = navigator.sendBeacon.bind(navigator)
    addEventListener('pagehide', () => beacon('/goodbye', location.pathname))
    // What did not get out (offline) is asked for in the end.
    window.jotted = []
    window.jot = (what, body) => {
      const it = { what, body }
      jotted.push(it)
      native('/' + what, { method: 'POST', body: JSON.stringify(body) })
        .then(() => jotted.splice(jotted.indexOf(it), 1))
        .catch(() => {})
    }
    window.note = (parent) => {
      const id = parent?.split('-')[1]
      if (!id || noted.includes(id)) return
      noted.push(id)
      native('/ledger', { method: 'POST', body: id }).catch(() => {})
    }
    window.fetch = (input, init) => {
      note(new Headers(init?.headers ?? (input instanceof Request ? input.headers : {})).get('traceparent'))
      return native(input, init)
    }
  }`

/** A form, a fetch, text appended to a bubble; \`turns\` holds what the page got, to the byte. */
const app = `
  window.turns = []
  const log = document.querySelector('#log'), form = document.querySelector('#form'), box = document.querySelector('#prompt')
  const add = (name, text) => { const div = document.createElement('div'); div.className = name; div.textContent = text; log.append(div); return div }
  box.addEventListener('keydown', (event) => { if (event.key === 'Enter') { event.preventDefault(); form.requestSubmit() } })
  document.querySelector('#stop').addEventListener('click', () => turns.at(-1).abort.abort())
  form.addEventListener('submit', (event) => { event.preventDefault(); const prompt = box.value; box.value = ''; ask(prompt) })
  window.ask = async (prompt) => {
    const turn = { bytes: 0, hash: 0x811c9dc5, chunks: 0, abort: new AbortController() }
    turns.push(turn)
    add('user', prompt)
    turn.answer = add('assistant', '')
    // What is below the fold is not seen: the page follows its answer.
    const follow = () => { scrollTo(0, document.body.scrollHeight); if (!turn.done) requestAnimationFrame(follow) }
    follow()
    try {
      const response = await window.fetch(CHAT, {
        method: 'POST', signal: turn.abort.signal, headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: prompt }] }),
      })
      turn.call = +response.headers.get('x-call')
      turn.reader = response.body.getReader()
      const decoder = new TextDecoder()
      let rest = ''
      for (;;) {
        const { done, value } = await turn.reader.read()
        if (done) break
        turn.chunks++
        for (const byte of value.subarray(0, Math.max(0, 1e6 - turn.bytes))) turn.hash = Math.imul(turn.hash ^ byte, 0x01000193) >>> 0
        turn.bytes += value.length
        const lines = (rest + decoder.decode(value, { stream: true })).split('\\n')
        rest = lines.pop()
        for (const line of lines) {
          if (!line.startsWith('data: {')) continue
          let text
          try { text = JSON.parse(line.slice(6)).choices[0]?.delta.content } catch {}
          if (text) { turn.answer.append(text); turn.lastAt = Date.now() }
        }
      }
      turn.whole = true
    } catch (error) {
      turn.error = error.name
    }
    turn.done = true
  }
  // Turns by hand, a few at a time, each over before the next of its line begins.
  window.many = async (most, lines = 8) => {
    let begun = 0
    const waiting = new Map()
    const off = handle.onTurn(({ id }) => waiting.get(id)?.())
    const line = async () => {
      while (begun++ < most) {
        const turn = handle.turn({ trigger: 'program' })
        note(turn.traceparent)
        const over = new Promise((resolve) => waiting.set(turn.id, resolve))
        turn.chunk('an answer of a few words ')
        turn.text('an answer of a few words ')
        turn.end()
        await over
        waiting.delete(turn.id)
      }
    }
    await Promise.all(Array.from({ length: lines }, line))
    off()
  }`

/**
 * @param {object} page
 * @param {object} [page.init] options of the library, as data
 * @param {string} [page.options] further options, as the inside of an object in JavaScript
 * @param {string} [page.before] script that runs before the library
 * @param {string} [page.after] script that runs right after `init`
 * @param {string} [page.script] where the library is
 * @param {string} [page.library] the library's tags, in place of the usual ones; empty: a page without it
 * @param {string} [page.chat] where the model is
 * @param {string} [page.body] HTML beside the chat
 */
export const chatPage = ({
  init = {},
  options = '',
  before = '',
  after = '',
  script = '/chat-vitals.global.js',
  library = `<script src="${script}"></script>`,
  chat = '/v1/chat/completions',
  body = '',
}) => `<!doctype html>
<html><head><meta charset="utf-8"><meta name="referrer" content="unsafe-url"><link rel="icon" href="data:,"><title>chat</title>
<script>${ledger}</script>
<script>const CHAT = ${JSON.stringify(chat)};${before}</script>
${library}
<script>window.OPTIONS = { ...${JSON.stringify(init)}, ${options} }; window.handle = window.chatVitals?.init(OPTIONS);${after}</script>
</head><body>
<main id="log"></main>
<form id="form"><textarea id="prompt" rows="2" cols="60"></textarea><button>Send</button><button type="button" id="stop">Stop</button></form>
${body}
<script>${app}</script></body></html>`
