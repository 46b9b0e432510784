import { expect, test } from 'vitest'
import { likeness, say } from '../../../src/screen/letters.ts'
import type { Said } from '../../../src/screen/letters.ts'

test('text that shows the answer so far, or its beginning, is like it', () => {
  expect(likeness('hellothere', 'hello')).toBe(5)
  expect(likeness('hello', 'hellothere')).toBe(5)
  expect(likeness('hellothere', 'goodbye')).toBe(0)
})

test('a later piece of it is told apart', () => {
  expect(likeness('1firststep', 'first')).toBe(-5)
  expect(likeness('1firststep', 'st')).toBe(0)
})

test('one or two letters of a stream are no beginning of longer text', () => {
  expect(likeness('i', 'iamloading')).toBe(0)
  expect(likeness('i', 'i')).toBe(1)
})

test('only the first letters after each pause are kept, and not without bound', () => {
  const said: Said = { heads: [], first: 0, last: 0 }
  say(said, '**Hello** there. ', 10)
  say(said, 'x'.repeat(1000), 20)
  expect(said.heads).toEqual([('hellothere' + 'x'.repeat(64)).slice(0, 64)])
  for (let i = 0; i < 50; i++) say(said, 'Part', 2000 + i * 1000)
  expect(said.heads).toHaveLength(8)
  expect(said.first).toBe(10)
})
