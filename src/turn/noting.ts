/** What is noted of a turn, and the record made of it. What happens to it is in line.ts, ending.ts and turn.ts. */
import { createIntervals } from './intervals.ts'
import { createMeter } from './meter.ts'
import { givesWayTo, outcomeOf, phaseOf } from './outcome.ts'
import { ttftParts } from './parts.ts'
import type { Evidence, Moments, TurnRecord } from './record.ts'
import type { Change, Line, State, Turn, TurnDeps, TurnStart, Verdict } from './state.ts'

/** Letters the transcript watcher needs to find an answer. */
export const lettersNeeded = 64

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
    mine: [],
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

/** It went on, at most this long, ms, before the answer's first text came. */
const before = 1000
export const alongside = ({ t0, moments }: State, { lastAt = 0 }: Line): boolean =>
  lastAt - t0 >= (moments.firstInserted ?? Infinity) - before

/** One message that came by itself on a socket may be anybody's. */
const stray = ({ call, pieces }: Line): boolean => !!call.on && pieces < 2

/** Another witness bears out what one had told; what a page does with any form does not. */
export function bearOut({ turn, wire, place, mine, maybe, target }: State): void {
  if (!turn.tell || (wire === 'learned' && place !== 'growth' && mine.every(stray))) return
  // A piece of a page that holds the user's words, and more text below them.
  const words = target?.echoed?.() ?? 0
  if (!maybe.some(({ response }) => response?.page && response.at <= words)) turn.tell()
}

/** How each witness knows of it, so far. */
function evidenceOf(state: State): Evidence {
  const { start, wire, place, own, maybe, shown } = state
  const unread = maybe.some((line) => line.chunks && alongside(state, line)) ? 'opaque' : 'none'
  return {
    gesture: start.gesture,
    wire: wire ?? (own || shown ? 'known' : unread),
    screen: place ?? (shown ? 'named' : 'none'),
  }
}

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
      definitions: 2,
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
