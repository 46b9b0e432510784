// Takes over the spans of a file that an older version wrote.

/** A file of 0.1.0 had one table of JSON; its spans are taken over, once. */
export async function moveIn(rowsOf, store, drop) {
  for (let from = 0; ; from += 2000) {
    const rows = await rowsOf(`SELECT * FROM spans ORDER BY start_ns LIMIT 2000 OFFSET ${from}`)
    if (!rows.length) break
    const parse = (text) => JSON.parse(text)
    await store.write(
      rows.map((row) => ({
        ...row,
        revision: Number(row.revision),
        received_at: Number(row.received_at),
        attributes: parse(row.attributes),
        resource: parse(row.resource),
        events: parse(row.events),
        links: parse(row.links),
        copies: Number(row.copies),
      })),
    )
  }
  await drop()
}
