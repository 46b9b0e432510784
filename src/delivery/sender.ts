/** Takes ready records to the collector: one request at a time, one sender among the tabs, nothing given up in silence. */
import { bodyOf, hand, isTellable } from './body.ts'
import { keepaliveBytes } from './collector.ts'
import type { Answer, Collector } from './collector.ts'
import { freeFrom, pause, resume, share } from './device.ts'
import type { Device } from './device.ts'
import type { Leader } from './leader.ts'
import { lookAgain, lookAround } from './lookout.ts'
import type { Lookout } from './lookout.ts'
import type { AnyRecord } from '../turn/record.ts'
import type { Outbox } from './outbox.ts'
import type { Setting } from './ports.ts'
import { acknowledge, amend, hasEnded, missing, rewrite, settle } from './queue.ts'
import type { Queue } from './queue.ts'
import { cleaned } from './seal.ts'
import { isStored } from './store.ts'
import type { Row, Store } from './store.ts'

export interface SenderOptions extends Setting {
  queue: Queue
  device: Device
  store: Store
  leader: Leader
  lookout: Lookout
  /** Missing with an exporter. */
  collector?: Collector
  /** The database for one drain: a pass that is taken away with the consent. */
  outbox(): Outbox
  /** The page is leaving, or may not send: start nothing. */
  away(): boolean
}

export interface Sender extends Readonly<SenderOptions> {
  /** Records per request: what the collector takes at all, and fewer after a failure, until the first success. */
  fits: number
  most: number
  /** The next pause need not be waited for, unless the collector asked for it. */
  probe: boolean
  /** Calls of `abort`: what was read before one is not sent after it. */
  aborts: number
  /** Ends the wait for an idle moment. */
  go?: () => void
  running?: Promise<number | undefined>
}

const batchBytes = 512 * 1024
/** JSON of spans per JSON of its record; measured, with room to spare. */
export const growth = 3
/** A record sent this long after its end says so. */
const lateMs = 30_000

export const createSender = (options: SenderOptions): Sender => ({
  ...options,
  fits: Infinity,
  most: Infinity,
  probe: false,
  aborts: 0,
})

/** There may be a way to the collector again: no proof, but a reason to look. */
export const probe = (sender: Sender): void => void (sender.probe = true)

/** Ends the request under way. Its records stay. */
export function abort(sender: Sender): void {
  sender.aborts++
  sender.go?.()
  sender.collector?.abort()
}

/** Sends until nothing is left (undefined) or gives the ms to wait for. One at a time. Never rejects. */
export const drain = (sender: Sender): Promise<number | undefined> => (sender.running ??= begin(sender))

async function begin(sender: Sender): Promise<number | undefined> {
  const { guard, leader, outbox, timing } = sender
  const { aborts } = sender
  const mine = outbox()
  const draining = leader.alone(mine, () => run(sender, mine))
  try {
    return await draining
  } catch {
    // Taken away with the consent, or a database that failed.
    if (sender.aborts > aborts) return timing.sendEvery
    guard.later(draining)
    return timing.loadAgain
  } finally {
    sender.running = undefined
  }
}

async function run(sender: Sender, outbox: Outbox): Promise<number | undefined> {
  const { queue, device, lookout, timing, store } = sender
  // The database may only now turn out to be closed to us.
  await share(device, outbox)
  await lookAround(lookout, outbox)
  if (isStored(store)) await rewrite(queue, outbox)
  for (;;) {
    const wait = await sendNext(sender, outbox)
    if (wait === 'nothing') break
    if (wait !== 'again') return wait
  }
  if (isStored(store) && queue.unsettled.size) missing(queue, await outbox.ids())
  await share(device, outbox)
  return hasEnded(queue) ? timing.leaderLook : lookAgain(lookout)
}

/** One batch. Gives the ms to wait for; undefined when the page is away. */
async function sendNext(sender: Sender, outbox: Outbox): Promise<number | undefined | 'again' | 'nothing'> {
  const { clock, device, timing, leader, away, aborts } = sender
  const isAborted = () => sender.aborts > aborts
  // Before the pause is looked at: it comes with the database, which may be open only now.
  const rows = await next(sender, outbox)
  if (away()) return undefined
  if (isAborted()) return timing.sendEvery
  if (!rows[0]) return 'nothing'
  const wait = freeFrom(device) - clock.epoch()
  // A pause longer than any we make is of a clock that was wrong.
  if (wait > 0 && wait < 2 * timing.retryAfterMost && (!sender.probe || device.known.asked)) return wait
  sender.probe = false
  const bad = rows.filter(({ record }) => !isTellable(record))
  if (bad[0]) {
    await drop(sender, outbox, bad, 'invalid')
    return 'again'
  }
  const batch = await asTold(sender, outbox, rows)
  if (!(await leader.stays(outbox))) return timing.leaderLook
  // Encoding takes longer than all else that we do.
  if (!sender.hidden() && !isAborted())
    await new Promise<void>((resolve) => {
      sender.go = resolve
      sender.idle(resolve)
    })
  if (away()) return undefined
  if (isAborted()) return timing.sendEvery
  const answer = await transmit(sender, batch)
  // A request that was cut off by us says nothing about the collector.
  if (answer === 'later') {
    if (away()) return undefined
    if (isAborted()) return timing.sendEvery
  }
  await act(sender, outbox, batch, answer)
  return 'again'
}

/** Ready rows of one resource, oldest first, together small enough for one request. */
async function next(sender: Sender, outbox: Outbox): Promise<Row[]> {
  const { queue, hidden } = sender
  const rows = new Map<string, Row>()
  if (isStored(sender.store)) for (const row of await outbox.rows('ready')) rows.set(row.record.id, row)
  for (const [id, { row, written }] of queue.held) {
    const known = rows.get(id)
    // Another tab may have noted how late it is: under a higher revision.
    if (row.state === 'ready' && (known ? known.rev <= row.rev : written !== 'yes')) rows.set(id, row)
  }
  const sorted = [...rows.values()].sort((a, b) => a.at - b.at)
  const resource = JSON.stringify(sorted[0]?.resource)
  let room = (hidden() ? keepaliveBytes : batchBytes) / growth
  return sorted
    .filter((row) => JSON.stringify(row.resource) === resource)
    .slice(0, Math.min(sender.fits, sender.most))
    .filter((row, i) => (room -= row.bytes) > 0 || !i)
}

/** What is to be told of a row: clean, though an older library wrote it, and how late it is. */
function told(row: Row, now: number, pageId: string): AnyRecord {
  const record = row.pageId === pageId ? row.record : cleaned(row.record)
  const { delivery } = record
  const delayMs = now - (record.kind === 'turn' ? record.startedAt + (record.moments?.end ?? 0) : record.at)
  // Noted again only when it has doubled: each note is a revision.
  if (!delivery || !(delayMs > Math.max(lateMs, 2 * (delivery.delayMs ?? 0)))) return record
  return { ...record, delivery: { ...delivery, delayMs } }
}

/** The rows as they go. What is news of one is stored under a higher revision before it goes: copies must be alike. */
async function asTold(sender: Sender, outbox: Outbox, rows: Row[]): Promise<Row[]> {
  const { clock, pageId, queue } = sender
  const changed: Row[] = []
  const batch = rows.map((row) => {
    const record = told(row, clock.epoch(), pageId)
    if (record === row.record || JSON.stringify(record) === JSON.stringify(row.record)) return row
    const rev = row.rev + 1
    const news = { ...row, rev, record: { ...record, rev } }
    amend(queue, news)
    changed.push(news)
    return news
  })
  if (changed[0] && isStored(sender.store)) await outbox.put(changed)
  return batch
}

async function transmit(sender: Sender, rows: Row[]): Promise<Answer> {
  const { writer, collector } = sender
  const records = rows.map(({ record }) => record)
  const { resource } = rows[0]!
  if (!writer) return collector!.send(bodyOf(records, resource, sender))
  return hand(writer, records, resource, sender).then(
    () => 'taken',
    () => 'later',
  )
}

async function drop(sender: Sender, outbox: Outbox, rows: Row[], reason: string): Promise<void> {
  settle(
    sender.queue,
    rows.map(({ record }) => record.id),
    reason,
  )
  if (isStored(sender.store)) await outbox.remove(rows)
}

/** What an answer means for the batch, and for what comes next. */
async function act(sender: Sender, outbox: Outbox, rows: Row[], answer: Answer): Promise<void> {
  const { queue, device, endpoint, advise } = sender
  const isOne = !rows[1]
  if (answer === 'taken') {
    sender.most = Infinity
    if (isStored(sender.store)) await outbox.remove(rows)
    acknowledge(queue, rows)
    return resume(device, outbox)
  }
  if (answer === 'later' || typeof answer === 'number') {
    sender.most = 8
    return pause(device, outbox, sender, answer === 'later' ? undefined : answer)
  }
  if (answer === 'too_large' && !isOne) {
    sender.fits = rows.length >> 1
    return
  }
  advise(`refused() ${answer === 'too_large' ? 413 : answer.slice(5)} ${endpoint}`)
  if (answer === 'too_large') return drop(sender, outbox, rows, answer)
  const { id } = rows[0]!.record
  // Refused again, and alone: it goes. A batch is first tried one by one, a single bad record must not cost the others.
  if (device.known.refused === id && isOne) await drop(sender, outbox, rows, answer)
  sender.most = 1
  return pause(device, outbox, sender, undefined, id)
}
