/** Tells when the frame that is being prepared was painted, as exactly as the browser lets; not what was in it. */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import type { Stop } from '../base/listen.ts'
import type { PageTiming } from '../base/timing.ts'
import type { PageStates } from '../page/states.ts'
import type { TtftMethod } from '../turn/record.ts'
import { createBeacon, presented, presentedError, supports } from './beacon.ts'

/** When a frame was painted. `errorMs`: half-width of the error at p95. */
export interface Stamp {
  at: number
  method: TtftMethod
  errorMs: number
}

export interface PaintClock {
  /**
   * Asks about the frame being prepared. `laid` runs in it, after its layout; `done` once its time is known, in the
   * order of frames. In a hidden page that is the frame that shows it.
   */
  frame(laid: () => void, done: (stamp: Stamp) => void): void
  /** The frame asked about shows answer text: places a beacon in it when one is due. `first` makes it due. */
  beacon(first?: boolean): void
  /** A beacon would be placed now. */
  due(): boolean
  /** For a frame that was not asked about, in the task after it. */
  late(): Stamp
  /** Every frame that is laid out gets its time now, as good as it is known. */
  flush(): void
  stop: Stop
}

interface Frame {
  /** Asked for at. */
  from: number
  laid: () => void
  done: (stamp: Stamp) => void
  /** After its layout, before its paint. */
  layout: number
  /** 2 in the frame that shows a hidden page: it takes twice as long. */
  scale: number
  /** The first task after the frame, one frame after layout at most. */
  guess: number
  stamp?: Stamp
  /** A beacon or a long-frame entry is still to come. */
  wait: boolean
  beacon: boolean
}

/** One frame at 60 Hz, ms. Where the browser tells nothing, text is on the screen that long after layout, give or take (npm run bench:paint). */
const FRAME = 16.7
/** From here on a frame is reported by Long Animation Frames (50 ms), with room for what we cannot see of it. */
const LONG = 40
const LONG_FRAME = 'long-animation-frame'

export function createPaintClock(options: {
  doc: Document
  guard: Guard
  clock: Clock
  timing: Pick<PageTiming, 'beaconEvery' | 'beaconWait'>
  states: Pick<PageStates, 'hidden' | 'on'>
  /** False: never adds the beacon to the page. */
  beacon: boolean
}): PaintClock {
  const { doc, guard, clock, timing, states } = options
  // Undefined without element timing, when switched off, and after three beacons in a row that nobody saw.
  let beacon = options.beacon ? createBeacon(doc, guard) : undefined
  let misses = 0
  // When the last one was placed.
  let placed = -Infinity
  // The frame that was asked for and is not laid out yet.
  let asked: Frame | undefined
  // Laid out, in order, until their time is known. Bounded by beaconWait.
  const queue: Frame[] = []
  // Beacon minus guess, of the last five beacons.
  const offsets: number[] = []
  let last = -Infinity
  let stopped = false

  const offset = (): number => [...offsets].sort((a, b) => a - b)[offsets.length >> 1] ?? 0
  const estimate = ({ guess, layout, scale }: Frame): Stamp => ({
    at: offsets.length ? guess + offset() : layout + FRAME * scale,
    method: 'observer',
    errorMs: offsets.length ? 4 : FRAME * scale,
  })

  const settle = (): void => {
    while (queue[0] && (queue[0].stamp || !queue[0].wait)) {
      const frame = queue.shift()!
      const stamp = frame.stamp ?? estimate(frame)
      // Methods differ by a few ms; frames do not overtake each other.
      last = stamp.at = Math.max(last, stamp.at)
      guard(() => frame.done(stamp))
    }
  }
  const exact = (frame: Frame, at: number, method: TtftMethod, errorMs = presentedError): void => {
    frame.stamp = { at, method, errorMs }
    settle()
  }
  const giveUp = (frame: Frame, ms: number): void => {
    clock.setTimeout(
      guard.wrap(() => {
        if (frame.beacon && frame.wait && !frame.stamp) {
          beacon?.remove()
          if (++misses > 2) beacon = undefined
        }
        frame.wait = false
        settle()
      }),
      ms,
    )
  }

  /** Firefox lays out at once when it was idle, and shows it as the next frame begins. */
  const nextFrame = (frame: Frame): void => {
    requestAnimationFrame(
      guard.wrap(() => {
        const now = clock.now()
        if (frame.wait && now - frame.from < FRAME - 2) exact(frame, Math.max(now, frame.layout + 2), 'observer', 5)
        frame.wait = false
        settle()
      }),
    )
    // A hidden page has no frames.
    giveUp(frame, 50)
  }

  const longFrames = (frame: Frame): void => {
    frame.wait = true
    const observer = new PerformanceObserver(
      guard.wrap((list: PerformanceObserverEntryList) => {
        for (const entry of list.getEntries())
          if (entry.startTime <= frame.layout && frame.layout <= entry.startTime + entry.duration) {
            observer.disconnect()
            const at = presented(entry)
            if (at && frame.wait && !frame.stamp) exact(frame, at, 'frame')
          }
      }),
    )
    observer.observe({ type: LONG_FRAME, buffered: true })
    clock.setTimeout(() => observer.disconnect(), 300)
    giveUp(frame, 300)
  }

  const after = (fn: () => void): void => {
    const { scheduler } = globalThis as { scheduler?: { postTask(fn: () => void, options: object): Promise<unknown> } }
    if (scheduler?.postTask) return guard.later(scheduler.postTask(guard.wrap(fn), { priority: 'user-blocking' }))
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      guard(fn)
    }
    port2.postMessage(0)
  }

  // Observed anew for each frame: the first report comes in the same frame, after layout, whatever else runs in it.
  const sizes = new ResizeObserver(
    guard.wrap(() => {
      sizes.disconnect()
      // Firefox lays hidden pages out now and then.
      if (!asked || stopped || states.hidden()) return
      const frame = asked
      asked = undefined
      frame.layout = frame.guess = clock.now()
      queue.push(frame)
      const start = (doc.timeline?.currentTime as number | null) ?? frame.layout
      // The browser reports no paint at all.
      const blind = !beacon && !supports(LONG_FRAME)
      if (blind) nextFrame(frame)
      guard(frame.laid)
      after(() => {
        const now = clock.now()
        frame.guess = Math.min(now, frame.layout + FRAME)
        if (frame.beacon) giveUp(frame, timing.beaconWait)
        else if (now - Math.min(start, frame.from) > LONG && supports(LONG_FRAME)) longFrames(frame)
        else if (!blind) frame.wait = false
        settle()
      })
    }),
  )

  const observe = (): void => sizes.observe(doc.documentElement)
  const unlisten = states.on(({ kind }) => kind === 'visible' && asked && observe())

  const due = (): boolean => !!beacon && clock.now() - placed >= timing.beaconEvery
  return {
    due,
    frame(laid, done) {
      if (stopped) return
      if (asked) return void Object.assign(asked, { laid, done })
      asked = {
        from: clock.now(),
        laid,
        done,
        scale: states.hidden() ? 2 : 1,
        layout: 0,
        guess: 0,
        wait: true,
        beacon: false,
      }
      observe()
    },
    beacon(first) {
      const frame = asked
      // In a hidden page it would date no frame of ours.
      if (frame && beacon && !frame.beacon && !states.hidden() && (first || due())) {
        placed = clock.now()
        // One that is still out dates an earlier frame; this one matters more.
        for (const other of queue) if (other.beacon) other.wait = false
        frame.beacon = true
        beacon.place((at) => {
          misses = 0
          if (frame.layout) {
            offsets.push(at - frame.guess)
            if (offsets.length > 5) offsets.shift()
          }
          if (frame.wait) exact(frame, at, 'beacon')
        })
        settle()
      }
    },
    // It was painted by the frame before this task, or is in the next one, when its tiles had yet to be drawn.
    late: () => ({ at: clock.now() + FRAME * 1.5, method: 'observer', errorMs: FRAME }),
    flush() {
      for (const frame of queue) frame.wait = false
      settle()
    },
    stop() {
      stopped = true
      unlisten()
      sizes.disconnect()
      beacon?.remove()
      queue.length = 0
    },
  }
}
