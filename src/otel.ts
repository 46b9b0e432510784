/**
 * `chat-vitals/otel`: our spans in the page's own OpenTelemetry pipeline, made by the SDK that the page has installed, with
 * the ids that were fixed when the turn opened. What becomes of them is up to the page's span processors.
 */
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Tracer } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { AlwaysOnSampler, BatchSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web'
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-web'
import type { SpanData, SpanWriter, SpansAbout } from './api.ts'
import { hrTime } from './delivery/readable.ts'

export interface PipelineOptions {
  /**
   * The page's own, shared with its other tracing: flushed by us, and never shut down.
   * @defaultValue one BatchSpanProcessor over `exporter`, shut down by `stop()`
   */
  spanProcessors?: SpanProcessor[]
  /** Without `spanProcessors`: where the spans go. @defaultValue `new OTLPTraceExporter()`: http://localhost:4318/v1/traces */
  exporter?: SpanExporter
}

const installed =
  'chat-vitals/otel needs @opentelemetry/sdk-trace-web 2 with @opentelemetry/exporter-trace-otlp-http 0.2xx'

/** What the SDK says of itself; its version is found nowhere else. Throws where it is none that we know. */
const resourceOfSdk = (): ReadableSpan['resource'] =>
  (
    new WebTracerProvider({ sampler: new AlwaysOnSampler() })
      .getTracer('chat-vitals')
      .startSpan('', {}, ROOT_CONTEXT) as unknown as ReadableSpan
  ).resource

/** Why the installed SDK is not used. */
function misfit(): string | undefined {
  let version: unknown
  try {
    version = resourceOfSdk().attributes['telemetry.sdk.version']
  } catch {
    // Another major's classes.
  }
  return String(version).startsWith('2.') ? undefined : `${installed}; found ${version ?? 'another version'}`
}

/**
 * For `init({ exporter: openTelemetry() })`. Never throws: with another version of the SDK it says so once, and all that is
 * measured waits on the device for a page with the right one.
 *
 * Handed to a processor counts as delivered: nothing is sent again when the collector refuses it or the page dies with it.
 * An integral number is an int in what OpenTelemetry's exporters send, so that a TTFT of 2 s has another type than one of 2.1.
 */
export function openTelemetry(options: PipelineOptions = {}): SpanWriter {
  const wrong = typeof document === 'undefined' ? undefined : misfit()
  if (wrong) console.warn('[chat-vitals] ' + wrong)
  // Made with the first spans, since it listens on the page from then on.
  let own: SpanProcessor | undefined
  const processors = (): SpanProcessor[] =>
    options.spanProcessors ?? [(own ??= new BatchSpanProcessor(options.exporter ?? new OTLPTraceExporter()))]
  // The span that is being started: the SDK asks for its ids.
  let next: SpanData
  // One for the page's own spans; those kept since another release have another resource.
  let known: { key: string; tracer: Tracer } | undefined

  const tracerOf = ({ resource: attributes, version }: SpansAbout): Tracer => {
    const key = JSON.stringify([attributes, version])
    if (known?.key !== key) {
      const sdk = resourceOfSdk()
      const provider = new WebTracerProvider({
        resource: sdk.merge({ attributes, merge: () => sdk, getRawAttributes: () => Object.entries(attributes) }),
        // Sessions are sampled before there is a span.
        sampler: new AlwaysOnSampler(),
        idGenerator: { generateTraceId: () => next.traceId, generateSpanId: () => next.spanId },
        // Bounded by the mapping, at more than the SDK's 128.
        spanLimits: { attributeCountLimit: 1000 },
        spanProcessors: processors(),
      })
      known = { key, tracer: provider.getTracer('chat-vitals', version) }
    }
    return known!.tracer
  }

  const hand = (tracer: Tracer, { traceId, parentSpanId, kind, attributes, error, ...span }: SpanData): void => {
    const traceFlags = 1
    const links = span.links.map((link) => ({ context: { ...link, traceFlags } }))
    const made = tracer.startSpan(
      span.name,
      { kind, attributes, links, startTime: hrTime(span.startMs) },
      // Never the page's active context: its own tracing must not adopt our spans, nor suppress them.
      parentSpanId ? trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: parentSpanId, traceFlags }) : ROOT_CONTEXT,
    )
    for (const event of span.events) made.addEvent(event.name, event.attributes, hrTime(event.atMs))
    if (error != null) made.setStatus({ code: SpanStatusCode.ERROR, message: error })
    made.end(hrTime(span.endMs))
  }

  const flush = async (): Promise<void> => {
    // Of what nothing was handed to, nothing is to be flushed.
    if (known) await Promise.all(processors().map((processor) => processor.forceFlush()))
  }

  return {
    write(spans, about) {
      if (wrong) throw new Error(wrong)
      const tracer = tracerOf(about)
      for (next of spans) hand(tracer, next)
    },
    flush,
    stop: () => (own ? own.shutdown() : flush()),
  }
}
