/**
 * One call, as a turn has it: what may be its call is folded (first times, counts, the beginning of its text) until it
 * proves to be; from then on all it says is the turn's. Leaves to the router which turn that is.
 */
import { letters } from '../base/characters.ts'
import { cleanUrl } from '../base/clean.ts'
import type { Call, CallPort, Content } from './marks.ts'
import { givesWayTo } from './outcome.ts'
import { bearOut, decide, lastChunkAt, lettersNeeded, mark, progress, say, setTools } from './noting.ts'
import type { EndedBy } from './record.ts'
import type { Issued, Line, State, Verdict } from './state.ts'

/** Requests kept in a record. What comes after is counted into the last one, and continues its span. */
export const requestsKept = 8
/** Code units kept of the end of the answer. */
const tailKept = 48
/** A pause of the stream, ms, after which another message may go on. */
const pause = 400
/** Failures after which pages ask again. */
const passing = /^(408|425|429|5\d\d)$/
/** A server that asks for a later retry is believed as far as this, ms. */
const retryMost = 60_000

/** Its body is not kept: it may be long, and it is what the user wrote. */
export function newLine(issued: Issued & Pick<Call, 'body'>, spanId: string, unseen?: boolean): Line {
  const call = { ...issued }
  delete call.body
  return { call, spanId, unseen, chunks: 0, pieces: 0, firsts: [] }
}

/** Pieces that are told once more, as they are understood late, were counted when they came. */
const isNews = ({ bytes, by }: Content): boolean => bytes > 0 || by !== 'learned'

/** A page that was prerendered may have asked, and been answered, before it was visited. */
const since = ({ t0 }: State, at: number): number => Math.max(at, t0)

/** It is a call of this turn: what it said so far is said to the turn. */
export function adopt(state: State, line: Line): void {
  if (line.state || state.settled) return
  line.state = state
  state.maybe = state.maybe.filter((other) => other !== line)
  state.mine = [...state.mine.filter(({ done, unread }) => !done || unread), line].slice(-requestsKept)
  const { call, unseen, spanId } = line
  const { method, url, transport = 'fetch' } = call
  const { requests, t0, moments, verdict } = state
  const from = since(state, call.at)
  let entry = requests[requestsKept - 1]!
  if (!entry || unseen) {
    entry = { spanId, method, url: cleanUrl(url), transport, startMs: from - t0, chunks: 0, bytes: 0 }
    if (!unseen) requests.push(entry)
  }
  line.entry = entry
  if (call.on) state.hearing.add(call.on)
  if (!unseen) {
    // One that proved late may have begun before the first that was known.
    if (moments.request !== undefined) moments.request = Math.min(moments.request, from - t0)
    mark(state, 'request', from)
  }
  state.calls++
  // Its results go out with this request.
  if (state.tools) setTools(state, from, 0)
  line.beside = verdict?.by === 'done' && moments.firstChunk !== undefined && state.said !== 'tool'
  // A further request: what the wire said before was not the end.
  state.live++
  state.retryUntil = undefined
  if (!line.beside && state.live === 1) {
    state.said = undefined
    if (verdict && givesWayTo[verdict.by]?.includes('done')) state.verdict = undefined
  }
  const { response, firsts, rest, end } = line
  entry.chunks += line.chunks - firsts.length - (rest ? 1 : 0)
  if (response) respond(state, line, response)
  for (const content of firsts) take(state, line, content)
  if (rest) take(state, line, rest)
  line.firsts = []
  line.rest = undefined
  if (end) close(state, line, end)
}

function respond(state: State, line: Line, { at: came, status, backend, retryAfter }: NonNullable<Line['response']>) {
  if (line.done || state.settled) return
  const at = since(state, came)
  const entry = line.entry!
  state.dirty = true
  entry.status = status
  entry.headersMs ??= at - state.t0
  entry.backendTraceId = backend.traceId
  entry.backendSpanId = backend.spanId
  entry.backendRequestId ??= backend.requestId
  entry.serverTiming = backend.serverTiming
  // The host may never read the body of an error.
  if (status >= 400) return finish(state, line, at, 'http', '' + status, undefined, retryAfter)
  mark(state, 'headers', at)
  say(state, 'headers')
}

function take(state: State, line: Line, content: Content): void {
  // What is learned from the screen may be understood after the end.
  if ((line.done && content.by !== 'learned') || state.settled) return
  const { answer, reasoning, tool } = content
  const { t0, target, moments } = state
  const entry = line.entry!
  const at = since(state, content.at)
  state.dirty = true
  if (isNews(content)) entry.chunks++
  entry.bytes += content.bytes
  entry.model = content.modelName ?? entry.model
  entry.responseId = content.responseId ?? entry.responseId
  entry.backendRequestId ??= content.requestId
  entry.inputTokens = content.inputTokens ?? entry.inputTokens
  entry.outputTokens = content.outputTokens ?? entry.outputTokens
  if (content.conversationId) state.noted.conversationId ??= state.start.conversationId ?? content.conversationId
  if (content.model) {
    if (!line.unseen && entry.headersMs === undefined) {
      // Sockets know no headers: the first message stands for them.
      entry.headersMs = at - t0
      mark(state, 'headers', at)
    }
    // The screen waits for what a stream that is read will tell: what grows meanwhile is a status.
    if (!state.heard && !answer) target?.expectReasoning('')
    state.heard = line.spoke = true
    if (state.wire !== 'known') state.wire = content.by ?? 'known'
    if (answer) line.pieces++
    if (answer || reasoning) bearOut(state)
    entry.firstModelChunkMs ??= at - t0
    mark(state, 'firstModelChunk', at)
  }
  if (reasoning) {
    mark(state, 'firstReasoning', at)
    if (state.reasonsLeft > 0) {
      state.reasonsLeft -= letters(reasoning, state.reasonsLeft).length
      target?.expectReasoning(reasoning)
    }
  }
  if (answer) {
    // After a pause a new message of the same answer may begin.
    if (at - lastChunkAt(state) > pause) state.lettersLeft = lettersNeeded
    mark(state, 'firstChunk', at)
    moments.lastChunk = Math.max(moments.lastChunk ?? 0, at - t0)
    state.meter.chunk(at)
    state.tail = (state.tail + answer.slice(-tailKept)).slice(-tailKept)
    if (state.lettersLeft > 0 && (state.teller ??= line) === line) {
      state.lettersLeft -= letters(answer, state.lettersLeft).length
      target?.expectAnswer(answer)
    }
  }
  if (tool) setTools(state, at, state.tools + tool)
  if (!line.beside) state.said = content.finish ?? state.said
  line.whole ||= !!(content.terminal || content.finish)
  line.over = content.terminal || content.errorType ? at : answer || reasoning || tool ? undefined : line.over
  line.error ??= content.errorType
  progress(state)
  if (line.over === at) state.turn.wake()
}

/** Its stream has ended. */
export function close(state: State, line: Line, { at, how, errorType }: NonNullable<Line['end']>): void {
  const { error, whole } = line
  if (error) finish(state, line, at, 'stream_error', error)
  else if (whole || how === 'done') finish(state, line, at, 'done')
  else if (how === 'cut') finish(state, line, at, 'stream_error', how)
  else if (how === 'failed') finish(state, line, at, 'network', errorType ?? how)
  else if (how === 'timeout') finish(state, line, at, how, errorType ?? 'TimeoutError')
  else {
    const { doubt, deps, turn } = state
    const recent = doubt && at - doubt.noticed <= deps.timing.abort ? doubt : undefined
    finish(state, line, at, 'host_abort', undefined, recent ?? deps.culprit(turn, at))
  }
}

function finish(
  state: State,
  line: Line,
  ended: number,
  by: EndedBy,
  errorType?: string,
  cause?: Verdict,
  retryAfter?: string | null,
): void {
  if (line.done || state.settled) return
  const { verdict, moments, t0, deps } = state
  const at = since(state, ended)
  const entry = line.entry!
  line.done = state.dirty = true
  if (state.teller === line) state.teller = undefined
  entry.endMs = at - t0
  if (line.call.on) state.hearing.delete(line.call.on)
  if (by !== 'done' && by !== 'host_abort') entry.errorType = errorType
  state.lastEnd = at
  state.live--
  state.heard ||= !!line.whole
  // A stream that breaks, or ends otherwise than for a tool, leaves none running.
  if (by !== 'done' || (state.said && state.said !== 'tool')) setTools(state, at, 0)
  if (!state.live && (state.tools || state.said === 'tool')) state.asked = at
  // A failed call beside or after a whole answer (a title, say) is not the answer's failure.
  const after = verdict?.by === 'done' && moments.firstChunk !== undefined && since(state, line.call.at) < verdict.at
  if (line.spoke || !(line.beside || after)) decide(state, cause ?? { by, at, errorType })
  if (!line.unseen && moments.firstChunk === undefined && !cause)
    if (by === 'network' || by === 'timeout' || (by === 'http' && passing.test(errorType!))) {
      const seconds = retryAfter ? Number(retryAfter) : NaN
      const asked = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(retryAfter ?? '') - deps.clock.epoch()
      state.retryUntil = at + (asked > 0 ? Math.min(retryMost, Math.max(asked, 1000)) : deps.timing.retry)
    }
  say(state, 'stream_end')
  state.turn.wake()
}

/** What comes of it is the turn's, or is folded. @param prove asks whether it is: what came may show it */
export function portOf(
  line: Line,
  deps: Pick<State['deps'], 'backendOf'>,
  prove: (content?: Content) => void,
): Omit<CallPort, 'headers'> {
  return {
    response(at, { status, contentType, header }) {
      line.response ??= {
        at,
        status,
        page: /html/.test(contentType),
        backend: deps.backendOf((name) => header(name)),
        retryAfter: status >= 400 ? header('retry-after') : undefined,
      }
      if (line.state) respond(line.state, line, line.response)
    },
    content(content) {
      if (!line.state && !line.end) prove(content)
      if (line.state) return take(line.state, line, content)
      if (isNews(content)) line.chunks++
      line.lastAt = content.at
      fold(line, content)
    },
    unread(source) {
      line.unread = source
    },
    end(at, how, errorType) {
      line.end ??= { at, how, errorType }
      if (line.state) close(line.state, line, line.end)
      else prove()
    },
  }
}

function fold(line: Line, content: Content): void {
  const { firsts } = line
  const says = ['model', 'reasoning', 'answer'] as const
  if (says.some((what) => content[what] && !firsts.some((first) => first[what])))
    return void firsts.push({ ...content })
  const { rest } = line
  if (!rest) return void (line.rest = { ...content })
  const { answer = '', reasoning, tool = 0, bytes, model, ...more } = content
  const head = (rest.answer ?? '') + answer
  Object.assign(rest, Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)), {
    bytes: rest.bytes + bytes,
    model: rest.model || model,
    tool: (rest.tool ?? 0) + tool || undefined,
    reasoning: ((rest.reasoning ?? '') + (reasoning ?? '')).slice(0, lettersNeeded) || undefined,
    answer:
      (head.length > 4 * lettersNeeded ? head.slice(0, 2 * lettersNeeded) + head.slice(-tailKept) : head) || undefined,
  })
}
