/** Whatever a page puts in, what comes out is valid OTLP, nothing throws, and no prototype changes. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanAttributes, cleanId } from '../../../src/base/clean.ts'
import { plain, seal } from '../../../src/delivery/seal.ts'
import { lastWords } from '../../../src/delivery/last-words.ts'
import { sdkSpans, toJson } from '../../../src/delivery/sdk.ts'
import { spansOf } from '../../../src/delivery/spans.ts'
import type { AnyRecord } from '../../../src/turn/record.ts'
import { decode } from '../../support/collector.ts'
import type { ReceivedSpan } from '../../support/collector.ts'
import { records, resource } from './samples.ts'

const thrower = {
  get() {
    throw new Error('no')
  },
  ownKeys() {
    throw new Error('no')
  },
}
const cycle: unknown[] = []
cycle.push(cycle)

/** What no page should hold, and some do. */
const trap = fc.constantFrom<unknown>(
  Object.freeze({ __proto__: { polluted: 1 } }),
  JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
  new Proxy({}, thrower),
  new Proxy([], { get: thrower.get }),
  { toJSON: () => 'other', toString: thrower.get, valueOf: thrower.get },
  { get length() { return thrower.get() } }, // prettier-ignore
  cycle,
  Symbol('s'),
  () => {},
  10n ** 30n,
  NaN,
  Infinity,
  -0,
  1e308,
  5e-324,
  Number.MIN_SAFE_INTEGER - 1,
  '\ud800',
  'a\udfffb',
  '"},{"intValue":"1"',
  '\u0000\u2028\u{1f9ff}',
  'y'.repeat(1 << 16),
  null,
  undefined,
  new Date(NaN),
)
const value = fc.oneof(
  { weight: 3, arbitrary: trap },
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.boolean(),
  fc.array(fc.oneof(trap, fc.string()), { maxLength: 3 }),
)
const name = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'session.id', '', '\ud800', 'n'.repeat(5000)),
  fc.string({ unit: 'binary', maxLength: 10 }),
)
/** Properties, own ones also where the name is `__proto__`, some of them getters that throw. */
const bag = fc.array(fc.tuple(name, value, fc.boolean()), { maxLength: 6 }).map((entries) => {
  const made = {}
  for (const [key, of, throws] of entries) {
    const how = throws && key.length === 1 ? { get: thrower.get } : { value: of }
    Object.defineProperty(made, key, { enumerable: true, configurable: true, ...how })
  }
  return made
})
const fields = ['attributes', 'userId', 'conversationId', 'moments', 'render', 'requests', 'startedAt', 'at', 'outcome',
  'rev', 'seq', 'vitals', 'name', 'tags', 'turn', 'delivery', 'ttft', 'errorType', 'sessionId', 'pageId'] as const // prettier-ignore

const isValid = (json: string): ReceivedSpan[] => {
  const spans = decode(json)
  // No half of a surrogate pair, neither plain nor escaped: collectors refuse the whole batch for one.
  expect(json.replace(/\\\\/g, '')).not.toMatch(/\\ud[89a-f]|\p{Cs}/iu)
  for (const [, int] of json.matchAll(/"intValue":"?([^,}"]*)/g)) expect(int).toMatch(/^-?\d+$/)
  for (const span of spans) {
    expect(span.traceId + span.spanId).toMatch(/^[0-9a-f]{48}$/)
    expect(span.startMs).toBeGreaterThanOrEqual(0)
    expect(span.endMs).toBeGreaterThanOrEqual(span.startMs)
    expect(span.raw.length).toBeLessThan(200_000)
  }
  return spans
}
const runs = { numRuns: 10_000 }

test('attributes and ids of a page, whatever they are, make valid spans', () => {
  fc.assert(
    fc.property(fc.oneof(bag, value), value, fc.nat(3), (raw, id, which) => {
      const record = {
        ...records()[which % records().length]!,
        attributes: cleanAttributes(raw),
        userId: cleanId(id),
        conversationId: cleanId(id),
      }
      const sealed = plain(record).record
      const spans = isValid(toJson(sdkSpans(spansOf(sealed), resource, '0.1.0')))
      expect(spans.length).toBeGreaterThan(0)
      for (const text of Object.values(sealed.attributes ?? {}))
        if (typeof text === 'string') expect(text.length).toBeLessThanOrEqual(1025)
      const said = lastWords([sealed], resource, '0.1.0', ['session.id'])
      if (said) isValid(said)
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    }),
    runs,
  )
}, 120_000)

test('a beforeSend that fills records with traps costs the record at most', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...fields), fc.oneof(bag, value)), { maxLength: 3 }),
      fc.nat(3),
      (over, which) => {
        const answer = seal(records()[which % records().length]!, {
          beforeSend: (record) => ({ ...record, ...Object.fromEntries(over) }) as AnyRecord,
          hint() {},
        })
        if (typeof answer === 'string') return
        const sealed = answer.record
        isValid(toJson(sdkSpans(spansOf(sealed), resource, '0.1.0')))
        const said = lastWords([sealed], resource, '0.1.0', ['session.id'])
        if (said) isValid(said)
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
      },
    ),
    runs,
  )
}, 120_000)
