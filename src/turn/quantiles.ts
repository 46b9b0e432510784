/** Quantiles of durations from a fixed histogram (OpenTelemetry's exponential scale 3): no list of values. */

const buckets = 160

export interface Quantiles {
  add(ms: number): void
  /** Nearest rank, within 4.4 % for 1 ms … 17 min. Undefined when nothing was added. */
  at(q: number): number | undefined
}

export function createQuantiles(): Quantiles {
  const counts = new Uint32Array(buckets)
  let total = 0
  return {
    add(ms) {
      total++
      counts[Math.min(buckets - 1, Math.max(0, Math.floor(Math.log2(ms) * 8)))]!++
    },
    at(q) {
      let rank = Math.max(1, Math.ceil(q * total))
      for (let i = 0; i < buckets; i++) if ((rank -= counts[i]!) <= 0) return 2 ** ((i + 0.5) / 8)
      return undefined
    },
  }
}
