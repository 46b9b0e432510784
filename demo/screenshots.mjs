// `npm run screenshots`: makes the pictures of README.md from the running demo. All that is on them happened in this run.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { findChromium } from '../test/support/browsers.mjs'
import { up } from './up.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const to = (name) => join(root, 'demo/screenshots', name)
if (!existsSync(join(root, 'dist/chat-vitals.global.js'))) {
  console.error('dist/ is missing: run `npm run build` first')
  process.exit(1)
}
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

const folder = mkdtempSync(join(tmpdir(), 'chat-vitals-pictures-'))
const demo = await up({
  ports: { PORT_CHAT: await freePort(), PORT_OTLP: await freePort() },
  file: join(folder, 'demo.duckdb'),
})
const browser = await chromium.launch({
  executablePath: await findChromium(),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
})

const send = (page) => page.getByRole('button', { name: 'Send message' }).waitFor()
const stop = (page) => page.getByRole('button', { name: 'Stop generating' })
async function say(page, prompt, { stopAfter } = {}) {
  await page.locator('#prompt').click()
  await page.keyboard.type(prompt, { delay: 8 })
  await page.keyboard.press('Enter')
  await stop(page).waitFor()
  if (stopAfter) {
    await page.waitForTimeout(stopAfter)
    await stop(page).click()
  }
  await send(page)
  await page.waitForTimeout(1200)
}
const thumb = (page, name) => page.getByRole('button', { name }).last().click()

async function visit(width = 1280, height = 860, colorScheme = 'light') {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme })
  const page = await context.newPage()
  return page
}
async function open() {
  const page = await visit()
  await page.goto(demo.chat)
  await page.waitForFunction(() => typeof globalThis.chatVitals?.session === 'function')
  await page.waitForTimeout(800)
  return page
}
async function picture(path, name, { width, height, colorScheme, tall } = {}) {
  const page = await visit(width, height, colorScheme)
  await page.goto(demo.backend + path)
  await page.waitForTimeout(1800)
  if (tall) await page.setViewportSize({ width: width ?? 1280, height: tall })
  await page.screenshot({ path: to(name) })
  await page.context().close()
}

try {
  mkdirSync(to(''), { recursive: true })
  // A session with all that can happen to a user.
  const page = await open()
  await say(page, 'How do I return my grinder? /delay 900')
  await thumb(page, 'Good answer')
  await page.getByRole('button', { name: 'Copy', exact: true }).last().click()
  await say(page, 'Compare your machines /stall 3200 /pace 45')
  await say(page, 'Compare your machines, please /delay 2600 /pace 30')
  await thumb(page, 'Bad answer')
  await say(page, 'Where is my order? /tool 900')
  await say(page, 'How do I descale the machine? /long /pace 60', { stopAfter: 3500 })
  await say(page, '怎么退货？ /zh')
  await say(page, 'Show me the orders API /error')
  await page.getByRole('button', { name: 'Talk to a human' }).click()
  const session = await page.evaluate(() => globalThis.chatVitals.session().id)
  await page.waitForTimeout(4000)
  await page.context().close()

  // A second, shorter one; its chat is the picture, and its tab is closed while an answer runs.
  const second = await open()
  await say(second, 'How do I return my grinder?')
  await thumb(second, 'Good answer')
  await say(second, 'Compare your machines')
  await second.screenshot({ path: to('chat.png') })
  await second.locator('#prompt').click()
  await second.keyboard.type('And how do I clean it? /long /pace 60')
  await second.keyboard.press('Enter')
  await second.waitForTimeout(2500)
  await second.close({ runBeforeUnload: false })
  await new Promise((resolve) => setTimeout(resolve, 3000))

  await picture(`/sessions/${session}`, 'session.png', { tall: 1400 })
  await picture(`/sessions/${session}`, 'session-dark.png', { colorScheme: 'dark', tall: 1400 })
  await picture(`/sessions/${session}`, 'narrow.png', { width: 390, tall: 1200 })
  await picture('/overview', 'overview.png', { tall: 1810 })
  await picture('/overview', 'overview-dark.png', { colorScheme: 'dark', tall: 1810 })
  await picture('/overview', 'overview-narrow.png', { width: 390, tall: 2400 })
  await picture('/sessions', 'sessions.png', {})
  console.log('pictures are in demo/screenshots')
} finally {
  await browser.close()
  await demo.close()
  rmSync(folder, { recursive: true, force: true })
}
