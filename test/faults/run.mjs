// `npm run test:faults`: every row of the fault table, injected for real, in every engine that is here; ends with the table
// of what became of the turns. `--trials N` (12), `--short` (3, of which one may break), `--rows 1,2,5`, `--browser chromium,firefox,webkit`,
// `--tell FILE,FILE` (the tables of earlier runs' JSON, and no trial), `--loads` (also the big loads), `--soak MINUTES` (that alone), `--real-time` (waits as they are, one trial a row), `--jobs N` (4), `--json FILE`.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { loads } from './loads.mjs'
import { rows } from './rows/index.mjs'
import { soak } from './soak.mjs'
import { brief, table } from './support/table.mjs'
import { runTrial } from './support/trial.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { values: given } = parseArgs({
  options: {
    trials: { type: 'string' },
    rows: { type: 'string' },
    browser: { type: 'string', default: 'chromium' },
    json: { type: 'string' },
    tell: { type: 'string' },
    jobs: { type: 'string', default: '4' },
    short: { type: 'boolean' },
    loads: { type: 'boolean' },
    soak: { type: 'string' },
    'real-time': { type: 'boolean' },
    build: { type: 'boolean', default: true },
  },
  allowNegative: true,
})
if (given.tell) {
  const reports = given.tell.split(',').flatMap((file) => JSON.parse(readFileSync(file, 'utf8')).report)
  console.log(`${table(reports)}\n\n${brief(reports)}`)
  process.exit(0)
}
const realTime = given['real-time'] === true
const trials = Number(given.trials ?? (realTime ? 1 : given.short ? 3 : 12))
const wanted = given.rows?.split(',')
if (!(trials >= 1)) throw new Error('--trials takes a number')
if (given.soak && !(given.soak > 0)) throw new Error('--soak takes minutes')

if (given.build || !existsSync(`${root}dist/chat-vitals.global.js`)) {
  const { status } = spawnSync('npx', ['rollup', '-c', '--silent'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}
mkdirSync(`${root}.cache`, { recursive: true })
const supportFile = `${root}.cache/faults-support.mjs`
await build({
  stdin: {
    contents: `export * from './test/support/collector.ts'; import { timing as page } from './src/base/timing.ts'; import { deliveryTiming } from './src/delivery/timing.ts'; export const timing = { ...page, ...deliveryTiming }`,
    resolveDir: root,
  },
  outfile: supportFile,
  bundle: true,
  platform: 'node',
  format: 'esm',
})
const support = await import(supportFile)

const all = given.soak ? [soak(Number(given.soak))] : given.loads ? [...rows, ...loads] : rows
const chosen = all.filter(({ row }) => !wanted || wanted.includes(String(row)))
if (!chosen.length)
  throw new Error(`--rows ${given.rows}: there are 1 to ${rows.length}, and the loads ${loads.map((one) => one.row)}`)

/** Kept from trial to trial: a run that is cut short has told what it saw. */
let report = []
const save = () => {
  if (given.json)
    writeFileSync(given.json, JSON.stringify({ at: new Date().toISOString(), scaled: !realTime, report }, null, 2))
}
const known = ['chromium', 'firefox', 'webkit']
const browsers = given.browser.split(',')
const strange = browsers.find((one) => !known.includes(one))
if (strange) throw new Error(`--browser ${strange}: there are ${known.join(', ')}`)
/** The browser of rows that need none of their own; started at the first need, and again when it has ended before its time. */
const createShare = (engine) => {
  let starting
  let running
  return {
    browser() {
      if (running?.ended()) starting = running = undefined
      starting ??= engine.start().then(
        (started) => (running = started),
        (error) => {
          starting = undefined
          throw error
        },
      )
      return starting
    },
    async close() {
      await running?.close().catch(() => {})
      starting = running = undefined
    },
  }
}

// Browsers that nobody ends would stay.
const running = new Set()
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    await Promise.race([Promise.all([...running].map((share) => share.close())), sleep(5000)])
    process.exit(1)
  })

for (const browserName of browsers) {
  const engine = await import(`./engines/${browserName}.mjs`)
  /** Why a row cannot be shown here. */
  const hindrance = (row) =>
    row.stated ?? row.not?.[browserName] ?? (row.needs ?? []).map((need) => engine.cannot[need]).find(Boolean)
  const results = new Map(chosen.map((row) => [row, []]))
  const before = report
  const told = () =>
    [...results].map(([row, trialsOf]) => ({
      engine: engine.name,
      row: row.row,
      title: row.title,
      injected: row.injected,
      simulated: row.simulated,
      notShown: hindrance(row),
      trials: trialsOf.sort((a, b) => a.n - b.n),
    }))
  const tasks = chosen
    .filter((row) => !hindrance(row))
    .flatMap((row) => Array.from({ length: row.once ? 1 : trials }, (_, n) => ({ row, n })))
  /** Rows that measure their own machine run when nothing else does. */
  const [alone, together] = [tasks.filter(({ row }) => row.alone), tasks.filter(({ row }) => !row.alone)]
  const jobs = Number(given.jobs)
  // Where commands go one after the other, each job has a browser to itself.
  const shares = Array.from({ length: engine.serial ? jobs : 1 }, () => createShare(engine))
  for (const share of shares) running.add(share)
  const work = async (queue, share) => {
    for (let task; (task = queue.shift());) {
      const { row, n } = task
      const started = Date.now()
      const result = await runTrial({ row, engine, share: share.browser, n, realTime, support })
      // What still hangs in it would hold up the next trial.
      if (result.late && engine.serial) await share.close()
      result.tookMs = Date.now() - started
      results.get(row).push(result)
      const state = result.problems.length ? `BROKEN: ${result.problems.join('; ')}` : 'holds'
      console.log(`${engine.name} row ${row.row} trial ${n + 1}: ${state} (${result.tookMs} ms)`)
      report = [...before, ...told()]
      save()
    }
  }
  try {
    await Promise.all(Array.from({ length: jobs }, (_, i) => work(together, shares[i % shares.length])))
    await work(alone, shares[0])
  } finally {
    await Promise.all(shares.map((share) => share.close()))
  }
  report = [...before, ...told()]
}

console.log('\n' + table(report))
save()
const broken = report.flatMap((one) =>
  one.trials.filter((trial) => trial.problems.length).map((trial) => ({ ...one, trial })),
)
for (const { engine, row, trial } of broken)
  console.error(`${engine} row ${row}, trial ${trial.n + 1}: ${trial.problems.join('; ')}`)
const ran = report.reduce((sum, one) => sum + one.trials.length, 0)
// The short form is for machines that have other things to do: there one trial late by a busy second fails no row.
const lost = given.short
  ? report.filter(({ trials: of }) => of.filter(({ problems }) => problems.length).length * 3 > of.length).length
  : broken.length
console.log(`${ran - broken.length} of ${ran} trials hold`)
console.log(
  `${(given.short ? report.filter(({ trials: of }) => of.length).length : ran) - lost} passed, ${lost} failed`,
)
process.exit(lost || !ran ? 1 : 0)
