/**
 * `npm run test:apps`: Gradio, Streamlit and Chainlit from PyPI, each in an environment of its own under `.cache/apps`,
 * started with a few lines and used in real Chromium by Enter alone; compared with a witness in the page. Skipped by name
 * where there is no Python.
 */
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright'
import { launchChromium } from '../support/browser.ts'
import { expectAnswer, seenBy, witnessOf } from '../support/witness.ts'
import { UI_BROWSER } from '../uis/drive.ts'
import { compare, emptyRow, report, table, total } from '../uis/compare.ts'
import type { Expected, Row } from '../uis/compare.ts'
import type { TurnRecord } from '../../src/turn/record.ts'

const ROOT = join(import.meta.dirname, '../..')
const CACHE = join(ROOT, '.cache/apps')
const DIST = process.env.CHAT_VITALS_DIST ?? join(ROOT, 'dist')

interface App {
  version: string
  command(bin: string, port: number): [string, string[]]
  /** How the driver finds its way; the library is told none of it. */
  box: string
  answer: string
  stop: string
}
const APPS: Record<string, App> = {
  gradio: {
    version: '6.31.0',
    command: (bin, port) => [`${bin}/python`, ['gradio_app.py', String(port)]],
    box: 'textarea[data-testid="textbox"]',
    answer: '[data-testid="bot"]',
    stop: 'button.stop-button',
  },
  streamlit: {
    version: '1.67.0',
    command: (bin, port) => [`${bin}/streamlit`, ['run', 'streamlit_app.py', '--server.port', String(port), '--server.address', '127.0.0.1', '--server.headless', 'true', '--browser.gatherUsageStats', 'false']],
    box: '[data-testid="stChatInputTextArea"]',
    answer: '[data-testid="stChatMessage"]:has([data-testid="stChatMessageAvatarAssistant"]) [data-testid="stChatMessageContent"]',
    stop: '[data-testid="stStatusWidget"] button',
  },
  chainlit: {
    version: '2.12.0',
    command: (bin, port) => [`${bin}/chainlit`, ['run', 'chainlit_app.py', '--headless', '--host', '127.0.0.1', '--port', String(port)]],
    box: '#chat-input',
    answer: '[data-step-type="assistant_message"] .message-content',
    stop: '#stop-button',
  },
}

const python = ['python3', 'python'].find((one) => spawnSync(one, ['-c', 'import venv, ensurepip, sys; sys.exit(sys.version_info < (3, 10))']).status === 0)
if (!python) console.log('skipped: Gradio, Streamlit and Chainlit, because no Python of 3.10 or later with venv was found')

/** @returns its folder of executables */
function install(name: string, { version }: App): string {
  const home = join(CACHE, name)
  const stamp = readdirSafe(join(home, 'lib')).flatMap((lib) => readdirSafe(join(home, 'lib', lib, 'site-packages'))).some((one) => one.toLowerCase() == `${name}-${version}.dist-info`)
  if (stamp) return join(home, 'bin')
  for (const [command, args] of [
    [python!, ['-m', 'venv', '--clear', home]],
    [`${home}/bin/python`, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', `${name}==${version}`]],
  ] as const) {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 800_000 })
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr.slice(-2000)}`)
  }
  return join(home, 'bin')
}
const readdirSafe = (path: string) => (existsSync(path) ? readdirSync(path) : [])

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

/** Started and answering. */
async function start(name: string, app: App) {
  const bin = install(name, app)
  const home = join(CACHE, `run-${name}`)
  mkdirSync(home, { recursive: true })
  for (const file of ['words.py', `${name}_app.py`]) copyFileSync(join(import.meta.dirname, file), join(home, file))
  const port = await freePort()
  const [command, args] = app.command(bin, port)
  let said = ''
  const child = spawn(command, args, {
    cwd: home,
    detached: true,
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, GRADIO_ANALYTICS_ENABLED: 'False', DO_NOT_TRACK: '1', PYTHONUNBUFFERED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said = (said + data).slice(-4000)))
  const url = `http://127.0.0.1:${port}/`
  const close = () => {
    try {
      process.kill(-child.pid!, 'SIGTERM')
    } catch {}
  }
  for (let i = 0; ; i++) {
    if (child.exitCode !== null || i > 240) {
      close()
      throw new Error(`${name} did not start: ${said}`)
    }
    if (await fetch(url).then(({ ok }) => ok, () => false)) return { url, close, said: () => said }
    await sleep(500)
  }
}

const rows: Record<string, Row> = {}
let browser: Browser
beforeAll(async () => {
  browser = await launchChromium(UI_BROWSER)
})
afterAll(async () => {
  await browser?.close()
  if (Object.keys(rows).length) report('apps', `${table(rows)}\n\n${Object.values(rows).flatMap(({ wrong }) => wrong).join('\n')}`)
})

/** The document gets our script tag; all else is the application's. */
async function include(page: Page, url: string): Promise<void> {
  const tag = `<script>window.records=[];window.chatVitals={q:[['onTurn',function(r){records.push(r)}]]}</script><script async src="/chat-vitals.global.js" data-endpoint="/v1/traces" data-service="apps"></script>`
  await page.route(url, async (route) => {
    if (route.request().resourceType() != 'document') return route.fallback()
    const response = await route.fetch()
    const html = await response.text()
    await route.fulfill({ response, body: html.replace(/<head[^>]*>/i, (head) => head + tag) })
  })
  await page.route(/\/chat-vitals\.[\w.-]+\.js$/, (route) => route.fulfill({ contentType: 'text/javascript', body: readFileSync(join(DIST, new URL(route.request().url()).pathname), 'utf8') }))
  await page.route(/\/v1\/traces$/, (route) => route.fulfill({ contentType: 'application/json', body: '{}' }))
}

async function drive(name: string, app: App): Promise<Row> {
  const row = emptyRow()
  const { url, close } = await start(name, app)
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 } })
  try {
    const page = await context.newPage()
    await include(page, url)
    page.on('console', (message) => message.text().includes('chat-vitals') && row.wrong.push(`${name}: on the console: ${message.text()}`))
    await page.goto(url)
    await page.locator(app.box).waitFor({ timeout: 60_000 })
    await witnessOf(page, app.answer)
    await sleep(2500)
    const expected: Expected[] = []
    let n = 0
    const ask = async (kind: string, step: string, outcome: string, ends: number) => {
      expected.push({ step, outcome })
      await page.locator(app.box).click()
      await page.keyboard.type(`Recipe ${++n} ${kind} please`)
      await sleep(100)
      await expectAnswer(page)
      await page.keyboard.press('Enter')
      await sleep(ends)
    }
    await ask('usual', 'the first send', 'completed', 7000)
    await ask('usual', 'the second send', 'completed', 7000)
    await ask('usual', 'the third send', 'completed', 7000)
    await ask('stall', 'a stall of 7 s', 'completed', 14_000)
    await ask('error', 'an exception', 'error', 7000)
    await ask('long', 'stop', 'stopped', 3000)
    await page.locator(app.stop).first().click({ timeout: 5000 }).catch(() => row.wrong.push(`${name}: the driver found no stop`))
    await sleep(4000)
    await ask('usual', 'after stop', 'completed', 8000)
    const turns = await page.evaluate(() => (window as never as { records: TurnRecord[] }).records)
    const origin = await page.evaluate(() => performance.timeOrigin)
    const seen = await seenBy(page)
    // An error's text stands where answers stand, and is none: what was seen before it counts.
    compare(row, name, expected, seen, turns, origin, { ttftWithin: 50, charsWithin: 0.02 })
    return row
  } finally {
    await context.close()
    close()
  }
}

describe.skipIf(!python)('applications from PyPI', () => {
  for (const [name, app] of Object.entries(APPS))
    test(name, { timeout: 900_000 }, async () => {
      rows[name] = await drive(name, app)
    })
  test('every send is a turn, and right', () => {
    const short = Object.entries({ outcome: 1, ttft: 1, chars: 1 } as const)
      .map(([name, bound]) => ({ name, bound, is: total(rows, name as 'ttft') }))
      .filter(({ bound, is }) => is < bound)
    expect(short).toEqual([])
  })
})
