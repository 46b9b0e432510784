// The arithmetic of rates, quantiles and ratings as the overview shows them. Pure: knows no span and no database.
import { QUANTILES } from './pages/metrics.mjs'

/** 97.5th percentile of the standard normal distribution. */
const Z = 1.959963984540054

/**
 * A share of counted things with its Wilson 95 % interval. All values 0..1; missing without a trial.
 * @typedef {{ value?: number, low?: number, high?: number, k: number, n: number }} Rate
 *
 * @param {number} k successes
 * @param {number} n trials
 * @returns {Rate}
 */
export function rate(k, n) {
  if (!(n > 0)) return { k, n: 0 }
  const p = k / n
  const centre = p + (Z * Z) / (2 * n)
  const half = Z * Math.sqrt((p * (1 - p)) / n + (Z * Z) / (4 * n * n))
  const scale = 1 + (Z * Z) / n
  return {
    value: p,
    // At the ends the formula is exact, floating point is not.
    low: k === 0 ? 0 : Math.max(0, (centre - half) / scale),
    high: k === n ? 1 : Math.min(1, (centre + half) / scale),
    k,
    n,
  }
}

/**
 * Which quantiles of the sample bound the true quantile `q` with about 95 % (order statistics, no distribution assumed).
 * Missing while the sample is too small to bound it on both sides.
 * @param {number} n
 * @param {number} q 0..1
 * @returns {[number, number] | undefined} two quantiles, 0..1
 */
export function quantileBounds(n, q) {
  const half = Z * Math.sqrt(n * q * (1 - q))
  const low = Math.floor(n * q - half)
  const high = Math.ceil(n * q + half) + 1
  return low < 1 || high > n ? undefined : [(low - 1) / (n - 1), (high - 1) / (n - 1)]
}

/**
 * Quantile of raw values by linear interpolation (what DuckDB's `quantile_cont` computes).
 * @param {number[]} values
 * @param {number} q 0..1
 * @returns {number | undefined}
 */
export function quantile(values, q) {
  if (!values.length) return undefined
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const low = Math.floor(at)
  const from = sorted[low]
  return from + ((sorted[low + 1] ?? from) - from) * (at - low)
}

/** Proposed ratings, version 1: limits of the table of metrics. `better: 'high'` turns the order round. */
export const RATINGS = QUANTILES

/**
 * @param {string} metric a key of RATINGS
 * @param {number | null | undefined} value
 * @returns {'good' | 'fair' | 'poor' | undefined}
 */
export function rating(metric, value) {
  const limits = RATINGS[metric]
  if (!limits || value == null) return undefined
  const sign = limits.better === 'high' ? -1 : 1
  if (value * sign <= limits.good * sign) return 'good'
  return value * sign > limits.poor * sign ? 'poor' : 'fair'
}

/**
 * Loss of whole turns, a lower bound: what page views say they opened against what came.
 * @param {number} received distinct turns
 * @param {number} opened Σ over page views of max(highest seq, highest count of opened turns)
 * @returns {Rate}
 */
export const loss = (received, opened) => rate(Math.max(0, opened - received), opened)

/**
 * Whether two rates differ beyond chance: Newcombe's interval of the difference, of two Wilson intervals.
 * @param {Rate} a @param {Rate} b
 * @returns {{ difference?: number, low?: number, high?: number, beyond: boolean }} of b − a
 */
export function chance(a, b) {
  if (!a.n || !b.n) return { beyond: false }
  const difference = b.value - a.value
  const low = difference - Math.hypot(b.value - b.low, a.high - a.value)
  const high = difference + Math.hypot(b.high - b.value, a.value - a.low)
  return { difference, low, high, beyond: low > 0 || high < 0 }
}

const [DETECTION, BASELINE, DRIFT_Z] = [100, 1000, 3]
/**
 * The newest turns against those before: z of each share; |z| > 3 is drift. Nothing is said of fewer than 1,100 turns.
 * @param {{ first_text?: number | null, interrupted: boolean, error: boolean, sent: boolean, pair: boolean, corrected: boolean }[]} rows newest first
 */
export function drift(rows) {
  const size = Math.max(DETECTION, Math.floor(rows.length / 10))
  const [recent, earlier] = [rows.slice(0, size), rows.slice(size)]
  if (earlier.length < BASELINE) return { turns: rows.length, needed: BASELINE + DETECTION, signals: [] }
  const limit =
    quantile(
      earlier.map((row) => row.first_text).filter((it) => it != null),
      0.75,
    ) ?? Infinity
  const shares = {
    slow: [(row) => row.first_text != null, (row) => row.first_text > limit],
    interruption: [(row) => row.sent, (row) => row.interrupted],
    errorRate: [(row) => row.sent, (row) => row.error],
    correction: [(row) => row.pair, (row) => row.corrected],
  }
  const signals = Object.entries(shares).map(([name, [counts, holds]]) => {
    const of = (all) => rate(all.filter((row) => counts(row) && holds(row)).length, all.filter(counts).length)
    const [now, past] = [of(recent), of(earlier)]
    const p = (now.k + past.k) / (now.n + past.n)
    const z =
      now.n < DETECTION / 2 || !p || p === 1
        ? undefined
        : (now.value - past.value) / Math.sqrt(p * (1 - p) * (1 / now.n + 1 / past.n))
    return { name, now, before: past, z, drifted: Math.abs(z ?? 0) > DRIFT_Z }
  })
  return { turns: rows.length, recent: recent.length, baseline: earlier.length, limit, signals }
}
