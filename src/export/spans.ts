/** Turns records into spans, purely; knows nothing of OpenTelemetry's code or of sending. */
import type { AnyRecord, FeedbackRecord, PageRecord, SignalRecord, TurnRecord } from '../turn/record.ts'
import {
  delivery,
  evaluation,
  everySpan,
  feedback,
  page,
  request,
  requestError,
  signal,
  turn,
  turnIdentity,
  turnRef,
  webVital,
} from './attributes.ts'
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
/** Attributes of the page's own per span; with ours below the SDK's 128. */
const maxOwn = 64
const maxTags = 32

const isHex = (id: unknown, digits: number): boolean =>
  typeof id === 'string' && id.length === digits && /^[0-9a-f]*[1-9a-f][0-9a-f]*$/.test(id)

// A lone half of a surrogate pair is no UTF-8 and would make the whole batch invalid.
const clip = (text: string): string =>
  (text.length > maxLetters ? text.slice(0, maxLetters - 1) + '…' : text).replace(/\p{Cs}/gu, '\ufffd')

const number = (value: unknown): value is number => typeof value === 'number' && isFinite(value)

// Rounded to the microsecond, within what 64 bits of nanoseconds hold.
const epoch = (ms: unknown): number => (number(ms) ? Math.round(Math.min(Math.max(ms, 0), 9e12) * 1000) / 1000 : 0)

function read<R>(into: SpanAttribute[], rows: AttributeRow<R>[], record: R): void {
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

// The page's own attributes. Numbers are doubles always: their type must not change with their value.
function readOwn(into: SpanAttribute[], { attributes: own }: AnyRecord): void {
  const taken = new Set(into.map((attribute) => attribute[0]))
  try {
    for (const key of Object.keys(own ?? {}).slice(0, maxOwn)) {
      const name = clip(key)
      const value: unknown = own![key]
      if (!name || name === '__proto__' || taken.has(name)) continue
      taken.add(name)
      if (typeof value === 'string') into.push([name, 'string', clip(value)])
      else if (typeof value === 'boolean') into.push([name, 'boolean', value])
      else if (number(value)) into.push([name, 'double', value])
    }
  } catch {
    // A Proxy or getter of the page's that throws.
  }
}

/** The spans of a record; none when its ids are not such. Never throws: what cannot be read is left out. */
export function spansOf(record: AnyRecord, sessionKeys: string[] = []): SpanData[] {
  const spans: SpanData[] = []
  const add: Add = (name, kind, spanId, start, end) => {
    const startMs = epoch(start)
    const endMs = Math.max(startMs, epoch(end))
    const { traceId } = record
    const span: SpanData = { name, kind, traceId, spanId, startMs, endMs, attributes: [], events: [], links: [] }
    if (isHex(traceId, 32) && isHex(spanId, 16)) spans.push(span)
    read(span.attributes, everySpan, record)
    read(
      span.attributes,
      sessionKeys.map((key) => [key, 'string', everySpan[0]![2]]),
      record,
    )
    return span
  }
  try {
    if (record.kind === 'turn') addTurn(record, add)
    else if (record.kind === 'page') addPage(record, add)
    else addReaction(record, add)
  } catch {
    // A record that beforeSend left half empty: what was made so far is valid.
  }
  const main = spans[0]
  return main && main.spanId === record.spanId ? spans : []
}

type Add = (name: string, kind: 0 | 2, spanId: string, start: unknown, end: unknown) => SpanData

function addLink(span: SpanData, to: { traceId?: string; spanId?: string }): void {
  if (isHex(to.traceId, 32) && isHex(to.spanId, 16)) span.links.push({ traceId: to.traceId!, spanId: to.spanId! })
}

function addTurn(record: TurnRecord, add: Add): void {
  const { moments: m, startedAt } = record
  // A finished answer lasts until it was all painted; an interrupted one until the user had enough.
  const known = record.outcome === 'completed' ? (m.lastText ?? m.end) : (m.end ?? m.lastText)
  const main = add('chat.turn', 0, record.spanId, startedAt, startedAt + (known ?? Math.max(0, ...Object.values(m))))
  read(main.attributes, turnIdentity, record)
  read(main.attributes, turn, record)
  readRest(main, record)
  if (record.outcome === 'error') main.error = clip('' + (record.errorType ?? ''))
  for (const call of record.requests.slice(0, 8)) {
    const ended = call.endMs ?? call.firstModelChunkMs ?? call.headersMs ?? call.startMs
    const span = add(clip(call.method), 2, call.spanId, startedAt + call.startMs, startedAt + ended)
    span.parentSpanId = record.spanId
    read(span.attributes, turnIdentity, record)
    read(span.attributes, request, call)
    if (call.backendTraceId !== record.traceId) {
      addLink(span, { traceId: call.backendTraceId, spanId: call.backendSpanId })
    }
    const error = requestError(call)
    if (error) span.error = clip(error)
  }
}

function addReaction(record: FeedbackRecord | SignalRecord, add: Add): void {
  const main = add('chat.' + record.kind, 0, record.spanId, record.at, record.at)
  if (record.kind === 'feedback') {
    const attributes: SpanAttribute[] = []
    read(attributes, evaluation, record)
    main.events.push({ name: 'gen_ai.evaluation.result', atMs: main.startMs, attributes })
    main.attributes.push(...attributes)
    read(main.attributes, feedback, record)
  } else read(main.attributes, signal, record)
  if (record.turn) {
    read(main.attributes, turnRef, record.turn)
    addLink(main, record.turn)
  }
  readRest(main, record)
}

function addPage(record: PageRecord, add: Add): void {
  const main = add('browser.page', 0, record.spanId, record.startedAt, record.at)
  read(main.attributes, page, record)
  readRest(main, record)
  for (const vital of record.vitals.slice(0, 32)) {
    const attributes: SpanAttribute[] = []
    read(attributes, webVital, vital)
    main.events.push({ name: 'browser.web_vital', atMs: epoch(vital.at), attributes })
  }
}

function readRest(main: SpanData, record: AnyRecord): void {
  read(main.attributes, delivery, record)
  readOwn(main.attributes, record)
}
