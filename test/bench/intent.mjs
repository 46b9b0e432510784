/**
 * How well src/intent tells what the user meant: per label, language and tier, with confusion, the rate's calibration,
 * what its scores are worth, speed and size.
 *
 *     node test/bench/intent.mjs [--cv] [--json FILE]
 *
 * Each view flatters differently. `shipped`: the weights as they are, on pairs they were fitted on. `by prompt`: fitted on
 * nine tenths, judged on the rest, no previous prompt on both sides. With --cv: `by source`, fitted without a whole source, so
 * that a label that only one source has is never seen; `unseen families`, a third of the cells (language by family of
 * what people do) that the project wrote, kept aside; `by family`, fitted without a family in any language. `probe`: the
 * project's own phrases, never fitted on. Without the data folder only the probe, speed and size are shown.
 */
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { brotliCompressSync, constants } from 'node:zlib'
import { build } from 'esbuild'
import { decide, devFile, devPairs, fit, inputOf, loadDetector, ownPairs, root, seen } from './intent-fit.mjs'
import { fitTrust, reliability, scoreBy, views } from './intent-trust.mjs'

const labels = ['none', 'rephrase', 'repeat', 'correction', 'clarification', 'regenerate']
const corrections = ['repeat', 'rephrase', 'correction']
const hard = [
  'high_overlap',
  'slot_change',
  'template',
  'same_domain',
  'neighbour_topic',
  'topic_shift',
  'same_code_new_question',
  'language_switch_unrelated',
]
const languages = ['en', 'zh', 'ja', 'de', 'ko', 'fr', 'es', 'pt', 'ru', 'switch']
const round = (value) => Math.round(value * 1000) / 1000
const group = (rows, by) =>
  Map.groupBy?.(rows, by) ?? rows.reduce((map, row) => map.set(by(row), [...(map.get(by(row)) ?? []), row]), new Map())

function measure(rows, label) {
  const hit = rows.filter((row) => row.said === label && row.label === label).length
  const said = rows.filter((row) => row.said === label).length
  const n = rows.filter((row) => row.label === label).length
  const [p, r] = [said ? hit / said : 0, n ? hit / n : 0]
  return { p: round(p), r: round(r), f1: round(p + r ? (2 * p * r) / (p + r) : 0), n }
}
const macro = (rows) => {
  const all = labels.map((label) => measure(rows, label)).filter(({ n }) => n)
  return round(all.reduce((sum, { f1 }) => sum + f1, 0) / all.length)
}
const share = (rows, test) => (rows.length ? round((100 * rows.filter(test).length) / rows.length) : undefined)

/** The figures of one view; `said` is the verdict of each row. */
export function judge(rows) {
  const natural = rows.filter((row) => row.tier === 'natural')
  const traps = rows.filter((row) => row.label === 'none' && hard.includes(row.sub))
  return {
    n: rows.length,
    macroF1: macro(rows),
    labels: Object.fromEntries(labels.map((label) => [label, measure(rows, label)])),
    languages: Object.fromEntries(
      languages
        .map((lang) => [lang, rows.filter((row) => (row.lang.includes('-') ? 'switch' : row.lang) === lang)])
        .filter(([, some]) => some.length)
        .map(([lang, some]) => [lang, macro(some)]),
    ),
    tiers: Object.fromEntries(
      [...group(rows, (row) => row.tier)].map(([tier, some]) => [
        tier,
        { macroF1: macro(some), correction: measure(some, 'correction') },
      ]),
    ),
    confusion: Object.fromEntries(
      labels.map((label) => [
        label,
        Object.fromEntries(
          [...labels, 'unknown'].map((said) => [
            said,
            rows.filter((row) => row.label === label && row.said === said).length,
          ]),
        ),
      ]),
    ),
    trapsCalledRephrase: Object.fromEntries(
      [['all', traps], ...group(traps, (row) => row.sub)].map(([sub, some]) => [
        sub,
        { percent: share(some, (row) => row.said === 'rephrase'), n: some.length },
      ]),
    ),
    rephraseRecall: Object.fromEntries(
      [
        ...group(
          rows.filter((row) => row.label === 'rephrase'),
          (row) => row.sub ?? 'natural',
        ),
      ].map(([sub, some]) => [sub, { percent: share(some, (row) => row.said === 'rephrase'), n: some.length }]),
    ),
    rate: natural.length
      ? {
          true: share(natural, (row) => corrections.includes(row.label)),
          predicted: share(natural, (row) => corrections.includes(row.said)),
          n: natural.length,
        }
      : undefined,
  }
}

/** Judged on parts that the weights were not fitted on. Repeats need no weights and are taken as detected. */
function cross(rows, own, kinds, key) {
  const parts = new Map(rows.map((row) => [row, key(row)]))
  for (const part of new Set(parts.values())) {
    const weights = fit([...rows.filter((row) => parts.get(row) !== part), ...own], kinds)
    for (const row of rows) {
      if (parts.get(row) === part) row.said = row.same ? row.shipped : decide(row, weights, kinds)
    }
  }
  return judge(rows)
}

const hash = (text) => [...text].reduce((sum, char) => (sum * 31 + char.codePointAt(0)) % 9973, 7)

function speed(detect) {
  const words = {
    en: 'Please tell me whether the second answer you gave about the red house is still right, ',
    zh: '请告诉我你刚才说的第二个答案到底对不对，因为我想要的是别的房子，',
    ru: 'скажи пожалуйста, правильно ли ты ответил на второй вопрос про красный дом, ',
  }
  const times = Object.entries(words).map(([lang, text]) => {
    const previous = text.repeat(60).slice(0, 2000)
    const next = ('no, ' + text.repeat(60)).slice(7, 2007)
    for (let i = 0; i < 100; i++) detect({ previous, next })
    const all = Array.from({ length: 1000 }, () => {
      const start = performance.now()
      detect({ previous, next })
      return performance.now() - start
    }).sort((a, b) => a - b)
    return [lang, { n: all.length, medianMs: round(all[500]), p95Ms: round(all[950]) }]
  })
  const huge = 'lorem ipsum dolor; '.repeat(55_000)
  const start = performance.now()
  detect({ previous: huge, next: huge + '.' })
  return {
    ...Object.fromEntries(times),
    '2 × 1 MB': { ms: round(performance.now() - start) },
    cores: availableParallelism(),
  }
}

/** Brotli 11 of what a page loads: the detector, the words of each group, and all of it in one. */
async function bytes() {
  const sizes = {}
  for (const part of ['lazy', 'words/en', 'words/zh', 'words/ja', 'words/ko', 'words/latin', 'words/ru', 'all']) {
    const { outputFiles } = await build({
      entryPoints: [`${root}src/intent/${part}.ts`],
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
      charset: 'utf8',
      // Words come apart from the detector.
      external: part === 'lazy' ? ['./words/*'] : [],
    })
    const { contents } = outputFiles[0]
    sizes[part] = brotliCompressSync(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length
  }
  return sizes
}

/** What is promised and what is right, in all and by language; the curve is fitted on the rows by source alone. */
function trusted(detector, { bySource, unseen, byFamily }) {
  const score = scoreBy(fitTrust(bySource, detector.kinds), detector.kinds)
  return Object.fromEntries(
    Object.entries({ bySource, unseen, byFamily }).map(([view, rows]) => [
      view,
      Object.fromEntries(
        ['all', ...languages].flatMap((lang) => {
          const some = rows.filter((row) => lang === 'all' || (row.lang.includes('-') ? 'switch' : row.lang) === lang)
          return some.length ? [[lang, reliability(some, score)]] : []
        }),
      ),
    ]),
  )
}

function print(title, result) {
  console.log(`\n${title}: ${result.n} pairs, macro-F1 ${result.macroF1}`)
  console.table(result.labels)
  console.log('macro-F1 per language', result.languages)
  console.log('per tier', JSON.stringify(result.tiers))
  console.table(result.confusion)
  console.log('traps called rephrase, %', JSON.stringify(result.trapsCalledRephrase))
  console.log('rephrase found, %', JSON.stringify(result.rephraseRecall))
  if (result.rate) console.log('rate of intent correction, natural tier, %', result.rate)
}

const detector = await loadDetector()
const verdict = (row) => detector.detectCorrection(inputOf(row)).kind
const report = {}
let trust
const pairs = devPairs()
if (pairs) {
  const rows = seen(detector, pairs).map((row) => ({ ...row, shipped: verdict(row) }))
  report.shipped = judge(rows.map((row) => ({ ...row, said: row.shipped })))
  const own = seen(detector, ownPairs('pairs'))
  report.byPrompt = cross(rows, own, detector.kinds, (row) => hash(row.prev) % 10)
  if (process.argv.includes('--cv')) {
    const apart = views(detector)
    report.bySource = judge(apart.bySource)
    report.unseenFamilies = judge(apart.unseen)
    report.byFamily = judge(apart.byFamily)
    trust = trusted(detector, apart)
  }
} else console.log(`Skipped: no development set at ${devFile}. CHAT_VITALS_DATA names the data folder.`)
report.probe = judge(ownPairs('probe').map((row) => ({ ...row, said: verdict(row) })))
for (const [title, result] of Object.entries(report)) print(title, result)
for (const [view, tables] of Object.entries(trust ?? {})) {
  for (const [lang, { n, error, table }] of Object.entries(tables)) {
    console.log(`\nscores, ${view}, ${lang}: ${n} verdicts, mean gap between promised and right ${error}`)
    console.table(table)
  }
}
if (trust) report.trust = trust
report.speed = speed(detector.detectCorrection)
report.size = await bytes()
console.log('\nspeed', report.speed, '\nsize, bytes', report.size)
const file = process.argv[process.argv.indexOf('--json') + 1]
if (process.argv.includes('--json')) writeFileSync(file, JSON.stringify(report, null, 2) + '\n')
