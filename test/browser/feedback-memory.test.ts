/** What feedback remembers of a page holds none of its elements once the page has let them go. */
import type { Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FeedbackKit } from '../support/feedback-kit.ts'
import { watchPages } from '../support/watch-page.ts'
import type { WatchPages } from '../support/watch-page.ts'

declare const kit: FeedbackKit

let pages: WatchPages
beforeAll(async () => {
  pages = await watchPages('feedback-kit.ts')
})
afterAll(() => pages?.close())

/** What is in the heap still, of all that was shown. */
async function kept(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage')
  await session.detach()
  return page.evaluate(() => kit.kept() as string[])
}

// Ended answers, their first blocks and their thumbs were held until the next answer ended, and that may be never.
test('a conversation that was left is let go, also before the next answer ends', async () => {
  const page = await pages.open('<main id="list"></main>', { head: '<style>article { display: inline-block }</style>' })
  for (let i = 0; i < 20; i++) {
    await page.evaluate((nth) => kit.answer(nth), i)
    await page.waitForTimeout(20)
  }
  await expect
    .poll(() => page.evaluate(() => kit.told().filter((one) => one === 'exposed').length), { timeout: 10_000 })
    .toBeGreaterThan(0)
  await page.evaluate(() => kit.press())
  await page.evaluate(() => kit.leave())
  await page.waitForTimeout(700)
  expect(await kept(page)).toEqual([])
  expect(await page.evaluate(() => kit.told())).toContain('feedback')
  expect(await page.evaluate(() => kit.errors())).toBe(0)
  await page.close()
})

// Each answer that ended cost those before it one of their looks, all in the same idle moment.
test('answers that end at once are each looked after', async () => {
  const page = await pages.open('<main id="list"></main>', { head: '<style>article { display: inline-block }</style>' })
  await page.evaluate(() => {
    for (let i = 0; i < 20; i++) kit.answer(i)
  })
  await expect
    .poll(() => page.evaluate(() => kit.told()), { timeout: 10_000 })
    .toEqual(Array.from({ length: 8 }, () => 'exposed'))
  await page.close()
})

test('answers that stay on the page stay watched', async () => {
  const page = await pages.open('<main id="list"></main>')
  await page.evaluate(() => kit.answer(1))
  expect((await kept(page)).length).toBeGreaterThan(0)
  await expect.poll(() => page.evaluate(() => kit.told()), { timeout: 10_000 }).toEqual(['exposed'])
  await page.close()
})
