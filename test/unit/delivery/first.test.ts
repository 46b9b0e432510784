/**
 * Which copy of a turn is the first: who sees spans one at a time counts those. A copy counts as soon as it was tried to
 * send, whatever became of it; only what certainly did not get there is no copy.
 */
import fc from 'fast-check'
import { beforeAll, afterEach, expect, test, vi } from 'vitest'
import type { TurnRecord } from '../../../src/turn/record.ts'
import { decode } from '../../support/collector.ts'
import type { ReceivedSpan } from '../../support/collector.ts'
import { turnRecord } from './samples.ts'
import { createWorld, ok, rest } from './world.ts'
import type { Page } from './world.ts'

beforeAll(() => import('../../../src/delivery/recovery.ts'))
afterEach(() => vi.unstubAllGlobals())

const none = { outcome: undefined, phase: undefined, endedBy: undefined, finish: undefined, delivery: undefined }
const open = (n = 1, over: Partial<TurnRecord> = {}) =>
  turnRecord({ rev: 1, ...none, moments: { request: 12 }, ...over }, n)
const done = (n = 1, over: Partial<TurnRecord> = {}) => turnRecord({ delivery: undefined, ...over }, n)
const plain = { natives: { fetchLater: undefined } }
const offline = (is: boolean) => vi.stubGlobal('navigator', Object.create(navigator, { onLine: { value: !is } }))

const turns = (spans: ReceivedSpan[]) => spans.filter(({ name }) => name === 'chat.turn')
const firsts = (spans: ReceivedSpan[]) => turns(spans).map(({ attributes }) => attributes['chat_vitals.delivery.first'])
const revisions = (spans: ReceivedSpan[]) =>
  turns(spans).map(({ attributes }) => attributes['chat_vitals.turn.revision'] as number)
const sent = (world: ReturnType<typeof createWorld>) => world.requests.flatMap(({ spans }) => spans)
/** What the browser sends when the page is no more. */
const left = ({ armed }: Page) => armed.filter(({ signal }) => !signal.aborted).flatMap(({ body }) => decode(body))

test('a turn that is taken at once is told once, as the first', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(done(), 'ready')
  await page.pass(3000)
  expect(firsts(world.received)).toEqual([true])
})

test('records of other kinds do not say which copy they are', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  const { feedbackRecord, pageRecord, signalRecord } = await import('./samples.ts')
  for (const record of [feedbackRecord(), signalRecord(), pageRecord()]) page.put(record, 'ready')
  await page.pass(3000)
  expect(world.received).toHaveLength(3)
  for (const { attributes } of world.received) expect(attributes).not.toHaveProperty('chat_vitals.delivery.first')
})

test.each(['down', 503, 429, 500] as const)(
  'after %s, which it may have got through, the next copy is not the first',
  async (how) => {
    const world = createWorld()
    const page = world.page('page-1')
    world.answers.push(how === 'down' ? how : new Response('', { status: how }))
    page.put(done(), 'ready')
    await page.pass(60_000)
    expect(firsts(sent(world))).toEqual([true, false])
    const [one, two] = revisions(sent(world))
    expect(two).toBeGreaterThan(one!)
  },
)

test.each([413, 400, 401])('what was refused with %d is still to be told first', async (status) => {
  const world = createWorld()
  const page = world.page('page-1')
  world.answers.push(new Response('', { status }))
  page.put(done(1), 'ready')
  page.put(done(2), 'ready')
  await page.pass(60_000)
  expect(firsts(world.received)).toEqual([true, true])
})

test('what could not leave the device is still to be told first', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  offline(true)
  world.standing = () => 'down'
  page.put(done(), 'ready')
  await page.pass(3000)
  expect(new Set(firsts(sent(world)))).toEqual(new Set([true]))
  offline(false)
  world.standing = () => ok()
  await page.pass(60_000)
  expect(firsts(world.received)).toEqual([true])
})

test('a page that leaves while it is offline leaves the first copy to the next visit', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  offline(true)
  world.standing = () => 'down'
  page.put(done(), 'ready', true)
  await rest()
  page.leave()
  await rest()
  page.die()
  // Were it online after all, that copy would be one more.
  expect(new Set([...firsts(left(page)), ...firsts(sent(world))])).toEqual(new Set([false]))
  offline(false)
  world.standing = () => ok()
  await world.page('page-2').pass(5000)
  expect(firsts(world.received)).toEqual([true])
})

test('of a page that leaves the copy left with the browser is the first, and no other', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open', true)
  await page.pass(2000)
  page.put(done(1, { outcome: 'abandoned' }), 'ready', true)
  page.leave()
  await rest()
  page.die()
  expect(firsts(left(page))).toEqual([true])
  await world.page('page-2').pass(5000)
  expect(firsts(sent(world))).toEqual([false, false])
})

test('where the browser keeps nothing, it is the request with keepalive', async () => {
  const world = createWorld()
  const page = world.page('page-1', plain)
  page.put(done(), 'ready', true)
  await rest()
  page.leave()
  await rest()
  page.die()
  await world.page('page-2', plain).pass(5000)
  expect(firsts(sent(world))).toEqual([true, false])
})

test('a browser whose share is used up keeps nothing, and the page still says goodbye', async () => {
  const world = createWorld()
  const full = {
    natives: {
      fetchLater() {
        throw new DOMException('full', 'QuotaExceededError')
      },
    },
  }
  const page = world.page('page-1', full)
  page.put(open(1), 'open', true)
  await page.pass(2000)
  page.put(open(2), 'open', true)
  await page.pass(2000)
  page.alive()
  await page.pass(500)
  page.put(done(2), 'ready', true)
  page.leave()
  await rest()
  expect(firsts(sent(world))).toEqual([true])
  page.die()
  await world.page('page-2', full).pass(5000)
  // The one that was open was left with nobody: recovered, it is told first.
  expect(firsts(sent(world)).sort()).toEqual([false, true, true])
})

test('of a page that dies without a word the copy with the browser is the first, what is recovered is not', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open', true)
  await page.pass(2000)
  page.die()
  expect(firsts(left(page))).toEqual([true])
  await world.page('page-2').pass(5000)
  expect(firsts(world.received)).toEqual([false])
  expect(revisions(world.received)[0]).toBeGreaterThan(revisions(left(page))[0]!)
})

test('where the browser had none, what is recovered is the first', async () => {
  const world = createWorld()
  const page = world.page('page-1', plain)
  page.put(open(), 'open', true)
  await page.pass(2000)
  page.die()
  await world.page('page-2', plain).pass(5000)
  expect(firsts(world.received)).toEqual([true])
})

test('a turn that settles is taken back from the browser before anything is told of it', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open', true)
  await page.pass(2000)
  expect(firsts(left(page))).toEqual([true])
  page.put(done(), 'ready', true)
  expect(left(page)).toEqual([])
})

test('what is learned of a turn after it was told comes in a copy that is not the first, of a higher revision', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(done(), 'ready')
  await page.pass(3000)
  page.put(done(1, { rev: 4, correction: { kind: 'repeat', score: 1, of: 'turn-0' } }), 'ready')
  await page.pass(3000)
  expect(firsts(world.received)).toEqual([true, false])
  const [one, two] = revisions(world.received)
  expect(two).toBeGreaterThan(one!)
})

// Another tab may send what this one holds: as this one left, it told it once more as the first.
test('another tab leaves the first copy to the page whose turn it is, as long as that lives', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(open(), 'open', true)
  await page.pass(500)
  page.put(done(), 'ready', true)
  await rest()
  const other = world.page('page-2')
  other.put(done(2, { pageId: 'page-2' }), 'ready', true)
  await other.pass(2000)
  expect(turns(world.received)).toHaveLength(1)
  page.leave()
  await rest()
  page.die()
  await other.pass(5000)
  const own = [...left(page), ...sent(world)].filter(({ attributes }) => attributes['chat_vitals.page.id'] === 'page-1')
  expect(firsts(own).filter(Boolean)).toHaveLength(1)
  expect(firsts(own).length).toBeGreaterThan(1)
})

test('a device that takes no note of it tells no copy as the first', async () => {
  const world = createWorld()
  const page = world.page('page-1')
  page.put(done(), 'ready', true)
  await rest()
  const { put } = IDBObjectStore.prototype
  const disk = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
    const request = put.apply(this, args)
    if (this.name === 'records')
      (this.transaction as unknown as { _abort(name: string): void })._abort('QuotaExceededError')
    return request
  })
  await page.pass(3000)
  disk.mockRestore()
  expect(firsts(world.received)).toEqual([false])
})

test('no turn is ever told as the first twice, whatever the pages and the collector do', async () => {
  const deed = fc.constantFrom(
    'open',
    'settle',
    'amend',
    'wait',
    'hide',
    'leave',
    'restore',
    'die',
    'visit',
    'tab',
    'offline',
    'online',
  )
  const answer = fc.constantFrom('ok', 'ok', 'ok', 'down', 503, 429, 400, 413)
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { minLength: 5, maxLength: 25 }),
      fc.array(answer, { maxLength: 12 }),
      fc.boolean(),
      async (deeds, answers, keeps) => {
        const world = createWorld()
        offline(false)
        // All that may have got somewhere.
        const out: ReceivedSpan[] = []
        let off = false
        world.standing = () => {
          const how = off ? 'down' : (answers.shift() ?? 'ok')
          if (!off && how !== 400 && how !== 413) out.push(...world.requests.at(-1)!.spans)
          return how === 'ok' ? ok() : how === 'down' ? how : new Response('', { status: how })
        }
        const over = keeps ? {} : plain
        let pages = 0
        const visit = async () => {
          const page = world.page(`page-${++pages}`, over)
          // It says that it lives before anything happens on it.
          await page.pass(300)
          return { page, id: `page-${pages}`, open: 0, settled: 0, gone: false }
        }
        const all = [await visit()]
        let n = 0
        const end = (one: (typeof all)[number]) => {
          one.page.die()
          if (!off) out.push(...left(one.page))
          all.splice(all.indexOf(one), 1)
        }
        for (const what of deeds) {
          const one = all.at(-1) ?? (all.push(await visit()), all.at(-1)!)
          const { page, id } = one
          if (what === 'visit') {
            if (!one.gone) page.leave()
            await rest()
            end(one)
            all.push(await visit())
          } else if (what === 'tab') all.unshift(await visit())
          else if (what === 'offline' || what === 'online') offline((off = what === 'offline'))
          else if (what === 'wait') for (const other of all) await other.page.pass(20_000)
          else if (what === 'die') end(one)
          else if (one.gone) {
            if (what === 'restore') {
              page.show()
              one.gone = false
            }
          } else if (what === 'open' && !one.open) page.put(open((one.open = ++n), { pageId: id }), 'open', true)
          else if (what === 'settle' && one.open) {
            page.put(done((one.settled = one.open), { pageId: id }), 'ready', true)
            one.open = 0
          } else if (what === 'amend' && one.settled)
            page.put(done(one.settled, { pageId: id, rev: 4 + n }), 'ready', true)
          else if (what === 'hide') page.hide()
          else if (what === 'leave') {
            if (one.open) page.put(done(one.open, { pageId: id, outcome: 'abandoned' }), 'ready', true)
            one.open = 0
            page.leave()
            one.gone = true
          }
          await rest()
        }
        while (all[0]) end(all[0])
        offline((off = false))
        await world.page('page-last', over).pass(700_000)
        const told = new Map<string, { first: number[]; others: number[] }>()
        for (const { traceId, attributes } of turns(out)) {
          const known = told.get(traceId) ?? { first: [], others: [] }
          const which = attributes['chat_vitals.delivery.first'] ? known.first : known.others
          which.push(attributes['chat_vitals.turn.revision'] as number)
          told.set(traceId, known)
        }
        for (const { first, others } of told.values()) {
          expect(first.length).toBeLessThanOrEqual(1)
          expect(others).not.toContain(first[0])
        }
      },
    ),
    { numRuns: 60 },
  )
}, 120_000)
