/** The last words of a page: what it sends as it goes, what it leaves with the browser, and the tail it leaves on the device. */
import { attempt } from '../base/guard.ts'
import type { AnyRecord, TurnRecord } from '../turn/record.ts'
import { bodyOf, hand } from './body.ts'
import { keepaliveBytes } from './collector.ts'
import { freeFrom } from './device.ts'
import type { Device } from './device.ts'
import type { Setting } from './ports.ts'
import { amend, claim, copyOf, sealed, untold, unwritten } from './queue.ts'
import type { Queue } from './queue.ts'
import { growth } from './sender.ts'
import type { Form } from './spans.ts'
import { isStored, quietly } from './store.ts'
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
  /** The browser took nothing: its share is used up, or the page may not use it. */
  refused?: boolean
  /** Ids of what was first told as the page went: the tail alone knows of it. Cleared when the page is back. */
  told: string[]
  /** Open turns as they may be told; undefined: not at all. The page's filter is asked once for each state of a turn. */
  passed: WeakMap<AnyRecord, AnyRecord | undefined>
}

export const createLeaving = (options: LeavingOptions): Leaving => ({
  ...options,
  laterAt: 0,
  hasTail: false,
  told: [],
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

/** Writes the tail, which is written again with all news until `show`. False: it could not be. */
export function saveTail(leaving: Leaving): boolean {
  const { queue, device, natives, clock, pageId, to, left, mayStore, told } = leaving
  if (!natives.localStorage || !mayStore()) return false
  leaving.hasTail = true
  const held = [...queue.held.values()]
  const entries = held
    .filter(({ row, written }) => row.state === 'open' || written !== 'yes')
    .map(({ row, written, since }) => ({
      saved: written === 'yes',
      lived: row.state === 'open' ? row.at + clock.now() - since : undefined,
      record: row.record,
    }))
  const armed = held.filter(({ row }) => row.state === 'open' && row.tried).map(({ row }) => row.record.id)
  const tried = held[0] && [...told, ...armed]
  const rest = { to, at: clock.epoch(), left: left(), dropped: device.fresh, tried }
  return !!attempt(() => {
    writeTail(natives.localStorage!, pageId, { v: 1, ...rest, entries })
    return true
  })
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

/** Whether a turn that opens now can be left with the browser. */
export const mayLeave = (leaving: Leaving): boolean =>
  !leaving.refused && !!leaving.endpoint && !!leaving.natives.fetchLater && maySend(leaving)

/** In place of what the browser had. False: it has nothing. */
function leaveWith(leaving: Leaving, records: AnyRecord[], form?: Form): boolean {
  disarm(leaving)
  const { endpoint, resource, clock, natives } = leaving
  // Apart from the others: as their method it would be called on the wrong object.
  const { fetchLater } = natives
  const body = fetchLater && endpoint && bodyOf(records, resource, leaving, form)
  if (!body) return false
  const later = (leaving.later = new AbortController())
  leaving.laterAt = clock.now()
  leaving.refused = !attempt(() => fetchLater(endpoint, requestOf(leaving, body, { signal: later.signal })))
  return !leaving.refused
}

/**
 * Leaves the open turns with the browser, which sends them if this page dies without a word: in short, for its share
 * may be no more than 8 KB.
 * https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Permissions-Policy/deferred-fetch
 */
export function arm(leaving: Leaving): void {
  const { queue } = leaving
  const rows = [...queue.held.values()].map(({ row }) => row).filter(({ state, tried }) => state === 'open' && tried)
  const ends = (maySend(leaving) ? rows : []).flatMap(({ record, lived }) => {
    const end = endOf(leaving, record, lived)
    return end ? [copyOf({ record: end })] : []
  })
  // Nobody has it, then: who recovers it tells it first.
  if (!leaveWith(leaving, ends, 'short') && leaving.refused)
    for (const row of rows) amend(queue, { ...row, tried: false })
}

/** Whether what was left with the browser is older than it should be. */
export const isStale = ({ laterAt, clock, timing }: Leaving): boolean => clock.now() - laterAt > timing.fetchLater

/**
 * The page goes, or may be frozen for good: all that is not acknowledged, newest first as far as it fits. Answers are read
 * by nobody, so it is sent again later. A page that leaves leaves it with the browser, too.
 */
export function sayLast(leaving: Leaving): void {
  const { queue, endpoint, writer, resource, natives, guard, left } = leaving
  let room = keepaliveBytes
  const rows = [...queue.held.values()]
    .reverse()
    .filter(({ row }) => row.state === 'ready' && (room -= row.bytes * growth) > 0)
    .reverse()
    .map(({ row }) => row)
  const may = !!rows[0] && maySend(leaving)
  // Offline hardly anything gets out: the next page tells it first.
  const online = may && navigator.onLine
  const fresh = online ? untold(rows) : []
  leaving.told.push(...fresh.map(({ record }) => record.id))
  claim(queue, fresh)
  // Before it goes: nobody must take it for untold.
  const noted = saveTail(leaving) || !isStored(queue.store)
  if (!may) return
  const again = rows.map(({ record }) => copyOf({ record, tried: true }))
  const first = online && noted ? rows.map(copyOf) : again
  if (writer) return guard.later(hand(writer, first, resource, leaving))
  const isLeft = left() && leaveWith(leaving, first)
  const { fetch } = natives
  const post = async (records: AnyRecord[], keepalive?: boolean) => {
    const body = bodyOf(records, resource, leaving)
    return body && fetch!(endpoint!, requestOf(leaving, body, { keepalive }))
  }
  // The 64 KiB that all requests with keepalive may hold can be used up by the host: https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
  if (endpoint && fetch) quietly(post(isLeft ? again : first, true).catch(() => post(again)))
}

/** The page is here: what it knows needs no tail. */
export function dropTail(leaving: Leaving): void {
  const { natives, pageId, queue, told } = leaving
  if (leaving.hasTail) removeTail(natives.localStorage!, pageId)
  leaving.hasTail = false
  unwritten(queue, told.splice(0))
}
