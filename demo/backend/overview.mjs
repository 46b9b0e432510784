// The overview: rates with intervals, quantiles, trends, breakdown, drift, comparison and the worst of everything, over any
// filtered set of turns. Counts and quantiles in SQL, from raw values; rates and ratings are made of them in rates.mjs.
import { DETECTOR } from './detector.mjs'
import { CORRECTED, DIMENSIONS, FLAGS, IN_VIEW, INTERRUPTED, QUANTILES, RATES, UNDERSTOOD } from './pages/metrics.mjs'
import { chance, drift, quantileBounds, rate, rating } from './rates.mjs'
import { quality } from './trust.mjs'
import { COVERED, dimension, where } from './where.mjs'

const count = (condition) => `CAST(count(*) FILTER (${condition}) AS INTEGER)`
const column = (sql, name) => `${sql} AS ${name}`

const COUNTS = Object.entries({
  turns: 'CAST(count(*) AS INTEGER)',
  open: count('outcome IS NULL'),
  ...Object.fromEntries(
    ['completed', 'error', 'lost', 'cancelled'].map((name) => [`o_${name}`, count(`outcome = '${name}'`)]),
  ),
  o_interrupted: count(INTERRUPTED),
  left_out: count(`first_text IS NOT NULL AND NOT (${IN_VIEW})`),
  ...Object.fromEntries(
    Object.entries(RATES).flatMap(([name, { k, n }]) => [
      [`${name}_n`, count(n)],
      [`${name}_k`, count(`(${n}) AND (${k})`)],
    ]),
  ),
})
  .map(([name, sql]) => column(sql, name))
  .join(', ')

/** Dear beside the rest: only where they are shown. */
const SESSIONS = `CAST(count(DISTINCT session) AS INTEGER) AS sessions,
  CAST(count(DISTINCT session) FILTER (${FLAGS.handoff.where}) AS INTEGER) AS handed`

/** @param {string[]} names of QUANTILES @param {(name: string) => number[]} wanted */
const quantiles = (names, wanted) =>
  names
    .flatMap((name) => {
      const it = QUANTILES[name]
      return [
        column(count(`${it.column} IS NOT NULL AND ${it.where}`), `${name}_count`),
        column(`quantile_cont(${it.column}, [${wanted(name).join(', ')}]) FILTER (${it.where})`, `${name}_q`),
      ]
    })
    .join(', ')
const points = (name) => (name === 'ttft' ? [0.75, 0.5, 0.95] : [QUANTILES[name].q])
const ALL = Object.keys(QUANTILES)
const SHORT = ['ttft', 'stall_ratio', 'qoe']

/** One row → rates with intervals, quantiles with n and rating. */
function read(row, names = ALL) {
  const rates = Object.fromEntries(Object.keys(RATES).map((name) => [name, rate(row[`${name}_k`], row[`${name}_n`])]))
  const measures = Object.fromEntries(
    names.map((name) => {
      const value = row[`${name}_q`]?.[0]
      return [name, { value, n: row[`${name}_count`], quantile: QUANTILES[name].q, rating: rating(name, value) }]
    }),
  )
  const [p75, p50, p95] = row.ttft_q ?? []
  const n = rates.interruption.n
  return {
    turns: row.turns,
    open: row.open,
    outcomes: {
      completed: row.o_completed,
      interrupted: row.o_interrupted,
      error: row.o_error,
      cancelled: row.o_cancelled,
      lost: row.o_lost,
    },
    ...rates,
    ...measures,
    ttft: { ...measures.ttft, p50, p75, p95, leftOutHidden: row.left_out },
    interruption: { ...rates.interruption, upperBound: rate(row.o_interrupted + row.o_lost, n) },
    handoff: rate(row.handed ?? 0, row.sessions ?? 0),
    dwell: { value: row.dwell ?? undefined, n: row.dwell_n ?? 0 },
  }
}

/** Upper edges of the TTFT histogram, s; the limits of the ratings are among them. */
const EDGES = [0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 15, 20, 30]
const PARTS = ['client', 'server', 'model', 'render', 'paint', 'unknown']
const CAUSES = ['server', 'client', 'main_thread', 'tool', 'unknown']
const WORST = {
  abandoned: [RATES.waitAbandonment.k, 'ended - started'],
  slow: ['first_text IS NOT NULL', 'first_text'],
  corrected: [`pair AND ${CORRECTED}`, 'coalesce(correction_score, 0)'],
  down: [FLAGS.down.where, 'coalesce(first_text, 0)'],
}

/** @param {import('./store.mjs').Store} store @param {ReturnType<typeof import('./memo.mjs').memo>} kept */
export function openOverview(store, kept) {
  /** A query over filtered turns; `make` may bind more values. */
  const over = (filter, make) => {
    const values = []
    const bind = (value) => `$${values.push(value)}`
    const is = where(filter, bind)
    return store.query(make(is, bind), values)
  }
  const facets = () =>
    kept(
      'facets',
      async () => {
        const values = (name) => `list_sort(list(DISTINCT ${name}) FILTER (${name} IS NOT NULL)) AS ${name}s`
        const [row] = await store.query(`SELECT ${['outcome', 'model', 'service'].map(values).join(', ')} FROM turns`)
        return { outcomes: row.outcomes ?? [], models: row.models ?? [], services: row.services ?? [] }
      },
      20,
    )

  /** Editions that are there; a rate is of one, the newest unless another is asked for. */
  async function editionOf(filter) {
    const editions = await over(
      filter,
      (is) =>
        `SELECT coalesce(definitions, 1) AS edition, CAST(count(*) AS INTEGER) AS turns FROM turns WHERE ${is} GROUP BY 1 ORDER BY 1 DESC`,
    )
    return { editions, edition: filter.edition ? Number(filter.edition) : editions[0]?.edition }
  }

  async function totalsOf(filter, names = ALL) {
    const [row] = await over(
      filter,
      (
        is,
      ) => `SELECT ${COUNTS}, ${SESSIONS}, ${quantiles(names, points)}, median(dwell) AS dwell, CAST(count(dwell) AS INTEGER) AS dwell_n,
        min(started) AS first, max(started) AS last FROM turns WHERE ${is}`,
    )
    const totals = read(row, names)
    const bounds = names.map((name) => [name, quantileBounds(totals[name].n, QUANTILES[name].q)]).filter(([, it]) => it)
    if (bounds.length) {
      const parts = bounds.map(
        ([name, it]) =>
          `quantile_cont(${QUANTILES[name].column}, [${it.join(', ')}]) FILTER (${QUANTILES[name].where}) AS ${name}`,
      )
      const [range] = await over(filter, (is) => `SELECT ${parts.join(', ')} FROM turns WHERE ${is}`)
      for (const [name] of bounds) Object.assign(totals[name], { low: range[name][0], high: range[name][1] })
    }
    return { totals, first: row.first, last: row.last }
  }

  /** @param {import('./where.mjs').Filter & { by?: string, bucket?: string }} asked */
  async function answer({ by = 'model', bucket, ...asked }) {
    const { edition, editions } = await editionOf(asked)
    const filter = editions.length > 1 ? { ...asked, edition: String(edition) } : asked
    const { totals, first, last } = await totalsOf(filter)
    const size = bucket === 'day' || (bucket !== 'hour' && last - first > 3 * 864e5) ? 'day' : 'hour'
    const ms = size === 'day' ? 864e5 : 36e5

    const breakdown = await over(filter, (is, bind) => {
      const it = dimension(by, bind)
      return `${it.with} SELECT ${it.value} AS value, ${COUNTS}, ${SESSIONS}, ${quantiles(SHORT, points)} FROM turns ${it.joins} WHERE ${is}
        GROUP BY 1 ORDER BY turns DESC, value LIMIT 100`
    })
    const trend = await over(
      filter,
      (is) =>
        `SELECT floor(started / ${ms}) * ${ms} AS "at", ${COUNTS}, ${quantiles(['ttft'], points)} FROM turns WHERE ${is} GROUP BY 1 ORDER BY 1 DESC LIMIT 400`,
    )
    const releases = await over(
      filter,
      (is) => `SELECT service, version, min(started) AS "at", CAST(count(*) AS INTEGER) AS turns FROM turns
        WHERE ${is} AND version IS NOT NULL GROUP BY ALL ORDER BY "at" LIMIT 50`,
    )
    const histogram = await over(
      filter,
      (is) => `SELECT CAST(${EDGES.map((edge) => `(first_text > ${edge})::INTEGER`).join(' + ')} AS INTEGER) AS i,
        CAST(count(*) AS INTEGER) AS n FROM turns WHERE ${is} AND ${IN_VIEW} AND first_text IS NOT NULL GROUP BY 1`,
    )
    const outcomes = await over(
      filter,
      (is) => `SELECT outcome, phase, ended_by AS "endedBy", CAST(count(*) AS INTEGER) AS n,
        median(ended - started) FILTER (${INTERRUPTED}) AS "afterMs" FROM turns WHERE ${is} GROUP BY ALL ORDER BY n DESC`,
    )
    const kinds = await over(
      filter,
      (is) => `SELECT correction AS kind, CAST(count(*) AS INTEGER) AS n, ${count('pair')} AS pairs FROM turns
        WHERE ${is} AND correction IS NOT NULL GROUP BY 1 ORDER BY 3 DESC, 2 DESC`,
    )
    const evidence = await over(
      filter,
      (is) =>
        `SELECT gesture, wire, screen, CAST(count(*) AS INTEGER) AS n FROM turns WHERE ${is} AND wire IS NOT NULL GROUP BY ALL ORDER BY n DESC`,
    )
    const understood = evidence.length
      ? await over(filter, (is) => `SELECT ${COUNTS} FROM turns WHERE ${is} AND ${UNDERSTOOD}`)
      : []
    const [sums] = await over(
      filter,
      (is) =>
        `SELECT ${[
          ...PARTS.map((name) => `sum(part_${name}) FILTER (${IN_VIEW}) AS part_${name}`),
          ...CAUSES.map((name) => `sum(stall_${name}) AS stall_${name}`),
          `${count(`${IN_VIEW} AND coalesce(${PARTS.map((name) => `part_${name}`).join(', ')}) IS NOT NULL`)} AS n`,
          `${count('stall_duration > 0')} AS stalled`,
          `median(ended - started) FILTER (${RATES.waitAbandonment.k}) AS gave_up`,
          `${count(RATES.waitAbandonment.k)} AS gave_up_n`,
        ].join(', ')} FROM turns WHERE ${is}`,
    )
    const [perSession] = await over(
      filter,
      (is) => `SELECT CAST(count(*) AS INTEGER) AS sessions, CAST(count(*) FILTER (active) AS INTEGER) AS active,
        median(n) FILTER (NOT active) AS median, quantile_cont(n, 0.9) FILTER (NOT active) AS p90,
        avg(n) FILTER (NOT active) AS mean FROM (
        SELECT session, count(*) AS n, max(ended) > ${Date.now() - 18e5} AS active FROM turns
        WHERE ${is} AND session IS NOT NULL GROUP BY 1)`,
    )
    return {
      filter,
      by,
      bucket: size,
      edition,
      editions,
      totals,
      histogram: {
        edges: EDGES,
        counts: [...EDGES, Infinity].map((_, i) => histogram.find((row) => row.i === i)?.n ?? 0),
      },
      trend: trend.toReversed().map(({ at, ...row }) => ({ at, ...read(row, ['ttft']) })),
      releases,
      breakdown: breakdown.map(({ value, ...row }) => ({ value, ...read(row, SHORT) })),
      outcomes,
      gaveUp: { ms: sums.gave_up, n: sums.gave_up_n },
      corrections: { kinds, rate: totals.correction, detector: DETECTOR },
      evidence: {
        shares: evidence,
        understood: understood.map((row) =>
          Object.fromEntries(Object.keys(RATES).map((name) => [name, rate(row[`${name}_k`], row[`${name}_n`])])),
        )[0],
      },
      ttftParts: { n: sums.n, seconds: pick(sums, 'part_', PARTS) },
      stallCauses: { n: sums.stalled, seconds: pick(sums, 'stall_', CAUSES) },
      turnsPerSession: perSession,
      drift: await kept(`drift ${JSON.stringify(filter)}`, () => driftOf(filter), 30),
      worst: await kept(`worst ${JSON.stringify(filter)}`, () => worstOf(filter), 30),
      quality: await kept(`quality ${asked.since}`, () => quality(store, asked.since), 30),
      dimensions: await kept('dimensions', dimensions, 30),
      facets: await facets(),
    }
  }

  /** The turns of each kind that were worst, each with the session it leads to. */
  async function worstOf(filter) {
    const lists = {}
    for (const [name, [condition, order]] of Object.entries(WORST)) {
      lists[name] = await over(
        filter,
        (
          is,
        ) => `SELECT n.id AS session, replace(CAST(trace AS VARCHAR), '-', '') AS trace, started, model, first_text AS ttft,
          ended - started AS ms, chars, correction, ${PARTS.map((part) => `part_${part}`).join(', ')}
          FROM (SELECT *, ${order} AS badness FROM turns WHERE ${is} AND (${condition}) ORDER BY badness DESC LIMIT 5) w
          LEFT JOIN names n ON n.key = w.session ORDER BY badness DESC`,
      )
    }
    return lists
  }

  /** The newest turns against those before them: at least 100 against at least 1,000. */
  async function driftOf(filter) {
    const rows = await over(
      filter,
      (
        is,
      ) => `SELECT first_text, ${INTERRUPTED} AS interrupted, outcome = 'error' AS error, ${SENT} AS sent, pair, pair AND ${CORRECTED} AS corrected
        FROM turns WHERE ${is} ORDER BY start_ns DESC LIMIT 5000`,
    )
    return drift(rows)
  }

  /** What there is to break down by: columns with a value, and attributes with few values. */
  async function dimensions() {
    const [used] = await store.query(
      `SELECT ${DIMENSIONS.map((name) => `count(${name}) > 0 AS ${name}`).join(', ')} FROM turns`,
    )
    const keys = await store.query(
      `SELECT key, CAST(count(DISTINCT value) AS INTEGER) AS n FROM (
        SELECT key, json->>('$."' || key || '"') AS value FROM (SELECT json, unnest(json_keys(json)) AS key FROM texts
          WHERE no IN (SELECT extra FROM recent UNION SELECT resource FROM recent))
        WHERE key NOT LIKE '%"%' AND NOT regexp_matches(key, '\\.id$|revision|^telemetry\\.|curve|delivery\\.|\\.seq$|of_turn|replaces'))
      GROUP BY key HAVING n BETWEEN 1 AND 50
        AND (bool_and(TRY_CAST(value AS DOUBLE) IS NULL) OR (n <= 12 AND key NOT LIKE 'chat_vitals.%')) ORDER BY key`.replaceAll(
        'recent',
        '(SELECT extra, resource FROM turns ORDER BY start_ns DESC LIMIT 1000)',
      ),
    )
    return [
      ...DIMENSIONS.filter((name) => used[name]),
      ...keys.map((row) => row.key).filter((key) => !COVERED.has(key)),
      'chat_vitals.correction.kind',
    ].filter((name, i, all) => all.indexOf(name) === i)
  }

  /** Two values of one dimension, side by side, and which differences are beyond chance. */
  async function compare({ by = 'model', a, b, ...asked }) {
    const { edition, editions } = await editionOf(asked)
    const filter = editions.length > 1 ? { ...asked, edition: String(edition) } : asked
    const side = (value) => totalsOf({ ...filter, attributes: { ...filter.attributes, [by]: value } })
    const [left, right] = [(await side(a)).totals, (await side(b)).totals]
    const rates = Object.keys(RATES).map((name) => ({
      name,
      a: left[name],
      b: right[name],
      ...chance(left[name], right[name]),
    }))
    const measures = ALL.map((name) => ({
      name,
      a: left[name],
      b: right[name],
      // Intervals that do not overlap differ for sure; those that do may still.
      beyond:
        left[name].low !== undefined &&
        right[name].low !== undefined &&
        (left[name].high < right[name].low || right[name].high < left[name].low),
    }))
    return { by, a, b, turns: [left.turns, right.turns], rates, measures }
  }

  return { answer, compare, facets }
}

const SENT = RATES.interruption.n
const pick = (row, prefix, names) => Object.fromEntries(names.map((name) => [name, row[prefix + name] ?? 0]))
