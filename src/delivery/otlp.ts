/**
 * Writes spans as the body of an OTLP/HTTP request, in JSON: to the letter what OpenTelemetry's own serializer makes of
 * the same spans, but that a number has the type its attribute is declared with, whatever its value. Sending is the sender's.
 */
import type { Attributes } from '../base/clean.ts'
import { sdkAttributes, tables } from './attributes.ts'
import type { SpanData, SpanValue } from './spans.ts'

/** Sampled; whether the parent is remote is known, and it is not. */
const flags = 0x101

/** Names of the attributes that are ints: an integral TTFT of 2 s would else be one among doubles. */
const intNames = (): Set<string> =>
  new Set(tables.flatMap((rows) => rows.filter(([, type]) => type === 'int').map(([name]) => name)))

const anyValue = (value: SpanValue, isInt: boolean): object | undefined => {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map((one) => anyValue(one, isInt)) } }
  // JSON has no other numbers: null in their place is refused with the whole batch.
  if (Number.isFinite(value)) return { [isInt && Number.isInteger(value) ? 'intValue' : 'doubleValue']: value }
  return undefined
}

const keyValues = (attributes: Record<string, SpanValue>, ints: Set<string>): object[] =>
  Object.entries(attributes).flatMap(([key, given]) => {
    const value = key && anyValue(given, ints.has(key))
    return value ? [{ key, value }] : []
  })

/** Epoch ms to nanoseconds as text, exact to the microsecond: beyond that a double of this size knows nothing. */
const nanos = (ms: number): string => '' + BigInt(Math.round(ms * 1000)) * 1000n

const spanOf = (span: SpanData, ints: Set<string>): object => ({
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  name: span.name,
  // One above the API's: here 0 is unspecified.
  kind: span.kind + 1,
  startTimeUnixNano: nanos(span.startMs),
  endTimeUnixNano: nanos(span.endMs),
  attributes: keyValues(span.attributes, ints),
  droppedAttributesCount: 0,
  events: span.events.map(({ name, atMs, attributes }) => ({
    attributes: keyValues(attributes, ints),
    name,
    timeUnixNano: nanos(atMs),
    droppedAttributesCount: 0,
  })),
  droppedEventsCount: 0,
  status: span.error == null ? { code: 0 } : { code: 2, message: span.error },
  links: span.links.map(({ traceId, spanId }) => ({
    attributes: [],
    spanId,
    traceId,
    droppedAttributesCount: 0,
    flags,
  })),
  droppedLinksCount: 0,
  flags,
})

/** The body of an `ExportTraceServiceRequest`; empty without spans. @param version of this library */
export function encode(spans: SpanData[], resource: Attributes, version: string): string {
  if (!spans[0]) return ''
  const ints = intNames()
  const about = { ...resource, ...sdkAttributes(version) }
  const scopeSpans = [{ scope: { name: 'chat-vitals', version }, spans: spans.map((span) => spanOf(span, ints)) }]
  const json = JSON.stringify({
    resourceSpans: [{ resource: { attributes: keyValues(about, ints), droppedAttributesCount: 0 }, scopeSpans }],
  })
  // Halves of surrogate pairs, which JSON writes as escapes, are no UTF-8. A backslash of the text's own is two here.
  return json.replace(/\\(?:\\|ud[89a-f]..)/g, (escape) => (escape[1] === 'u' ? '\\ufffd' : escape))
}
