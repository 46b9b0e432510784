import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-web'
import { expect, test } from 'vitest'
import { otlpJson } from '../../../src/export/otlp.ts'
import { fullResource } from '../../../src/export/resource.ts'
import { createEncoder } from '../../../src/export/sdk.ts'
import { spansOf } from '../../../src/export/spans.ts'
import sdk from '../../../node_modules/@opentelemetry/sdk-trace-web/package.json' with { type: 'json' }
import { feedbackRecord, pageRecord, resource, signalRecord, turnRecord } from './samples.ts'

const all = fullResource({ ...resource, 'app.shard': 3 }, '0.1.0')
const encoder = createEncoder({ resource: all, version: '0.1.0' })
const records = [
  turnRecord(),
  turnRecord(
    { outcome: 'error', errorType: 'network', requests: [], startedAt: 1_760_000_000_000, moments: { end: 2000 } },
    2,
  ),
  turnRecord({ outcome: 'error', errorType: undefined, startedAt: 1_759_999_999_999.75 }, 3),
  feedbackRecord(),
  signalRecord(),
  pageRecord(),
]

test.each(records.map((record) => [record.kind, record]))(
  'by hand and by the SDK a %s reads the same, to the letter',
  (_, record) => {
    const spans = spansOf(record)
    expect(JSON.parse(otlpJson(spans, all, '0.1.0'))).toEqual(JSON.parse(encoder.encode(spans)))
    expect(otlpJson(spans, all, '0.1.0')).toBe(encoder.encode(spans))
  },
)

test('a batch is one scope of one resource', () => {
  const spans = records.flatMap((record) => spansOf(record))
  const { resourceSpans } = JSON.parse(encoder.encode(spans))
  expect(resourceSpans).toHaveLength(1)
  expect(resourceSpans[0].scopeSpans[0].scope).toEqual({ name: 'chat-vitals', version: '0.1.0' })
  expect(resourceSpans[0].scopeSpans[0].spans).toHaveLength(spans.length)
})

test('a TTFT of exactly two seconds is a double, a count an int', () => {
  const { attributes } = JSON.parse(encoder.encode(spansOf(turnRecord()))).resourceSpans[0].scopeSpans[0].spans[0]
  const value = (name: string) => attributes.find((attribute: { key: string }) => attribute.key === name).value
  expect(value('chat_vitals.time_to.first_text')).toEqual({ doubleValue: 2 })
  expect(value('chat_vitals.render.frames')).toEqual({ intValue: 40 })
})

test('the version of the SDK that the resource names is the one that is loaded', () => {
  expect(all['telemetry.sdk.version']).toBe(sdk.version)
})

test("a page's own exporter gets SDK spans with the ids fixed earlier", async () => {
  const exporter = new InMemorySpanExporter()
  await encoder.export(spansOf(turnRecord()), exporter)
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
  await expect(encoder.export(spansOf(turnRecord()), exporter)).rejects.toThrow('no')
})
