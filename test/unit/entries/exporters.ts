/** What `exporter` takes and refuses; compiled by types.test.ts, never run. */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-web'
import { init } from '../../../src/index.ts'
import type { SpanData, SpanWriter } from '../../../src/index.ts'
import { openTelemetry } from '../../../src/otel.ts'

const exporter = new OTLPTraceExporter({ url: '/v1/traces' })
init({ exporter })
init({ exporter: new InMemorySpanExporter() })
init({ exporter: openTelemetry() })
init({ exporter: openTelemetry({ exporter }) })
init({
  exporter: openTelemetry({ spanProcessors: [new BatchSpanProcessor(exporter), new SimpleSpanProcessor(exporter)] }),
})

const kept: SpanData[] = []
const own: SpanWriter = {
  write(spans, { resource, version }) {
    if (resource['service.name'] && version) kept.push(...spans)
  },
}
init({ exporter: own })

// @ts-expect-error -- a processor is no exporter: it goes into openTelemetry()
init({ exporter: new BatchSpanProcessor(exporter) })
// @ts-expect-error -- nothing to hand spans to
init({ exporter: {} })
// @ts-expect-error -- an exporter is no processor
openTelemetry({ spanProcessors: [exporter] })
