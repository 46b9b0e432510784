// What a span's attributes are stored as: per table, column → attribute and type. What has no column stays JSON.
// Seconds stay seconds, rounded to a millionth: DuckDB packs such doubles into two or three bytes.

/** @typedef {'text' | 'int' | 'real' | 'flag'} Kind */

const turn = {
  seq: ['chat_vitals.turn.seq', 'int'],
  trigger: ['chat_vitals.turn.trigger', 'text'],
  outcome: ['chat_vitals.turn.outcome', 'text'],
  phase: ['chat_vitals.turn.phase', 'text'],
  ended_by: ['chat_vitals.turn.ended_by', 'text'],
  finish: ['chat_vitals.turn.finish', 'text'],
  replaces: ['chat_vitals.turn.replaces', 'text'],
  error_type: ['error.type', 'text'],
  user_id: ['user.id', 'text'],
  first_text: ['chat_vitals.time_to.first_text', 'real'],
  first_feedback: ['chat_vitals.time_to.first_feedback', 'real'],
  first_progress: ['chat_vitals.time_to.first_progress', 'real'],
  first_reasoning: ['chat_vitals.time_to.first_reasoning', 'real'],
  useful_text: ['chat_vitals.time_to.useful_text', 'real'],
  last_text: ['chat_vitals.time_to.last_text', 'real'],
  ttft_method: ['chat_vitals.ttft.method', 'text'],
  ttft_error: ['chat_vitals.ttft.error', 'real'],
  hidden: ['chat_vitals.ttft.hidden', 'real'],
  ttft_user: ['chat_vitals.ttft.user', 'real'],
  part_client: ['chat_vitals.ttft.client', 'real'],
  part_server: ['chat_vitals.ttft.server', 'real'],
  part_model: ['chat_vitals.ttft.model', 'real'],
  part_render: ['chat_vitals.ttft.render', 'real'],
  part_paint: ['chat_vitals.ttft.paint', 'real'],
  part_unknown: ['chat_vitals.ttft.unknown', 'real'],
  frames: ['chat_vitals.render.frames', 'int'],
  chars: ['chat_vitals.render.chars', 'int'],
  arrived_chars: ['chat_vitals.render.arrived_chars', 'int'],
  cps: ['chat_vitals.render.chars_per_second', 'real'],
  pace: ['chat_vitals.render.pace', 'real'],
  qoe: ['chat_vitals.render.qoe', 'real'],
  gap_max: ['chat_vitals.gap.max', 'real'],
  gap_p95: ['chat_vitals.gap.p95', 'real'],
  freezes: ['chat_vitals.freeze.count', 'int'],
  freeze_duration: ['chat_vitals.freeze.duration', 'real'],
  stalls: ['chat_vitals.stall.count', 'int'],
  stall_ratio: ['chat_vitals.stall.ratio', 'real'],
  stall_longest: ['chat_vitals.stall.longest', 'real'],
  stall_duration: ['chat_vitals.stall.duration', 'real'],
  stall_server: ['chat_vitals.stall.server', 'real'],
  stall_client: ['chat_vitals.stall.client', 'real'],
  stall_main_thread: ['chat_vitals.stall.main_thread', 'real'],
  stall_tool: ['chat_vitals.stall.tool', 'real'],
  stall_unknown: ['chat_vitals.stall.unknown', 'real'],
  hidden_duration: ['chat_vitals.hidden_duration', 'real'],
  user_duration: ['chat_vitals.user_duration', 'real'],
  correction: ['chat_vitals.correction.kind', 'text'],
  correction_score: ['chat_vitals.correction.score', 'real'],
  correction_of: ['chat_vitals.correction.of_turn', 'text'],
  reader_model: ['chat_vitals.reader_model', 'text'],
  clock_skew: ['chat_vitals.clock_skew', 'real'],
  foreign_dom: ['chat_vitals.dom_foreign', 'flag'],
  definitions: ['chat_vitals.definitions', 'int'],
  gesture: ['chat_vitals.evidence.gesture', 'text'],
  wire: ['chat_vitals.evidence.wire', 'text'],
  screen: ['chat_vitals.evidence.screen', 'text'],
  opened: ['chat_vitals.delivery.opened', 'int'],
  dropped: ['chat_vitals.delivery.dropped', 'int'],
  unproved: ['chat_vitals.delivery.unproved', 'int'],
  first_sent: ['chat_vitals.delivery.first', 'real'],
  delay: ['chat_vitals.delivery.delay', 'real'],
  device: ['chat_vitals.delivery.store', 'text'],
  recovered: ['chat_vitals.delivery.recovered', 'flag'],
}
const request = {
  method: ['http.request.method', 'text'],
  code: ['http.response.status_code', 'int'],
  url: ['url.full', 'text'],
  host: ['server.address', 'text'],
  port: ['server.port', 'int'],
  error_type: ['error.type', 'text'],
  first_chunk: ['gen_ai.response.time_to_first_chunk', 'real'],
  response_model: ['gen_ai.response.model', 'text'],
  response_id: ['gen_ai.response.id', 'text'],
  transport: ['chat_vitals.stream.transport', 'text'],
  chunks: ['chat_vitals.stream.chunks', 'int'],
  bytes: ['chat_vitals.stream.bytes', 'int'],
  backend_trace: ['chat_vitals.backend.trace_id', 'text'],
  request_id: ['chat_vitals.backend.request_id', 'text'],
  server_timing: ['chat_vitals.backend.server_timing', 'text'],
  operation: ['gen_ai.operation.name', 'text'],
  input_tokens: ['gen_ai.usage.input_tokens', 'int'],
  output_tokens: ['gen_ai.usage.output_tokens', 'int'],
  user_id: ['user.id', 'text'],
}
const reaction = {
  feedback_id: ['chat_vitals.feedback.id', 'text'],
  sort: ['chat_vitals.signal.kind', 'text'],
  value: ['chat_vitals.signal.value', 'real'],
  copied: ['chat_vitals.signal.copied', 'text'],
  evaluation: ['gen_ai.evaluation.name', 'text'],
  label: ['gen_ai.evaluation.score.label', 'text'],
  score: ['gen_ai.evaluation.score.value', 'real'],
  user_id: ['user.id', 'text'],
}
const other = {
  backend_trace: ['chat_vitals.backend.trace_id', 'text'],
  url: ['url.full', 'text'],
  opened: ['chat_vitals.page.opened', 'int'],
  dropped: ['chat_vitals.delivery.dropped', 'int'],
}

/** Table → its attribute columns. @type {Record<string, Record<string, [string, Kind]>>} */
export const ATTRIBUTES = { turns: turn, requests: request, reactions: reaction, others: other }

const TYPES = { text: 'VARCHAR', int: 'INTEGER', real: 'DOUBLE', flag: 'BOOLEAN' }

/** On every table. Ids of 64 bits: what they stand for is in `names`, or its lower half is beside it. */
const COMMON = {
  trace: 'UUID',
  span: 'UBIGINT',
  revision: 'BIGINT',
  parent: 'UBIGINT',
  name: 'VARCHAR',
  kind: 'VARCHAR',
  scope: 'VARCHAR',
  service: 'VARCHAR',
  resource: 'INTEGER',
  extra: 'INTEGER',
  session: 'UBIGINT',
  page: 'UBIGINT',
  conversation: 'UBIGINT',
  turn: 'UBIGINT',
  turn_low: 'UBIGINT',
  start_ns: 'BIGINT',
  end_ns: 'BIGINT',
  status: 'VARCHAR',
  events: 'VARCHAR',
  links: 'VARCHAR',
  received: 'BIGINT',
  copies: 'INTEGER',
}
/** Made of others when rows are written, so that no question has to: what a turn was, and what came of it. */
const DERIVED = {
  turns: {
    curve_ms: 'INTEGER[]',
    curve_chars: 'INTEGER[]',
    started: 'DOUBLE',
    ended: 'DOUBLE',
    version: 'VARCHAR',
    environment: 'VARCHAR',
    model: 'VARCHAR',
    chat: 'UBIGINT',
    pair: 'BOOLEAN',
    rated: 'BOOLEAN',
    good: 'BOOLEAN',
    exposed: 'BOOLEAN',
    copied: 'BOOLEAN',
    shared: 'BOOLEAN',
    scrolled: 'BOOLEAN',
    dwell: 'DOUBLE',
  },
  requests: {},
  reactions: { turn_trace: 'UUID', turn_span: 'UBIGINT' },
  others: {},
}

/** Table → column → SQL type. @type {Record<string, Record<string, string>>} */
export const TABLES = Object.fromEntries(
  Object.entries(ATTRIBUTES).map(([table, attributes]) => [
    table,
    {
      ...COMMON,
      ...Object.fromEntries(Object.entries(attributes).map(([name, [, kind]]) => [name, TYPES[kind]])),
      ...DERIVED[table],
    },
  ]),
)

const FITS = {
  text: (it) => typeof it === 'string',
  flag: (it) => typeof it === 'boolean',
  int: (it) => Number.isInteger(it) && Math.abs(it) < 2 ** 31,
  real: (it) => typeof it === 'number' && Math.abs(it) < 1e13,
}

const TARGETS = Object.fromEntries(
  Object.entries(ATTRIBUTES).map(([table, columns]) => [
    table,
    new Map(Object.entries(columns).map(([name, [attribute, kind]]) => [attribute, { name, kind, fits: FITS[kind] }])),
  ]),
)

/**
 * Attributes → columns of a table, what was asked for by name, and what is left.
 * @param {string} table @param {Record<string, any>} attributes @param {Set<string>} apart
 */
export function split(table, attributes, apart) {
  const targets = TARGETS[table]
  const columns = {}
  const own = {}
  let rest
  for (const attribute in attributes) {
    const value = attributes[attribute]
    const target = targets.get(attribute)
    if (target?.fits(value))
      columns[target.name] = target.kind === 'real' && Math.abs(value) < 1e9 ? Math.round(value * 1e6) / 1e6 : value
    else if (apart.has(attribute)) own[attribute] = value
    else (rest ??= Object.create(null))[attribute] = value
  }
  return { columns, own, rest }
}

/** The way back. @param {string} table @param {Record<string, any>} row @param {Record<string, any>} rest */
export function join(table, row, rest) {
  const attributes = { ...rest }
  for (const name in ATTRIBUTES[table]) if (row[name] != null) attributes[ATTRIBUTES[table][name][0]] = row[name]
  return attributes
}

/** `"0.8,12 1.2,40"` → what each point adds, which packs well; undefined when it would not come back as it was. */
export function packCurve(text) {
  if (typeof text !== 'string' || !text) return undefined
  const ms = []
  const chars = []
  let [at, n] = [0, 0]
  for (const point of text.split(' ')) {
    const comma = point.indexOf(',')
    const t = Math.round(Number(point.slice(0, comma)) * 1000)
    const c = Number(point.slice(comma + 1))
    if (!(Math.abs(t) < 2 ** 30) || !Number.isInteger(c) || Math.abs(c) > 2 ** 30) return undefined
    ms.push(t - at)
    chars.push(c - n)
    at = t
    n = c
  }
  const packed = { ms, chars }
  return unpackCurve(packed) === text ? packed : undefined
}

/** @param {{ ms: number[], chars: number[] }} curve */
export function unpackCurve({ ms, chars }) {
  let [at, n] = [0, 0]
  return ms.map((step, i) => `${(at += step) / 1000},${(n += chars[i])}`).join(' ')
}
