import { expect, test } from 'vitest'
import { timing } from '../../../src/base/timing.ts'
import { createSession } from '../../../src/page/session.ts'

const minute = 60_000

/** One browser's storage and a wall clock that the test owns; `page()` is a tab of it. */
function browser(sampleRate = 1) {
  const rows = new Map<string, string>()
  const storage = {
    getItem: (key: string) => rows.get(key) ?? null,
    setItem: (key: string, value: string) => void rows.set(key, value),
    removeItem: (key: string) => void rows.delete(key),
  }
  let now = 1_800_000_000_000
  const clock = { now: () => 0, epoch: () => now, setTimeout: () => 0, clearTimeout: () => {} }
  return {
    rows,
    wait: (ms: number) => void (now += ms),
    page: (stored = true, mayStore?: () => boolean) =>
      createSession({ clock, timing, sampleRate, storage: stored ? storage : undefined, mayStore }),
  }
}

test('two tabs of one browser share a session', () => {
  const { page } = browser()
  expect(page().touch().id).toBe(page().touch().id)
})

test('a session ends after 30 minutes without activity', () => {
  const { page, wait } = browser()
  const tab = page()
  const first = tab.touch().id
  wait(29 * minute)
  expect(tab.touch().id).toBe(first)
  wait(29 * minute)
  expect(tab.touch().id).toBe(first)
  wait(31 * minute)
  expect(tab.touch().id).not.toBe(first)
})

test('looking at a session does not keep it alive', () => {
  const { page, wait } = browser()
  const tab = page()
  const first = tab.touch().id
  wait(20 * minute)
  expect(tab.peek().id).toBe(first)
  wait(20 * minute)
  expect(tab.touch().id).not.toBe(first)
})

test('a session ends after four hours, however active', () => {
  const { page, wait } = browser()
  const tab = page()
  const first = tab.touch().id
  for (let i = 0; i < 12; i++) {
    wait(20 * minute)
    tab.touch()
  }
  wait(20 * minute)
  expect(tab.touch().id).not.toBe(first)
})

test('a clock set back by a day begins a new session', () => {
  const { page, wait } = browser()
  const tab = page()
  const first = tab.touch().id
  wait(-24 * 60 * minute)
  expect(tab.touch().id).not.toBe(first)
})

test('without storage the session lasts as long as the page', () => {
  const { page } = browser()
  const tab = page(false)
  expect(tab.touch().id).toBe(tab.touch().id)
  expect(tab.touch().id).not.toBe(page(false).touch().id)
})

test.each(['', '{', 'null', '{"id":"../etc","at":1,"last":2}', '{"id":1}'])('a stored row of %j is replaced', (row) => {
  const { page, rows } = browser()
  rows.set('chat-vitals:session', row)
  expect(page().touch().id).toMatch(/^[0-9a-f]{32}$/)
})

test('sampling is decided once per session and close to the rate', () => {
  const { page } = browser(0.25)
  const tab = page()
  expect(tab.touch().sampled).toBe(page().touch().sampled)
  let sampled = 0
  for (let i = 0; i < 2000; i++) if (browser(0.25).page().touch().sampled) sampled++
  // Binomial(2000, 0.25): five standard deviations are 97.
  expect(Math.abs(sampled - 500)).toBeLessThan(97)
  expect(browser(0).page().touch().sampled).toBe(false)
  expect(browser(1).page().touch().sampled).toBe(true)
})

test('before consent nothing is put on the device; with it the same session goes on, and withdrawn it is taken off', () => {
  const { page, rows } = browser()
  let granted = false
  const tab = page(true, () => granted)
  const { id } = tab.touch()
  expect(rows.size).toBe(0)
  granted = true
  expect(tab.touch().id).toBe(id)
  expect(page().peek().id).toBe(id)
  granted = false
  tab.forget()
  expect(rows.size).toBe(0)
  expect(tab.peek().id).toBe('')
})

// The page went on with the id that it had forgotten, and wrote it again with the next grant.
test('a session that was forgotten does not return with the next grant, nor from another application of the origin', () => {
  const { page, rows } = browser()
  const tab = page()
  const { id } = tab.touch()
  const written = rows.get('chat-vitals:session')!
  tab.forget()
  rows.set('chat-vitals:session', written)
  const next = tab.touch().id
  expect(next).toMatch(/^[0-9a-f]{32}$/)
  expect(next).not.toBe(id)
  expect(JSON.parse(rows.get('chat-vitals:session')!).id).toBe(next)
})

// A tab at rest over night that was then closed looked at its session on its way out, and that began an empty one.
test('looking at a session that is over begins no new one', () => {
  const { page, rows, wait } = browser()
  const tab = page()
  const first = tab.touch().id
  const written = rows.get('chat-vitals:session')
  wait(31 * minute)
  expect(tab.peek().id).toBe(first)
  expect(rows.get('chat-vitals:session')).toBe(written)
})

test('what is recorded is told by the session’s id alone', () => {
  const { page } = browser(0.5)
  const tab = page()
  for (let i = 0; i < 20; i++) {
    const { id, sampled } = browser(0.5).page().touch()
    expect(tab.sampled(id)).toBe(sampled)
  }
})
