/** When a turn is over, and by what. Leaves to line.ts what the wire said, to the router what gestures mean. */
import { adopt, close } from './line.ts'
import { alongside, decide, lastChunkAt, visible } from './noting.ts'
import type { EndedBy } from './record.ts'
import type { Line, State, Verdict } from './state.ts'

/** Waits that only turns know, ms. */
export const waits = {
  /** Visible time after which a send without a call and without text has failed. */
  noAnswer: 30_000,
  /** An answer whose stream nobody reads is over when it has not grown for so long, visible time. */
  unseen: 5000,
  /** The same where a socket is open that may carry it: those have quiet seconds. */
  unseenSocket: 12_000,
  /** So long after its last growth it was whole, should the page go or the user send anew. */
  unseenWhole: 1500,
  /** A tool call that was left open is given up after this time where the user is asked to approve it. */
  asked: 600_000,
  /** Elsewhere after this: the page itself has long run what it would. */
  tool: 20_000,
  /** Text painted this soon after its chunk is not buffered: with the last one, painting is over. */
  lag: 150,
}

/** Sockets outlive their answers, and not every format says that one is whole. */
const endless = ({ maybe, mine, live }: State): boolean =>
  !live ? maybe.some(({ call }) => call.on) : mine.every(({ done, call }) => done || call.on)
/** All calls have said their last word: pages may read no further, and then nobody hears that the body has ended. */
const concluded = ({ mine, said, tools }: State): boolean =>
  !tools && said !== 'tool' && mine.every(({ done, over }) => done || over !== undefined)
/** Visible time since `from`, ms. */
const passed = (state: State, from: number, now: number): number => visible(state, now) - visible(state, from)
/** The same since it last grew or was told more. */
const still = (state: State, now: number): number => passed(state, Math.max(state.grownAt, lastChunkAt(state)), now)

/** A stream that nobody could read, and that may be the answer's: a body that came in pieces. */
const streaming = ({ chunks, call }: Line): boolean => chunks > 1 && call.transport !== 'websocket'

// Text may still be on its way to the screen. Where painting kept up with the chunks, the last one was the last; and
// where the stream is whole, so is what ends as it does.
function unpainted(state: State, at: number): boolean {
  const { heard, live, target, tail, moments, grownAt, t0, deps } = state
  const last = lastChunkAt(state)
  return (
    !(heard && !live && target?.ends(tail)) &&
    (moments.lastChunk !== undefined || grownAt > t0) &&
    still(state, at) < deps.timing.settle &&
    !(grownAt >= last && grownAt - t0 - moments.lastChunk! <= waits.lag)
  )
}

function saidAll(state: State, at: number): boolean {
  const { live, tools, heard, said, grownAt, t0, claimed, maybe } = state
  if (tools) return false
  if (live && !concluded(state)) return endless(state) && grownAt > t0 && still(state, at) >= waits.unseenWhole
  if (heard) return said !== 'tool'
  if (grownAt <= t0 || claimed) return false
  // Nobody could read it: its stream has ended, or it has been still for a while.
  const streams = maybe.filter(streaming)
  return streams.length ? streams.every(({ end }) => end) : passed(state, grownAt, at) >= waits.unseenWhole
}

/** What was whole, and all seen, before the page was hidden needs no eyes any more. */
function seenBefore(state: State, away: number): boolean {
  const { heard, lastEnd, grownAt, meter, target, tail } = state
  return (
    heard &&
    saidAll(state, away) &&
    lastEnd < away &&
    grownAt < away &&
    meter.allSeen() &&
    // Where the screen cannot be compared, the last piece had its time to be painted.
    (away - lastChunkAt(state) >= waits.lag || !!target?.ends(tail)) &&
    !unpainted(state, away)
  )
}

function over(state: State, at: number): boolean {
  const away = state.deps.hidden.since()
  return away === undefined ? saidAll(state, at) && !unpainted(state, at) : seenBefore(state, away)
}

/** Text came until then on a stream of which nobody hears whether it was ended, or has ended. */
const flows = (state: State, at: number): boolean =>
  state.live > 0 &&
  state.mine.every(({ done, call }) => done || call.on || call.transport === 'eventsource') &&
  still(state, at) < waits.unseenWhole

// Painting that stopped just then, while there was more to paint, was stopped by it.
function proved(state: State): Verdict | undefined {
  const { doubt } = state
  if (!doubt || !(doubt.unpainted || lastChunkAt(state) > doubt.at)) return undefined
  return state.grownAt <= doubt.at + waits.lag ? doubt : undefined
}

/** What of an unread wire is certain: where one stream alone came while the answer grew, that was the answer's. */
function concludeOpaque(state: State): void {
  const { maybe, wire, moments, verdict } = state
  if (!wire && moments.firstInserted !== undefined) {
    const one = maybe.filter((line) => streaming(line) && alongside(state, line))
    if (one.length === 1) {
      state.wire = 'opaque'
      adopt(state, one[0]!)
    }
  } else if (verdict?.by === 'timeout' && !state.calls) {
    // Nothing was seen of an answer, and a call had failed.
    const failed = maybe.find(({ response, end }) => (response?.status ?? 0) >= 400 || end?.how === 'failed')
    if (!failed) return
    state.verdict = undefined
    adopt(state, failed)
    state.verdict ??= verdict
  }
}

export function settle(state: State): void {
  if (state.settled) return
  const { deps, moments, noted, t0 } = state
  const { clock } = deps
  clock.clearTimeout(state.timer)
  state.timer = undefined
  state.concluding = true
  for (const line of state.mine) if (line.over !== undefined) close(state, line, { at: line.over, how: 'done' })
  // It was read, and told no text: what has grown may be it all the same.
  if (moments.firstInserted === undefined && !state.unseen) state.target?.expectUnseen()
  state.target?.close()
  if (!state.verdict || state.verdict.by === 'done') decide(state, proved(state) ?? state.verdict)
  const text = moments.firstChunk ?? moments.firstText
  state.verdict ??= text === undefined ? { by: 'timeout', at: clock.now() } : { by: 'done', at: t0 }
  // Its waits are over: what it does now asks for no further one.
  state.retryUntil = undefined
  concludeOpaque(state)
  const { verdict, said } = state
  moments.end = verdict.at - t0
  if (verdict.by === 'done') {
    moments.end = Math.max(moments.end, moments.lastText ?? 0)
    moments.usefulText ??= moments.lastText
    const finish = said === 'tool' ? undefined : said
    noted.finish = text === undefined && (finish ?? 'stop') === 'stop' ? 'empty' : finish
  }
  state.settled = state.dirty = true
  deps.onSettled(state.turn)
}

/** Ms until the turn may be over; infinite while something is awaited that will say so. */
function remaining(state: State, now: number): number {
  const { verdict, live, calls, heard, claimed, grownAt, t0, deps, tools, said, lastEnd, retryUntil, maybe } = state
  const { settle: wait, followUp } = deps.timing
  const quiet = passed(state, grownAt, now)
  if (verdict?.firm) return wait - Math.min(quiet, passed(state, verdict.at, now))
  if (live && concluded(state)) return waits.unseen - still(state, now)
  if (live) return endless(state) && grownAt > t0 ? waits.unseenSocket - still(state, now) : Infinity
  if (retryUntil !== undefined) return Math.max(0, retryUntil - now)
  if (!calls || (!heard && verdict?.by === 'done')) {
    if (claimed) return Infinity
    if (grownAt <= t0) return waits.noAnswer - passed(state, Math.max(t0, deps.free?.(state.turn) ?? t0), now)
    const streams = maybe.filter(streaming)
    if (streams.length && streams.every(({ end }) => end))
      return Math.max(wait - quiet, Math.max(...streams.map(({ end }) => end!.at)) + followUp - now)
    return (streams.length ? waits.noAnswer : endless(state) ? waits.unseenSocket : waits.unseen) - quiet
  }
  const away = deps.hidden.last()
  // A page that gives up as it is hidden asks anew when it is shown.
  const back =
    verdict?.by === 'host_abort' && away && Math.abs(lastEnd - away[0]) <= followUp
      ? Math.max(lastEnd, away[1])
      : lastEnd
  const more = !tools && said !== 'tool' ? followUp : deps.asks?.() ? waits.asked : waits.tool
  return Math.max(wait - quiet, back + more - now)
}

/** Takes up its waits. */
export function wake(state: State): void {
  const { deps, target, opened } = state
  const { clock, timing } = deps
  if (state.concluding) return
  clock.clearTimeout(state.timer)
  const away = deps.hidden.since()
  // In a hidden tab nothing is seen to end.
  if (state.settled || (away !== undefined && !seenBefore(state, away))) return
  const now = clock.now()
  const { calls, unseen, heard, live, own, verdict, lastEnd } = state
  const untapped = !unseen && !heard && !live && !own
  if (untapped && (calls ? verdict?.by === 'done' : now - opened >= timing.abort)) {
    state.unseen = true
    target?.expectUnseen()
  }
  let wait = away === undefined ? remaining(state, now) : lastEnd + timing.followUp - now
  if (wait <= 0) return settle(state)
  if (!state.unseen && !calls) wait = Math.min(wait, Math.max(1, opened + timing.abort - now))
  if (wait < Infinity) state.timer = clock.setTimeout(() => deps.idle(() => wake(state)), wait)
}

/**
 * The user or the page ends the turn. Without `firm` only an abort or a stop of its painting bears it out. Does
 * nothing, and says false, when all had been said and painted.
 */
export function interrupt(state: State, next: Verdict): boolean {
  const { verdict, settled, grownAt, doubt, deps } = state
  // The click that aborted it proves to be the next send.
  const same = next.cause && verdict?.cause === next.cause
  if (settled || (!same && verdict?.firm)) return false
  if (!same && (over(state, next.at) || state.retryUntil !== undefined)) {
    // What the page shows from now on is of another turn; what failed is not asked again.
    settle(state)
    return false
  }
  if (next.firm || same) {
    decide(state, next)
    wake(state)
  } else if (!doubt || grownAt > doubt.at + waits.lag)
    state.doubt = { ...next, noticed: deps.clock.now(), unpainted: unpainted(state, next.at) || flows(state, next.at) }
  return true
}

/** Settles at once. */
export function leave(state: State, by: EndedBy, at: number): void {
  if (state.settled) return
  state.target?.close()
  // What was refused, and of which nothing was shown since, is not left.
  const { calls, moments, maybe } = state
  const refused = maybe.find(({ response }) => (response?.status ?? 0) >= 400)
  if (refused && !calls && moments.firstInserted === undefined) adopt(state, refused)
  const { verdict, deps } = state
  // Errors and stops stand, but for those by which a leaving page breaks its own streams.
  const idle = state.asked !== undefined && at - state.asked > waits.tool
  if (verdict && verdict.by !== 'done' ? at - verdict.at <= deps.timing.abort : !idle && !over(state, at))
    decide(state, proved(state) ?? { by, at })
  settle(state)
}
