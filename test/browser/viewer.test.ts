/** The viewer's pages in a real browser: a replay that grows as the answer grew, turns that fold, keys, hostile spans, axe. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContextOptions, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
// @ts-expect-error -- the demo is plain JavaScript
import { makeBatches, random, request, span } from '../../demo/backend/fixtures.mjs'
// @ts-expect-error -- the demo is plain JavaScript
import { startBackend } from '../../demo/backend/server.mjs'
// @ts-expect-error -- the demo is plain JavaScript
import { up } from '../../demo/up.mjs'
import { launchChromium } from '../support/browser.ts'

declare const axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }

/** Ms. */
const FRAME = 17
let browser: Browser
let backend: { url: string; close(): Promise<void> }
const send = (body: unknown) =>
  fetch(`${backend.url}/v1/traces`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
const get = async (path: string) => (await fetch(backend.url + path)).json()

beforeAll(async () => {
  browser = await launchChromium()
  backend = await startBackend({ port: 0, file: ':memory:', links: ['Jaeger=http://localhost:16686/trace/{trace_id}'] })
  for (const batch of makeBatches({ sessions: 30, seed: 5 })) await send(batch)
})
afterAll(async () => {
  await browser?.close()
  await backend?.close()
})

async function visit(path: string, options: BrowserContextOptions = {}): Promise<Page & { faults: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = (await context.newPage()) as Page & { faults: string[] }
  page.faults = []
  page.on('pageerror', (error) => page.faults.push(error.message))
  page.on('console', (message) => message.type() === 'error' && page.faults.push(message.text()))
  await page.goto(backend.url + path)
  await page.locator('h1').first().waitFor()
  return page
}
const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
const longest = async (): Promise<string> => (await get('/api/sessions?sort=turns')).sessions[0].id

describe('felt replay', () => {
  test('what stands on the screen at every tenth of the time is what stood there, within 5 %', async () => {
    const ports = { PORT_CHAT: await freePort(), PORT_OTLP: await freePort() }
    const demo = await up({ ports, file: ':memory:' })
    const context = await browser.newContext({ viewport: { width: 1100, height: 800 } })
    const chat = await context.newPage()
    try {
      await chat.goto(demo.chat)
      await chat.waitForFunction(() => typeof (globalThis as any).chatVitals?.session === 'function')
      // A witness of its own: what stands in the answer, frame by frame, from the key that sent the message.
      await chat.evaluate(() => {
        const seen: [number, number][] = ((globalThis as any).seen = [])
        addEventListener(
          'keydown',
          (event) => {
            if (event.key !== 'Enter' || seen.length) return
            const t0 = event.timeStamp
            // After the frame is laid out: what other callbacks of the frame put in stands on the screen with it.
            const { port1, port2 } = new MessageChannel()
            port1.onmessage = () => {
              const all = document.querySelectorAll('.answer')
              const text = all[all.length - 1]?.textContent ?? ''
              seen.push([performance.now() - t0, text.replace(/[\s\p{M}]/gu, '').length])
            }
            const look = () => {
              port2.postMessage(0)
              requestAnimationFrame(look)
            }
            look()
          },
          { capture: true },
        )
      })
      await chat.locator('#prompt').click()
      await chat.keyboard.type('Compare your machines /pace 60 /stall 1500')
      await chat.keyboard.press('Enter')
      await chat.getByRole('button', { name: 'Stop generating' }).waitFor()
      await chat.getByRole('button', { name: 'Send message' }).waitFor()
      const seen = (await chat.evaluate(() => (globalThis as any).seen)) as [number, number][]
      const session = await chat.evaluate(() => (globalThis as any).chatVitals.session().id)
      const page = await context.newPage()
      let turn: { durationMs: number; render: { chars: number } } | undefined
      for (let i = 0; i < 60 && !turn?.render.chars; i++) {
        await page.waitForTimeout(250)
        const answer = await fetch(`${demo.backend}/api/sessions/${session}`)
        turn = answer.ok ? (await answer.json()).turns.find((it: any) => it.outcome) : undefined
      }
      const all = turn!.render.chars
      expect(all).toBeGreaterThan(200)
      await page.goto(`${demo.backend}/sessions/${session}#turn-1`)
      const slider = page.getByRole('slider', { name: 'Time in the turn' })
      await slider.waitFor()
      for (let tenth = 1; tenth <= 10; tenth++) {
        const at = Math.round((turn!.durationMs * tenth) / 10)
        await slider.evaluate((input: HTMLInputElement, value) => {
          input.step = '1'
          input.value = String(value)
          input.dispatchEvent(new Event('input', { bubbles: true }))
        }, at)
        const shown = Number(await page.locator('.stage').getAttribute('data-chars'))
        // Either of us may date a frame one frame apart from the other.
        const stood = [-FRAME, 0, FRAME].map((apart) => seen.findLast(([time]) => time <= at + apart)?.[1] ?? 0)
        const off = Math.min(...stood.map((one) => Math.abs(shown - one) / all))
        expect({ tenth, near: off < 0.05, shown, stood }).toEqual({ tenth, near: true, shown, stood })
      }
    } finally {
      await context.close()
      await demo.close()
    }
  })

  test('plays in real time, stops at the end, and shows no text', async () => {
    const page = await visit(`/sessions/${await longest()}#turn-2`)
    const stage = page.locator('#turn-2 .replay')
    await stage.getByRole('button', { name: '8×' }).click()
    await stage.getByRole('button', { name: 'Play' }).click()
    await stage.getByRole('button', { name: 'Pause' }).waitFor()
    await stage.getByRole('button', { name: 'Play again' }).waitFor({ timeout: 30_000 })
    expect(Number(await stage.locator('.stage').getAttribute('data-chars'))).toBeGreaterThan(0)
    expect((await stage.locator('.lines').textContent())?.trim()).toBe('')
    expect(page.faults).toEqual([])
    await page.context().close()
  })

  test('two turns are played together', async () => {
    const page = await visit(`/sessions/${await longest()}#turn-2`)
    await page.locator('#turn-2 .box-head select').selectOption({ index: 1 })
    expect(await page.locator('#turn-2 .stage').count()).toBe(2)
    await page.context().close()
  })
})

describe('session page', () => {
  test('turns fold to lines, problems stand open or alone, and j, k, Enter and Escape walk', async () => {
    const page = await visit(`/sessions/${await longest()}`)
    const lines = page.locator('.turn-line')
    const count = await lines.count()
    expect(count).toBeGreaterThan(5)
    await page.getByRole('button', { name: /Problems only/ }).click()
    expect(await lines.count()).toBeLessThan(count)
    await page.getByRole('button', { name: /Problems only/ }).click()
    await page.keyboard.press('Tab')
    await lines.first().focus()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    const second = lines.nth(1)
    expect(await second.evaluate((it) => it === document.activeElement)).toBe(true)
    const before = await second.getAttribute('aria-expanded')
    await page.keyboard.press('Enter')
    expect(await second.getAttribute('aria-expanded')).not.toBe(before)
    await page.keyboard.press('Escape')
    await page.waitForURL(/\/sessions$/)
    await page.context().close()
  })

  test('the same trace is a click away, and a turn can be copied as JSON', async () => {
    const page = await visit(`/sessions/${await longest()}#turn-1`)
    await page.locator('#turn-1 .trace > summary').click()
    const trace = (await get(`/api/sessions/${await longest()}`)).turns[0].traceId
    expect(await page.locator('#turn-1 .trace-id .out').getAttribute('href')).toBe(
      `http://localhost:16686/trace/${trace}`,
    )
    expect(await page.locator('#turn-1 .evidence').count()).toBe(1)
    await page.context().close()
  })
})

describe('every page', () => {
  const pages = async () => ['/sessions', `/sessions/${await longest()}`, '/overview', '/compare']
  test.each([
    ['light', {}],
    ['dark', { colorScheme: 'dark' as const }],
    ['390 px', { viewport: { width: 390, height: 844 } }],
  ])('%s: fits, says no error, and axe finds nothing serious', async (_, options) => {
    const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    for (const path of await pages()) {
      const page = await visit(path, { ...options, bypassCSP: true })
      await page.waitForTimeout(1200)
      expect([path, page.faults]).toEqual([path, []])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      await page.evaluate(source)
      const { violations } = await page.evaluate(() => axe.run())
      const serious = violations.filter((it) => ['serious', 'critical'].includes(it.impact))
      expect([path, serious.map((it) => [it.id, it.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))])]).toEqual(
        [path, []],
      )
      await page.context().close()
    }
  })
})

test('10,000 hostile spans are text, bounded, and break nothing', { timeout: 240_000 }, async () => {
  const next = random(11)
  const pick = <T>(items: T[]): T => items[Math.floor(next() * items.length)]!
  const nasty = [
    '<img src=x onerror=alert(1)>',
    '</script><script>alert(1)</script>',
    "' OR 1=1 --",
    '\u0000\u0007\u202e',
    '=1+1',
    '__proto__',
    'x'.repeat(3000),
    '{{7*7}}',
    '\ud800',
    '%00',
  ]
  const hex = (digits: number) => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('')
  const years = [Date.UTC(1970, 0, 1, 0, 0, 1), Date.UTC(2026, 5, 1), Date.UTC(2261, 0, 1)]
  const names = ['chat.turn', 'chat.feedback', 'chat.signal', 'browser.page', 'POST', ...nasty]
  const again = [hex(32), hex(16)] as const
  const one = () => {
    const start = pick(years)
    const keys = [
      'session.id',
      'chat_vitals.turn.id',
      'chat_vitals.page.id',
      'gen_ai.conversation.id',
      'user.id',
      'chat_vitals.turn.outcome',
      'chat_vitals.render.curve',
      'chat_vitals.time_to.first_text',
      'chat_vitals.render.chars',
      'gen_ai.response.model',
      'constructor',
      'toString',
      ...nasty,
    ]
    const values = [...nasty, -1, 1e308, 2n ** 53n, true, [1, 2], 'hostile', 'completed', '1,2 3,4', 0.5]
    return span({
      trace: next() < 0.1 ? again[0] : hex(32),
      id: next() < 0.1 ? again[1] : hex(16),
      name: pick(names),
      kind: pick([1, 2, 3]),
      parent: next() < 0.3 ? hex(16) : undefined,
      start,
      end: start + Math.floor(next() * 1e5),
      attributes: {
        'session.id': pick(['hostile', '<b>s</b>', hex(32)]),
        ...Object.fromEntries(Array.from({ length: 12 }, () => [pick(keys), pick(values)])),
      },
      events: next() < 0.2 ? [{ name: pick(nasty), at: start, attributes: { [pick(nasty)]: pick(nasty) } }] : [],
    })
  }
  for (let i = 0; i < 40; i++) {
    const answer = await send(request({ 'service.name': pick(nasty) }, 'chat-vitals', Array.from({ length: 250 }, one)))
    expect(answer.status).toBe(200)
  }
  const mega = span({
    trace: hex(32),
    id: hex(16),
    name: 'chat.turn',
    start: Date.now(),
    end: Date.now() + 5,
    attributes: { 'session.id': 'hostile', huge: 'h'.repeat(2 ** 20) },
  })
  const year0 = { ...mega, spanId: hex(16), startTimeUnixNano: '0', endTimeUnixNano: '1' }
  const year9999 = {
    ...mega,
    spanId: hex(16),
    startTimeUnixNano: '253402214400000000000',
    endTimeUnixNano: '253402214400000000000',
  }
  const { partialSuccess } = await (await send(request({}, 'chat-vitals', [mega, year0, year9999]))).json()
  expect(partialSuccess.rejectedSpans).toBe('2')
  const answer = await (await fetch(`${backend.url}/api/sessions/hostile`)).text()
  expect(answer.length).toBeLessThan(30e6)
  expect(JSON.parse(answer).turns.length).toBeGreaterThan(0)
  for (const path of [
    '/sessions',
    '/sessions/hostile',
    '/sessions/%3Cb%3Es%3C%2Fb%3E',
    '/overview',
    '/overview?by=__proto__',
    '/compare?by=constructor',
    `/sessions?q=${encodeURIComponent("' OR 1=1 --")}`,
  ]) {
    const page = await visit(path)
    page.on('dialog', () => page.faults.push('a dialog opened'))
    await page.waitForTimeout(800)
    expect([path, page.faults]).toEqual([path, []])
    expect(await page.locator('main img, main script').count()).toBe(0)
    await page.context().close()
  }
})
