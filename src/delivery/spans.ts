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
  turnInShort,
  turnRef,
  webVital,
} from './attributes.ts'
import type { AttributeRow, AttributeType } from './attributes.ts'

export type SpanValue = string | number | boolean | string[]
export type SpanAttributes = Record<string, SpanValue>

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
  attributes: SpanAttributes
  events: { name: string; atMs: number; attributes: SpanAttributes }[]
  links: { traceId: string; spanId: string }[]
  /** Status is error, with this description; else unset. */
  error?: string
}

/** Letters kept of any string; what was cut shows as an ellipsis. */
const maxLetters = 1024
const maxTags = 32
/** Attributes of the page's own per span; with ours below the SDK's 128. */
const maxOwn = 64

const isHex = (id: unknown, digits: number): boolean =>
  typeof id === 'string' && id.length === digits && /^[0-9a-f]*[1-9a-f][0-9a-f]*$/.test(id)

// A lone half of a surrogate pair is no UTF-8 and would make the whole batch invalid.
const clip = (text: string): string =>
  (text.length > maxLetters ? text.slice(0, maxLetters - 1) + '…' : text).replace(/\p{Cs}/gu, '\ufffd')

// Within what 64 bits of nanoseconds hold.
const epoch = (ms: number): number => (Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 9e12) : 0)

// Larger ones are no measurements, and overflow when they are rounded.
const isExact = (value: unknown) => typeof value === 'number' && Math.abs(value) < 2 ** 53

/** What a value of each type must be like to be sent. */
const typed: Record<AttributeType, (value: any) => SpanValue | undefined> = {
  string: (value) => (typeof value === 'string' && value ? clip(value) : undefined),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  double: (value) => (Number.isFinite(value) ? value : undefined),
  seconds: (value) => (isExact(value) ? Math.round(value * 1000) / 1e6 : undefined),
  int: (value) => (isExact(value) ? Math.round(value) : undefined),
  'string[]': (value) => {
    const tags = value.filter((tag: unknown) => typeof tag === 'string').slice(0, maxTags)
    return tags[0] != null ? tags.map(clip) : undefined
  },
}

function read<R>(into: SpanAttributes, rows: AttributeRow<R>[], record: R): void {
  for (const [name, type, value] of rows) {
    try {
      const known = typed[type]?.(value(record))
      // Nothing of ours gives way to the page's own; nor does what every object has, such as __proto__.
      if (known != null) into[name] ??= known
    } catch {
      // A part of the record that does not exist, or a hostile getter: the attribute is left out.
    }
  }
}

// The page's own attributes. Numbers are doubles always: their type must not change with their value.
const own = ({ attributes }: AnyRecord): AttributeRow<AnyRecord>[] =>
  Object.entries(attributes ?? {})
    .slice(0, maxOwn)
    .map(([name, value]) => [
      clip(name),
      typeof value === 'number' ? 'double' : (typeof value as 'string'),
      () => value,
    ])

const addLink = (span: SpanData, traceId?: string, spanId?: string): void => {
  if (isHex(traceId, 32) && isHex(spanId, 16)) span.links.push({ traceId: traceId!, spanId: spanId! })
}

const addEvent = <R>(span: SpanData, name: string, at: number, rows: AttributeRow<R>[], record: R): void => {
  const attributes: SpanAttributes = {}
  read(attributes, rows, record)
  span.events.push({ name, atMs: epoch(at), attributes })
}

/** Makes a span of the record; `rows` are read from `part`. */
type Add = <R>(name: string, spanId: string, start: number, end: number, rows: AttributeRow<R>[], part: R) => SpanData

/** `short`: a turn alone, and of it what tells its story. */
export type Form = 'whole' | 'short'

const addTurn = (record: TurnRecord, add: Add, form: Form): SpanData => {
  const { startedAt, moments: m, outcome, errorType } = record
  // A finished answer lasts until it was all painted, an interrupted one until the user had enough.
  const known = outcome === 'completed' ? (m.lastText ?? m.end) : (m.end ?? m.lastText)
  const end = startedAt + (known ?? Math.max(0, ...Object.values(m)))
  const rows = [...turnIdentity, ...turnInShort, ...(form === 'whole' ? turn : [])]
  const main = add('chat.turn', record.spanId, startedAt, end, rows, record)
  if (outcome === 'error') main.error = clip('' + (errorType ?? ''))
  if (form === 'short') return main
  for (const call of record.requests.slice(0, 8)) {
    const ended = call.endMs ?? call.firstModelChunkMs ?? call.headersMs ?? call.startMs
    const span = add(clip(call.method), call.spanId, startedAt + call.startMs, startedAt + ended, request, call)
    span.kind = 2
    span.parentSpanId = record.spanId
    read(span.attributes, turnIdentity, record)
    if (call.backendTraceId !== record.traceId) addLink(span, call.backendTraceId, call.backendSpanId)
    const error = requestError(call)
    if (error) span.error = clip(error)
  }
  return main
}

const addReaction = (record: FeedbackRecord | SignalRecord, add: Add): SpanData => {
  const { kind, spanId, at, turn: about } = record
  const main = add('chat.' + kind, spanId, at, at, (kind === 'feedback' ? feedback : signal) as never[], record)
  if (kind === 'feedback') {
    addEvent(main, 'gen_ai.evaluation.result', at, evaluation, record)
    read(main.attributes, evaluation, record)
  }
  if (about) {
    read(main.attributes, turnRef, about)
    addLink(main, about.traceId, about.spanId)
  }
  return main
}

const addPage = (record: PageRecord, add: Add): SpanData => {
  const main = add('browser.page', record.spanId, record.startedAt, record.at, page, record)
  for (const vital of record.vitals.slice(0, 32)) addEvent(main, 'browser.web_vital', vital.at, webVital, vital)
  return main
}

const kinds = { turn: addTurn, feedback: addReaction, signal: addReaction, page: addPage }

/**
 * The spans of a record, its own first; none when its ids are not such, and none in short of what is no turn. Never
 * throws: what cannot be read is left out.
 */
export function spansOf(record: AnyRecord, sessionKeys: string[] = [], form: Form = 'whole'): SpanData[] {
  const spans: SpanData[] = []
  const { traceId } = record
  const everywhere = [
    ...everySpan,
    ...sessionKeys.map((key): AttributeRow<AnyRecord> => [key, 'string', (r) => r.sessionId]),
  ]
  if (form === 'short' && record.kind !== 'turn') return spans
  const add: Add = (name, spanId, start, end, rows, part) => {
    const startMs = epoch(start)
    const endMs = Math.max(startMs, epoch(end))
    const span: SpanData = { name, kind: 0, traceId, spanId, startMs, endMs, attributes: {}, events: [], links: [] }
    read(span.attributes, everywhere, record)
    read(span.attributes, rows, part)
    if (isHex(traceId, 32) && isHex(spanId, 16)) spans.push(span)
    return span
  }
  try {
    const main = kinds[record.kind](record as never, add, form)
    if (form === 'whole') {
      read(main.attributes, delivery, record)
      read(main.attributes, own(record), record)
    }
  } catch {
    // A record that beforeSend left half empty: what was made so far is valid.
  }
  return spans[0]?.spanId === record.spanId ? spans : []
}
