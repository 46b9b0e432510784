/** A part that comes later: what needs it waits in line, in order; leaves how it is loaded to its loader. */

export interface Late<T> {
  /** Runs `fn` with the part, now or when it has come; with undefined when it could not be had. */
  with(fn: (part: T | undefined) => void): void
}

/** How a part is waited for. */
export interface Patience {
  /** Guards what waited: a throw in one must not keep the others waiting. */
  run?: (fn: () => void) => void
  /** Waits before further attempts, ms, while somebody waits. @defaultValue none */
  again?: readonly number[]
  /** After the last attempt: false gives up what waits, true keeps it for the next. @defaultValue false */
  keep?: boolean
  /** May wait in line; of more, the newest are given up. @defaultValue no bound, for lines that bound themselves */
  most?: number
}

/**
 * @param load called at the first need; `attempt` counts from 0. After a last failed attempt the next need tries again, not
 *   sooner than the last wait: a part that is blocked must not be asked for with each word that is typed
 */
export function createLate<T>(
  load: ((attempt: number) => Promise<T>) | undefined,
  { run = (fn) => fn(), again = [], keep, most = Infinity }: Patience = {},
): Late<T> {
  let attempts = 0
  let loading = false
  let part: T | undefined
  // In order; emptied when the part has come, and when it is given up.
  const line: ((part: T | undefined) => void)[] = []
  const serve = () => {
    for (const fn of line.splice(0)) run(() => fn(part))
  }
  const want = () => {
    loading = true
    load!(attempts++).then(
      (loaded) => {
        loading = false
        part = loaded
        serve()
      },
      () => {
        const wait = again[attempts - 1]
        if (wait !== undefined) return void setTimeout(want, wait)
        if (!keep) serve()
        setTimeout(() => {
          loading = false
          if (line[0]) want()
        }, again.at(-1))
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
