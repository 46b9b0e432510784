/** What a turn is made of: its state, its calls, its face to the router. Types only. */
import type { Clock } from '../base/clock.ts'
import type { PageTiming } from '../base/timing.ts'
import type { Intervals } from './intervals.ts'
import type { Call, CallEnd, CallPort, Content, ScreenPort, ScreenTarget, Unread } from './marks.ts'
import type { Meter } from './meter.ts'
import type { Attributes, EndedBy, Evidence, Moments, Outcome, RequestRecord, Trigger, TurnRecord } from './record.ts'

/** What the response of a chat call says about the backend's own trace. */
export interface Backend {
  traceId?: string
  spanId?: string
  requestId?: string
  serverTiming?: Record<string, number>
}

/** Why an open turn's record is handed out again: worth a checkpoint. */
export type Change = 'headers' | 'first_text' | 'stall' | 'progress' | 'stream_end'

export interface TurnDeps {
  clock: Clock
  timing: Pick<PageTiming, 'settle' | 'followUp' | 'gesture' | 'abort' | 'emptied' | 'retry' | 'checkpoint'>
  guard<T>(fn: () => T): T | undefined
  /** Runs guarded when the page has nothing to do, within a quarter of a second. */
  idle(fn: () => void): void
  ids: { spanId(): string }
  /** When the page was hidden or suspended. */
  hidden: Intervals
  /** Has `hidden` brought up to date: a machine that slept is told by its first mark, not by the next heartbeat. */
  awake?(): void
  /** The gesture that made the page abort a call of this turn at `at`, if one did. */
  culprit(turn: Turn, at: number): Verdict | undefined
  backendOf(header: (name: string) => string | null): Backend
  /** The transcript watcher. Absent: only manual turns show text. */
  screen?(port: ScreenPort): ScreenTarget | undefined
  onChange?(record: TurnRecord, why: Change): void
  /** Since when no earlier turn keeps the page from asking; infinite while one does. */
  free?(turn: Turn): number
  /** The page asks the user to approve something. */
  asks?(): boolean
  /** The answer's place is gone from the page. */
  onGone?(turn: Turn, at: number): void
  onSettled(turn: Turn): void
}

/** What is fixed when a turn opens. `at`: `submit`, page clock. */
export type TurnStart = Pick<
  TurnRecord,
  | 'traceId'
  | 'spanId'
  | 'sessionId'
  | 'pageId'
  | 'seq'
  | 'conversationId'
  | 'userId'
  | 'attributes'
  | 'replaces'
  | 'readerModel'
  | 'unproved'
> & { at: number; trigger: Trigger; gesture: Evidence['gesture'] }

/** How a turn ends, and when that was. */
export interface Verdict {
  by: EndedBy
  at: number
  errorType?: string
  /** The gesture behind it. */
  cause?: object
  /** Nothing that comes later changes it. */
  firm?: boolean
}

export interface State {
  readonly start: TurnStart
  readonly deps: TurnDeps
  readonly turn: Turn
  readonly t0: number
  /** When it was made, and the turn's one anchor, epoch ms; read again only to report the drift. */
  readonly opened: number
  readonly epoch: number
  readonly hiddenBefore: number
  readonly moments: Moments
  readonly meter: Meter
  readonly requests: RequestRecord[]
  readonly noted: Partial<TurnRecord>
  /** The user's own time, to approve what was asked; and since when something is asked. */
  readonly user: Intervals
  asked?: number
  attributes?: Attributes
  target?: ScreenTarget
  verdict?: Verdict
  /** What may be ending the turn, without proof yet. */
  doubt?: Verdict & { noticed: number; unpainted: boolean }
  settled: boolean
  /** It is being settled: a call that proves to be its own wakes nobody. */
  concluding?: boolean
  timer?: number
  /** Calls that are this turn's, those of them under way, and those that may be. */
  calls: number
  live: number
  maybe: Line[]
  /** Calls of this turn under way, or with what is still unread. */
  mine: Line[]
  /** Sockets with a call of this turn. */
  readonly hearing: Set<object>
  /** What the page shows tells of a failure. */
  faulted?: boolean
  /** Some stream carried the answer, or said itself that it has none. */
  heard: boolean
  lastEnd: number
  said: Content['finish']
  tools: number
  /** The call whose text the transcript watcher gets: one at a time, lest a title made beside the answer misleads it. */
  teller?: object
  lettersLeft: number
  reasonsLeft: number
  /** Last code units of the answer. */
  tail: string
  grownAt: number
  /** Growth alone tells where the answer stands. */
  unseen: boolean
  /** A call failed before any text: until then it may be made again. */
  retryUntil?: number
  /** The page speaks for the turn; until `end()`, if it hands in the chunks. */
  claimed: boolean
  own?: Omit<CallPort, 'headers'>
  shown: number
  wire?: Evidence['wire']
  place?: Evidence['screen']
  rev: number
  dirty: boolean
  latest?: TurnRecord
  saidAt: number
}

export type Issued = Omit<Call, 'transport' | 'body'> & Partial<Pick<Call, 'transport'>>

export interface Line {
  readonly call: Issued
  readonly spanId: string
  /** The turn whose call it is. Missing while it only may be. */
  state?: State
  /** The page says itself what came: nobody has seen a call, and none of the turn's requests is made of it. */
  readonly unseen?: boolean
  entry?: RequestRecord
  done?: boolean
  /** Content that makes this call the one that decides. */
  spoke?: boolean
  /** The stream said that it is whole, whatever happens to the connection. */
  whole?: boolean
  /** When it said its format's last word, if nothing came after. */
  over?: number | undefined
  error?: string
  /** The turn had its whole answer before this call: it changes nothing of that. */
  beside?: boolean
  /** Folded while it only may be a call of the turn. */
  chunks: number
  /** Of those, how many told answer text. */
  pieces: number
  lastAt?: number
  /** `page`: it is a page, or a piece of one. */
  response?: { at: number; status: number; page: boolean; backend: Backend; retryAfter?: string | null }
  /** First content with model output, reasoning and answer; and all that came after, as one. */
  firsts: Content[]
  rest?: Content
  end?: { at: number; how: CallEnd; errorType?: string }
  /** What of it no known format explains. */
  unread?: Unread
}

export interface Turn {
  readonly id: string
  readonly traceId: string
  readonly at: number
  /** Opened by a call, without a gesture. */
  readonly byProgram: boolean
  readonly target: ScreenTarget | undefined
  /** Set by the router while it is not sure that this is a turn: it is, and told of from now on. */
  tell?: (() => void) | undefined
  /** Kept in memory only; bounded and cleared by the router. */
  prompt?: string
  /** Not settled. */
  open(): boolean
  calls(): number
  /** The user ended it: a gesture from now on means something else. */
  ended(): boolean
  /** Its last stream asked for a tool: a further request is likely. */
  expectsMore(): boolean
  /** Some stream carried its answer. */
  heard(): boolean
  /** The answer so far ends with a question. */
  asked(): boolean
  /** Span id for the next request. */
  nextSpan(): string
  /** A call that may be the turn's. */
  consider(line: Line): void
  /** It is. */
  adopt(line: Line): void
  /** Has a call under way on this socket. */
  hears(on: object): boolean
  /** The user did at `at` what the answer had asked for. */
  resume(at: number): void
  interrupt(verdict: Verdict): boolean
  leave(by: EndedBy, at: number): void
  longFrame(from: number, to: number): void
  /** Takes up its waits, as after the page was hidden. */
  wake(): void
  /** The page itself speaks for the turn. */
  claim(attributes?: Attributes): void
  chunk(text: string): void
  text(shown: Element | string): void
  end(outcome?: Outcome): void
  amend(notes: Notes): TurnRecord
  /** The same object while nothing changes. */
  record(): TurnRecord
}

/** What may be learned of a turn after it opened. */
export type Notes = Partial<
  Pick<TurnRecord, 'seq' | 'correction' | 'attributes' | 'userId' | 'conversationId' | 'trigger' | 'replaces'>
>
