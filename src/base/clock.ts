/** Time as the library uses it: monotonic ms inside, epoch ms only at the edge. */

export interface Clock {
  /** Ms since the page's time origin, monotonic. */
  now(): number
  /** Epoch ms, right now; may step. */
  epoch(): number
  setTimeout(fn: () => void, ms: number): number
  clearTimeout(id: number | undefined): void
}

export interface PageClock extends Clock {
  /** Runs `fn` as if it were `at` still: for marks that had to wait until somebody could take them. */
  replay(at: number, fn: () => void): void
  /** Ms that what is replayed lies behind; 0 when nothing is. */
  behind(): number
}

/** The page's clock. The natives are captured when called, so that a page that fakes them later does not fake us. */
export function pageClock(): PageClock {
  const { performance: perf, Date: Dates, setTimeout: set, clearTimeout: clear } = globalThis
  let behind = 0
  // The time that is replayed: it stands still meanwhile.
  let held: number | undefined
  return {
    now: () => held ?? perf.now(),
    epoch: () => Dates.now() - behind,
    replay(at, fn) {
      behind = perf.now() - at
      held = at
      try {
        fn()
      } finally {
        behind = 0
        held = undefined
      }
    },
    behind: () => behind,
    setTimeout: (fn, ms) => set(fn, ms) as unknown as number,
    clearTimeout: (id) => clear(id),
  }
}
