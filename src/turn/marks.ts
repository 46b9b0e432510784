/**
 * The ports between those who watch the page and the turns: what may be said, and nothing about how it is known.
 * Types only. Every `at`, `from`, `to` is ms on the page clock (`performance.now()`).
 */
import type { RequestRecord, TtftMethod } from './record.ts'

/** Ids that were promised to the page before there was anyone to open the turn. */
export interface Promised {
  traceId: string
  /** Of the turn; its id too. */
  spanId: string
}

/** What the user did, as far as the page's markup tells. `other`: a click or key that may be a send or a stop. */
export type GestureKind = 'submit' | 'stop' | 'regenerate' | 'edit' | 'new_conversation' | 'other'

/** What a control, or an element around what was clicked, said of itself. */
export interface Saying {
  element: Element
  /** Labels, title, text, as far as they are there. */
  names: string[]
  /** What its author called it: test ids first, then id, name, class; '' where there is none. */
  hints: string[]
}

export interface Gesture {
  kind: GestureKind
  /** `event.timeStamp` of the trusted event. */
  at: number
  /** `sure`: a selector, a preset or an unmistakable label. `guess`: only its shape. */
  sure: boolean
  /** Text of the composer when it happened; kept in memory only, never in a record. */
  prompt?: string
  /** Where it happened; lets an edit or regenerate find its turn. */
  element?: Element
  /** Of a click: what the control and those around it said of themselves, the innermost first. */
  said?: Saying[]
  /**
   * Where it happened: in or beside an answer or the user's own message, in or beside the composer, or neither. Missing
   * while no answer is known to tell by.
   */
  place?: 'answer' | 'composer' | 'elsewhere'
  /** What the composer that was used is known by again: of its tag, id, name, role, placeholder; nothing the user wrote. */
  composer?: string
  promised?: Promised
}

export interface Call {
  /** Just before the host's call runs. */
  at: number
  method: string
  /** Absolute address, as issued. */
  url: string
  transport: RequestRecord['transport']
  /** String body, when it can be read without touching the host's; at most 256 KiB of it. */
  body?: string
  accept?: string
  /** The socket it went out or came in on: a turn has one call on each, whatever else is sent there meanwhile. */
  on?: object
  /** `requestId`: span id of the request, which its headers have told already. */
  promised?: Promised & { requestId: string }
}

/** What one parsed piece of a stream held. Counted into the turn, never kept as text beyond the first 64 letters. */
export interface Content {
  /** When it came; pieces of a stream that was learned later are told late, with their own time. */
  at: number
  /** How it is known which of the payload's texts is the answer: by a provider's format, or by what stands on the page. */
  by?: 'known' | 'learned'
  /** Body bytes in this chunk; 0 when unknown. */
  bytes: number
  /** Answer text in it, in order. For a cumulative stream: only what is new. */
  answer?: string
  /** Reasoning text in it. */
  reasoning?: string
  /** A tool call began (+1) or ended (−1), net. */
  tool?: number
  /** Any model content (role-only, empty, ping and comment chunks are not). */
  model: boolean
  finish?: 'stop' | 'length' | 'refusal' | 'filter' | 'tool'
  /** In-band error: its type or code, no message. */
  errorType?: string
  /** The format's own terminal event was seen. */
  terminal?: boolean
  modelName?: string
  responseId?: string
  conversationId?: string
  requestId?: string
  inputTokens?: number
  outputTokens?: number
}

/** How a call's stream ended. `cut`: closed without the terminal event its format promises. */
export type CallEnd = 'done' | 'cut' | 'aborted' | 'cancelled' | 'failed' | 'timeout'

/** Payloads of a call that no known format explains, kept with their times as far as they may be needed. */
export interface Unread {
  /**
   * Does this call carry `shown`, text that stands on the page? If so, its format is learned: all that it carried of the
   * answer is told at once by `content`, piece by piece with its time, and what follows as it comes.
   * @param place `answer`, or `reasoning` where the page shows thoughts
   * @param whole the page shows no more than that: shorter texts may be compared
   * @returns false while that is open or wrong
   */
  match(shown: string, place: 'answer' | 'reasoning', whole?: boolean): boolean
  /** The text stands in a payload that tells of an error: its type. */
  fault(shown: string): string | undefined
}

/** One chat call, seen from the wire. Calls after `end` are ignored. */
export interface CallPort {
  /** Headers to add to the host's request, already restricted to allowed targets. */
  readonly headers: Readonly<Record<string, string>>
  response(at: number, response: { status: number; contentType: string; header(name: string): string | null }): void
  content(content: Content): void
  /** Once, when the first payload came that no known format explains. */
  unread?(source: Unread): void
  /** `errorType`: e.g. `TypeError`, `AbortError`, `429`. */
  end(at: number, how: CallEnd, errorType?: string): void
}

/** A frame in which answer text of one turn became visible. */
export interface PaintedFrame {
  at: number
  /** New characters and their reading time in ms, over the high-water mark. */
  chars: number
  readingMs: number
  method: TtftMethod
  /** Half-width of the error of `at`, ms. */
  errorMs: number
}

/** One turn, seen on the screen. */
export interface ScreenPort {
  /** Answer text entered the document (visible or not): characters over the high-water mark. */
  inserted(at: number, chars: number): void
  painted(frame: PaintedFrame): void
  /** A visible change acknowledged the send. Only the first counts. */
  feedback(at: number): void
  /** Visible thinking, tool or status text. Only the first counts. */
  progress(at: number): void
  foreign(): void
  /**
   * Text that may be this turn's answer, or its thoughts, stands on the page and no known stream explains it. Asked a few
   * times a turn, never per frame: at 16 letters and more, at three times that, and when it has ceased to grow.
   * True: some stream carries it, and has told what it says.
   */
  candidate?(shown: string, place: 'answer' | 'reasoning', whole?: boolean): boolean
  /** The place of the answer is known, and how. What it showed before is told from its first frame on, with past times. */
  found?(how: 'matched' | 'named' | 'growth'): void
  /** It is over, and not because the answer was whole: what the page adds tells of that. */
  over?(): boolean
  /** A note that the page put below the answer: it may tell of a failure. */
  noted?(shown: string): void
  /** Another witness has borne the turn out: what stands elsewhere than below the user's words may be its answer. */
  proved?(): boolean
  /** The answer and the user's words were taken from the page for good, and something else stands there. */
  gone?(at: number): void
}

/** What the transcript watcher must know of a turn to find its text. */
export interface ScreenTarget {
  /** New answer text, as it arrived on the wire. Only the first 64 letters are kept. */
  expectAnswer(text: string): void
  /** New reasoning text, likewise. */
  expectReasoning(text: string): void
  /** No stream tells what the answer says: its growth below the user's words may tell alone, also what grew before this call. */
  expectUnseen(): void
  /** The page itself names the element that holds the answer, or its text. */
  use(element: Element): void
  /** Element that holds the answer, when one was found. */
  element(): Element | undefined
  /** What is shown of the answer ends with the letters of `text`. False when that cannot be told. */
  ends(text: string): boolean
  /** When the user's words came on the page. Missing while they have not, or stood there before. */
  echoed?(): number | undefined
  /** Stop watching for this turn; what is pending is reported first. */
  close(): void
}

/** What became of the page. */
export type PageChange =
  | { kind: 'hidden' | 'visible'; at: number }
  /** It may be discarded without a further word. */
  | { kind: 'frozen'; at: number }
  /** Window `pagehide`: it is leaving for good. */
  | { kind: 'left'; at: number }
  /** Back from the back/forward cache. */
  | { kind: 'restored'; at: number }
  /** The machine slept. */
  | { kind: 'slept'; at: number; to: number }
  /** A long task or long animation frame. */
  | { kind: 'busy'; at: number; to: number }
  /** The heart beat: the page lives and a turn is open. */
  | { kind: 'beat'; at: number }

/** What the watchers report to; implemented by `turn/`. */
export interface PagePort {
  gesture(gesture: Gesture): void
  /** Undefined when this is not a chat call: the watcher then leaves it wholly alone. */
  call(call: Call): CallPort | undefined
  /** The composer went from text to empty. */
  composerEmptied(at: number): void
  page(change: PageChange): void
}
