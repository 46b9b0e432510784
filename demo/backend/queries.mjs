// The questions the pages ask, as SQL over the stored spans: list, one session, overview. Counts in SQL, from raw values;
// rates and ratings are made of the counts in rates.mjs.
import { loss, quantileBounds, rate, RATINGS, rating } from './rates.mjs'
import { DETECTOR } from './detector.mjs'
import { readSession } from './session.mjs'

/** @typedef {import('./store.mjs').Store} Store */

/** Turn attributes read as columns: column → [attribute, type]. Times in seconds, as on the span. */
const TURN = {
  id: ['chat_vitals.turn.id', 'VARCHAR'],
  seq: ['chat_vitals.turn.seq', 'INTEGER'],
  trigger: ['chat_vitals.turn.trigger', 'VARCHAR'],
  outcome: ['chat_vitals.turn.outcome', 'VARCHAR'],
  phase: ['chat_vitals.turn.phase', 'VARCHAR'],
  ended_by: ['chat_vitals.turn.ended_by', 'VARCHAR'],
  finish: ['chat_vitals.turn.finish', 'VARCHAR'],
  error_type: ['error.type', 'VARCHAR'],
  page_id: ['chat_vitals.page.id', 'VARCHAR'],
  conversation: ['gen_ai.conversation.id', 'VARCHAR'],
  user_id: ['user.id', 'VARCHAR'],
  first_text: ['chat_vitals.time_to.first_text', 'DOUBLE'],
  first_feedback: ['chat_vitals.time_to.first_feedback', 'DOUBLE'],
  first_progress: ['chat_vitals.time_to.first_progress', 'DOUBLE'],
  hidden: ['chat_vitals.ttft.hidden', 'DOUBLE'],
  part_client: ['chat_vitals.ttft.client', 'DOUBLE'],
  part_server: ['chat_vitals.ttft.server', 'DOUBLE'],
  part_model: ['chat_vitals.ttft.model', 'DOUBLE'],
  part_render: ['chat_vitals.ttft.render', 'DOUBLE'],
  part_paint: ['chat_vitals.ttft.paint', 'DOUBLE'],
  part_unknown: ['chat_vitals.ttft.unknown', 'DOUBLE'],
  chars: ['chat_vitals.render.chars', 'DOUBLE'],
  qoe: ['chat_vitals.render.qoe', 'DOUBLE'],
  pace: ['chat_vitals.render.pace', 'DOUBLE'],
  gap_p95: ['chat_vitals.gap.p95', 'DOUBLE'],
  stall_ratio: ['chat_vitals.stall.ratio', 'DOUBLE'],
  stall_longest: ['chat_vitals.stall.longest', 'DOUBLE'],
  stall_duration: ['chat_vitals.stall.duration', 'DOUBLE'],
  stall_server: ['chat_vitals.stall.server', 'DOUBLE'],
  stall_client: ['chat_vitals.stall.client', 'DOUBLE'],
  stall_main_thread: ['chat_vitals.stall.main_thread', 'DOUBLE'],
  stall_tool: ['chat_vitals.stall.tool', 'DOUBLE'],
  stall_unknown: ['chat_vitals.stall.unknown', 'DOUBLE'],
  correction: ['chat_vitals.correction.kind', 'VARCHAR'],
  opened: ['chat_vitals.delivery.opened', 'INTEGER'],
}
const shape = JSON.stringify(Object.fromEntries(Object.values(TURN)))
const columns = Object.entries(TURN).map(([column, [attribute]]) => `a."${attribute}" AS ${column}`)

/** An attribute of a feedback: on the span, or on its `gen_ai.evaluation.result` event. */
const evaluation = (name) =>
  `coalesce(attributes->>'$."gen_ai.evaluation.${name}"', (events->>'$[0].attributes."gen_ai.evaluation.${name}"'))`

/** The turn of a feedback or signal: by its id, or by its trace where the page knew only that. */
const TURN_ID = `coalesce(attributes->>'$."chat_vitals.turn.id"',
  (SELECT max(t.attributes->>'$."chat_vitals.turn.id"') FROM spans t WHERE t.name = 'chat.turn'
    AND t.trace_id = (spans.attributes->>'$."chat_vitals.turn.trace_id"')))`

/** Rebuilt from the spans when something was written; every question is then asked of plain columns. */
const TABLES = `
CREATE OR REPLACE TEMP TABLE models AS
  SELECT trace_id, arg_min(model, start_ns) AS model FROM (
    SELECT trace_id, start_ns,
      coalesce(attributes->>'$."gen_ai.response.model"', (attributes->>'$."gen_ai.request.model"')) AS model
    FROM spans WHERE kind = 'CLIENT') WHERE model IS NOT NULL GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE feedback AS
  SELECT *, label IS DISTINCT FROM 'retracted' AND (label IS NOT NULL OR score IS NOT NULL) AS standing,
    CASE WHEN label IN ('up', 'good', 'positive', 'thumbs_up') THEN 1
         WHEN label IN ('down', 'bad', 'negative', 'thumbs_down') THEN 0
         WHEN evaluation IN ('thumb', 'thumbs') AND label IS DISTINCT FROM 'retracted'
         THEN CAST(score > 0.5 AS INTEGER) END AS good
  FROM (SELECT ${TURN_ID} AS turn_id, start_ns,
      ${evaluation('name')} AS evaluation, ${evaluation('score.label')} AS label,
      TRY_CAST(${evaluation('score.value')} AS DOUBLE) AS score
    FROM spans WHERE name = 'chat.feedback'
    QUALIFY row_number() OVER (PARTITION BY coalesce(attributes->>'$."chat_vitals.feedback.id"', span_id)
      ORDER BY revision DESC, end_ns DESC) = 1);

CREATE OR REPLACE TEMP TABLE reactions AS
  SELECT turn_id, bool_or(standing) AS rated, arg_max(good, start_ns) FILTER (standing) AS good,
    bool_or(used OR signal = 'exposed') AS exposed, bool_or(signal = 'copy') AS copied, bool_or(signal = 'share') AS shared,
    bool_or(signal = 'scroll_back') AS scrolled, max(dwell) AS dwell
  FROM (SELECT turn_id, standing, good, start_ns, true AS used, NULL AS signal, NULL AS dwell FROM feedback UNION ALL
    SELECT ${TURN_ID}, false, NULL, start_ns, false, (attributes->>'$."chat_vitals.signal.kind"') AS sort,
      CASE WHEN sort = 'dwell' THEN TRY_CAST(attributes->>'$."chat_vitals.signal.value"' AS DOUBLE) END
    FROM spans WHERE name = 'chat.signal')
  WHERE turn_id IS NOT NULL GROUP BY turn_id;

CREATE OR REPLACE TEMP TABLE handoffs AS
  SELECT DISTINCT session_id FROM spans
  WHERE name = 'chat.signal' AND (attributes->>'$."chat_vitals.signal.kind"') = 'handoff';

CREATE OR REPLACE TEMP TABLE turns AS
  SELECT *, hidden IS NULL OR hidden = 0 AS in_view, first_text IS NOT NULL OR chars > 0 AS showed,
    coalesce(lag(first_text IS NOT NULL OR chars > 0) OVER chat AND
      lag(outcome) OVER chat IS DISTINCT FROM 'error', false) AS pair
  FROM (SELECT s.trace_id, s.span_id, s.session_id, s.service, s.start_ns, s.end_ns, s.status, s.attributes, s.resource,
      s.start_ns / 1e6 AS started, s.end_ns / 1e6 AS ended, m.model,
      coalesce(s.resource->>'$."deployment.environment.name"', (s.resource->>'$."deployment.environment"')) AS environment,
      (s.resource->>'$."service.version"') AS version,
      ${columns.join(', ')}
    FROM (SELECT *, json_transform(attributes, '${shape}') AS a FROM spans WHERE name = 'chat.turn') s
    LEFT JOIN models m USING (trace_id))
  WINDOW chat AS (PARTITION BY coalesce(conversation, session_id, page_id) ORDER BY start_ns, seq);
`

/** What a breakdown may go by, besides any attribute of the turn or its resource. */
const DIMENSIONS = ['model', 'outcome', 'service', 'environment', 'version', 'trigger', 'phase', 'ended_by', 'finish']

const interrupted = `outcome IN ('stopped', 'abandoned', 'superseded')`
const corrected = `pair AND correction IN ('repeat', 'rephrase', 'correction', 'edit')`
const count = (where) => `CAST(count(*) FILTER (${where}) AS INTEGER)`

/** Counts and quantiles of any set of turns; made into rates by `read`. */
const MEASURES = Object.entries({
  turns: 'CAST(count(*) AS INTEGER)',
  open: count('outcome IS NULL'),
  sends: count(`outcome <> 'cancelled'`),
  completed: count(`outcome = 'completed'`),
  errors: count(`outcome = 'error'`),
  lost: count(`outcome = 'lost'`),
  cancelled: count(`outcome = 'cancelled'`),
  interrupted: count(interrupted),
  waiting: count(`${interrupted} AND phase = 'waiting'`),
  left_out: count('first_text IS NOT NULL AND NOT in_view'),
  ttft_n: count('first_text IS NOT NULL AND in_view'),
  ttft: 'quantile_cont(first_text, [0.5, 0.75, 0.95]) FILTER (in_view)',
  first_feedback_n: count('first_feedback IS NOT NULL AND in_view'),
  first_feedback: 'quantile_cont(first_feedback, 0.75) FILTER (in_view)',
  first_progress_n: count('first_progress IS NOT NULL AND in_view'),
  first_progress: 'quantile_cont(first_progress, 0.75) FILTER (in_view)',
  stall_ratio_n: 'CAST(count(stall_ratio) AS INTEGER)',
  stall_ratio: 'quantile_cont(stall_ratio, 0.75)',
  stall_longest_n: 'CAST(count(stall_longest) AS INTEGER)',
  stall_longest: 'quantile_cont(stall_longest, 0.75)',
  gap_p95_n: 'CAST(count(gap_p95) AS INTEGER)',
  gap_p95: 'quantile_cont(gap_p95, 0.75)',
  qoe_n: 'CAST(count(qoe) AS INTEGER)',
  // Better is higher: three of four turns reach the 25th percentile.
  qoe: 'quantile_cont(qoe, 0.25)',
  pairs: count('pair'),
  corrected: count(corrected),
  exposed: count('exposed'),
  rated: count('rated'),
  good: count('rated AND good = 1'),
  bad: count('rated AND good = 0'),
  // Of answers that showed text: one cannot copy another.
  showed: count('showed'),
  copied: count('copied AND showed'),
  shared: count('shared AND showed'),
  scrolled: count('scrolled AND showed'),
  dwell_n: 'CAST(count(dwell) AS INTEGER)',
  dwell: 'median(dwell)',
  sessions: 'CAST(count(DISTINCT session_id) AS INTEGER)',
  handed: 'CAST(count(DISTINCT session_id) FILTER (session_id IN (FROM handoffs)) AS INTEGER)',
})
  .map(([name, sql]) => `${sql} AS ${name}`)
  .join(', ')

const FROM = 'FROM turns LEFT JOIN reactions ON turns.id = reactions.turn_id'

/** One row of MEASURES → rates with intervals, quantiles with n and rating. */
function read(row) {
  const quantiles = {}
  for (const name of ['first_feedback', 'first_progress', 'stall_ratio', 'stall_longest', 'gap_p95', 'qoe'])
    quantiles[name] = measure(name, row[name], row[`${name}_n`])
  const [p50, p75, p95] = row.ttft ?? []
  return {
    turns: row.turns,
    open: row.open,
    outcomes: {
      completed: row.completed,
      interrupted: row.interrupted,
      error: row.errors,
      cancelled: row.cancelled,
      lost: row.lost,
    },
    ttft: { p50, p75, p95, n: row.ttft_n, leftOutHidden: row.left_out, rating: rating('ttft', p75) },
    ...quantiles,
    interruption: { ...rate(row.interrupted, row.sends), upperBound: rate(row.interrupted + row.lost, row.sends) },
    waitAbandonment: rate(row.waiting, row.sends),
    errorRate: rate(row.errors, row.sends),
    correction: rate(row.corrected, row.pairs),
    participation: rate(row.rated, row.exposed),
    good: rate(row.good, row.good + row.bad),
    bad: rate(row.bad, row.good + row.bad),
    copies: rate(row.copied, row.showed),
    shares: rate(row.shared, row.showed),
    scrollBacks: rate(row.scrolled, row.showed),
    dwell: { value: row.dwell ?? undefined, n: row.dwell_n },
    handoff: rate(row.handed, row.sessions),
  }
}

const measure = (name, value, n) => ({
  value: value ?? undefined,
  n,
  quantile: RATINGS[name].better === 'high' ? 0.25 : 0.75,
  rating: rating(name, value),
})

/**
 * @typedef {object} Filter
 * @property {string} [q] part of any id, user, service or attribute
 * @property {string} [outcome]
 * @property {string} [model]
 * @property {string} [service]
 * @property {string} [since] `15m`, `24h`, `7d`, or epoch ms
 * @property {Record<string, string>} [attributes] attribute → value
 */

/** @param {Filter} filter @param {unknown[]} values parameters are pushed here */
function where(filter, values) {
  const bind = (value) => `$${values.push(value)}`
  const parts = ['true']
  const since = readSince(filter.since)
  if (since !== undefined) parts.push(`started >= ${bind(since)}`)
  for (const name of ['outcome', 'model', 'service']) {
    if (!filter[name]) continue
    parts.push(filter[name] === 'open' ? `${name} IS NULL` : `${name} = ${bind(filter[name])}`)
  }
  for (const [name, value] of Object.entries(filter.attributes ?? {}))
    parts.push(`${dimension(name, bind)} = ${bind(value)}`)
  if (filter.q) {
    const text = bind(filter.q.toLowerCase())
    const places = ['session_id', 'trace_id', 'service', 'model', 'CAST(attributes AS VARCHAR)']
    parts.push(`(${places.map((place) => `contains(lower(${place}), ${text})`).join(' OR ')})`)
  }
  return parts.join(' AND ')
}

/** A column, or an attribute by JSON pointer, so that dots and quotes in its name mean nothing. */
function dimension(name, bind) {
  if (DIMENSIONS.includes(name)) return `CAST(${name} AS VARCHAR)`
  const pointer = bind(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  return `coalesce(attributes->>${pointer}, resource->>${pointer})`
}

/** @param {string | undefined} since @returns {number | undefined} epoch ms */
function readSince(since) {
  const [, digits, unit] = /^(\d+)([mhd]?)$/.exec(since ?? '') ?? []
  if (!digits) return undefined
  return unit ? Date.now() - Number(digits) * { m: 6e4, h: 36e5, d: 864e5 }[unit] : Number(digits)
}

/** @param {Store} store */
export async function openQueries(store) {
  const tables = TABLES.split(';\n').filter((sql) => sql.trim())
  let builtAt = -1
  /** One rebuild at a time; who asks meanwhile waits for it. @type {Promise<void>} */
  let built = Promise.resolve()
  function fresh() {
    return (built = built
      .catch(() => {})
      .then(async () => {
        const at = store.changes()
        if (at === builtAt) return
        for (const table of tables) await store.query(table)
        builtAt = at
      }))
  }
  const query = async (sql, values) => {
    await fresh()
    return store.query(sql, values)
  }
  const one = async (sql, values) => (await query(sql, values))[0]

  /** @param {Filter & { limit?: number, offset?: number }} filter */
  async function sessions({ limit = 50, offset = 0, ...filter }) {
    const values = []
    const found = where(filter, values)
    // A session is listed when one of its turns matches, and is shown whole.
    const rows = await query(
      `WITH found AS (SELECT DISTINCT session_id FROM turns WHERE ${found} AND session_id IS NOT NULL),
      listed AS (SELECT session_id AS id, min(started) AS started, max(ended) AS ended, max(start_ns) AS latest,
        CAST(count(*) AS INTEGER) AS turns, arg_max(service, start_ns) AS service, arg_max(user_id, start_ns) AS user,
        arg_max(environment, start_ns) AS environment,
        list(DISTINCT model) FILTER (model IS NOT NULL) AS models,
        max(first_text) FILTER (in_view) AS worst_ttft, max(stall_longest) AS longest_stall,
        ${count(corrected)} AS corrections,
        ${count('rated AND good = 1')} AS up, ${count('rated AND good = 0')} AS down,
        list({ id: id, seq: seq, outcome: outcome, phase: phase, ttft: first_text, correction: correction }
          ORDER BY start_ns, seq) AS strip
        ${FROM} WHERE session_id IN (FROM found) GROUP BY session_id)
      SELECT *, CAST(count(*) OVER () AS INTEGER) AS total FROM listed ORDER BY latest DESC
      LIMIT ${whole(limit, 50, 500)} OFFSET ${whole(offset, 0, 1e9)}`,
      values,
    )
    return {
      total: rows[0]?.total ?? 0,
      sessions: rows.map(({ total: _total, latest: _latest, worst_ttft, longest_stall, ...row }) => ({
        ...row,
        models: row.models ?? [],
        worstTtft: worst_ttft,
        longestStall: longest_stall,
        rating: rating('ttft', worst_ttft),
      })),
      facets: await facets(),
    }
  }

  async function facets() {
    const values = (name) => `list_sort(list(DISTINCT ${name}) FILTER (${name} IS NOT NULL)) AS ${name}s`
    const row = await one(`SELECT ${['outcome', 'model', 'service'].map(values).join(', ')} FROM turns`)
    return { outcomes: row.outcomes ?? [], models: row.models ?? [], services: row.services ?? [] }
  }

  /** @param {string} id */
  async function session(id) {
    const rows = await query(
      `WITH own AS (SELECT DISTINCT trace_id FROM spans WHERE session_id = $1),
      ids AS (SELECT (attributes->>'$."chat_vitals.turn.id"') AS id FROM spans WHERE session_id = $1 AND name = 'chat.turn'),
      linked AS (SELECT unnest(from_json(links->'$[*].trace_id', '["VARCHAR"]')) AS trace_id FROM spans
          WHERE session_id = $1 AND name NOT IN ('chat.feedback', 'chat.signal')
        UNION SELECT (attributes->>'$."chat_vitals.backend.trace_id"') FROM spans WHERE session_id = $1)
      SELECT * FROM spans WHERE trace_id IN (FROM own) OR trace_id IN (SELECT trace_id FROM linked WHERE trace_id NOT NULL)
        OR (name IN ('chat.feedback', 'chat.signal') AND (attributes->>'$."chat_vitals.turn.id"') IN (FROM ids))
      ORDER BY start_ns, end_ns DESC LIMIT 20000`,
      [id],
    )
    if (!rows.length) return undefined
    // Counted as the overview does: a repeat after an answer that failed or showed nothing corrects no answer.
    const counted = `SELECT ${count(corrected)} AS corrected, ${count('pair')} AS pairs FROM turns WHERE session_id = $1`
    const { corrected: k, pairs: n } = await one(counted, [id])
    return { ...readSession(id, rows), corrections: { k, n } }
  }

  /** @param {Filter & { by?: string, bucket?: string }} filter */
  async function overview({ by = 'model', bucket, ...filter }) {
    /** A query over the filtered turns; `make` may bind more values. */
    const over = (make) => {
      const values = []
      const matching = where(filter, values)
      return query(
        make(matching, (value) => `$${values.push(value)}`),
        values,
      )
    }
    const [total] = await over(
      (is) => `SELECT ${MEASURES}, min(started) AS first, max(started) AS last ${FROM} WHERE ${is}`,
    )
    const size = bucket === 'day' || (bucket !== 'hour' && total.last - total.first > 3 * 864e5) ? 'day' : 'hour'
    const ms = size === 'day' ? 864e5 : 36e5
    const totals = read(total)

    const interval = await over((is) => {
      const wanted = {
        ttft: [0.75, 'first_text', 'in_view'],
        stall_ratio: [0.75],
        stall_longest: [0.75],
        gap_p95: [0.75],
        qoe: [0.25],
      }
      const parts = Object.entries(wanted).flatMap(([name, [q, column = name, seen = 'true']]) => {
        const bounds = quantileBounds(totals[name].n, q)
        return bounds ? [`quantile_cont(${column}, [${bounds.join(', ')}]) FILTER (${seen}) AS ${name}`] : []
      })
      return `SELECT ${['1 AS one', ...parts].join(', ')} FROM turns WHERE ${is}`
    })
    for (const [name, range] of Object.entries(interval[0] ?? {}))
      if (Array.isArray(range)) Object.assign(totals[name], { low: range[0], high: range[1] })

    const breakdown = await over(
      (is, bind) => `SELECT ${dimension(by, bind)} AS value, ${MEASURES} ${FROM} WHERE ${is} GROUP BY 1
        ORDER BY turns DESC, value LIMIT 100`,
    )
    const trend = await over(
      (is) => `SELECT floor(started / ${ms}) * ${ms} AS at, ${MEASURES} ${FROM} WHERE ${is} GROUP BY 1 ORDER BY 1`,
    )
    const histogram = await over(
      (is) => `SELECT CAST(edge AS INTEGER) AS i, CAST(count(*) AS INTEGER) AS n FROM (
        SELECT list_count(list_filter([${EDGES.join(', ')}], lambda e: e < first_text)) AS edge FROM turns
        WHERE ${is} AND in_view AND first_text IS NOT NULL) GROUP BY 1`,
    )
    const outcomes = await over(
      (is) => `SELECT outcome, phase, ended_by AS endedBy, CAST(count(*) AS INTEGER) AS n FROM turns WHERE ${is}
        GROUP BY ALL ORDER BY n DESC`,
    )
    const kinds = await over(
      (is) => `SELECT correction AS kind, CAST(count(*) AS INTEGER) AS n FROM turns
        WHERE ${is} AND correction IS NOT NULL GROUP BY 1 ORDER BY 2 DESC`,
    )
    const parts = ['client', 'server', 'model', 'render', 'paint', 'unknown']
    const causes = ['server', 'client', 'main_thread', 'tool', 'unknown']
    const [sums] = await over(
      (is) =>
        `SELECT ${[
          ...parts.map((name) => `sum(part_${name}) FILTER (in_view) AS part_${name}`),
          ...causes.map((name) => `sum(stall_${name}) AS stall_${name}`),
          `CAST(count(*) FILTER (in_view AND coalesce(${parts.map((name) => `part_${name}`).join(', ')}) IS NOT NULL) AS INTEGER) AS n`,
          `CAST(count(*) FILTER (stall_duration > 0) AS INTEGER) AS stalled`,
        ].join(', ')} FROM turns WHERE ${is}`,
    )
    const [perSession] = await over(
      (is) => `SELECT CAST(count(*) AS INTEGER) AS sessions, CAST(count(*) FILTER (active) AS INTEGER) AS active,
        median(n) FILTER (NOT active) AS median, quantile_cont(n, 0.9) FILTER (NOT active) AS p90,
        avg(n) FILTER (NOT active) AS mean FROM (
        SELECT session_id, count(*) AS n, max(ended) > ${Date.now() - 18e5} AS active FROM turns
        WHERE ${is} AND session_id IS NOT NULL GROUP BY 1)`,
    )
    return {
      filter,
      by,
      bucket: size,
      totals,
      histogram: {
        edges: EDGES,
        counts: EDGES.map((_, i) => i)
          .concat(EDGES.length)
          .map((i) => histogram.find((row) => row.i === i)?.n ?? 0),
      },
      trend: trend.map(({ at, ...row }) => ({ at, ...read(row) })),
      breakdown: breakdown.map(({ value, ...row }) => ({ value, ...read(row) })),
      outcomes,
      corrections: { kinds, rate: totals.correction, detector: DETECTOR },
      ttftParts: { n: sums.n, seconds: pick(sums, 'part_', parts) },
      stallCauses: { n: sums.stalled, seconds: pick(sums, 'stall_', causes) },
      turnsPerSession: perSession,
      quality: await quality(filter.since),
      dimensions: await dimensions(),
      facets: await facets(),
    }
  }

  /** How far the data can be trusted: lost turns, duplicates. Over all page views seen since, unfiltered. */
  async function quality(since) {
    const from = readSince(since) ?? 0
    const pages = await one(
      `SELECT CAST(coalesce(sum(greatest(seq, opened)), 0) AS INTEGER) AS opened, CAST(coalesce(sum(n), 0) AS INTEGER) AS received,
        CAST(coalesce(sum(dropped), 0) AS INTEGER) AS dropped, CAST(count(*) AS INTEGER) AS pages FROM (
        SELECT page, coalesce(max(TRY_CAST(attributes->>'$."chat_vitals.turn.seq"' AS INTEGER)), 0) AS seq,
          greatest(coalesce(max(TRY_CAST(attributes->>'$."chat_vitals.delivery.opened"' AS INTEGER)), 0),
            coalesce(max(TRY_CAST(attributes->>'$."chat_vitals.page.opened"' AS INTEGER)), 0)) AS opened,
          coalesce(max(TRY_CAST(attributes->>'$."chat_vitals.delivery.dropped"' AS INTEGER)), 0) AS dropped,
          count(*) FILTER (name = 'chat.turn') AS n
        FROM (SELECT *, (attributes->>'$."chat_vitals.page.id"') AS page FROM spans WHERE session_id IS NOT NULL)
        WHERE page IS NOT NULL GROUP BY page HAVING max(end_ns) / 1e6 >= $1)`,
      [from],
    )
    const copies = await one(
      `SELECT CAST(coalesce(sum(copies), 0) AS INTEGER) AS raw, CAST(count(*) AS INTEGER) AS spans,
        CAST(coalesce(sum(copies) FILTER (name = 'chat.turn'), 0) AS INTEGER) AS raw_turns,
        CAST(count(*) FILTER (name = 'chat.turn') AS INTEGER) AS turns FROM spans WHERE start_ns / 1e6 >= $1`,
      [from],
    )
    const recovered = await one(
      `SELECT ${count(`(attributes->>'$."chat_vitals.delivery.recovered"') = 'true'`)} AS n,
        ${count(`TRY_CAST(attributes->>'$."chat_vitals.delivery.delay"' AS DOUBLE) > 0`)} AS late
      FROM turns WHERE started >= $1`,
      [from],
    )
    return {
      pageViews: pages.pages,
      opened: pages.opened,
      received: pages.received,
      loss: loss(pages.received, pages.opened),
      dropped: pages.dropped,
      recovered: recovered.n,
      late: recovered.late,
      spans: copies.spans,
      duplicates: rate(copies.raw - copies.spans, copies.raw),
      duplicateTurns: rate(copies.raw_turns - copies.turns, copies.raw_turns),
    }
  }

  /** What there is to break down by: columns with a value, and attributes with few values. */
  async function dimensions() {
    const used = await one(`SELECT ${DIMENSIONS.map((name) => `count(${name}) > 0 AS ${name}`).join(', ')} FROM turns`)
    const keys = await query(
      `SELECT key, CAST(count(DISTINCT value) AS INTEGER) AS n FROM (
        SELECT key, CASE WHEN own THEN attributes->>('$."' || key || '"') ELSE resource->>('$."' || key || '"') END AS value FROM (
          SELECT attributes, resource, true AS own, unnest(json_keys(attributes)) AS key FROM recent UNION ALL
          SELECT attributes, resource, false, unnest(json_keys(resource)) FROM recent)
        WHERE key NOT LIKE '%"%' AND NOT regexp_matches(key, '\\.id$|revision|^telemetry\\.|curve|delivery\\.|\\.seq$|of_turn|replaces'))
      GROUP BY key HAVING n BETWEEN 1 AND 50
        AND (bool_and(TRY_CAST(value AS DOUBLE) IS NULL) OR (n <= 12 AND key NOT LIKE 'chat_vitals.%')) ORDER BY key`.replaceAll(
        'recent',
        '(FROM turns ORDER BY start_ns DESC LIMIT 1000)',
      ),
    )
    const covered = new Set(Object.values(TURN).map(([attribute]) => attribute))
    for (const name of ['service.name', 'service.version', 'deployment.environment.name', 'deployment.environment'])
      covered.add(name)
    return [
      ...DIMENSIONS.filter((name) => used[name]),
      ...keys.map((row) => row.key).filter((key) => !covered.has(key)),
      'chat_vitals.correction.kind',
    ].filter((name, i, all) => all.indexOf(name) === i)
  }

  let seen = { at: -1, answer: {} }
  /** Polled by every open page: asked of the spans only when there are new ones. */
  async function health() {
    const at = store.changes()
    if (seen.at === at) return seen.answer
    const [row] =
      await store.query(`SELECT CAST(count(*) AS INTEGER) AS spans, CAST(count(*) FILTER (name = 'chat.turn') AS INTEGER) AS turns,
      CAST(max(received_at) AS DOUBLE) AS last, bool_or((resource->>'$."chat_vitals.generated"') = 'true') AS generated FROM spans`)
    const answer = {
      status: 'ok',
      spans: row.spans,
      turns: row.turns,
      lastReceivedAt: row.last,
      generated: Boolean(row.generated),
    }
    seen = { at, answer }
    return answer
  }

  return { sessions, session, overview, health }
}

/** Upper edges of the TTFT histogram, s; the limits of the ratings are among them. */
const EDGES = [0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 15, 20, 30]

const pick = (row, prefix, names) => Object.fromEntries(names.map((name) => [name, row[prefix + name] ?? 0]))

function whole(value, fallback, max) {
  const number = Math.trunc(Number(value))
  return number >= 0 ? Math.min(number, max) : fallback
}
