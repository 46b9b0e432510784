/**
 * How exactly TTFT is known: the record's figure against when the answer really was on the screen, beside what others go by.
 *
 *     npm run bench:paint -- [--browser chromium|firefox|webkit] [--runs 30] [--only PATTERN] [--json FILE]
 *
 * Truth is the compositor's own trace in Chromium (support/paint-chromium.mjs), the pixels of the screen elsewhere
 * (support/paint-screen.mjs). Everything else is a real page over loopback, a trusted key press, a streamed answer and the
 * shipped script. Without `--browser`, every engine that is installed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { findChromium } from '../support/browsers.mjs'
import { missingDisplay } from '../support/display.mjs'
import { missingFirefox } from '../support/firefox.mjs'
import { missingWebKit } from '../support/webkit.mjs'
import { launchFirefox } from './support/firefox.mjs'
import { startChromium } from './support/paint-chromium.mjs'
import { startOnScreen } from './support/paint-screen.mjs'
import { startPaintSite } from './support/paint-site.mjs'
import { flag, median, option, quantile, save, table } from './support/report.mjs'
import { launchWebKit } from './support/webkit.mjs'

/**
 * @typedef {object} Run
 * @property {object} [record] missing when none was handed out
 * @property {Record<string, number>} peers what other signals said
 * @property {number} [at] the truth, ms since the submit
 * @property {string} [why] the truth is not known
 *
 * @typedef {object} Engine
 * @property {string} version
 * @property {() => string} truth where it comes from
 * @property {(scenario: object) => string | undefined} skips why it cannot show this
 * @property {(scenario: object, url: string) => Promise<{ run(): Promise<Run>, close(): Promise<void> }>} open
 * @property {() => Promise<void>} close
 */
const engines = {
  chromium: {
    start: startChromium,
    missing: () =>
      findChromium().then(
        () => undefined,
        ({ message }) => message,
      ),
  },
  firefox: { start: () => startOnScreen(launchFirefox), missing: () => missingFirefox() ?? missingDisplay() },
  webkit: { start: () => startOnScreen(launchWebKit), missing: () => missingWebKit() ?? missingDisplay() },
}

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
const runs = Number(option('runs') ?? (flag('quick') ? 3 : 30))
const only = new RegExp(`^(${option('only') ?? '.*'})$`)
/** A frame at 60 Hz and what a look or a clock may be off by: later than this is too late. */
const FRAME = 16.7
const LATE = FRAME + 2

async function measure(engine, site, scenario) {
  const { name, scroll, unseen } = scenario
  const page = await engine.open(
    scenario,
    `${site.url}/?scenario=${encodeURIComponent(scroll || unseen ? `below ${name}` : name)}`,
  )
  const rows = []
  const excluded = {}
  for (let i = 0; i < runs; i++) {
    const { record, peers, at: truth, why: unknown } = await page.run()
    const why =
      (unknown !== 'never seen' && unknown) ||
      (!record && 'no record') ||
      // The same words sent again within a second are a double click to us.
      (record.trigger !== 'submit' && 'not opened by the key') ||
      (unseen
        ? truth !== undefined && 'it was seen'
        : unknown || (record.ttft === undefined && 'no TTFT in the record'))
    if (why) excluded[why] = (excluded[why] ?? 0) + 1
    else
      rows.push({
        turn: record.id,
        truth,
        ours: record.ttft,
        method: record.ttftMethod,
        bound: record.ttftErrorMs,
        peers,
      })
  }
  await page.close()
  process.stderr.write(`${name}: ${rows.length} of ${runs}\n`)
  return { ...scenario, rows, excluded }
}

const errors = (rows, of = ({ ours }) => ours) => rows.map((row) => of(row) - row.truth).filter(Number.isFinite)
const worst = (values) => values.reduce((most, one) => (Math.abs(one) > Math.abs(most) ? one : most), 0)
const share = (rows, test) => `${rows.filter(test).length} of ${rows.length}`
/** Beyond the bound that the record states, ms. */
const beyond = ({ ours, truth, bound }) => Math.abs(ours - truth) - bound
const list = (counts) =>
  Object.entries(counts)
    .map(([what, n]) => `${n}: ${what}`)
    .join(', ') || '0'
const methodsOf = (rows) =>
  [...new Set(rows.map(({ method, bound }) => `${method} ± ${Math.round(bound * 10) / 10}`))].join(', ')
const spread = (values) => [0.5, 0.05, 0.95, 0.99].map((q) => quantile(values, q))

const head = [
  'scenario',
  'n',
  'median',
  'p5',
  'p95',
  'p99',
  'worst',
  'in bound',
  'p95 beyond',
  'late',
  'chunk',
  'observer',
  'double rAF',
  'method',
  'excluded',
]
const line = (name, rows, excluded = {}) => [
  name,
  rows.length,
  ...spread(errors(rows)),
  worst(errors(rows)),
  share(rows, (row) => beyond(row) <= 0.1),
  quantile(rows.map(beyond), 0.95),
  share(rows, ({ ours, truth }) => ours - truth > LATE),
  ...['chunk', 'observer', 'frames'].map((key) => median(errors(rows, ({ peers }) => peers[key]))),
  methodsOf(rows),
  list(excluded),
]

function report({ version, truth, figures, skipped, spans }) {
  const seen = figures.filter(({ unseen }) => !unseen)
  const pooled = seen.filter(({ free }) => !free).flatMap(({ rows }) => rows)
  console.log(`\n${version}: signed error of TTFT, ms. Truth: ${truth}\n`)
  console.log(
    table(head, [...seen.map(({ name, rows, excluded }) => line(name, rows, excluded)), line('pooled', pooled)]),
  )
  const sizes = errors(pooled).map(Math.abs)
  console.log(
    `\npooled, without what comes into view by and by: |error| p50 ${quantile(sizes, 0.5)?.toFixed(2)}, p95 ${quantile(sizes, 0.95)?.toFixed(2)}, p99 ${quantile(sizes, 0.99)?.toFixed(2)} ms`,
  )
  for (const { name, rows, excluded } of figures.filter(({ unseen }) => unseen))
    console.log(
      `${name}: ${share(rows, ({ ours }) => ours === undefined || ours === null)} records say that nothing was seen; excluded ${list(excluded)}`,
    )
  for (const [name, why] of skipped) console.log(`${name}: left out, ${why}`)
  console.log(
    `the parts of TTFT sum to it within 0.01 ms on ${spans.held} of ${spans.all} spans; ${spans.lost} did not arrive`,
  )
}

/** Of the turns that were measured, as they arrived: whether the parts sum to the whole. */
function summed(turns, rows) {
  const arrived = rows.map(({ turn }) => turns.get(turn)).filter(Boolean)
  const timed = arrived.filter((turn) => 'chat_vitals.time_to.first_text' in turn)
  const held = timed.filter((turn) => {
    const parts = ['client', 'server', 'model', 'render', 'paint', 'unknown'].map(
      (part) => turn[`chat_vitals.ttft.${part}`] ?? 0,
    )
    return Math.abs(parts.reduce((sum, part) => sum + part) - turn['chat_vitals.time_to.first_text']) <= 1e-5
  })
  return { all: timed.length, held: held.length, lost: rows.length - arrived.length }
}

async function play(name, site) {
  const engine = await engines[name].start()
  const figures = []
  const skipped = []
  try {
    for (const scenario of scenarios.filter(({ name }) => only.test(name))) {
      const why = engine.skips(scenario)
      if (why) skipped.push([scenario.name, why])
      else figures.push(await measure(engine, site, scenario))
    }
    // The last ones are still on their way.
    await sleep(3000)
  } finally {
    await engine.close()
  }
  const spans = summed(
    site.turns,
    figures.flatMap(({ rows }) => rows),
  )
  return { browser: name, version: engine.version, truth: engine.truth(), figures, skipped, spans }
}

const site = await startPaintSite()
const results = []
try {
  for (const name of option('browser') ? [option('browser')] : Object.keys(engines)) {
    const missing = engines[name] ? await engines[name].missing() : `known are ${Object.keys(engines).join(', ')}`
    if (missing) console.log(`${name} is skipped: ${missing}`)
    else results.push(await play(name, site))
  }
} finally {
  await site.close()
}
for (const result of results) report(result)
save({ runs, results })
