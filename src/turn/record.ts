/**
 * The records: plain data about a turn, a feedback, a signal, a page view. They are what is stored, handed
 * out and turned into spans. Durations and moments are milliseconds; a value that does not exist is missing.
 */

/** What caused the send. */
export type Trigger = 'submit' | 'regenerate' | 'edit' | 'program'

/** How a turn ended; exclusive. */
export type Outcome = 'completed' | 'stopped' | 'superseded' | 'abandoned' | 'error' | 'cancelled' | 'lost'

/** `waiting`: no answer text was seen before the end. `streaming`: some was. */
export type Phase = 'waiting' | 'streaming'

export type EndedBy =
  | 'done'
  | 'user_stop'
  | 'new_send'
  | 'page_left'
  | 'conversation_switch'
  | 'network'
  | 'http'
  | 'stream_error'
  | 'timeout'
  | 'host_abort'
  | 'crash'
  | 'unknown'

/** Why a completed answer finished, from the stream's own words. */
export type Finish = 'stop' | 'length' | 'refusal' | 'filter' | 'empty'

/** Moments of a turn, ms since `submit` on the page clock, hidden time included. */
export interface Moments {
  /** The turn's first chat request was issued. */
  request?: number
  /** Headers of its first 2xx response. */
  headers?: number
  /** First chunk with any model content, reasoning and tool calls included. */
  firstModelChunk?: number
  /** First reasoning ("thinking") chunk. */
  firstReasoning?: number
  /** First chunk with answer content. */
  firstChunk?: number
  /** Last chunk with answer content. */
  lastChunk?: number
  /** Answer text entered the document. */
  firstInserted?: number
  /** First visible change that acknowledged the send was painted. */
  firstFeedback?: number
  /** First visible thinking, tool or status text was painted. */
  firstProgress?: number
  /** First answer text was painted. */
  firstText?: number
  /** Text for one second of reading was painted, or `lastText` when the answer ends with less. */
  usefulText?: number
  /** Last answer text was painted. */
  lastText?: number
  /** The outcome was reached. */
  end?: number
}

/** Where the wait for the first text went, ms. The sum is `ttft` within 0.01 ms. */
export interface TtftParts {
  client: number
  server: number
  model: number
  render: number
  paint: number
  unknown: number
}

export type StallCause = 'server' | 'client' | 'main_thread' | 'tool' | 'unknown'

/** How the answer grew before the user's eyes. Times on the visible clock, ms. */
export interface Render {
  /** Frames in which visible answer text grew. */
  frames: number
  /** Characters painted: code points without white space, marks, joiners, variation selectors. */
  chars: number
  /** Characters that entered the document, seen or not. */
  arrivedChars: number
  charsPerSecond?: number
  /** Reading time painted per time passed; below 1 the text comes slower than people read. */
  pace?: number
  /** 0..1, see METRICS. Missing while the turn is open. */
  qoe?: number
  gapMaxMs?: number
  gapMeanMs?: number
  gapP50Ms?: number
  gapP95Ms?: number
  /** Gaps of at least one second. */
  freezes: number
  freezeMs: number
  /** Times the reader ran out of text for at least 250 ms. */
  stalls: number
  /** All time the reader was out of text. */
  stallMs: number
  stallLongestMs: number
  /** stallMs / (reading time + stallMs), 0..1. Missing without text. */
  stallRatio?: number
  /** The same time by cause; sums to stallMs. */
  stallBy: Record<StallCause, number>
  /** Frames whose time was not a number or went back, and was clamped. */
  clamped: number
  /** Growth curve, flat pairs: ms since submit, characters on screen; at most 32 points. */
  curve: number[]
}

/** One HTTP or socket call of a turn. Offsets: ms since submit. */
export interface RequestRecord {
  spanId: string
  method: string
  /** Address without query, fragment and credentials. */
  url: string
  transport: 'fetch' | 'xhr' | 'eventsource' | 'websocket' | 'manual'
  startMs: number
  headersMs?: number
  firstModelChunkMs?: number
  endMs?: number
  status?: number
  chunks: number
  bytes: number
  model?: string
  /** The provider's response id (`chatcmpl-…`, `msg_…`). */
  responseId?: string
  /** Trace id of the backend, when it said one. */
  backendTraceId?: string
  backendSpanId?: string
  /** Request id of the gateway or provider. */
  backendRequestId?: string
  /** From `Server-Timing`: metric name → ms; at most 8. */
  serverTiming?: Record<string, number>
  inputTokens?: number
  outputTokens?: number
  errorType?: string
}

export type CorrectionKind =
  | 'repeat'
  | 'rephrase'
  | 'correction'
  | 'clarification'
  | 'regenerate'
  | 'edit'
  | 'none'
  | 'unknown'

/** What this turn's prompt was relative to an earlier one. */
export interface Correction {
  kind: CorrectionKind
  /** 0..1 */
  score: number
  /** Id of the turn that was corrected. */
  of: string
}

export type TtftMethod = 'beacon' | 'element' | 'frame' | 'observer'

export type AttributeValue = string | number | boolean
export type Attributes = Record<string, AttributeValue>

/** Filled in by delivery, never by the turn. */
export interface DeliveryNote {
  /** Turns opened on this page view so far. */
  opened: number
  /** Records dropped on this device so far, all reasons. */
  dropped: number
  /** Ms between the turn's end and this sending, when it is a later one. */
  delayMs?: number
  store: 'indexeddb' | 'memory'
  /** The record was restored after its page had died. */
  recovered?: boolean
}

/** A turn: one user send and everything until its outcome. No text in it. */
export interface TurnRecord {
  v: 1
  kind: 'turn'
  /** Rises whenever the same turn is written again with other content. */
  rev: number
  id: string
  traceId: string
  /** Fixed when the turn opens. */
  spanId: string
  sessionId: string
  pageId: string
  /** 1, 2, 3 … per page view, gap-free. */
  seq: number
  conversationId?: string
  userId?: string
  /** Epoch ms of `submit`, from the turn's one anchor. */
  startedAt: number
  trigger: Trigger
  /** Id of the turn that was regenerated or edited. */
  replaces?: string
  /** Missing while the turn is open. */
  outcome?: Outcome
  phase?: Phase
  endedBy?: EndedBy
  finish?: Finish
  errorType?: string
  moments: Moments
  /** Submit → first answer text on screen, ms, page clock. Missing when no text was painted. */
  ttft?: number
  ttftMethod?: TtftMethod
  /** Half-width of the method's error at p95, ms. */
  ttftErrorMs?: number
  /** How much of `ttft` the page was hidden, ms. */
  ttftHiddenMs?: number
  ttftParts?: TtftParts
  render: Render
  /** Hidden, frozen or suspended time since submit, ms. */
  hiddenMs: number
  /** Version of the reading-speed table. */
  readerModel: string
  requests: RequestRecord[]
  correction?: Correction
  attributes?: Attributes
  /** The answer was rewritten by something that is not the page (a translator, an extension). */
  domForeign?: boolean
  /** Wall clock minus monotonic clock drift seen during the turn, ms. */
  clockSkewMs?: number
  delivery?: DeliveryNote
}

/** What ties a feedback or a signal to its turn. */
export interface TurnRef {
  turnId: string
  traceId: string
  spanId: string
}

/** A thumb, rating or comment of the user about a turn. Last revision of an id wins. */
export interface FeedbackRecord {
  v: 1
  kind: 'feedback'
  rev: number
  /** Stable over toggles of the same feedback. */
  id: string
  traceId: string
  spanId: string
  sessionId: string
  pageId: string
  userId?: string
  conversationId?: string
  /** Missing when no turn could be found for it. */
  turn?: TurnRef
  /** Epoch ms. */
  at: number
  /** `thumb`, `rating`, `csat`, `nps`, `comment`. */
  name: string
  /** Missing when retracted or for a bare comment. */
  score?: number
  /** `up`, `down`, `retracted`, … */
  label?: string
  /** Only what the page passed. */
  comment?: string
  tags?: string[]
  source: 'api' | 'control'
  attributes?: Attributes
  delivery?: DeliveryNote
}

export type SignalKind = 'exposed' | 'copy' | 'share' | 'dwell' | 'scroll_back' | 'handoff'

/** An implicit reaction to an answer; once per turn and kind. */
export interface SignalRecord {
  v: 1
  kind: 'signal'
  rev: number
  id: string
  traceId: string
  spanId: string
  sessionId: string
  pageId: string
  userId?: string
  conversationId?: string
  turn: TurnRef
  at: number
  signal: SignalKind
  value?: number
  attributes?: Attributes
  delivery?: DeliveryNote
}

/** One page view, with its web vitals. */
export interface PageRecord {
  v: 1
  kind: 'page'
  rev: number
  id: string
  traceId: string
  spanId: string
  sessionId: string
  pageId: string
  userId?: string
  /** Epoch ms of navigation start. */
  startedAt: number
  /** Epoch ms of the last thing noted. */
  at: number
  /** Address without query and fragment. */
  url: string
  vitals: { name: string; value: number; rating: string; at: number }[]
  /** Turns opened on this page view. */
  opened: number
  attributes?: Attributes
  delivery?: DeliveryNote
}

export type AnyRecord = TurnRecord | FeedbackRecord | SignalRecord | PageRecord
