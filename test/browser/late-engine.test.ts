/** The engine comes after the first script: what happens before is neither lost nor told otherwise. */
import type { Browser, Page, Route } from 'playwright'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium } from '../support/browser.ts'
import { chat, chatPage, startChatSite } from '../support/chat-server.ts'
import type { ChatSite } from '../support/chat-server.ts'
import { startCollector } from '../support/collector.ts'
import type { Collector } from '../support/collector.ts'

let browser: Browser
let collector: Collector
let site: ChatSite
beforeAll(async () => {
  collector = await startCollector()
  const head = `<script src="/chat-vitals.global.js" data-endpoint="${collector.url}" data-service="shop"></script>`
  site = await startChatSite({
    pages: { '/': { html: chatPage({ head }) } },
    words: ['Hello', ' there', ', this', ' is', ' it.'],
    everyMs: 150,
  })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
  await collector?.close()
})

let lines: string[] = []
let session = ''
beforeEach(() => void (lines = []))
const sent = (name: string) => collector.unique(name).filter(({ attributes }) => attributes['session.id'] === session)

/** @param engine what becomes of the requests for the engine, by their number from 0 */
async function open(engine: (route: Route, tries: number) => unknown): Promise<Page> {
  const context = await browser.newContext()
  const page = await context.newPage()
  let tries = 0
  await page.route('**/chat-vitals.engine-*.js*', (route) => void engine(route, tries++))
  await page.addInitScript(() => {
    let pressed = 0
    addEventListener('keydown', ({ key, timeStamp }) => void (key === 'Enter' && (pressed = timeStamp)), true)
    new MutationObserver(() => {
      if (document.querySelector('.assistant')?.textContent)
        requestAnimationFrame(() => setTimeout(() => ((globalThis as any).seenAt ??= performance.now() - pressed)))
    }).observe(document, { subtree: true, childList: true, characterData: true })
  })
  page.on('console', (message) => lines.push(message.text()))
  page.on('pageerror', (error) => lines.push(`error: ${error.message}`))
  await page.goto(site.url + '/')
  session = await page.evaluate(() => (globalThis as any).chatVitals.session().id)
  return page
}
const late = (ms: number) => (route: Route) => setTimeout(() => void route.continue(), ms)

test('a turn that was over before the engine came has its ids, outcome and stream times', async () => {
  const page = await open(late(2500))
  await chat(page)
  await page.evaluate(() => (globalThis as any).chatVitals.feedback('up'))
  await collector.until(() => sent('chat.feedback').length === 1 && sent('chat.turn').length === 1, 15_000)
  const [turn] = sent('chat.turn')
  const [post] = sent('POST')
  expect(turn!.attributes).toMatchObject({
    'chat_vitals.turn.outcome': 'completed',
    'chat_vitals.turn.trigger': 'submit',
  })
  expect(site.calls.at(-1)!.headers.traceparent).toBe(`00-${turn!.traceId}-${post!.spanId}-01`)
  // The stream was timed when it came, not when it was read.
  expect(post!.attributes['chat_vitals.stream.chunks']).toBeGreaterThan(4)
  expect(post!.attributes['gen_ai.response.time_to_first_chunk']).toBeLessThan(2)
  expect(sent('chat.feedback')[0]!.attributes['chat_vitals.turn.id']).toBe(turn!.spanId)
  expect(lines).toEqual([])
  await page.context().close()
})

test('a turn under way when the engine comes has all its text, and says how well it knows when the first of it came', async () => {
  let go = () => {}
  const begun = new Promise<void>((resolve) => (go = resolve))
  const page = await open((route) => void begun.then(() => route.continue()))
  await page.locator('#prompt').click()
  await page.keyboard.type('slowly, please')
  await page.keyboard.press('Enter')
  await page.getByText('Hello').waitFor()
  await page.waitForFunction(() => 'seenAt' in globalThis)
  const seen = await page.evaluate(() => (globalThis as any).seenAt / 1000)
  go()
  await page.locator('.assistant[data-done]').waitFor()
  await collector.until(() => sent('chat.turn').length === 1, 15_000)
  expect(sent('chat.turn')[0]!.attributes).toMatchObject({
    'chat_vitals.turn.outcome': 'completed',
    'chat_vitals.render.chars': 20,
    'chat_vitals.ttft.method': 'observer',
  })
  const { 'chat_vitals.ttft.error': error, 'chat_vitals.time_to.first_text': first } = sent('chat.turn')[0]!
    .attributes as Record<string, number>
  expect(first! - error!).toBeLessThan(seen)
  expect(first! + error!).toBeGreaterThan(seen)
  await page.context().close()
})

test('a stop before the engine is known by what its button said', async () => {
  const page = await open(late(2500))
  await page.locator('#prompt').click()
  await page.keyboard.type('hi there')
  await page.keyboard.press('Enter')
  await page.getByText('Hello').waitFor()
  await page.locator('#stop').click()
  await collector.until(() => sent('chat.turn').length === 1, 15_000)
  expect(sent('chat.turn')[0]!.attributes).toMatchObject({
    'chat_vitals.turn.outcome': 'stopped',
    'chat_vitals.turn.ended_by': 'user_stop',
    'chat_vitals.turn.phase': 'streaming',
  })
  await page.context().close()
})

test('two prompts before the engine are two turns, each in the trace its request told', async () => {
  const page = await open(late(4000))
  await chat(page)
  await page.waitForTimeout(1100)
  await chat(page)
  await collector.until(() => sent('chat.turn').length === 2, 15_000)
  const told = site.calls.slice(-2).map(({ headers }) => (headers.traceparent as string).split('-')[1])
  expect(
    sent('chat.turn')
      .sort((a, b) => Number(a.attributes['chat_vitals.turn.seq']) - Number(b.attributes['chat_vitals.turn.seq']))
      .map(({ traceId }) => traceId),
  ).toEqual(told)
  await page.context().close()
})

test('a turn opened by hand before the engine keeps the ids it gave out', async () => {
  const page = await open(late(600))
  const told = await page.evaluate(async () => {
    const turn = (globalThis as any).chatVitals.turn({ trigger: 'program', attributes: { 'app.step': 'welcome' } })
    turn.chunk('Welcome')
    turn.text('Welcome')
    await new Promise((resolve) => setTimeout(resolve, 1200))
    turn.text('Welcome, all.')
    turn.end()
    return { id: turn.id, traceparent: turn.traceparent, headers: turn.headers() }
  })
  await collector.until(() => sent('chat.turn').length === 1, 15_000)
  const [turn] = sent('chat.turn')
  expect(told).toEqual({
    id: turn!.spanId,
    traceparent: `00-${turn!.traceId}-${turn!.spanId}-01`,
    headers: { traceparent: told.traceparent },
  })
  expect(turn!.attributes).toMatchObject({
    'app.step': 'welcome',
    'chat_vitals.turn.outcome': 'completed',
    'chat_vitals.render.chars': 12,
  })
  await page.context().close()
})

test('an engine that fails once is asked for again, and nothing of the time between is lost', async () => {
  const page = await open((route, tries) => (tries ? route.continue() : route.abort()))
  await chat(page)
  await collector.until(() => sent('chat.turn').length === 1, 15_000)
  expect(sent('chat.turn')[0]!.attributes['chat_vitals.turn.outcome']).toBe('completed')
  expect(lines.filter((line) => line.includes('did not load'))).toHaveLength(1)
  await page.context().close()
})

test('an engine that comes after it was given up knows what was said meanwhile', async () => {
  const page = await open((route, tries) => (tries < 4 ? route.abort() : route.continue()))
  await page.evaluate(() => {
    const vitals = (globalThis as any).chatVitals
    vitals.identify({ user: 'u-9' })
    vitals.onTurn(({ outcome }: { outcome: string }) => ((globalThis as any).heard = outcome))
  })
  // It is asked for when the user begins to write.
  await page.locator('#prompt').click()
  await page.keyboard.type('h')
  await page.keyboard.press('Backspace')
  await page.waitForTimeout(21_500)
  await chat(page)
  await page.waitForTimeout(1500)
  await chat(page)
  await collector.until(() => sent('chat.turn').length > 0, 15_000)
  expect(sent('chat.turn').at(-1)!.attributes).toMatchObject({
    'user.id': 'u-9',
    'chat_vitals.turn.outcome': 'completed',
    'chat_vitals.render.chars': 20,
  })
  expect(await page.evaluate(() => (globalThis as any).heard)).toBe('completed')
  await page.context().close()
})

test('two turns opened by hand before the engine are two, each with the ids it gave out', async () => {
  const page = await open(late(800))
  const told = await page.evaluate(() => {
    const { turn } = (globalThis as any).chatVitals
    return ['One', 'Two'].map((text) => {
      const made = turn()
      made.chunk(text)
      made.text(text)
      made.end()
      return made.id
    })
  })
  expect(new Set(told).size).toBe(2)
  await collector.until(() => sent('chat.turn').length === 2, 15_000)
  expect(new Set(sent('chat.turn').map(({ spanId }) => spanId))).toEqual(new Set(told))
  await page.context().close()
})

test('without an engine the page is its own: answers, flush and stop go on, one hint is given', async () => {
  const page = await open((route) => route.fulfill({ status: 404, body: 'gone' }))
  await chat(page)
  await page.evaluate(() => (globalThis as any).chatVitals.feedback('up'))
  await page.waitForTimeout(6000)
  await chat(page)
  expect(lines.filter((line) => line.startsWith('[chat-vitals]'))).toHaveLength(1)
  expect(lines.filter((line) => line.startsWith('error:'))).toEqual([])
  expect(
    await page.evaluate(async () => {
      await (globalThis as any).chatVitals.stop()
      return String(fetch)
    }),
  ).toContain('[native code]')
  await page.context().close()
})
