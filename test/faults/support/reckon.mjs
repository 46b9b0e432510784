// What became of every turn of a trial: the ledger of opened traces against what the collector holds, what waits on the
// device or in a page, and what a page said it has dropped. Each turn is matched by its trace, none by a mere number.

/** What a tab tells of itself in the end. Runs in the page. */
export const tell = () => ({
  noted: [...noted],
  troubles: [...troubles],
  jotted: [...jotted],
  counts: globalThis.delivery?.counts(),
  turns: turns.map(({ call, bytes, hash, whole }) => ({ call, bytes, hash, whole })),
})

/**
 * @param {{ row: import('../rows/index.mjs').FaultRow, site: object, collector: object, told: object[], stored: string[] }} given
 *   `told`: of the tabs that still answer; `stored`: traces that wait on the device
 * @returns {{ opened: number, delivered: number, pending: number, dropped: number, unexplained: number, duplicates: number,
 *   raw: number, reasons: Record<string, number>, problems: string[] }}
 */
export function reckon({ row, site, collector, told, stored }) {
  const problems = []
  const inMemory = new Set()
  for (const { noted, troubles, jotted, counts, turns } of told) {
    for (const trace of noted) site.ledger.add(trace)
    for (const { what, body } of jotted)
      if (what === 'record') site.records.set(body.id, body.trace)
      else for (const id of body.ids) site.dropped.set(id, body.reason)
    for (const trouble of troubles) problems.push(`the page saw ${trouble}`)
    for (const { call, bytes, hash, whole } of turns) {
      const sent = site.calls[call]
      if (whole && sent?.ended && (bytes !== sent.bytes || hash !== sent.hash))
        problems.push('the page got other bytes')
    }
    if (!counts) continue
    const given =
      counts.delivered + counts.pending + Object.values(counts.dropped).reduce((sum, n) => sum + (+n || 0), 0)
    if (given !== counts.opened) problems.push(`the page counts ${counts.opened} opened and ${given} accounted for`)
  }

  const copies = new Map()
  for (const { name, traceId, spanId, raw, attributes } of collector.spans) {
    if (name !== 'chat.turn') continue
    const known = copies.get(traceId + spanId) ?? new Map()
    const revision = attributes['chat_vitals.turn.revision']
    if ((known.get(revision) ?? raw) !== raw) problems.push(`copies of revision ${revision} differ`)
    known.set(revision, raw)
    copies.set(traceId + spanId, known)
  }
  const spans = collector.spans.filter(({ name }) => name === 'chat.turn')
  const there = new Set(spans.map(({ traceId }) => traceId))
  const strangers = [...there].filter((trace) => !site.ledger.has(trace))
  if (strangers.length) problems.push(`${strangers.length} turns arrived that nobody opened`)

  const reasonOf = new Map([...site.dropped].map(([id, reason]) => [site.records.get(id), reason]))
  const missing = [...site.ledger].filter((trace) => !there.has(trace))
  const gone = missing.filter((trace) => reasonOf.has(trace))
  const onDevice = missing.filter((trace) => !reasonOf.has(trace) && stored.includes(trace))
  for (const { noted, counts } of told) {
    const own = missing.filter((trace) => noted.includes(trace) && !gone.includes(trace) && !onDevice.includes(trace))
    // A page knows how many it has not delivered; those of them that are on the device were found there.
    for (const trace of own.slice(0, counts?.pending ?? 0)) inMemory.add(trace)
  }
  const pending = onDevice.length + (row.memory ? inMemory.size : 0)
  const result = {
    opened: site.ledger.size,
    delivered: site.ledger.size - missing.length,
    pending,
    dropped: gone.length,
    unexplained: missing.length - gone.length - pending,
    duplicates: copies.size - there.size,
    raw: spans.length - copies.size,
    reasons: {},
  }
  for (const trace of gone) {
    const reason = reasonOf.get(trace)
    result.reasons[reason] = (result.reasons[reason] ?? 0) + 1
  }
  if (result.opened === 0) problems.push('no turn was opened: nothing was measured')
  if (result.unexplained) problems.push(`${result.unexplained} turns are unaccounted for`)
  if (result.duplicates) problems.push(`${result.duplicates} turns are there twice`)
  if (pending && !row.keeps) problems.push(`${pending} turns are still pending`)
  if (gone.length && !row.drops) problems.push(`${gone.length} turns were dropped: ${JSON.stringify(result.reasons)}`)
  return { ...result, problems }
}
