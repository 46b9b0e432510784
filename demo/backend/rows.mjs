// A span as it was read → a row of its table, and the way back. Ids become 64 bits, the page's own attributes one number.
import { createHash } from 'node:crypto'
import { join, packCurve, split, unpackCurve } from './columns.mjs'

const REVISION = {
  turns: 'chat_vitals.turn.revision',
  requests: 'chat_vitals.turn.revision',
  others: 'chat_vitals.page.revision',
}
const revisionOf = (table, name) =>
  table === 'reactions' ? `chat_vitals.${name === 'chat.feedback' ? 'feedback' : 'signal'}.revision` : REVISION[table]

/** @param {import('./otlp.mjs').SpanRow} row */
export function tableOf(row) {
  if (row.name === 'chat.turn') return 'turns'
  if (row.name === 'chat.feedback' || row.name === 'chat.signal') return 'reactions'
  const ours = row.scope === 'chat-vitals' || row.attributes['chat_vitals.page.id'] !== undefined
  return row.kind === 'CLIENT' && row.parent && ours ? 'requests' : 'others'
}

const HEX = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/
/** An id as 64 bits: the first half of a hex id, a hash of any other. @param {string} id */
export const keyOf = (id) =>
  HEX.test(id)
    ? BigInt(`0x${id.slice(0, 16)}`)
    : BigInt(`0x${createHash('sha1').update(id).digest('hex').slice(0, 16)}`)
const bits = (hex) => BigInt(`0x${hex}`)
const hex = (value, digits) => BigInt(value).toString(16).padStart(digits, '0')

const text = (value) => (typeof value === 'string' ? value : undefined)
/** What has a place of its own. */
const APART = new Set(
  ['session.id', 'gen_ai.conversation.id'].concat(
    ['page.id', 'turn.id', 'turn.trace_id', 'turn.span_id', 'render.curve'].map((name) => `chat_vitals.${name}`),
  ),
)
/** What a page may hang onto a turn is bound: a value is cut, so are their number and the whole. */
const MAX_VALUE = 8192
const MAX_EXTRA = 65_536
function bounded(object) {
  let size = 0
  const out = Object.create(null)
  for (const [name, value] of Object.entries(object)) {
    let kept = value
    if (typeof value === 'string' && value.length > MAX_VALUE) kept = `${value.slice(0, MAX_VALUE).toWellFormed()}…`
    else if (typeof value === 'object' && JSON.stringify(value).length > MAX_VALUE) kept = '…'
    size += name.length + (typeof kept === 'string' ? kept.length : 16)
    if (size > MAX_EXTRA) break
    out[name.slice(0, 512).toWellFormed()] = kept
  }
  return out
}
const listed = (items) =>
  items.length
    ? JSON.stringify(items.slice(0, 128).map((item) => ({ ...item, attributes: bounded(item.attributes) })))
    : null

/**
 * @param {{ rows: import('./otlp.mjs').SpanRow[], name: (key: bigint, id: string) => unknown, text: (json: string) => number }} with_
 */
export function rowMaker({ rows, name, text: textOf }) {
  /** Trace → model, of the request that began first. */
  const models = new Map()
  const turns = new Set()
  for (const row of rows) {
    if (row.name === 'chat.turn') turns.add(row.trace_id + row.span_id)
    const model = text(row.attributes['gen_ai.response.model']) ?? text(row.attributes['gen_ai.request.model'])
    const before = models.get(row.trace_id)
    if (model && !(before?.start <= row.start_ns))
      models.set(row.trace_id, { model: model.slice(0, 256), start: row.start_ns })
  }
  const json = new WeakMap()
  /** A resource is one object for all its spans. */
  const resourceOf = (object) => {
    let no = json.get(object)
    if (no === undefined) json.set(object, (no = textOf(JSON.stringify(bounded(object)))))
    return no
  }
  const idOf = (id) => {
    if (typeof id !== 'string' || !id) return null
    const cut = id.slice(0, 512)
    const key = keyOf(cut)
    name(key, cut)
    return key
  }

  function make(row) {
    const table = tableOf(row)
    const revision = revisionOf(table, row.name)
    const { columns, own, rest = {} } = split(table, row.attributes, APART)
    const withTurn = table === 'requests' && turns.has(row.trace_id + row.parent)
    const ids = {
      session: row.session_id,
      page: text(own['chat_vitals.page.id']),
      conversation: text(own['gen_ai.conversation.id']),
      turn: text(own['chat_vitals.turn.id']),
    }
    if (rest[revision] === row.revision || table === 'requests') delete rest[revision]
    const low = ids.turn?.length === 32 && HEX.test(ids.turn) ? bits(ids.turn.slice(16)) : null
    const out = {
      ...columns,
      traceId: row.trace_id,
      trace: bits(row.trace_id),
      span: bits(row.span_id),
      revision: BigInt(row.revision),
      parent: row.parent ? bits(row.parent) : null,
      name: row.name.slice(0, 512),
      kind: row.kind,
      scope: row.scope?.slice(0, 256),
      service: row.service?.slice(0, 256),
      resource: resourceOf(row.resource),
      // A request that comes with its turn needs none of the turn's ids.
      session: withTurn ? null : idOf(ids.session),
      page: withTurn ? null : idOf(ids.page),
      conversation: withTurn ? null : idOf(ids.conversation),
      turn: withTurn || !ids.turn ? null : low === null ? idOf(ids.turn) : keyOf(ids.turn),
      turn_low: withTurn ? null : low,
      start_ns: BigInt(row.start_ns),
      end_ns: BigInt(row.end_ns),
      status: row.status?.slice(0, 1024),
      received: BigInt(row.received_at),
      copies: row.copies ?? 1,
    }
    for (const key in columns)
      if (typeof out[key] === 'string' && out[key].length > MAX_VALUE)
        out[key] = out[key].slice(0, MAX_VALUE).toWellFormed()
    let { links } = row
    if (table === 'turns') {
      const given = own['chat_vitals.render.curve']
      const curve = packCurve(given)
      if (!curve && given !== undefined) rest['chat_vitals.render.curve'] = given
      Object.assign(out, {
        curve_ms: curve?.ms,
        curve_chars: curve?.chars,
        started: Number(out.start_ns) / 1e6,
        ended: Number(out.end_ns) / 1e6,
        version: text(row.resource['service.version'])?.slice(0, 256),
        environment: text(row.resource['deployment.environment.name'] ?? row.resource['deployment.environment'])?.slice(
          0,
          256,
        ),
        model: models.get(row.trace_id)?.model,
        chat: out.conversation ?? out.session ?? out.page,
        pair: false,
      })
    }
    if (table === 'reactions') {
      const trace = text(own['chat_vitals.turn.trace_id'])
      const span = text(own['chat_vitals.turn.span_id'])
      if (/^[0-9a-f]{32}$/.test(trace ?? '')) out.turn_trace = bits(trace)
      if (/^[0-9a-f]{16}$/.test(span ?? '')) out.turn_span = bits(span)
      if (links.length === 1 && links[0].trace_id === trace && links[0].span_id === span) links = []
      // What was judged is on the span, or on its event.
      const event = row.events[0]?.attributes ?? {}
      for (const [column, attribute] of [
        ['evaluation', 'name'],
        ['label', 'score.label'],
        ['score', 'score.value'],
      ]) {
        const value = event[`gen_ai.evaluation.${attribute}`]
        if (out[column] == null && typeof value === (column === 'score' ? 'number' : 'string')) out[column] = value
      }
    }
    out.events = listed(row.events)
    out.links = listed(links)
    out.extra = Object.keys(rest).length ? textOf(JSON.stringify(bounded(rest))) : null
    return out
  }
  return Object.assign(make, { models })
}

/** A stored row → the span it was. @param {Map<string, string>} ids @param {Map<string, string>} json */
export function readRow(table, row, ids, json) {
  const rest = JSON.parse(json.get(String(row.extra)) ?? '{}')
  const attributes = join(table, row, rest)
  const set = (name, value) => value != null && (attributes[name] = value)
  const session = ids.get(row.session) ?? null
  set('session.id', session)
  set('chat_vitals.page.id', ids.get(row.page))
  set('gen_ai.conversation.id', ids.get(row.conversation))
  if (row.turn != null)
    set('chat_vitals.turn.id', row.turn_low != null ? hex(row.turn, 16) + hex(row.turn_low, 16) : ids.get(row.turn))
  if (Number(row.revision)) set(revisionOf(table, row.name), Number(row.revision))
  if (row.curve_ms) set('chat_vitals.render.curve', unpackCurve({ ms: row.curve_ms, chars: row.curve_chars }))
  const links = JSON.parse(row.links ?? '[]')
  if (row.turn_trace) {
    set('chat_vitals.turn.trace_id', row.turn_trace.replaceAll('-', ''))
    if (row.turn_span != null) {
      set('chat_vitals.turn.span_id', hex(row.turn_span, 16))
      if (!links.length)
        links.push({ trace_id: row.turn_trace.replaceAll('-', ''), span_id: hex(row.turn_span, 16), attributes: {} })
    }
  }
  return {
    trace_id: row.trace.replaceAll('-', ''),
    span_id: hex(row.span, 16),
    revision: Number(row.revision),
    copies: row.copies,
    parent: row.parent == null ? null : hex(row.parent, 16),
    name: row.name,
    kind: row.kind,
    service: row.service,
    scope: row.scope,
    session_id: session,
    start_ns: row.start_ns,
    end_ns: row.end_ns,
    status: row.status,
    attributes,
    resource: JSON.parse(json.get(String(row.resource)) ?? '{}'),
    events: JSON.parse(row.events ?? '[]'),
    links,
    received_at: Number(row.received),
    model: row.model,
  }
}

/** 64-bit keys, in two arrays of 32 bits: 16 to 32 bytes a key, whatever there are. Zero is no key. */
export class KeySet {
  size = 0
  #cells = new Uint32Array(2 * 4096)
  add(key) {
    if (this.size * 2 > this.#cells.length / 2) this.#grow()
    this.#put(Number(key >> 32n), Number(key & 0xffffffffn))
  }
  has(key) {
    if (key == null) return false
    const at = this.#find(Number(key >> 32n), Number(key & 0xffffffffn))
    return this.#cells[at] !== 0 || this.#cells[at + 1] !== 0
  }
  #find(high, low) {
    const mask = this.#cells.length / 2 - 1
    for (let i = (Math.imul(low ^ (high >>> 7), 0x9e3779b1) >>> 3) & mask; ; i = (i + 1) & mask) {
      const [a, b] = [this.#cells[2 * i], this.#cells[2 * i + 1]]
      if ((a === high && b === low) || (a === 0 && b === 0)) return 2 * i
    }
  }
  #put(high, low) {
    const at = this.#find(high, low)
    if (this.#cells[at] === 0 && this.#cells[at + 1] === 0) this.size++
    this.#cells[at] = high
    this.#cells[at + 1] = low
  }
  #grow() {
    const old = this.#cells
    this.#cells = new Uint32Array(old.length * 2)
    this.size = 0
    for (let i = 0; i < old.length; i += 2) if (old[i] || old[i + 1]) this.#put(old[i], old[i + 1])
  }
}
