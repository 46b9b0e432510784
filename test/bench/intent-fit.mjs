/**
 * Fits the weights of src/intent on labelled pairs and, run directly, writes src/intent/weights.ts.
 *
 *     node test/bench/intent-fit.mjs
 *
 * Multinomial logistic regression, so few numbers that they can be read. The phrases themselves are in src/intent/words
 * and are not learned. The pairs of the data folder are read where they lie and never copied into the project.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { writtenPairs } from './intent-data.mjs'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const devFile = (process.env.CHAT_VITALS_DATA ?? root + '../shared/data') + '/intent/dev.jsonl'
const rows = (file) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
/** The development set, or undefined where it is not at hand. */
export const devPairs = () => (existsSync(devFile) ? rows(devFile) : undefined)
/** Written by the project: `probe` tests phrases that were worded without looking at the data, `pairs` is fitted on too. */
export const ownPairs = (name) =>
  rows(`${root}test/unit/intent/${name}.jsonl`).map((row) => ({ ...row, source: name, tier: 'project' }))

export async function loadDetector() {
  const { outputFiles } = await build({
    stdin: {
      contents: "export * from './all.ts'; export { kinds } from './detect.ts'",
      resolveDir: root + 'src/intent',
    },
    bundle: true,
    format: 'esm',
    write: false,
    charset: 'utf8',
  })
  const { detector, kinds } = await import(
    'data:text/javascript;base64,' + Buffer.from(outputFiles[0].text).toString('base64')
  )
  return { ...detector, kinds }
}

export const inputOf = (row) => ({ previous: row.prev, next: row.new, answer: row.answer_gist ?? row.answer })

/** Rows with what the model sees of them. */
export function seen(detector, pairs) {
  return pairs.map((row) => {
    const look = detector.look(inputOf(row))
    return { ...row, same: look.same, lang: row.lang, x: [1, ...look.x] }
  })
}

/**
 * How much a row counts. A class that is rare here is not rare in a chat: its rows count more. So do rephrasings, with
 * them the `traps` that must not become one, and turns of real dialogues, of which a class has few.
 */
const share = {
  rephrase: 3.15,
  correction: 1.15,
  clarification: 2,
  regenerate: 2,
  natural: 2,
  // Written by the project: cues are many there, and rare in a chat.
  written: 0.3,
  'written none': 1,
  'written rephrase': 0.7,
}
const traps = { high_overlap: 6, slot_change: 6, template: 6, language_switch_unrelated: 4 }

/** Weights per kind, relative to `none`. Full-batch Adam with an L2 penalty; deterministic. */
export function fit(all, kinds, { l2 = 1.5, rounds = 160, shares = share } = {}) {
  const weightOf = ({ label, sub, tier, unseen }) =>
    (shares[tier] ?? 1) *
    (unseen === undefined ? 1 : (shares['written ' + label] ?? shares.written ?? 1)) *
    ((label === 'none' ? traps[sub] : shares[label]) ?? 1)
  const used = all.filter((row) => !row.same && row.label !== 'repeat')
  const width = used[0].x.length
  const count = kinds.length
  const [w, m, s, g] = Array.from({ length: 4 }, () => new Float64Array(count * width))
  const data = used.map((row) => {
    const at = row.x.flatMap((value, i) => (value ? [i] : []))
    return { at, value: at.map((i) => row.x[i]), kind: kinds.indexOf(row.label), weight: weightOf(row) }
  })
  const odds = new Float64Array(count)
  for (let round = 1; round <= rounds; round++) {
    g.fill(0)
    for (const { at, value, kind, weight } of data) {
      let total = 0
      for (let k = 0; k < count; k++) {
        let sum = 0
        for (let i = 0; i < at.length; i++) sum += w[k * width + at[i]] * value[i]
        total += odds[k] = Math.exp(sum)
      }
      for (let k = 0; k < count; k++) {
        const step = (odds[k] / total - (k === kind)) * weight
        if (Math.abs(step) > 1e-4) for (let i = 0; i < at.length; i++) g[k * width + at[i]] += step * value[i]
      }
    }
    const rate = round < rounds * 0.5 ? 0.15 : round < rounds * 0.8 ? 0.05 : 0.015
    for (let i = 0; i < w.length; i++) {
      const slope = g[i] + (i % width ? l2 * w[i] : 0)
      m[i] = 0.9 * m[i] + 0.1 * slope
      s[i] = 0.98 * s[i] + 0.02 * slope * slope
      w[i] -= (rate * m[i]) / (1 - 0.9 ** round) / (Math.sqrt(s[i] / (1 - 0.98 ** round)) + 1e-6)
    }
  }
  const none = kinds.indexOf('none')
  return kinds
    .filter((kind) => kind !== 'none')
    .map((_, k) => Array.from({ length: width }, (_, i) => w[k * width + i] - w[none * width + i]))
}

/** Weights as text: a character each, in tenths around `O`. */
export const pack = (weights) =>
  weights.map((row) => String.fromCharCode(...row.map((w) => 79 + Math.max(-44, Math.min(47, Math.round(w * 10))))))

/** The kind by unpacked weights; what detect.ts does, for weights under trial. */
export function decide(row, weights, kinds) {
  let best = 0
  let kind = 'none'
  weights.forEach((w, k) => {
    const sum = w.reduce((total, weight, i) => total + weight * row.x[i], 0)
    if (sum > best) [best, kind] = [sum, kinds[k]]
  })
  return kind
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const pairs = devPairs()
  if (!pairs) {
    console.error(`Not fitted: ${devFile} is not there. CHAT_VITALS_DATA names the data folder.`)
    process.exit(1)
  }
  const detector = await loadDetector()
  const all = seen(detector, [...pairs, ...ownPairs('pairs'), ...writtenPairs().filter((row) => !row.unseen)])
  const text = pack(fit(all, detector.kinds)).map((row) => `  ${JSON.stringify(row)},\n`)
  writeFileSync(
    root + 'src/intent/weights.ts',
    '/** Fitted by test/bench/intent-fit.mjs: a row per kind, a character per feature, in tenths around `O`. */\n' +
      `export const weights: string[] = [\n${text.join('')}]\n`,
  )
}
