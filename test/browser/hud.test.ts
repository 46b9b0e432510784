/** The panel for developers, of the built bundle: what it says while a page is tried. */
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../support/browser.ts'
import { chat, chatPage, startChatSite } from '../support/chat-server.ts'
import type { ChatSite } from '../support/chat-server.ts'

let browser: Browser
let site: ChatSite
let page: Page
const head = `<script>
  const attach = Element.prototype.attachShadow
  Element.prototype.attachShadow = function (init) { return attach.call(this, { ...init, mode: 'open' }) }
  </script><script src="/chat-vitals.global.js"></script>
  <script type="module">import { hud } from '/chat-vitals.hud.js'; window.remove = hud(chatVitals.init({ service: 'hud' }))</script>`
beforeAll(async () => {
  browser = await launchChromium()
  site = await startChatSite({
    pages: {
      '/': { html: chatPage({ head }) },
      '/growing': {
        html: `<!doctype html>${head}<textarea name=q></textarea><p></p><script>setInterval(() => document.querySelector('p').append('word '), 1000)</script>`,
      },
      '/silent': { html: `<!doctype html>${head}<textarea name=q></textarea><button>Ask</button>` },
    },
    words: ['The ', 'ferry ', 'leaves ', 'at ', 'nine.'],
  })
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
})
const shown = () => page.evaluate(() => document.querySelector('chat-vitals-hud')!.shadowRoot!.textContent!)

test('of a turn it says how each witness knows it, and nothing of what was written', async () => {
  page = await browser.newPage()
  await page.goto(site.url)
  await chat(page)
  expect(await shown()).toContain('Enter in #prompt')
  await expect.poll(shown, { timeout: 20_000 }).toContain('#1 completed')
  expect(await shown()).toContain('trusted: the user did it')
  expect(await shown()).toContain('known: a stream of a known format')
  expect(await shown()).toContain('matched: ')
  expect(await shown()).not.toMatch(/hi there|ferry|no turn|name the/)
  await page.close()
})

test('of a send of which no turn came it says which option would name it, and goes when it is told to', async () => {
  page = await browser.newPage()
  await page.clock.install()
  await page.goto(site.url + '/silent')
  await page.fill('textarea', 'secret words')
  await page.press('textarea', 'Enter')
  await expect.poll(shown).toContain('Enter in [name="q"], 0 s ago: no turn settled so far')
  await page.clock.fastForward(25_000)
  await expect.poll(shown).toContain(`ui: { input: '[name="q"]' }`)
  expect(await shown()).not.toContain('secret')
  await page.evaluate(() => (window as unknown as { remove(): void }).remove())
  await page.press('textarea', 'Enter')
  expect(await page.locator('chat-vitals-hud').count()).toBe(0)
  await page.close()
})

test('an answer of 25 s was said to be no turn while it grew', async () => {
  page = await browser.newPage()
  await page.clock.install()
  await page.goto(site.url + '/growing')
  await page.fill('textarea', 'secret words')
  await page.press('textarea', 'Enter')
  await page.clock.runFor(25_000)
  await expect.poll(shown).toContain('25 s ago: no turn settled so far')
  await page.close()
})
