/** A part that comes later: what needs it waits in line, in order; leaves how it is loaded to its loader. */

export interface Late<T> {
  /** Runs `fn` with the part, now or when it has come; with undefined when it could not be had. */
  with(fn: (part: T | undefined) => void): void
  /** Begins loading, unless it has begun. */
  want(): void
}

/**
 * @param load called at the first need; a failed load is tried again at the next need, `attempt` counts from 0
 * @param run guards what waited: a throw in one must not keep the others waiting
 */
export function createLate<T>(
  load: ((attempt: number) => Promise<T>) | undefined,
  run: (fn: () => void) => void = (fn) => fn(),
): Late<T> {
  let attempts = 0
  let loading = false
  let part: T | undefined
  // In order; emptied at each end of a load.
  let line: ((part: T | undefined) => void)[] = []
  const serve = () => {
    loading = false
    for (const fn of line.splice(0)) run(() => fn(part))
  }
  const want = () => {
    if (loading || part || !load) return
    loading = true
    load(attempts++).then((loaded) => {
      part = loaded
      serve()
    }, serve)
  }
  return {
    want,
    with(fn) {
      if (part || !load) return fn(part)
      line.push(fn)
      want()
    },
  }
}
