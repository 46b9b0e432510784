import { expect, test } from 'vitest'
import { createCounter } from '../../../src/screen/counter.ts'

const measured: string[] = []
const counter = () =>
  createCounter((text) => {
    measured.push(text)
    return { chars: [...text.replace(/\s/g, '')].length, readingMs: text.length }
  })
const tally = () => ({ chars: 0, ms: 0 })
const read = (run: () => void) => {
  measured.length = 0
  run()
  return measured.join('|')
}

test('text that grew is measured from where it ended', () => {
  const count = counter()
  const sum = tally()
  const text = document.createTextNode('Hello')
  count.put(text, [sum], 1)
  text.data += ' world'
  expect(read(() => count.put(text, [sum], 1))).toBe(' world')
  expect(sum.chars).toBe(10)
})

test('text that was rewritten is measured whole', () => {
  const count = counter()
  const sum = tally()
  const text = document.createTextNode('Hello there')
  count.put(text, [sum], 1)
  text.data = 'Other words, longer'
  expect(read(() => count.put(text, [sum], 1))).toBe('Other words, longer')
  expect(sum.chars).toBe(17)
  text.data = 'No'
  count.put(text, [sum], 1)
  expect(sum.chars).toBe(2)
})

test('a pair of surrogates torn over two pieces is one character', () => {
  const count = counter()
  const sum = tally()
  const text = document.createTextNode('a\ud83d')
  count.put(text, [sum], 1)
  text.data += '\ude00b'
  count.put(text, [sum], 1)
  expect(sum.chars).toBe(3)
})

test('a node that takes the place of one that left is measured from its end', () => {
  const count = counter()
  const sum = tally()
  const text = document.createTextNode('Hello')
  count.put(text, [sum], 1)
  count.drop(text, true)
  expect(sum).toEqual(tally())
  const next = document.createTextNode('Hello you')
  expect(read(() => count.put(next, [sum], 1))).toBe(' you')
  expect(sum.chars).toBe(8)
})

test('a caret at the end of growing text is not part of it', () => {
  const count = counter()
  const sum = tally()
  const text = document.createTextNode('Hello▍')
  count.put(text, [sum], 1)
  expect(sum.chars).toBe(5)
  text.data = 'Hello you▍'
  count.put(text, [sum], 1)
  expect(sum.chars).toBe(8)
})
