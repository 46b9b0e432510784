/** Time as the library uses it: monotonic ms inside, epoch ms only at the edge. */

export interface Clock {
  /** Ms since the page's time origin, monotonic. */
  now(): number
  /** Epoch ms, right now; may step. */
  epoch(): number
  setTimeout(fn: () => void, ms: number): number
  clearTimeout(id: number | undefined): void
}

/** The page's clock. The natives are captured when called, so that a page that fakes them later does not fake us. */
export function pageClock(): Clock {
  const { performance: perf, Date: Dates, setTimeout: set, clearTimeout: clear } = globalThis
  return {
    now: () => perf.now(),
    epoch: () => Dates.now(),
    setTimeout: (fn, ms) => set(fn, ms) as unknown as number,
    clearTimeout: (id) => clear(id),
  }
}
