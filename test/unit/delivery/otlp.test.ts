import { expect, test } from 'vitest'
import { encode } from '../../../src/delivery/otlp.ts'
import { spansOf } from '../../../src/delivery/spans.ts'
import type { SpanData } from '../../../src/delivery/spans.ts'
import type { AnyRecord, TurnRecord } from '../../../src/turn/record.ts'
import { feedbackRecord, pageRecord, records, resource, signalRecord, turnRecord } from './samples.ts'

interface KeyValue {
  key: string
  value: object
}
const spansOfAll = (all: AnyRecord[] = records()) => all.flatMap((record) => spansOf(record))
const body = (all?: AnyRecord[]) => encode(spansOfAll(all), resource, '0.1.0')
const short = (all: AnyRecord[]) =>
  encode(
    all.flatMap((record) => spansOf(record, [], 'short')),
    resource,
    '0.1.0',
  )
const bodyOf = (json: string) => JSON.parse(json).resourceSpans[0]
const value = (attributes: KeyValue[], name: string) => attributes.find(({ key }) => key === name)?.value

test('a batch is one scope of one resource', () => {
  const { resourceSpans } = JSON.parse(body())
  expect(resourceSpans).toHaveLength(1)
  expect(resourceSpans[0].scopeSpans[0].scope).toEqual({ name: 'chat-vitals', version: '0.1.0' })
  expect(resourceSpans[0].scopeSpans[0].spans).toHaveLength(spansOfAll().length)
})

test('without spans there is no body', () => {
  expect(encode([], resource, '0.1.0')).toBe('')
})

test('a TTFT of exactly two seconds is a double, a count an int', () => {
  const [{ attributes }] = bodyOf(body([turnRecord()])).scopeSpans[0].spans
  expect(value(attributes, 'chat_vitals.time_to.first_text')).toEqual({ doubleValue: 2 })
  expect(value(attributes, 'chat_vitals.render.frames')).toEqual({ intValue: 40 })
  expect(value(attributes, 'app.experiment')).toEqual({ doubleValue: 2 })
})

test('what the page writes into names and texts is not taken for a type', () => {
  const trap = '"key":"x","value":{"intValue":3}'
  const attributes = { 'a"b\\': 2, [trap]: 4, text: trap }
  const [span] = bodyOf(body([turnRecord({ attributes })])).scopeSpans[0].spans
  expect(value(span.attributes, 'a"b\\')).toEqual({ doubleValue: 2 })
  expect(value(span.attributes, trap)).toEqual({ doubleValue: 4 })
  expect(value(span.attributes, 'text')).toEqual({ stringValue: trap })
})

test('what JSON has no number for is left out', () => {
  const [span] = spansOfAll([signalRecord()])
  const odd = {
    nan: NaN,
    endless: -Infinity,
    ok: 1.5,
    nothing: undefined,
    big: 10n,
  } as unknown as SpanData['attributes']
  const [{ attributes }] = bodyOf(encode([{ ...span!, attributes: odd }], resource, '0.1.0')).scopeSpans[0].spans
  expect(attributes).toEqual([{ key: 'ok', value: { doubleValue: 1.5 } }])
})

test('halves of surrogate pairs are replaced, in the resource too, and a text that only looks like one is kept', () => {
  const json = encode(spansOfAll([signalRecord()]), { 'service.name': 'a\ud800b \\ud800 \\\udfff 🦔' }, '0.1.0')
  expect(value(bodyOf(json).resource.attributes, 'service.name')).toEqual({
    stringValue: 'a\ufffdb \\ud800 \\\ufffd 🦔',
  })
})

test('times are to the microsecond', () => {
  const [span] = bodyOf(body([turnRecord()])).scopeSpans[0].spans
  expect(span.startTimeUnixNano).toBe('1760000000123456000')
})

// The conventions reserve 'opentelemetry' for OpenTelemetry's own SDKs.
test('the resource names us as the SDK, and nothing that the page gave stands in its place', () => {
  const given = { ...resource, 'telemetry.sdk.name': 'opentelemetry' }
  const { attributes } = bodyOf(encode(spansOfAll(), given, '0.1.0')).resource
  expect(Object.fromEntries(attributes.map(({ key, value: of }: KeyValue) => [key, Object.values(of)[0]]))).toEqual({
    ...resource,
    'telemetry.sdk.name': 'chat-vitals',
    'telemetry.sdk.language': 'webjs',
    'telemetry.sdk.version': '0.1.0',
  })
})

test.each([
  ['as it ended', turnRecord()],
  ['that was abandoned', turnRecord({ outcome: 'abandoned', endedBy: 'page_left', moments: { end: 700.25 } }, 2)],
  ['of which little is known', turnRecord({ ttft: undefined, conversationId: undefined, moments: { end: 0 } }, 3)],
])('the last words about a turn %s are part of what is sent in full', (_, record: TurnRecord) => {
  const some = bodyOf(short([record]))
  const whole = bodyOf(body([record]))
  expect(whole.resource.attributes).toEqual(expect.arrayContaining(some.resource.attributes))
  expect(some.scopeSpans[0].scope).toEqual(whole.scopeSpans[0].scope)
  const { attributes, ...span } = some.scopeSpans[0].spans[0]
  expect(whole.scopeSpans[0].spans[0]).toMatchObject(span)
  expect(whole.scopeSpans[0].spans[0].attributes).toEqual(expect.arrayContaining(attributes))
  expect(attributes.length).toBeGreaterThan(8)
})

test('last words are of turns with sound ids alone, and without them there are none', () => {
  const unsound = turnRecord({ traceId: 'nonsense' })
  expect(short([feedbackRecord(), signalRecord(), pageRecord(), unsound])).toBe('')
})

test('last words are valid whatever the page made of the record', () => {
  const odd = { outcome: 5, userId: 'a\ud800b\\ud800', rev: NaN, seq: '1', ttft: null } as unknown as TurnRecord
  const json = short([{ ...turnRecord(), ...odd }])
  const [{ attributes }] = bodyOf(json).scopeSpans[0].spans
  expect(json).not.toMatch(/Value":(?:null|5|"1")/)
  expect((value(attributes, 'user.id') as { stringValue: string }).stringValue.isWellFormed()).toBe(true)
})

// What a browser lets a page leave with it may be 8 KB for all of its origin.
test('three open turns fit into the share of a page that leaves them with the browser', () => {
  const open = [1, 2, 3].map((n) => turnRecord({ userId: 'u'.repeat(64), outcome: 'abandoned' }, n))
  expect(short(open).length).toBeLessThan(8000)
})
