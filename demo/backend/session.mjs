// One session's stored spans → turns in order, each with what belongs to it. Pure; durations in ms, times in epoch ms.

import { rating } from './rates.mjs'

/** Attribute groups that become named fields; what is left of a turn's attributes is the application's. */
const OURS = /^(chat_vitals\.|session\.|gen_ai\.|user\.|error\.|http\.|url\.|server\.)/
const PARTS = ['client', 'server', 'model', 'render', 'paint', 'unknown']
const CAUSES = ['server', 'client', 'main_thread', 'tool', 'unknown']

/**
 * @param {string} id
 * @param {Record<string, any>[]} rows rows of `spans`, oldest first
 */
export function readSession(id, rows) {
  const spans = rows.map(readSpan)
  const own = spans.filter((span) => span.attributes['session.id'] === id)
  const turnSpans = own.filter((span) => span.name === 'chat.turn')
  const byTrace = new Map()
  for (const span of spans) byTrace.set(span.traceId, [...(byTrace.get(span.traceId) ?? []), span])
  const reactions = placed(
    latest(spans.filter((span) => span.name === 'chat.feedback' || span.name === 'chat.signal')),
    turnSpans,
  )
  const numbers = new Map(turnSpans.map((span, i) => [attribute(span, 'turn.id'), i + 1]))
  const turns = turnSpans.map((span, i) => readTurn(span, i + 1, byTrace, reactions, numbers))
  const pages = own.filter((span) => span.name === 'browser.page').map(readPage)
  // A page view that sent no span of its own is still known by its turns.
  for (const turn of turns)
    if (turn.pageId && !pages.some((page) => page.pageId === turn.pageId))
      pages.push({ pageId: turn.pageId, startedAt: turn.startedAt, vitals: [] })
  const last = turnSpans.at(-1) ?? own.at(-1)
  const first = [...own].sort((a, b) => a.startedAt - b.startedAt)[0]
  const resource = last?.resource ?? {}
  return {
    id,
    startedAt: turns[0]?.startedAt ?? first?.startedAt,
    // From the first message to the end of the last answer, as the list counts it; a page may stay open for hours.
    endedAt: Math.max(...(turnSpans.length ? turnSpans : own).map((span) => span.startedAt + span.durationMs)),
    user: find(own, 'user.id'),
    conversations: [...new Set(turns.map((turn) => turn.conversationId).filter(Boolean))],
    service: last?.service,
    version: resource['service.version'],
    environment: resource['deployment.environment.name'] ?? resource['deployment.environment'],
    models: [...new Set(turns.map((turn) => turn.model).filter(Boolean))],
    resource,
    turns,
    pages,
    /** Feedback and signals of this session whose turn is not among its turns. */
    loose: reactions
      .filter(
        (span) =>
          span.attributes['session.id'] === id &&
          !numbers.has(attribute(span, 'turn.id')) &&
          !turnSpans.some((turn) => turn.traceId === attribute(span, 'turn.trace_id')),
      )
      .map((span) => (span.name === 'chat.feedback' ? readFeedback(span) : readSignal(span))),
  }
}

function readSpan(row) {
  return {
    traceId: row.trace_id,
    spanId: row.span_id,
    parent: row.parent,
    name: row.name,
    kind: row.kind,
    service: row.service,
    scope: row.scope,
    revision: Number(row.revision),
    copies: Number(row.copies),
    startNs: BigInt(row.start_ns),
    startedAt: Number(row.start_ns) / 1e6,
    durationMs: Number(BigInt(row.end_ns) - BigInt(row.start_ns)) / 1e6,
    status: row.status,
    attributes: row.attributes,
    resource: row.resource,
    events: row.events,
    links: row.links,
    model: row.model ?? undefined,
    receivedAt: Number(row.received_at),
  }
}

const attribute = (span, name) => span.attributes[`chat_vitals.${name}`]
const find = (spans, name) => spans.map((span) => span.attributes[name]).findLast((value) => value != null)

/** Seconds of an attribute → ms; missing stays missing. */
const ms = (span, name) => {
  const value = attribute(span, name)
  return typeof value === 'number' ? value * 1000 : undefined
}

/** Somebody who asks for a person may do so beside any answer: that is told with the turn before it. */
function placed(reactions, turns) {
  for (const it of reactions) {
    if (attribute(it, 'turn.id') || attribute(it, 'turn.trace_id') || attribute(it, 'signal.kind') !== 'handoff')
      continue
    const turn = turns.findLast((span) => span.startedAt <= it.startedAt)
    if (turn) it.attributes = { ...it.attributes, 'chat_vitals.turn.id': attribute(turn, 'turn.id') }
  }
  return reactions
}

/** Last revision of each feedback; a span id may differ between revisions. */
function latest(spans) {
  const byId = new Map()
  for (const span of spans) {
    const key = attribute(span, 'feedback.id') ?? span.spanId
    const known = byId.get(key)
    if (!known || span.revision >= known.revision) byId.set(key, span)
  }
  return [...byId.values()]
}

function readTurn(span, number, byTrace, reactions, numbers) {
  const id = attribute(span, 'turn.id')
  const trace = (byTrace.get(span.traceId) ?? []).filter((other) => !isOther(other, span))
  const own = trace.filter((other) => other.parent === span.spanId && other.kind === 'CLIENT' && isBrowser(other))
  const linkedIds = new Set(
    [span, ...own].flatMap((item) => [...item.links.map((link) => link.trace_id), attribute(item, 'backend.trace_id')]),
  )
  linkedIds.delete(span.traceId)
  const linked = [...linkedIds].flatMap((traceId) => byTrace.get(traceId) ?? [])
  // Where the page knew only the turn's trace, that is the same turn: each has a trace of its own.
  const mine = reactions.filter((item) =>
    attribute(item, 'turn.id') ? attribute(item, 'turn.id') === id : attribute(item, 'turn.trace_id') === span.traceId,
  )
  const kind = attribute(span, 'correction.kind')
  const of = attribute(span, 'correction.of_turn')
  const parts = numberFields(PARTS, (name) => ms(span, `ttft.${name}`))
  return {
    id,
    number,
    seq: attribute(span, 'turn.seq'),
    revision: span.revision,
    copies: span.copies,
    traceId: span.traceId,
    spanId: span.spanId,
    pageId: attribute(span, 'page.id'),
    conversationId: span.attributes['gen_ai.conversation.id'],
    startedAt: span.startedAt,
    durationMs: span.durationMs,
    receivedAt: span.receivedAt,
    trigger: attribute(span, 'turn.trigger'),
    replaces: attribute(span, 'turn.replaces'),
    replacesNumber: numbers.get(attribute(span, 'turn.replaces')),
    outcome: attribute(span, 'turn.outcome'),
    phase: attribute(span, 'turn.phase'),
    endedBy: attribute(span, 'turn.ended_by'),
    finish: attribute(span, 'turn.finish'),
    errorType: span.attributes['error.type'],
    model: span.model ?? own.map((it) => it.attributes['gen_ai.response.model']).find(Boolean),
    definitions: attribute(span, 'definitions') ?? 1,
    evidence: numberFields(['gesture', 'wire', 'screen'], (name) => attribute(span, `evidence.${name}`)),
    userMs: ms(span, 'user_duration'),
    moments: {
      firstFeedback: ms(span, 'time_to.first_feedback'),
      firstProgress: ms(span, 'time_to.first_progress'),
      firstReasoning: ms(span, 'time_to.first_reasoning'),
      firstText: ms(span, 'time_to.first_text'),
      usefulText: ms(span, 'time_to.useful_text'),
      lastText: ms(span, 'time_to.last_text'),
    },
    ttft: ms(span, 'time_to.first_text'),
    ttftRating: rating('ttft', attribute(span, 'time_to.first_text')),
    ratings: {
      first_feedback: rating('first_feedback', attribute(span, 'time_to.first_feedback')),
      first_progress: rating('first_progress', attribute(span, 'time_to.first_progress')),
      gap_p95: rating('gap_p95', attribute(span, 'gap.p95')),
      stall_ratio: rating('stall_ratio', attribute(span, 'stall.ratio')),
      qoe: rating('qoe', attribute(span, 'render.qoe')),
    },
    ttftMethod: attribute(span, 'ttft.method'),
    ttftErrorMs: ms(span, 'ttft.error'),
    ttftHiddenMs: ms(span, 'ttft.hidden'),
    ttftParts: parts,
    render: {
      frames: attribute(span, 'render.frames'),
      chars: attribute(span, 'render.chars'),
      charsPerSecond: attribute(span, 'render.chars_per_second'),
      pace: attribute(span, 'render.pace'),
      qoe: attribute(span, 'render.qoe'),
      gapMaxMs: ms(span, 'gap.max'),
      gapP95Ms: ms(span, 'gap.p95'),
      freezes: attribute(span, 'freeze.count'),
      freezeMs: ms(span, 'freeze.duration'),
      stalls: attribute(span, 'stall.count'),
      stallMs: ms(span, 'stall.duration'),
      stallLongestMs: ms(span, 'stall.longest'),
      stallRatio: attribute(span, 'stall.ratio'),
      stallBy: numberFields(CAUSES, (name) => ms(span, `stall.${name}`)),
      curve: readCurve(attribute(span, 'render.curve')),
    },
    hiddenMs: ms(span, 'hidden_duration'),
    readerModel: attribute(span, 'reader_model'),
    clockSkewMs: ms(span, 'clock_skew'),
    domForeign: attribute(span, 'dom_foreign'),
    delivery: {
      opened: attribute(span, 'delivery.opened'),
      dropped: attribute(span, 'delivery.dropped'),
      delayMs: ms(span, 'delivery.delay'),
      store: attribute(span, 'delivery.store'),
      recovered: attribute(span, 'delivery.recovered'),
    },
    correction: kind && { kind, score: attribute(span, 'correction.score'), of, ofNumber: numbers.get(of) },
    requests: own.map((request) => readRequest(request, span)),
    feedback: mine.filter((item) => item.name === 'chat.feedback').map(readFeedback),
    signals: mine.filter((item) => item.name === 'chat.signal').map(readSignal),
    spans: [...trace, ...linked].map((item) => ({
      traceId: item.traceId,
      spanId: item.spanId,
      parent: item.parent,
      name: item.name,
      kind: item.kind,
      service: item.service,
      scope: item.scope,
      status: item.status,
      linked: item.traceId !== span.traceId,
      offsetMs: Number(item.startNs - span.startNs) / 1e6,
      durationMs: item.durationMs,
      attributes: item.attributes,
      events: item.events.map((event) => ({
        name: event.name,
        offsetMs: Number(BigInt(event.time_ns) - span.startNs) / 1e6,
        attributes: event.attributes,
      })),
      links: item.links,
    })),
    attributes: Object.fromEntries(Object.entries(span.attributes).filter(([name]) => !OURS.test(name))),
  }
}

/** Another turn of the same trace (a manual traceparent shared by two turns) is not part of this one. */
const isOther = (other, span) => other.name === 'chat.turn' && other.spanId !== span.spanId
const isBrowser = (span) => span.scope === 'chat-vitals' || attribute(span, 'page.id') !== undefined

function readRequest(span, turn) {
  const get = (name) => span.attributes[name]
  const first = get('gen_ai.response.time_to_first_chunk')
  return {
    spanId: span.spanId,
    method: get('http.request.method') ?? span.name,
    url: get('url.full') ?? get('url.path') ?? get('server.address'),
    status: get('http.response.status_code'),
    startMs: Number(span.startNs - turn.startNs) / 1e6,
    durationMs: span.durationMs,
    firstChunkMs: typeof first === 'number' ? first * 1000 : undefined,
    model: get('gen_ai.response.model'),
    responseId: get('gen_ai.response.id'),
    transport: attribute(span, 'stream.transport'),
    chunks: attribute(span, 'stream.chunks'),
    bytes: attribute(span, 'stream.bytes'),
    backendTraceId: attribute(span, 'backend.trace_id'),
    backendRequestId: attribute(span, 'backend.request_id'),
    serverTiming: attribute(span, 'backend.server_timing'),
    inputTokens: get('gen_ai.usage.input_tokens'),
    outputTokens: get('gen_ai.usage.output_tokens'),
    errorType: get('error.type'),
  }
}

function readFeedback(span) {
  const event = span.events.find((item) => item.name === 'gen_ai.evaluation.result')?.attributes ?? {}
  const get = (name) => span.attributes[`gen_ai.evaluation.${name}`] ?? event[`gen_ai.evaluation.${name}`]
  return {
    id: attribute(span, 'feedback.id') ?? span.spanId,
    turnId: attribute(span, 'turn.id'),
    at: span.startedAt,
    name: get('name'),
    score: get('score.value'),
    label: get('score.label'),
    comment: get('explanation'),
    kind: attribute(span, 'feedback.kind'),
    source: attribute(span, 'feedback.source'),
    revision: span.revision,
    traceId: span.traceId,
    links: span.links,
    attributes: span.attributes,
  }
}

const readSignal = (span) => ({
  kind: attribute(span, 'signal.kind'),
  turnId: attribute(span, 'turn.id'),
  at: span.startedAt,
  value: attribute(span, 'signal.value'),
  copied: attribute(span, 'signal.copied'),
})

function readPage(span) {
  return {
    pageId: attribute(span, 'page.id'),
    startedAt: span.startedAt,
    durationMs: span.durationMs,
    url: span.attributes['url.full'] ?? span.attributes['url.path'],
    opened: attribute(span, 'page.opened'),
    vitals: span.events
      .filter((event) => event.name.includes('web_vital'))
      .map((event) => {
        const get = (name) =>
          Object.entries(event.attributes).find(([key]) => key === name || key.endsWith(`.${name}`))?.[1]
        return { name: get('name'), value: get('value'), rating: get('rating') }
      }),
  }
}

/**
 * Growth curve → pairs of ms and characters. `"0.8,12 1.2,40"` is in seconds, as on the span; flat numbers, as an array
 * or its JSON, are in ms, as in the record. Rubbish is an empty curve.
 * @param {unknown} value
 * @returns {[number, number][]}
 */
export function readCurve(value) {
  let flat = value
  let scale = 1
  if (typeof value === 'string') {
    try {
      flat = JSON.parse(value)
    } catch {
      flat = undefined
    }
    if (!Array.isArray(flat)) {
      flat = value.split(/[ ,]+/)
      scale = 1000
    }
  }
  if (!Array.isArray(flat)) return []
  const numbers = flat.flat().map((it) => (it === '' || it === null ? NaN : Number(it)))
  const points = []
  for (let i = 0; i + 1 < numbers.length; i += 2)
    if (Number.isFinite(numbers[i]) && Number.isFinite(numbers[i + 1]))
      points.push([numbers[i] * scale, numbers[i + 1]])
  return points
}

function numberFields(names, read) {
  const entries = names.map((name) => [name, read(name)]).filter(([, value]) => value !== undefined)
  return entries.length ? Object.fromEntries(entries) : undefined
}
