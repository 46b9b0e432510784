// The questions the pages ask, as SQL over the stored turns: list, one session, turns. The overview has a file of its own.
import { keyOf } from './rows.mjs'
import { memo } from './memo.mjs'
import { openOverview } from './overview.mjs'
import { CORRECTED, FLAGS, IN_VIEW } from './pages/metrics.mjs'
import { rating } from './rates.mjs'
import { readSession } from './session.mjs'
import { where } from './where.mjs'

/** @typedef {import('./store.mjs').Store} Store */
/** @typedef {import('./where.mjs').Filter} Filter */

/** Turns from which on a dear answer may be some seconds old. */
const LARGE = 20_000
const count = (condition) => `CAST(count(*) FILTER (${condition}) AS INTEGER)`
/** What a list may be sorted by: over a session's turns. */
const ORDER = {
  latest: 'max(start_ns)',
  turns: 'count(*)',
  ttft: `max(first_text) FILTER (${IN_VIEW})`,
  corrections: count(`pair AND ${CORRECTED}`),
  down: count(FLAGS.down.where),
  length: 'max(ended) - min(started)',
}
/** Columns of an export, in order. */
const EXPORT = `n.id AS session, replace(CAST(trace AS VARCHAR), '-', '') AS trace, strftime(make_timestamp(CAST(started * 1000 AS BIGINT)), '%Y-%m-%dT%H:%M:%S.%gZ') AS started,
  turns.service, environment, version, model, trigger, outcome, phase, ended_by, finish, error_type, first_text, first_feedback,
  first_progress, last_text, hidden, part_client, part_server, part_model, part_render, part_paint, part_unknown, frames, chars,
  cps, pace, qoe, gap_p95, gap_max, stalls, stall_duration, stall_longest, stall_ratio, pair, correction, rated, good, exposed,
  copied, shared, dwell, gesture, wire, screen, definitions`

/** @param {Store} store */
export async function openQueries(store) {
  const kept = memo(store.changes, () => store.counts().turns > LARGE)
  const overview = openOverview(store, kept)

  /** @param {Filter & { limit?: number, offset?: number, sort?: string, up?: string }} filter */
  async function list({ limit = 50, offset = 0, sort = 'latest', up, ...filter }) {
    const values = []
    const found = where(filter, (value) => `$${values.push(value)}`)
    const by = Object.hasOwn(ORDER, sort) ? sort : 'latest'
    // A session is listed when one of its turns matches, and is shown whole.
    const rows = await store.query(
      `SELECT CAST(session AS VARCHAR) AS session, CAST(count(*) OVER () AS INTEGER) AS total FROM (
        SELECT session, ${ORDER[by]} AS wanted, max(start_ns) AS latest FROM turns WHERE session IS NOT NULL
        ${found === 'true' ? '' : `AND session IN (SELECT session FROM turns WHERE ${found})`} GROUP BY session)
      ORDER BY wanted ${up ? 'ASC' : 'DESC'} NULLS LAST, latest DESC LIMIT ${whole(limit, 50, 500)} OFFSET ${whole(offset, 0, 1e9)}`,
      values,
    )
    const keys = rows.map((row) => row.session)
    const details = keys.length
      ? await store.query(
          `SELECT CAST(session AS VARCHAR) AS key, any_value(n.id) AS id, min(started) AS started, max(ended) AS ended,
            CAST(count(*) AS INTEGER) AS turns, arg_max(service, start_ns) AS service, arg_max(user_id, start_ns) AS user,
            arg_max(environment, start_ns) AS environment, list(DISTINCT model) FILTER (model IS NOT NULL) AS models,
            max(first_text) FILTER (${IN_VIEW}) AS worst_ttft, max(stall_longest) AS longest_stall,
            ${ORDER.corrections} AS corrections, ${count('rated AND good')} AS up, ${ORDER.down} AS down,
            bool_or(${FLAGS.handoff.where}) AS handed,
            list({ seq: seq, outcome: outcome, phase: phase, ttft: first_text, correction: CASE WHEN pair THEN correction END }
              ORDER BY start_ns, seq) AS strip
          FROM turns JOIN names n ON n.key = session WHERE session IN (${keys.join(', ')}) GROUP BY session`,
        )
      : []
    const byKey = new Map(details.map((row) => [row.key, row]))
    return {
      total: rows[0]?.total ?? 0,
      sessions: keys.map((key) => {
        const { key: _, worst_ttft, longest_stall, strip, ...row } = byKey.get(key)
        return {
          ...row,
          models: row.models ?? [],
          strip: strip.slice(-40),
          worstTtft: worst_ttft,
          longestStall: longest_stall,
          rating: rating('ttft', worst_ttft),
        }
      }),
      facets: await overview.facets(),
    }
  }

  /** @param {string} id */
  async function session(id) {
    const key = keyOf(id)
    const own = await store.read('turns', `session = ${key} ORDER BY start_ns, seq LIMIT 2000`)
    const list_ = (items) => [...new Set(items)].join(', ')
    const uuids = (all) => list_(all.map((trace) => `CAST('${trace}' AS UUID)`))
    const traces = own.map((row) => row.trace_id)
    const inTraces = traces.length ? `trace IN (${uuids(traces)})` : 'false'
    const requests = await store.read('requests', `session = ${key} OR ${inTraces} LIMIT 8000`)
    const turnIds = own.map((row) => row.attributes['chat_vitals.turn.id']).filter(Boolean)
    const reactions = await store.read(
      'reactions',
      `session = ${key} OR ${turnIds.length ? `turn IN (${list_(turnIds.map(keyOf))})` : 'false'} OR ${inTraces.replace('trace', 'turn_trace')} LIMIT 8000`,
    )
    const linked = [...own, ...requests].flatMap((row) => [
      ...row.links.map((link) => link.trace_id),
      row.attributes['chat_vitals.backend.trace_id'],
    ])
    const all = [...traces, ...linked].filter((trace) => /^[0-9a-f]{32}$/.test(trace ?? ''))
    const others = await store.read(
      'others',
      `session = ${key} OR ${all.length ? `trace IN (${uuids(all)})` : 'false'} LIMIT 8000`,
    )
    const far = linked.length
      ? await store.read(
          'requests',
          `trace IN (${uuids(linked.filter((it) => /^[0-9a-f]{32}$/.test(it ?? ''))) || 'NULL'}) LIMIT 2000`,
        )
      : []
    // A request that came with its turn has the turn's ids.
    const turns = new Map(own.map((row) => [row.trace_id + row.span_id, row]))
    for (const request of requests) {
      const turn = turns.get(request.trace_id + request.parent)
      if (!turn || request.session_id) continue
      for (const name of ['session.id', 'chat_vitals.page.id', 'gen_ai.conversation.id', 'chat_vitals.turn.id'])
        if (turn.attributes[name] !== undefined) request.attributes[name] = turn.attributes[name]
    }
    const rows = new Map()
    for (const row of [...own, ...requests, ...reactions, ...others, ...far]) rows.set(row.trace_id + row.span_id, row)
    if (!rows.size) return undefined
    const byStart = (a, b) =>
      Number(BigInt(a.start_ns) - BigInt(b.start_ns)) || Number(BigInt(b.end_ns) - BigInt(a.end_ns))
    // Counted as the overview does: a repeat after an answer that failed or showed nothing corrects no answer.
    const [counted] = await store.query(
      `SELECT ${ORDER.corrections} AS k, ${count('pair')} AS n FROM turns WHERE session = ${key}`,
    )
    return { ...readSession(id, [...rows.values()].sort(byStart)), corrections: counted }
  }

  /** Turns that match, as CSV. @param {Filter} filter */
  async function csv(filter) {
    const values = []
    const found = where(filter, (value) => `$${values.push(value)}`)
    const rows = await store.query(
      `SELECT ${EXPORT} FROM turns LEFT JOIN names n ON n.key = session WHERE ${found} ORDER BY start_ns DESC LIMIT 100000`,
      values,
    )
    const names = Object.keys(rows[0] ?? {})
    // A cell that begins like a formula is one in a spreadsheet.
    const cell = (it) => {
      const text = it == null ? '' : String(it)
      const safe = typeof it === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
    }
    return [names.join(','), ...rows.map((row) => names.map((name) => cell(row[name])).join(','))].join('\r\n')
  }

  return {
    sessions: (filter) => kept(`list ${JSON.stringify(filter)}`, () => list(filter)),
    session,
    csv,
    overview: (filter) => kept(`overview ${JSON.stringify(filter)}`, () => overview.answer(filter)),
    compare: (filter) => kept(`compare ${JSON.stringify(filter)}`, () => overview.compare(filter)),
    health() {
      const { spans, turns, last, generated } = store.counts()
      return { status: 'ok', spans, turns, lastReceivedAt: last ?? null, generated }
    },
  }
}

function whole(value, fallback, max) {
  const number = Math.trunc(Number(value))
  return number >= 0 ? Math.min(number, max) : fallback
}
