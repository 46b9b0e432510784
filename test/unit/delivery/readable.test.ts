/** What a page's own exporter gets: plain spans that OpenTelemetry's exporters and serializer take for the SDK's. */
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-web'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-web'
import { expect, test, vi } from 'vitest'
import type { SpanExporter } from '../../../src/api.ts'
import { encode } from '../../../src/delivery/otlp.ts'
import { readableSpans } from '../../../src/delivery/readable.ts'
import { spansOf } from '../../../src/delivery/spans.ts'
import { writerOf } from '../../../src/delivery/writer.ts'
import { asDeclared } from './sdk.ts'
import { records, resource, turnRecord } from './samples.ts'

const about = { resource, version: '0.1.0' }
const spans = () => records().flatMap((record) => spansOf(record))
// As an exporter that is written in TypeScript sees them.
const readable = (): ReadableSpan[] => readableSpans(spans(), about)

test('the serializer makes of them what ours makes, declared doubles apart', () => {
  const theirs = new TextDecoder().decode(JsonTraceSerializer.serializeRequest(readable()))
  expect(asDeclared(theirs)).toBe(encode(spans(), resource, '0.1.0'))
})

test('an exporter gets the ids fixed earlier, parents, resource and durations', async () => {
  const exporter = new InMemorySpanExporter()
  await writerOf(exporter, () => {}).write(spansOf(turnRecord()), about)
  const [turn, post] = exporter.getFinishedSpans()
  expect(turn!.spanContext()).toMatchObject({ traceId: turnRecord().traceId, spanId: turnRecord().spanId })
  expect(post!.parentSpanContext?.spanId).toBe(turnRecord().spanId)
  expect(turn!.resource.attributes['service.name']).toBe('support-chat')
  expect(turn!.duration).toEqual([6, 0])
  expect([turn!.ended, turn!.instrumentationScope.name]).toEqual([true, 'chat-vitals'])
})

test('a duration over the turn of a second is whole nanoseconds, never negative', () => {
  for (const span of readable()) {
    const [seconds, nanos] = span.duration
    expect(seconds).toBeGreaterThanOrEqual(0)
    expect(nanos).toBeGreaterThanOrEqual(0)
    expect(nanos).toBeLessThan(1e9)
    const at = ([s, n]: [number, number]) => BigInt(s) * 1_000_000_000n + BigInt(n)
    expect(at(span.startTime) + at(span.duration)).toBe(at(span.endTime))
  }
})

const fails = (how: SpanExporter['export']): SpanExporter => ({ export: how, shutdown: async () => {} })

test('an exporter that fails rejects', async () => {
  const exporter = fails((_, done) => done({ code: 1, error: new Error('no') }))
  await expect(writerOf(exporter, () => {}).write(spans(), about)).rejects.toThrow('no')
})

test('an exporter that throws rejects, and is told how to end', async () => {
  const threw = vi.fn()
  const exporter = fails(() => {
    throw new Error('no')
  })
  await expect(writerOf(exporter, threw).write(spans(), about)).rejects.toThrow('no')
  // The sentence is advice.ts's.
  expect(threw).toHaveBeenCalledOnce()
})

test('flush reaches the exporter where it can be flushed', async () => {
  const exporter = new InMemorySpanExporter()
  let flushed = 0
  exporter.forceFlush = async () => void flushed++
  await writerOf(exporter, () => {}).flush!()
  await writerOf(
    fails(() => {}),
    () => {},
  ).flush!()
  expect(flushed).toBe(1)
})
