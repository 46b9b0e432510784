import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, expect, test } from 'vitest'
import { pageClock } from '../../../src/base/clock.ts'
import { timing as pageTiming } from '../../../src/base/timing.ts'
import { deliveryTiming } from '../../../src/delivery/timing.ts'
import { createOutbox, limits } from '../../../src/delivery/outbox.ts'
import type { Outbox } from '../../../src/delivery/outbox.ts'
import { createStore } from '../../../src/delivery/store.ts'
import type { Row, Store } from '../../../src/delivery/store.ts'
import { resource, turnRecord } from './samples.ts'

const timing = { ...pageTiming, ...deliveryTiming }

let indexedDB: IDBFactory
let store: Store
let outbox: Outbox
/** Ids by reason. */
let dropped: Record<string, string[]>
const now = 1_760_000_000_000

const row = (n: number, over: Partial<Row> = {}): Row => ({
  v: 1,
  to: 'support-chat',
  state: 'ready',
  rev: 3,
  at: now - 1000 + n,
  seen: now,
  pageId: 'page-1',
  bytes: 1500,
  resource,
  record: turnRecord({}, n),
  ...over,
})
const ids = (rows: Row[]) => rows.map(({ record }) => record.id)
const put = (key: string, value: unknown) =>
  store.run('records', 'readwrite', (name) => name('records').put(value, key))
const get = (key: string) => store.run<Row | undefined>('records', 'readonly', (name) => name('records').get(key))

beforeEach(() => {
  indexedDB = new IDBFactory()
  store = createStore({ indexedDB, clock: pageClock(), timing })
  dropped = {}
  const note = (ids: string[], reason: string) => ids.length && (dropped[reason] ??= []).push(...ids)
  outbox = createOutbox({ store, to: 'support-chat', timing, dropped: note })
})

test('rows come oldest first, ready ones apart from open ones, a bounded number at once', async () => {
  await outbox.put([row(3), row(1), row(2), row(4, { state: 'open' }), row(5, { to: 'shop' })])
  expect(ids(await outbox.rows('ready'))).toEqual(['turn-1', 'turn-2', 'turn-3'])
  expect(ids(await outbox.rows('ready', 2))).toEqual(['turn-1', 'turn-2'])
  expect(ids(await outbox.rows('open'))).toEqual(['turn-4'])
})

test('a row that was written again while it was sent stays', async () => {
  await outbox.put([row(1), row(2)])
  const sent = await outbox.rows('ready')
  await outbox.put([row(1, { rev: 4 })])
  await outbox.remove(sent)
  expect(ids(await outbox.rows('ready'))).toEqual(['turn-1'])
})

// The tab that sends noted how late a record was, over the correction that its own tab had just written.
test('a row is not written over one of a higher revision', async () => {
  await outbox.put([row(1, { rev: 23 })])
  await outbox.put([row(1, { rev: 4 })])
  expect((await outbox.rows('ready')).map(({ rev }) => rev)).toEqual([23])
})

test('rows of a newer library are left alone', async () => {
  const newer = { ...row(1), v: 2, at: 0 }
  await put('turn-1', newer)
  expect(await outbox.rows('ready')).toEqual([])
  await outbox.sweep(now)
  expect(dropped).toEqual({})
  expect(await get('turn-1')).toEqual(newer)
})

test('what is no record is set aside, counted once, and ages', async () => {
  await outbox.put([row(1)])
  await put('bad', { ...row(2), record: 'garbage' })
  await put('worse', { ...row(3), record: undefined })
  expect(ids(await outbox.rows('ready'))).toEqual(['turn-1'])
  expect(dropped).toEqual({ corrupt: ['bad', 'worse'] })
  await outbox.rows('ready')
  await outbox.sweep(now)
  expect(dropped).toEqual({ corrupt: ['bad', 'worse'] })
  await outbox.sweep(now + timing.keepRecords + 1)
  expect(dropped).toEqual({ corrupt: ['bad', 'worse'], expired: ['turn-1'] })
  expect((await outbox.ids()).size).toBe(0)
})

test('over the cap of bytes the oldest go', async () => {
  const bytes = limits.bytes / 4
  await outbox.put([1, 2, 3, 4, 5, 6].map((n) => row(n, { bytes })))
  await outbox.sweep(now)
  expect(dropped).toEqual({ full: ['turn-2', 'turn-1'] })
})

// The caps were those of the device: one application that piled up its records cost another its own.
test('over the cap only rows of the same application go, too old ones of any', async () => {
  const bytes = limits.bytes / 2
  const shop = { to: 'shop', at: now - 5000 }
  await outbox.put([row(1, { bytes, ...shop }), row(2, { bytes }), row(3, { bytes }), row(4, { bytes })])
  await outbox.put([row(5, { ...shop, at: now - timing.keepRecords - 1 })])
  await outbox.sweep(now)
  expect(dropped).toEqual({ full: ['turn-2'] })
  expect([...(await outbox.ids())]).toEqual(['turn-1', 'turn-3', 'turn-4'])
})

// Consent that is withdrawn concerns one application, and all that it left, of whatever version.
test('purging takes what is of this application, of any version, and nothing else', async () => {
  await outbox.put([row(1), row(2, { state: 'open' }), row(3, { to: 'shop' })])
  await put('newer', { ...row(4), v: 2 })
  await put('aside', { ...row(5), v: 0 })
  const context = (to?: string) => ({ v: 1, to, at: now, ref: { turnId: 't', traceId: 'a', spanId: 'b' } })
  await store.run('contexts', 'readwrite', (name) => {
    name('contexts').put(context('support-chat'), 'message-1')
    name('contexts').put(context('shop'), 'message-2')
    // Of 0.1.0, which did not say whose it is.
    name('contexts').put(context(), 'message-3')
  })
  await outbox.device(() => ({ dropped: 1, until: 2, tries: 3 }))
  await store.run('meta', 'readwrite', (name) => void name('meta').put({ dropped: 4 }, 'device:shop'))
  await outbox.purge()
  expect([...(await outbox.ids())]).toEqual(['turn-3'])
  const keys = (of: 'contexts' | 'meta') => store.run(of, 'readonly', (name) => name(of).getAllKeys())
  expect([await keys('contexts'), await keys('meta')]).toEqual([['message-2'], ['device:shop']])
})

test('what is under way when its pass is taken away writes nothing', async () => {
  const pass = createOutbox({ store: store.pass(), to: 'support-chat', timing, dropped() {} })
  await pass.put([row(1)])
  const late = pass.put([row(2)])
  store.revoke()
  await expect(late).rejects.toBeDefined()
  await expect(pass.put([row(3)])).rejects.toBeDefined()
  await outbox.put([row(4)])
  expect([...(await outbox.ids())]).toEqual(['turn-1', 'turn-4'])
})

test('over the cap of records the oldest go', async () => {
  const cap = limits.records
  limits.records = 3
  await outbox.put([1, 2, 3, 4].map((n) => row(n)))
  await outbox.sweep(now)
  expect(dropped).toEqual({ full: ['turn-1'] })
  limits.records = cap
})

test('only one page holds the lease, until it is over', async () => {
  expect(await outbox.lease('page-1', 1000)).toBe(true)
  expect(await outbox.lease('page-2', 2000)).toBe(false)
  expect(await outbox.lease('page-1', 3000)).toBe(true)
  expect(await outbox.lease('page-2', 19_000)).toBe(true)
})

test('a lease from a clock that was wrong does not last', async () => {
  await outbox.lease('page-1', now * 2)
  expect(await outbox.lease('page-2', now)).toBe(true)
})

test('what pages count for the device adds up', async () => {
  const none = { dropped: 0, until: 0, tries: 0 }
  await Promise.all([1, 2, 3].map((n) => outbox.device((state = none) => ({ ...state, dropped: state.dropped + n }))))
  expect((await outbox.look()).known).toEqual({ ...none, dropped: 6 })
})

test('a database that someone deletes is given free, and made anew', async () => {
  await outbox.put([row(1)])
  await new Promise((resolve) => (indexedDB.deleteDatabase('chat-vitals').onsuccess = resolve))
  expect(await outbox.rows('ready')).toEqual([])
  await outbox.put([row(2)])
  expect(ids(await outbox.rows('ready'))).toEqual(['turn-2'])
})

test('a database of a higher version means memory, not an error of the page', async () => {
  const request = indexedDB.open('chat-vitals', 7)
  await new Promise((resolve) => (request.onsuccess = resolve))
  request.result.close()
  await expect(outbox.rows('ready')).rejects.toBeDefined()
  expect(store.kind()).toBe('memory')
})
