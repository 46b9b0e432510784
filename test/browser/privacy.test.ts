/** No text leaves: canary words go through prompts, answers and addresses, and are looked for in all that is sent and stored. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../support/browser.ts'
import { chatPage, startChatSite } from '../support/chat-server.ts'
import type { ChatSite } from '../support/chat-server.ts'
import { startCollector } from '../support/collector.ts'
import type { Collector } from '../support/collector.ts'

const canary = {
  prompt: 'quokkaprompt',
  answer: 'narwhalanswer',
  query: 'ocelotquery',
  path: 'my%20lynxpath',
  hash: 'pangolinhash',
  title: 'tapirtitle',
}
let browser: Browser
let collector: Collector
let site: ChatSite

beforeAll(async () => {
  collector = await startCollector()
  site = await startChatSite({
    pages: {
      [`/chat/${canary.path}`]: {
        html: chatPage({
          head: `<script src="/chat-vitals.global.js" data-endpoint="${collector.url}" data-service="privacy" data-debug></script>`,
          endpoint: `/v1/chat/completions/${canary.path}?q=${canary.query}`,
          body: `<button id="up" onclick="chatVitals.feedback('up', { message: this })">up</button>`,
        }),
      },
    },
    words: ['The ', canary.answer, ' swims. ', '在水里', canary.answer],
  })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
  await collector?.close()
})

test('no word of prompts, answers and addresses is sent or stored', async () => {
  const page = await browser.newPage()
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.url().startsWith(collector.url.replace(/\/v1.*/, '')))
      sent.push(request.url(), request.postData() ?? '')
  })
  await page.goto(`${site.url}/chat/${canary.path}?q=${canary.query}#${canary.hash}`)
  await page.evaluate((title) => void (document.title = title), canary.title)
  for (const prompt of [
    `${canary.prompt} one`,
    `${canary.prompt} uno`,
    `no, that is wrong, I meant ${canary.prompt}`,
  ]) {
    await page.locator('#prompt').click()
    await page.keyboard.type(prompt)
    await page.keyboard.press('Enter')
    await page
      .locator('.assistant[data-done]')
      .nth(site.calls.length)
      .waitFor({ timeout: 1000 })
      .catch(() => {})
    await page.waitForTimeout(2500)
  }
  await page.locator('#up').click()
  // Copying tells how much, never what.
  await page.evaluate(() => getSelection()!.selectAllChildren(document.querySelector('.assistant')!))
  await page.keyboard.press('Control+c')
  await page.evaluate(() => (globalThis as any).chatVitals.signal('handoff'))
  // One more is left open, so that open marks and the tail hold it too.
  await page.locator('#prompt').click()
  await page.keyboard.type(`${canary.prompt} left open`)
  await page.keyboard.press('Enter')
  await page.waitForTimeout(30)
  const stored = await page.evaluate(async () => {
    document.dispatchEvent(new Event('freeze'))
    const all: unknown[] = [Object.entries(localStorage), Object.entries(sessionStorage)]
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name!)
        opening.onsuccess = () => resolve(opening.result)
        opening.onerror = () => reject(opening.error)
      })
      for (const store of db.objectStoreNames) {
        const read = (request: IDBRequest<unknown>) =>
          new Promise((resolve) => (request.onsuccess = () => resolve(request.result)))
        all.push([
          await read(db.transaction(store).objectStore(store).getAll()),
          await read(db.transaction(store).objectStore(store).getAllKeys()),
        ])
      }
      db.close()
    }
    return JSON.stringify(all)
  })
  await collector.until((c) => c.unique('chat.turn').length >= 3 && c.unique('chat.feedback').length === 1, 20_000)
  await collector.until(
    (c) => c.unique('chat.signal').some((one) => one.attributes['chat_vitals.signal.copied']),
    20_000,
  )
  await page.close()
  await collector.until((c) => c.spans.length > 0, 5000)

  const received = JSON.stringify(collector.spans)
  // The test can fail: what it looks through holds the turns themselves.
  expect(received).toContain('chat_vitals.turn.id')
  expect(stored).toContain('"kind":"turn"')
  expect(
    collector.unique('chat.turn').filter(({ attributes }) => attributes['chat_vitals.correction.kind']).length,
  ).toBeGreaterThan(0)
  expect(sent.length).toBeGreaterThan(0)
  for (const word of [...Object.values(canary), 'lynxpath', '在水里', 'swims']) {
    expect(received, word).not.toContain(word)
    expect(stored, word).not.toContain(word)
    expect(sent.join('\n'), word).not.toContain(word)
  }
})
