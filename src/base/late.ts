/** A part that comes later: what needs it waits in line, in order; leaves how it is loaded to its loader. */

export interface Late<T> {
  /** Runs `fn` with the part, now or when it has come; with undefined when it could not be had. */
  with(fn: (part: T | undefined) => void): void
}

/**
 * @param load called at the first need; `attempt` counts from 0
 * @param run guards what waited: a throw in one must not keep the others waiting
 * @param again waits before further attempts, ms, while the line is kept. After the last one a failed load is tried again
 *   at the next need @defaultValue none
 * @param most may wait in line; of more, the newest are given up @defaultValue no bound, for lines that bound themselves
 */
export function createLate<T>(
  load: ((attempt: number) => Promise<T>) | undefined,
  run: (fn: () => void) => void = (fn) => fn(),
  again: readonly number[] = [],
  most = Infinity,
): Late<T> {
  let attempts = 0
  let loading = false
  let part: T | undefined
  // In order; emptied when the part has come, and when it is given up.
  let line: ((part: T | undefined) => void)[] = []
  const serve = () => {
    loading = false
    for (const fn of line.splice(0)) run(() => fn(part))
  }
  const want = () => {
    loading = true
    load!(attempts++).then(
      (loaded) => {
        part = loaded
        serve()
      },
      () => {
        const wait = again[attempts - 1]
        if (wait === undefined) serve()
        else setTimeout(want, wait)
      },
    )
  }
  return {
    with(fn) {
      if (part || !load) return run(() => fn(part))
      if (line.length < most) line.push(fn)
      if (!loading) want()
    },
  }
}
