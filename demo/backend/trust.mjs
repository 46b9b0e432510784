// How far the data can be trusted: what was lost, came twice, came late.
import { loss, rate } from './rates.mjs'
import { readSince } from './where.mjs'

const count = (condition) => `CAST(count(*) FILTER (${condition}) AS INTEGER)`

/** @param {import('./store.mjs').Store} store @param {string} [since] How far the data can be trusted: lost turns, duplicates. Over all page views seen since, unfiltered. */
export async function quality(store, since) {
  const from = readSince(since) ?? 0
  const [pages] = await store.query(
    `SELECT CAST(coalesce(sum(greatest(seq, opened)), 0) AS INTEGER) AS opened, CAST(coalesce(sum(n), 0) AS INTEGER) AS received,
      CAST(coalesce(sum(dropped), 0) AS INTEGER) AS dropped, CAST(coalesce(sum(unproved), 0) AS INTEGER) AS unproved, CAST(count(*) AS INTEGER) AS pages FROM (
      SELECT page, max(coalesce(seq, 0)) AS seq, max(coalesce(opened, 0)) AS opened, max(coalesce(dropped, 0)) AS dropped,
        max(coalesce(unproved, 0)) AS unproved, count(*) FILTER (turn) AS n
      FROM (SELECT page, seq, opened, dropped, unproved, end_ns, true AS turn FROM turns WHERE session IS NOT NULL UNION ALL
        SELECT page, 0, opened, dropped, 0, end_ns, false FROM others WHERE session IS NOT NULL)
      WHERE page IS NOT NULL GROUP BY page HAVING max(end_ns) / 1e6 >= $1)`,
    [from],
  )
  const copies = await store.query(
    ['turns', 'requests', 'reactions', 'others']
      .map(
        (table) =>
          `SELECT CAST(coalesce(sum(copies), 0) AS INTEGER) AS raw, CAST(count(*) AS INTEGER) AS kept FROM ${table} WHERE start_ns / 1e6 >= $1`,
      )
      .join(' UNION ALL '),
    [from],
  )
  const raw = copies.reduce((sum, row) => sum + row.raw, 0)
  const stored = copies.reduce((sum, row) => sum + row.kept, 0)
  const [recovered] = await store.query(
    `SELECT ${count('recovered')} AS n, ${count('delay > 0')} AS late FROM turns WHERE started >= $1`,
    [from],
  )
  return {
    pageViews: pages.pages,
    opened: pages.opened,
    received: pages.received,
    loss: loss(pages.received, pages.opened),
    dropped: pages.dropped,
    unproved: pages.unproved,
    recovered: recovered.n,
    late: recovered.late,
    spans: stored,
    duplicates: rate(raw - stored, raw),
    duplicateTurns: rate(copies[0].raw - copies[0].kept, copies[0].raw),
  }
}
