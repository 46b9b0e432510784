/** Finds what pages that died have left behind, and makes of it records that can be sent. Loaded when there is something. */
import type { TurnRecord } from '../turn/record.ts'
import type { Outbox } from './outbox.ts'
import { revisions } from './revisions.ts'
import type { SenderPort } from './sender.ts'
import type { Row } from './store.ts'
import { tailPrefix } from './tail.ts'
import type { Tail } from './tail.ts'

/** Resolves when done. Runs under the sender's lock, so that no two pages recover the same turn. */
export async function recoverPages(port: SenderPort, outbox: Outbox): Promise<void> {
  const { clock, natives, pageId, to, timing, guard } = port
  const { localStorage } = natives
  const now = clock.epoch()
  const locks = await natives.locks?.query()
  const alive = locks && new Set(locks.held?.map((lock) => lock.name))
  const isDead = (page: string, seen: number): boolean =>
    page !== pageId && (alive ? !alive.has('chat-vitals:page:' + page) : now - seen > timing.silent)

  const tails = new Map<string, Tail>()
  const keys = Object.keys(localStorage ?? {}).filter((key) => key.startsWith(tailPrefix))
  for (const key of keys) {
    const page = key.slice(tailPrefix.length)
    let tail: Tail | undefined
    try {
      tail = JSON.parse(localStorage!.getItem(key)!) as Tail
    } catch {
      // Cut or written by something else.
    }
    if (tail?.v !== 1 || !Array.isArray(tail.entries)) {
      // A newer library's tail is left alone; what is no tail at all is counted and goes.
      if (!tail || !((tail.v as number) > 1)) {
        port.settle([key], 'corrupt')
        localStorage!.removeItem(key)
      }
    } else if (now - tail.at > timing.keepRecords) {
      // Of what was in the database too, its row has been counted.
      const rest = tail.entries.filter(({ saved }) => !saved)
      port.settle(
        rest.map(({ record }) => record.id),
        'expired',
      )
      localStorage!.removeItem(key)
    } else if (tail.to === to && page !== pageId && (tail.left || isDead(page, tail.at))) tails.set(page, tail)
  }

  const byId = new Map<string, Row>()
  const stored = port.store.kind() === 'indexeddb'
  if (stored) {
    for (const row of [...(await outbox.rows('open', 500)), ...(tails.size ? await outbox.rows('ready', 500) : [])])
      byId.set(row.record.id, row)
  }
  const recovered: Row[] = []
  const settle = (record: TurnRecord, row: Row | undefined, at: number, hasTail: boolean): void => {
    const final = port.recover(record, hasTail)
    const end = final.startedAt + (final.moments.end ?? final.moments.lastText ?? 0)
    const sealed = guard(() => port.seal(final))
    if (!sealed) {
      port.settle([record.id], 'before_send')
      if (row) gone.push(row)
      return
    }
    Object.assign(sealed.delivery!, { opened: record.seq, recovered: true, delayMs: Math.max(0, now - end) })
    sealed.rev = Math.max(record.rev, row?.rev ?? 0) + revisions.recovered
    recovered.push({
      ...port.rowOf(sealed, 'ready', row?.at ?? at),
      pageId: record.pageId,
      ...(row && { resource: row.resource }),
    })
  }
  const gone: Row[] = []

  for (const [, tail] of tails) {
    for (const { saved, record } of tail.entries) {
      const row = byId.get(record.id)
      // Its row was there and is gone: it was delivered. Its row is as new, and has its curve: that one counts.
      if ((saved && stored && !row) || (row && row.rev >= record.rev)) continue
      byId.delete(record.id)
      if (record.kind === 'turn' && !record.outcome) settle(record, row, tail.at, true)
      else
        recovered.push({
          ...port.rowOf(record, 'ready', tail.at),
          pageId: record.pageId,
          ...(row && { resource: row.resource }),
        })
    }
  }
  for (const row of byId.values()) {
    const tail = tails.get(row.pageId)
    if (row.state === 'open' && (tail || isDead(row.pageId, row.seen)))
      settle(row.record as TurnRecord, row, row.at, !!tail)
  }

  if (stored) {
    await outbox.put(recovered)
    await outbox.remove(gone)
  } else for (const row of recovered) port.held.set(row.record.id, { row, saved: false })
  let drops = 0
  for (const [page, tail] of tails) {
    drops += tail.dropped || 0
    localStorage!.removeItem(tailPrefix + page)
  }
  if (drops && stored) await outbox.device((state) => void (state.dropped += drops))
}
