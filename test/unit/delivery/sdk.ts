/** The oracle: OpenTelemetry's own SDK and serializer, whole and as they are, given what our spans say. */
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { InMemorySpanExporter, SimpleSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web'
import type { Attributes } from '../../../src/base/clean.ts'
import { tables } from '../../../src/delivery/attributes.ts'
import type { SpanData } from '../../../src/delivery/spans.ts'

const ints = new Set(tables.flat().flatMap(([name, type]) => (type === 'int' ? [name as string] : [])))

/** Seconds and nanoseconds, the time rounded to the microsecond. */
const time = (ms: number): [number, number] => {
  const [seconds, rest] = (BigInt(Math.round(ms * 1000)) * 1000n)
    .toString()
    .padStart(10, '0')
    .split(/(?=\d{9}$)/)
  return [Number(seconds), Number(rest)]
}

/** An OTLP/JSON request body as OpenTelemetry JS writes it. */
export function sdkJson(spans: SpanData[], resource: Attributes, version: string): string {
  let next: SpanData
  const exporter = new InMemorySpanExporter()
  const tracer = new WebTracerProvider({
    resource: resourceFromAttributes({
      ...resource,
      'telemetry.sdk.name': 'chat-vitals',
      'telemetry.sdk.language': 'webjs',
      'telemetry.sdk.version': version,
    }),
    idGenerator: { generateTraceId: () => next.traceId, generateSpanId: () => next.spanId },
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  }).getTracer('chat-vitals', version)
  for (next of spans) {
    const { traceId, parentSpanId: spanId, kind, attributes, error } = next
    const context = spanId ? trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 }) : ROOT_CONTEXT
    const links = next.links.map((link) => ({ context: { ...link, traceFlags: 1 } }))
    const span = tracer.startSpan(next.name, { kind, attributes, startTime: time(next.startMs), links }, context)
    for (const event of next.events) span.addEvent(event.name, event.attributes, time(event.atMs))
    if (error != null) span.setStatus({ code: SpanStatusCode.ERROR, message: error })
    span.end(time(next.endMs))
  }
  return new TextDecoder().decode(JsonTraceSerializer.serializeRequest(exporter.getFinishedSpans()))
}

interface Value {
  intValue?: number
  arrayValue?: object
}

/** The same body with each number typed as its attribute is declared: the one thing in which ours may differ. */
export const asDeclared = (json: string): string =>
  JSON.stringify(
    JSON.parse(json, (_, part: { key?: string; value?: Value } | null) => {
      const int = part?.value?.intValue
      return typeof part?.key === 'string' && int !== undefined && !ints.has(part.key)
        ? { key: part.key, value: { doubleValue: int } }
        : part
    }),
  )
