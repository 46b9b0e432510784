/**
 * OpenTelemetry's own SDK and serializer say what our JSON has to be, to the letter. One difference is meant: a number has
 * the type that its attribute is declared with, where theirs makes an int of every integral one.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encode } from '../../../src/delivery/otlp.ts'
import { spansOf } from '../../../src/delivery/spans.ts'
import type { SpanData } from '../../../src/delivery/spans.ts'
import type { AnyRecord } from '../../../src/turn/record.ts'
import { feedbackRecord, hex, pageRecord, records, resource, signalRecord, turnRecord } from './samples.ts'
import { asDeclared, sdkJson } from './sdk.ts'
import { bag, fields, value } from './traps.ts'

const named = (name: string, all: SpanData[]) => all.filter((span) => span.name === name)
const kinds: [string, SpanData[]][] = [
  ['chat.turn', named('chat.turn', spansOf(turnRecord(), ['gen_ai.session.id']))],
  ['chat.turn that failed', spansOf(turnRecord({ outcome: 'error', errorType: 'network', requests: [] }))],
  ['chat.turn that failed without a word', spansOf(turnRecord({ outcome: 'error', errorType: undefined }))],
  ['chat.turn in short', spansOf(turnRecord({ outcome: 'error', errorType: 'http' }), [], 'short')],
  ['POST, with a link to the backend', named('POST', spansOf(turnRecord()))],
  [
    'POST that was refused',
    named('POST', spansOf(turnRecord({ requests: [{ ...turnRecord().requests[0]!, status: 429 }] }))),
  ],
  ['chat.feedback, with its event and link', spansOf(feedbackRecord())],
  ['chat.feedback that was retracted', spansOf(feedbackRecord({ score: undefined, label: 'retracted' }))],
  ['chat.signal', spansOf(signalRecord())],
  ['chat.signal about no turn', spansOf(signalRecord({ turn: undefined }))],
  ['browser.page, with its web vitals', spansOf(pageRecord())],
  ['browser.page without any', spansOf(pageRecord({ vitals: [] }))],
  ['all of them', records().flatMap((record) => spansOf(record))],
]

test.each(kinds)('%s is written as by the SDK', (_, spans) => {
  expect(spans.length).toBeGreaterThan(0)
  expect(encode(spans, resource, '0.1.0')).toBe(asDeclared(sdkJson(spans, resource, '0.1.0')))
})

test('a span has nothing that the SDK leaves out, and lacks nothing that it writes, also at the edges of time', () => {
  for (const at of [0, 0.0004, 0.001, 999.9996, 1_759_999_999_999.9998, 9e12]) {
    const spans = spansOf(signalRecord({ at }))
    expect(encode(spans, resource, '0.1.0')).toBe(asDeclared(sdkJson(spans, resource, '0.1.0')))
  }
})

// What is allowed to differ is looked at as well: without it the comparison would pass anything.
test('declared doubles are what differs, and nothing else', () => {
  const spans = kinds.at(-1)![1]
  const ours = encode(spans, resource, '0.1.0')
  const theirs = sdkJson(spans, resource, '0.1.0')
  expect(ours).not.toBe(theirs)
  expect(ours.replaceAll('"doubleValue"', '"intValue"')).toBe(theirs.replaceAll('"doubleValue"', '"intValue"'))
})

const odd = fc.oneof(bag, value)
const hostile = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom(...fields), odd), { maxLength: 3 }),
    fc.option(bag, { nil: undefined }),
    fc.nat(5),
    fc.boolean(),
  )
  .map(([over, attributes, which, sealed]) => {
    const record = { ...records()[which]!, ...(attributes && { attributes }), ...Object.fromEntries(over) } as AnyRecord
    if (!sealed) return record
    try {
      // As delivery keeps it.
      return JSON.parse(JSON.stringify(record)) as AnyRecord
    } catch {
      return record
    }
  })
const names = fc.record(
  { 'service.name': fc.string({ unit: 'grapheme' }), 'service.version': fc.string(), deployed: fc.boolean() },
  { requiredKeys: ['service.name'] },
)

test('10,000 records full of traps are written as by the SDK', () => {
  let told = 0
  fc.assert(
    fc.property(hostile, names, fc.string({ maxLength: 8 }), (record, about, key) => {
      const spans = spansOf(record, [key])
      if (!spans[0]) return
      told++
      expect(encode(spans, about, '0.1.0')).toBe(asDeclared(sdkJson(spans, about, '0.1.0')))
    }),
    { numRuns: 10_000 },
  )
  expect(told).toBeGreaterThan(5000)
}, 300_000)

test('10,000 spans of any names, values, times and links are written as by the SDK', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 })
  const some = fc.oneof(
    text,
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(-0, 2 ** 53, 2 ** 53 + 2, -(2 ** 63), 1e21, 5e-324, 0.1),
    fc.array(text, { maxLength: 3 }),
  )
  const key = fc.oneof(
    text,
    fc.constantFrom('', 'chat_vitals.turn.seq', 'chat_vitals.time_to.first_text', '0', 'length'),
  )
  // By that name the SDK sets the prototype of its own attributes, and loses the value; ours go out.
  const named = key.filter((name) => name !== '__proto__')
  const attributes = fc.dictionary(named, some, { maxKeys: 8, noNullPrototype: true })
  const id = (digits: number) => fc.integer({ min: 1, max: 2 ** 31 }).map((n) => hex(digits, n))
  const at = fc.double({ min: 0, max: 9e12, noNaN: true })
  const link = fc.record({ traceId: id(32), spanId: id(16) })
  const span: fc.Arbitrary<SpanData> = fc
    .record({
      name: text,
      kind: fc.constantFrom(0 as const, 2 as const),
      traceId: id(32),
      spanId: id(16),
      parentSpanId: fc.option(id(16), { nil: undefined }),
      startMs: at,
      endMs: at,
      attributes,
      events: fc.array(fc.record({ name: text, atMs: at, attributes }), { maxLength: 3 }),
      links: fc.array(link, { maxLength: 2 }),
      error: fc.option(text, { nil: undefined }),
    })
    .map((made) => ({ ...made, endMs: Math.max(made.startMs, made.endMs) }))
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 3 }), names, (spans, about) => {
      expect(encode(spans, about, '0.1.0')).toBe(asDeclared(sdkJson(spans, about, '0.1.0')))
    }),
    { numRuns: 10_000 },
  )
}, 300_000)
