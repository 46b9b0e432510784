/** The page's life as one stream: hidden, seen, frozen, asleep, left, restored; and when its main thread was busy. Nobody else listens for that. */
import type { Clock, PageClock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { listen, stopAll } from '../base/listen.ts'
import type { Stop } from '../base/listen.ts'
import type { Timing } from '../base/timing.ts'
import type { PageChange } from '../turn/marks.ts'

export interface PageStates {
  hidden(): boolean
  /** Hears of every change from now on, after those who asked before. */
  on(hear: (change: PageChange) => void): Stop
  /** A turn is open: only then the heart beats. */
  active(on: boolean): void
  /** Says at once whether the machine slept until now: what is marked first after it must not come before that is known. */
  awake(): void
  /** Begins to look; what is not known before. */
  watch(): Stop
}

/** `blockingDuration`: of animation frames, not of tasks. */
type LongFrame = PerformanceEntry & { blockingDuration?: number }

/** When a heartbeat was late the long task that covers it is reported after it, ms. */
const reported = 200

export function createStates(options: {
  clock: Clock & Partial<Pick<PageClock, 'behind'>>
  guard: Guard
  timing: Timing
  doc?: Document
}): PageStates {
  const { clock, guard, timing, doc = document } = options
  const view = doc.defaultView ?? window
  const hearers = new Set<(change: PageChange) => void>()
  let hidden = doc.hidden
  let left = false
  // The last beat, while the heart beats; a beat that is due and late may have slept through.
  let on = false
  let beat = 0
  let timer: number | undefined
  // The last long frame seen: that time was work, not sleep.
  let busyUntil = 0
  let busyFrom = 0

  const types = globalThis.PerformanceObserver?.supportedEntryTypes ?? []
  const long = ['long-animation-frame', 'longtask'].find((type) => types.includes(type))

  const tell = (change: PageChange): void => {
    for (const hear of hearers) guard(() => hear(change))
  }
  const see = (at: number, now: boolean): void => {
    if (now == hidden || left) return
    hidden = now
    tell({ kind: now ? 'hidden' : 'visible', at })
    pulse()
  }

  const tick = guard.wrap(() => {
    const now = clock.now()
    const due = beat + timing.heartbeat
    beat = now
    const slept = () => tell({ kind: 'slept', at: due, to: now })
    // Too late for any task that could cover it.
    if (now - due > timing.suspendedBlind) slept()
    else if (long && now - due > timing.suspended)
      clock.setTimeout(
        guard.wrap(() => {
          if (!(busyFrom <= due + timing.heartbeat && busyUntil >= now - timing.heartbeat)) slept()
        }),
        reported,
      )
    tell({ kind: 'beat', at: now })
    next()
  })
  const next = (): void => {
    timer = on && !hidden && !left ? clock.setTimeout(tick, timing.heartbeat) : undefined
  }
  const pulse = (): void => {
    clock.clearTimeout(timer)
    // The heart beats now, also while what came before is taken up.
    beat = clock.now() + (clock.behind?.() ?? 0)
    next()
  }

  return {
    hidden: () => hidden,
    on(hear) {
      hearers.add(hear)
      return () => hearers.delete(hear)
    },
    active(now) {
      if (on == now) return
      on = now
      pulse()
    },
    awake() {
      if (!timer || clock.now() - beat < timing.heartbeat + timing.suspendedBlind) return
      clock.clearTimeout(timer)
      tick()
    },
    watch() {
      hidden = doc.hidden
      left = false
      const observer =
        long &&
        new PerformanceObserver(
          guard.wrap((list: PerformanceObserverEntryList) => {
            for (const { startTime: at, duration, blockingDuration } of list.getEntries() as LongFrame[]) {
              const to = at + duration
              // A frame that was long, and not for its work, has slept through what it waited for.
              if (!(blockingDuration! < duration / 2)) {
                busyFrom = at
                busyUntil = to
              }
              tell({ kind: 'busy', at, to })
            }
          }),
        )
      if (observer) guard(() => observer.observe({ type: long }))

      const hear = (target: EventTarget, type: string, handler: (event: Event) => void): Stop =>
        listen(target, type, guard.wrap(handler))
      const unlisten = stopAll([
        hear(doc, 'visibilitychange', ({ timeStamp }) => see(timeStamp, doc.hidden)),
        hear(doc, 'freeze', ({ timeStamp: at }) => {
          see(at, true)
          tell({ kind: 'frozen', at })
        }),
        hear(doc, 'resume', ({ timeStamp }) => see(timeStamp, doc.hidden)),
        // The event fires on the window, never on the document, and before `visibilitychange`:
        // https://html.spec.whatwg.org/multipage/document-lifecycle.html#unloading-documents
        hear(view, 'pagehide', ({ timeStamp: at }) => {
          if (left) return
          left = true
          pulse()
          tell({ kind: 'left', at })
        }),
        // Old turns stay ended, new ones can end again.
        hear(view, 'pageshow', (event) => {
          if (!(event as PageTransitionEvent).persisted) return
          left = false
          tell({ kind: 'restored', at: event.timeStamp })
          see(event.timeStamp, doc.hidden)
        }),
      ])
      return () => {
        unlisten()
        if (observer) observer.disconnect()
        clock.clearTimeout(timer)
      }
    },
  }
}
