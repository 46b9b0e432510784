// @vitest-environment node
/** Headers as a browser takes them: happy-dom takes any. */
import { expect, test } from 'vitest'
import { readOptions } from '../../../src/config.ts'

test.each([
  [{ 'x key': 'v' }, ['headers']],
  [{ 'x-key': 'a\nb' }, ['headers']],
  [new Headers({ 'x-key': 'v' }), ['headers']],
  [{ 'x-key': 'v', authorization: 'Bearer t' }, []],
])('with %o as headers every request threw, and all telemetry was lost without a word', (headers, expected) => {
  const wrong: string[] = []
  const place = { href: 'https://app.example/', hostname: 'app.example' }
  const config = readOptions([{ headers }], (name) => wrong.push(name), place)
  expect(wrong).toEqual(expected)
  expect('headers' in config).toBe(expected.length === 0)
})
