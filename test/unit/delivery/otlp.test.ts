import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-web'
import { expect, test } from 'vitest'
import { lastWords } from '../../../src/delivery/last-words.ts'
import { exportTo, sdkSpans, toJson } from '../../../src/delivery/sdk.ts'
import { spansOf } from '../../../src/delivery/spans.ts'
import sdk from '../../../node_modules/@opentelemetry/sdk-trace-web/package.json' with { type: 'json' }
import type { TurnRecord } from '../../../src/turn/record.ts'
import { feedbackRecord, pageRecord, records, resource, signalRecord, turnRecord } from './samples.ts'

interface KeyValue {
  key: string
  value: object
}
const build = (all = records()) =>
  sdkSpans(
    all.flatMap((record) => spansOf(record)),
    resource,
    '0.1.0',
  )
const bodyOf = (json: string) => JSON.parse(json).resourceSpans[0]
const value = (attributes: KeyValue[], name: string) => attributes.find(({ key }) => key === name)?.value

test('a batch is one scope of one resource', () => {
  const spans = build()
  const { resourceSpans } = JSON.parse(toJson(spans))
  expect(resourceSpans).toHaveLength(1)
  expect(resourceSpans[0].scopeSpans[0].scope).toEqual({ name: 'chat-vitals', version: '0.1.0' })
  expect(resourceSpans[0].scopeSpans[0].spans).toHaveLength(spans.length)
})

test('a TTFT of exactly two seconds is a double, a count an int', () => {
  const [{ attributes }] = bodyOf(toJson(build([turnRecord()]))).scopeSpans[0].spans
  expect(value(attributes, 'chat_vitals.time_to.first_text')).toEqual({ doubleValue: 2 })
  expect(value(attributes, 'chat_vitals.render.frames')).toEqual({ intValue: 40 })
  expect(value(attributes, 'app.experiment')).toEqual({ doubleValue: 2 })
})

test('what the page writes into names and texts is not taken for a type', () => {
  const trap = '"key":"x","value":{"intValue":3}'
  const attributes = { 'a"b\\': 2, [trap]: 4, text: trap }
  const [span] = bodyOf(toJson(build([turnRecord({ attributes })]))).scopeSpans[0].spans
  expect(value(span.attributes, 'a"b\\')).toEqual({ doubleValue: 2 })
  expect(value(span.attributes, trap)).toEqual({ doubleValue: 4 })
  expect(value(span.attributes, 'text')).toEqual({ stringValue: trap })
})

test('times are to the microsecond', () => {
  const [span] = bodyOf(toJson(build([turnRecord()]))).scopeSpans[0].spans
  expect(span.startTimeUnixNano).toBe('1760000000123456000')
})

test('the version of the SDK that the resource names is the one that is loaded', () => {
  const { attributes } = bodyOf(toJson(build())).resource
  expect(value(attributes, 'telemetry.sdk.version')).toEqual({ stringValue: sdk.version })
})

test.each([
  ['as it ended', turnRecord()],
  ['that was abandoned', turnRecord({ outcome: 'abandoned', endedBy: 'page_left', moments: { end: 700.25 } }, 2)],
  ['of which little is known', turnRecord({ ttft: undefined, conversationId: undefined, moments: { end: 0 } }, 3)],
])('the last words about a turn %s are part of what is sent in full', (_, record: TurnRecord) => {
  const short = bodyOf(lastWords([record], resource, '0.1.0', ['session.id']))
  const whole = bodyOf(toJson(build([record])))
  expect(whole.resource.attributes).toEqual(expect.arrayContaining(short.resource.attributes))
  expect(short.scopeSpans[0].scope).toEqual(whole.scopeSpans[0].scope)
  const { attributes, ...span } = short.scopeSpans[0].spans[0]
  expect(whole.scopeSpans[0].spans[0]).toMatchObject(span)
  expect(whole.scopeSpans[0].spans[0].attributes).toEqual(expect.arrayContaining(attributes))
  expect(attributes.length).toBeGreaterThan(8)
})

test('last words are of turns with sound ids alone, and without them there are none', () => {
  const unsound = turnRecord({ traceId: 'nonsense' })
  expect(lastWords([feedbackRecord(), signalRecord(), pageRecord(), unsound], resource, '0.1.0', [])).toBe('')
})

test('last words are valid whatever the page made of the record', () => {
  const odd = { outcome: 5, userId: 'a\ud800b\\ud800', rev: NaN, seq: '1', ttft: null } as unknown as TurnRecord
  const json = lastWords([{ ...turnRecord(), ...odd }], resource, '0.1.0', [])
  const [{ attributes }] = bodyOf(json).scopeSpans[0].spans
  expect(json).not.toMatch(/Value":(?:null|5|"1")/)
  expect((value(attributes, 'user.id') as { stringValue: string }).stringValue.isWellFormed()).toBe(true)
})

test("a page's own exporter gets SDK spans with the ids fixed earlier", async () => {
  const exporter = new InMemorySpanExporter()
  await exportTo(exporter, build([turnRecord()]))
  const [turn, post] = exporter.getFinishedSpans()
  expect(turn!.spanContext()).toMatchObject({ traceId: turnRecord().traceId, spanId: turnRecord().spanId })
  expect(post!.parentSpanContext?.spanId).toBe(turnRecord().spanId)
  expect(turn!.resource.attributes['service.name']).toBe('support-chat')
})

test('an exporter that fails rejects', async () => {
  const exporter = {
    export: (_: unknown, done: (result: { code: number; error: Error }) => void) =>
      done({ code: 1, error: new Error('no') }),
    shutdown: async () => {},
  }
  await expect(exportTo(exporter, build())).rejects.toThrow('no')
})
