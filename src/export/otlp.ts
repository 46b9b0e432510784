/**
 * Writes spans as OTLP/JSON by hand, letter for letter what OpenTelemetry's serializer writes: for the last words of a
 * page that dies before the SDK was loaded. Leaves sending to others.
 */
import type { Attributes } from '../turn/record.ts'
import type { SpanAttribute, SpanData, SpanValue } from './span.ts'

export const scopeName = 'chat-vitals'

const nanos = (ms: number): string =>
  '' + (BigInt(Math.trunc(ms / 1000)) * 1_000_000_000n + BigInt(Math.round((ms % 1000) * 1e6)))

const anyValue = (type: SpanAttribute[1], value: SpanValue): unknown =>
  type === 'string[]'
    ? { arrayValue: { values: (value as string[]).map((one) => anyValue('string', one)) } }
    : { [(type === 'boolean' ? 'bool' : type) + 'Value']: value }

const keyValues = (attributes: SpanAttribute[]): unknown[] =>
  attributes.map(([key, type, value]) => ({ key, value: anyValue(type, value) }))

/** The resource's attributes, typed. */
const typed = (attributes: Attributes): SpanAttribute[] =>
  Object.entries(attributes).map(([name, value]) => [
    name,
    typeof value === 'number' ? 'double' : (typeof value as 'string'),
    value,
  ])

/** The body of an `ExportTraceServiceRequest`. */
export function otlpJson(spans: SpanData[], resource: Attributes, version: string): string {
  // One for "none was dropped" and one for "sampled, and we know that the parent is of this process".
  const droppedAttributesCount = 0
  const flags = 0x101
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: keyValues(typed(resource)), droppedAttributesCount },
        scopeSpans: [
          {
            scope: { name: scopeName, version },
            spans: spans.map((s) => ({
              traceId: s.traceId,
              spanId: s.spanId,
              parentSpanId: s.parentSpanId,
              name: s.name,
              kind: s.kind + 1,
              startTimeUnixNano: nanos(s.startMs),
              endTimeUnixNano: nanos(s.endMs),
              attributes: keyValues(s.attributes),
              droppedAttributesCount,
              events: s.events.map((e) => ({
                attributes: keyValues(e.attributes),
                name: e.name,
                timeUnixNano: nanos(e.atMs),
                droppedAttributesCount,
              })),
              droppedEventsCount: 0,
              status: s.error == null ? { code: 0 } : { code: 2, message: s.error },
              links: s.links.map((l) => ({
                attributes: [],
                spanId: l.spanId,
                traceId: l.traceId,
                droppedAttributesCount,
                flags,
              })),
              droppedLinksCount: 0,
              flags,
            })),
          },
        ],
      },
    ],
  })
}
