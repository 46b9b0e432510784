/**
 * The turns' front, there from the first moment: takes what happens on the page, hands out the ids that go out with it,
 * and keeps it with its time for the turns while those are not here. Opens and ends nothing itself.
 */
import type { ManualTurn, ManualTurnOptions } from '../api.ts'
import type { PageClock } from '../base/clock.ts'
import { spanId, traceId, traceparent } from '../base/ids.ts'
import type { PageTiming } from '../base/timing.ts'
import type { Call, CallPort, PagePort, Promised } from './marks.ts'

/** What is told of the turns, and taken from them. */
export interface TurnsPort extends PagePort {
  open(given: ManualTurnOptions, promised?: Promised): ManualTurn
}

/** Gestures this close may be one: what the first was promised holds for the second, ms. */
const sameGesture = 1000
/** What waits is of use for so many of these; of more, the newest are given up. */
const mostWaiting = 10_000

/** What happened, and when, for those who come later. */
export interface Waiting {
  /**
   * @param keep `always`: what later marks are read by, such as whether the page was seen; `all`: something is under way
   *   that began with older ones
   */
  push(at: number, fn: () => void, keep?: 'always' | 'all'): void
  /** Runs all, each as of its time; those who come meanwhile wait behind. */
  serve(run: (at: number, fn: () => void) => void): void
}

/** @param keepMs marks of a page on which nothing begins are let go after so long */
export function createWaiting(keepMs: number): Waiting {
  let line: { at: number; fn: () => void; always: boolean }[] = []
  return {
    push(at, fn, keep) {
      if (!keep) line = line.filter((one) => one.always || at - one.at <= keepMs)
      if (line.length < mostWaiting) line.push({ at, fn, always: keep === 'always' })
    },
    serve(run) {
      for (const { at, fn } of line.splice(0)) run(at, fn)
    },
  }
}

export interface AheadOptions {
  clock: Pick<PageClock, 'now'>
  timing: Pick<PageTiming, 'gesture'>
  isChat(call: Call): 'yes' | 'maybe' | 'no'
  headersFor(url: string, traceId: string, spanId: string): Record<string, string>
  headersOf(traceId: string, spanId: string): Record<string, string>
  /** Undefined while they are not here. */
  turns(): TurnsPort | undefined
  /** Runs `fn` with the turns, now or as of now once they are here. `sign`: a chat has begun, they are wanted. */
  tell(fn: (turns: TurnsPort) => void, sign?: boolean): void
}

export function createAhead(options: AheadOptions): Pick<TurnsPort, 'gesture' | 'call'> & {
  open(given: ManualTurnOptions): ManualTurn
  /** Answers of earlier page views may stand here: what is clicked may be about them, and so may be what was clicked just now. */
  recalled(): void
} {
  const { clock, timing, isChat, headersFor, headersOf, tell } = options
  // Promised to the next turn; whether one opened by hand has taken it.
  let promised: Promised | undefined
  let taken = false
  // A call has told it to its server.
  let told = false
  let gestured = -Infinity
  let recalled = false
  // Sockets with a call since the last gesture: what else is sent there is no news.
  let hearing = new WeakSet<object>()

  const caused = () => clock.now() - gestured <= timing.gesture
  const promise = (byHand?: boolean): Promised => {
    if (!promised || (byHand && taken)) {
      promised = { traceId: traceId(), spanId: spanId() }
      taken = told = false
    }
    const ids = promised
    taken ||= !!byHand
    // Without a gesture, each call may be a turn of its own.
    if (!caused() && !taken) promised = undefined
    return ids
  }

  return {
    gesture(gesture) {
      const { kind, at } = gesture
      const turns = options.turns()
      if (turns) return turns.gesture(gesture)
      if (at - gestured > sameGesture && (told || taken || kind === 'submit')) promised = undefined
      gestured = at
      hearing = new WeakSet()
      const made = { ...gesture, promised: promise() }
      const says = recalled && !!gesture.said?.some(({ names, hints }) => names[0] || hints[0])
      tell((it) => it.gesture(made), says || (kind === 'submit' && !!gesture.prompt))
    },
    call(call) {
      const turns = options.turns()
      if (turns) return turns.call(call)
      const likeness = isChat(call)
      if (likeness === 'no' || (likeness === 'maybe' && !caused()) || hearing.has(call.on!)) return undefined
      if (call.on) hearing.add(call.on)
      const ids = { ...promise(), requestId: spanId() }
      told = true
      let to: CallPort | undefined
      tell((it) => (to = it.call({ ...call, promised: ids })), likeness === 'yes')
      return {
        headers: likeness === 'yes' ? headersFor(call.url, ids.traceId, ids.requestId) : {},
        response: (...args) => tell(() => to?.response(...args)),
        content: (content) => tell(() => to?.content(content)),
        unread: (source) => tell(() => to?.unread?.(source)),
        end: (...args) => tell(() => to?.end(...args)),
      }
    },
    recalled() {
      recalled = true
      if (caused()) tell(() => {}, true)
    },
    open(given) {
      const turns = options.turns()
      if (turns) return turns.open(given)
      const ids = promise(true)
      let turn: ManualTurn | undefined
      tell((it) => (turn = it.open(given, ids)), true)
      return {
        id: ids.spanId,
        traceparent: traceparent(ids.traceId, ids.spanId),
        headers: () => headersOf(ids.traceId, ids.spanId),
        chunk: (text) => tell(() => turn?.chunk(text)),
        text: (shown) => tell(() => turn?.text(shown)),
        end: (outcome) => tell(() => turn?.end(outcome)),
      }
    },
  }
}
