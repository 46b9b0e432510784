/** Tells whether anybody could look: hidden, frozen, asleep, gone; and when the main thread was busy. */
import type { Clock, PageClock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { listen, stopAll } from '../base/listen.ts'
import type { Stop } from '../base/listen.ts'
import type { Timing } from '../base/timing.ts'
import type { LifePort, PagePort } from '../turn/marks.ts'

/** `blockingDuration`: of animation frames, not of tasks. */
type LongFrame = PerformanceEntry & { blockingDuration?: number }

export interface Attention {
  /** A turn is open: only then the heart beats. */
  active(on: boolean): void
  /** Says at once whether the machine slept until now: what is marked first after it must not come before that is known. */
  awake(): void
  stop: Stop
}

export function watchAttention(options: {
  port: Pick<PagePort, 'visibility' | 'longFrame' | 'suspended' | 'left'> & LifePort
  clock: Clock & Partial<Pick<PageClock, 'behind'>>
  guard: Guard
  timing: Timing
  doc?: Document
}): Attention {
  const { port, clock, guard, timing, doc = document } = options
  const view = doc.defaultView ?? window
  let hidden = doc.hidden
  let left = false
  // The last beat, while the heart beats; a beat that is due and late may have slept through.
  let beat = 0
  let timer: number | undefined
  // End of the last long frame seen: time before it was work, not sleep.
  let busyUntil = 0
  let busyFrom = 0

  const types = globalThis.PerformanceObserver?.supportedEntryTypes ?? []
  const long = ['long-animation-frame', 'longtask'].find((type) => types.includes(type))

  const change = (at: number, now: boolean): void => {
    if (now == hidden || left) return
    hidden = now
    port.visibility(at, now)
    pulse()
  }

  const tick = guard.wrap(() => {
    const now = clock.now()
    const due = beat + timing.heartbeat
    beat = now
    const slept = () => port.suspended(due, now)
    // Too late for any task that could cover it.
    if (now - due > timing.suspendedBlind) slept()
    else if (long && now - due > timing.suspended)
      // A task that blocked this long is reported after this one: only then is it known that nothing covers the time.
      clock.setTimeout(
        guard.wrap(() => {
          if (!(busyFrom <= due + timing.heartbeat && busyUntil >= now - timing.heartbeat)) slept()
        }),
        200,
      )
    next()
  })
  let on = false
  const next = (): void => {
    timer = on && !hidden && !left ? clock.setTimeout(tick, timing.heartbeat) : undefined
  }
  const pulse = (): void => {
    clock.clearTimeout(timer)
    // The heart beats now, also while what came before is taken up.
    beat = clock.now() + (clock.behind?.() ?? 0)
    next()
  }

  const observer =
    long &&
    new PerformanceObserver(
      guard.wrap((list: PerformanceObserverEntryList) => {
        for (const { startTime, duration, blockingDuration } of list.getEntries() as LongFrame[]) {
          const until = startTime + duration
          // A frame that was long, and not for its work, has slept through what it waited for.
          if (!(blockingDuration! < duration / 2)) {
            busyFrom = startTime
            busyUntil = until
          }
          port.longFrame(startTime, until)
        }
      }),
    )
  if (observer) guard(() => observer.observe({ type: long }))

  const stop = stopAll([
    listen(
      doc,
      'visibilitychange',
      guard.wrap((event: Event) => change(event.timeStamp, doc.hidden)),
    ),
    listen(
      doc,
      'freeze',
      guard.wrap((event: Event) => {
        change(event.timeStamp, true)
        port.frozen()
      }),
    ),
    listen(
      doc,
      'resume',
      guard.wrap((event: Event) => change(event.timeStamp, doc.hidden)),
    ),
    listen(
      view,
      'pagehide',
      guard.wrap((event: Event) => {
        if (left) return
        left = true
        pulse()
        port.left(event.timeStamp)
      }),
    ),
    // Restored from the back/forward cache: old turns stay ended, new ones can end again.
    listen(
      view,
      'pageshow',
      guard.wrap((event: PageTransitionEvent) => {
        if (!event.persisted) return
        left = false
        port.restored()
        change(event.timeStamp, doc.hidden)
      }),
    ),
  ])
  return {
    active: guard.wrap((open: boolean) => {
      if (on == open) return
      on = open
      pulse()
    }) as Attention['active'],
    awake() {
      if (!timer || clock.now() - beat < timing.heartbeat + timing.suspendedBlind) return
      clock.clearTimeout(timer)
      tick()
    },
    stop() {
      stop()
      if (observer) observer.disconnect()
      clock.clearTimeout(timer)
    },
  }
}
