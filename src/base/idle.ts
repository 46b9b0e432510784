/** Runs work when the page has nothing to do, within a second. */
import type { Clock } from './clock.ts'
import type { Guard } from './guard.ts'

export const createIdle =
  (clock: Pick<Clock, 'setTimeout'>, guard: Guard) =>
  (fn: () => void): void => {
    const run = guard.wrap(fn)
    if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: 1000 })
    else clock.setTimeout(run, 50)
  }
