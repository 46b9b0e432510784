/**
 * The attributes of our spans: name, declared type and where each is read in the record, row by row.
 * What they mean in words is in attributes.reference.ts, which is not shipped.
 */
import type {
  AnyRecord,
  FeedbackRecord,
  PageRecord,
  RequestRecord,
  SignalRecord,
  TurnRecord,
  TurnRef,
} from '../turn/record.ts'

/** `seconds`: a double on the span, milliseconds in the record. */
export type AttributeType = 'string' | 'int' | 'double' | 'seconds' | 'boolean' | 'string[]'

/** A value that is missing, not finite, of another type, or that throws when read, leaves its attribute out. */
export type AttributeRow<R> = readonly [name: string, type: AttributeType, read: (record: R) => unknown]

/** On every span. */
export const everySpan: AttributeRow<AnyRecord>[] = [
  ['session.id', 'string', (r) => r.sessionId],
  ['chat_vitals.page.id', 'string', (r) => r.pageId],
  ['user.id', 'string', (r) => r.userId],
  ['gen_ai.conversation.id', 'string', (r) => (r as TurnRecord).conversationId],
]

/** On the span a record is about. */
export const delivery: AttributeRow<AnyRecord>[] = [
  ['chat_vitals.delivery.opened', 'int', (r) => r.delivery!.opened],
  ['chat_vitals.delivery.dropped', 'int', (r) => r.delivery!.dropped],
  ['chat_vitals.delivery.delay', 'seconds', (r) => r.delivery!.delayMs],
  ['chat_vitals.delivery.store', 'string', (r) => r.delivery!.store],
  ['chat_vitals.delivery.recovered', 'boolean', (r) => r.delivery!.recovered],
]

/** On `chat.turn` and on its requests. */
export const turnIdentity: AttributeRow<TurnRecord>[] = [
  ['chat_vitals.turn.id', 'string', (r) => r.id],
  ['chat_vitals.turn.revision', 'int', (r) => r.rev],
]

/** On `chat.turn`, and all there is on it where a page leaves its open turns with the browser, whose share is small. */
export const turnInShort: AttributeRow<TurnRecord>[] = [
  ['chat_vitals.turn.seq', 'int', (r) => r.seq],
  ['chat_vitals.turn.trigger', 'string', (r) => r.trigger],
  ['chat_vitals.turn.outcome', 'string', (r) => r.outcome],
  ['chat_vitals.definitions', 'int', (r) => r.definitions],
  ['chat_vitals.turn.phase', 'string', (r) => r.phase],
  ['chat_vitals.turn.ended_by', 'string', (r) => r.endedBy],
  ['chat_vitals.time_to.first_text', 'seconds', (r) => r.ttft],
  ['chat_vitals.ttft.method', 'string', (r) => r.ttftMethod],
  ['chat_vitals.ttft.error', 'seconds', (r) => r.ttftErrorMs],
  ['chat_vitals.stall.duration', 'seconds', (r) => r.render.stallMs],
  ['chat_vitals.hidden_duration', 'seconds', (r) => r.hiddenMs],
]

/** The rest of `chat.turn`. */
export const turn: AttributeRow<TurnRecord>[] = [
  ['chat_vitals.time_to.last_text', 'seconds', (r) => r.moments.lastText],
  ['chat_vitals.ttft.hidden', 'seconds', (r) => r.ttftHiddenMs],
  ['chat_vitals.render.chars', 'int', (r) => r.render.chars],
  ['chat_vitals.turn.finish', 'string', (r) => r.finish],
  ['chat_vitals.turn.replaces', 'string', (r) => r.replaces],
  ['error.type', 'string', (r) => (r.outcome === 'error' ? r.errorType : undefined)],
  ['chat_vitals.time_to.first_feedback', 'seconds', (r) => r.moments.firstFeedback],
  ['chat_vitals.time_to.first_progress', 'seconds', (r) => r.moments.firstProgress],
  ['chat_vitals.time_to.first_reasoning', 'seconds', (r) => r.moments.firstReasoning],
  ['chat_vitals.time_to.useful_text', 'seconds', (r) => r.moments.usefulText],
  ['chat_vitals.ttft.client', 'seconds', (r) => r.ttftParts!.client],
  ['chat_vitals.ttft.server', 'seconds', (r) => r.ttftParts!.server],
  ['chat_vitals.ttft.model', 'seconds', (r) => r.ttftParts!.model],
  ['chat_vitals.ttft.render', 'seconds', (r) => r.ttftParts!.render],
  ['chat_vitals.ttft.paint', 'seconds', (r) => r.ttftParts!.paint],
  ['chat_vitals.ttft.unknown', 'seconds', (r) => r.ttftParts!.unknown],
  ['chat_vitals.render.frames', 'int', (r) => r.render.frames],
  ['chat_vitals.render.arrived_chars', 'int', (r) => r.render.arrivedChars],
  ['chat_vitals.render.chars_per_second', 'double', (r) => r.render.charsPerSecond],
  ['chat_vitals.render.pace', 'double', (r) => r.render.pace],
  ['chat_vitals.render.qoe', 'double', (r) => r.render.qoe],
  ['chat_vitals.render.curve', 'string', (r) => curve(r.render.curve)],
  ['chat_vitals.gap.max', 'seconds', (r) => r.render.gapMaxMs],
  ['chat_vitals.gap.p95', 'seconds', (r) => r.render.gapP95Ms],
  ['chat_vitals.freeze.count', 'int', (r) => r.render.freezes],
  ['chat_vitals.freeze.duration', 'seconds', (r) => r.render.freezeMs],
  ['chat_vitals.stall.count', 'int', (r) => r.render.stalls],
  ['chat_vitals.stall.longest', 'seconds', (r) => r.render.stallLongestMs],
  ['chat_vitals.stall.ratio', 'double', (r) => r.render.stallRatio],
  ['chat_vitals.stall.server', 'seconds', (r) => r.render.stallBy.server],
  ['chat_vitals.stall.client', 'seconds', (r) => r.render.stallBy.client],
  ['chat_vitals.stall.main_thread', 'seconds', (r) => r.render.stallBy.main_thread],
  ['chat_vitals.stall.tool', 'seconds', (r) => r.render.stallBy.tool],
  ['chat_vitals.stall.unknown', 'seconds', (r) => r.render.stallBy.unknown],
  ['chat_vitals.correction.kind', 'string', (r) => r.correction!.kind],
  ['chat_vitals.correction.score', 'double', (r) => r.correction!.score],
  ['chat_vitals.correction.of_turn', 'string', (r) => r.correction!.of],
  ['chat_vitals.reader_model', 'string', (r) => r.readerModel],
  ['chat_vitals.user_duration', 'seconds', (r) => r.userMs],
  ['chat_vitals.ttft.user', 'seconds', (r) => r.ttftUserMs],
  ['chat_vitals.evidence.gesture', 'string', (r) => r.evidence!.gesture],
  ['chat_vitals.evidence.wire', 'string', (r) => r.evidence!.wire],
  ['chat_vitals.evidence.screen', 'string', (r) => r.evidence!.screen],
  ['chat_vitals.delivery.unproved', 'int', (r) => r.unproved],
  ['chat_vitals.clock_skew', 'seconds', (r) => r.clockSkewMs],
  ['chat_vitals.dom_foreign', 'boolean', (r) => r.domForeign],
]

export const request: AttributeRow<RequestRecord>[] = [
  ['http.request.method', 'string', (r) => r.method],
  ['http.response.status_code', 'int', (r) => r.status],
  ['url.full', 'string', (r) => r.url],
  ['server.address', 'string', (r) => new URL(r.url).hostname],
  ['server.port', 'int', (r) => port(new URL(r.url))],
  ['error.type', 'string', (r) => requestError(r)],
  ['gen_ai.response.time_to_first_chunk', 'seconds', (r) => r.firstModelChunkMs! - r.startMs],
  ['gen_ai.response.model', 'string', (r) => r.model],
  ['gen_ai.response.id', 'string', (r) => r.responseId],
  ['chat_vitals.stream.transport', 'string', (r) => r.transport],
  ['chat_vitals.stream.chunks', 'int', (r) => r.chunks],
  ['chat_vitals.stream.bytes', 'int', (r) => r.bytes],
  ['chat_vitals.backend.trace_id', 'string', (r) => r.backendTraceId],
  ['chat_vitals.backend.request_id', 'string', (r) => r.backendRequestId],
  ['chat_vitals.backend.server_timing', 'string', (r) => serverTiming(r.serverTiming!)],
  ['gen_ai.operation.name', 'string', (r) => (isProvider(r) ? 'chat' : undefined)],
  ['gen_ai.usage.input_tokens', 'int', (r) => (isProvider(r) ? r.inputTokens : undefined)],
  ['gen_ai.usage.output_tokens', 'int', (r) => (isProvider(r) ? r.outputTokens : undefined)],
]

/** On `chat.feedback` and on its event. */
export const evaluation: AttributeRow<FeedbackRecord>[] = [
  ['gen_ai.evaluation.name', 'string', (r) => r.name],
  ['gen_ai.evaluation.score.value', 'double', (r) => r.score],
  ['gen_ai.evaluation.score.label', 'string', (r) => r.label],
  ['gen_ai.evaluation.explanation', 'string', (r) => r.comment],
]

export const feedback: AttributeRow<FeedbackRecord>[] = [
  ['chat_vitals.feedback.id', 'string', (r) => r.id],
  ['chat_vitals.feedback.revision', 'int', (r) => r.rev],
  ['chat_vitals.feedback.kind', 'string', (r) => r.name],
  ['chat_vitals.feedback.source', 'string', (r) => r.source],
  ['chat_vitals.feedback.tags', 'string[]', (r) => r.tags],
]

export const signal: AttributeRow<SignalRecord>[] = [
  ['chat_vitals.signal.kind', 'string', (r) => r.signal],
  ['chat_vitals.signal.value', 'double', (r) => r.value],
  ['chat_vitals.signal.copied', 'string', (r) => r.copied],
  ['chat_vitals.signal.revision', 'int', (r) => r.rev],
]

/** The turn that a feedback or signal is about. */
export const turnRef: AttributeRow<TurnRef>[] = [
  ['chat_vitals.turn.id', 'string', (r) => r.turnId],
  ['chat_vitals.turn.trace_id', 'string', (r) => r.traceId],
  ['chat_vitals.turn.span_id', 'string', (r) => r.spanId],
]

export const page: AttributeRow<PageRecord>[] = [
  ['url.full', 'string', (r) => r.url],
  ['chat_vitals.page.revision', 'int', (r) => r.rev],
  ['chat_vitals.page.opened', 'int', (r) => r.opened],
]

/** On the `browser.web_vital` events. */
export const webVital: AttributeRow<PageRecord['vitals'][number]>[] = [
  ['browser.web_vital.name', 'string', (r) => r.name],
  ['browser.web_vital.value', 'double', (r) => r.value],
  ['browser.web_vital.rating', 'string', (r) => r.rating],
]

/** On the resource: who made the spans. The name 'opentelemetry' is reserved for OpenTelemetry's own SDKs. */
export const sdkAttributes = (version: string) => ({
  'telemetry.sdk.name': 'chat-vitals',
  'telemetry.sdk.language': 'webjs',
  'telemetry.sdk.version': version,
})

/** All of them: a name has one type wherever it is. */
export const tables: AttributeRow<never>[][] = [
  everySpan,
  delivery,
  turnIdentity,
  turnInShort,
  turn,
  request,
  evaluation,
  feedback,
  signal,
  turnRef,
  page,
  webVital,
]

/** Why a request failed. An intended abort is no error (HTTP conventions). */
export const requestError = (r: RequestRecord): string | undefined =>
  r.status! >= 400 ? '' + r.status : r.errorType === 'AbortError' ? undefined : r.errorType

// Tokens seen by a backend of the page's own are counted there; only a provider called by the browser has no other witness.
const isProvider = (r: RequestRecord): boolean =>
  /(^|\.)(openai\.com|anthropic\.com|generativelanguage\.googleapis\.com|dashscope[\w-]*\.aliyuncs\.com|deepseek\.com|mistral\.ai|openrouter\.ai|groq\.com|x\.ai)$/.test(
    new URL(r.url).hostname,
  )

const port = (url: URL): number => +url.port || (/^(http|ws):/.test(url.protocol) ? 80 : 443)

// The header's own syntax: a map would make attribute names that a server chooses.
const serverTiming = (timing: Record<string, number>): string | undefined =>
  Object.keys(timing)
    .map((name) => name + ';dur=' + timing[name])
    .join(', ') || undefined

// Points as in SVG's `points`, seconds and characters: every backend shows a string whole, arrays are cut or hidden by
// some, and as doubles it would be four times the bytes.
const curve = (points: number[]): string => {
  let text = ''
  for (let i = 1; i < points.length; i += 2) {
    if (isFinite(points[i - 1]! + points[i]!))
      text += (text && ' ') + Math.round(points[i - 1]!) / 1000 + ',' + points[i]
  }
  return text
}
