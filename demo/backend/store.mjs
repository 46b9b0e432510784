// Keeps spans in one DuckDB file: one writer, many readers, one row per (trace id, span id). Knows no metric.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

/** @typedef {import('./otlp.mjs').SpanRow} SpanRow */

const COLUMNS = {
  trace_id: 'VARCHAR',
  span_id: 'VARCHAR',
  revision: 'BIGINT',
  parent: 'VARCHAR',
  name: 'VARCHAR',
  kind: 'VARCHAR',
  service: 'VARCHAR',
  scope: 'VARCHAR',
  session_id: 'VARCHAR',
  start_ns: 'BIGINT',
  end_ns: 'BIGINT',
  status: 'VARCHAR',
  attributes: 'JSON',
  resource: 'JSON',
  events: 'JSON',
  links: 'JSON',
  received_at: 'BIGINT',
  /** How often this span came, duplicates and older revisions included. */
  copies: 'BIGINT',
}
const names = Object.keys(COLUMNS)
const CREATE = `CREATE TABLE IF NOT EXISTS spans (${names.map((name) => `${name} ${COLUMNS[name]}`).join(', ')},
  PRIMARY KEY (trace_id, span_id))`

// Equal revisions are equal spans, but for those that carry none: there the one that saw more, ended later.
const NEWER = '(excluded.revision, excluded.end_ns) > (spans.revision, spans.end_ns)'
const UPSERT = `INSERT INTO spans SELECT s.* FROM (
    SELECT unnest(from_json($1::JSON, '${JSON.stringify([{ ...COLUMNS }])}')) AS s)
  ON CONFLICT (trace_id, span_id) DO UPDATE SET copies = spans.copies + excluded.copies,
  ${names
    .filter((name) => !['trace_id', 'span_id', 'copies'].includes(name))
    .map((name) => `${name} = CASE WHEN ${NEWER} THEN excluded.${name} ELSE spans.${name} END`)
    .join(', ')}`

/**
 * @typedef {object} Store
 * @property {(rows: SpanRow[]) => Promise<void>} write resolves when the rows are on disk
 * @property {(sql: string, values?: unknown[]) => Promise<Record<string, any>[]>} query values by position, `$1`…
 * @property {() => number} changes rises with every write, so that what was derived can be kept until then
 * @property {() => Promise<void>} close writes what is queued, then closes the file
 */

/**
 * @param {string} file path, or `:memory:`
 * @returns {Promise<Store>}
 */
export async function openStore(file) {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  const instance = await DuckDBInstance.create(file, { threads: '2' }).catch((error) => {
    throw /lock/i.test(error.message)
      ? new Error(`${file} is in use by another process. Is the demo already running?`, { cause: error })
      : error
  })
  const writer = await instance.connect()
  const reader = await instance.connect()
  await writer.run(CREATE)
  const statement = await writer.prepare(UPSERT)

  /** What waits for the writer; taken as a whole by the next transaction. @type {{ rows: SpanRow[], done: (error?: unknown) => void }[]} */
  let waiting = []
  /** The transaction that runs, if one does. @type {Promise<void> | undefined} */
  let busy
  let closed = false
  let changes = 0

  async function drain() {
    while (waiting.length) {
      const batch = waiting
      waiting = []
      // One statement is one transaction; its commit is in the write-ahead log on disk before it returns.
      const error = await upsert(batch.flatMap((item) => item.rows))
      // What one sender sent must not cost another's: on an error each is tried alone.
      changes++
      for (const item of batch) item.done(error && batch.length > 1 ? await upsert(item.rows) : error)
    }
    busy = undefined
  }

  /** @param {SpanRow[]} rows @returns {Promise<unknown>} the error, if there was one */
  const upsert = (rows) => {
    statement.bindVarchar(1, JSON.stringify(merge(rows)))
    return statement.run().then(
      () => undefined,
      (reason) => reason,
    )
  }

  return {
    write(rows) {
      if (closed) return Promise.reject(new Error('the store is closed'))
      if (!rows.length) return Promise.resolve()
      return new Promise((resolve, reject) => {
        waiting.push({ rows, done: (error) => (error ? reject(error) : resolve()) })
        busy ??= drain()
      })
    },
    async query(sql, values = []) {
      const result = await reader.runAndReadAll(sql, /** @type {any} */ (values))
      return result.getRowObjectsJson()
    },
    changes: () => changes,
    async close() {
      closed = true
      await busy
      await writer.run('CHECKPOINT').catch(() => {})
      writer.closeSync()
      reader.closeSync()
      instance.closeSync()
    },
  }
}

/** One row per span: a statement may touch a key only once. @param {SpanRow[]} rows */
function merge(rows) {
  const byKey = new Map()
  for (const row of rows) {
    const key = row.trace_id + row.span_id
    const known = byKey.get(key)
    const newer =
      !known ||
      row.revision > known.revision ||
      (row.revision === known.revision && BigInt(row.end_ns) > BigInt(known.end_ns))
    byKey.set(key, { ...(newer ? row : known), copies: (known?.copies ?? 0) + 1 })
  }
  return [...byKey.values()]
}
