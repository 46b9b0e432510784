/** The last words of a page: what it sends as it goes, what it leaves with the browser, and the tail it leaves on the device. */
import type { AnyRecord, TurnRecord } from '../turn/record.ts'
import { bodyOf, hand } from './body.ts'
import { keepaliveBytes } from './collector.ts'
import { freeFrom } from './device.ts'
import type { Device } from './device.ts'
import type { Setting } from './ports.ts'
import { sealed } from './queue.ts'
import type { Queue } from './queue.ts'
import { growth } from './sender.ts'
import { quietly } from './store.ts'
import { removeTail, writeTail } from './tail.ts'

export interface LeavingOptions extends Setting {
  queue: Queue
  device: Device
  /** Makes up the end of an open turn, for the copy that is sent if its page dies. Pure. */
  recover(record: TurnRecord, hasTail: boolean, at?: number): TurnRecord
  /** The page has left; until it is shown again. */
  left(): boolean
  /** Whether anything may leave memory now. */
  mayStore(): boolean
}

export interface Leaving extends Readonly<LeavingOptions> {
  /** Takes back what was left with the browser. */
  later?: AbortController
  /** When that was, ms, page clock. */
  laterAt: number
  hasTail: boolean
  /** Open turns as they may be told; undefined: not at all. The page's filter is asked once for each state of a turn. */
  passed: WeakMap<AnyRecord, AnyRecord | undefined>
}

export const createLeaving = (options: LeavingOptions): Leaving => ({
  ...options,
  laterAt: 0,
  hasTail: false,
  passed: new WeakMap(),
})

const maySend = ({ device, clock, mayStore }: LeavingOptions): boolean =>
  mayStore() && freeFrom(device) <= clock.epoch()

const requestOf = ({ headers }: LeavingOptions, body: string, how: RequestInit): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body,
  ...how,
})

/** All that is not acknowledged, newest first as far as it fits; answers are read by nobody, so it is sent again later. */
function sendLast(leaving: Leaving): void {
  const { queue, endpoint, writer, resource, natives, guard } = leaving
  let room = keepaliveBytes
  const records = [...queue.held.values()]
    .reverse()
    .filter(({ row }) => row.state === 'ready' && (room -= row.bytes * growth) > 0)
    .reverse()
    .map(({ row }) => row.record)
  if (!records[0] || !maySend(leaving)) return
  if (writer) return guard.later(hand(writer, records, resource, leaving))
  const { fetch } = natives
  const body = endpoint && bodyOf(records, resource, leaving)
  if (!body || !fetch) return
  const post = async (keepalive?: boolean) => fetch(endpoint, requestOf(leaving, body, { keepalive }))
  // The 64 KiB that all requests with keepalive may hold can be used up by the host: https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
  quietly(post(true).catch(() => post()))
}

/** Writes the tail, which is written again with all news until `show`. */
export function saveTail(leaving: Leaving): void {
  const { queue, device, natives, clock, pageId, to, left, mayStore } = leaving
  if (!natives.localStorage || !mayStore()) return
  leaving.hasTail = true
  const entries = [...queue.held.values()]
    .filter(({ row, written }) => row.state === 'open' || written !== 'yes')
    .map(({ row, written, since }) => ({
      saved: written === 'yes',
      lived: row.state === 'open' ? row.at + clock.now() - since : undefined,
      record: row.record,
    }))
  writeTail(natives.localStorage, pageId, { v: 1, to, at: clock.epoch(), left: left(), dropped: device.fresh, entries })
}

/** Takes back what was left with the browser. */
export function disarm(leaving: Leaving): void {
  leaving.later?.abort()
  leaving.later = undefined
}

/** An open turn as the browser may tell it if its page dies: what the page's filter makes of it as it is, then an end for it. */
function endOf(
  { queue, passed, recover }: Leaving,
  record: AnyRecord,
  lived: number | undefined,
): AnyRecord | undefined {
  if (!passed.has(record)) {
    const asked = sealed(queue, record)
    passed.set(record, typeof asked === 'string' ? undefined : asked.record)
  }
  const told = passed.get(record)
  return told && { ...recover(told as TurnRecord, false, lived), rev: record.rev }
}

/**
 * Leaves the open turns with the browser, which sends them if this page dies without a word: in short, for its share
 * may be no more than 8 KB. A page that leaves has none open, and leaves what it also sends itself.
 * https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Permissions-Policy/deferred-fetch
 */
export function arm(leaving: Leaving): void {
  disarm(leaving)
  const { queue, endpoint, resource, clock, natives, left } = leaving
  // Apart from the others: as their method it would be called on the wrong object.
  const { fetchLater } = natives
  if (!fetchLater || !endpoint || !maySend(leaving)) return
  const records: AnyRecord[] = []
  for (const { row } of queue.held.values()) {
    const told = row.state === 'open' ? endOf(leaving, row.record, row.lived) : left() && row.record
    if (told) records.push(told)
  }
  const body = bodyOf(records, resource, leaving, left() ? 'whole' : 'short')
  if (!body) return
  leaving.later = new AbortController()
  leaving.laterAt = clock.now()
  fetchLater(endpoint, requestOf(leaving, body, { signal: leaving.later.signal }))
}

/** Whether what was left with the browser is older than it should be. */
export const isStale = ({ laterAt, clock, timing }: Leaving): boolean => clock.now() - laterAt > timing.fetchLater

/** The page goes, or may be frozen for good. */
export function sayLast(leaving: Leaving): void {
  sendLast(leaving)
  saveTail(leaving)
}

/** The page is here: what it knows needs no tail. */
export function dropTail(leaving: Leaving): void {
  const { natives, pageId } = leaving
  if (leaving.hasTail) removeTail(natives.localStorage!, pageId)
  leaving.hasTail = false
}
