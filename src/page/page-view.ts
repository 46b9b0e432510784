/** The page view's own record: made once vitals are known, written again when the page goes. Stays in the session in which it began. */
import { cleanUrl } from '../base/clean.ts'
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { atRest } from '../base/idle.ts'
import { spanId, traceId } from '../base/ids.ts'
import type { Late } from '../base/late.ts'
import type { Stop } from '../base/listen.ts'
import type { PageRecord } from '../turn/record.ts'
import type { Origin } from './origin.ts'

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
  /** Asked when it is put; its session is that of the first time since `start`. */
  origin(): Origin
  vitals: Late<typeof import('./web-vitals.ts')>
  /** Turns opened so far. */
  opened(): number
  put(record: PageRecord): void
}): PageView {
  const { clock, guard, pageId } = options
  const ids = { id: pageId, traceId: traceId(), spanId: spanId() }
  const startedAt = Math.round(clock.epoch() - clock.now())
  const url = cleanUrl(location.href)
  // By name, as they are now.
  const vitals = new Map<string, PageRecord['vitals'][number]>()
  let rev = 0
  let sessionId: string | undefined
  let stopped = true
  let timer: number | undefined
  // Vitals once watched cannot be unwatched: the page view goes on with them.
  let begun = false

  const put = () => {
    if (stopped) return
    const origin = options.origin()
    sessionId ||= origin.sessionId
    options.put({
      v: 1,
      kind: 'page',
      rev: ++rev,
      ...ids,
      ...origin,
      sessionId,
      startedAt,
      at: clock.epoch(),
      url,
      vitals: [...vitals.values()],
      opened: options.opened(),
    })
  }
  const begin = () => {
    if (!begun)
      options.vitals.with((part) =>
        part?.watchWebVitals((vital) => void vitals.set(vital.name, { ...vital, at: clock.epoch() })),
      )
    begun = true
    timer = clock.setTimeout(guard.wrap(put), firstAfter)
  }
  return {
    put,
    start() {
      stopped = false
      sessionId = undefined
      const off = atRest(clock, guard, begin)
      return () => {
        stopped = true
        off()
        clock.clearTimeout(timer)
      }
    },
  }
}
