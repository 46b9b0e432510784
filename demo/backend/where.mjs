// Filters and breakdowns as SQL over turns. Values are always bound, never written into the text.
import { ATTRIBUTES } from './columns.mjs'
import { DIMENSIONS, FLAGS } from './pages/metrics.mjs'

/**
 * @typedef {object} Filter
 * @property {string} [q] part of an id, user, service or attribute
 * @property {string} [outcome]
 * @property {string} [model]
 * @property {string} [service]
 * @property {string} [since] `15m`, `24h`, `7d`, or epoch ms
 * @property {string} [until] epoch ms
 * @property {string} [ttft_from] s, first text later than that
 * @property {string} [ttft_to] s
 * @property {string} [flag] of FLAGS
 * @property {string} [edition] of the definitions
 * @property {Record<string, string>} [attributes] attribute → value
 */

const COLUMN_OF = new Map(Object.entries(ATTRIBUTES.turns).map(([column, [attribute]]) => [attribute, column]))
export const COVERED = new Set([
  ...COLUMN_OF.keys(),
  'service.name',
  'service.version',
  'deployment.environment.name',
  'deployment.environment',
])
const pointer = (name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
const columnOf = (name) => (DIMENSIONS.includes(name) ? name : COLUMN_OF.get(name))

/** @param {string | undefined} since @returns {number | undefined} epoch ms */
export function readSince(since) {
  const [, digits, unit] = /^(\d+)([mhd]?)$/.exec(since ?? '') ?? []
  if (!digits) return undefined
  return unit ? Date.now() - Number(digits) * { m: 6e4, h: 36e5, d: 864e5 }[unit] : Number(digits)
}

/** @param {Filter} filter @param {(value: unknown) => string} bind */
export function where(filter, bind) {
  const parts = []
  const [since, until] = [readSince(filter.since), readSince(filter.until)]
  if (since !== undefined) parts.push(`started >= ${bind(since)}`)
  if (until !== undefined) parts.push(`started < ${bind(until)}`)
  if (Number(filter.ttft_from) > 0) parts.push(`first_text > ${bind(Number(filter.ttft_from))}`)
  if (Number(filter.ttft_to) > 0) parts.push(`first_text <= ${bind(Number(filter.ttft_to))}`)
  for (const name of ['outcome', 'model', 'service'])
    if (filter[name]) parts.push(filter[name] === 'open' ? `${name} IS NULL` : `${name} = ${bind(filter[name])}`)
  if (Object.hasOwn(FLAGS, filter.flag ?? '')) parts.push(`(${FLAGS[filter.flag].where})`)
  if (filter.edition) parts.push(`coalesce(definitions, 1) = CAST(${bind(filter.edition)} AS INTEGER)`)
  for (const [name, value] of Object.entries(filter.attributes ?? {})) {
    const column = columnOf(name)
    if (column) parts.push(`CAST(${column} AS VARCHAR) = ${bind(value)}`)
    else {
      const holds = `SELECT no FROM texts WHERE json->>${bind(pointer(name))} = ${bind(value)}`
      parts.push(`(extra IN (${holds}) OR resource IN (${holds}))`)
    }
  }
  if (filter.q) {
    const text = bind(filter.q.toLowerCase())
    const names = `SELECT key FROM names WHERE contains(lower(id), ${text})`
    const any = [
      `contains(lower(user_id), ${text})`,
      `contains(lower(service), ${text})`,
      `contains(lower(model), ${text})`,
      ...['session', 'page', 'conversation', 'turn'].map((id) => `${id} IN (${names})`),
      `extra IN (SELECT no FROM texts WHERE contains(lower(CAST(json AS VARCHAR)), ${text}))`,
    ]
    if (/^[0-9a-f]{32}$/i.test(filter.q)) {
      any.push(
        `trace = CAST(${bind(filter.q)} AS UUID)`,
        `turn = CAST(${bind(String(BigInt(`0x${filter.q.slice(0, 16)}`)))} AS UBIGINT)`,
      )
    }
    parts.push(`(${any.join(' OR ')})`)
  }
  return parts.join(' AND ') || 'true'
}

/**
 * What a breakdown groups by: a column, or an attribute by JSON pointer, so that dots and quotes in its name mean nothing.
 * Attributes are read once for each distinct set of them, not for each turn.
 */
export function dimension(name, bind) {
  const column = columnOf(name)
  if (column) return { value: `CAST(${column} AS VARCHAR)`, with: '', joins: '' }
  const p = bind(pointer(name))
  return {
    value: 'coalesce(own.value, app.value)',
    with: `WITH told AS MATERIALIZED (SELECT no, json->>${p} AS value FROM texts)`,
    joins: 'LEFT JOIN told own ON own.no = extra LEFT JOIN told app ON app.no = resource',
  }
}
