/** Our spans in a pipeline of the page's own SDK. A whole page with a collector is in test/browser/otel.test.ts. */
import { ROOT_CONTEXT, context } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import { InMemorySpanExporter, SimpleSpanProcessor, StackContextManager } from '@opentelemetry/sdk-trace-web'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-web'
import { afterEach, expect, test, vi } from 'vitest'
import sdk from '../../../node_modules/@opentelemetry/sdk-trace-web/package.json' with { type: 'json' }
import { encode } from '../../../src/delivery/otlp.ts'
import { spansOf } from '../../../src/delivery/spans.ts'
import { openTelemetry } from '../../../src/otel.ts'
import { records, resource, turnRecord } from '../delivery/samples.ts'
import { asDeclared } from '../delivery/sdk.ts'

const about = { resource, version: '0.2.0' }
const spans = () => records().flatMap((record) => spansOf(record))
/** A processor of the page's, and what the library asked of it. */
function page() {
  const exporter = new InMemorySpanExporter()
  const processor = new SimpleSpanProcessor(exporter)
  const asked: string[] = []
  for (const name of ['forceFlush', 'shutdown'] as const) {
    const own = processor[name].bind(processor)
    processor[name] = () => {
      asked.push(name)
      return own()
    }
  }
  return { processor, asked, got: (): ReadableSpan[] => exporter.getFinishedSpans() }
}
afterEach(() => {
  vi.doUnmock('@opentelemetry/sdk-trace-web')
  vi.restoreAllMocks()
  vi.resetModules()
})

test("the page's processors get each span with its ids, parent, links, events and status as our encoder writes them", async () => {
  const { processor, got } = page()
  await openTelemetry({ spanProcessors: [processor] }).write(spans(), about)
  const json = new TextDecoder().decode(JsonTraceSerializer.serializeRequest(got()))
  const body = (text: string) => JSON.parse(text).resourceSpans[0].scopeSpans
  expect(body(asDeclared(json))).toEqual(body(encode(spans(), resource, '0.2.0')))
})

test('the resource is ours, and the SDK that it names is the one that made the spans', async () => {
  const { processor, got } = page()
  await openTelemetry({ spanProcessors: [processor] }).write(spans(), about)
  expect(got()[0]!.resource.attributes).toMatchObject({
    ...resource,
    'telemetry.sdk.name': 'opentelemetry',
    'telemetry.sdk.version': sdk.version,
  })
})

test('spans kept since an earlier release have the resource of then', async () => {
  const { processor, got } = page()
  const writer = openTelemetry({ spanProcessors: [processor] })
  const before = { resource: { ...resource, 'service.version': '1.0' }, version: '0.1.0' }
  await writer.write(spansOf(turnRecord()), about)
  await writer.write(spansOf(turnRecord({}, 2)), before)
  await writer.write(spansOf(turnRecord({}, 3)), about)
  const told = got().map((span) => [span.resource.attributes['service.version'], span.instrumentationScope.version])
  const [now, then] = [
    ['1.4.2', '0.2.0'],
    ['1.0', '0.1.0'],
  ]
  expect(told).toEqual([now, now, then, then, now, now])
})

test("more of the page's attributes than the SDK's limit of 128 are not cut", async () => {
  const { processor, got } = page()
  const attributes = Object.fromEntries(Array.from({ length: 64 }, (_, n) => ['app.' + n, n]))
  const keys = Array.from({ length: 20 }, (_, n) => 'session.' + n)
  await openTelemetry({ spanProcessors: [processor] }).write(spansOf(turnRecord({ attributes }), keys), about)
  expect(Object.keys(got()[0]!.attributes).length).toBeGreaterThan(128)
  expect(got()[0]!.droppedAttributesCount).toBe(0)
})

// A page that calls init inside a handler whose tracing is suppressed would have lost all.
test("the page's active context neither adopts our spans nor suppresses them", async () => {
  const manager = new StackContextManager().enable()
  context.setGlobalContextManager(manager)
  try {
    const { processor, got } = page()
    await context.with(suppressTracing(ROOT_CONTEXT), async () => {
      await openTelemetry({ spanProcessors: [processor] }).write(spansOf(turnRecord()), about)
    })
    expect(got().map((span) => span.parentSpanContext?.spanId)).toEqual([undefined, turnRecord().spanId])
  } finally {
    context.disable()
    manager.disable()
  }
})

test("flush reaches the page's processors; stop flushes them and leaves them running", async () => {
  const { processor, asked } = page()
  const writer = openTelemetry({ spanProcessors: [processor] })
  await writer.flush!()
  expect(asked).toEqual([])
  await writer.write(spans(), about)
  await writer.flush!()
  await writer.stop!()
  expect(asked).toEqual(['forceFlush', 'forceFlush'])
})

test('the batch processor of our own sends what it has when it is stopped, and its exporter ends', async () => {
  const sent: ReadableSpan[] = []
  let ended = 0
  const writer = openTelemetry({
    exporter: {
      export(batch, done) {
        sent.push(...batch)
        done({ code: 0 })
      },
      shutdown: async () => void ended++,
    },
  })
  await writer.write(spans(), about)
  expect(sent).toEqual([])
  await writer.stop!()
  expect(sent).toHaveLength(spans().length)
  expect(ended).toBe(1)
})

test.each([
  ['of another major', '3.1.0', '; found 3.1.0'],
  ['that says no version', undefined, '; found another version'],
])('an SDK %s is refused once in a sentence, and spans wait', async (_, version, found) => {
  const said = vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.doMock('@opentelemetry/sdk-trace-web', async (original) => ({
    ...(await original<object>()),
    WebTracerProvider: class {
      getTracer = () => ({ startSpan: () => ({ resource: { attributes: { 'telemetry.sdk.version': version } } }) })
    },
  }))
  const { openTelemetry: other } = await import('../../../src/otel.ts')
  const writer = other()
  const sentence = `chat-vitals/otel needs @opentelemetry/sdk-trace-web 2 with @opentelemetry/exporter-trace-otlp-http 0.2xx${found}`
  expect(() => writer.write(spans(), about)).toThrow(sentence)
  expect(() => writer.write(spans(), about)).toThrow(sentence)
  await writer.flush!()
  expect(said.mock.calls).toEqual([['[chat-vitals] ' + sentence]])
})

test('an SDK whose classes are others is refused as well', async () => {
  const said = vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.doMock('@opentelemetry/sdk-trace-web', async (original) => ({
    ...(await original<object>()),
    WebTracerProvider: undefined,
  }))
  const { openTelemetry: other } = await import('../../../src/otel.ts')
  expect(() => other().write(spans(), about)).toThrow('found another version')
  expect(said).toHaveBeenCalledTimes(1)
})
