/**
 * The records: plain data about a turn, a feedback, a signal, a page view. They are what is stored, handed
 * out and turned into spans. Durations and moments are milliseconds; a value that does not exist is missing.
 */
import type { Attributes } from '../base/clean.ts'

export type { Attributes, AttributeValue } from '../base/clean.ts'

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
  /** Submit → request: the page’s handlers, uploads, auth calls. */
  client: number
  /** Request → headers: network, gateway, queue, retrieval. */
  server: number
  /** Headers → first answer chunk: prefill, reasoning, tools. */
  model: number
  /** First answer chunk → in the document: buffering, smoothing, markdown. */
  render: number
  /** In the document → painted: main-thread work, layout, frame rate. */
  paint: number
  /** Time between the known neighbours of a boundary that is not known. */
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
  /** Characters after the first frame per second. Missing with fewer than two frames. */
  charsPerSecond?: number
  /** Reading time painted per time passed; below 1 the text comes slower than people read. */
  pace?: number
  /** Quality of experience, 0..1: what was read over what was read and waited for, as areas over time; 1 is text that was always ahead of the reader. Missing while the turn is open. */
  qoe?: number
  /** Longest time between two frames of growth. Missing with fewer than two frames. */
  gapMaxMs?: number
  /** Mean of those gaps. Missing with fewer than two frames. */
  gapMeanMs?: number
  /** Median of those gaps, within 4.4 %. Missing with fewer than two frames. */
  gapP50Ms?: number
  /** 95th percentile of those gaps, within 4.4 %. Missing with fewer than two frames. */
  gapP95Ms?: number
  /** Gaps of at least one second. */
  freezes: number
  /** Their total time. */
  freezeMs: number
  /** Times the reader ran out of text for at least 250 ms. */
  stalls: number
  /** All time the reader was out of text. */
  stallMs: number
  /** The longest single one. */
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
  /** The CLIENT span of the call; what its `traceparent` carried. */
  spanId: string
  /** HTTP method; of sockets that of their handshake, GET. */
  method: string
  /** Address without query, fragment and credentials. */
  url: string
  /** How the page made the call. */
  transport: 'fetch' | 'xhr' | 'eventsource' | 'websocket'
  /** Issued. */
  startMs: number
  /** Headers, or the first message of a socket. Missing when none came. */
  headersMs?: number
  /** First chunk with any model content. Missing when none came. */
  firstModelChunkMs?: number
  /** Its stream ended. Missing while it runs. */
  endMs?: number
  /** HTTP status. Missing when no response came. */
  status?: number
  /** Body chunks or messages seen. */
  chunks: number
  /** Body bytes seen. */
  bytes: number
  /** Name of the model, as the stream said it. Missing when it did not. */
  model?: string
  /** The provider's response id (`chatcmpl-…`, `msg_…`). */
  responseId?: string
  /** Trace id of the backend, when it said one. */
  backendTraceId?: string
  /** Span id beside that trace id. Missing when the backend said none. */
  backendSpanId?: string
  /** Request id of the gateway or provider. */
  backendRequestId?: string
  /** From `Server-Timing`: metric name → ms; at most 8. */
  serverTiming?: Record<string, number>
  /** From the stream’s own usage. Missing when it reports none. */
  inputTokens?: number
  /** From the stream’s own usage. Missing when it reports none. */
  outputTokens?: number
  /** Name or code of the failure, never a message. Missing when there was none. */
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
  /** `none`: judged, and something new. `unknown`: the language is not covered. */
  kind: CorrectionKind
  /** 0..1 */
  score: number
  /** Id of the turn that was corrected. */
  of: string
}

export type TtftMethod = 'beacon' | 'element' | 'frame' | 'observer'

/** How a turn is known. */
export interface Evidence {
  /** `trusted`: a gesture of the user caused it. */
  gesture: 'trusted' | 'none'
  /** `known`: a provider's format, or the page handed in the text. `learned`: told by what stood on the page. `opaque`: a stream that stayed unread. */
  wire: 'known' | 'learned' | 'opaque' | 'none'
  /** Where the answer stands. `matched`: it is the stream's text. `named`: the page said so. `growth`: it grew below the user's words. */
  screen: 'matched' | 'named' | 'growth' | 'none'
}

/** Filled in by delivery, never by the turn. */
export interface DeliveryNote {
  /** Turns opened on this page view so far. */
  opened: number
  /** Records dropped on this device so far, all reasons. */
  dropped: number
  /** Ms between the turn's end and this sending, when it is a later one. */
  delayMs?: number
  /** Where records wait on this device. */
  store: 'indexeddb' | 'memory'
  /** The record was restored after its page had died. */
  recovered?: boolean
}

/** What every record has. */
export interface RecordBase {
  /** Version of this form; a reader leaves records of an unknown one alone. */
  v: 1
  /** Rises whenever the same record is written again with other content; the highest wins. */
  rev: number
  /** What copies have in common. */
  id: string
  /** 32 hex digits; fixed when the record begins. */
  traceId: string
  /** 16 hex digits; fixed when the record begins. */
  spanId: string
  /** Session of the user: 30 minutes idle, 4 hours at most, shared by tabs. */
  sessionId: string
  /** Page view on which it happened. */
  pageId: string
  /** What the application gave as `user`. Missing when it gave none. */
  userId?: string
  /** What the application or the stream named as the conversation. Missing when neither did. */
  conversationId?: string
  /** The page's own attributes. Missing when it gave none. */
  attributes?: Attributes
  /** How it was kept and sent. Missing until it is handed to delivery. */
  delivery?: DeliveryNote
}

/** A turn: one user send and everything until its outcome. No text in it. */
export interface TurnRecord extends RecordBase {
  /** Tells the records apart. */
  kind: 'turn'
  /** 1, 2, 3 … per page view, gap-free. */
  seq: number
  /** Epoch ms of `submit`, from the turn's one anchor. */
  startedAt: number
  /** What caused the send. */
  trigger: Trigger
  /** Id of the turn that was regenerated or edited. */
  replaces?: string
  /** How it ended. Missing while the turn is open. */
  outcome?: Outcome
  /** Whether answer text had been seen when it ended. Missing while the turn is open. */
  phase?: Phase
  /** What ended it. Missing while the turn is open. */
  endedBy?: EndedBy
  /** The stream’s own word for why it finished. Missing unless completed. */
  finish?: Finish
  /** Name, code or status of the failure. Missing unless `outcome` is `error`. */
  errorType?: string
  /** When things happened. */
  moments: Moments
  /** Submit → first answer text on screen, ms, page clock. Missing when no text was painted. */
  ttft?: number
  /** How the first text was timed. Missing when no text was painted. */
  ttftMethod?: TtftMethod
  /** Half-width of the method's error at p95, ms. */
  ttftErrorMs?: number
  /** How much of `ttft` the page was hidden, ms. */
  ttftHiddenMs?: number
  /** Where the wait went. Missing when no text was painted. */
  ttftParts?: TtftParts
  /** How the answer grew on screen. */
  render: Render
  /** Hidden, frozen or suspended time since submit, ms. */
  hiddenMs: number
  /** Version of the reading-speed table. */
  readerModel: string
  /** The first 8 calls; what comes after is counted into the eighth. */
  requests: RequestRecord[]
  /** What the prompt was relative to an earlier one. Missing on a conversation’s first turn, and with `intent: false`. */
  correction?: Correction
  /** The answer was rewritten by something that is not the page (a translator, an extension). */
  domForeign?: boolean
  /** Edition of the definitions its numbers follow. Missing in records of before 0.2, which followed the first. */
  definitions?: 2
  /** What may have been a turn on this page view and was not borne out, before it opened. Missing when there was none. */
  unproved?: number
  /** How each witness knows of it. Missing in records of before 0.2. */
  evidence?: Evidence
  /** Time the user took to approve what the answer asked for, ms; no time of the answer's. Missing when nothing was asked. */
  userMs?: number
  /** The part of `userMs` before the first text. */
  ttftUserMs?: number
  /** Wall clock minus monotonic clock drift seen during the turn, ms. */
  clockSkewMs?: number
}

/** What ties a feedback or a signal to its turn. */
export interface TurnRef {
  /** Empty when only a `traceparent` was given. */
  turnId: string
  /** Trace of the turn. */
  traceId: string
  /** The turn’s `chat.turn` span. */
  spanId: string
}

/** A thumb, rating or comment of the user about a turn. Last revision of an id wins. */
export interface FeedbackRecord extends RecordBase {
  /** Tells the records apart. */
  kind: 'feedback'
  /** Stable over toggles of the same feedback. */
  id: string
  /** The turn it is about. Missing when none could be found for it. */
  turn?: TurnRef
  /** Epoch ms. */
  at: number
  /** `thumb`, `rating`, `csat`, `nps`, `comment`. */
  name: string
  /** On the scale of `name`. Missing when retracted or for a bare comment. */
  score?: number
  /** `up`, `down`, `retracted`, … */
  label?: string
  /** Only what the page passed. */
  comment?: string
  /** Only what the page passed; at most 16. */
  tags?: string[]
  /** `api`: the page called `feedback()`. `control`: a thumb that was recognised on the page. */
  source: 'api' | 'control'
}

/** `part`: less than nine tenths of the answer's text. */
export type Copied = 'whole' | 'part' | 'code'

/**
 * `exposed`: a control that rates was in view for 1 s on a completed answer. `dwell`: how long the page was in view
 * after a completed answer, until the next send. `scroll_back`: the beginning of an ended answer came back into view.
 * `handoff`: the user asked for a person.
 */
export type SignalKind = 'exposed' | 'copy' | 'share' | 'dwell' | 'scroll_back' | 'handoff'

/** An implicit reaction to an answer; once per turn and kind: the first telling has the highest revision. */
export interface SignalRecord extends RecordBase {
  /** Tells the records apart. */
  kind: 'signal'
  /** The turn it is about. Missing on a hand-off without one. */
  turn?: TurnRef
  /** Epoch ms. */
  at: number
  /** What the user did. */
  signal: SignalKind
  /** How much of it: for `dwell`, seconds. Missing for the others. */
  value?: number
  /** How much of the answer was copied. Missing for other kinds. */
  copied?: Copied
}

/** One page view, with its web vitals. */
export interface PageRecord extends RecordBase {
  /** Tells the records apart. */
  kind: 'page'
  /** Epoch ms of navigation start. */
  startedAt: number
  /** Epoch ms of the last thing noted. */
  at: number
  /** Address without query and fragment. */
  url: string
  /** Web vitals so far: ms, but for CLS; `at` in epoch ms. */
  vitals: { name: string; value: number; rating: string; at: number }[]
  /** Turns opened on this page view. */
  opened: number
}

export type AnyRecord = TurnRecord | FeedbackRecord | SignalRecord | PageRecord
