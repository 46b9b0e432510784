/**
 * One turn: marks of its calls and of its screen in, its record out. Leaves to the router (`turns.ts`) which marks
 * are its own and what the user's gestures mean.
 */
import { measure } from '../base/characters.ts'
import { interrupt, leave, wake } from './ending.ts'
import { adopt, newLine, portOf, requestsKept } from './line.ts'
import type { PaintedFrame, ScreenPort } from './marks.ts'
import { bounds } from './meter.ts'
import { endedByOf } from './outcome.ts'
import { bearOut, decide, mark, newState, progress, recordOf, say } from './noting.ts'
import type { Line, State, Turn, TurnDeps, TurnStart } from './state.ts'

/** Calls remembered that may be the turn's. */
const maybeKept = 8
/** A painted frame dated no better than this, ms, can have been any time until the turn's end. */
const vague = 50

function painted(state: State, frame: PaintedFrame): void {
  if (state.settled) return
  const { moments, verdict, t0, deps, noted, hiddenBefore } = state
  state.dirty = true
  const first = moments.firstText === undefined
  if (first && verdict && frame.errorMs > vague && frame.at > verdict.at) {
    // It was there when the turn ended.
    const errorMs = (verdict.at - t0 - (moments.firstChunk ?? 0)) / 2
    frame = { ...frame, errorMs, at: verdict.at - errorMs }
  }
  const idle = state.meter.painted(frame.at, frame.chars, frame.readingMs, deps.clock.now())
  state.grownAt = Math.max(state.grownAt, t0 + (moments.lastText ?? 0))
  if (first && moments.firstText !== undefined) {
    noted.ttftMethod = frame.method
    noted.ttftErrorMs = frame.errorMs
    noted.ttftHiddenMs = deps.hidden.before(state.grownAt) - hiddenBefore
    say(state, 'first_text')
    wake(state)
  } else if (idle >= bounds.stall) say(state, 'stall')
  else progress(state)
}

/** What the page shows stands in the stream as an error. */
function fails(state: State, line: Line, shown: string): boolean {
  const error = line.unread?.fault(shown)
  if (!error) return false
  // What tells of the failure is no answer.
  adopt(state, line)
  line.error ??= error
  decide(state, { by: 'stream_error', at: state.deps.clock.now(), errorType: error })
  state.faulted = true
  state.turn.tell?.()
  wake(state)
  return true
}

/** A stream that nobody could read carries what stands on the page: its format is learned, and it is the turn's. */
function candidate(state: State, shown: string, place: 'answer' | 'reasoning', whole?: boolean): boolean {
  const { maybe, mine, settled, verdict, moments } = state
  // What the page says of the end, where no text had come, is no answer.
  if (settled || (verdict?.firm && moments.firstInserted === undefined)) return false
  for (const line of [...mine, ...maybe]) {
    if (fails(state, line, shown)) return false
    if (line.unread?.match(shown, place, whole)) {
      adopt(state, line)
      wake(state)
      return true
    }
  }
  return false
}

const screenOf = (state: State): ScreenPort => ({
  inserted(at, chars) {
    const { settled, faulted, verdict, moments } = state
    if (settled || faulted) return
    // What the page says of the end, where no text had come, is no answer.
    if (verdict?.firm && at > verdict.at && (moments.firstInserted ?? moments.firstChunk) === undefined) {
      state.faulted = true
      return
    }
    mark(state, 'firstInserted', at)
    state.grownAt = Math.max(state.grownAt, at)
    state.meter.inserted(chars)
    bearOut(state)
  },
  painted: (frame) => state.faulted || painted(state, frame),
  feedback: (at) => mark(state, 'firstFeedback', at),
  // A message about the end is no progress.
  progress: (at) => (state.verdict && at > state.verdict.at) || mark(state, 'firstProgress', at),
  foreign() {
    if (!state.settled) state.dirty = state.noted.domForeign = true
  },
  candidate: (shown, place, whole) => candidate(state, shown, place, whole),
  found(how) {
    if (state.place !== 'named') state.place = how
    state.dirty = true
  },
  over: () => !!state.verdict && state.verdict.by !== 'done',
  noted(shown) {
    if (!state.settled) [...state.mine, ...state.maybe].some((line) => fails(state, line, shown))
  },
  proved: () => !state.turn.tell,
  gone: (at) => state.settled || state.deps.onGone?.(state.turn, at),
})

export function createTurn(start: TurnStart, deps: TurnDeps): Turn {
  const { clock } = deps
  const turn: Turn = {
    id: start.spanId,
    traceId: start.traceId,
    at: start.at,
    byProgram: start.gesture === 'none',
    get target() {
      return state.target
    },
    open: () => !state.settled,
    calls: () => state.calls,
    ended: () => !!state.verdict?.firm || state.verdict?.by === 'user_stop',
    expectsMore: () => state.tools > 0 || state.said === 'tool',
    heard: () => state.heard,
    asked: () => /[?？؟]\P{L}*$/u.test(state.tail),
    nextSpan: () => state.requests[requestsKept - 1]?.spanId ?? deps.ids.spanId(),
    consider(line) {
      if (state.settled || line.state) return
      state.maybe.push(line)
      if (state.maybe.length <= maybeKept) return
      // What ended without a word first.
      const least = state.maybe.find((one) => one.end && !one.unread) ?? state.maybe[0]
      state.maybe = state.maybe.filter((one) => one !== least)
    },
    adopt: (line) => adopt(state, line),
    hears: (on) => state.maybe.some(({ call }) => call.on === on) || state.hearing.has(on),
    resume(at) {
      const { asked } = state
      state.asked = undefined
      if (asked !== undefined && at > asked) {
        state.user.add(asked, at)
        state.dirty = true
      }
    },
    interrupt: (verdict) => interrupt(state, verdict),
    leave: (by, at) => leave(state, by, at),
    longFrame: (from, to) => state.meter.longFrame(from, to),
    wake: () => wake(state),
    claim(more) {
      state.claimed = state.dirty = true
      if (more) state.attributes = { ...state.attributes, ...more }
    },
    chunk(text) {
      // Where the calls are seen anyway, they have counted it.
      if (state.settled || (!state.own && state.calls)) return
      const at = clock.now()
      if (!state.own) {
        const line = newLine({ at: state.opened, method: '', url: '' }, '', true)
        adopt(state, line)
        state.own = portOf(line, deps, () => {})
      }
      state.own.content({ at, bytes: 0, answer: text, model: true, by: 'known' })
    },
    text(now) {
      if (state.settled) return
      if (typeof now !== 'string') return state.target?.use(now)
      if (now.length <= state.shown) return
      const grown = measure(now.slice(state.shown))
      state.shown = now.length
      const at = clock.now()
      screen.inserted(at, grown.chars)
      if (deps.hidden.since() === undefined) screen.painted({ at, ...grown, method: 'observer', errorMs: 17 })
    },
    end(outcome = 'completed') {
      if (state.settled) return
      state.claimed = false
      const at = clock.now()
      decide(state, { by: endedByOf(outcome), at, firm: true })
      state.own?.end(at, 'done')
      wake(state)
    },
    amend(notes) {
      const { attributes: more, ...rest } = notes
      if (more) state.attributes = { ...state.attributes, ...more }
      Object.assign(state.noted, rest)
      const before = state.latest
      state.dirty = true
      // What was settled stays: only the notes are new.
      if (state.settled && before) {
        const { attributes } = state
        state.dirty = false
        state.latest = { ...before, ...rest, ...(attributes && { attributes }), rev: ++state.rev }
      }
      return recordOf(state)
    },
    record: () => recordOf(state),
  }
  const state = newState(start, deps, turn)
  const screen = screenOf(state)
  state.target = deps.screen?.(screen)
  wake(state)
  return turn
}
