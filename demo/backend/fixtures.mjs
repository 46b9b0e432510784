// Generated sessions as OTLP/JSON, for tests and for looking at the pages: no person ever sent these turns, and the
// resource says so (`chat_vitals.generated`). Send them with: node demo/backend/fixtures.mjs --send http://localhost:4318
import { fileURLToPath } from 'node:url'

/** Random numbers in 0..1 that a seed repeats (mulberry32). @param {number} seed */
export function random(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const value = (it) => {
  if (Array.isArray(it)) return { arrayValue: { values: it.map((item) => ({ doubleValue: item })) } }
  if (typeof it === 'boolean') return { boolValue: it }
  if (typeof it === 'bigint') return { intValue: String(it) }
  return typeof it === 'number' ? { doubleValue: it } : { stringValue: it }
}

/** Object → OTLP attributes: number = double, bigint = int; undefined is left out. @param {Record<string, any>} object */
export const attributes = (object) =>
  Object.entries(object)
    .filter(([, it]) => it !== undefined && it !== null && !Number.isNaN(it))
    .map(([key, it]) => ({ key, value: value(it) }))

const ns = (ms) => String(BigInt(Math.round(ms * 1000)) * 1000n)

/**
 * One span. Times in epoch ms.
 * @param {{ trace: string, id: string, parent?: string, name: string, kind?: number, start: number, end: number,
 *   attributes?: Record<string, any>, events?: any[], links?: { traceId: string, spanId: string }[], error?: string }} it
 */
export const span = (it) => ({
  traceId: it.trace,
  spanId: it.id,
  ...(it.parent && { parentSpanId: it.parent }),
  name: it.name,
  kind: it.kind ?? 1,
  startTimeUnixNano: ns(it.start),
  endTimeUnixNano: ns(it.end),
  attributes: attributes(it.attributes ?? {}),
  events: (it.events ?? []).map((event) => ({
    name: event.name,
    timeUnixNano: ns(event.at),
    attributes: attributes(event.attributes),
  })),
  links: (it.links ?? []).map((link) => ({ ...link, attributes: [] })),
  status: it.error === undefined ? {} : { code: 2, message: it.error },
})

/** @param {Record<string, any>} resource @param {string} scope @param {any[]} spans */
export const request = (resource, scope, spans) => ({
  resourceSpans: [{ resource: { attributes: attributes(resource) }, scopeSpans: [{ scope: { name: scope }, spans }] }],
})

const MODELS = {
  'qwen3-max': { prefill: [260, 900], chars: [12, 26], every: 55, language: 'han' },
  'deepseek-v3.2': { prefill: [350, 1500], chars: [5, 14], every: 80, language: 'latin', reasons: 0.5 },
  'gpt-5-mini': { prefill: [240, 800], chars: [6, 16], every: 70, language: 'latin' },
}
const SERVICES = [
  { name: 'support-chat', version: '4.2.0', environment: 'production', module: '售后客服', prompt: 'v12' },
  { name: 'support-chat', version: '4.2.1', environment: 'production', module: '订单查询', prompt: 'v13' },
  { name: 'docs-assistant', version: '1.8.3', environment: 'production', module: 'search', prompt: 'v7' },
  { name: 'docs-assistant', version: '1.9.0-rc.1', environment: 'staging', module: 'onboarding', prompt: 'v8' },
]
const USERS = ['u-1042', 'u-2210', '李雷', '韩梅梅', 'u-0007', undefined, 'マリ', 'u-3391']

/**
 * @param {{ sessions?: number, seed?: number, now?: number, days?: number }} [options]
 * @returns {any[]} OTLP request bodies, in the order they would have been sent
 */
export function makeBatches({ sessions = 40, seed = 7, now = Date.now(), days = 2.5 } = {}) {
  const next = random(seed)
  const batches = []
  for (let i = 0; i < sessions; i++) {
    const back = i < 2 ? i * 4 : (days * 1440 * (i + next() * 0.8)) / sessions
    batches.push(...session(next, now - (back + 8) * 60_000))
  }
  return batches.reverse()
}

function session(next, begin) {
  const between = (low, high) => low + (high - low) * next()
  const pick = (items) => items[Math.floor(next() * items.length)]
  const hex = (digits) => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('')
  const service = pick(SERVICES)
  const model = pick(Object.keys(MODELS))
  const user = pick(USERS)
  const ids = { session: hex(32), page: hex(16), conversation: `conv-${hex(8)}` }
  const common = {
    'session.id': ids.session,
    'chat_vitals.page.id': ids.page,
    'user.id': user,
    'app.module': service.module,
    'app.prompt_version': service.prompt,
  }
  const resource = {
    'service.name': service.name,
    'service.version': service.version,
    'deployment.environment.name': service.environment,
    'telemetry.sdk.name': 'chat-vitals',
    'telemetry.sdk.language': 'webjs',
    'chat_vitals.generated': true,
  }
  const backend = { 'service.name': 'model-server', 'service.version': '2.0.1', 'chat_vitals.generated': true }
  const batches = []
  const turns = []
  const count = 1 + Math.floor(next() ** 1.6 * 9)
  let at = begin
  for (let seq = 1; seq <= count; seq++) {
    const previous = turns.at(-1)
    const turn = makeTurn({ next, between, pick, hex, model, seq, previous, last: seq === count })
    turns.push(turn)
    const request_ = turn.request
    const spans = [
      span({
        trace: turn.trace,
        id: turn.span,
        name: 'chat.turn',
        start: at,
        end: at + turn.end,
        attributes: {
          ...common,
          'gen_ai.conversation.id': ids.conversation,
          ...turn.attributes,
          'chat_vitals.delivery.opened': BigInt(seq),
          'chat_vitals.delivery.dropped': 0n,
          'chat_vitals.delivery.store': 'indexeddb',
        },
        error: turn.error,
      }),
      span({
        trace: turn.trace,
        id: request_.id,
        parent: turn.span,
        name: 'POST',
        kind: 3,
        start: at + request_.start,
        end: at + request_.end,
        attributes: {
          ...common,
          'chat_vitals.turn.id': turn.id,
          'chat_vitals.turn.revision': 2n,
          ...request_.attributes,
        },
        error: request_.status >= 500 ? '' : undefined,
      }),
    ]
    // About one turn in forty never arrives, one in twelve arrives twice.
    if (next() > 0.025) batches.push(request(resource, 'chat-vitals', spans))
    if (next() < 0.08) batches.push(request(resource, 'chat-vitals', spans))
    batches.push(request(backend, '@opentelemetry/instrumentation-http', serverSpans(turn, at, hex, between, model)))
    const late = []
    if (turn.exposed)
      late.push(
        span({
          trace: hex(32),
          id: hex(16),
          name: 'chat.signal',
          start: at + turn.end + 1100,
          end: at + turn.end + 1100,
          links: [{ traceId: turn.trace, spanId: turn.span }],
          attributes: {
            ...common,
            'chat_vitals.signal.kind': 'exposed',
            'chat_vitals.signal.revision': 1n,
            ...turn.reference,
          },
        }),
      )
    if (turn.exposed && next() < 0.18)
      late.push(
        span({
          trace: hex(32),
          id: hex(16),
          name: 'chat.signal',
          start: at + turn.end + 2600,
          end: at + turn.end + 2600,
          links: [{ traceId: turn.trace, spanId: turn.span }],
          attributes: {
            ...common,
            ...pick([
              { 'chat_vitals.signal.kind': 'copy', 'chat_vitals.signal.copied': 'whole' },
              { 'chat_vitals.signal.kind': 'scroll_back' },
              { 'chat_vitals.signal.kind': 'dwell', 'chat_vitals.signal.value': 12.4 },
            ]),
            'chat_vitals.signal.revision': 1n,
            ...turn.reference,
          },
        }),
      )
    if (turn.thumb) {
      const when = at + turn.end + between(1500, 9000)
      const evaluation = {
        'gen_ai.evaluation.name': 'thumb',
        'gen_ai.evaluation.score.value': turn.thumb === 'up' ? 1 : 0,
        'gen_ai.evaluation.score.label': turn.thumb,
      }
      late.push(
        span({
          trace: hex(32),
          id: hex(16),
          name: 'chat.feedback',
          start: when,
          end: when,
          links: [{ traceId: turn.trace, spanId: turn.span }],
          events: [{ name: 'gen_ai.evaluation.result', at: when, attributes: evaluation }],
          attributes: {
            ...common,
            ...evaluation,
            'chat_vitals.feedback.id': hex(16),
            'chat_vitals.feedback.kind': 'thumb',
            'chat_vitals.feedback.source': 'control',
            'chat_vitals.feedback.revision': 1n,
            ...turn.reference,
          },
        }),
      )
    }
    if (late.length) batches.push(request(resource, 'chat-vitals', late))
    at += turn.end + between(4000, 45_000)
  }
  const load = begin - between(2000, 20_000)
  const vital = (name, it, good, poor) => ({
    name: 'browser.web_vital',
    at: load + 1500,
    attributes: {
      'browser.web_vital.name': name,
      'browser.web_vital.value': it,
      'browser.web_vital.rating': it <= good ? 'good' : it > poor ? 'poor' : 'needs-improvement',
    },
  })
  batches.push(
    request(resource, 'chat-vitals', [
      span({
        trace: hex(32),
        id: hex(16),
        name: 'browser.page',
        start: load,
        end: at,
        attributes: {
          ...common,
          'url.full': 'http://localhost:5173/',
          'chat_vitals.page.revision': 1n,
          'chat_vitals.page.opened': BigInt(count),
        },
        events: [
          vital('ttfb', between(40, 900), 800, 1800),
          vital('lcp', between(600, 3200), 2500, 4000),
          vital('cls', between(0, 0.16), 0.1, 0.25),
          vital('inp', between(24, 320), 200, 500),
        ],
      }),
    ]),
  )
  return batches
}

function makeTurn({ next, between, pick, hex, model, seq, previous, last }) {
  const kind = MODELS[model]
  const weight = kind.language === 'han' ? 181 : 52
  const parts = {
    client: next() < 0.06 ? between(300, 900) : between(3, 40),
    server: next() < 0.12 ? between(700, 2600) : between(60, 420),
    model: between(...kind.prefill) * (next() < 0.1 ? 4 : 1),
    render: between(4, 60),
    paint: between(3, 24),
    unknown: 0,
  }
  const reasons = next() < (kind.reasons ?? 0)
  if (reasons) parts.model += between(900, 3500)
  const ttft = Object.values(parts).reduce((sum, it) => sum + it, 0)

  // The answer, frame by frame; sometimes the server or the page's main thread lets the reader wait.
  const frames = []
  const stalled = next() < 0.22 ? pick(['server', 'server', 'main_thread', 'tool']) : undefined
  const length = Math.floor(between(12, 90))
  const stallAt = Math.floor(length * between(0.03, 0.3))
  const slow = next() < 0.14 ? between(4, 14) : 1
  for (let i = 0, t = ttft; i < length; i++) {
    const chars = Math.ceil(between(...kind.chars) / (kind.language === 'han' ? 4 : 1))
    frames.push({ at: t, chars })
    t += kind.every * between(0.6, 1.8) * slow + (stalled && i === stallAt ? between(4500, 14_000) : 0)
  }

  const dice = next()
  let outcome = 'completed'
  if (dice < 0.06) outcome = 'stopped'
  else if (dice < 0.08) outcome = 'superseded'
  else if (dice < 0.125) outcome = last ? 'abandoned' : 'stopped'
  else if (dice < 0.16) outcome = 'error'
  else if (dice < 0.17) outcome = 'cancelled'
  else if (dice < 0.18) outcome = 'lost'
  const waiting = outcome !== 'completed' && outcome !== 'superseded' && next() < 0.4
  if (waiting) frames.length = 0
  else if (outcome !== 'completed') frames.length = Math.max(1, Math.floor(frames.length * between(0.03, 0.3)))
  const seen = frames[0]?.at
  const lastText = frames.at(-1)?.at
  const end = waiting ? between(ttft * 0.3, ttft) : lastText + between(20, outcome === 'completed' ? 90 : 700)
  const hidden = next() < 0.05 ? between(500, 4000) : 0
  const felt = reader(frames, weight)
  const cause = stalled ?? 'server'
  const ended = {
    completed: 'done',
    stopped: 'user_stop',
    superseded: 'new_send',
    abandoned: 'page_left',
    error: waiting ? 'http' : 'stream_error',
    cancelled: 'host_abort',
    lost: 'crash',
  }
  const status = outcome === 'error' && waiting ? pick([429, 500, 503]) : 200
  const correction =
    previous && previous.seen !== undefined && next() < 0.24
      ? pick(['rephrase', 'rephrase', 'rephrase', 'correction', 'repeat', 'regenerate', 'clarification', 'edit'])
      : undefined
  const seconds = (ms) => (ms === undefined ? undefined : ms / 1000)
  const id = hex(32)
  const trace = hex(32)
  const spanId = hex(16)
  const headers = parts.client + parts.server
  return {
    id,
    trace,
    span: spanId,
    end,
    seen,
    model,
    headers,
    stalled,
    error: outcome === 'error' ? ended.error : undefined,
    exposed: outcome === 'completed' && next() < 0.9,
    thumb:
      outcome === 'completed' && next() < 0.16
        ? next() < (felt.ratio > 0.05 ? 0.3 : 0.82)
          ? 'up'
          : 'down'
        : undefined,
    reference: { 'chat_vitals.turn.id': id, 'chat_vitals.turn.trace_id': trace, 'chat_vitals.turn.span_id': spanId },
    request: {
      id: hex(16),
      start: Math.min(parts.client, end),
      end: Math.max(Math.min(parts.client, end), Math.min(end, (lastText ?? end) - 8)),
      status,
      attributes: {
        'http.request.method': 'POST',
        'http.response.status_code': BigInt(status),
        'url.full': 'http://localhost:8787/v1/chat/completions',
        'server.address': 'localhost',
        'server.port': 8787n,
        'error.type': status === 200 ? undefined : String(status),
        'gen_ai.response.model': status === 200 ? model : undefined,
        'gen_ai.response.id': status === 200 ? `chatcmpl-${hex(8)}` : undefined,
        'gen_ai.response.time_to_first_chunk':
          seen === undefined ? undefined : seconds(parts.server + parts.model * (reasons ? 0.3 : 1)),
        'chat_vitals.stream.transport': 'fetch',
        'chat_vitals.stream.chunks': BigInt(frames.length),
        'chat_vitals.stream.bytes': BigInt(Math.round(felt.chars * 34)),
        'chat_vitals.backend.request_id': `req_${hex(10)}`,
      },
    },
    attributes: {
      'chat_vitals.turn.id': id,
      'chat_vitals.turn.seq': BigInt(seq),
      'chat_vitals.turn.revision': 2n,
      'chat_vitals.turn.trigger': correction === 'regenerate' || correction === 'edit' ? correction : 'submit',
      'chat_vitals.turn.outcome': outcome,
      'chat_vitals.turn.phase': outcome === 'completed' ? undefined : waiting ? 'waiting' : 'streaming',
      'chat_vitals.turn.ended_by': ended[outcome],
      'chat_vitals.turn.finish': outcome === 'completed' ? (next() < 0.04 ? 'length' : 'stop') : undefined,
      'chat_vitals.turn.replaces': correction === 'regenerate' || correction === 'edit' ? previous.id : undefined,
      'error.type': outcome === 'error' ? (status === 200 ? 'server_error' : String(status)) : undefined,
      'chat_vitals.time_to.first_feedback': seconds(Math.min(end, between(18, 160))),
      'chat_vitals.time_to.first_progress': seconds(reasons ? Math.min(headers + 300, end) : undefined),
      'chat_vitals.time_to.first_reasoning': seconds(reasons ? Math.min(headers + 260, end) : undefined),
      'chat_vitals.time_to.first_text': seconds(seen),
      'chat_vitals.time_to.useful_text': seconds(felt.useful),
      'chat_vitals.time_to.last_text': seconds(lastText),
      ...(seen !== undefined && {
        ...Object.fromEntries(Object.entries(parts).map(([name, it]) => [`chat_vitals.ttft.${name}`, seconds(it)])),
        'chat_vitals.ttft.method': 'beacon',
        'chat_vitals.ttft.error': 0.002,
        'chat_vitals.ttft.hidden': seconds(Math.min(hidden, seen)),
        'chat_vitals.render.curve': felt.curve,
      }),
      'chat_vitals.render.frames': BigInt(frames.length),
      'chat_vitals.render.chars': BigInt(felt.chars),
      'chat_vitals.render.chars_per_second': felt.cps,
      'chat_vitals.render.pace': felt.pace,
      'chat_vitals.render.qoe': felt.qoe,
      'chat_vitals.gap.max': seconds(felt.gapMax),
      'chat_vitals.gap.p95': seconds(felt.gapP95),
      'chat_vitals.freeze.count': BigInt(felt.freezes),
      'chat_vitals.freeze.duration': seconds(felt.freezeMs),
      'chat_vitals.stall.count': BigInt(felt.stalls),
      'chat_vitals.stall.duration': seconds(felt.stallMs),
      'chat_vitals.stall.longest': seconds(felt.longest),
      'chat_vitals.stall.ratio': felt.ratio,
      [`chat_vitals.stall.${cause}`]: seconds(felt.stallMs),
      'chat_vitals.hidden_duration': seconds(hidden),
      'chat_vitals.reader_model': '1',
      'chat_vitals.correction.kind': correction,
      'chat_vitals.correction.score': correction && Math.round(between(0.55, 0.97) * 100) / 100,
      'chat_vitals.correction.of_turn': correction && previous.id,
      'chat_vitals.delivery.recovered': outcome === 'lost' ? true : undefined,
      'chat_vitals.delivery.delay': outcome === 'lost' ? between(30, 400) : undefined,
    },
  }
}

/** What a reader at reading speed felt, over all frames at once; src/turn/meter.ts does it frame by frame. */
function reader(frames, weight) {
  const felt = { chars: 0, freezes: 0, freezeMs: 0, stalls: 0, stallMs: 0, longest: 0, curve: [], qoe: 0 }
  let read = 0
  let free = 0
  let late = 0
  let area = 0
  const gaps = []
  for (const [i, frame] of frames.entries()) {
    const w = frame.chars * weight
    if (i) {
      const gap = frame.at - frames[i - 1].at
      gaps.push(gap)
      if (gap >= 1000) {
        felt.freezes++
        felt.freezeMs += gap
      }
      const idle = Math.max(0, frame.at - free)
      felt.stallMs += idle
      felt.longest = Math.max(felt.longest, idle)
      if (idle >= 250) felt.stalls++
    }
    free = Math.max(frame.at, i ? free : 0) + w
    late = Math.max(late, frame.at - 1000 - read)
    area += w * late
    read += w
    felt.chars += frame.chars
    if (felt.useful === undefined && read >= 1000) felt.useful = frame.at
    felt.curve.push([frame.at, felt.chars])
  }
  if (!frames.length) return { ...felt, stallRatio: undefined }
  const [first, last] = [frames[0], frames.at(-1)]
  const time = last.at - first.at
  felt.useful ??= last.at
  if (time > 0) {
    felt.cps = ((felt.chars - first.chars) / time) * 1000
    felt.pace = (read - first.chars * weight) / time
    felt.gapMax = Math.max(...gaps)
    felt.gapP95 = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length * 0.95)]
  }
  felt.qoe = (read * read) / 2 / ((read * read) / 2 + area)
  felt.ratio = felt.stallMs / (read + felt.stallMs)
  const step = Math.ceil(felt.curve.length / 31)
  felt.curve = felt.curve
    .filter((_, i, all) => i % step === 0 || i === all.length - 1)
    .map(([at, n]) => `${Math.round(at) / 1000},${n}`)
    .join(' ')
  return felt
}

function serverSpans(turn, at, hex, between, model) {
  const { request: call } = turn
  const start = at + call.start + 4
  const end = Math.max(start + 2, at + call.end - 3)
  const server = hex(16)
  const spans = [
    span({
      trace: turn.trace,
      id: server,
      parent: call.id,
      name: 'POST /v1/chat/completions',
      kind: 2,
      start,
      end,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/chat/completions',
        'http.response.status_code': BigInt(call.status),
      },
      error: call.status >= 500 ? 'upstream failed' : undefined,
    }),
  ]
  if (call.status !== 200) return spans
  const queue = Math.min(end, start + between(8, 60))
  spans.push(
    span({ trace: turn.trace, id: hex(16), parent: server, name: 'retrieve context', start: start + 2, end: queue }),
    span({
      trace: turn.trace,
      id: hex(16),
      parent: server,
      name: `chat ${model}`,
      kind: 3,
      start: queue,
      end,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': model.split('-')[0].replace(/\d.*/, ''),
        'gen_ai.request.model': model,
        'gen_ai.response.model': model,
        'gen_ai.usage.input_tokens': BigInt(Math.round(between(80, 2400))),
        'gen_ai.usage.output_tokens': BigInt(Math.round(between(40, 700))),
      },
    }),
  )
  if (turn.stalled === 'tool')
    spans.push(
      span({
        trace: turn.trace,
        id: hex(16),
        parent: server,
        name: 'execute_tool search_orders',
        start: queue + (end - queue) * 0.4,
        end: queue + (end - queue) * 0.75,
        attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search_orders' },
      }),
    )
  return spans
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--send')
  if (at < 0 || !process.argv[at + 1]) {
    console.error('Usage: node demo/backend/fixtures.mjs --send http://localhost:4318')
    process.exit(2)
  }
  const url = new URL('/v1/traces', process.argv[at + 1])
  const batches = makeBatches()
  for (const batch of batches) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(batch),
    })
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  }
  console.log(`Sent ${batches.length} generated batches to ${url}. They are not real users.`)
}
