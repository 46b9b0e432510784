/** What the fault table promises of consent, of several applications and of the moment a page died; and of the page's own filter. */
import { beforeAll, expect, test } from 'vitest'
import { recover } from '../../../src/turn/outcome.ts'
import type { AnyRecord, TurnRecord } from '../../../src/turn/record.ts'
import { decode } from '../../support/collector.ts'
import { hex, turnRecord } from './samples.ts'
import { createWorld, rest } from './world.ts'
import type { Page } from './world.ts'

beforeAll(() => import('../../../src/delivery/recovery.ts'))

const open = (n = 1, over: Partial<TurnRecord> = {}) =>
  turnRecord(
    {
      rev: 1,
      outcome: undefined,
      phase: undefined,
      endedBy: undefined,
      finish: undefined,
      delivery: undefined,
      ttft: undefined,
      moments: { request: 12 },
      startedAt: 1_760_000_010_000,
      ...over,
    },
    n,
  )
const done = (n = 1, over: Partial<TurnRecord> = {}) => turnRecord({ delivery: undefined, ...over }, n)
const shop = { resource: { 'service.name': 'shop' } }

/** The page lives for so many seconds: its heart beats, but nothing else happens. */
async function live(page: Page, seconds: number): Promise<void> {
  for (let n = 0; n < seconds; n++) {
    await page.pass(1000)
    page.alive()
  }
  await page.pass(300)
}
const lasted = (world: ReturnType<typeof createWorld>): number => {
  const [turn] = world.unique('chat.turn')
  return (turn!.endMs - turn!.startMs) / 1000
}

// The end was the last moment that a checkpoint knew: who waited for half a minute and then had the browser killed had
// waited for twelve milliseconds.
test('a turn killed after thirty seconds of waiting lasted until the last sign of life', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open', true)
  await live(page, 30)
  page.die()
  world.time += 3_600_000
  await world.page('page-2').pass(5000)
  expect(lasted(world)).toBeGreaterThan(28)
  expect(lasted(world)).toBeLessThanOrEqual(31)
})

test.each([3_600_000, -3_600_000])('a wall clock put by %d ms does not change how long it lasted', async (step) => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open', true)
  await live(page, 10)
  world.skew = step
  await live(page, 10)
  page.die()
  world.time += 60_000
  await world.page('page-2').pass(5000)
  expect(lasted(world)).toBeGreaterThan(18)
  expect(lasted(world)).toBeLessThanOrEqual(22)
})

test('signs of life change no metric that was checkpointed', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(1, { ttft: 900, moments: { request: 12, firstText: 900, lastText: 5000 } }), 'open', true)
  await live(page, 2)
  page.die()
  await world.page('page-2').pass(5000)
  expect(world.unique('chat.turn')[0]!.attributes).toMatchObject({
    'chat_vitals.time_to.first_text': 0.9,
    'chat_vitals.time_to.last_text': 5,
    'chat_vitals.turn.phase': 'streaming',
  })
  expect(lasted(world)).toBe(5)
})

test('the tail of a hidden page that was killed knows its last sign of life', async () => {
  const world = createWorld()
  const page = world.page('page-1', { natives: { indexedDB: undefined } })
  page.put(open(), 'open', true)
  await live(page, 5)
  page.hide()
  page.die()
  world.time += 60_000
  await world.page('page-2').pass(5000)
  expect(lasted(world)).toBeGreaterThan(4)
  expect(lasted(world)).toBeLessThanOrEqual(6)
})

test('a sign of life is written at most once a second, and for open turns alone', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open', true)
  await page.pass(1000)
  const { put } = IDBObjectStore.prototype
  let puts = 0
  IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args) {
    if (this.name === 'records') puts++
    return put.apply(this, args)
  }
  try {
    for (let n = 0; n < 10; n++) page.alive()
    await page.pass(300)
    expect(puts).toBe(1)
    page.put(done(), 'ready', true)
    await page.pass(100)
    puts = 0
    page.alive()
    await page.pass(300)
    expect(puts).toBe(0)
  } finally {
    IDBObjectStore.prototype.put = put
  }
})

// To leave the open turn with the browser, an end was made up for it each time, and the page's filter was shown that.
test("the page's beforeSend never sees the end of a turn that lives", async () => {
  const world = createWorld()
  const seen: unknown[] = []
  const page = world.page('page-1', {
    beforeSend(record: AnyRecord) {
      seen.push((record as TurnRecord).outcome, (record as TurnRecord).endedBy)
      return record
    },
  })
  page.put(open(), 'open', true)
  await live(page, 12)
  page.put(open(1, { rev: 2, ttft: 900, moments: { firstText: 900 } }), 'open')
  await live(page, 2)
  expect(page.armed.length).toBeGreaterThan(1)
  expect(seen.filter(Boolean)).toEqual([])
  // Once for what was new each time, not for every sign of life.
  expect(seen).toHaveLength(4)
})

test('what beforeSend takes out is not left with the browser either', async () => {
  const world = createWorld()
  const page = world.page('page-1', {
    beforeSend: (record: AnyRecord) => (record.id === 'turn-2' ? null : { ...record, userId: undefined }),
  })
  page.put(open(1, { userId: 'ann' }), 'open', true)
  page.put(open(2, { userId: 'ann' }), 'open', true)
  await page.pass(100)
  const left = decode(page.armed.at(-1)!.body)
  expect(left.map(({ traceId }) => traceId)).toEqual([hex(32, 1)])
  expect(left[0]!.attributes['chat_vitals.turn.outcome']).toBe('lost')
  expect(page.armed.at(-1)!.body).not.toContain('ann')
})

// All stores were emptied, whoever's rows were in them.
test('withdrawn consent takes the rows of its own application alone', async () => {
  const world = createWorld()
  const other = world.page('page-1', shop)
  world.standing = () => 'down'
  const ref = { turnId: 't', traceId: hex(32, 1), spanId: hex(16, 1) }
  other.put(done(1), 'ready', true)
  other.context('message-1', ref)
  other.hide()
  await other.pass(3000)
  const page = world.page('page-2')
  page.put(done(2), 'ready', true)
  page.put(open(3), 'open', true)
  page.context('message-2', ref)
  page.hide()
  await page.pass(3000)
  page.hold()
  page.purge('consent')
  await page.pass(3000)
  expect((await world.database('records')).map(([key]) => key)).toEqual(['turn-1'])
  expect((await world.database('contexts')).map(([key]) => key)).toEqual(['message-1'])
  expect((await world.database('meta')).map(([key]) => key).filter((key) => key.includes('support-chat'))).toEqual([])
  expect((await world.database('meta')).map(([key]) => key)).toContain('device:shop')
  expect([...world.stored.keys()]).toEqual(['chat-vitals:tail:page-1'])
  expect(await page.findContext('message-2')).toBeUndefined()
  expect(await other.findContext('message-1')).toEqual(ref)
})

// Writing it had waited for an idle moment, and did not ask again.
test('a context that waits for an idle moment is not written after consent was withdrawn', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(done(), 'ready', true)
  await page.pass(3000)
  page.context('message-1', { turnId: 't', traceId: hex(32, 1), spanId: hex(16, 1) })
  page.hold()
  page.purge('consent')
  await page.pass(3000)
  expect(await world.database('contexts')).toEqual([])
})

// What it had read before was written back after.
test('a recovery under way writes nothing after consent was withdrawn', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open', true)
  await page.pass(2000)
  page.die()
  const next: Page = world.page('page-2', {
    recover(...all) {
      next.hold()
      next.purge('consent')
      return recover(...all)
    },
  })
  await next.pass(60_000)
  expect(await world.database('records')).toEqual([])
  next.release()
  await next.pass(60_000)
  expect(world.requests).toEqual([])
})

test('a send under way writes nothing after consent was withdrawn, nor do those that wait', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  world.standing = () => 'down'
  page.put(done(1), 'ready', true)
  await page.pass(120_000)
  world.standing = () => {
    page.hold()
    page.purge('consent')
    return new Response('', { status: 429, headers: { 'retry-after': '600' } })
  }
  page.put(done(2), 'ready', true)
  await page.pass(400_000)
  await rest()
  expect(await world.database('records')).toEqual([])
  expect(await world.database('meta')).toEqual([])
  const before = world.requests.length
  // Given again: only what comes then is kept and sent, and not before the time that the collector had named.
  world.standing = () => new Response('{}', { headers: { 'content-type': 'application/json' } })
  page.release()
  page.put(done(3), 'ready', true)
  await page.pass(60_000)
  expect(page.counts()).toMatchObject({ opened: 3, dropped: { consent: 2 } })
  await page.pass(600_000)
  expect(world.requests).toHaveLength(before + 1)
  expect(world.unique('chat.turn').map(({ traceId }) => traceId)).toEqual([hex(32, 3)])
})

// There was one pause and one count for all applications of an origin.
test('the pause that one application is asked for does not hold up another of the same origin', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  world.answers.push(new Response('', { status: 429, headers: { 'retry-after': '600' } }))
  page.put(done(1), 'ready', true)
  await page.pass(3000)
  const other = world.page('page-2', shop)
  other.put(done(2), 'ready', true)
  await other.pass(3000)
  expect(world.unique('chat.turn').map(({ traceId }) => traceId)).toEqual([hex(32, 2)])
})

test('what one application drops is not in the count of another', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  world.standing = () => new Response('', { status: 403 })
  page.put(done(1), 'ready', true)
  await page.pass(600_000)
  world.standing = () => new Response('{}', { headers: { 'content-type': 'application/json' } })
  const other = world.page('page-2', shop)
  await other.pass(500)
  other.put(done(2), 'ready', true)
  await other.pass(3000)
  expect(world.received[0]!.attributes['chat_vitals.delivery.dropped']).toBe(0)
  const next = world.page('page-3')
  await next.pass(3000)
  next.put(done(3), 'ready', true)
  await next.pass(600_000)
  expect(world.unique('chat.turn')[1]!.attributes['chat_vitals.delivery.dropped']).toBe(1)
})

// Whoever had mistyped the endpoint waited for minutes after it was put right.
test('a pause of one endpoint is none of the next, what was dropped still counts', async () => {
  const world = createWorld()
  const page = world.page('page-1', { endpoint: 'https://collector.example.com/' })
  world.standing = () => new Response('', { status: 404 })
  for (let n = 1; n < 6; n++) page.put(done(n), 'ready', true)
  await page.pass(60_000)
  expect(page.counts().dropped['http_404']).toBeGreaterThan(0)
  page.die()
  world.standing = () => new Response('{}', { headers: { 'content-type': 'application/json' } })
  const next = world.page('page-2')
  await next.pass(500)
  next.put(done(9), 'ready', true)
  await next.pass(4000)
  const told = world.unique('chat.turn').find(({ traceId }) => traceId === hex(32, 9))!
  expect(told.attributes['chat_vitals.delivery.dropped']).toBeGreaterThan(0)
})

// The session at the time of sending decided: a turn that ended in the next one was dropped, or was sent unasked.
test('a turn is kept or not by its own session', async () => {
  const world = createWorld()
  const page = world.page('page-1', { sampled: (id: string) => id === 'session-1' })
  page.put(done(1), 'ready', true)
  page.put(done(2, { sessionId: 'session-2' }), 'ready', true)
  await page.pass(3000)
  expect(world.unique('chat.turn').map(({ traceId }) => traceId)).toEqual([hex(32, 1)])
  expect(page.counts()).toMatchObject({ opened: 1, delivered: 1, pending: 0 })
})

// Turns were refused and dropped, and nothing on the console said so.
test.each([
  [401, /401.*headers: \{ authorization/],
  [403, /403.*headers: \{ authorization/],
  [404, /404.*'https:\/\/collector\.example\.com\/v1\/traces'/],
  [405, /405.*'https:\/\/collector\.example\.com\/v1\/traces'/],
  [413, /413.*raise/],
  [415, /415.*JSON/],
  [400, /400.*OTLP/],
])('a collector that answers %d costs one sentence that says what to do', async (status, says) => {
  const world = createWorld()
  const page = world.page('page-1', { endpoint: 'https://collector.example.com/' })
  world.standing = () => new Response('', { status })
  for (let n = 1; n < 4; n++) page.put(done(n), 'ready', true)
  await page.pass(3_600_000)
  expect(page.said).toHaveLength(1)
  expect(page.said[0]).toMatch(says)
  expect(page.counts()).toMatchObject({ pending: 0, dropped: { [status === 413 ? 'too_large' : `http_${status}`]: 3 } })
})
