// Reads one OTLP/HTTP JSON trace request into rows: what is wrong as a whole throws, what is wrong in one span rejects
// that span only. Knows nothing of storage.

/**
 * @typedef {object} SpanRow
 * @property {string} trace_id 32 hex digits, lower case
 * @property {string} span_id 16 hex digits, lower case
 * @property {number} revision highest one wins; 0 where a span has none
 * @property {string | null} parent
 * @property {string} name
 * @property {string} kind INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER
 * @property {string | null} service
 * @property {string | null} scope
 * @property {string | null} session_id
 * @property {string} start_ns epoch ns as decimal digits
 * @property {string} end_ns
 * @property {string | null} status null (unset), OK, ERROR or ERROR: message
 * @property {Record<string, unknown>} attributes
 * @property {Record<string, unknown>} resource
 * @property {{ name: string, time_ns: string, attributes: Record<string, unknown> }[]} events
 * @property {{ trace_id: string, span_id: string, attributes: Record<string, unknown> }[]} links
 * @property {number} received_at epoch ms
 */

/** The request as a whole cannot be read; the message is meant for the sender. */
export class OtlpError extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status = 400) {
    super(message)
    this.status = status
  }
}

const KINDS = ['INTERNAL', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']
const REVISIONS = ['turn', 'feedback', 'signal', 'page'].map((kind) => `chat_vitals.${kind}.revision`)
const MAX_NS = 2n ** 63n - 1n

/** What a single span is rejected for. */
class Invalid extends Error {}

/**
 * @param {string | object} given the body as text, or what a protobuf said
 * @param {number} receivedAt epoch ms
 * @returns {{ rows: SpanRow[], rejected: number, reasons: string[] }}
 */
export function readTraces(given, receivedAt) {
  let body
  try {
    body = typeof given === 'string' ? JSON.parse(given) : given
  } catch (error) {
    throw new OtlpError(`The body is not JSON: ${/** @type {Error} */ (error).message}`)
  }
  if (!isObject(body)) throw new OtlpError('The body must be an object: { "resourceSpans": [ … ] }')
  const rows = []
  const reasons = []
  let rejected = 0
  const at = String(receivedAt)
  for (const [i, resourceSpan] of list(body.resourceSpans, 'resourceSpans').entries()) {
    const where = `resourceSpans[${i}]`
    if (!isObject(resourceSpan)) throw new OtlpError(`${where} must be an object`)
    if (resourceSpan.resource != null && !isObject(resourceSpan.resource))
      throw new OtlpError(`${where}.resource must be an object`)
    const resource = whole(() => readAttributes(resourceSpan.resource?.attributes), `${where}.resource.attributes`)
    for (const [j, scopeSpan] of list(resourceSpan.scopeSpans, `${where}.scopeSpans`).entries()) {
      if (!isObject(scopeSpan)) throw new OtlpError(`${where}.scopeSpans[${j}] must be an object`)
      const scope = typeof scopeSpan.scope?.name === 'string' ? scopeSpan.scope.name.toWellFormed() : null
      for (const [k, span] of list(scopeSpan.spans, `${where}.scopeSpans[${j}].spans`).entries()) {
        try {
          rows.push(readSpan(span, resource, scope, Number(at)))
        } catch (error) {
          if (!(error instanceof Invalid)) throw error
          rejected++
          if (reasons.length < 8) reasons.push(`${where}.scopeSpans[${j}].spans[${k}]: ${error.message}`)
        }
      }
    }
  }
  inheritRevisions(rows)
  return { rows, rejected, reasons }
}

/** @returns {SpanRow} */
function readSpan(span, resource, scope, receivedAt) {
  if (!isObject(span)) throw new Invalid('must be an object')
  const attributes = readAttributes(span.attributes)
  const start = readNs(span.startTimeUnixNano, 'startTimeUnixNano')
  const end = readNs(span.endTimeUnixNano, 'endTimeUnixNano')
  if (end < start) throw new Invalid('endTimeUnixNano lies before startTimeUnixNano')
  if (typeof span.name !== 'string' || !span.name) throw new Invalid('name must be a string that is not empty')
  return {
    trace_id: readId(span.traceId, 32, 'traceId'),
    span_id: readId(span.spanId, 16, 'spanId'),
    revision: REVISIONS.map((name) => attributes[name]).find(Number.isSafeInteger) ?? 0,
    parent: span.parentSpanId ? readId(span.parentSpanId, 16, 'parentSpanId') : null,
    name: span.name.toWellFormed(),
    kind: readKind(span.kind),
    service: typeof resource['service.name'] === 'string' ? resource['service.name'] : null,
    scope,
    session_id: typeof attributes['session.id'] === 'string' ? attributes['session.id'] : null,
    start_ns: String(start),
    end_ns: String(end),
    status: readStatus(span.status),
    attributes,
    resource,
    events: inner(span.events, 'events').map((event) => ({
      name: String(event.name ?? '').toWellFormed(),
      time_ns: String(event.timeUnixNano == null ? start : readNs(event.timeUnixNano, 'events.timeUnixNano')),
      attributes: readAttributes(event.attributes),
    })),
    links: inner(span.links, 'links').map((link) => ({
      trace_id: readId(link.traceId, 32, 'links.traceId'),
      span_id: readId(link.spanId, 16, 'links.spanId'),
      attributes: readAttributes(link.attributes),
    })),
    received_at: receivedAt,
  }
}

// A turn's HTTP spans are sent again with it and carry no revision of their own.
function inheritRevisions(rows) {
  const turns = new Map()
  for (const row of rows)
    if (row.name === 'chat.turn') {
      const key = row.trace_id + row.span_id
      turns.set(key, Math.max(turns.get(key) ?? 0, row.revision))
    }
  for (const row of rows) if (!row.revision && row.parent) row.revision = turns.get(row.trace_id + row.parent) ?? 0
}

function readId(value, digits, name) {
  if (typeof value !== 'string' || value.length !== digits || !/^[0-9a-f]+$/i.test(value))
    throw new Invalid(`${name} must be ${digits} hex digits`)
  if (/^0+$/.test(value)) throw new Invalid(`${name} must not be all zero`)
  return value.toLowerCase()
}

// 64-bit integers are decimal strings in OTLP/JSON; numbers are accepted too.
function readNs(value, name) {
  const ok = typeof value === 'string' ? /^\d{1,19}$/.test(value) : Number.isInteger(value) && value >= 0
  const ns = ok ? BigInt(value) : 0n
  if (ns <= 0n || ns > MAX_NS) throw new Invalid(`${name} must be nanoseconds since 1970, as a string of digits`)
  return ns
}

function readKind(kind) {
  if (kind == null) return KINDS[0]
  const name =
    typeof kind === 'string' ? kind.replace('SPAN_KIND_', '').replace('UNSPECIFIED', 'INTERNAL') : KINDS[kind]
  if (!KINDS.includes(name)) throw new Invalid('kind must be 0 to 5')
  return name
}

function readStatus(status) {
  if (status == null) return null
  if (!isObject(status)) throw new Invalid('status must be an object')
  const code = { 1: 'OK', 2: 'ERROR', STATUS_CODE_OK: 'OK', STATUS_CODE_ERROR: 'ERROR' }[status.code]
  return code === 'ERROR' && status.message ? `ERROR: ${String(status.message).toWellFormed()}` : (code ?? null)
}

/** Key-value list → plain object. Without a prototype, so that a key named `__proto__` is just a key. */
function readAttributes(attributes) {
  const out = Object.create(null)
  for (const attribute of inner(attributes, 'attributes')) {
    if (typeof attribute.key !== 'string') throw new Invalid('attributes: key must be a string')
    const value = readValue(attribute.value, 0)
    if (value !== undefined) out[attribute.key.toWellFormed()] = value
  }
  return out
}

function readValue(value, depth) {
  if (value == null) return undefined
  if (!isObject(value)) throw new Invalid('attributes: value must be an object such as { "stringValue": "…" }')
  if (depth > 16) throw new Invalid('attributes: nested too deeply')
  if (typeof value.stringValue === 'string') return value.stringValue.toWellFormed()
  if (typeof value.boolValue === 'boolean') return value.boolValue
  if (value.intValue != null) return readInt(value.intValue)
  if (value.doubleValue != null) return readDouble(value.doubleValue)
  if (typeof value.bytesValue === 'string') return value.bytesValue
  if (isObject(value.arrayValue))
    return list(value.arrayValue.values, 'arrayValue.values', Invalid).map((item) => readValue(item, depth + 1) ?? null)
  if (isObject(value.kvlistValue)) {
    const out = Object.create(null)
    for (const item of inner(value.kvlistValue.values, 'kvlistValue.values'))
      out[String(item.key).toWellFormed()] = readValue(item.value, depth + 1) ?? null
    return out
  }
  return undefined
}

// Beyond 2^53 a JSON number would be a lie; it stays a string.
function readInt(value) {
  if (typeof value === 'string' ? !/^-?\d{1,20}$/.test(value) : !Number.isInteger(value))
    throw new Invalid('attributes: intValue must be an integer')
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}

// NaN and infinities come as strings and have no JSON number.
function readDouble(value) {
  const number = typeof value === 'string' ? Number(value.replace(/^(-?)inf$/i, '$1Infinity')) : value
  if (typeof number !== 'number' || (Number.isNaN(number) && value !== 'NaN'))
    throw new Invalid('attributes: doubleValue must be a number')
  return Number.isFinite(number) ? number : String(number)
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

function list(value, name, Kind = OtlpError) {
  if (value == null) return []
  if (!Array.isArray(value)) throw new Kind(`${name} must be an array`)
  return value
}

function inner(value, name) {
  const items = list(value, name, Invalid)
  if (!items.every(isObject)) throw new Invalid(`${name} must hold objects`)
  return items
}

function whole(read, where) {
  try {
    return read()
  } catch (error) {
    throw error instanceof Invalid ? new OtlpError(`${where}: ${error.message}`) : error
  }
}
