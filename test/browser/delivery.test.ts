/** Delivery in a real browser, to a real collector: what no simulated device can show. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { chromium } from 'playwright'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Delivery } from '../../src/delivery/delivery.ts'
import type { TurnRecord } from '../../src/turn/record.ts'
import { chromiumPath, launchChromium } from '../support/browser.ts'
import { chromiumFlags } from '../support/browsers.mjs'
import { startCollector } from '../support/collector.ts'
import type { Collector } from '../support/collector.ts'
import { hex, turnRecord } from '../unit/delivery/samples.ts'

/** What the test page puts on its window. */
interface TestPage {
  delivery: Delivery
  /** The page came back from the back/forward cache. */
  persisted?: boolean
  turn(n: number, state: 'open' | 'ready', over?: Partial<TurnRecord>): void
}
declare const window: TestPage

const entry = `
import { createDelivery } from './src/delivery/delivery.ts'
import { pageClock } from './src/base/clock.ts'
import { createGuard } from './src/base/guard.ts'
import { timing as pageTiming } from './src/base/timing.ts'
import { deliveryTiming } from './src/delivery/timing.ts'
const timing = { ...pageTiming, ...deliveryTiming }
import { recover } from './src/turn/outcome.ts'
const query = new URLSearchParams(location.search)
const pageId = query.get('page')
const natives = { fetch, fetchLater: query.has('later') ? globalThis.fetchLater : undefined, locks: navigator.locks }
// Denied storage throws when touched, as in a sandboxed frame.
try { natives.indexedDB = indexedDB; natives.localStorage = localStorage } catch {}
const d = window.delivery = createDelivery({
  endpoint: query.get('to'), resource: { 'service.name': query.get('app') ?? 'test' }, version: '0', sampled: () => true, hidden: () => document.hidden, recovery: () => import('/recovery.js'),
  recover,
  clock: pageClock(), timing: { ...timing, sendEvery: 100, leaderTakeover: 3000 }, guard: createGuard({ debug: true }), advise() {}, pageId, natives,
})
const open = new Map()
window.turn = (n, state, over) => {
  const record = { ...SAMPLE, id: pageId + '-' + n, seq: n, pageId, startedAt: Date.now(), ...over, delivery: undefined }
  record.traceId = over?.traceId ?? record.traceId
  if (state === 'open') { open.set(n, record); delete record.outcome } else open.delete(n)
  d.put(record, state)
}
addEventListener('pagehide', () => {
  // As the turn engine does: leaving ends the open turns.
  for (const record of open.values()) d.put({ ...record, rev: record.rev + 1, outcome: 'abandoned', endedBy: 'page_left' }, 'ready', true)
  d.leave()
})
addEventListener('pageshow', (event) => { if (window.persisted = event.persisted) d.show() })
document.addEventListener('visibilitychange', () => document.hidden ? d.hide() : d.show())
`

let server: Server
let origin: string
let browser: Browser
let context: BrowserContext
let collector: Collector
let pages = 0

beforeAll(async () => {
  const root = new URL('../..', import.meta.url).pathname
  const bundle = async (options: object) =>
    (
      await build({
        bundle: true,
        format: 'esm',
        write: false,
        minify: true,
        external: ['/recovery.js'],
        absWorkingDir: root,
        ...options,
      })
    ).outputFiles[0]!.text
  const files: Record<string, string> = {
    '/page.js': await bundle({
      stdin: { contents: entry, resolveDir: root },
      define: { SAMPLE: JSON.stringify(turnRecord()) },
    }),
    '/recovery.js': await bundle({ entryPoints: ['src/delivery/recovery.ts'] }),
  }
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://x')
    const script = files[pathname]
    const sandbox = searchParams.has('denied') ? { 'content-security-policy': 'sandbox allow-scripts' } : {}
    response.writeHead(200, {
      'content-type': script ? 'text/javascript' : 'text/html',
      'access-control-allow-origin': '*',
      ...(script ? {} : sandbox),
    })
    response.end(script ?? '<!doctype html><script type="module" src="/page.js"></script>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // Playwright switches the back/forward cache off.
  browser = await launchChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
})
beforeEach(async () => {
  collector = await startCollector()
  context = await browser.newContext()
})
afterEach(async () => {
  await context.close()
  await collector.close()
})
afterAll(async () => {
  await browser?.close()
  server?.close()
})

async function visit(query = '', target: BrowserContext = context): Promise<Page> {
  const page = await target.newPage()
  await page.goto(`${origin}/?page=p${++pages}&to=${encodeURIComponent(collector.url)}${query}`)
  await page.waitForFunction(() => 'delivery' in window)
  return page
}
const turn = (page: Page, n: number, state: 'open' | 'ready', over: Partial<TurnRecord> = {}) =>
  page.evaluate(([n, state, over]) => window.turn(n, state, over), [
    n,
    state,
    { traceId: hex(32, pages * 1000 + n), spanId: hex(16, pages * 1000 + n), requests: [], ...over },
  ] as const)
const counts = (page: Page) => page.evaluate(() => window.delivery.counts())
/** Until the page has learnt what became of its turns. */
const settled = (page: Page) => page.waitForFunction(() => window.delivery.counts().pending === 0)
const turns = () => collector.unique('chat.turn')
/** Copies of a span are alike, or of another revision. */
const expectHonestCopies = (): void => {
  const copies = new Map<string, string>()
  for (const span of collector.spans) {
    const key = [span.traceId, span.spanId, span.attributes['chat_vitals.turn.revision']].join()
    expect(copies.get(key) ?? span.raw).toBe(span.raw)
    copies.set(key, span.raw)
  }
}

test('a settled turn arrives once, typed, with the SDK in its resource', async () => {
  const page = await visit()
  await turn(page, 1, 'open')
  await turn(page, 1, 'ready')
  await collector.until(() => turns().length === 1)
  await settled(page)
  expect(collector.requests).toHaveLength(1)
  expect(turns()[0]!.resource).toMatchObject({ 'service.name': 'test', 'telemetry.sdk.language': 'webjs' })
  expect(turns()[0]!.raw).toContain('{"key":"chat_vitals.time_to.first_text","value":{"doubleValue":2}}')
  expect(turns()[0]!.attributes['chat_vitals.delivery.store']).toBe('indexeddb')
  expect(await counts(page)).toMatchObject({ opened: 1, delivered: 1, dropped: {} })
})

test('after 503 with Retry-After the turn waits as long as asked, then arrives', async () => {
  collector.next({ status: 503, headers: { 'retry-after': '2' } })
  const page = await visit()
  await turn(page, 1, 'ready')
  await collector.until(() => turns().length === 1)
  const [refused, taken] = collector.requests
  expect(taken!.at - refused!.at).toBeGreaterThanOrEqual(1990)
})

test('413 splits the batch until it fits', async () => {
  collector.next({ status: 413 }, { status: 413 })
  const page = await visit()
  await page.evaluate(() => void 0)
  for (let n = 1; n <= 4; n++) await turn(page, n, 'ready')
  await collector.until(() => turns().length === 4)
  await settled(page)
  expect(await counts(page)).toMatchObject({ opened: 4, delivered: 4, dropped: {} })
})

test('what a partial success rejected is not sent again', async () => {
  collector.next({ body: '{"partialSuccess":{"rejectedSpans":1,"errorMessage":"too old"}}' })
  const page = await visit()
  await turn(page, 1, 'ready')
  await settled(page)
  expect(await counts(page)).toMatchObject({ delivered: 1, rejectedSpans: 1 })
  expect(collector.requests).toHaveLength(1)
})

test('an answer lost after the upload costs a copy, no turn', async () => {
  collector.next({ reset: true })
  const page = await visit()
  await turn(page, 1, 'ready')
  await settled(page)
  expect(collector.spans).toHaveLength(2)
  expect(turns()).toHaveLength(1)
  expectHonestCopies()
})

test('a tab closed during its turn: sent as it leaves, and again at the next visit, as one turn', async () => {
  const page = await visit()
  await turn(page, 1, 'open')
  await page.waitForTimeout(50)
  await page.close({ runBeforeUnload: true })
  await collector.until(() => turns().length === 1)
  expect(turns()[0]!.attributes).toMatchObject({
    'chat_vitals.turn.outcome': 'abandoned',
    'chat_vitals.turn.ended_by': 'page_left',
  })
  const next = await visit()
  await turn(next, 1, 'ready')
  await collector.until(() => turns().length === 2)
  await settled(next)
  expectHonestCopies()
  expect(await next.evaluate(() => Object.keys(localStorage))).toEqual([])
})

test('a tab closed during its turn while the collector is down is recovered at the next visit', async () => {
  const page = await visit()
  await turn(page, 1, 'open')
  await collector.down()
  await page.waitForTimeout(50)
  await page.close({ runBeforeUnload: true })
  await collector.up()
  await visit()
  await collector.until(() => turns().length === 1)
  expect(turns()[0]!.attributes).toMatchObject({ 'chat_vitals.turn.outcome': 'abandoned' })
})

// Browsers keep a page there where they like: of one that this one did not keep nothing can be shown.
test('a page that went to the back/forward cache during its turn ends it there, and lives on', { retry: 3 }, async () => {
  const page = await visit()
  await turn(page, 1, 'open')
  await page.goto(`${origin}/elsewhere?page=e&to=`)
  await collector.until(() => turns().length === 1)
  await page.goBack({ waitUntil: 'commit' })
  await page.waitForFunction(() => window.persisted, undefined, { timeout: 10_000 })
  await turn(page, 2, 'ready')
  await collector.until(() => turns().length === 2)
  expectHonestCopies()
})

test('offline then online: nothing is lost', async () => {
  const page = await visit()
  await turn(page, 1, 'ready')
  await settled(page)
  await context.setOffline(true)
  for (let n = 2; n <= 5; n++) await turn(page, n, 'ready')
  await page.waitForTimeout(1500)
  expect(turns()).toHaveLength(1)
  await context.setOffline(false)
  await collector.until(() => turns().length === 5)
  await settled(page)
  expect(await counts(page)).toMatchObject({ opened: 5, delivered: 5 })
})

test('with storage denied the turn is delivered from memory, and says so', async () => {
  const page = await visit('&denied=1')
  await turn(page, 1, 'open')
  await turn(page, 1, 'ready')
  await collector.until(() => turns().length === 1)
  expect(turns()[0]!.attributes['chat_vitals.delivery.store']).toBe('memory')
})

test('of three tabs one sends at a time, and all turns arrive', async () => {
  collector.always({ delayMs: 50 })
  const tabs = [await visit(), await visit(), await visit()]
  for (let n = 1; n <= 5; n++)
    for (const [i, tab] of tabs.entries())
      await turn(tab, n, 'ready', { traceId: hex(32, n * 10 + i), spanId: hex(16, n * 10 + i) })
  await collector.until(() => turns().length === 15)
  for (const tab of tabs) await settled(tab)
  expectHonestCopies()
})

/** A page whose every response carries the policy, and what its console said. */
async function under(header: string): Promise<{ page: Page; said: string[] }> {
  const page = await context.newPage()
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  await page.route('**/*', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, headers: { ...response.headers(), [header]: "connect-src 'self'" } })
  })
  await page.goto(`${origin}/?page=csp&to=${encodeURIComponent(collector.url)}`)
  await page.waitForFunction(() => 'delivery' in window)
  return { page, said }
}

test('a blocked endpoint costs one hint, and the turn is kept', async () => {
  const { page, said } = await under('content-security-policy')
  await turn(page, 1, 'ready')
  await page.waitForTimeout(3000)
  expect(said.filter((text) => text.includes('[chat-vitals]') && text.includes('connect-src'))).toHaveLength(1)
  expect(said.filter((text) => /violates the following Content Security Policy/.test(text)).length).toBeLessThanOrEqual(
    2,
  )
  expect(await counts(page)).toMatchObject({ pending: 1, dropped: {} })
})

// Its reports are the same event, and once kept records from being sent for five minutes.
test('a policy that only reports keeps nothing back', async () => {
  const { page, said } = await under('content-security-policy-report-only')
  await turn(page, 1, 'ready')
  await settled(page)
  await turn(page, 2, 'ready')
  await settled(page)
  expect(turns()).toHaveLength(2)
  expect(said.filter((text) => text.includes('[chat-vitals]'))).toEqual([])
})

/** A browser of our own, to be killed by its process id. */
async function ownBrowser(profile: string): Promise<{ process: ChildProcess; context: BrowserContext }> {
  const process = spawn(
    chromiumPath() ?? chromium.executablePath(),
    ['--headless=new', ...chromiumFlags, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const address = await new Promise<string>((resolve) => {
    let said = ''
    process.stderr!.on('data', (part) => {
      said += part
      const found = /DevTools listening on (ws:\S+)/.exec(said)
      if (found) resolve(found[1]!)
    })
  })
  const connected = await chromium.connectOverCDP(address)
  return { process, context: connected.contexts()[0]! }
}

/** Until so many records are in the database. */
const stored = (page: Page, many: number) =>
  page.waitForFunction(
    (many) =>
      new Promise((resolve) => {
        const request = indexedDB.open('chat-vitals', 1)
        request.onsuccess = () => {
          const all = request.result.transaction('records').objectStore('records').count()
          all.onsuccess = () => {
            request.result.close()
            resolve(all.result === many)
          }
        }
      }),
    many,
  )

test('a browser killed during a turn: the turn is counted at the next visit', async () => {
  const profile = await mkdtemp(join(tmpdir(), 'chat-vitals-'))
  let own = await ownBrowser(profile)
  try {
    const page = await visit('', own.context)
    await turn(page, 1, 'open')
    await turn(page, 2, 'open')
    await stored(page, 2)
    own.process.kill('SIGKILL')
    await once(own.process, 'exit')
    expect(collector.requests).toEqual([])
    own = await ownBrowser(profile)
    await visit('', own.context)
    await collector.until(() => turns().length === 2)
    for (const span of turns())
      expect(span.attributes).toMatchObject({
        'chat_vitals.turn.outcome': 'lost',
        'chat_vitals.delivery.recovered': true,
      })
  } finally {
    const gone = once(own.process, 'exit')
    if (own.process.kill('SIGKILL')) await gone
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
})

// The end was the last moment that a checkpoint knew: all of the wait was lost.
test('a browser killed while its user waited: the wait is told, up to the last sign of life', async () => {
  const profile = await mkdtemp(join(tmpdir(), 'chat-vitals-'))
  let own = await ownBrowser(profile)
  try {
    const page = await visit('', own.context)
    await turn(page, 1, 'open', { moments: { request: 12 } })
    const from = Date.now()
    for (let n = 0; n < 4; n++) {
      await page.waitForTimeout(1000)
      await page.evaluate(() => window.delivery.alive())
    }
    const waited = (Date.now() - from) / 1000
    await page.waitForTimeout(300)
    own.process.kill('SIGKILL')
    await once(own.process, 'exit')
    own = await ownBrowser(profile)
    await visit('', own.context)
    await collector.until(() => turns().length === 1)
    const lasted = (turns()[0]!.endMs - turns()[0]!.startMs) / 1000
    expect(Math.abs(lasted - waited)).toBeLessThan(2)
  } finally {
    const gone = once(own.process, 'exit')
    if (own.process.kill('SIGKILL')) await gone
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
})

// They shared one pause, and consent withdrawn in one emptied the database for all.
test('the refusals and the consent of one application are none of another of the same origin', async () => {
  collector.next({ status: 429, headers: { 'retry-after': '600' } })
  const page = await visit()
  await turn(page, 1, 'ready')
  await collector.until(() => collector.requests.length === 1)
  const shop = await visit('&app=shop')
  await turn(shop, 1, 'ready')
  await collector.until(() => turns().length === 1)
  await settled(shop)
  await turn(shop, 2, 'open')
  await stored(shop, 2)
  await page.evaluate(() => {
    window.delivery.hold()
    window.delivery.purge('consent')
  })
  await stored(shop, 1)
  expect(await counts(page)).toMatchObject({ pending: 0, dropped: { consent: 1 } })
  await turn(shop, 2, 'ready')
  await collector.until(() => turns().length === 2)
  expect(turns().map((span) => span.resource['service.name'])).toEqual(['shop', 'shop'])
})

test('a crashed renderer: the browser sends the open turn by itself, the next visit again', async () => {
  const page = await visit('&later=1')
  await turn(page, 1, 'open')
  await page.waitForTimeout(1500)
  const session = await context.newCDPSession(page)
  session.send('Page.crash').catch(() => {})
  await collector.until(() => turns().length === 1)
  expect(turns()[0]!.attributes).toMatchObject({ 'chat_vitals.turn.outcome': 'lost' })
  await visit()
  await collector.until(() => collector.spans.length === 2)
  expect(turns()).toHaveLength(1)
  expect(turns()[0]!.attributes['chat_vitals.delivery.recovered']).toBe(true)
  expectHonestCopies()
})
