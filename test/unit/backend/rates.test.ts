// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { loss, quantile, quantileBounds, rate, rating } from '../../../demo/backend/rates.mjs'

describe('a rate', () => {
  test.each([
    [12, 900, 1.33, 0.76, 2.32],
    [9, 12, 75, 46.8, 91.1],
    [0, 50, 0, 0, 7.13],
    [3, 3, 100, 43.8, 100],
  ])('of %d in %d is %f %% with its Wilson interval', (k, n, value, low, high) => {
    const it = rate(k, n)
    expect(it.value! * 100).toBeCloseTo(value, 2)
    // The text gives three digits; of 43.850 it gives the lower ones.
    expect(Math.abs(it.low! * 100 - low)).toBeLessThan(low < 10 ? 0.006 : 0.051)
    expect(Math.abs(it.high! * 100 - high)).toBeLessThan(high < 10 ? 0.006 : 0.051)
  })

  test('without a trial has no value, not 0', () => {
    expect(rate(0, 0)).toEqual({ k: 0, n: 0 })
  })
})

test('loss counts what page views opened and never came, and is never negative', () => {
  expect(loss(97, 100).value).toBeCloseTo(0.03)
  expect(loss(101, 100).value).toBe(0)
})

test('a quantile interpolates between raw values', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
  expect(quantile([1, 2, 3, 4, 5], 0.75)).toBe(4)
  expect(quantile([], 0.5)).toBeUndefined()
})

test('a quantile has an interval only where the sample bounds it on both sides', () => {
  expect(quantileBounds(10, 0.75)).toBeUndefined()
  const [low, high] = quantileBounds(100, 0.75)!
  expect(low).toBeGreaterThan(0.6)
  expect(high).toBeLessThan(0.9)
  expect(low).toBeLessThan(0.75)
  expect(high).toBeGreaterThan(0.75)
})

test('ratings hold at their limits, and higher is better for QoE', () => {
  expect([2, 2.01, 5, 5.01].map((s) => rating('ttft', s))).toEqual(['good', 'fair', 'fair', 'poor'])
  expect([0.95, 0.94, 0.8, 0.79].map((q) => rating('qoe', q))).toEqual(['good', 'fair', 'fair', 'poor'])
  expect(rating('ttft', undefined)).toBeUndefined()
})
