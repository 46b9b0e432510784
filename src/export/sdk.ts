/**
 * The only module that knows the OpenTelemetry SDK: makes its spans from ours, as JSON or for an exporter of the page's
 * own. Loaded lazily; leaves sending to others.
 */
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import { AlwaysOnSampler, BasicTracerProvider } from '@opentelemetry/sdk-trace-web'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-web'
import type { Attributes } from '../turn/record.ts'
import type { SpanAttribute, SpanData } from './span.ts'

export type { SpanExporter }

export interface Encoder {
  /** An OTLP/JSON request body, with the declared types. */
  encode(spans: SpanData[]): string
  /** Through the page's exporter. Rejects when it reports failure. Integral doubles are then its own to type. */
  export(spans: SpanData[], exporter: SpanExporter): Promise<void>
}

type Resource = NonNullable<NonNullable<ConstructorParameters<typeof BasicTracerProvider>[0]>['resource']>
interface KeyValue {
  key: string
  value: { intValue?: number; doubleValue?: number }
}

const hrTime = (ms: number): [number, number] => [Math.trunc(ms / 1000), Math.round((ms % 1000) * 1e6)]
const plain = (attributes: SpanAttribute[]) => Object.fromEntries(attributes.map(([name, , value]) => [name, value]))

/** `resource`: all of it, as `resource.ts` completes it. */
export function createEncoder(options: { resource: Attributes; version: string }): Encoder {
  // Ids of the span that is being started; they were fixed long ago.
  let next: SpanData
  // Spans end as soon as they start, so this holds those of one call.
  let ended: ReadableSpan[] = []
  // Nothing of the SDK's resource machinery (detection, merging) is wanted, and it is most of a kilobyte.
  const resource: Resource = {
    attributes: options.resource,
    merge: () => resource,
    getRawAttributes: () => Object.entries(options.resource),
  }
  const nothing = async (): Promise<void> => {}
  const provider = new BasicTracerProvider({
    resource,
    sampler: new AlwaysOnSampler(),
    idGenerator: { generateTraceId: () => next.traceId, generateSpanId: () => next.spanId },
    spanProcessors: [{ onStart() {}, onEnd: (span) => void ended.push(span), forceFlush: nothing, shutdown: nothing }],
  })
  const tracer = provider.getTracer('chat-vitals', options.version)

  const build = (spans: SpanData[]): ReadableSpan[] => {
    ended = []
    for (const data of spans) {
      next = data
      const { traceId, parentSpanId } = data
      // Never the page's active context: its own tracing must not adopt our spans, nor suppress them.
      const parent = parentSpanId
        ? trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: parentSpanId, traceFlags: 1 })
        : ROOT_CONTEXT
      const span = tracer.startSpan(
        data.name,
        {
          kind: data.kind,
          startTime: hrTime(data.startMs),
          attributes: plain(data.attributes),
          links: data.links.map((link) => ({ context: { ...link, traceFlags: 1 } })),
        },
        parent,
      )
      for (const event of data.events) span.addEvent(event.name, plain(event.attributes), hrTime(event.atMs))
      if (data.error != null) span.setStatus({ code: SpanStatusCode.ERROR, message: data.error })
      span.end(hrTime(data.endMs))
    }
    return ended
  }

  // The serializer writes every integral number as an int: what is declared double is put right afterwards.
  const retype = (written: KeyValue[], declared?: SpanAttribute[]): void => {
    const types = new Map(declared?.map(([name, type]) => [name, type]))
    for (const { key, value } of written) {
      if (value.intValue != null && types.get(key) !== 'int') {
        value.doubleValue = value.intValue
        delete value.intValue
      }
    }
  }

  return {
    encode(spans) {
      const json = JSON.parse(new TextDecoder().decode(JsonTraceSerializer.serializeRequest(build(spans)))) as {
        resourceSpans: {
          resource: { attributes: KeyValue[] }
          scopeSpans: { spans: { attributes: KeyValue[]; events: { attributes: KeyValue[] }[] }[] }[]
        }[]
      }
      for (const { resource, scopeSpans } of json.resourceSpans) {
        retype(resource.attributes)
        scopeSpans[0]!.spans.forEach((span, i) => {
          retype(span.attributes, spans[i]!.attributes)
          span.events.forEach((event, j) => retype(event.attributes, spans[i]!.events[j]!.attributes))
        })
      }
      return JSON.stringify(json)
    },
    export: (spans, exporter) =>
      new Promise((resolve, reject) =>
        exporter.export(build(spans), (result) => (result.code ? reject(result.error) : resolve())),
      ),
  }
}
