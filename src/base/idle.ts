/** Runs work when the page has nothing to do, within a quarter of a second: what is stored then is what a killed page leaves. */
import type { Clock } from './clock.ts'
import type { Guard } from './guard.ts'
import { listen } from './listen.ts'
import type { Stop } from './listen.ts'

export const createIdle =
  (clock: Pick<Clock, 'setTimeout'>, guard: Guard) =>
  (fn: () => void): void => {
    const run = guard.wrap(fn)
    if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: 250 })
    else clock.setTimeout(run, 50)
  }

/** A page that never rests is taken as it is after so long, ms; one that cannot tell, so long after its load. */
const restMost = 5000
const restBlind = 1000

/** Runs `fn` once when the page has loaded and rests. */
export function atRest(clock: Pick<Clock, 'setTimeout'>, guard: Guard, fn: () => void): Stop {
  let stopped = false
  const run = guard.wrap(() => stopped || fn())
  const rest = (): void => {
    // Safari has none: https://bugs.webkit.org/show_bug.cgi?id=164193
    if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: restMost })
    else clock.setTimeout(run, restBlind)
  }
  const off = document.readyState === 'complete' ? rest() : listen(window, 'load', rest, { once: true })
  return () => {
    stopped = true
    off?.()
  }
}
