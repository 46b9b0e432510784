/** What takes records away, as the first script has it: asked for at the first need, given in order what waited for it. Wiring. */
import { createLate } from './base/late.ts'
import type { Patience } from './base/late.ts'
import type { Outlet, OutletOptions } from './outlet.ts'

/** Records that may wait. */
const mostWaiting = 10_000

export interface LazyOutlet {
  /** Runs `fn` with it, now or when it has come; never where records go to `onTurn` alone. */
  with(fn: (outlet: Outlet) => void): void
  /** Undefined while it is not here. */
  now(): Outlet | undefined
  /** It is here, or was asked for. */
  asked(): boolean
  /** What waits is given up. */
  forget(): void
}

export function lazyOutlet(
  load: ((attempt: number) => Promise<typeof import('./outlet.ts')>) | undefined,
  patience: Patience,
  options: OutletOptions,
  /** Whether the page is watched now. */
  watching: () => boolean,
): LazyOutlet {
  const part = load && createLate(load, { ...patience, keep: true, most: mostWaiting })
  let outlet: Outlet | undefined
  let asked = false
  // Calls of `forget`.
  let forgotten = 0
  return {
    with(fn) {
      const before = forgotten
      asked ||= !!part
      part?.with((loaded) => {
        if (!loaded) return
        if (!outlet) {
          outlet = loaded.createOutlet(options)
          if (watching()) outlet.watch()
        }
        if (before === forgotten) fn(outlet)
      })
    },
    now: () => outlet,
    asked: () => asked,
    forget: () => void forgotten++,
  }
}
