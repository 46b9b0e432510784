/** Runs work when the page has nothing to do, within a quarter of a second: what is stored then is what a killed page leaves. */
import type { Clock } from './clock.ts'
import type { Guard } from './guard.ts'

export const createIdle =
  (clock: Pick<Clock, 'setTimeout'>, guard: Guard) =>
  (fn: () => void): void => {
    const run = guard.wrap(fn)
    if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: 250 })
    else clock.setTimeout(run, 50)
  }
