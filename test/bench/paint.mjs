/**
 * How exactly TTFT is known in Chromium: the record's figure against the compositor's own, beside what others go by.
 *
 *     npm run bench:paint -- [--runs 30] [--only SCENARIO] [--json FILE]
 *
 * Truth: the trace's screenshots show which frame first held the answer's magenta; that frame's pipeline report ends when
 * it was presented. The submit is a user timing mark in the same trace, so that no two clocks are compared. Everything
 * else is a real page over loopback, a trusted key press, a streamed answer and the shipped script.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { launch } from './support/chromium.mjs'
import { startPaintSite } from './support/paint-site.mjs'
import { flag, median, option, quantile, save, table } from './support/report.mjs'

/** `seen`: what the user can see of it. `bound`: counted in the pooled figure. */
const scenarios = [
  { name: 'append' },
  { name: 'innerHTML' },
  { name: 'typewriter' },
  { name: 'placeholder' },
  { name: 'same block' },
  { name: 'long task before' },
  { name: 'long task after' },
  { name: 'long task around' },
  { name: 'CPU ×1/4', slow: 4 },
  { name: 'hidden, then shown', hide: true },
  { name: 'below, scrolled to', scroll: true, free: true },
  { name: 'shadow root' },
  { name: 'replaced' },
  { name: 'right to left' },
  { name: 'zoomed' },
  { name: 'iframe' },
  { name: 'fade in', free: true },
  { name: 'below the fold', unseen: true },
  { name: 'hidden for good', hide: true, unseen: true },
]
const categories = [
  '-*',
  'blink.user_timing',
  'disabled-by-default-devtools.screenshot',
  'cc,benchmark',
  'disabled-by-default-devtools.timeline.frame',
]
const runs = Number(option('runs') ?? (flag('quick') ? 3 : 30))

/** In a tab of its own: whether a picture holds the answer's colour. */
const hasMagenta = async (base64) => {
  const image = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${base64}`)).blob())
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d')
  context.drawImage(image, 0, 0)
  const { data } = context.getImageData(0, 0, image.width, image.height)
  let found = 0
  for (let i = 0; i < data.length; i += 4) if (data[i] - data[i + 1] > 60 && data[i + 2] - data[i + 1] > 60) found++
  return found > 2
}

/** Traces what `work` does. */
async function traced(tab, work) {
  const events = []
  const stop = tab.on('Tracing.dataCollected', ({ value }) => events.push(...value))
  await tab.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: categories } })
  await work()
  const complete = new Promise((resolve) => {
    const off = tab.on('Tracing.tracingComplete', () => (off(), resolve()))
  })
  await tab.send('Tracing.end')
  await complete
  stop()
  return events
}

/** Ms from the submit to the presentation of the first frame with the answer's colour; or why it is not known. */
async function truthOf(events, eye) {
  const submit = events.findLast(({ name, cat }) => name === 'cv-submit' && cat.includes('user_timing'))
  if (!submit) return { why: 'no submit in the trace' }
  const shots = events
    .filter(({ name, args }) => name === 'Screenshot' && args.snapshot)
    .sort((a, b) => a.args.frame_sequence - b.args.frame_sequence)
  let first
  for (const shot of shots) {
    if (!(await eye.run(hasMagenta, shot.args.snapshot))) continue
    first = shot
    break
  }
  if (!first) return { why: 'never seen' }
  const open = new Map()
  for (const { name, ph, pid, id2, args, ts } of events) {
    if (name !== 'PipelineReporter' || pid !== submit.pid) continue
    const key = id2?.local
    if (ph === 'b') open.set(key, args.frame_reporter)
    else if (ph === 'e') {
      const frame = open.get(key)
      if (frame?.frame_sequence === first.args.frame_sequence && /PRESENTED/.test(frame.state))
        return { at: (ts - submit.ts) / 1000 }
    }
  }
  return { why: 'the frame has no report' }
}

async function press(tab) {
  for (const type of ['keyDown', 'keyUp'])
    await tab.send('Input.dispatchKeyEvent', {
      type,
      key: 'Enter',
      code: 'Enter',
      windowsVirtualKeyCode: 13,
      ...(type === 'keyDown' && { text: '\r' }),
    })
}

const site = await startPaintSite()
const browser = await launch()
const eye = await browser.tab()
const figures = []
try {
  for (const scenario of scenarios.filter(({ name }) => !option('only') || name === option('only'))) {
    const { name, slow, hide, scroll, unseen } = scenario
    const tab = await browser.tab(
      `${site.url}/?scenario=${encodeURIComponent(scroll || unseen ? `below ${name}` : name)}`,
    )
    const inner = name === 'iframe' ? 'f.contentWindow.' : ''
    const rows = []
    const excluded = {}
    await tab.show()
    await sleep(600)
    if (slow) await tab.send('Emulation.setCPUThrottlingRate', { rate: slow })
    for (let run = 0; run < runs; run++) {
      const before = await tab.run(`${inner}records.length`)
      await tab.run(`${inner}document.querySelector('#log').textContent = ''; ${inner}box.focus()`)
      await tab.send('Input.insertText', { text: 'Tell me' })
      const other = hide && (await browser.tab())
      await tab.show()
      const events = await traced(tab, async () => {
        await sleep(50)
        await press(tab)
        if (hide) {
          await sleep(40)
          await other.show()
          await sleep(450)
          if (!unseen) await tab.show()
        }
        if (scroll) {
          await sleep(350)
          await tab.run("document.querySelector('#log').scrollTop = 1e6")
        }
        await sleep(slow ? 900 : 450)
      })
      if (hide) await other.close()
      // The record is handed out when the turn has settled.
      if (hide) await tab.show()
      for (let tries = 0; tries < 60 && (await tab.run(`${inner}records.length`)) === before; tries++) await sleep(100)
      const { record, peers } = await tab.run(`({ record: ${inner}records.at(-1), peers: ${inner}peers })`)
      const truth = await truthOf(events, eye)
      const why =
        (await tab.run(`${inner}records.length`)) === before
          ? 'no record'
          : unseen
            ? truth.at !== undefined && 'it was seen'
            : truth.why || (record.ttft === undefined && 'no TTFT in the record')
      if (why) excluded[why] = (excluded[why] ?? 0) + 1
      else
        rows.push({ truth: truth.at, ours: record.ttft, method: record.ttftMethod, bound: record.ttftErrorMs, peers })
    }
    await tab.close()
    figures.push({ ...scenario, rows, excluded })
    process.stderr.write(`${name}: ${rows.length} of ${runs}\n`)
  }
} finally {
  await browser.close()
  await site.close()
}

const errors = (rows, of) => rows.map((row) => of(row) - row.truth).filter(Number.isFinite)
const spread = (values) => [0.5, 0.05, 0.95, 0.99].map((q) => quantile(values, q))
const worst = (values) => values.reduce((most, one) => (Math.abs(one) > Math.abs(most) ? one : most), 0)
const seen = figures.filter(({ unseen }) => !unseen)
console.log('\nSigned error of TTFT against the compositor, ms\n')
console.log(
  table(
    ['scenario', 'n', 'median', 'p5', 'p95', 'p99', 'worst', 'chunk', 'observer', 'double rAF', 'method', 'excluded'],
    seen.map(({ name, rows, excluded }) => {
      const ours = errors(rows, ({ ours }) => ours)
      const peer = (key) => median(errors(rows, ({ peers }) => peers[key]))
      const methods = Object.entries(Object.groupBy?.(rows, ({ method }) => method) ?? {})
      return [
        name,
        rows.length,
        ...spread(ours),
        worst(ours),
        ...['chunk', 'observer', 'frames'].map(peer),
        methods.map(([method, some]) => `${method} ${some.length}`).join(', ') || rows[0]?.method,
        Object.entries(excluded)
          .map(([why, n]) => `${n}: ${why}`)
          .join(', ') || '0',
      ]
    }),
  ),
)
const pooled = seen.filter(({ free }) => !free).flatMap(({ rows }) => errors(rows, ({ ours }) => ours))
const stated = seen.filter(({ free }) => !free).flatMap(({ rows }) => rows)
const held = stated.filter(({ ours, truth, bound }) => Math.abs(ours - truth) <= bound + 0.1)
console.log(
  `\npooled, n = ${pooled.length}: |error| p50 ${quantile(pooled.map(Math.abs), 0.5)?.toFixed(2)}, p99 ${quantile(pooled.map(Math.abs), 0.99)?.toFixed(2)} ms;` +
    ` within the bound that the record states: ${held.length} of ${stated.length}`,
)
for (const { name, rows, excluded } of figures.filter(({ unseen }) => unseen))
  console.log(
    `${name}: ${rows.filter(({ ours }) => ours === undefined || ours === null).length} of ${rows.length} records say that nothing was seen ${JSON.stringify(excluded)}`,
  )
save({
  runs,
  scenarios: figures.map(({ rows, ...rest }) => ({ ...rest, rows })),
})
