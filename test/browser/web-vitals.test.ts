/** What we say of a page view is what the web-vitals package says, told once: by the script tag's part against the package whole. */
import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../support/browser.ts'

const origin = 'http://page.test'
const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const files: Record<string, string> = {
  '/ours.js': text(`dist/${JSON.parse(text('dist/parts.json')).vitals.file}`),
  '/whole.js': text('node_modules/web-vitals/dist/web-vitals.js'),
  '/start.js': `
    import { watchWebVitals } from './ours.js'
    import * as whole from './whole.js'
    window.said = { ours: [], whole: [] }
    watchWebVitals((vital) => said.ours.push(vital))
    for (const on of ['onCLS', 'onFCP', 'onINP', 'onLCP', 'onTTFB'])
      whole[on](({ name, value, rating }) => said.whole.push({ name, value, rating }))`,
}
const html = `<!doctype html><title>Page</title><h1>Words that are the largest paint of it</h1>
  <p>more</p><button onclick="for (const end = performance.now() + 90; performance.now() < end; );">Slow</button>
  <script type="module" src="/start.js"></script>`

interface Said {
  name: string
  value: number
  rating: string
}
declare global {
  interface Window {
    said: { ours: Said[]; whole: Said[] }
  }
}

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser?.close())

async function open(): Promise<Page> {
  const page = await browser.newPage()
  await page.route(`${origin}/**`, (route) => {
    const body = files[new URL(route.request().url()).pathname]
    return route.fulfill({ contentType: body ? 'text/javascript' : 'text/html', body: body ?? html })
  })
  await page.goto(origin)
  return page
}

test('loading, a layout shift, slow clicks and going to the background are told as the whole package tells them', async () => {
  const page = await open()
  await page.waitForFunction(() => window.said?.whole.some(({ name }) => name === 'FCP'))
  await page.evaluate(() =>
    document.querySelector('p')!.before(Object.assign(document.createElement('div'), { innerHTML: '<br>'.repeat(5) })),
  )
  // A shift within half a second of a click would be the user's own.
  await page.waitForTimeout(600)
  await page.click('button')
  await page.click('button')
  await page.waitForFunction(() => window.said.whole.some(({ name }) => name === 'LCP'))
  await page.waitForTimeout(300)
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    dispatchEvent(new Event('visibilitychange'))
  })
  const names = (said: Said[]) => [...new Set(said.map(({ name }) => name))].sort()
  await page.waitForFunction(() => window.said.whole.some(({ name }) => name === 'INP'))
  const { ours, whole } = await page.evaluate(() => window.said)
  expect(names(whole)).toEqual(['CLS', 'FCP', 'INP', 'LCP', 'TTFB'])
  expect(whole.find(({ name, value }) => name === 'CLS' && value > 0)).toBeDefined()
  const inOrder = (said: Said[]) => said.map((one) => JSON.stringify(one)).sort()
  expect(inOrder(ours)).toEqual(inOrder(whole))
})

test('coming back from the cache is no second load of the page view', async () => {
  const page = await open()
  await page.waitForFunction(() => window.said?.whole.some(({ name }) => name === 'TTFB'))
  await page.evaluate(() => {
    window.said = { ours: [], whole: [] }
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
  })
  await page.waitForFunction(() => window.said.whole.some(({ name }) => name === 'LCP'))
  expect(await page.evaluate(() => window.said.ours)).toEqual([])
})
