// A chat whose answers are magenta, rendered in every way a page may, with the signals others go by beside ours.
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { machineNow } from './screen.mjs'
import { drained, startSite } from './site.mjs'

const words = 'Wonderful MMMM WWWW mountains HHHH meadows under NNNN morning KKKK light XXXX'.split(' ')

/** In the page. Each way to render gets the answer's element and the whole text so far with the new piece. */
function page(scenario) {
  const log = document.querySelector('#log')
  const box = document.querySelector('#box')
  const busy = (ms) => {
    for (const end = performance.now() + ms; performance.now() < end;);
  }
  const append = (to, _all, piece) => to.append(piece)
  const html = (to, all) => (to.innerHTML = `<p>${all}</p>`)
  const first = (to) => !to.dataset.begun && (to.dataset.begun = 'yes')
  const renderers = {
    innerHTML: html,
    typewriter(to, all) {
      to.goal = all
      to.shown ??= 0
      to.running ??= requestAnimationFrame(function step() {
        to.textContent = to.goal.slice(0, (to.shown += 2))
        if (to.shown < to.goal.length || !to.over) requestAnimationFrame(step)
      })
    },
    placeholder(to, all, piece) {
      log.querySelector('.wait')?.remove()
      append(to, all, piece)
    },
    'same block'(to, all) {
      to.textContent = all
      to.className = 'answer'
    },
    'long task before'(to, all, piece) {
      if (first(to)) busy(150)
      append(to, all, piece)
    },
    'long task after'(to, all, piece) {
      append(to, all, piece)
      if (first(to)) setTimeout(busy, 0, 150)
    },
    'long task around'(to, all, piece) {
      const begins = first(to)
      if (begins) busy(80)
      append(to, all, piece)
      if (begins) busy(80)
    },
    replaced(to, all) {
      const next = to.cloneNode()
      next.textContent = all
      to.replaceWith(next)
      return next
    },
    'fade in'(to, all, piece) {
      const span = document.createElement('span')
      span.className = 'fade'
      span.textContent = piece
      to.append(span)
    },
  }
  const render = renderers[scenario] ?? append
  if (scenario === 'zoomed') document.body.style.zoom = 1.5
  if (scenario === 'right to left') document.documentElement.dir = 'rtl'

  window.records = []
  window.chatVitals = {
    q: [
      // Waits for the end of a turn are scaled: they come after what is measured.
      ['init', { service: 'bench', endpoint: '/v1/traces', timing: { settle: 150, followUp: 50 } }],
      ['onTurn', (record) => window.records.push(record)],
    ],
  }
  document.addEventListener('visibilitychange', () => {
    if (document.hidden && window.peers) window.peers.hidden = performance.now() - window.peers.t0
  })
  box.addEventListener('keydown', async (event) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    performance.mark('cv-submit', { startTime: event.timeStamp })
    const t0 = event.timeStamp
    const peers = (window.peers = { t0 })
    const said = box.value
    box.value = ''
    const add = (className, text = '') => {
      const div = document.createElement('div')
      div.className = className
      div.textContent = text
      log.append(div)
      return div
    }
    add('user', said)
    if (scenario.startsWith('below')) add('far')
    if (scenario === 'placeholder') add('wait', 'Thinking')
    let answer = add(scenario === 'same block' ? 'wait' : 'answer', scenario === 'same block' ? 'Thinking' : '')
    if (scenario === 'shadow root') {
      const root = answer.attachShadow({ mode: 'open' })
      answer = root.appendChild(document.createElement('div'))
    }
    // What a MutationObserver would have said, and two frames.
    new MutationObserver((_, observer) => {
      if (!window.said || !answer.textContent.startsWith(window.said.slice(0, 2))) return
      observer.disconnect()
      peers.observer = performance.now() - t0
      requestAnimationFrame(() => requestAnimationFrame(() => (peers.frames = performance.now() - t0)))
    }).observe(answer.getRootNode(), { childList: true, subtree: true, characterData: true })
    const response = await fetch('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: said }] }),
    })
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let all = (window.said = '')
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      for (const line of value.split('\n')) {
        const piece = line.startsWith('data: {') && JSON.parse(line.slice(6)).choices[0].delta.content
        if (!piece) continue
        peers.chunk ??= performance.now() - t0
        window.said = all += piece
        answer = render(answer, all, piece) || answer
        if (!answer.isConnected) answer = log.lastElementChild
      }
    }
    answer.over = true
  })
}

const html = (scenario) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>chat</title>
<style>
  body { margin: 0; background: #fff; color: #000; font: 20px sans-serif }
  #log { height: 600px; overflow: hidden scroll } #box { position: fixed; bottom: 0; width: 90% }
  .answer { color: #f0f; font: bold 44px/1 monospace; min-height: 44px } .wait { color: #888 } .far { height: 3000px }
  .fade { animation: fade 400ms } @keyframes fade { from { opacity: 0 } }
</style>
<div id="log"></div><textarea id="box"></textarea>
<script>(${page})(${JSON.stringify(scenario)})</script><script src="/chat-vitals.global.js"></script>`

const framed = '<!doctype html><body style="margin:0"><iframe id="f" src="/?scenario=append" width="880" height="680">'

/** Attributes of a span as a plain object. */
const plain = (attributes) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.doubleValue ?? Object.values(value)[0]]))

/**
 * `/?scenario` is the page, a stream says a word every 30 ms, `/clock` is the machine's. `turns`: what arrived of each, by its id.
 *
 * @returns {Promise<{ url: string, turns: Map<string, Record<string, unknown>>, close(): Promise<void> }>}
 */
export async function startPaintSite({ firstMs = 120, everyMs = 30 } = {}) {
  const turns = new Map()
  const site = await startSite({
    '/'(_, response, { searchParams }) {
      const scenario = searchParams.get('scenario')
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(scenario === 'iframe' ? framed : html(scenario))
    },
    '/clock': (_, response) => response.end(String(machineNow())),
    async '/v1/traces'(request, response) {
      const pieces = await request.toArray()
      const unzip = request.headers['content-encoding'] === 'gzip' ? gunzipSync : String
      for (const { scopeSpans } of JSON.parse(unzip(Buffer.concat(pieces))).resourceSpans)
        for (const { name, attributes } of scopeSpans.flatMap(({ spans }) => spans))
          if (name === 'chat.turn') {
            const turn = plain(attributes)
            turns.set(turn['chat_vitals.turn.id'], turn)
          }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    },
    async '/v1/chat/completions'(request, response) {
      await drained(request)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      await sleep(firstMs)
      for (const word of words) {
        response.write(`data: ${JSON.stringify({ model: 'm', choices: [{ delta: { content: word + ' ' } }] })}\n\n`)
        await sleep(everyMs)
      }
      response.write('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')
      response.end()
    },
  })
  return { ...site, turns }
}
