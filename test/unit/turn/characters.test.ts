import { expect, test } from 'vitest'

import { letters, measure, readingTable } from '../../../src/base/characters.ts'

test.each([
  ['Hello, world', 11, 11 * 52],
  [' \n\t\u00a0\u3000\ufeff', 0, 0],
  ['你好', 2, 2 * 181],
  ['𠀀', 1, 181],
  ['ひらカナ', 4, 4 * 129],
  ['한글', 2, 2 * 110],
  ['שלום', 4, 4 * 55],
  ['مرحبا', 5, 5 * 75],
  ['Привет', 6, 6 * 52],
  ['é', 1, 52],
  ['e\u0301', 1, 52],
  ['が', 1, 129],
  ['か\u3099', 1, 129],
  ['สวัสดี', 4, 4 * 52],
  ['👨‍👩‍👧', 3, 3 * 52],
  ['❤\ufe0f', 1, 52],
  ['𝒳\u{e0100}', 1, 52],
  ['a\u200bb\u2060c', 3, 3 * 52],
  ['。', 1, 52],
  ['', 0, 0],
])('%j has %i characters, read in %i ms', (text, chars, readingMs) => {
  expect(measure(text)).toEqual({ chars, readingMs })
})

test('the table can be another', () => {
  expect(measure('a你', { ...readingTable, alphabetic: 10, han: 20 })).toEqual({ chars: 2, readingMs: 30 })
})

test('measuring in pieces is measuring the whole', () => {
  const text = 'Größe 你好 👩‍🚀 مَرْحَبًا 한글 ガ'
  const whole = [...text].reduce((sum, char) => sum + measure(char).chars, 0)
  expect(measure(text).chars).toBe(whole)
})

test('letters leave markup and case behind', () => {
  expect(letters('## **Hello**, 2 Welten: 你好!', 64)).toBe('hello2welten你好')
  expect(letters('Hello', 3)).toBe('hel')
  expect(letters('Hello', 0)).toBe('')
})
