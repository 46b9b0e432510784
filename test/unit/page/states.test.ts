import { beforeEach, expect, test } from 'vitest'
import type { Clock } from '../../../src/base/clock.ts'
import { createGuard } from '../../../src/base/guard.ts'
import { timing } from '../../../src/base/timing.ts'
import { createPulse } from '../../../src/page/pulse.ts'
import { createStates } from '../../../src/page/states.ts'
import type { PageChange } from '../../../src/turn/marks.ts'

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
/** Beats aside: they are told apart below. */
const note = (change: PageChange) => {
  if (change.kind === 'slept') said.push(`slept ${Math.round((change.to - change.at) / 1000)} s`)
  else if (change.kind !== 'beat') said.push(change.kind)
}
const start = (hear = note) => {
  const guard = createGuard()
  const states = createStates(guard)
  states.on(hear)
  const stop = states.watch()
  const pulse = createPulse({ clock, guard, timing, states })
  const still = pulse.watch()
  return { on: states.on, active: pulse.active, awake: pulse.awake, stop: () => (still(), stop()) }
}

beforeEach(() => {
  now = 0
  timers = []
  said = []
})

test('no turn open, no heartbeat', () => {
  const states = start()
  pass(60_000)
  expect(timers).toEqual([])
  states.stop()
})

test('a machine that slept while a turn was open is told, once', () => {
  const states = start()
  states.active(true)
  pass(3000)
  pass(600_000, 600_000)
  expect(said).toEqual(['slept 599 s'])
  pass(5000)
  expect(said).toHaveLength(1)
  states.stop()
  expect(timers).toEqual([])
})

test('a timer that is a little late is no sleep', () => {
  const states = start()
  states.active(true)
  pass(9000, 9000)
  pass(3000)
  expect(said).toEqual([])
  states.stop()
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
    const states = start()
    states.active(true)
    pass(3000)
    now += 20_000
    pass(0)
    report(3000, 20_000)
    pass(3000)
    expect(said).toEqual(['busy'])
    states.stop()
  }))

// One sleep in twelve struck while a frame was made: the frame was then as long as the sleep, and passed for its cause.
test('a machine that fell asleep in the middle of a task slept', () =>
  withLongFrames((report) => {
    const states = start()
    states.active(true)
    pass(3000)
    now += 600_000
    pass(0)
    report(2990, 600_010)
    pass(3000)
    expect(said).toEqual(['slept 599 s', 'busy'])
    states.stop()
  }))

// Text that had come just before the sleep was painted before the heartbeat after it: its gap was as long as the sleep.
test('what asks first after a sleep is told of it', () => {
  const states = start()
  states.active(true)
  pass(3000)
  now += 600_000
  states.awake()
  expect(said).toEqual(['slept 599 s'])
  pass(3000)
  expect(said).toHaveLength(1)
  states.active(false)
  now += 600_000
  states.awake()
  expect(said).toHaveLength(1)
  states.stop()
})

test('leaving is told once, and nothing after stop', () => {
  const states = start()
  window.dispatchEvent(new Event('pagehide'))
  window.dispatchEvent(new Event('pagehide'))
  expect(said).toEqual(['left'])
  states.stop()
  window.dispatchEvent(new Event('pagehide'))
  expect(said).toHaveLength(1)
})

test('the heart beats once a second while a turn is open and the page is seen', () => {
  const states = start()
  let beats = 0
  states.on(({ kind }) => void (kind === 'beat' && beats++))
  pass(5000)
  expect(beats).toBe(0)
  states.active(true)
  pass(5000)
  expect(beats).toBe(5)
  states.active(false)
  pass(5000)
  expect(beats).toBe(5)
  states.stop()
})

test('one who hears badly does not keep the others from hearing', () => {
  const states = start(() => {
    throw new Error('mine')
  })
  states.on(note)
  window.dispatchEvent(new Event('pagehide'))
  expect(said).toEqual(['left'])
  states.stop()
})
