/**
 * What this page holds of its records, and how each turn was accounted for. The one place that changes either: to others
 * the state is read-only, they ask it or tell it. Leaving, sending and recovery stand around it.
 */
import type { AnyRecord } from '../turn/record.ts'
import { drop, dropsOf } from './device.ts'
import type { Device } from './device.ts'
import type { Outbox } from './outbox.ts'
import type { Setting, Writable } from './ports.ts'
import { revisions } from './revisions.ts'
import { plain, seal } from './seal.ts'
import type { DoorOptions, KeptBack, Sealed } from './seal.ts'
import { quietly } from './store.ts'
import type { Row, Store } from './store.ts'

export interface Counts {
  /** Turns that this page view handed in. It is the sum of the others. */
  opened: number
  /** Acknowledged by the collector. */
  delivered: number
  pending: number
  /** By reason: `before_send`, `invalid`, `too_large`, `http_403`, `expired`, `full`, `memory`, … */
  dropped: Record<string, number>
  /** Spans that the collector said it rejected, out of what it acknowledged. */
  rejectedSpans: number
}

/** A record in memory: open, or ready and not acknowledged. */
export interface Held {
  readonly row: Readonly<Row>
  /** When it was first put, ms, page clock: the same moment as the row's `at`. */
  readonly since: number
  /** Whether the database has it as it is here. `tried`: it is being written, or could not be. */
  readonly written: 'no' | 'tried' | 'yes'
}

export interface QueueOptions extends Pick<Setting, 'clock' | 'timing' | 'guard' | 'pageId' | 'resource' | 'to'> {
  store: Store
  device: Device
  beforeSend?: DoorOptions['beforeSend']
  /** Whether the device may be written to now. */
  mayStore(): boolean
  /** Told of what is given up, by the records' ids. */
  dropped?(ids: string[], reason: string): void
}

export interface Queue extends Readonly<QueueOptions> {
  /** By record id, in the order of the last putting. Bounded by bytes. */
  readonly held: ReadonlyMap<string, Held>
  /** Turns of this page view that are not accounted for; an id each. */
  readonly unsettled: ReadonlySet<string>
  readonly counts: Readonly<Omit<Counts, 'pending'>>
  /** Highest `seq` of a turn so far. */
  readonly lastSeq: number
}

interface Own {
  held: Map<string, Writable<Held>>
  unsettled: Set<string>
  counts: Omit<Counts, 'pending'>
  lastSeq: number
}

/** Kept in memory, as JSON: the newest; older ones if they are in the database, else they are dropped. */
const heldBytes = 400_000

const own = (queue: Queue) => queue as unknown as Own

export const createQueue = (options: QueueOptions): Queue => ({
  ...options,
  held: new Map(),
  unsettled: new Set(),
  counts: { opened: 0, delivered: 0, dropped: {}, rejectedSpans: 0 },
  lastSeq: 0,
})

export const countsOf = ({ counts, unsettled }: Queue): Counts => ({ ...counts, pending: unsettled.size })

/** The record as it will be told, for good, or why it is not; to what it says belongs how it was kept. */
export const sealed = ({ device, store, guard, beforeSend, lastSeq }: Queue, record: AnyRecord): Sealed | KeptBack => {
  const delivery = { opened: lastSeq, dropped: dropsOf(device), store: store.kind() }
  return seal(record, { beforeSend, hint: guard.hint }, { delivery })
}

export const rowOf = (
  { to, pageId, resource, clock }: Queue,
  { record, letters }: Sealed,
  state: Row['state'],
  at: number,
): Row => {
  return { v: 1, to, state, rev: record.rev, at, seen: clock.epoch(), pageId, bytes: letters, resource, record }
}

/** These are done with: dropped for the reason, delivered without one. */
export function settle(queue: Queue, ids: string[], reason?: string): void {
  const { held, unsettled, counts } = own(queue)
  const { device, guard, dropped } = queue
  for (const id of ids) {
    held.delete(id)
    if (!unsettled.delete(id)) continue
    if (reason) counts.dropped[reason] = (counts.dropped[reason] ?? 0) + 1
    else counts.delivered++
  }
  if (!reason || !ids[0]) return
  drop(device, ids.length)
  guard(() => dropped?.(ids, reason))
}

/** All that is held and not accounted for. */
export const purge = (queue: Queue, reason: string): void =>
  settle(queue, [...new Set([...queue.held.keys(), ...queue.unsettled])], reason)

/** The collector took these, unless they were put again meanwhile. */
export const acknowledge = (queue: Queue, rows: Row[]): void =>
  settle(
    queue,
    rows.filter(({ record, rev }) => (queue.held.get(record.id)?.row.rev ?? 0) <= rev).map(({ record }) => record.id),
  )

/** What is neither in the database nor waits here was sent by another tab. */
export const missing = (queue: Queue, stored: Set<string>): void =>
  settle(
    queue,
    [...queue.unsettled].filter((id) => !stored.has(id) && (queue.held.get(id)?.written ?? 'yes') === 'yes'),
  )

/** The collector acknowledged a batch, but not these spans of it. */
export const reject = (queue: Queue, spans: number): void => void (own(queue).counts.rejectedSpans += spans)

/** Keeps a record of this page; false when it may not leave: then it is accounted for. */
export function take(queue: Queue, record: AnyRecord, state: Row['state']): boolean {
  const { held, unsettled, counts } = own(queue)
  const { clock, guard } = queue
  const { id, kind } = record
  if (kind === 'turn' && record.seq > queue.lastSeq) {
    own(queue).lastSeq = record.seq
    counts.opened++
    unsettled.add(id)
  }
  const old = held.get(id)
  const passed = (state === 'ready' ? sealed(queue, record) : guard(() => plain(record))) ?? 'before_send'
  if (typeof passed === 'string') {
    settle(queue, [id], passed)
    return false
  }
  const row = rowOf(queue, passed, state, old?.row.at ?? clock.epoch())
  const since = old?.since ?? clock.now()
  if (state === 'open') row.lived = row.at + clock.now() - since
  // Only a ready row can have been sent whole.
  const whole = state === 'ready' && kind === 'turn' ? revisions.whole : 0
  const after = old?.row.state === 'ready' ? old.row.rev + revisions.amended : 0
  row.record.rev = row.rev = Math.max(record.rev + whole, after)
  held.delete(id)
  held.set(id, { row, since, written: 'no' })
  return true
}

/** Rows made of what a dead page left, where there is no database to put them into. */
export function adopt(queue: Queue, rows: Row[]): void {
  for (const row of rows) own(queue).held.set(row.record.id, { row, since: 0, written: 'tried' })
}

/** A row as it will be sent from now on, of a higher revision than what is held. */
export function amend(queue: Queue, row: Row): void {
  const here = own(queue).held.get(row.record.id)
  if (here && here.row.rev <= row.rev) here.row = row
}

function trim(queue: Queue): void {
  let room = heldBytes
  for (const [id, { row, written }] of [...own(queue).held].reverse()) {
    if ((room -= row.bytes) > 0 || row.state === 'open') continue
    if (written === 'yes') own(queue).held.delete(id)
    else settle(queue, [id], 'memory')
  }
}

/** Puts into the database what nobody has tried to put there yet. */
export function write(queue: Queue): void {
  const { store, mayStore } = queue
  if (!mayStore()) return trim(queue)
  const batch = [...own(queue).held.values()].filter(({ written }) => written === 'no')
  if (!batch[0]) return
  quietly(
    store
      .run('records', 'readwrite', (name) => {
        for (const one of batch) {
          one.written = 'tried'
          name('records').put(one.row, one.row.record.id)
        }
      })
      .then(() => {
        // Unless there is news of it meanwhile.
        for (const one of batch) if (one.written === 'tried') one.written = 'yes'
      })
      .finally(() => trim(queue)),
  )
}

/** Tries again with rows whose writing failed, at the cost of the oldest. */
export async function rewrite(queue: Queue, outbox: Outbox): Promise<void> {
  const unsaved = [...own(queue).held.values()].filter(
    ({ row, written }) => written === 'tried' && row.state === 'ready',
  )
  if (!unsaved[0]) return
  try {
    await outbox.put(unsaved.map(({ row }) => row))
    for (const one of unsaved) one.written = 'yes'
  } catch (error) {
    if ((error as DOMException | null)?.name !== 'QuotaExceededError') return
    const oldest = await outbox.rows('ready', 32)
    settle(
      queue,
      oldest.map(({ record }) => record.id),
      'full',
    )
    await outbox.remove(oldest)
  }
}

/** The page lives, and with it its open turns: said in the database at most once in `ms`. */
export function touch(queue: Queue, ms: number): void {
  const { clock } = queue
  for (const one of own(queue).held.values()) {
    const { row, since } = one
    const lived = row.at + clock.now() - since
    if (row.state !== 'open' || lived - row.lived! < ms) continue
    one.row = { ...row, seen: clock.epoch(), lived }
    one.written = 'no'
  }
  write(queue)
}

/** Whether a turn that has ended is still to be accounted for. */
export const hasEnded = ({ held, unsettled }: Queue): boolean =>
  unsettled.size > [...held.values()].filter(({ row }) => row.state === 'open').length
