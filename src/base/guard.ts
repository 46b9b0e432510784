/** Runs our code so that nothing of it reaches the host: errors are counted, and shown in debug mode. */

export interface Guard {
  /** Calls `fn`; a throw is swallowed and gives undefined. */
  <T>(fn: () => T): T | undefined
  /** `fn` with its arguments, guarded. */
  wrap<A extends unknown[], T>(fn: (...args: A) => T): (...args: A) => T | undefined
  /** Takes a promise's rejection, so that it never becomes the page's `unhandledrejection`. */
  later(promise: PromiseLike<unknown>): void
  /** Says `message` on the console once per page, whatever the mode: for wrong configuration. */
  hint(message: string): void
  /** Errors swallowed so far. */
  errors(): number
}

/** Different messages said on a page. */
const MOST_SAID = 50

export function createGuard(options: { debug?: boolean; console?: Pick<Console, 'warn' | 'error'> } = {}): Guard {
  const out = options.console ?? globalThis.console
  let errors = 0
  // Some name what the page has written: bounded.
  const said = new Set<string>()
  const failed = (error: unknown): undefined => {
    errors++
    if (options.debug) out?.warn('[chat-vitals]', error)
  }
  const guard = ((fn) => {
    try {
      return fn()
    } catch (error) {
      return failed(error)
    }
  }) as Guard
  guard.wrap =
    (fn) =>
    (...args) =>
      guard(() => fn(...args))
  guard.later = (promise) => {
    promise.then(undefined, failed)
  }
  guard.hint = (message) => {
    if (said.has(message) || said.size >= MOST_SAID) return
    said.add(message)
    out?.warn('[chat-vitals] ' + message)
  }
  guard.errors = () => errors
  return guard
}

/** For what the page may deny, where mere access throws. */
export const attempt = <T>(get: () => T): T | undefined => {
  try {
    return get()
  } catch {
    return undefined
  }
}
