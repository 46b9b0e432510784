import { beforeEach, expect, test } from 'vitest'
import type { Clock } from '../../../src/base/clock.ts'
import { createGuard } from '../../../src/base/guard.ts'
import { timing } from '../../../src/base/timing.ts'
import { watchAttention } from '../../../src/page/attention.ts'

let now = 0
let timers: { at: number; fn: () => void; id: number }[] = []
let said: string[] = []
let ids = 0
const clock: Clock = {
  now: () => now,
  epoch: () => now,
  setTimeout(fn, ms) {
    timers.push({ at: now + ms, fn, id: ++ids })
    return ids
  },
  clearTimeout(id) {
    timers = timers.filter((timer) => timer.id != id)
  },
}
/** Time passes; timers run when due, or all at once after `asleep` ms. */
const pass = (ms: number, asleep = 0) => {
  const until = now + ms
  now += asleep
  for (;;) {
    const next = timers.sort((a, b) => a.at - b.at)[0]
    if (!next || next.at > until) break
    timers.shift()
    now = Math.max(now, next.at)
    next.fn()
  }
  now = Math.max(now, until)
}
const port = {
  visibility: (_at: number, hidden: boolean) => said.push(hidden ? 'hidden' : 'shown'),
  longFrame: () => said.push('long'),
  suspended: (from: number, to: number) => said.push(`slept ${Math.round((to - from) / 1000)} s`),
  left: () => said.push('left'),
}
const start = () => watchAttention({ port, clock, guard: createGuard(), timing })

beforeEach(() => {
  now = 0
  timers = []
  said = []
})

test('no turn open, no heartbeat', () => {
  const attention = start()
  pass(60_000)
  expect(timers).toEqual([])
  attention.stop()
})

test('a machine that slept while a turn was open is told, once', () => {
  const attention = start()
  attention.active(true)
  pass(3000)
  pass(600_000, 600_000)
  expect(said).toEqual(['slept 599 s'])
  pass(5000)
  expect(said).toHaveLength(1)
  attention.stop()
  expect(timers).toEqual([])
})

test('a timer that is a little late is no sleep', () => {
  const attention = start()
  attention.active(true)
  pass(9000, 9000)
  pass(3000)
  expect(said).toEqual([])
  attention.stop()
})

const withLongFrames = (work: (report: (startTime: number, duration: number) => void) => void) => {
  const real = globalThis.PerformanceObserver
  let observe: (list: { getEntries(): object[] }) => void = () => {}
  class Observer {
    static supportedEntryTypes = ['long-animation-frame']
    constructor(callback: typeof observe) {
      observe = callback
    }
    observe() {}
    disconnect() {}
  }
  Object.assign(globalThis, { PerformanceObserver: Observer })
  try {
    work((startTime, duration) =>
      observe({ getEntries: () => [{ startTime, duration, blockingDuration: duration - 50 }] }),
    )
  } finally {
    Object.assign(globalThis, { PerformanceObserver: real })
  }
}

test('a task that blocked for twenty seconds is no sleep', () =>
  withLongFrames((report) => {
    const attention = start()
    attention.active(true)
    pass(3000)
    now += 20_000
    pass(0)
    report(3000, 20_000)
    pass(3000)
    expect(said).toEqual(['long'])
    attention.stop()
  }))

// One sleep in twelve struck while a frame was made: the frame was then as long as the sleep, and passed for its cause.
test('a machine that fell asleep in the middle of a task slept', () =>
  withLongFrames((report) => {
    const attention = start()
    attention.active(true)
    pass(3000)
    now += 600_000
    pass(0)
    report(2990, 600_010)
    pass(3000)
    expect(said).toEqual(['slept 599 s', 'long'])
    attention.stop()
  }))

// Text that had come just before the sleep was painted before the heartbeat after it: its gap was as long as the sleep.
test('what asks first after a sleep is told of it', () => {
  const attention = start()
  attention.active(true)
  pass(3000)
  now += 600_000
  attention.awake()
  expect(said).toEqual(['slept 599 s'])
  pass(3000)
  expect(said).toHaveLength(1)
  attention.active(false)
  now += 600_000
  attention.awake()
  expect(said).toHaveLength(1)
  attention.stop()
})

test('leaving is told once, and nothing after stop', () => {
  const attention = start()
  window.dispatchEvent(new Event('pagehide'))
  window.dispatchEvent(new Event('pagehide'))
  expect(said).toEqual(['left'])
  attention.stop()
  window.dispatchEvent(new Event('pagehide'))
  expect(said).toHaveLength(1)
})
