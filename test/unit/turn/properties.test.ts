import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createCurve } from '../../../src/turn/curve.ts'
import { createIntervals } from '../../../src/turn/intervals.ts'
import { createMeter } from '../../../src/turn/meter.ts'
import { ttftParts } from '../../../src/turn/parts.ts'
import { createQuantiles } from '../../../src/turn/quantiles.ts'
import type { Moments } from '../../../src/turn/record.ts'

interface Frame {
  at: number
  chars: number
}
const frames = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 4000 }), chars: fc.integer({ min: 1, max: 200 }) }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((list) => {
    let at = 0
    return list.map(({ gap, chars }): Frame => ({ at: (at += gap), chars }))
  })

/** The frames as a meter sees them; `visible` defaults to a page that is always shown. */
function metered(list: Frame[], visible = (at: number) => at) {
  const moments: Moments = {}
  const meter = createMeter(moments, 0, visible)
  for (const { at, chars } of list) meter.painted(at, chars, chars * 52, 0)
  return { moments, ...meter.render(true) }
}
/** Without the curve, whose points keep page time, and without the dust of floating-point sums. */
const figures = (all: ReturnType<typeof metered>) =>
  JSON.parse(
    JSON.stringify({ ...all, curve: 0 }, (_key, value) =>
      typeof value === 'number' ? Number(value.toPrecision(9)) : value,
    ),
  )

describe('to hold for any input', () => {
  test('splitting a frame changes nothing', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (list, splits) => {
        const split = list.flatMap(({ at, chars }, i) =>
          splits[i] && chars > 1
            ? [
                { at, chars: 1 },
                { at, chars: chars - 1 },
              ]
            : [{ at, chars }],
        )
        expect(figures(metered(split))).toEqual(figures(metered(list)))
      }),
    )
  })

  test('delaying any text never raises QoE', () => {
    fc.assert(
      fc.property(frames, fc.nat(), fc.integer({ min: 0, max: 5000 }), (list, which, delay) => {
        const late = list[which % list.length]!
        // What is shown later cannot be overtaken: text after it is shown no earlier than it.
        const delayed = list.map((frame) => ({
          ...frame,
          at: frame.at >= late.at ? Math.max(frame.at, late.at + delay) : frame.at,
        }))
        expect(metered(delayed).qoe!).toBeLessThanOrEqual(metered(list).qoe! + 1e-12)
      }),
    )
  })

  test('hiding the page for 10 s mid-stream adds no stall', () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 0, max: 100_000 }), (list, when) => {
        const hidden = createIntervals()
        hidden.add(when, when + 10_000)
        const later = list.map((frame) => ({ ...frame, at: frame.at < when ? frame.at : frame.at + 10_000 }))
        const shown = metered(later, (at) => at - hidden.before(at))
        const { moments: _, ...rest } = figures(shown)
        const { moments: __, ...same } = figures(metered(list))
        expect(rest).toEqual(same)
      }),
    )
  })

  test('causes of stalls sum to the stall', () => {
    const marks = fc.array(
      fc.tuple(fc.constantFrom('chunk', 'tool', 'done', 'long', 'paint'), fc.integer({ min: 0, max: 3000 })),
      { maxLength: 120 },
    )
    fc.assert(
      fc.property(marks, (list) => {
        const meter = createMeter({}, 0, (at) => at)
        let at = 0
        for (const [what, wait] of list) {
          at += wait
          if (what === 'chunk') meter.chunk(at)
          else if (what === 'tool' || what === 'done') meter.tool(at, what === 'tool')
          else if (what === 'long') meter.longFrame(at - wait, at)
          else meter.painted(at, 5, 260, at)
        }
        const { stallBy, stallMs } = meter.render(true)
        const causes = Object.values(stallBy)
        expect(causes.reduce((a, b) => a + b, 0)).toBeCloseTo(stallMs, 6)
        expect(Math.min(...causes)).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  test('a time that is none or goes back is clamped, its characters kept', () => {
    const wild = fc.array(
      fc.record({ at: fc.oneof(fc.double(), fc.integer({ min: -100, max: 9000 })), chars: fc.nat(50) }),
    )
    fc.assert(
      fc.property(wild, (list) => {
        const {
          chars,
          clamped,
          frames: count,
          moments,
          gapMaxMs = 0,
          curve,
        } = metered(list.map((frame) => ({ ...frame, at: Math.abs(frame.at) < 1e9 ? frame.at : Number.NaN })))
        expect(chars).toBe(list.reduce((sum, frame) => sum + frame.chars, 0))
        expect(clamped).toBeLessThanOrEqual(list.length)
        expect(count).toBeLessThanOrEqual(list.length)
        expect(gapMaxMs).toBeGreaterThanOrEqual(0)
        for (const value of [...curve, ...Object.values(moments as object)]) expect(value).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  test('the parts are not negative and sum to TTFT', () => {
    const moment = fc.option(fc.double({ min: 0, max: 60_000, noNaN: true }), { nil: undefined })
    fc.assert(
      fc.property(
        fc.record({ request: moment, headers: moment, firstChunk: moment, firstInserted: moment, firstText: moment }),
        (moments) => {
          const parts = ttftParts(moments)
          if (moments.firstText === undefined) {
            expect(parts).toBeUndefined()
            return
          }
          const all = Object.values(parts!)
          expect(Math.min(...all)).toBeGreaterThanOrEqual(0)
          expect(Math.abs(all.reduce((a, b) => a + b, 0) - moments.firstText)).toBeLessThan(0.01)
        },
      ),
    )
  })

  test('a quantile is within 4.4 % of the true one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 1_000_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.95),
        (values, q) => {
          const quantiles = createQuantiles()
          values.forEach(quantiles.add)
          const truth = values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1]!
          expect(Math.abs(quantiles.at(q)! / truth - 1)).toBeLessThanOrEqual(0.0443)
        },
      ),
    )
  })

  test('a curve has at most 32 points, rises, and keeps the first and the last frame', () => {
    const long = fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
      maxLength: 600,
    })
    fc.assert(
      fc.property(long, (list) => {
        const curve = createCurve()
        let at = 0
        let chars = 0
        const all = list.map(([wait, more]) => [(at += wait), (chars += more)] as const)
        for (const point of all) curve.add(...point)
        const points = curve.points()
        expect(points.length).toBeLessThanOrEqual(64)
        expect(points[0]).toBe(all[0]![0])
        expect(points.slice(-2)).toEqual(all.at(-1))
        for (let i = 2; i < points.length; i++) expect(points[i]!).toBeGreaterThanOrEqual(points[i - 2]!)
      }),
    )
  })

  test('time in any of the intervals is counted once', () => {
    const span = fc.tuple(fc.nat(200), fc.nat(50))
    fc.assert(
      fc.property(fc.array(span, { maxLength: 8 }), fc.nat(300), (spans, at) => {
        const intervals = createIntervals()
        for (const [from, length] of spans) intervals.add(from, from + length)
        let covered = 0
        for (let ms = 0; ms < at; ms++) if (spans.some(([from, length]) => ms >= from && ms < from + length)) covered++
        expect(intervals.before(at)).toBe(covered)
      }),
    )
  })
})

test('100 000 frames use the memory of one', () => {
  const push = Array.prototype.push
  let longest = 0
  Array.prototype.push = function (...items) {
    const length = push.apply(this, items)
    longest = Math.max(longest, length)
    return length
  }
  try {
    const meter = createMeter({}, 0, (at) => at)
    for (let i = 1; i <= 100_000; i++) {
      meter.chunk(i * 16 - 3)
      meter.painted(i * 16, 3, 156, i * 16)
      if (i % 100 === 0) meter.longFrame(i * 16 - 60, i * 16)
    }
    const { frames: count, chars, curve } = meter.render(false)
    expect([count, chars]).toEqual([100_000, 300_000])
    expect(curve.length).toBeLessThanOrEqual(64)
    expect(longest).toBeLessThanOrEqual(64)
  } finally {
    Array.prototype.push = push
  }
})
