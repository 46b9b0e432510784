/** Finds what pages that died have left behind, and makes of it records that can be sent. Loaded when there is something. */
import type { AnyRecord, Attributes, TurnRecord } from '../turn/record.ts'
import { isSound } from './outbox.ts'
import type { Outbox } from './outbox.ts'
import type { Setting } from './ports.ts'
import { revisions } from './revisions.ts'
import type { KeptBack, Sealed } from './seal.ts'
import type { Row } from './store.ts'
import { readTail, removeTail, tailsOn } from './tail.ts'
import type { Tail } from './tail.ts'

/** What recovery asks of the rest, and tells it. */
export interface RecoveryPort extends Pick<Setting, 'clock' | 'natives' | 'pageId' | 'timing' | 'to'> {
  /** One pass for the whole of it: taken away with the consent, and with it all that would be written. */
  outbox: Outbox
  /** Whether there is a database. */
  stored: boolean
  /** Whether a page lives, as far as Web Locks say; undefined where there are none. */
  lives?: (pageId: string) => boolean
  /** Settles an open turn: `abandoned` with a tail, else `lost`. `at`: last sign of life, epoch ms. Pure. */
  recover(record: TurnRecord, hasTail: boolean, at?: number): TurnRecord
  /** What of a record may be told, or why nothing. */
  sealed(record: AnyRecord): Sealed | KeptBack
  /** A settled record that was sealed by its own page. */
  plain(record: AnyRecord): Sealed
  rowOf(sealed: Sealed, state: Row['state'], at: number): Row
  /** These are done with, for the reason. */
  settle(ids: string[], reason: string): void
  /** Keeps rows in memory, where there is no database. */
  adopt(rows: Row[]): void
}

/** Before this, ms since a sign of life, a page may be alive: without Web Locks nobody knows. */
const isDead = (port: RecoveryPort, page: string, seen: number): boolean =>
  page !== port.pageId && (port.lives ? !port.lives(page) : port.clock.epoch() - seen > port.timing.silent)

/** Tails of this application's dead pages, by page. What is no tail, and what is too old, is counted and goes. */
function tailsOfDead(port: RecoveryPort): Map<string, Tail> {
  const { clock, natives, pageId, timing, to } = port
  const storage = natives.localStorage!
  const now = clock.epoch()
  const found = new Map<string, Tail>()
  for (const page of tailsOn(storage)) {
    const tail = readTail(storage, page)
    // A newer library's tail is left alone.
    if ((tail?.v as number) > 1) continue
    if (tail?.v !== 1 || !Array.isArray(tail.entries)) {
      port.settle([page], 'corrupt')
      removeTail(storage, page)
      continue
    }
    const sound = tail.entries.filter((entry) => isSound(entry?.record))
    if (tail.to !== to) {
      // Another application's is for that to recover and to count; but not for ever.
      if (now - tail.at > timing.keepRecords) removeTail(storage, page)
    } else if (now - tail.at > timing.keepRecords) {
      // Of what was in the database too, its row has been counted.
      port.settle(
        sound.filter(({ saved }) => !saved).map(({ record }) => record.id),
        'expired',
      )
      removeTail(storage, page)
    } else if (page !== pageId && (tail.left || isDead(port, page, tail.at)))
      found.set(page, { ...tail, entries: sound })
  }
  return found
}

/** Resolves when done. Runs under the sender's lock, so that no two pages recover the same turn. */
export async function recoverPages(port: RecoveryPort): Promise<void> {
  const { clock, natives, outbox, stored } = port
  const now = clock.epoch()
  const tails = tailsOfDead(port)
  const byId = new Map<string, Row>()
  if (stored) {
    for (const row of [...(await outbox.rows('open', 500)), ...(tails.size ? await outbox.rows('ready', 500) : [])])
      byId.set(row.record.id, row)
  }
  const recovered: Row[] = []
  const gone: Row[] = []

  /** `resource`: of its page, which may have been of another release. */
  const keep = (sealed: Sealed, at: number, resource?: Attributes): void => {
    const row = port.rowOf(sealed, 'ready', at)
    recovered.push({ ...row, pageId: sealed.record.pageId, resource: resource ?? row.resource })
  }
  /** The end is the last sign of life, in whatever it was found. */
  const settle = (record: TurnRecord, row: Row | undefined, at: number, hasTail: boolean, lived: number): void => {
    const final = port.recover(record, hasTail, lived)
    const end = final.startedAt + (final.moments.end ?? final.moments.lastText ?? 0)
    const sealed = port.sealed(final)
    if (typeof sealed === 'string') {
      port.settle([record.id], sealed)
      if (row) gone.push(row)
      return
    }
    const told = sealed.record
    told.delivery = { ...told.delivery!, opened: record.seq, recovered: true, delayMs: Math.max(0, now - end) }
    told.rev = Math.max(record.rev, row?.rev ?? 0) + revisions.recovered
    keep(sealed, row?.at ?? at, row?.resource)
  }

  for (const tail of tails.values()) {
    for (const { saved, lived, record } of tail.entries) {
      const row = byId.get(record.id)
      // Its row was there and is gone: it was delivered. Its row is as new, and has its curve: that one counts.
      if ((saved && stored && !row) || (row && row.rev >= record.rev)) continue
      byId.delete(record.id)
      if (record.kind === 'turn' && !record.outcome)
        settle(record, row, tail.at, true, Math.max(lived ?? tail.at, row?.lived ?? 0))
      else keep(port.plain(record), tail.at, row?.resource)
    }
  }
  for (const row of byId.values()) {
    const tail = tails.get(row.pageId)
    if (row.state !== 'open' || !(tail || isDead(port, row.pageId, row.seen))) continue
    const known = tail?.entries.find(({ record }) => record.id === row.record.id)
    settle(row.record as TurnRecord, row, row.at, !!tail, Math.max(row.lived ?? row.seen, known?.lived ?? 0))
  }

  if (stored) {
    await outbox.put(recovered)
    await outbox.remove(gone)
  } else port.adopt(recovered)
  let drops = 0
  for (const [page, tail] of tails) {
    drops += tail.dropped || 0
    removeTail(natives.localStorage!, page)
  }
  if (drops && stored)
    await outbox.device((known = { dropped: 0, until: 0, tries: 0 }) => ({ ...known, dropped: known.dropped + drops }))
}
