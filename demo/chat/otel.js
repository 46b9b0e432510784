/**
 * The library in an application that has OpenTelemetry already: one SDK, one exporter, and our spans among its own. Stands
 * in for the script tag where the demo is started with `--otel`, and takes the same attributes.
 */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web'
import * as chatVitals from 'chat-vitals'
import { openTelemetry } from 'chat-vitals/otel'

const { endpoint, service, propagateTo } = document.querySelector('script[data-endpoint]').dataset

// Sooner than the usual five seconds: whoever looks at the demo goes straight to the session's page.
const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url: endpoint }), { scheduledDelayMillis: 500 })
new WebTracerProvider({ spanProcessors: [processor] }).register()

// Under the name at which the page finds the script tag's.
globalThis.chatVitals = chatVitals
chatVitals.init({
  service,
  propagateTo: propagateTo ? [propagateTo] : [],
  exporter: openTelemetry({ spanProcessors: [processor] }),
})
