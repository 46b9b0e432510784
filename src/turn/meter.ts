/**
 * Turns painted frames into the figures of a record: reader stall with its causes, QoE, pace, gaps, freezes, curve.
 * Constant memory, constant work per frame. Leaves to others what a frame is and when a turn is over.
 */
import { createCurve } from './curve.ts'
import { createIntervals } from './intervals.ts'
import { createQuantiles } from './quantiles.ts'
import type { Moments, Render } from './record.ts'

/** Ms. `wished`: when the first text is still in time. `useful`: reading time that makes text useful. */
export const bounds = { wished: 1000, freeze: 1000, stall: 250, useful: 1000 }
/** Arrivals remembered since the last painted frame. */
const arrivals = 32

export interface Meter {
  /** Answer text arrived on the wire. */
  chunk(at: number): void
  /** The turn's declared tool calls: some open, or none. */
  tool(at: number, open: boolean): void
  longFrame(from: number, to: number): void
  inserted(chars: number): void
  /** All text that arrived was seen. */
  allSeen(): boolean
  /** Answer text became visible. Returns how long the reader had been out of text. `now` stands in for a first time that is none. */
  painted(at: number, chars: number, readingMs: number, now: number): number
  /** QoE only when `settled`. */
  render(settled: boolean): Render
}

/**
 * `moments`: first, useful and last text are written here, ms since `t0`.
 * `visible`: page time → ms since `t0` without hidden and suspended time; must not fall. All times handed in are page times.
 */
export function createMeter(moments: Moments, t0: number, visible: (at: number) => number): Meter {
  const gaps = createQuantiles()
  const curve = createCurve()
  const tools = createIntervals()
  const longs = createIntervals()
  const by: Render['stallBy'] = { server: 0, client: 0, main_thread: 0, tool: 0, unknown: 0 }
  let lastAt = t0
  let last = 0
  let first = 0
  let firstChars = 0
  let firstReading = 0
  let frames = 0
  let clamped = 0
  let chars = 0
  let arrived = 0
  let reading = 0
  // When the reader will have read all there is.
  let readUntil = 0
  let late = 0
  let lateness = 0
  let gapMax = 0
  let freezes = 0
  let freezeMs = 0
  let stalls = 0
  let stallMs = 0
  let longest = 0
  // Visible times of arrivals not yet covered by a frame; the last slot is always the newest.
  let waiting: number[] = []
  let tapped = false
  // The newest stall: from, to, arrival of the text that ended it. Cut only later, as long frames are reported late.
  let newest: [number, number, number] | undefined

  const cut = (to: Render['stallBy']) => {
    if (!newest) return
    const [a, b, arrival] = newest
    const within = (set: typeof tools, from: number, until: number) => set.before(until) - set.before(from)
    const c = Math.min(b, Math.max(a, arrival))
    const toolBefore = within(tools, a, c)
    const toolAfter = within(tools, c, b)
    const main = Math.min(within(longs, c, b), b - c - toolAfter)
    to.tool += toolBefore + toolAfter
    if (tapped) {
      to.server += c - a - toolBefore
      to.main_thread += main
      to.client += b - c - toolAfter - main
    } else to.unknown += b - a - toolBefore - toolAfter
  }

  return {
    chunk(at) {
      tapped = true
      waiting[Math.min(waiting.length, arrivals - 1)] = visible(at)
    },
    tool(at, open) {
      tools[open ? 'begin' : 'end'](visible(at))
    },
    longFrame(from, to) {
      longs.add(visible(from), visible(to))
    },
    inserted(count) {
      if (count > 0) arrived += count
    },
    allSeen: () => chars > 0 && chars >= arrived,
    painted(at, count, readingMs, now) {
      if (!(count > 0)) return 0
      if (!(at >= lastAt)) {
        clamped++
        at = frames ? lastAt : Math.max(lastAt, now)
      }
      lastAt = at
      const time = Math.max(last, visible(at))
      let idle = 0
      if (!frames) {
        frames = 1
        first = time
        moments.firstText = at - t0
        readUntil = time
        late = Math.max(0, time - bounds.wished)
      } else if (time > last) {
        frames++
        const gap = time - last
        gaps.add(gap)
        gapMax = Math.max(gapMax, gap)
        if (gap >= bounds.freeze) {
          freezes++
          freezeMs += gap
        }
        idle = Math.max(0, time - readUntil)
        if (idle) {
          cut(by)
          newest = [readUntil, time, waiting[0]! <= time ? waiting[0]! : readUntil]
          stallMs += idle
          longest = Math.max(longest, idle)
          if (idle >= bounds.stall) stalls++
        }
        late = Math.max(late, time - bounds.wished - reading)
      }
      last = time
      waiting = waiting.filter((arrival) => arrival > time)
      readingMs = readingMs > 0 ? readingMs : 0
      chars += count
      reading += readingMs
      if (frames === 1) {
        firstChars = chars
        firstReading = reading
      }
      readUntil = Math.max(time, readUntil) + readingMs
      lateness += readingMs * late
      moments.lastText = at - t0
      if (reading >= bounds.useful) moments.usefulText ??= at - t0
      curve.add(at - t0, chars)
      return idle
    },
    render(settled) {
      const passed = last - first
      const stallBy = { ...by }
      cut(stallBy)
      const half = (reading * reading) / 2
      const quantile = (q: number) => {
        const value = gaps.at(q)
        return value && Math.min(value, gapMax)
      }
      return {
        frames,
        chars,
        arrivedChars: Math.max(arrived, chars),
        charsPerSecond: passed ? ((chars - firstChars) / passed) * 1000 : undefined,
        pace: passed ? (reading - firstReading) / passed : undefined,
        qoe: settled ? half && half / (half + lateness) : undefined,
        gapMaxMs: gapMax || undefined,
        gapMeanMs: passed ? passed / (frames - 1) : undefined,
        gapP50Ms: quantile(0.5),
        gapP95Ms: quantile(0.95),
        freezes,
        freezeMs,
        stalls,
        stallMs,
        stallLongestMs: longest,
        stallRatio: reading ? stallMs / (reading + stallMs) : undefined,
        stallBy,
        clamped,
        curve: curve.points(),
      }
    },
  }
}
