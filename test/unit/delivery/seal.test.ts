import { expect, test, vi } from 'vitest'
import { cleanAttributes, cleanUrl } from '../../../src/base/clean.ts'
import { cleaned, maxLetters, plain, seal } from '../../../src/delivery/seal.ts'
import type { AnyRecord, TurnRecord } from '../../../src/turn/record.ts'
import { records, turnRecord } from './samples.ts'

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

const record = turnRecord({ attributes: { a: 1 } })
const url = 'https://me:secret@a.example/ask/my%20secret?q=private#here'
const called = (over: Partial<TurnRecord> = {}) => turnRecord({ requests: [{ ...record.requests[0]!, url }], ...over })
const passed = (answer: ReturnType<typeof seal>): AnyRecord => {
  if (typeof answer === 'string') throw new Error(answer)
  return answer.record
}

test('beforeSend may change or drop a record, but not its ids', () => {
  const hint = vi.fn()
  const beforeSend = (one: AnyRecord) => ({ ...one, traceId: 'other', attributes: { b: 2 } })
  expect(passed(seal(record, { hint, beforeSend }))).toMatchObject({ traceId: record.traceId, attributes: { b: 2 } })
  expect(seal(record, { hint, beforeSend: () => null })).toBe('before_send')
  expect(hint).not.toHaveBeenCalled()
})

test('a beforeSend that throws lets nothing out and says so', () => {
  const hint = vi.fn()
  const beforeSend = () => {
    throw new Error('page')
  }
  expect(seal(record, { hint, beforeSend })).toBe('before_send')
  expect(hint).toHaveBeenCalledOnce()
})

test('beforeSend is shown clean addresses, and what it puts in is cleaned', () => {
  const seen: string[] = []
  const beforeSend = (one: AnyRecord) => {
    seen.push((one as TurnRecord).requests[0]!.url)
    return called({ attributes: { long: 'x'.repeat(5000) } })
  }
  const told = passed(seal(called(), { hint() {}, beforeSend })) as TurnRecord
  expect([...seen, told.requests[0]!.url]).toEqual(['https://a.example/ask/*', 'https://a.example/ask/*'])
  expect(told.attributes!.long).toHaveLength(1025)
})

test('a record without its requests, as a page may leave it, is told', () => {
  const { requests: _, ...rest } = record
  expect(passed(seal(record, { hint() {}, beforeSend: () => rest as TurnRecord }))).toMatchObject({ requests: [] })
})

// A page's filter could put any amount of data in, and the queue gave up everything else for it.
test('what is over the bound stays', () => {
  const beforeSend = (one: AnyRecord) => ({ ...one, userId: 'x'.repeat(maxLetters) }) as AnyRecord
  expect(seal(record, { hint() {}, beforeSend })).toBe('too_large')
  const most = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`${n}`.padEnd(128, 'n'), 'x'.repeat(1024)]))
  expect(seal(turnRecord({ attributes: most }), { hint() {} })).not.toBe('too_large')
})

test('cleaning twice is as once, and leaves a clean record as it is', () => {
  for (const one of [...records(), called()]) {
    const { record: once } = plain(one)
    expect(JSON.stringify(cleaned(once))).toBe(JSON.stringify(once))
  }
})
