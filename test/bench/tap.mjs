/**
 * What looking at a stream costs the page that reads it: throughput of a large body read slowly, how fast a cancel reaches
 * the server, peak memory of the renderer, for a bare page, for us, and for a `clone()` that is drained beside the page.
 *
 *     npm run bench:tap -- [--runs 5] [--mib 400] [--quick] [--json FILE]
 *
 * Each run is a new browser, sides alternate. Server and page are on one machine: the cancel's way is timed by its wall clock.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { launch } from './support/chromium.mjs'
import { flag, median, option, save, table } from './support/report.mjs'
import { collector, drained, pour, startSite } from './support/site.mjs'

const quick = flag('quick')
const runs = Number(option('runs') ?? (quick ? 1 : 5))
const mib = Number(option('mib') ?? (quick ? 40 : 400))

/** MiB that no buffer holds: only the reader can end it. */
const endless = 100_000

const line = `data: ${JSON.stringify({ model: 'm', choices: [{ delta: { content: 'lorem ipsum '.repeat(80) } }] })}\n\n`
const piece = Buffer.from(line.repeat(Math.ceil((64 * 1024) / line.length)))
/** The stream that its reader ends. */
let poured = { written: 0, closedAt: 0 }

const us = `<script>chatVitals={q:[['init',{service:'bench',endpoint:'/v1/traces'}]]}</script><script src="/chat-vitals.global.js"></script>`
// As tools do that want to know when a stream ends: a copy of the response, read to its end.
const clone = `<script>const native = fetch; window.fetch = async (...args) => {
  const response = await native(...args), reader = response.clone().body.getReader()
  ;(async () => { while (!(await reader.read()).done); })().catch(() => {})
  return response
}</script>`
const page = (head) => `<!doctype html><link rel="icon" href="data:,"><title>tap</title>${head}<p id="out"></p>`

const site = await startSite({
  '/bare': page(''),
  '/us': page(us),
  '/clone': page(clone),
  '/v1/traces': collector,
  async '/v1/chat/completions'(request, response, url) {
    await drained(request)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    poured = pour(response, piece, Number(url.searchParams.get('mib')) * 1024 * 1024)
    await poured.done
    if (!response.destroyed) response.end('data: [DONE]\n\n')
  },
})

/** In the page: reads it all, resting after each MiB. */
async function readSlowly(most) {
  const response = await ask(most)
  const reader = response.body.getReader()
  const from = performance.now()
  let bytes = 0
  let rested = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    bytes += value.length
    if (bytes - rested > 1 << 20) {
      rested = bytes
      await new Promise((resolve) => setTimeout(resolve, 4))
    }
  }
  return { seconds: (performance.now() - from) / 1000, bytes }
}
/** Reads a little, leaves it for a second, cancels; says when. */
async function readAndCancel(most) {
  const response = await ask(most)
  const reader = response.body.getReader()
  for (let i = 0; i < 3; i++) await reader.read()
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const at = performance.timeOrigin + performance.now()
  await reader.cancel()
  return at
}
const prelude = `window.ask = (most) => fetch('/v1/chat/completions?mib=' + most, { method: 'POST',
  body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'Go' }] }) })`

/** MiB; Linux only. */
function peakOf(processes) {
  const peaks = processes
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => {
      try {
        return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))[1]) / 1024
      } catch {
        return NaN
      }
    })
  return Math.max(...peaks)
}

const sides = ['bare', 'us', 'clone']
const rows = []
for (let run = 0; run < runs; run++)
  for (const side of run % 2 ? [...sides].reverse() : sides) {
    const browser = await launch()
    try {
      const tab = await browser.tab(`${site.url}/${side}`)
      await tab.run(prelude + ';0')
      await sleep(500)
      const cancels = []
      for (let i = 0; i < 3; i++) {
        const at = await tab.run(readAndCancel, endless)
        for (let tries = 0; !poured.closedAt && tries < 200; tries++) await sleep(10)
        cancels.push({ ms: poured.closedAt ? poured.closedAt - at : undefined, ahead: poured.written / 2 ** 20 })
      }
      const { seconds, bytes } = await tab.run(readSlowly, mib)
      const { processInfo } = await browser.send('SystemInfo.getProcessInfo')
      rows.push({ side, run, seconds, bytes, rate: bytes / 2 ** 20 / seconds, peak: peakOf(processInfo), cancels })
      process.stderr.write(`${side} ${run + 1}/${runs}\n`)
    } finally {
      await browser.close()
    }
  }
await site.close()

const of = (side, what) => rows.filter((row) => row.side === side).flatMap(what)
const spread = (values) => {
  const known = values.filter(Number.isFinite)
  return known.length
    ? `${median(known).toFixed(1)} [${Math.min(...known).toFixed(1)}, ${Math.max(...known).toFixed(1)}]`
    : `never (${values.length})`
}
console.log(`\n${mib} MiB read slowly, n = ${runs} a side, median [least, most]\n`)
console.log(
  table(
    [
      'side',
      'MiB/s',
      'ratio to bare',
      'cancel at the server, ms',
      'sent ahead of a reader that rests, MiB',
      'peak of the renderer, MiB',
    ],
    sides.map((side) => [
      side,
      spread(of(side, ({ rate }) => rate)),
      median(of(side, ({ rate }) => rate)) / median(of('bare', ({ rate }) => rate)),
      spread(of(side, ({ cancels }) => cancels.map(({ ms }) => ms))),
      spread(of(side, ({ cancels }) => cancels.map(({ ahead }) => ahead))),
      spread(of(side, ({ peak }) => peak)),
    ]),
  ),
)
save({ mib, runs, rows })
