/**
 * The only module that knows the OpenTelemetry SDK: makes its spans from ours, as JSON or for an exporter of the page's
 * own. Loaded lazily; leaves sending to others.
 *
 * The provider is the one beneath `WebTracerProvider`: that adds `register()`, and with it propagators and a context
 * manager for the whole page, which is the page's own affair, and 2 kB.
 */
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import { AlwaysOnSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-web'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-web'
import type { SpanExporter } from '../api.ts'
import type { Attributes } from '../turn/record.ts'
import { tables } from './attributes.ts'
import type { SpanData } from './spans.ts'

export type { ReadableSpan }

type Resource = NonNullable<NonNullable<ConstructorParameters<typeof BasicTracerProvider>[0]>['resource']>

/** Tested to be the version that is loaded. */
const sdkResource = {
  'telemetry.sdk.name': 'opentelemetry',
  'telemetry.sdk.language': 'webjs',
  'telemetry.sdk.version': '2.12.0',
}

const hrTime = (ms: number): [number, number] => {
  const micros = Math.round(ms * 1000)
  return [Math.floor(micros / 1e6), (micros % 1e6) * 1000]
}

/** The SDK's spans of ours, with the ids that were fixed long ago. */
export function sdkSpans(spans: SpanData[], given: Attributes, version: string): ReadableSpan[] {
  const attributes = { ...given, ...sdkResource }
  // Nothing of the SDK's resource machinery (detection, merging) is wanted, and it is most of a kilobyte.
  const resource: Resource = { attributes, merge: () => resource, getRawAttributes: () => Object.entries(attributes) }
  const ended: ReadableSpan[] = []
  const nothing = async (): Promise<void> => {}
  // The span that is being started.
  let next: SpanData
  const tracer = new BasicTracerProvider({
    resource,
    sampler: new AlwaysOnSampler(),
    idGenerator: { generateTraceId: () => next.traceId, generateSpanId: () => next.spanId },
    spanProcessors: [{ onStart() {}, onEnd: (span) => void ended.push(span), forceFlush: nothing, shutdown: nothing }],
  }).getTracer('chat-vitals', version)
  for (next of spans) {
    const { traceId, parentSpanId, kind, attributes, links, error } = next
    const traceFlags = 1
    const span = tracer.startSpan(
      next.name,
      {
        kind,
        attributes,
        startTime: hrTime(next.startMs),
        links: links.map((link) => ({ context: { ...link, traceFlags } })),
      },
      // Never the page's active context: its own tracing must not adopt our spans, nor suppress them.
      parentSpanId ? trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: parentSpanId, traceFlags }) : ROOT_CONTEXT,
    )
    for (const event of next.events) span.addEvent(event.name, event.attributes, hrTime(event.atMs))
    if (error != null) span.setStatus({ code: SpanStatusCode.ERROR, message: error })
    span.end(hrTime(next.endMs))
  }
  return ended
}

/** An OTLP/JSON request body. */
export function toJson(spans: ReadableSpan[]): string {
  const ints = new Set(tables.flat().map(([name, type]) => type === 'int' && name))
  // The serializer writes every integral number as an int: what is not declared one is put right afterwards. Within a
  // string's JSON every quote has a backslash before it, so that no text can look like this.
  return new TextDecoder()
    .decode(JsonTraceSerializer.serializeRequest(spans))
    .replace(/("key":"((?:[^"\\]|\\.)*)","value":\{")int(?=Value")/g, (all, before: string, name: string) =>
      ints.has(name) ? all : before + 'double',
    )
}

/** Through the page's exporter. Rejects when it reports failure. Integral doubles are then its own to type. */
export const exportTo = (exporter: SpanExporter, spans: ReadableSpan[]): Promise<void> =>
  new Promise((resolve, reject) => exporter.export(spans, ({ code, error }) => (code ? reject(error) : resolve())))
