/**
 * Makes of our spans what OpenTelemetry's SDK would hand to an exporter: `ReadableSpan`s, as plain objects and without the
 * SDK. For exporters of a page; our own encoder reads the spans as they are.
 */
import type { SpansAbout } from '../api.ts'
import { sdkAttributes } from './attributes.ts'
import type { SpanAttributes, SpanData } from './spans.ts'

/** Seconds and nanoseconds since the epoch. */
export type HrTime = [seconds: number, nanos: number]

export interface ReadableContext {
  traceId: string
  spanId: string
  /** 1: sampled. */
  traceFlags: 1
}

export interface ReadableResource {
  attributes: SpanAttributes
  merge(other: ReadableResource | null): ReadableResource
  getRawAttributes(): [string, unknown][]
}

/** What exporters of OpenTelemetry JS 2 read. */
export interface ReadableSpan {
  name: string
  /** As in the OpenTelemetry API: 0 internal, 2 client. */
  kind: number
  spanContext(): ReadableContext
  parentSpanContext?: ReadableContext
  startTime: HrTime
  endTime: HrTime
  /** 0 unset, 2 error. */
  status: { code: 0 | 2; message?: string }
  attributes: SpanAttributes
  links: { context: ReadableContext }[]
  events: { name: string; time: HrTime; attributes: SpanAttributes; droppedAttributesCount: 0 }[]
  duration: HrTime
  ended: true
  resource: ReadableResource
  instrumentationScope: { name: string; version: string }
  droppedAttributesCount: 0
  droppedEventsCount: 0
  droppedLinksCount: 0
}

/** Exact to the microsecond, as our own encoder. */
export const hrTime = (ms: number): HrTime => {
  const micros = Math.round(ms * 1000)
  return [Math.floor(micros / 1e6), (micros % 1e6) * 1000]
}

const between = ([from, fromNanos]: HrTime, [to, toNanos]: HrTime): HrTime =>
  toNanos < fromNanos ? [to - from - 1, toNanos - fromNanos + 1e9] : [to - from, toNanos - fromNanos]

const resourceOf = (attributes: SpanAttributes): ReadableResource => ({
  attributes,
  // The other's win, as the specification says.
  merge: (other) => resourceOf({ ...attributes, ...other?.attributes }),
  getRawAttributes: () => Object.entries(attributes),
})

const contextOf = ({ traceId, spanId }: Pick<ReadableContext, 'traceId' | 'spanId'>): ReadableContext => ({
  traceId,
  spanId,
  traceFlags: 1,
})

export function readableSpans(spans: SpanData[], { resource, version }: SpansAbout): ReadableSpan[] {
  // One for all: serializers put spans together by it.
  const shared = resourceOf({ ...resource, ...sdkAttributes(version) })
  return spans.map((span) => {
    const { name, kind, traceId, parentSpanId, attributes, error } = span
    const startTime = hrTime(span.startMs)
    const endTime = hrTime(span.endMs)
    const context = contextOf(span)
    return {
      name,
      kind,
      spanContext: () => context,
      parentSpanContext: parentSpanId ? contextOf({ traceId, spanId: parentSpanId }) : undefined,
      startTime,
      endTime,
      status: error == null ? { code: 0 } : { code: 2, message: error },
      attributes,
      links: span.links.map((link) => ({ context: contextOf(link) })),
      events: span.events.map((event) => ({
        name: event.name,
        time: hrTime(event.atMs),
        attributes: event.attributes,
        droppedAttributesCount: 0,
      })),
      duration: between(startTime, endTime),
      ended: true,
      resource: shared,
      instrumentationScope: { name: 'chat-vitals', version },
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    }
  })
}
