/** Tells when the main thread was busy and, while a turn is open, that the page lives or that the machine slept. */
import type { Clock, PageClock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import type { Stop } from '../base/listen.ts'
import type { PageTiming } from '../base/timing.ts'
import type { PageStates } from './states.ts'

export interface Pulse {
  /** A turn is open: only then the heart beats. */
  active(on: boolean): void
  /** Says at once whether the machine slept until now: what is marked first after it must not come before that is known. */
  awake(): void
  /** Begins to look. What was long before is told too, as far as the browser kept it. */
  watch(): Stop
}

/** `blockingDuration`: of animation frames, not of tasks. */
type LongFrame = PerformanceEntry & { blockingDuration?: number }

/** When a heartbeat was late, the long task that covers it is reported after it, ms. */
const reported = 200

export function createPulse(options: {
  clock: Clock & Partial<Pick<PageClock, 'behind'>>
  guard: Guard
  timing: Pick<PageTiming, 'heartbeat' | 'suspended' | 'suspendedBlind'>
  states: Pick<PageStates, 'away' | 'on' | 'tell'>
}): Pulse {
  const { clock, guard, timing, states } = options
  // The last beat, while the heart beats; a beat that is due and late may have slept through.
  let on = false
  let beat = 0
  let timer: number | undefined
  // The last long frame seen: that time was work, not sleep.
  let busyUntil = 0
  let busyFrom = 0

  const types = globalThis.PerformanceObserver?.supportedEntryTypes ?? []
  const long = ['long-animation-frame', 'longtask'].find((type) => types.includes(type))

  const tick = guard.wrap(() => {
    const now = clock.now()
    const due = beat + timing.heartbeat
    beat = now
    const slept = () => states.tell({ kind: 'slept', at: due, to: now })
    // Too late for any task that could cover it.
    if (now - due > timing.suspendedBlind) slept()
    else if (long && now - due > timing.suspended)
      clock.setTimeout(
        guard.wrap(() => {
          if (!(busyFrom <= due + timing.heartbeat && busyUntil >= now - timing.heartbeat)) slept()
        }),
        reported,
      )
    states.tell({ kind: 'beat', at: now })
    next()
  })
  const next = (): void => {
    timer = on && !states.away() ? clock.setTimeout(tick, timing.heartbeat) : undefined
  }
  const pulse = (): void => {
    clock.clearTimeout(timer)
    // The heart beats now, also while what came before is taken up.
    beat = clock.now() + (clock.behind?.() ?? 0)
    next()
  }

  return {
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
      const unhear = states.on(({ kind }) => {
        if (kind === 'hidden' || kind === 'visible' || kind === 'left' || kind === 'restored') pulse()
      })
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
              states.tell({ kind: 'busy', at, to })
            }
          }),
        )
      if (observer) guard(() => observer.observe({ type: long, buffered: true }))
      return () => {
        unhear()
        if (observer) observer.disconnect()
        clock.clearTimeout(timer)
      }
    },
  }
}
