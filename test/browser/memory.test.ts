/** What the library keeps of a page that goes on: not what the page has thrown away. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
  site = await startChatSite({ pages: { '/': { html: chatPage({ head }) } }, words: ['Hello', ' there.'], everyMs: 20 })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
  await collector?.close()
})

// Up to some 20 answers that the page had taken away were held through the places where their turns had found them.
test('answers, prompts and buttons that the page took away are let go, of ended turns too', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(site.url + '/')
  const turns = 6
  for (let i = 0; i < turns; i++) {
    await page.locator('#prompt').pressSequentially(`Question ${i}: `)
    await chat(page)
    // Its own click, on a control beside the answer.
    await page.evaluate(() => {
      const answer = [...document.querySelectorAll('.assistant')].at(-1)!
      answer.insertAdjacentHTML('afterend', '<button class="again" aria-label="Edit">edit</button>')
    })
    await page.locator('.again').last().click()
  }
  await collector.until(() => collector.unique('chat.turn').length === turns, 15_000)
  await page.evaluate(() => {
    const all = document.querySelectorAll('.assistant,.user,.again')
    Object.assign(globalThis, { kept: [...all].map((element) => new WeakRef(element)), many: all.length })
    for (const element of all) element.remove()
  })
  // What the last click was about is remembered until the next one.
  await page.locator('#prompt').click()
  const client = await context.newCDPSession(page)
  const alive = async () => {
    await client.send('HeapProfiler.collectGarbage')
    return page.evaluate(() => (globalThis as any).kept.filter((one: WeakRef<Element>) => one.deref()).length)
  }
  expect(await page.evaluate(() => (globalThis as any).many)).toBeGreaterThanOrEqual(2 * turns)
  await expect.poll(alive, { timeout: 10_000, interval: 500 }).toBe(0)
  await context.close()
})
