/** When the paint clock says a frame was painted. How exact it is, the benchmark against the compositor tells. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { watchPages } from '../support/watch-page.ts'
import type { WatchPages } from '../support/watch-page.ts'

/* oxlint-disable typescript/no-explicit-any -- what runs in the page is not typed here */
declare const kit: any

let pages: WatchPages
beforeAll(async () => {
  pages = await watchPages()
})
afterAll(() => pages?.close())

async function paints<R>(play: () => Promise<R>, body = '<p>A page</p>'): Promise<R> {
  const page = await pages.open(body)
  try {
    await page.evaluate(() => {
      const global = globalThis as any
      global.paint = (beacon: boolean) =>
        kit.createPaintClock({
          doc: document,
          guard: kit.guard,
          clock: kit.clock,
          timing: kit.timing,
          states: kit.states,
          beacon,
        })
      global.stamp = (clock: any, first: boolean) =>
        new Promise((done) => {
          let laid = 0
          clock.frame(
            () => (laid = performance.now()),
            (stamp: any) => done({ ...stamp, laid, told: performance.now() }),
          )
          document.body.append('word ')
          if (first) clock.beacon(true)
        })
    })
    return await page.evaluate(play)
  } finally {
    await page.close()
  }
}

test('the beacon dates its frame: after layout, before its entry is told', async () => {
  const out: any = await paints(async () => {
    const { paint, stamp } = globalThis as any
    await kit.wait(300)
    const asked = performance.now()
    const clock = paint(true)
    return {
      asked,
      ...(await stamp(clock, true)),
      speck: document.querySelectorAll('[elementtiming]').length,
      said: kit.said,
    }
  })
  expect(out.said).toEqual([])
  expect(out.method).toBe('beacon')
  expect(out.at).toBeGreaterThan(out.asked)
  expect(out.at).toBeGreaterThanOrEqual(out.laid - 4)
  expect(out.at).toBeLessThanOrEqual(out.told)
  expect(out.speck).toBe(0)
})

test('nothing is put into the page before a beacon is asked for', async () => {
  const left = await paints(async () => {
    const { paint, stamp } = globalThis as any
    const clock = paint(true)
    await stamp(clock, false)
    return document.documentElement.children.length
  })
  expect(left).toBe(2)
})

test('switched off, the page stays untouched and the method says so', async () => {
  const out: any = await paints(async () => {
    const { paint, stamp } = globalThis as any
    const clock = paint(false)
    const first = stamp(clock, true)
    const children = document.documentElement.children.length
    return { ...(await first), children }
  })
  expect(out.method).not.toBe('beacon')
  expect(out.children).toBe(2)
  expect(out.at).toBeGreaterThanOrEqual(out.laid)
})

test('frames between beacons are told in order, near where a beacon would have put them', async () => {
  const out: any = await paints(async () => {
    const { paint, stamp } = globalThis as any
    await kit.wait(300)
    const clock = paint(true)
    const stamps = []
    for (let i = 0; i < 12; i++) {
      stamps.push(await stamp(clock, i < 4 || i == 11))
      await kit.wait(30)
    }
    return stamps
  })
  const times = out.map((stamp: any) => stamp.at)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(out.filter((stamp: any) => stamp.method == 'beacon').length).toBeGreaterThanOrEqual(3)
  for (const stamp of out) expect(stamp.errorMs).toBeGreaterThan(0)
})

test('where a beacon is never seen, the frame is told all the same', async () => {
  const out: any = await paints(async () => {
    const { paint, stamp } = globalThis as any
    document.documentElement.style.opacity = '0'
    await kit.wait(200)
    kit.timing.beaconWait = 200
    const clock = paint(true)
    return { ...(await stamp(clock, true)), speck: document.querySelectorAll('[elementtiming]').length }
  })
  expect(out.method).not.toBe('beacon')
  expect(out.speck).toBe(0)
})

test('where the browser reports no paint, a frame is dated soon after its layout, and says how vaguely', async () => {
  const out: any = await paints(async () => {
    const { paint, stamp } = globalThis as any
    Object.defineProperty(PerformanceObserver, 'supportedEntryTypes', { value: [] })
    await kit.wait(200)
    const clock = paint(true)
    const stamps = []
    for (let i = 0; i < 5; i++) stamps.push(await stamp(clock, !i))
    return { stamps, children: document.documentElement.children.length, said: kit.said }
  })
  expect(out.said).toEqual([])
  expect(out.children).toBe(2)
  for (const { method, errorMs } of out.stamps) {
    expect(method).toBe('observer')
    expect([5, 16.7]).toContain(errorMs)
  }
  // Of five: a busy machine can stop between two lines.
  const later = out.stamps
    .map(({ at, laid }: { at: number; laid: number }) => at - laid)
    .sort((a: number, b: number) => a - b)
  expect(later[2]).toBeGreaterThan(1)
  expect(later[2]).toBeLessThan(18)
})

// Firefox laid a page out that was hidden for 80 ms; its answer counted as seen before the user came back.
test('a frame laid out in a hidden page is told once the page is shown', async () => {
  const out: any = await paints(async () => {
    const { paint, stamp } = globalThis as any
    let hidden = true
    Object.defineProperty(document, 'hidden', { get: () => hidden })
    document.dispatchEvent(new Event('visibilitychange'))
    const told: any[] = []
    void stamp(paint(false), false).then((frame: any) => told.push(frame))
    await kit.wait(200)
    const before = told.length
    hidden = false
    const shown = performance.now()
    document.dispatchEvent(new Event('visibilitychange'))
    await kit.wait(400)
    return { before, shown, told, said: kit.said }
  })
  expect(out.said).toEqual([])
  expect(out.before).toBe(0)
  expect(out.told).toHaveLength(1)
  expect(out.told[0].laid).toBeGreaterThanOrEqual(out.shown)
})

test('flush tells what is known, at once', async () => {
  const out: any = await paints(async () => {
    const { paint } = globalThis as any
    await kit.wait(200)
    const clock = paint(true)
    const stamps: any[] = []
    await new Promise<void>((done) => {
      clock.frame(done, (stamp: any) => stamps.push(stamp))
      document.body.append('word')
      clock.beacon(true)
    })
    clock.flush()
    const now = stamps.length
    await kit.wait(300)
    return { now, later: stamps.length }
  })
  expect(out).toEqual({ now: 1, later: 1 })
})
