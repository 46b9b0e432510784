/** Turns records into spans, purely; knows nothing of OpenTelemetry's code or of sending. */
import type { AnyRecord, FeedbackRecord, PageRecord, SignalRecord, TurnRecord } from '../turn/record.ts'
import {
  delivery,
  evaluation,
  feedback,
  page,
  request,
  requestError,
  signal,
  turn,
  turnCore,
  turnIdentity,
  turnRef,
  webVital,
} from './attributes.ts'
import { addTurnSpan, clip, collectSpans, epoch, isHex, number, read } from './span.ts'
import type { AddSpan, SpanAttribute, SpanData } from './span.ts'

/** Attributes of the page's own per span; with ours below the SDK's 128. */
const maxOwn = 64

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

/** The spans of a record; none when its ids are not such. Never throws. */
export const spansOf = (record: AnyRecord, sessionKeys?: string[]): SpanData[] =>
  collectSpans(record, sessionKeys, (add) =>
    record.kind === 'turn'
      ? addTurn(record, add)
      : record.kind === 'page'
        ? addPage(record, add)
        : addReaction(record, add),
  )

function addLink(span: SpanData, to: { traceId?: string; spanId?: string }): void {
  if (isHex(to.traceId, 32) && isHex(to.spanId, 16)) span.links.push({ traceId: to.traceId!, spanId: to.spanId! })
}

function addTurn(record: TurnRecord, add: AddSpan): void {
  const { startedAt } = record
  const main = addTurnSpan(record, add)
  read(main.attributes, turnIdentity, record)
  read(main.attributes, turnCore, record)
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

function addReaction(record: FeedbackRecord | SignalRecord, add: AddSpan): void {
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

function addPage(record: PageRecord, add: AddSpan): void {
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
