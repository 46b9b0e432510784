import { expect, test, vi } from 'vitest'
import { cleanAttributes, cleanUrl } from '../../../src/base/clean.ts'
import { createGate } from '../../../src/delivery/seal.ts'
import type { FeedbackRecord } from '../../../src/turn/record.ts'

test('an address leaves without credentials, query and fragment', () => {
  expect(cleanUrl('https://me:secret@a.example/chat/12?q=private#here')).toBe('https://a.example/chat/12')
})

test('a path segment that holds text becomes a star', () => {
  expect(cleanUrl('https://a.example/ask/my%20secret/x')).toBe('https://a.example/ask/*/x')
  expect(cleanUrl(`https://a.example/${'k'.repeat(80)}`)).toBe('https://a.example/*')
  expect(cleanUrl('https://a.example/ask/密码')).toBe('https://a.example/ask/*')
  expect(cleanUrl('not an address')).toBe('')
})

test('attributes keep plain values only, and one bad getter takes none of the others', () => {
  const hostile = {
    ok: 'yes',
    n: 1,
    flag: false,
    nan: Number.NaN,
    big: 1n,
    deep: { a: 1 },
    get throws(): string {
      throw new Error('no')
    },
  }
  expect(cleanAttributes(hostile)).toEqual({ ok: 'yes', n: 1, flag: false })
  expect(
    cleanAttributes(
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no')
          },
        },
      ),
    ),
  ).toBeUndefined()
  const polluting = JSON.parse('{"__proto__": "x", "a": 1}') as object
  expect(({} as Record<string, unknown>).x).toBeUndefined()
  expect(cleanAttributes(polluting)).toMatchObject({ a: 1 })
})

test('long and broken strings are cut and mended', () => {
  const cut = cleanAttributes({ long: '😀'.repeat(2000), lone: 'a\uD800b' })!
  expect((cut.long as string).length).toBeLessThanOrEqual(1025)
  expect(cut.long).toMatch(/😀…$/u)
  expect(cut.lone).toBe('a\uFFFDb')
})

const record = {
  v: 1,
  kind: 'feedback',
  id: 'f',
  traceId: 't',
  spanId: 's',
  attributes: { a: 1 },
} as unknown as FeedbackRecord

test('beforeSend may change or drop a record, but not its ids', () => {
  const hint = vi.fn()
  const gate = createGate({ hint, beforeSend: (one) => ({ ...one, traceId: 'other', attributes: { b: 2 } }) })
  expect(gate(record)).toMatchObject({ traceId: 't', attributes: { b: 2 } })
  expect(createGate({ hint, beforeSend: () => null })(record)).toBeUndefined()
  expect(hint).not.toHaveBeenCalled()
})

test('a beforeSend that throws lets nothing out and says so', () => {
  const hint = vi.fn()
  const gate = createGate({
    hint,
    beforeSend: () => {
      throw new Error('page')
    },
  })
  expect(gate(record)).toBeUndefined()
  expect(hint).toHaveBeenCalledOnce()
})
