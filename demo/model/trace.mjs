/** The model server's OpenTelemetry: spans that continue the browser's trace, sent to the collector in the background. */
import { ROOT_CONTEXT, SpanKind, isSpanContextValid, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL }
const TRACEPARENT = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-|$)/

/** @param {string | undefined} header A W3C `traceparent`. */
function parentOf(header) {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(header?.trim() ?? '') ?? []
  if (!traceId || !spanId || !flags) return ROOT_CONTEXT
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
  return isSpanContextValid(context) ? trace.setSpanContext(ROOT_CONTEXT, context) : ROOT_CONTEXT
}

/**
 * @param {object} options
 * @param {string} options.collector Address of an OTLP/HTTP traces endpoint.
 * @param {string} options.service
 * @returns A provider of its own, not the process's: several can run side by side.
 */
export function startTracing({ collector, service }) {
  const exporter = new OTLPTraceExporter({
    url: collector,
    timeoutMillis: 2000,
    httpAgentOptions: { keepAlive: false },
  })
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'deployment.environment.name': 'demo' }),
    // A session's page should be right within seconds of its last turn.
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 500, exportTimeoutMillis: 2500 })],
  })
  const tracer = provider.getTracer('chat-vitals-demo')

  return {
    /** @param {string} name @param {string | undefined} traceparent @param {object} attributes */
    serverSpan(name, traceparent, attributes) {
      const span = tracer.startSpan(name, { kind: KINDS.server, attributes: { ...attributes } }, parentOf(traceparent))
      const within = trace.setSpan(ROOT_CONTEXT, span)
      const { traceId, spanId, traceFlags } = span.spanContext()
      return {
        span,
        traceparent: `00-${traceId}-${spanId}-0${traceFlags & 1}`,
        /** @type {import('./events.mjs').StartSpan} */
        child: (childName, kind, childAttributes) =>
          tracer.startSpan(childName, { kind: KINDS[kind], attributes: { ...childAttributes } }, within),
      }
    },
    /** Sends what is left, but never holds up the end of the process. */
    async close() {
      const done = provider.shutdown().catch(() => {})
      await Promise.race([done, new Promise((late) => setTimeout(late, 1000).unref())])
    },
  }
}
