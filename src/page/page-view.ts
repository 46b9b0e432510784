/** The page view's own record: made once vitals are known, written again when the page goes. Wiring: knows delivery and the vitals part. */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { spanId, traceId } from '../base/ids.ts'
import type { Late } from '../base/late.ts'
import { listen } from '../base/listen.ts'
import type { Stop } from '../base/listen.ts'
import { cleanUrl } from '../base/clean.ts'
import type { Origin } from '../feedback/record.ts'
import type { PageRecord } from '../turn/record.ts'

/** Vitals settle a little after load; the first span goes out then, ms. */
const firstAfter = 3000

export interface PageView {
  /** Hands the record over as it is now, with a higher revision. */
  put(): void
  /** Begins with the vitals when the page has loaded and rests: nothing of ours competes with it. */
  start(): Stop
}

export function createPageView(options: {
  clock: Clock
  guard: Guard
  pageId: string
  origin(): Origin
  vitals: Late<typeof import('./web-vitals.ts')>
  /** Turns opened so far. */
  opened(): number
  put(record: PageRecord): void
}): PageView {
  const { clock, guard, pageId, origin } = options
  const view: PageRecord = {
    v: 1,
    kind: 'page',
    rev: 0,
    id: pageId,
    traceId: traceId(),
    spanId: spanId(),
    ...origin(),
    startedAt: Math.round(clock.epoch() - clock.now()),
    at: clock.epoch(),
    url: cleanUrl(location.href),
    vitals: [],
    opened: 0,
  }
  const put = () => {
    view.rev++
    options.put({ ...view, ...origin(), at: clock.epoch(), opened: options.opened() })
  }
  let stopped = false
  let timer: number | undefined
  // Vitals once watched cannot be unwatched: the page view goes on with them.
  let begun = false
  const begin = guard.wrap(() => {
    if (stopped) return
    if (!begun)
      options.vitals.with((part) =>
        part?.watchWebVitals((vital) => {
          view.vitals = [...view.vitals.filter(({ name }) => name !== vital.name), { ...vital, at: clock.epoch() }]
        }),
      )
    begun = true
    timer = clock.setTimeout(guard.wrap(put), firstAfter)
  })
  const rest = guard.wrap(() => {
    // Safari has none.
    const idle = globalThis.requestIdleCallback as typeof requestIdleCallback | undefined
    if (idle) idle(begin, { timeout: 5000 })
    else clock.setTimeout(begin, 1000)
  })
  return {
    put,
    start() {
      stopped = false
      const off = document.readyState === 'complete' ? rest() : listen(window, 'load', rest, { once: true })
      return () => {
        stopped = true
        off?.()
        clock.clearTimeout(timer)
      }
    },
  }
}
