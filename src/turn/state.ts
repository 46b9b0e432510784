/** A turn's state, and what only reads or notes it: marks, the record made of it, the verdict. What happens to it is in line.ts, ending.ts and turn.ts. */
import type { Clock } from '../base/clock.ts'
import type { PageTiming } from '../base/timing.ts'
import { createIntervals } from './intervals.ts'
import type { Intervals } from './intervals.ts'
import type { Line } from './line.ts'
import type { CallPort, Content, ScreenPort, ScreenTarget } from './marks.ts'
import { createMeter } from './meter.ts'
import type { Meter } from './meter.ts'
import { givesWayTo, outcomeOf, phaseOf } from './outcome.ts'
import { ttftParts } from './parts.ts'
import type { Attributes, EndedBy, Evidence, Moments, RequestRecord, Trigger, TurnRecord } from './record.ts'
import type { Turn } from './turn.ts'

/** What the response of a chat call says about the backend's own trace. */
export interface Backend {
  traceId?: string
  spanId?: string
  requestId?: string
  serverTiming?: Record<string, number>
}

/** Why an open turn's record is handed out again: worth a checkpoint. */
export type Change = 'headers' | 'first_text' | 'stall' | 'progress' | 'stream_end'

/** Letters the transcript watcher needs to find an answer. */
export const lettersNeeded = 64

export interface TurnDeps {
  clock: Clock
  timing: Pick<PageTiming, 'settle' | 'followUp' | 'gesture' | 'abort' | 'checkpoint'>
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
  timer?: number
  /** Calls that are this turn's, those of them under way, and those that may be. */
  calls: number
  live: number
  maybe: Line[]
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

export function newState(start: TurnStart, deps: TurnDeps, turn: Turn): State {
  const { clock, hidden } = deps
  const { at: t0 } = start
  // A sleep before it is none of its own.
  deps.awake?.()
  const moments: Moments = {}
  const opened = clock.now()
  const state: State = {
    start,
    deps,
    turn,
    t0,
    opened,
    epoch: clock.epoch(),
    hiddenBefore: hidden.before(t0),
    moments,
    meter: createMeter(moments, t0, (at) => visible(state, at)),
    requests: [],
    noted: {},
    user: createIntervals(),
    attributes: start.attributes,
    settled: false,
    calls: 0,
    live: 0,
    maybe: [],
    hearing: new Set(),
    heard: false,
    lastEnd: t0,
    said: undefined,
    tools: 0,
    lettersLeft: lettersNeeded,
    reasonsLeft: lettersNeeded,
    tail: '',
    grownAt: t0,
    unseen: false,
    claimed: false,
    shown: 0,
    rev: 0,
    dirty: true,
    saidAt: opened,
  }
  return state
}

/** Ms since submit that the page was seen, and the user was not asked. */
export function visible({ deps, t0, hiddenBefore, user }: State, at: number): number {
  deps.awake?.()
  return at - t0 - deps.hidden.before(at) + hiddenBefore - user.before(at)
}

export function mark(state: State, name: keyof Moments, at: number): void {
  if (state.settled) return
  state.dirty = true
  if (at >= state.t0) state.moments[name] ??= at - state.t0
}

export const lastChunkAt = ({ t0, moments }: State): number => t0 + (moments.lastChunk ?? 0)

export function decide(state: State, next: Verdict | undefined): void {
  const { verdict } = state
  if (!next || (verdict && (verdict.firm || !givesWayTo[verdict.by]?.includes(next.by)))) return
  state.verdict = next
  state.dirty = true
}

export function setTools(state: State, at: number, open: number): void {
  if (open > 0 !== state.tools > 0) state.meter.tool(at, open > 0)
  state.tools = Math.max(0, open)
}

/** A deep copy without what is missing; numbers to 0.1 µs, so that stored records stay small. */
const tidy = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value, (_, item) => (typeof item === 'number' ? Math.round(item * 1e4) / 1e4 : item)))

/** How each witness knows of it, so far. */
const evidenceOf = ({ start, wire, place, own, maybe, t0, moments, shown }: State): Evidence => ({
  gesture: start.gesture,
  wire:
    wire ??
    (own || shown
      ? 'known'
      : maybe.some(({ chunks, lastAt }) => chunks && (lastAt ?? 0) - t0 >= (moments.firstInserted ?? Infinity) - 1000)
        ? 'opaque'
        : 'none'),
  screen: place ?? (shown ? 'named' : 'none'),
})

/** The same object while nothing changes. */
export function recordOf(state: State): TurnRecord {
  const { deps, start, moments, t0, opened, epoch, hiddenBefore, attributes, settled, user } = state
  if (!state.dirty) return state.latest!
  state.dirty = false
  const { at: _, gesture: __, attributes: ___, ...fixed } = start
  const { firstText, end } = moments
  const { clock, hidden } = deps
  const over = settled ? state.verdict : undefined
  const drift = clock.epoch() - epoch - clock.now() + opened
  return (state.latest = {
    ...tidy({
      v: 1 as const,
      kind: 'turn' as const,
      rev: ++state.rev,
      id: start.spanId,
      ...fixed,
      startedAt: epoch - opened + t0,
      outcome: over && outcomeOf[over.by],
      phase: over && phaseOf(moments),
      endedBy: over?.by,
      errorType: over?.errorType,
      moments,
      ttft: firstText,
      ttftParts: ttftParts(moments),
      render: state.meter.render(settled),
      hiddenMs: hidden.before(end === undefined ? clock.now() : t0 + end) - hiddenBefore,
      requests: state.requests,
      clockSkewMs: Math.abs(drift) > 10 ? drift : undefined,
      userMs: user.before(Infinity) || undefined,
      ttftUserMs: (firstText !== undefined && user.before(t0 + firstText)) || undefined,
      evidence: evidenceOf(state),
      ...state.noted,
    }),
    ...(attributes && { attributes }),
  })
}

export function say(state: State, why: Change): void {
  if (state.settled) return
  state.saidAt = state.deps.clock.now()
  state.deps.onChange?.(recordOf(state), why)
}

export function progress(state: State): void {
  if (state.deps.clock.now() - state.saidAt >= state.deps.timing.checkpoint) say(state, 'progress')
}
