// The arithmetic of rates, quantiles and ratings as the overview shows them. Pure: knows no span and no database.

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

/**
 * Proposed ratings, version 1. Seconds for times, 0..1 for shares. `better: 'high'` turns the order round, and the
 * quantile that three of four turns reach is then the 25th.
 * @type {Record<string, { good: number, poor: number, better?: 'high' }>}
 */
export const RATINGS = {
  first_feedback: { good: 0.2, poor: 0.5 },
  first_progress: { good: 2, poor: 5 },
  ttft: { good: 2, poor: 5 },
  stall_ratio: { good: 0.01, poor: 0.05 },
  stall_longest: { good: 1, poor: 3 },
  gap_p95: { good: 0.2, poor: 0.5 },
  qoe: { good: 0.95, poor: 0.8, better: 'high' },
}

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
