import { beforeAll, expect, test, vi } from 'vitest'
import type { AnyRecord } from '../../../src/turn/record.ts'
import { decode } from '../../support/collector.ts'
import { feedbackRecord, hex, turnRecord } from './samples.ts'
import { createWorld, ok, rest } from './world.ts'
import type { Page } from './world.ts'

// Loaded once beforehand: the tests' clock does not wait for it.
beforeAll(() => import('../../../src/delivery/recovery.ts'))

const open = (n = 1, rev = 1) =>
  turnRecord(
    {
      rev,
      outcome: undefined,
      phase: undefined,
      endedBy: undefined,
      finish: undefined,
      delivery: undefined,
      moments: { request: 12 },
    },
    n,
  )
const done = (n = 1, rev = 3) => turnRecord({ rev, delivery: undefined }, n)
const outcomes = (world: ReturnType<typeof createWorld>) =>
  world.unique('chat.turn').map((span) => span.attributes['chat_vitals.turn.outcome'])
const total = (page: Page) => {
  const { delivered, pending, dropped } = page.counts()
  return delivered + pending + Object.values(dropped).reduce((sum, n) => sum + n, 0)
}

test('a settled turn reaches the collector and leaves nothing behind', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open')
  page.put(done(), 'ready')
  expect(page.counts()).toMatchObject({ opened: 1, pending: 1 })
  await page.pass(3000)
  expect(world.unique().map((span) => span.name)).toEqual(['chat.turn', 'POST'])
  expect(world.received[0]!.attributes).toMatchObject({
    'chat_vitals.delivery.opened': 1,
    'chat_vitals.delivery.dropped': 0,
    'chat_vitals.delivery.store': 'indexeddb',
  })
  expect(page.counts()).toEqual({ opened: 1, delivered: 1, pending: 0, dropped: {}, rejectedSpans: 0 })
  await page.pass(60_000)
  expect(world.requests).toHaveLength(1)
})

test('an open turn is not sent', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open')
  await page.pass(60_000)
  expect(world.requests).toEqual([])
})

test('no request goes out before Retry-After is over', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  world.answers.push(new Response('', { status: 503, headers: { 'retry-after': '120' } }))
  page.put(done(), 'ready')
  await page.pass(3000)
  page.put(done(2), 'ready')
  page.hide()
  page.leave()
  page.show()
  await page.pass(115_000)
  expect(world.requests).toHaveLength(1)
  await page.pass(10_000)
  expect(world.unique('chat.turn')).toHaveLength(2)
})

test('Retry-After as a date, and an absurd one counts as an hour', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  world.answers.push(
    new Response('', { status: 429, headers: { 'retry-after': new Date(world.time + 86_400_000).toUTCString() } }),
  )
  page.put(done(), 'ready')
  await page.pass(3_500_000)
  expect(world.requests).toHaveLength(1)
  await page.pass(200_000)
  expect(outcomes(world)).toEqual(['completed'])
})

test('a failing collector is tried ever more rarely, then everything goes through', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  world.standing = () => 'down'
  page.put(done(), 'ready')
  await page.pass(1_800_000)
  const tries = world.requests.length
  expect(tries).toBeGreaterThan(6)
  expect(tries).toBeLessThan(40)
  world.standing = () => ok()
  await page.pass(310_000)
  expect(page.counts()).toMatchObject({ delivered: 1, pending: 0 })
  expect(world.received[0]!.attributes['chat_vitals.delivery.delay']).toBeGreaterThan(60)
})

test('other pages obey the pause that one was asked for', async () => {
  const world = createWorld()
  const first = world.page('page-1')
  world.answers.push(new Response('', { status: 429, headers: { 'retry-after': '600' } }))
  first.put(done(), 'ready')
  await first.pass(3000)
  first.die()
  const second = world.page('page-2')
  second.put(done(2), 'ready')
  await second.pass(500_000)
  expect(world.requests).toHaveLength(1)
  await second.pass(110_000)
  expect(world.unique('chat.turn')).toHaveLength(2)
})

test('a batch that is too large is halved down to the record', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  world.standing = () => (world.requests.at(-1)!.spans.length > 4 ? new Response('', { status: 413 }) : ok())
  for (let n = 1; n <= 8; n++) page.put(done(n), 'ready')
  await page.pass(5000)
  expect(world.unique('chat.turn')).toHaveLength(8)
})

test('a record too large alone is dropped, and that is delivered', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  world.answers.push(new Response('', { status: 413 }))
  page.put(done(), 'ready')
  await page.pass(3000)
  expect(page.counts()).toMatchObject({ opened: 1, delivered: 0, pending: 0, dropped: { too_large: 1 } })
  page.put(done(2), 'ready')
  await page.pass(3000)
  expect(world.received[0]!.attributes['chat_vitals.delivery.dropped']).toBe(1)
})

test('what the collector refuses is dropped after one more try, without a hot loop', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  world.standing = () => new Response('', { status: 403 })
  page.put(done(), 'ready')
  await page.pass(600_000)
  expect(world.requests).toHaveLength(2)
  expect(page.counts()).toMatchObject({ pending: 0, dropped: { http_403: 1 } })
})

test('one bad record does not cost the others', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  world.standing = () =>
    world.requests.at(-1)!.spans.some((span) => span.traceId === hex(32, 2)) ? new Response('', { status: 400 }) : ok()
  for (let n = 1; n <= 4; n++) page.put(done(n), 'ready')
  await page.pass(900_000)
  expect(page.counts()).toMatchObject({ delivered: 3, pending: 0, dropped: { http_400: 1 } })
})

test('partial success is not sent again, and said', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  world.answers.push(ok('{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}'))
  page.put(done(), 'ready')
  await page.pass(60_000)
  expect(world.requests).toHaveLength(1)
  expect(page.counts()).toMatchObject({ delivered: 1, rejectedSpans: 1 })
  expect(page.said.join()).toContain('too old')
})

test.each([
  ['a captive portal', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
  ['a text that is no OTLP', () => ok('welcome')],
  ['a list', () => ok('[]')],
])('%s is no acknowledgement', async (_, answer) => {
  const world = createWorld()
  const page = world.page('page-1')
  world.standing = answer
  page.put(done(), 'ready')
  await page.pass(5000)
  expect(page.counts().delivered).toBe(0)
  world.standing = () => ok()
  await page.pass(60_000)
  expect(page.counts().delivered).toBe(1)
})

test('a hanging collector is given up after ten seconds', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  world.answers.push('hang')
  page.put(done(), 'ready')
  await page.pass(5000)
  expect(world.requests).toHaveLength(1)
  await page.pass(30_000)
  expect(page.counts().delivered).toBe(1)
})

test('a leaving page sends with keepalive what is sent again later by the letter', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open')
  await page.pass(3000)
  page.put(done(), 'ready')
  await rest()
  page.leave()
  await rest()
  expect(world.requests).toHaveLength(1)
  expect(world.requests[0]!.keepalive).toBe(true)
  page.die()
  world.time += 5000
  const next = world.page('page-2')
  await next.pass(5000)
  expect(world.requests).toHaveLength(2)
  expect(world.requests[1]!.raw).toBe(world.requests[0]!.raw)
})

test('a page that leaves at once tells the turn in full, by the letter as it is sent later', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(done(), 'ready')
  await rest()
  page.leave()
  await rest()
  page.die()
  world.time += 5000
  await world.page('page-2').pass(5000)
  expect(world.requests).toHaveLength(2)
  expect(world.requests[1]!.raw).toBe(world.requests[0]!.raw)
  expect(world.unique().map((span) => span.name)).toEqual(['chat.turn', 'POST'])
  expect(world.unique('chat.turn')[0]!.attributes).toMatchObject({
    'chat_vitals.turn.revision': 103,
    'chat_vitals.render.frames': 40,
  })
})

// Firefox showed the next page the storage of before: it told a turn as lost, and of a higher revision than the page
// that had left it.
test('what a page says of its own turn stands above what others take it for', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open')
  await page.pass(2000)
  page.die()
  await world.page('page-2').pass(5000)
  expect(outcomes(world)).toEqual(['lost'])
  const late = world.page('page-1')
  late.put(turnRecord({ rev: 2, outcome: 'abandoned', endedBy: 'page_left', delivery: undefined }), 'ready', true)
  late.leave()
  await rest()
  expect(outcomes(world)).toEqual(['abandoned'])
})

// Its last words were fewer and of the same revision, known to the tail alone. In Firefox a tab could be closed without
// its tail: the database then sent the whole turn under the revision of its last words.
test('the copies of a leaving turn are alike, though its tail cannot be read', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open')
  page.put(done(), 'ready', true)
  await rest()
  page.leave()
  await rest()
  world.stored.clear()
  page.die()
  await world.page('page-2').pass(5000)
  const [last, later] = world.received.filter((span) => span.name === 'chat.turn')
  expect(last!.raw).toBe(later!.raw)
  expect([last!, later!].map((span) => span.attributes['chat_vitals.turn.revision'])).toEqual([103, 103])
})

// The tail left the growth curve out and kept the revision, while the whole turn was under way.
test('a turn from a tail too small for its curve is of a lower revision than the whole', async () => {
  const world = createWorld()
  const page = world.page('page-1', { natives: { indexedDB: undefined } })
  page.put(open(2), 'open')
  await page.pass(3000)
  const curve = Array.from({ length: 64 }, (_, n) => n * 1000.1234)
  page.put(
    turnRecord({
      render: { ...done().render, curve },
      delivery: undefined,
      attributes: { long: 'x'.repeat(1000), too: 'x'.repeat(1000) },
    }),
    'ready',
  )
  page.leave()
  await rest()
  page.die()
  await world.page('page-2').pass(5000)
  const copies = world.received.filter(({ name, traceId }) => name === 'chat.turn' && traceId === done().traceId)
  expect(copies.map((span) => span.attributes['chat_vitals.render.curve'] !== undefined)).toEqual([true, false])
  expect(copies.map((span) => span.attributes['chat_vitals.turn.revision'])).toEqual([103, 102])
})

// Two tabs each noted how late the same record was, under the same next revision.
test('a record that another tab has noted as late is sent as that tab did', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  const other = world.page('page-2')
  world.standing = () => 'down'
  page.put(done(), 'ready', true)
  await page.pass(40_000)
  other.put(done(2), 'ready', true)
  await other.pass(400_000)
  world.standing = () => ok()
  await page.pass(400_000)
  const copies = new Map<string, Set<string>>()
  for (const { spans } of world.requests)
    for (const { spanId, attributes, raw, name } of spans) {
      if (name !== 'chat.turn') continue
      const key = `${spanId} ${String(attributes['chat_vitals.turn.revision'])}`
      copies.set(key, (copies.get(key) ?? new Set()).add(raw))
    }
  expect([...copies.values()].map((raws) => raws.size)).toEqual(Array(copies.size).fill(1))
  expect(world.unique('chat.turn')).toHaveLength(2)
})

// What dead pages had left was looked for once at the beginning, and never again while nothing was to be sent.
test('a page that dies beside one that sends is found within seconds, beside one at rest within minutes', async () => {
  const world = createWorld()
  const living = world.page('page-1')
  living.put(done(1), 'ready')
  await living.pass(5000)
  const dying = world.page('page-2')
  dying.put(open(2), 'open')
  await dying.pass(2000)
  dying.die()
  await living.pass(15_000)
  living.put(done(3), 'ready')
  await living.pass(5000)
  expect(outcomes(world)).toEqual(['completed', 'lost', 'completed'])
  const late = world.page('page-3')
  late.put(open(4), 'open')
  await late.pass(2000)
  late.die()
  await living.pass(700_000)
  expect(outcomes(world)).toHaveLength(4)
})

// The lock of a page that crashed was still held when the next one looked: it looked again after ten minutes.
test('a page that dies after it was looked at is found soon by one at rest', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open')
  await page.pass(2000)
  const next = world.page('page-2')
  await next.pass(3000)
  page.die()
  await next.pass(20_000)
  expect(outcomes(world)).toEqual(['lost'])
})

// The part that recovers did not load: nobody asked for it again.
test('a recovery that could not be had is asked for again', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open')
  await page.pass(2000)
  page.die()
  const next = world.page('page-2', {
    recovery: (attempt) => (attempt ? import('../../../src/delivery/recovery.ts') : Promise.reject(new Error('404'))),
  })
  await next.pass(5000)
  expect(world.requests).toEqual([])
  await next.pass(20_000)
  expect(outcomes(world)).toEqual(['lost'])
})

test('what is dropped is told by its ids', async () => {
  const world = createWorld()
  const told: unknown[] = []
  const page = world.page('page-1', { dropped: (...all) => told.push(all) })
  world.standing = () => new Response('', { status: 403 })
  page.put(done(), 'ready')
  await page.pass(600_000)
  expect(told).toEqual([[['turn-1'], 'http_403']])
})

test('a leaving request that is refused for its size is tried without keepalive', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  world.answers.push('down')
  page.put(done(), 'ready')
  page.leave()
  await rest()
  expect(world.requests.map((request) => request.keepalive)).toEqual([true, undefined])
})

test('a page that dies without a word loses its turn as lost', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open')
  await page.pass(2000)
  page.die()
  world.time += 3_600_000
  const next = world.page('page-2')
  await next.pass(5000)
  expect(outcomes(world)).toEqual(['lost'])
  const [span] = world.unique('chat.turn')
  expect(span).toMatchObject({ traceId: hex(32, 1), spanId: hex(16, 1) })
  expect(span!.attributes).toMatchObject({
    'chat_vitals.page.id': 'page-1',
    'chat_vitals.delivery.recovered': true,
    'chat_vitals.turn.revision': 51,
  })
  expect(span!.attributes['chat_vitals.delivery.delay']).toBeGreaterThan(3000)
})

test('a page that could write its tail is abandoned, with what the tail knew', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open')
  await page.pass(2000)
  page.put({ ...open(1, 2), moments: { request: 12, firstText: 900 }, ttft: 900 }, 'open')
  page.hide()
  page.die()
  const next = world.page('page-2')
  await next.pass(5000)
  expect(outcomes(world)).toEqual(['abandoned'])
  expect(world.unique('chat.turn')[0]!.attributes).toMatchObject({
    'chat_vitals.time_to.first_text': 0.9,
    'chat_vitals.turn.revision': 52,
  })
  expect([...world.stored.keys()]).toEqual([])
})

// The tail's age was looked at only where nobody could send it.
test('what a page left behind eight days ago is not sent, but counted', async () => {
  const world = createWorld()
  world.standing = () => 'down'
  const page = world.page('page-1')
  page.put(done(1), 'ready', true)
  page.leave()
  page.die()
  expect(world.stored.size).toBe(1)
  world.time += 8 * 86_400_000
  world.standing = () => ok()
  const next = world.page('page-2')
  await next.pass(5000)
  next.put(turnRecord({ rev: 3, delivery: undefined, startedAt: world.time }, 2), 'ready')
  await next.pass(5000)
  expect(world.stored.size).toBe(0)
  const [span, ...more] = world.unique('chat.turn')
  expect(more).toEqual([])
  expect(span!.traceId).toBe(done(2).traceId)
  expect(span!.attributes['chat_vitals.delivery.dropped']).toBe(1)
})

test('a turn that ended while the page left is delivered as it ended, though no transaction came through', async () => {
  const world = createWorld()
  const page = world.page('page-1', { natives: { indexedDB: undefined } })
  page.put(turnRecord({ outcome: 'abandoned', endedBy: 'page_left', delivery: undefined }), 'ready', true)
  world.standing = () => 'down'
  page.leave()
  await rest()
  page.die()
  world.standing = () => ok()
  const next = world.page('page-2')
  await next.pass(5000)
  expect(outcomes(world)).toEqual(['abandoned'])
  expect(world.unique('chat.turn')[0]!.attributes).not.toHaveProperty('chat_vitals.delivery.recovered')
})

test('the open turn of a living page is not taken for a lost one', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open')
  await page.pass(2000)
  const next = world.page('page-2')
  await next.pass(100_000)
  expect(world.requests).toEqual([])
})

test('without Web Locks a page is dead when it has been silent', async () => {
  const world = createWorld()
  const none = { natives: { locks: undefined } }
  const page = world.page('page-1', none)
  page.put(open(), 'open')
  await page.pass(2000)
  page.die()
  world.time += 60_000
  const early = world.page('page-2', none)
  await early.pass(3000)
  expect(world.requests).toEqual([])
  await early.stop()
  world.time += 60_000
  await world.page('page-3', none).pass(20_000)
  expect(outcomes(world)).toEqual(['lost'])
})

test('two pages recover a turn once', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open')
  await page.pass(2000)
  page.die()
  const others = [world.page('page-2'), world.page('page-3')]
  await Promise.all(others.map((other) => other.pass(20_000)))
  expect(world.received.filter((span) => span.name === 'chat.turn')).toHaveLength(1)
})

test('another tab that sends our record is noticed', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(done(), 'ready', true)
  await rest()
  await world.page('page-2').pass(5000)
  expect(world.unique('chat.turn')).toHaveLength(1)
  expect(page.counts().pending).toBe(1)
  await page.pass(20_000)
  expect(page.counts()).toMatchObject({ delivered: 1, pending: 0 })
  expect(world.requests).toHaveLength(1)
})

test('applications of one origin do not send for each other', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(done(), 'ready', true)
  await rest()
  page.die()
  await world.page('page-2', { resource: { 'service.name': 'shop' } }).pass(30_000)
  expect(world.requests).toEqual([])
})

test('a record keeps the release it was made by', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(done(), 'ready', true)
  await rest()
  page.die()
  const next = world.page('page-2', { resource: { 'service.name': 'support-chat', 'service.version': '2.0.0' } })
  next.put(done(2), 'ready')
  await next.pass(5000)
  expect(world.unique('chat.turn').map((span) => span.resource['service.version'])).toEqual(['1.4.2', '2.0.0'])
})

test('storage denied: all goes through memory, and says so', async () => {
  const world = createWorld()
  const page = world.page('page-1', { natives: { indexedDB: undefined, localStorage: undefined } })
  page.put(open(), 'open')
  page.put(done(), 'ready')
  page.leave()
  page.show()
  await page.pass(5000)
  expect(world.unique('chat.turn')[0]!.attributes['chat_vitals.delivery.store']).toBe('memory')
  expect(page.counts()).toMatchObject({ delivered: 1, pending: 0 })
  expect(world.stored.size).toBe(0)
})

test('an open that hangs is given up after two seconds', async () => {
  const world = createWorld()
  const page = world.page('page-1', { natives: { indexedDB: { open: () => ({}) } as unknown as IDBFactory } })
  page.put(done(), 'ready')
  await page.pass(10_000)
  expect(page.counts()).toMatchObject({ delivered: 1, pending: 0 })
})

// Every reading failed, and with it every attempt to send: what was in memory waited until the page left.
test('a database of our name that is not ours is as good as none', async () => {
  const world = createWorld()
  await new Promise<void>((resolve) => {
    const request = world.indexedDB.open('chat-vitals', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('other')
    request.onsuccess = () => {
      request.result.close()
      resolve()
    }
  })
  const page = world.page('page-1')
  page.put(open(), 'open', true)
  page.put(done(), 'ready', true)
  await page.pass(20_000)
  expect(page.counts()).toMatchObject({ delivered: 1, pending: 0 })
})

// After two seconds the database was given up; when it answered late, nobody looked into it before the next turn.
test('what waits in a database that opens late is sent once it is open', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open')
  await page.pass(2000)
  page.die()
  let answer = () => {}
  const slow = {
    open(...all: Parameters<IDBFactory['open']>) {
      const real = world.indexedDB.open(...all)
      const request = { onsuccess() {}, result: undefined as unknown }
      real.onsuccess = () => {
        answer = () => {
          request.result = real.result
          request.onsuccess()
        }
      }
      return request
    },
  }
  const next = world.page('page-2', { natives: { indexedDB: slow as unknown as IDBFactory } })
  await next.pass(30_000)
  expect(world.requests).toEqual([])
  answer()
  await next.pass(5000)
  expect(outcomes(world)).toEqual(['lost'])
})

// A lease of fifteen seconds, looked at every five, could be taken over only after twenty.
test('without Web Locks another page sends within fifteen seconds of the death of the one that did', async () => {
  const world = createWorld()
  const none = { natives: { locks: undefined } }
  const page = world.page('page-1', none)
  const other = world.page('page-2', none)
  world.standing = () => 'hang'
  page.put(done(1), 'ready', true)
  await page.pass(3000)
  expect(world.requests).toHaveLength(1)
  other.put(done(2), 'ready', true)
  await other.pass(2000)
  page.die()
  world.standing = () => ok()
  await other.pass(15_000)
  expect(world.unique('chat.turn')).toHaveLength(2)
})

test('a full disk costs the oldest that could be sent, counted, and not the newest', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  world.standing = () => 'down'
  page.put(done(1), 'ready')
  page.put(done(2), 'ready')
  await page.pass(3000)
  const put = IDBObjectStore.prototype.put
  let full = true
  const disk = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
    const request = put.apply(this, args)
    // As browsers do it: the put is taken, and its transaction comes to nothing.
    if (full && this.name === 'records')
      (this.transaction as unknown as { _abort(name: string): void })._abort('QuotaExceededError')
    return request
  })
  page.put(done(3), 'ready')
  await page.pass(3000)
  full = false
  world.standing = () => ok()
  await page.pass(300_000)
  disk.mockRestore()
  expect(page.counts()).toMatchObject({ opened: 3, delivered: 1, pending: 0, dropped: { full: 2 } })
  expect(world.unique('chat.turn')[0]!.traceId).toBe(done(3).traceId)
})

test('what the gate keeps back leaves no trace on the device either', async () => {
  const world = createWorld()
  const page = world.page('page-1', { beforeSend: () => null })
  page.put(open(), 'open')
  await page.pass(2000)
  page.put(done(), 'ready')
  await page.pass(2000)
  expect(page.counts()).toMatchObject({ pending: 0, dropped: { before_send: 1 } })
  page.die()
  await world.page('page-2').pass(5000)
  expect(world.requests).toEqual([])
})

test('a gate that throws or returns nonsense loses the record, not the page', async () => {
  const world = createWorld()
  const page = world.page('page-1', {
    beforeSend(record) {
      if (record.id === 'turn-1') throw new Error('host')
      return {
        get attributes(): never {
          throw new Error('host')
        },
      } as unknown as AnyRecord
    },
  })
  page.put(done(), 'ready')
  page.put(done(2), 'ready')
  await page.pass(3000)
  expect(total(page)).toBe(2)
  expect(world.requests).toEqual([])
})

test('while consent is pending nothing is stored or sent; once given, everything is', async () => {
  const world = createWorld()
  const page = world.page('page-1', { hold: true })
  page.put(open(), 'open')
  page.put(done(), 'ready')
  page.hide()
  page.leave()
  page.show()
  await page.pass(10_000)
  expect([
    world.requests.length,
    world.stored.size,
    (await world.indexedDB.databases()).length,
    page.armed.length,
  ]).toEqual([0, 0, 0, 0])
  page.release()
  await page.pass(5000)
  expect(page.counts()).toMatchObject({ delivered: 1, pending: 0 })
})

test('withdrawn consent purges the device, and counts', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  world.standing = () => 'down'
  page.put(done(), 'ready')
  page.put(open(2), 'open')
  page.context('message-1', { turnId: 't', traceId: hex(32, 1), spanId: hex(16, 1) })
  page.hide()
  await page.pass(3000)
  const before = world.requests.length
  page.purge('consent')
  await page.pass(600_000)
  expect(world.requests).toHaveLength(before)
  expect(page.counts()).toMatchObject({ opened: 2, pending: 0, dropped: { consent: 2 } })
  expect(await page.findContext('message-1')).toBeUndefined()
  expect(world.stored.size).toBe(0)
})

test('the open turn is left with the browser, and called back when it ended', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open')
  await page.pass(100)
  const [turn] = decode(page.armed[0]!.body)
  expect(turn!.attributes).toMatchObject({ 'chat_vitals.turn.outcome': 'lost', 'chat_vitals.turn.revision': 1 })
  page.put(open(1, 2), 'open')
  await page.pass(100)
  expect(page.armed).toHaveLength(1)
  page.put(done(), 'ready')
  await page.pass(100)
  expect(page.armed.at(-1)!.signal.aborted).toBe(true)
})

test('the last turn of a leaving page is left with the browser as it ended', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open')
  await page.pass(100)
  page.put(turnRecord({ outcome: 'abandoned', delivery: undefined }), 'ready', true)
  page.leave()
  expect(decode(page.armed.at(-1)!.body)[0]!.raw).toBe(world.requests[0]!.spans[0]!.raw)
})

test('a feedback finds its turn days later', async () => {
  const world = createWorld()
  const ref = { turnId: 'turn-1', traceId: hex(32, 1), spanId: hex(16, 1) }
  const page = world.page('page-1')
  page.context('message-1', ref)
  expect(await page.findContext('message-1')).toEqual(ref)
  await page.pass(1000)
  page.die()
  const day = 86_400_000
  world.time += 29 * day
  expect(await world.page('page-2').findContext('message-1')).toEqual(ref)
  world.time += 2 * day
  expect(await world.page('page-3').findContext('message-1')).toBeUndefined()
})

test('a feedback put again has a higher revision', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(feedbackRecord(), 'ready')
  page.put(feedbackRecord({ label: 'down', score: 0 }), 'ready')
  await page.pass(3000)
  expect(world.unique()[0]!.attributes).toMatchObject({
    'gen_ai.evaluation.score.label': 'down',
    'chat_vitals.feedback.revision': 21,
  })
})

test('a lazy part that is missing costs a hint, keeps nothing back, and is tried again', async () => {
  const world = createWorld()
  const dead = world.page('page-1')
  dead.put(open(), 'open', true)
  await dead.pass(2000)
  dead.die()
  let tries = 0
  const page = world.page('page-2', {
    recovery: (attempt) => {
      tries++
      expect(attempt).toBe(tries - 1)
      return attempt < 3 ? Promise.reject(new Error('404')) : import('../../../src/delivery/recovery.ts')
    },
  })
  page.put(done(2), 'ready')
  await page.pass(5000)
  expect(page.counts().delivered).toBe(1)
  await page.pass(120_000)
  expect(tries).toBe(4)
  expect(page.said).toHaveLength(1)
  expect(outcomes(world)).toEqual(['completed', 'lost'])
})

test('stop delivers what there is, and then nothing happens', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(done(), 'ready')
  const stopped = page.stop()
  await page.pass(1000)
  await stopped
  expect(page.counts().delivered).toBe(1)
  page.put(done(2), 'ready')
  page.leave()
  await page.pass(60_000)
  expect(world.requests).toHaveLength(1)
})

test('an unsampled session is not there', async () => {
  const world = createWorld()
  const page = world.page('page-1', { sampled: () => false })
  page.put(done(), 'ready')
  page.leave()
  await page.pass(5000)
  expect([page.counts().opened, world.requests.length]).toEqual([0, 0])
})

test('opened is delivered, pending and dropped, whatever the collector does', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  const answers = [
    () => ok(),
    () => 'down' as const,
    () => new Response('', { status: 500 }),
    () => new Response('', { status: 400 }),
    () => new Response('', { status: 413 }),
  ]
  let n = 0
  world.standing = () => answers[n++ % answers.length]!()
  for (let turn = 1; turn <= 30; turn++) {
    page.put(open(turn), 'open')
    if (turn % 3) page.put(done(turn), 'ready')
    await page.pass(700)
  }
  await page.pass(3_600_000)
  expect(total(page)).toBe(30)
  expect(page.counts().pending).toBe(10)
})
