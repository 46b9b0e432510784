/** What a span is, as plain data, and how rows of the attribute table become its attributes. */
import type { AnyRecord, TurnRecord } from '../turn/record.ts'
import { everySpan } from './attributes.ts'
import type { AttributeRow } from './attributes.ts'

export type SpanValue = string | number | boolean | string[]
/** `double` also when integral: the declared type holds on the wire. Names are unique within a span. */
export type SpanAttribute = [name: string, type: 'string' | 'int' | 'double' | 'boolean' | 'string[]', value: SpanValue]

/** A span as plain data. Times: epoch ms, fractional, `endMs` ≥ `startMs`. */
export interface SpanData {
  name: string
  /** As in the OpenTelemetry API: 0 internal, 2 client. */
  kind: 0 | 2
  traceId: string
  spanId: string
  parentSpanId?: string
  startMs: number
  endMs: number
  attributes: SpanAttribute[]
  events: { name: string; atMs: number; attributes: SpanAttribute[] }[]
  links: { traceId: string; spanId: string }[]
  /** Status is error, with this description; else unset. */
  error?: string
}

/** Letters kept of any string; what was cut shows as an ellipsis. */
const maxLetters = 1024
const maxTags = 32

export const isHex = (id: unknown, digits: number): boolean =>
  typeof id === 'string' && id.length === digits && /^[0-9a-f]*[1-9a-f][0-9a-f]*$/.test(id)

// A lone half of a surrogate pair is no UTF-8 and would make the whole batch invalid.
export const clip = (text: string): string =>
  (text.length > maxLetters ? text.slice(0, maxLetters - 1) + '…' : text).replace(/\p{Cs}/gu, '\ufffd')

export const number = (value: unknown): value is number => typeof value === 'number' && isFinite(value)

// Rounded to the microsecond, within what 64 bits of nanoseconds hold.
export const epoch = (ms: unknown): number =>
  number(ms) ? Math.round(Math.min(Math.max(ms, 0), 9e12) * 1000) / 1000 : 0

export function read<R>(into: SpanAttribute[], rows: AttributeRow<R>[], record: R): void {
  for (const [name, type, value] of rows) {
    try {
      const v = value(record)
      if (type === 'boolean') {
        if (typeof v === 'boolean') into.push([name, type, v])
      } else if (type === 'string') {
        if (typeof v === 'string' && v) into.push([name, type, clip(v)])
      } else if (type === 'string[]') {
        const all = (v as unknown[]).filter((s) => typeof s === 'string').slice(0, maxTags)
        if (all[0] != null) into.push([name, type, all.map(clip)])
      } else if (number(v)) {
        if (type === 'int') {
          if (Math.abs(v) < 2 ** 53) into.push([name, type, Math.round(v)])
        } else into.push([name, 'double', type === 'double' ? v : Math.round(v * 1000) / 1e6])
      }
    } catch {
      // A part of the record that does not exist, or a hostile getter: the attribute is left out.
    }
  }
}

export type AddSpan = (name: string, kind: 0 | 2, spanId: string, start: unknown, end: unknown) => SpanData

/**
 * The spans that `fill` adds, the record's own first; none when its ids are not such. Never throws: what cannot be read
 * is left out.
 */
export function collectSpans(record: AnyRecord, sessionKeys: string[] = [], fill: (add: AddSpan) => void): SpanData[] {
  const spans: SpanData[] = []
  try {
    const { traceId } = record
    fill((name, kind, spanId, start, end) => {
      const startMs = epoch(start)
      const endMs = Math.max(startMs, epoch(end))
      const span: SpanData = { name, kind, traceId, spanId, startMs, endMs, attributes: [], events: [], links: [] }
      if (isHex(traceId, 32) && isHex(spanId, 16)) spans.push(span)
      read(span.attributes, everySpan, record)
      for (const key of sessionKeys) read(span.attributes, [[key, 'string', () => record.sessionId]], record)
      return span
    })
  } catch {
    // A record that beforeSend left half empty: what was made so far is valid.
  }
  return spans[0]?.spanId === record.spanId ? spans : []
}

/** The turn's own span: a finished answer lasts until it was all painted, an interrupted one until the user had enough. */
export function addTurnSpan({ moments: m, startedAt, outcome, spanId }: TurnRecord, add: AddSpan): SpanData {
  const known = outcome === 'completed' ? (m.lastText ?? m.end) : (m.end ?? m.lastText)
  return add('chat.turn', 0, spanId, startedAt, startedAt + (known ?? Math.max(0, ...Object.values(m))))
}
