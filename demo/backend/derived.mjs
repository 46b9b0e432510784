// What is known of a turn only beside others: which turn it follows, which model spoke, what users did with the answer.
// Settled when rows come in; in memory where the order of arrival allows, else by one statement over the chats touched.

const MAX_CHATS = 50_000
const MAX_PENDING = 20_000
const showed = (row) => (row.first_text != null || row.chars > 0) && row.outcome !== 'error'
const SHOWED = `(first_text IS NOT NULL OR coalesce(chars, 0) > 0) AND outcome IS DISTINCT FROM 'error'`
const quote = (text) => `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`

/** Pairs of turns of one chat, and whether the first of them showed an answer. */
export function followUps() {
  /** Chat → its last turn. @type {Map<bigint, { start: number, shown: boolean }>} */
  let ends = new Map()
  return {
    forget: () => ends.clear(),
    /** Says of each new turn whether it follows an answer; returns the chats that need to be looked at as a whole. */
    place(turns, replaced, wasNamed) {
      const dirty = new Set()
      const here = new Set()
      for (const turn of turns.toSorted((a, b) => a.started - b.started || a.seq - b.seq)) {
        if (turn.chat == null) continue
        const end = ends.get(turn.chat)
        if (replaced.has(turn) || (end ? turn.started < end.start : wasNamed(turn.chat) && !here.has(turn.chat)))
          dirty.add(turn.chat)
        else turn.pair = end?.shown ?? false
        here.add(turn.chat)
        ends.delete(turn.chat)
        ends.set(turn.chat, { start: turn.started, shown: showed(turn) })
      }
      if (ends.size > MAX_CHATS) ends = new Map([...ends].slice(-MAX_CHATS / 2))
      return [...dirty]
    },
    settle(chats) {
      if (!chats.length) return []
      return [
        `UPDATE turns SET pair = p.pair FROM (SELECT rowid AS place,
          coalesce(lag(${SHOWED}) OVER (PARTITION BY chat ORDER BY start_ns, seq), false) AS pair
          FROM turns WHERE chat IN (${chats.join(', ')})) p WHERE turns.rowid = p.place AND turns.pair IS DISTINCT FROM p.pair`,
      ]
    },
    ends: (chats) =>
      `SELECT CAST(chat AS VARCHAR) AS chat, max(started) AS start, arg_max(${SHOWED}, start_ns) AS shown FROM turns
        WHERE chat IN (${chats.join(', ')}) GROUP BY 1`,
    learn(rows) {
      for (const row of rows) ends.set(BigInt(row.chat), { start: row.start, shown: row.shown })
    },
  }
}

/** A feedback's last revision is what stands; a label or score of it may be good, bad or neither. */
const STANDING = `label IS DISTINCT FROM 'retracted' AND (label IS NOT NULL OR score IS NOT NULL)`
const GOOD = `CASE WHEN label IN ('up', 'good', 'positive', 'thumbs_up') THEN true
  WHEN label IN ('down', 'bad', 'negative', 'thumbs_down') THEN false
  WHEN evaluation IN ('thumb', 'thumbs') AND label IS DISTINCT FROM 'retracted' THEN score > 0.5 END`
const FOLD = (turns) => `UPDATE turns SET rated = r.rated, good = r.good, exposed = r.exposed, copied = r.copied,
    shared = r.shared, scrolled = r.scrolled, dwell = r.dwell FROM (
  SELECT turn, bool_or(standing) AS rated, arg_max(good, start_ns) FILTER (standing) AS good,
    bool_or(told OR sort = 'exposed') AS exposed, bool_or(sort = 'copy') AS copied, bool_or(sort = 'share') AS shared,
    bool_or(sort = 'scroll_back') AS scrolled, max(value) FILTER (sort = 'dwell') AS dwell
  FROM (SELECT turn, start_ns, sort, value, name = 'chat.feedback' AS told, told AND ${STANDING} AS standing,
      CASE WHEN told THEN ${GOOD} END AS good FROM reactions WHERE turn IN (${turns})
    QUALIFY NOT told OR row_number() OVER (PARTITION BY told, coalesce(feedback_id, CAST(span AS VARCHAR))
      ORDER BY revision DESC, end_ns DESC) = 1)
  GROUP BY turn) r WHERE turns.turn = r.turn AND turns.turn IN (${turns})`

/** Statements that bring to the turns what belongs to them, whichever of them came first. @param {bigint[]} waiting turns */
export function reactionsOf(waiting) {
  /** What came before its turn did. */
  let early = new Set(waiting)
  let earlyTraces = new Set()
  let earlyModels = new Map()
  const bound = (it, Kind) => (it.size > MAX_PENDING ? new Kind([...it].slice(-MAX_PENDING / 2)) : it)
  return {
    /** @param {{ table: string, row: any }[]} standing @param {any[]} replaced @param {Map<string, { model: string }>} models */
    touched(standing, replaced, models) {
      const rows = (table) => standing.filter((it) => it.table === table).map((it) => it.row)
      const turns = rows('turns')
      const here = new Set(turns.map((row) => row.turn))
      const traces = new Set(turns.map((row) => row.traceId))
      const fold = new Set(replaced.map((row) => row.turn))
      const sql = []

      const untold = []
      for (const row of rows('reactions')) {
        if (row.turn != null) {
          fold.add(row.turn)
          if (!here.has(row.turn)) early.add(row.turn)
        } else if (row.turn_trace != null) untold.push(row.turn_trace)
      }
      for (const trace of untold) earlyTraces.add(trace)
      const told = [...new Set([...untold, ...turns.map((row) => row.trace).filter((trace) => earlyTraces.has(trace))])]
      if (told.length) {
        const list = told.map((trace) => `CAST('${trace.toString(16).padStart(32, '0')}' AS UUID)`).join(', ')
        sql.push(`UPDATE reactions SET turn = t.turn, turn_low = t.turn_low FROM turns t WHERE reactions.turn IS NULL
          AND reactions.turn_trace = t.trace AND t.trace IN (${list})`)
      }
      for (const turn of turns) if (early.has(turn.turn)) fold.add(turn.turn)
      fold.delete(null)
      if (fold.size) sql.push(FOLD([...fold].join(', ')))
      if (told.length) {
        const list = told.map((trace) => `CAST('${trace.toString(16).padStart(32, '0')}' AS UUID)`).join(', ')
        sql.push(FOLD(`SELECT turn FROM turns WHERE trace IN (${list})`))
      }

      const late = [...models].filter(([trace]) => !traces.has(trace))
      for (const [trace, { model }] of late) earlyModels.set(trace, model)
      for (const turn of turns)
        if (!turn.model && earlyModels.has(turn.traceId))
          late.push([turn.traceId, { model: earlyModels.get(turn.traceId) }])
      if (late.length) {
        const values = late.map(([trace, { model }]) => `(CAST('${trace}' AS UUID), ${quote(model)})`)
        sql.push(`UPDATE turns SET model = v.model FROM (VALUES ${values.join(', ')}) v(trace, model)
          WHERE turns.trace = v.trace AND turns.model IS NULL`)
      }
      early = bound(early, Set)
      earlyTraces = bound(earlyTraces, Set)
      earlyModels = bound(earlyModels, Map)
      return sql
    },
  }
}
