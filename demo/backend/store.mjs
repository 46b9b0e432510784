// Keeps spans in one DuckDB file: one writer, many readers, one row per (trace id, span id), typed columns appended in
// batches. What was written is on disk when `write` resolves. Which revision stands, which turn follows which and what
// came of it is settled here, once, when rows come in.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { TABLES } from './columns.mjs'
import { KeySet, readRow, rowMaker, tableOf } from './rows.mjs'
import { followUps, reactionsOf } from './derived.mjs'
import { moveIn } from './moved-in.mjs'

/** @typedef {import('./otlp.mjs').SpanRow} SpanRow */

/** Spans that may wait for the writer; beyond it a sender is asked to come again. */
const MAX_WAITING = 20_000
/** Spans in one transaction: a queue that has grown is worked off in bounded steps. */
const MAX_BATCH = 4000
const GATHER_MS = 12
const MAX_TEXTS = 50_000
const names = Object.keys(TABLES)
const SCHEMA = [
  ...names.map((table) => {
    const columns = Object.entries(TABLES[table]).map(([name, type]) => `${name} ${type}`)
    return `CREATE TABLE IF NOT EXISTS ${table} (${columns.join(', ')})`
  }),
  'CREATE TABLE IF NOT EXISTS names (key UBIGINT, id VARCHAR)',
  'CREATE TABLE IF NOT EXISTS texts (no INTEGER, json JSON)',
]

/**
 * @typedef {object} Store
 * @property {(rows: SpanRow[]) => Promise<void>} write resolves when the rows are on disk
 * @property {(sql: string, values?: unknown[]) => Promise<Record<string, any>[]>} query values by position, `$1`…
 * @property {(table: string, where: string, values?: unknown[]) => Promise<any[]>} read whole spans
 * @property {() => number} changes rises with every write, so that what was derived can be kept until then
 * @property {() => { spans: number, turns: number, last?: number, generated: boolean }} counts
 * @property {() => boolean} full whether a sender should wait
 * @property {(before: number) => Promise<void>} forget removes what began before (epoch ms)
 * @property {() => Promise<void>} close writes what is queued, then lets go of the file
 */

/** DuckDB is the one thing that is not bundled: without it a sentence says what to do. */
async function duckdb() {
  return import('@duckdb/node-api').catch((error) => {
    throw new Error(
      'DuckDB is missing: npx -p chat-vitals -p @duckdb/node-api chat-vitals   (or: npm i -D @duckdb/node-api)',
      { cause: error },
    )
  })
}

/**
 * @param {string} file path, or `:memory:`
 * @returns {Promise<Store>}
 */
export async function openStore(file) {
  const db = await duckdb()
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  const options = { threads: '2', memory_limit: '320MB', preserve_insertion_order: 'false' }
  const instance = await db.DuckDBInstance.create(file, options).catch((error) => {
    throw /lock/i.test(error.message)
      ? new Error(`${file} is in use by another process. Is the demo already running?`, { cause: error })
      : error
  })
  const writer = await instance.connect()
  const readers = [await instance.connect(), await instance.connect()]
  // The write-ahead log is what survives; folding it into the file on the way out may take longer than one wants to wait.
  await writer.run('PRAGMA disable_checkpoint_on_shutdown')
  const rowsOf = async (sql, values = [], from = writer) =>
    (await from.runAndReadAll(sql, /** @type {any} */ (values))).getRowObjectsJson()
  const old = await rowsOf(`SELECT 1 FROM duckdb_tables() WHERE table_name = 'spans'`)
  for (const sql of SCHEMA) await writer.run(sql)

  /** Spans and names that are on disk, by 64 bits: who is not in it needs no search. */
  const known = new KeySet()
  const named = new KeySet()
  const keys = async (set, sql) => {
    // Whole columns: row by row, a million of them would keep the start waiting for seconds.
    const result = await writer.stream(sql)
    for (let chunk = await result.fetchChunk(); chunk?.rowCount; chunk = await result.fetchChunk())
      for (const key of chunk.getColumnValues(0)) if (key !== null) set.add(/** @type {bigint} */ (key))
  }
  await keys(named, 'SELECT key FROM names')
  await keys(
    known,
    'SELECT span FROM turns UNION ALL SELECT span FROM reactions UNION ALL SELECT span FROM others UNION ALL SELECT span FROM requests WHERE session IS NOT NULL',
  )
  let texts = new Map()
  let nextText = Number((await rowsOf('SELECT coalesce(max(no), 0) + 1 AS no FROM texts'))[0].no)
  const chats = followUps()
  const reactions = reactionsOf(
    (
      await rowsOf(
        'SELECT DISTINCT turn FROM reactions WHERE turn NOT IN (SELECT turn FROM turns WHERE turn IS NOT NULL) LIMIT 20000',
      )
    ).map((row) => BigInt(row.turn)),
  )
  const total = async (what, where = 'true') =>
    Number(
      (await rowsOf(names.map((table) => `SELECT ${what} AS n FROM ${table} WHERE ${where}`).join(' UNION ALL ')))
        .map((row) => Number(row.n ?? 0))
        .reduce((a, b) => (what.startsWith('max') ? Math.max(a, b) : a + b)),
    )
  const counts = {
    spans: await total('count(*)'),
    turns: Number((await rowsOf('SELECT count(*) AS n FROM turns'))[0].n),
    last: (await total('max(received)')) || undefined,
    generated: (await rowsOf(`SELECT 1 FROM texts WHERE json->>'/chat_vitals.generated' = 'true' LIMIT 1`)).length > 0,
  }

  /** What waits for the writer. @type {{ rows: SpanRow[], done: (error?: unknown) => void }[]} */
  let waiting = []
  let waitingRows = 0
  /** The transactions that run, one after the other. @type {Promise<void> | undefined} */
  let busy
  let closed = false
  let drained = -Infinity
  let changes = 0

  async function drain() {
    while (waiting.length) {
      // Senders that take turns are waited for, a moment: one transaction for all of them costs hardly more than for one.
      const crowded = performance.now() - drained < GATHER_MS * 4
      if (crowded && waitingRows < MAX_BATCH && !closed) await new Promise((later) => setTimeout(later, GATHER_MS))
      let size = 0
      const upTo = waiting.findIndex((item, i) => (size += item.rows.length) > MAX_BATCH && i > 0)
      const batch = waiting.splice(0, upTo < 0 ? waiting.length : upTo)
      const error = await attempt(batch.flatMap((item) => item.rows))
      // What one sender sent must not cost another's: on an error each is tried alone.
      for (const item of batch) {
        item.done(error && batch.length > 1 ? await attempt(item.rows) : error)
        waitingRows -= item.rows.length
      }
      drained = performance.now()
    }
    busy = undefined
  }

  /** One transaction; its commit is in the write-ahead log on disk before it returns. @returns {Promise<unknown>} the error */
  async function attempt(rows) {
    const next = { names: new Map(), texts: new Map(), nextText }
    try {
      await writer.run('BEGIN')
      const added = await put(rows, next)
      await writer.run('COMMIT')
      for (const { row, table } of added.rows) if (table !== 'requests' || row.session !== null) known.add(row.span)
      for (const key of next.names.keys()) named.add(key)
      for (const [json, no] of next.texts) texts.set(json, no)
      if (texts.size > MAX_TEXTS) texts = new Map([...texts].slice(-MAX_TEXTS / 2))
      nextText = next.nextText
      counts.spans += added.fresh
      counts.turns += added.freshTurns
      counts.last = rows.at(-1)?.received_at ?? counts.last
      counts.generated ||= rows.some((row) => row.resource['chat_vitals.generated'] === true)
      changes++
      return undefined
    } catch (error) {
      await writer.run('ROLLBACK').catch(() => {})
      chats.forget()
      return error
    }
  }

  /** @param {SpanRow[]} rows @param {{ names: Map<bigint, string>, texts: Map<string, number>, nextText: number }} next */
  async function put(rows, next) {
    const make = rowMaker({
      rows,
      name: (key, id) => named.has(key) || next.names.set(key, id),
      text(json) {
        const no = texts.get(json) ?? next.texts.get(json)
        if (no !== undefined) return no
        next.texts.set(json, next.nextText)
        return next.nextText++
      },
    })
    const made = merge(rows).map((row) => ({ table: tableOf(row), row: make(row) }))
    const lookups = made.filter(({ row }) => known.has(row.span) || (row.session === null && known.has(row.parent)))
    const lost = new Set()
    const replaced = []
    for (const table of names) {
      const mine = lookups.filter((it) => it.table === table)
      if (!mine.length) continue
      const spans = mine.map((it) => it.row.span).join(', ')
      const stored = new Map(
        (
          await rowsOf(
            `SELECT CAST(rowid AS VARCHAR) AS place, trace, span, revision, end_ns, copies FROM ${table} WHERE span IN (${spans})`,
          )
        ).map((row) => [`${row.trace.replaceAll('-', '')} ${row.span}`, row]),
      )
      const gone = []
      const again = []
      for (const it of mine) {
        const old = stored.get(`${it.row.traceId} ${it.row.span}`)
        if (!old) continue
        // Equal revisions are equal spans, but for those that carry none: there the one that saw more, ended later.
        const revision = BigInt(it.row.revision) - BigInt(old.revision)
        if (revision > 0n || (revision === 0n && it.row.end_ns > BigInt(old.end_ns))) {
          gone.push(old.place)
          it.row.copies += Number(old.copies)
          replaced.push(it.row)
        } else {
          again.push(`(${old.place}, ${it.row.copies})`)
          lost.add(it.row)
        }
      }
      if (gone.length) await writer.run(`DELETE FROM ${table} WHERE rowid IN (${gone.join(', ')})`)
      if (again.length)
        await writer.run(
          `UPDATE ${table} SET copies = copies + v.n FROM (VALUES ${again.join(', ')}) v(place, n) WHERE ${table}.rowid = v.place`,
        )
    }
    const standing = made.filter(({ row }) => !lost.has(row))
    const turns = standing.filter((it) => it.table === 'turns').map((it) => it.row)
    const dirty = chats.place(turns, new Set(replaced), (key) => named.has(key))
    for (const table of names) {
      const mine = standing.filter((it) => it.table === table).map((it) => it.row)
      if (mine.length) append(table, Object.keys(TABLES[table]), mine)
    }
    if (next.names.size) {
      append(
        'names',
        ['key', 'id'],
        [...next.names].map(([key, id]) => ({ key, id })),
      )
    }
    if (next.texts.size)
      append(
        'texts',
        ['no', 'json'],
        [...next.texts].map(([json, no]) => ({ no, json })),
      )
    for (const sql of chats.settle(dirty)) await writer.run(sql)
    if (dirty.length) chats.learn(await rowsOf(chats.ends(dirty)))
    const touched = reactions.touched(standing, replaced, make.models)
    for (const sql of touched) await writer.run(sql)
    const fresh = made.length - lost.size - replaced.length
    return {
      rows: standing,
      fresh,
      freshTurns: turns.filter((row) => !replaced.includes(row)).length,
    }
  }

  /** Column by column, 2,048 rows at a time. */
  function append(table, columns, rows) {
    const appender = appenders.get(table)
    const types = columns.map((_, i) => appender.columnType(i))
    for (let from = 0; from < rows.length; from += 2048) {
      const part = rows.slice(from, from + 2048)
      const chunk = db.DuckDBDataChunk.create(types, part.length)
      for (const [i, name] of columns.entries()) {
        const list = TABLES[table]?.[name]?.endsWith('[]')
        const uuid = TABLES[table]?.[name] === 'UUID'
        const wrap = list ? (it) => db.listValue(it) : uuid ? (it) => db.DuckDBUUIDValue.fromUint128(it) : (it) => it
        const values = part.map((row) => (row[name] == null ? null : wrap(row[name])))
        chunk.setColumnValues(i, values)
      }
      appender.appendDataChunk(chunk)
    }
    appender.flushSync()
  }
  const appenders = new Map()
  for (const table of [...names, 'names', 'texts']) appenders.set(table, await writer.createAppender(table))

  /** Questions that run; the file is let go of when they are through. */
  const asking = new Set()
  let turnOf = 0
  const ask = (sql, values) => {
    if (closed) return Promise.reject(new Error('the store is closed'))
    const asked = rowsOf(sql, values, readers[turnOf++ % readers.length])
    asking.add(asked)
    const over = () => asking.delete(asked)
    asked.then(over, over)
    return asked
  }

  const store = {
    write(rows) {
      if (closed) return Promise.reject(new Error('the store is closed'))
      if (!rows.length) return Promise.resolve()
      return new Promise((resolve, reject) => {
        waiting.push({ rows, done: (error) => (error ? reject(error) : resolve(undefined)) })
        waitingRows += rows.length
        busy ??= drain()
      })
    },
    query: ask,
    async read(table, where, values) {
      const rows = await ask(`SELECT * FROM ${table} WHERE ${where}`, values)
      const wanted = (column) => [...new Set(rows.map((row) => row[column]).filter((it) => it != null))]
      const look = async (from, key, value, all) =>
        new Map(
          all.length
            ? (await ask(`SELECT ${key} AS k, ${value} AS v FROM ${from} WHERE ${key} IN (${all.join(', ')})`)).map(
                (row) => [String(row.k), row.v],
              )
            : [],
        )
      const ids = await look('names', 'key', 'id', [
        ...new Set(['session', 'page', 'conversation', 'turn'].flatMap(wanted)),
      ])
      const json = await look('texts', 'no', 'json', [...new Set(['resource', 'extra'].flatMap(wanted))])
      return rows.map((row) => readRow(table, row, ids, json))
    },
    changes: () => changes,
    counts: () => ({ ...counts }),
    full: () => waitingRows > MAX_WAITING,
    async forget(before) {
      await busy
      for (const table of names) await writer.run(`DELETE FROM ${table} WHERE start_ns < ${Math.round(before * 1e6)}`)
      await writer.run('CHECKPOINT').catch(() => {})
      changes++
    },
    async close() {
      if (closed) return
      closed = true
      await busy
      for (const reader of readers) reader.interrupt()
      await Promise.allSettled(asking)
      // Folding the log into the file is a kindness to the next start; it must not keep anyone.
      const folded = writer.run('CHECKPOINT').then(
        () => true,
        () => true,
      )
      const inTime = await Promise.race([folded, new Promise((later) => setTimeout(later, 1200, false).unref?.())])
      if (!inTime) {
        writer.interrupt()
        await folded
      }
      for (const appender of appenders.values()) appender.closeSync()
      for (const connection of [writer, ...readers]) connection.closeSync()
      instance.closeSync()
    },
  }
  if (old.length) await moveIn(rowsOf, store, () => writer.run('DROP TABLE spans'))
  return store
}

/** One row per span: what came twice within a batch. @param {any[]} rows */
function merge(rows) {
  const byKey = new Map()
  for (const row of rows) {
    const key = row.trace_id + row.span_id
    const seen = byKey.get(key)
    if (!seen) {
      byKey.set(key, { ...row, copies: row.copies ?? 1 })
      continue
    }
    const newer =
      row.revision > seen.revision || (row.revision === seen.revision && BigInt(row.end_ns) > BigInt(seen.end_ns))
    byKey.set(key, { ...(newer ? row : seen), copies: seen.copies + (row.copies ?? 1) })
  }
  return [...byKey.values()]
}
