/**
 * What watching an answer costs the page's main thread, and what is left of it: with us and without, by the way the page
 * renders and by the length of the answer; memory after many turns and after a very long one; what `stop()` leaves.
 *
 *     npm run bench:cost -- [--runs 7] [--quick] [--only append|memory|…] [--tokens 1000,10000] [--turns 2000] [--json FILE]
 *
 * The answer is a real stream as fast as it comes; the page renders each token in a task of its own. Main-thread time is the
 * browser's own count of script, style and layout over the whole answer (Performance.getMetrics): reading the stream, observers
 * and collections of garbage are in it, painting is not, for how many frames fit in differs more than the sides do. Added is
 * the difference of the medians of alternating runs. Time per frame is of an answer at 250 tokens/s, as a sampling profiler
 * finds our files in its stacks: median of the runs' quantiles.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { launch } from './support/chromium.mjs'
import { flag, median, option, quantile, save, table } from './support/report.mjs'
import { collector, drained, startSite } from './support/site.mjs'

const quick = flag('quick')
const runs = Number(option('runs') ?? (quick ? 2 : 7))
const turns = Number(option('turns') ?? (quick ? 100 : 2000))
const sizes = option('tokens')?.split(',').map(Number) ?? (quick ? [1000] : [1000, 10_000, 50_000])
const cases = [
  ['append', sizes],
  ['block innerHTML', sizes],
  // Its own cost grows with the square of the length.
  ['full re-render', sizes.filter((tokens) => tokens <= 1000)],
  // What most pages that render anew do: Markdown of the whole answer, made safe.
  ['markdown', sizes.filter((tokens) => tokens <= 1000)],
  // One text node of hundreds of kilobytes: so does its layout.
  ['one growing text', sizes.filter((tokens) => tokens <= 10_000)],
].filter(([name]) => !option('only') || name === option('only'))

/** In the page. */
function chat() {
  const log = document.querySelector('#log')
  const renderers = {
    append(to, token, n) {
      if (n % 50 === 0) to.append(document.createElement('p'))
      to.lastElementChild.append(token)
    },
    'block innerHTML'(to, token, n) {
      if (n % 50 === 0) {
        to.append(document.createElement('p'))
        to.block = ''
      }
      to.lastElementChild.innerHTML = to.block += token
    },
    'full re-render'(to, token, n) {
      to.all = (to.all ?? '') + (n % 50 === 0 ? '<p>' : '') + token
      to.innerHTML = to.all
    },
    markdown(to, token, n) {
      to.all = (to.all ?? '') + (n % 50 === 0 ? '\n\n' : '') + (n % 9 ? token : `**${token.trim()}** `)
      to.innerHTML = DOMPurify.sanitize(marked.parse(to.all))
    },
    'one growing text'(to, token) {
      if (!to.firstChild) to.append(document.createTextNode(''))
      to.firstChild.appendData(token)
    },
  }
  const { port1, port2 } = new MessageChannel()
  /** One answer, each token rendered in its own task. @returns tokens rendered, frames begun */
  window.answer = async (kind, tokens, slow = '') => {
    if (log.childElementCount > 20) log.textContent = ''
    const add = (name, text) => {
      const div = log.appendChild(document.createElement('div'))
      div.className = name
      div.textContent = text
      return div
    }
    add('user', 'Tell me more, please')
    const to = add('assistant', '')
    const render = renderers[kind]
    const queue = []
    let [rendered, over, frames] = [0, false, 0]
    const count = () => {
      frames++
      if (!over || queue.length) requestAnimationFrame(count)
    }
    requestAnimationFrame(count)
    const done = new Promise((resolve) => {
      port1.onmessage = () => {
        const token = queue.shift()
        if (token !== undefined) render(to, token, rendered++)
        if (queue.length) port2.postMessage(0)
        else if (over) resolve()
      }
    })
    const response = await fetch(`/v1/chat/completions?tokens=${tokens}&slow=${slow}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'Tell me more, please' }] }),
    })
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { done: end, value } = await reader.read()
      if (end) break
      const lines = (rest + value).split('\n')
      rest = lines.pop()
      if (!queue.length) port2.postMessage(0)
      for (const line of lines)
        if (line.startsWith('data: {')) queue.push(JSON.parse(line.slice(6)).choices[0].delta.content ?? '')
    }
    over = true
    port2.postMessage(0)
    await done
    return { rendered, frames }
  }
  // So that stacks tell what runs while the page has nothing to do.
  const idle = window.requestIdleCallback
  window.requestIdleCallback = (work, options) => idle((deadline) => idleWork(work, deadline), options)
  const idleWork = (work, deadline) => work(deadline)
  window.long = 0
  new PerformanceObserver((list) => (window.long += list.getEntries().length)).observe({ type: 'longtask' })
}

const html = (head) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>cost</title>
<style>#log { height: 500px; overflow: hidden scroll } .assistant { white-space: pre-wrap }</style>
<script src="/marked.js"></script><script src="/dompurify.js"></script>
<div id="log"></div><script>(${chat})()</script>${head}`
// Waits are scaled: what is measured is work, and a turn that has settled is done with.
const init = (more = '') =>
  `<script>chatVitals={q:[['init',{service:'bench',endpoint:'/v1/traces'${more}}]]}</script><script src="/chat-vitals.global.js"></script>`
const ofPackage = (path) => {
  const code = readFileSync(new URL(`../../node_modules/${path}`, import.meta.url))
  return (_, response) => response.writeHead(200, { 'content-type': 'text/javascript' }).end(code)
}
const site = await startSite({
  '/marked.js': ofPackage('marked/lib/marked.umd.js'),
  '/dompurify.js': ofPackage('dompurify/dist/purify.min.js'),
  '/bare': html(''),
  '/us': html(init()),
  '/turns': html(init(',timing:{settle:5,followUp:5,sendEvery:200}')),
  '/v1/traces': collector,
  async '/v1/chat/completions'(request, response, url) {
    await drained(request)
    const most = Number(url.searchParams.get('tokens'))
    const slow = url.searchParams.get('slow')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (let i = 0; i < most; i++) {
      const event = `data: ${JSON.stringify({ model: 'm', choices: [{ delta: { content: `word${i % 10} ` } }] })}\n\n`
      if (!response.write(event)) await new Promise((resolve) => response.once('drain', resolve))
      // In pieces, spread over frames.
      if (slow || i % 200 === 199) await sleep(4)
    }
    response.end('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')
  },
})
const browser = await launch()

const metrics = async (tab) =>
  Object.fromEntries((await tab.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]))
async function open(path) {
  const tab = await browser.tab(site.url + path)
  await tab.send('Performance.enable')
  await tab.show()
  await sleep(800)
  return tab
}
const heapOf = async (tab) => {
  for (let i = 0; i < 2; i++) await tab.send('HeapProfiler.collectGarbage')
  return (await metrics(tab)).JSHeapUsedSize
}

/** Main-thread µs of one answer, the page at rest before and after. */
async function measure(tab, kind, tokens) {
  await tab.send('HeapProfiler.collectGarbage')
  const long = await tab.run('window.long')
  const before = await metrics(tab)
  const { frames } = await tab.run(`answer(${JSON.stringify(kind)}, ${tokens})`)
  await sleep(100)
  const after = await metrics(tab)
  // The turn settles, is stored and sent.
  await sleep(1200)
  const spent = (...names) => names.reduce((sum, name) => sum + (after[name] - before[name]) * 1e6, 0)
  return {
    us: spent('ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'),
    script: spent('ScriptDuration'),
    task: spent('TaskDuration'),
    frames,
    long: (await tab.run('window.long')) - long,
  }
}

/** µs of each 16.7 ms in which a sample's stack holds a file of ours; and of those, not in an idle callback. */
async function profiled(tab, kind) {
  await tab.send('Profiler.enable')
  await tab.send('Profiler.setSamplingInterval', { interval: 200 })
  await tab.send('Profiler.start')
  await tab.run(`answer(${JSON.stringify(kind)}, 1000, 'yes')`)
  const { profile } = await tab.send('Profiler.stop')
  await tab.send('Profiler.disable')
  const ours = new Set()
  const native = new Set()
  const idle = new Set()
  const parents = new Map()
  for (const { id, children = [], callFrame } of profile.nodes) {
    for (const child of children) parents.set(child, id)
    if (/chat-vitals\.\w+\.js/.test(callFrame.url)) ours.add(id)
    if (callFrame.functionName === 'fetch' && !callFrame.url) native.add(id)
    if (callFrame.functionName === 'idleWork') idle.add(id)
  }
  const stack = (id) => {
    const all = []
    for (let at = id; at !== undefined; at = parents.get(at)) all.push(at)
    return all
  }
  const held = (id) => {
    for (const at of stack(id)) {
      if (ours.has(at)) return true
      // The page's own call, that runs inside our wrapper.
      if (native.has(at)) return false
    }
    return false
  }
  const known = new Map(
    profile.nodes.map(({ id }) => [id, held(id) && (stack(id).some((at) => idle.has(at)) ? 'idle' : 'busy')]),
  )
  const frames = []
  let now = 0
  // By count: a thread that waits for a core is not at work, however long until its next sample.
  const each = median(profile.timeDeltas)
  profile.samples.forEach((id, i) => {
    now += profile.timeDeltas[i]
    const frame = (frames[Math.floor(now / 16_667)] ??= { all: 0, busy: 0 })
    if (known.get(id)) frame.all += each
    if (known.get(id) === 'busy') frame.busy += each
  })
  const over = (what, q) =>
    quantile(
      Object.values(frames).map((frame) => frame[what] / 1000),
      q,
    )
  return { p50: over('all', 0.5), p99: over('all', 0.99), busy99: over('busy', 0.99) }
}

const head = [
  'page',
  'tokens',
  'bare µs/token',
  'with us',
  'added',
  'of it script',
  'ratio',
  'ours per frame p50, ms',
  'p99',
  'p99 outside idle time',
  'long tasks added',
]
const row = ({ kind, tokens, sides, frames }) => {
  const of = (side, what) => median(sides[side].map((one) => one[what] / (what === 'long' ? 1 : tokens)))
  const [bare, us] = [of('bare', 'us'), of('us', 'us')]
  return [
    kind,
    tokens,
    bare,
    us,
    us - bare,
    of('us', 'script') - of('bare', 'script'),
    us / bare,
    ...['p50', 'p99', 'busy99'].map((what) => median(frames.map((one) => one[what]))),
    of('us', 'long') - of('bare', 'long'),
  ]
}
const figures = []
for (const [kind, sizes] of cases)
  for (const tokens of sizes) {
    const sides = { bare: [], us: [] }
    const tabs = { bare: await open('/bare'), us: await open('/us') }
    for (const side of ['bare', 'us']) {
      await tabs[side].show()
      await measure(tabs[side], kind, 500)
    }
    for (let run = 0; run < runs; run++)
      for (const side of run % 2 ? ['us', 'bare'] : ['bare', 'us']) {
        await tabs[side].show()
        sides[side].push(await measure(tabs[side], kind, tokens))
      }
    await tabs.us.show()
    const frames = []
    if (tokens === sizes[0]) for (let run = 0; run < runs; run++) frames.push(await profiled(tabs.us, kind))
    for (const tab of Object.values(tabs)) await tab.close()
    figures.push({ kind, tokens, sides, frames })
    process.stderr.write(`${row(figures.at(-1)).join(' | ')}\n`)
    save({ runs, figures })
  }

if (figures.length) console.log(`\nMain thread, n = ${runs} a side\n\n${table(head, figures.map(row))}`)

// Memory: many turns, then one very long one.
const memory = { turns: [], tokens: undefined }
if (!option('only') || option('only') === 'memory') {
  for (const path of ['/bare', '/turns']) {
    const tab = await open(path)
    const marks = []
    await tab.run("answer('append', 5)")
    await sleep(1500)
    const empty = await heapOf(tab)
    for (let done = 0; done < turns;) {
      const many = Math.min(turns / 4, turns - done)
      await tab.run(
        `(async () => { for (let i = 0; i < ${many}; i++) { await answer('append', 5); await new Promise((r) => setTimeout(r, 12)) } })()`,
      )
      done += many
      await sleep(1500)
      marks.push({ turns: done, kept: (await heapOf(tab)) - empty })
    }
    memory.turns.push({ path, marks })
    await tab.close()
    process.stderr.write(`memory ${path}\n`)
  }
  const most = quick ? 5000 : 100_000
  const long = {}
  for (const path of ['/bare', '/us']) {
    const tab = await open(path)
    const empty = await heapOf(tab)
    await tab.run(`answer('append', ${most})`)
    await sleep(2500)
    long[path] = (await heapOf(tab)) - empty
    await tab.close()
  }
  memory.tokens = { tokens: most, ...long }
  const kb = (bytes) => `${Math.round(bytes / 1000)} kB`
  console.log('\nMemory kept, after garbage collection\n')
  const [bare, us] = memory.turns
  console.log(
    table(
      ['', 'page alone', 'with us', 'ours'],
      [
        ...us.marks.map(({ turns: n, kept }, i) => [
          `${n} turns`,
          kb(bare.marks[i].kept),
          kb(kept),
          kb(kept - bare.marks[i].kept),
        ]),
        [`one turn of ${most} tokens`, kb(long['/bare']), kb(long['/us']), kb(long['/us'] - long['/bare'])],
      ],
    ),
  )

  // What `stop()` leaves.
  const tab = await open('/us')
  const natives = `[fetch, XMLHttpRequest.prototype.open, XMLHttpRequest.prototype.send, WebSocket.prototype.send, WebSocket,
    EventSource, Element.prototype.attachShadow, Response.prototype.text, ReadableStream.prototype.getReader]
    .filter((one) => !Function.prototype.toString.call(one).includes('[native code]')).length`
  await tab.run("answer('append', 50)")
  await sleep(2500)
  const during = { patched: await tab.run(natives), listeners: (await metrics(tab)).JSEventListeners }
  await tab.run('chatVitals.stop()')
  await heapOf(tab)
  const after = { patched: await tab.run(natives), listeners: (await metrics(tab)).JSEventListeners }
  const plain = await open('/bare')
  await plain.run("answer('append', 50)")
  await sleep(500)
  await heapOf(plain)
  const without = { patched: await plain.run(natives), listeners: (await metrics(plain)).JSEventListeners }
  console.log(
    `\nstop(): patched globals ${during.patched} → ${after.patched} (page alone ${without.patched}), listeners ${during.listeners} → ${after.listeners} (page alone ${without.listeners})`,
  )
  memory.stop = { during, after, without }
}
await browser.close()
await site.close()
save({ runs, figures, memory })
