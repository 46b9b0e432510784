/** What users see: options, the handle with its verbs, and what those take and give. Types only. */
import type { Attributes } from './base/clean.ts'
import type { SpanData } from './delivery/spans.ts'
import type { AnyRecord, Outcome, SignalKind, Trigger, TurnRecord } from './turn/record.ts'

export type { SpanAttributes, SpanData, SpanValue } from './delivery/spans.ts'
export type * from './turn/record.ts'

/** Selectors of a chat page; each overrides what is recognised by itself. */
export interface UiSelectors {
  /** Holds all messages. */
  messages?: string
  /** One answer's text. */
  answer?: string
  /** One prompt as shown in the transcript. */
  prompt?: string
  /** The composer. */
  input?: string
  send?: string
  stop?: string
  regenerate?: string
  edit?: string
  copy?: string
  share?: string
  up?: string
  down?: string
  newConversation?: string
}

export type Consent = 'granted' | 'pending' | 'denied'

/** What is used of OpenTelemetry's `SpanExporter`, so that its types are no dependency. `code` 0: success. */
export interface SpanExporter {
  // oxlint-disable-next-line typescript/no-explicit-any -- a ReadableSpan of whatever version the exporter is made for
  export(spans: any[], done: (result: { code: number; error?: Error }) => void): void
  forceFlush?(): Promise<void>
  shutdown(): Promise<void>
}

/** What takes our spans as they are, in place of our own sending: `openTelemetry()` of `chat-vitals/otel` makes one. */
export interface SpanWriter {
  /**
   * Takes spans in. Once it has, they count as delivered and are forgotten here: what becomes of them is its own matter.
   * When it throws or rejects, they are kept and handed over again later, under the same ids.
   */
  write(spans: SpanData[], about: SpansAbout): Promise<void> | void
  /** Sends on at once what was taken in: at `flush()`, and when the page leaves. */
  flush?(): Promise<void> | void
  /** Measuring has ended. What was taken in is still to be sent. */
  stop?(): Promise<void> | void
}

/** Of all spans of one hand-over. */
export interface SpansAbout {
  /** `service.name` and the like; spans kept since an earlier page may be of an earlier release. */
  resource: Attributes
  /** Of this library: the version of the instrumentation scope `chat-vitals`. */
  version: string
}

export interface Options {
  /** Where OTLP/HTTP JSON goes, e.g. `/v1/traces`. Without it and without `exporter` nothing leaves the page. */
  endpoint?: string
  /** Headers of those requests. Cross-origin, the collector's CORS must allow each by name. */
  headers?: Record<string, string>
  /** `service.name`, or name, version and environment. @defaultValue the page's host name */
  service?: string | { name: string; version?: string; environment?: string }
  /** On every span: application, module, prompt version, experiment, another RUM's session id. A function is asked when a turn opens. */
  attributes?: Attributes | (() => Attributes)
  /**
   * Instead of `endpoint`: any OpenTelemetry SpanExporter, or `openTelemetry()` of `chat-vitals/otel`, which hands our
   * spans to the page's own span processors.
   */
  exporter?: SpanExporter | SpanWriter
  /**
   * Last look at a record before it becomes spans; null drops it. Must not await. A settled record is shown once, each
   * revision; a turn under way, without an `outcome` yet, when a copy for the case of a crash is left with the browser.
   */
  beforeSend?: (record: AnyRecord) => AnyRecord | null
  /** Share of sessions recorded, 0 to 1. @defaultValue 1 */
  sampleRate?: number
  /**
   * Other origins that may be given `traceparent`: URL prefixes or patterns. The page's own origin is, unless it is
   * `false`: then no call gets a header. @defaultValue []
   */
  propagateTo?: (string | RegExp)[] | false
  /** Send `session.id` as W3C baggage beside `traceparent`. @defaultValue false */
  baggage?: boolean
  /** Which calls are chat calls. @defaultValue recognised by their shape */
  requests?: (string | RegExp)[] | ((call: { method: string; url: string }) => boolean)
  /** `'auto'`, the name of a preset, or selectors. @defaultValue 'auto' */
  ui?: 'auto' | (string & {}) | UiSelectors
  /** A pseudonymous id of the user. */
  user?: string
  conversation?: string
  /** Further attribute names that carry the session id, e.g. `['gen_ai.session.id']`. */
  sessionKeys?: string[]
  /** `'pending'` keeps all in memory until `consent('granted')`; `'denied'` records nothing. @defaultValue 'granted' */
  consent?: Consent
  /** Use IndexedDB and localStorage. @defaultValue true */
  storage?: boolean
  /** CSP nonce of the script tag. Taken, and not used so far: nothing that is added to the page needs one. */
  nonce?: string
  /** Time the first text by a 2×2 px element that the browser reports as painted. @defaultValue true */
  paintBeacon?: boolean
  /** Tell on the device whether the user had to say it again. @defaultValue true */
  intent?: boolean
  /** Copy, exposure and other implicit reactions, and thumbs that are recognised without code. @defaultValue true */
  signals?: boolean
  /** One `browser.page` span per page view. @defaultValue true */
  webVitals?: boolean
  /** Show the library's own errors and settled turns on the console. @defaultValue false */
  debug?: boolean
}

/**
 * `'up'` and `'down'`; a number is a rating of 1–5; `null` takes the thumb back. `{ rating, max }` 1–max (5),
 * `{ csat }` 1–5, `{ nps }` 0–10, each whole or not, and `null` inside takes that one back. A comment alone: `{ comment }`,
 * not empty. What is out of its range is no feedback.
 */
export type FeedbackValue =
  | 'up'
  | 'down'
  | number
  | null
  | { rating: number | null; max?: number }
  | { csat: number | null }
  | { nps: number | null }
  | { comment: string }

/** Which answer it is about. Where no turn is known for it, it is not given to another's. */
export interface About {
  /**
   * Any element in or beside the answer (the clicked button will do), a message id (of `bind`, or as it stands in the
   * page), or a turn id; ids are known for 30 days. @defaultValue the last turn
   */
  message?: Element | string | null
  /** Trace context of the turn, when the page kept it itself (`turn.traceparent`): goes before `message`. */
  traceparent?: string
}

export interface FeedbackOptions extends About {
  /** Sent as it is, 4,096 characters at most: pass it only when the user meant it to be sent. */
  comment?: string
  /** 16 at most, of 64 characters. */
  tags?: string[]
  /** On the span of this feedback, beside those of `init`. */
  attributes?: Attributes
}

/** What the page itself may say of a turn (`turn()` of the API). */
export interface ManualTurnOptions {
  /** @defaultValue what the user's last gesture says, else `program` */
  trigger?: Trigger
  /** For the verdict on rephrasing; kept in memory only. */
  prompt?: string
  attributes?: Attributes
  /** Id of its conversation. @defaultValue the one of `identify` */
  conversation?: string
}

export interface ManualTurn {
  /** Turn id, 16 hex digits; value of `chat_vitals.turn.id`. */
  readonly id: string
  /** W3C, for the request that the page makes for this turn. */
  readonly traceparent: string
  /** `traceparent`, and `baggage` where that is on; none in a session that is not recorded. */
  headers(): Record<string, string>
  /** A piece of answer text arrived. */
  chunk(text: string): void
  /** The element that shows the answer, or the text shown so far. */
  text(shown: Element | string): void
  /** @param outcome @defaultValue 'completed' */
  end(outcome?: Outcome): void
}

/** Ids are cut at 256 characters. */
export interface Identity {
  /** Pseudonymous; null forgets it. */
  user?: string | null
  /** Id of the conversation shown; null forgets it. */
  conversation?: string | null
}

export interface SessionView {
  /** Value of `session.id`; what to look for in the backend. */
  id: string
  /** Value of `chat_vitals.page.id`. */
  pageId: string
  /** Epoch ms. */
  startedAt: number
  /** Recorded, as `sampleRate` says. */
  sampled: boolean
}

/** The verbs. None throws; what one is given in a wrong way is said once on the console, with the right form, and left out. */
export interface Handle {
  /** Opens a turn by hand, where the page knows better than the watchers. */
  turn(options?: ManualTurnOptions): ManualTurn
  /**
   * What the user thought of an answer. The last one given of a kind (thumb, rating, csat, nps, comment) for a turn wins,
   * also after a reload. Where no turn is known it goes out alone, and the console says so once. A value of no known
   * form is an error on the console, and nothing is sent.
   */
  feedback(value: FeedbackValue, options?: FeedbackOptions): void
  /** Who asks, and in which conversation, from the next turn on. What is not named stays. */
  identify(identity: Identity): void
  /** What the user allows. `denied` restores the page and deletes what is kept; `pending` keeps all in memory. */
  consent(state: Consent): void
  /** The session now. */
  session(): SessionView
  /** A fetch whose chat calls are seen, for code that took the page's fetch before we came. */
  fetch: typeof globalThis.fetch
  /** Each turn of this page once, when it has settled. Returns how to stop. */
  onTurn(callback: (turn: TurnRecord) => void): () => void
  /** Sends what waits; resolves when the collector has it or asked to wait. Never rejects. */
  flush(): Promise<void>
  /** Ends all watching and restores the page, for good; resolves after a last flush of at most 2 s. */
  stop(): Promise<void>
  /**
   * Lets `feedback(…, { message: id })` find the turn, for 30 days and also after a reload.
   * @param turnId one of the last 20 of this page. @defaultValue the last turn
   */
  bind(messageId: string, turnId?: string): void
  /**
   * The user was handed to a person (`'handoff'`), shared the answer, …: once per turn and kind, also after a reload: the
   * first stands. Where no turn is known, only a hand-off is told, each as its own; two within a second are one.
   */
  signal(kind: SignalKind, about?: About): void
}
