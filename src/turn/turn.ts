/**
 * One turn: marks of its calls and of its screen in, its record out. Leaves to the router (`turns.ts`) which marks
 * are its own and what the user's gestures mean.
 */
import { letters, measure } from '../base/characters.ts'
import { cleanUrl } from '../base/clean.ts'
import type { Clock } from '../base/clock.ts'
import type { PageTiming } from '../base/timing.ts'
import type { Intervals } from './intervals.ts'
import type { Call, CallPort, Content, PaintedFrame, ScreenPort, ScreenTarget } from './marks.ts'
import { bounds, createMeter } from './meter.ts'
import { endedByOf, givesWayTo, outcomeOf, phaseOf } from './outcome.ts'
import { ttftParts } from './parts.ts'
import type { Attributes, EndedBy, Moments, Outcome, RequestRecord, Trigger, TurnRecord } from './record.ts'

/** What the response of a chat call says about the backend's own trace. */
export interface Backend {
  traceId?: string
  spanId?: string
  requestId?: string
  serverTiming?: Record<string, number>
}

/** Why an open turn's record is handed out again: worth a checkpoint. */
export type Change = 'headers' | 'first_text' | 'stall' | 'progress' | 'stream_end'

/** Waits that only turns know, ms. */
export const waits = {
  /** Visible time after which a send without a call and without text has failed. */
  noAnswer: 30_000,
  /** An answer whose stream nobody sees is over when it has not grown for so long, visible time. */
  unseen: 5000,
  /** A tool that the last stream left open is given up when no further request begins in this time. */
  tool: 20_000,
  /** A pause of the stream after which another message may go on. */
  pause: 400,
  /** Text painted this soon after its chunk is not buffered: with the last one, painting is over. */
  lag: 150,
}

/** Requests kept in a record. What comes after is counted into the last one, and continues its span. */
const requestsKept = 8
/** Letters the transcript watcher needs to find an answer. */
const lettersNeeded = 64
/** Code units kept of the end of the answer. */
const tailKept = 48
/** A painted frame dated no better than this, ms, can have been any time until the turn's end. */
const vague = 50

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
> & { at: number; trigger: Trigger }

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

export interface Turn {
  readonly id: string
  readonly traceId: string
  readonly at: number
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
  /** The answer so far ends with a question. */
  asked(): boolean
  /** Span id for the next request. */
  nextSpan(): string
  call(call: Call, spanId: string): Omit<CallPort, 'headers'>
  /**
   * The user or the page ends the turn. Without `firm` only an abort or a stop of its painting bears it out. Does
   * nothing, and says false, when all had been said and painted.
   */
  interrupt(verdict: Verdict): boolean
  /** Settles at once. */
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
export type Notes = Partial<Pick<TurnRecord, 'seq' | 'correction' | 'attributes' | 'userId' | 'conversationId'>>

/** A deep copy without what is missing; numbers to 0.1 µs, so that stored records stay small. */
const tidy = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value, (_, item) => (typeof item === 'number' ? Math.round(item * 1e4) / 1e4 : item)))

export function createTurn(start: TurnStart, deps: TurnDeps): Turn {
  const { clock, timing, hidden } = deps
  const { at: t0, attributes: given, ...fixed } = start
  const opened = clock.now()
  // The turn's one anchor; read again only to report the drift.
  const epoch = clock.epoch()
  // A sleep before it is none of its own.
  deps.awake?.()
  const hiddenBefore = hidden.before(t0)
  const visible = (at: number) => {
    deps.awake?.()
    return at - t0 - hidden.before(at) + hiddenBefore
  }
  const moments: Moments = {}
  const meter = createMeter(moments, t0, visible)
  const requests: RequestRecord[] = []
  const noted: Partial<TurnRecord> = {}
  let attributes = given
  let verdict: Verdict | undefined
  // What may be ending the turn, without proof yet.
  let doubt: (Verdict & { noticed: number; unpainted: boolean }) | undefined
  let settled = false
  let timer: number | undefined
  let calls = 0
  let live = 0
  // Some stream carried the answer, or said itself that it has none.
  let heard = false
  let lastEnd = t0
  let said: Content['finish']
  let tools = 0
  // The call whose text the transcript watcher gets: one at a time, lest a title made beside the answer misleads it.
  let teller: object | undefined
  let lettersLeft = lettersNeeded
  let reasonsLeft = lettersNeeded
  let tail = ''
  let grownAt = t0
  let unseen = false
  // The page speaks for the turn; until `end()`, if it hands in the chunks.
  let claimed = false
  let own: Omit<CallPort, 'headers'> | undefined
  let shown = 0
  let rev = 0
  let dirty = true
  let latest: TurnRecord
  let saidAt = opened

  const mark = (name: keyof Moments, at: number) => {
    if (settled) return
    dirty = true
    if (at >= t0) moments[name] ??= at - t0
  }

  const record = () => {
    if (!dirty) return latest
    dirty = false
    const { firstText, end } = moments
    const over = settled ? verdict : undefined
    const drift = clock.epoch() - epoch - clock.now() + opened
    return (latest = {
      ...tidy({
        v: 1 as const,
        kind: 'turn' as const,
        rev: ++rev,
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
        render: meter.render(settled),
        hiddenMs: hidden.before(end === undefined ? clock.now() : t0 + end) - hiddenBefore,
        requests,
        clockSkewMs: Math.abs(drift) > 10 ? drift : undefined,
        ...noted,
      }),
      ...(attributes && { attributes }),
    })
  }

  const say = (why: Change) => {
    if (settled) return
    saidAt = clock.now()
    deps.onChange?.(record(), why)
  }
  const progress = () => {
    if (clock.now() - saidAt >= timing.checkpoint) say('progress')
  }

  const decide = (next: Verdict | undefined) => {
    if (!next || (verdict && (verdict.firm || !givesWayTo[verdict.by]?.includes(next.by)))) return
    verdict = next
    dirty = true
  }
  const lastChunkAt = () => t0 + (moments.lastChunk ?? 0)

  // Text may still be on its way to the screen. Where painting kept up with the chunks, the last one was the last; and
  // where the stream is whole, so is what ends as it does.
  const unpainted = (at: number) =>
    !(heard && !live && target?.ends(tail)) &&
    (moments.lastChunk !== undefined || grownAt > t0) &&
    visible(at) - visible(Math.max(grownAt, lastChunkAt())) < timing.settle &&
    !(grownAt >= lastChunkAt() && grownAt - t0 - moments.lastChunk! <= waits.lag)

  const saidAll = () => !live && !tools && (heard ? said !== 'tool' : grownAt > t0 && !claimed)
  /** What was whole, and all seen, before the page was hidden needs no eyes any more. */
  const seenBefore = (away: number) =>
    heard &&
    saidAll() &&
    lastEnd < away &&
    grownAt < away &&
    meter.allSeen() &&
    // Where the screen cannot be compared, the last piece had its time to be painted.
    (away - lastChunkAt() >= waits.lag || target?.ends(tail)) &&
    !unpainted(away)
  const over = (at: number) => {
    const away = hidden.since()
    return away === undefined ? saidAll() && !unpainted(at) : seenBefore(away)
  }

  // Painting that stopped just then, while there was more to paint, was stopped by it.
  const proved = () =>
    doubt && (doubt.unpainted || lastChunkAt() > doubt.at) && grownAt <= doubt.at + waits.lag ? doubt : undefined

  const settle = () => {
    if (settled) return
    clock.clearTimeout(timer)
    target?.close()
    if (!verdict || verdict.by === 'done') decide(proved() ?? verdict)
    const text = moments.firstChunk ?? moments.firstText
    verdict ??= text === undefined ? { by: 'timeout', at: clock.now() } : { by: 'done', at: t0 }
    moments.end = verdict.at - t0
    if (verdict.by === 'done') {
      moments.end = Math.max(moments.end, moments.lastText ?? 0)
      moments.usefulText ??= moments.lastText
      const finish = said === 'tool' ? undefined : said
      noted.finish = text === undefined && (finish ?? 'stop') === 'stop' ? 'empty' : finish
    }
    settled = dirty = true
    deps.onSettled(turn)
  }

  /** Ms until the turn may be over; infinite while something is awaited that will say so. */
  const remaining = (now: number) => {
    const still = (from: number) => visible(now) - visible(Math.max(grownAt, from))
    if (verdict?.firm) return timing.settle - still(verdict.at)
    if (live) return Infinity
    if (!calls || (!heard && verdict?.by === 'done')) {
      if (claimed) return Infinity
      return grownAt > t0 ? waits.unseen - still(t0) : waits.noAnswer - visible(now)
    }
    return Math.max(timing.settle - still(t0), lastEnd + (tools ? waits.tool : timing.followUp) - now)
  }

  const wake = () => {
    clock.clearTimeout(timer)
    const away = hidden.since()
    // In a hidden tab nothing is seen to end.
    if (settled || (away !== undefined && !seenBefore(away))) return
    const now = clock.now()
    const untapped = !unseen && !heard && !live && !own
    if (untapped && (calls ? verdict?.by === 'done' : now - opened >= timing.abort)) {
      unseen = true
      target?.expectUnseen()
    }
    let wait = away === undefined ? remaining(now) : lastEnd + timing.followUp - now
    if (wait <= 0) return settle()
    if (!unseen && !calls) wait = Math.min(wait, Math.max(1, opened + timing.abort - now))
    if (wait < Infinity) timer = clock.setTimeout(() => deps.idle(wake), wait)
  }

  const setTools = (at: number, open: number) => {
    if (open > 0 !== tools > 0) meter.tool(at, open > 0)
    tools = Math.max(0, open)
  }

  const screen: ScreenPort = {
    inserted(at, chars) {
      if (settled) return
      mark('firstInserted', at)
      grownAt = Math.max(grownAt, at)
      meter.inserted(chars)
    },
    painted(frame: PaintedFrame) {
      if (settled) return
      dirty = true
      const first = moments.firstText === undefined
      if (first && verdict && frame.errorMs > vague && frame.at > verdict.at) {
        // It was there when the turn ended.
        const errorMs = (verdict.at - t0 - (moments.firstChunk ?? 0)) / 2
        frame = { ...frame, errorMs, at: verdict.at - errorMs }
      }
      const idle = meter.painted(frame.at, frame.chars, frame.readingMs, clock.now())
      grownAt = Math.max(grownAt, t0 + (moments.lastText ?? 0))
      if (first && moments.firstText !== undefined) {
        noted.ttftMethod = frame.method
        noted.ttftErrorMs = frame.errorMs
        noted.ttftHiddenMs = hidden.before(grownAt) - hiddenBefore
        say('first_text')
        wake()
      } else if (idle >= bounds.stall) say('stall')
      else progress()
    },
    feedback: (at) => mark('firstFeedback', at),
    // A message about the end is no progress.
    progress: (at) => (verdict && at > verdict.at) || mark('firstProgress', at),
    foreign() {
      if (!settled) dirty = noted.domForeign = true
    },
  }

  /** @param unseen the page says itself what came: nobody has seen a call, and none of the turn's requests is made of it */
  const call = (issued: Omit<Call, 'transport'> & Partial<Call>, spanId: string, unseen?: boolean) => {
    const { method, url, transport = 'fetch' } = issued
    // A page that was prerendered may have asked, and been answered, before it was visited.
    const since = (at: number): number => Math.max(at, t0)
    const from = since(issued.at)
    const self = {}
    let done = false
    // Content that makes this call the one that decides.
    let spoke = false
    // The stream said that it is whole, whatever happens to the connection.
    let whole = false
    let error: string | undefined
    let entry = requests[requestsKept - 1]!
    if (!entry || unseen) {
      entry = { spanId, method, url: cleanUrl(url), transport, startMs: from - t0, chunks: 0, bytes: 0 }
      if (!unseen) requests.push(entry)
    }
    if (!unseen) mark('request', from)
    calls++
    // Its results go out with this request.
    if (tools) setTools(from, 0)
    const answered = verdict?.by === 'done' && moments.firstChunk !== undefined && said !== 'tool'
    // A further request: what the wire said before was not the end.
    live++
    if (!answered && live === 1) {
      said = undefined
      if (verdict && givesWayTo[verdict.by]?.includes('done')) verdict = undefined
    }

    const finish = (ended: number, by: EndedBy, errorType?: string, cause?: Verdict) => {
      if (done || settled) return
      const at = since(ended)
      done = dirty = true
      if (teller === self) teller = undefined
      entry.endMs = at - t0
      if (by !== 'done' && by !== 'host_abort') entry.errorType = errorType
      lastEnd = at
      live--
      heard ||= whole
      // A stream that breaks, or ends otherwise than for a tool, leaves none running.
      if (by !== 'done' || (said && said !== 'tool')) setTools(at, 0)
      // A failed call beside or after a whole answer (a title, say) is not the answer's failure.
      if (spoke || !(answered || (verdict?.by === 'done' && moments.firstChunk !== undefined && from < verdict.at)))
        decide(cause ?? { by, at, errorType })
      say('stream_end')
      wake()
    }

    return {
      response(came, response) {
        if (done || settled) return
        const at = since(came)
        dirty = true
        const { status } = response
        entry.status = status
        entry.headersMs ??= at - t0
        const backend = deps.backendOf((name) => response.header(name))
        entry.backendTraceId = backend.traceId
        entry.backendSpanId = backend.spanId
        entry.backendRequestId ??= backend.requestId
        entry.serverTiming = backend.serverTiming
        // The host may never read the body of an error.
        if (status >= 400) return finish(at, 'http', '' + status)
        mark('headers', at)
        say('headers')
      },
      content(content) {
        if (done || settled) return
        const { answer, reasoning, tool } = content
        const at = since(content.at)
        dirty = true
        entry.chunks++
        entry.bytes += content.bytes
        entry.model = content.modelName ?? entry.model
        entry.responseId = content.responseId ?? entry.responseId
        entry.backendRequestId ??= content.requestId
        entry.inputTokens = content.inputTokens ?? entry.inputTokens
        entry.outputTokens = content.outputTokens ?? entry.outputTokens
        if (content.conversationId) noted.conversationId ??= fixed.conversationId ?? content.conversationId
        if (content.model) {
          if (!unseen && entry.headersMs === undefined) {
            // Sockets know no headers: the first message stands for them.
            entry.headersMs = at - t0
            mark('headers', at)
          }
          heard = spoke = true
          entry.firstModelChunkMs ??= at - t0
          mark('firstModelChunk', at)
        }
        if (reasoning) {
          mark('firstReasoning', at)
          if (reasonsLeft > 0) {
            reasonsLeft -= letters(reasoning, reasonsLeft).length
            target?.expectReasoning(reasoning)
          }
        }
        if (answer) {
          // After a pause a new message of the same answer may begin.
          if (at - lastChunkAt() > waits.pause) lettersLeft = lettersNeeded
          mark('firstChunk', at)
          moments.lastChunk = at - t0
          meter.chunk(at)
          tail = (tail + answer.slice(-tailKept)).slice(-tailKept)
          if (lettersLeft > 0 && (teller ??= self) === self) {
            lettersLeft -= letters(answer, lettersLeft).length
            target?.expectAnswer(answer)
          }
        }
        if (tool) setTools(at, tools + tool)
        if (!answered) said = content.finish ?? said
        whole ||= !!(content.terminal || content.finish)
        error ??= content.errorType
        progress()
      },
      end(at, how, errorType) {
        if (error) finish(at, 'stream_error', error)
        else if (whole || how === 'done') finish(at, 'done')
        else if (how === 'cut') finish(at, 'stream_error', how)
        else if (how === 'failed') finish(at, 'network', errorType ?? how)
        else if (how === 'timeout') finish(at, how, errorType ?? 'TimeoutError')
        else {
          const recent = doubt && at - doubt.noticed <= timing.abort ? doubt : undefined
          finish(at, 'host_abort', undefined, recent ?? deps.culprit(turn, at))
        }
      },
    } satisfies Omit<CallPort, 'headers'>
  }

  const turn: Turn = {
    id: start.spanId,
    traceId: start.traceId,
    at: t0,
    get target() {
      return target
    },
    open: () => !settled,
    calls: () => calls,
    ended: () => !!verdict?.firm || verdict?.by === 'user_stop',
    expectsMore: () => tools > 0 || said === 'tool',
    asked: () => /[?？؟]\P{L}*$/u.test(tail),
    nextSpan: () => requests[requestsKept - 1]?.spanId ?? deps.ids.spanId(),
    call,
    interrupt(next) {
      // The click that aborted it proves to be the next send.
      const same = next.cause && verdict?.cause === next.cause
      if (settled || (!same && verdict?.firm)) return false
      if (!same && over(next.at)) {
        // What the page shows from now on is of another turn.
        settle()
        return false
      }
      if (next.firm || same) {
        decide(next)
        wake()
      } else if (!doubt || grownAt > doubt.at + waits.lag)
        doubt = { ...next, noticed: clock.now(), unpainted: unpainted(next.at) }
      return true
    },
    leave(by, at) {
      if (settled) return
      target?.close()
      // Errors and stops stand, but for those by which a leaving page breaks its own streams.
      if (verdict && verdict.by !== 'done' ? at - verdict.at <= timing.abort : !over(at)) decide(proved() ?? { by, at })
      settle()
    },
    longFrame: (from, to) => meter.longFrame(from, to),
    wake,
    claim(more) {
      claimed = dirty = true
      if (more) attributes = { ...attributes, ...more }
    },
    chunk(text) {
      // Where the calls are seen anyway, they have counted it.
      if (settled || (!own && calls)) return
      const at = clock.now()
      own ??= call({ at: opened, method: '', url: '' }, '', true)
      own.content({ at, bytes: 0, answer: text, model: true })
    },
    text(now) {
      if (settled) return
      if (typeof now !== 'string') return target?.use(now)
      if (now.length <= shown) return
      const grown = measure(now.slice(shown))
      shown = now.length
      const at = clock.now()
      screen.inserted(at, grown.chars)
      if (hidden.since() === undefined) screen.painted({ at, ...grown, method: 'observer', errorMs: 17 })
    },
    end(outcome = 'completed') {
      if (settled) return
      claimed = false
      const at = clock.now()
      decide({ by: endedByOf(outcome), at, firm: true })
      own?.end(at, 'done')
      wake()
    },
    amend(notes) {
      const { attributes: more, ...rest } = notes
      if (more) attributes = { ...attributes, ...more }
      Object.assign(noted, rest)
      dirty = true
      // What was settled stays: only the notes are new.
      if (settled) {
        dirty = false
        latest = { ...latest, ...rest, ...(attributes && { attributes }), rev: ++rev }
      }
      return record()
    },
    record,
  }
  const target = deps.screen?.(screen)
  wake()
  return turn
}
