/**
 * What a score of src/intent is worth: calibrates it on verdicts about pairs that the weights were not fitted on, and, run
 * directly, writes src/intent/trust.ts. To be run after intent-fit.mjs.
 *
 *     node test/bench/intent-trust.mjs
 *
 * Rare kinds are fitted with more weight than they have, so the raw odds promise too much of some and too little of others.
 * Per kind that was said, one logistic curve over those odds: the chance that it is right.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { writtenPairs } from './intent-data.mjs'
import { devFile, devPairs, fit, loadDetector, ownPairs, root, seen } from './intent-fit.mjs'

const squash = (z) => 1 / (1 + Math.exp(-z))

/** The kind by unpacked weights and the log odds that it is that one and no other; what detect.ts does. */
export function weighed(row, weights, kinds) {
  const odds = kinds.map((_, k) => Math.exp((weights[k] ?? []).reduce((sum, weight, i) => sum + weight * row.x[i], 0)))
  const best = Math.max(...odds)
  const rest = odds.reduce((a, b) => a + b) - best
  return { said: kinds[odds.indexOf(best)], raw: Math.log(best / rest) }
}

/** Rows of `judged` with the verdict of weights that were fitted without the part they are in. */
export function heldOut(judged, always, kinds, key) {
  const parts = Map.groupBy
    ? Map.groupBy(judged, key)
    : new Map(judged.map((row) => [key(row), judged.filter((one) => key(one) === key(row))]))
  return [...parts.values()].flatMap((part) => {
    const out = new Set(part)
    const weights = fit([...judged.filter((row) => !out.has(row)), ...always], kinds)
    return part.map((row) => ({ ...row, ...(row.same ? { said: 'repeat', raw: 3 } : weighed(row, weights, kinds)) }))
  })
}

/** A line over the log odds per kind, drawn to the line of all where a kind was said seldom. */
export function fitTrust(rows, kinds) {
  const line = (some, [a0, b0], pull) => {
    let [a, b] = [a0, b0]
    for (let i = 0; i < 4000; i++) {
      let [da, db] = [pull * (a - a0), pull * (b - b0)]
      for (const { raw, said, label } of some) {
        const off = squash(a + b * raw) - (said === label)
        da += off
        db += off * raw
      }
      a -= (da / (some.length + pull)) * 0.3
      b -= (db / (some.length + pull)) * 0.1
    }
    return [a, Math.max(0.1, b)]
  }
  const judged = rows.filter((row) => !row.same)
  const all = line(judged, [0, 1], 0.01)
  return kinds.map((kind) =>
    line(
      judged.filter((row) => row.said === kind),
      all,
      20,
    ),
  )
}

/** Of the verdicts by what their score promised, how many were right; `error` is the mean gap between the two. */
export function reliability(rows, scoreOf) {
  const bins = [0, 0.5, 0.7, 0.8, 0.9, 0.96, 1.01]
  let error = 0
  const table = {}
  for (const [i, low] of bins.slice(0, -1).entries()) {
    const some = rows.filter((row) => scoreOf(row) >= low && scoreOf(row) < bins[i + 1])
    if (!some.length) continue
    const promised = some.reduce((sum, row) => sum + scoreOf(row), 0) / some.length
    const right = some.filter((row) => row.said === row.label).length / some.length
    error += (Math.abs(promised - right) * some.length) / rows.length
    table[`from ${low}`] = { n: some.length, promised: +promised.toFixed(2), right: +right.toFixed(2) }
  }
  return { n: rows.length, error: +error.toFixed(3), table }
}

/** Pairs with verdicts not fitted on them: the development set by source, the project's own by family. */
export function views(detector) {
  const dev = seen(detector, devPairs())
  const own = seen(detector, [...ownPairs('pairs'), ...ownPairs('probe')])
  const written = seen(detector, writtenPairs())
  const known = written.filter((row) => !row.unseen)
  const bySource = heldOut(dev, [...own, ...known], detector.kinds, (row) => row.source.split(':')[0])
  const weights = fit([...dev, ...own, ...known], detector.kinds)
  const unseen = written
    .filter((row) => row.unseen)
    .map((row) => ({ ...row, ...(row.same ? { said: 'repeat', raw: 3 } : weighed(row, weights, detector.kinds)) }))
  const families = [...new Set(written.map((row) => row.sub))]
  const byFamily = heldOut(written, [...dev, ...own], detector.kinds, (row) => families.indexOf(row.sub) % 6)
  return { bySource, unseen, byFamily }
}

export const scoreBy = (trust, kinds) => (row) => {
  if (row.same) return 0.95
  const [a, b] = trust[kinds.indexOf(row.said)]
  return squash(a + b * row.raw)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!devPairs()) {
    console.error(`Not calibrated: ${devFile} is not there. CHAT_VITALS_DATA names the data folder.`)
    process.exit(1)
  }
  const detector = await loadDetector()
  const { bySource } = views(detector)
  const trust = fitTrust(bySource, detector.kinds)
  writeFileSync(
    root + 'src/intent/trust.ts',
    '/** Fitted by test/bench/intent-trust.mjs: per kind start and slope of the line from log odds to those of being right. */\n' +
      `export const trust: [start: number, slope: number][] = [\n${trust.map((line) => `  [${line.map((z) => +z.toFixed(2)).join(', ')}],\n`).join('')}]\n`,
  )
  console.log(trust, reliability(bySource, scoreBy(trust, detector.kinds)))
}
