/** The viewer from the tarball, in an empty folder: with DuckDB beside it, it shows the first turn of a page that has nothing but the printed tag. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../support/browser.ts'
import { install, pinned, plainBody, plainChat, serve, startWorld } from './kit.ts'
import type { Folder, World } from './kit.ts'

let world: World
let folder: Folder
let bare: Folder
beforeAll(async () => {
  world = await startWorld()
  bare = await install({}, {})
  folder = await install({}, await pinned('@duckdb/node-api'))
})
afterAll(async () => {
  await bare?.remove()
  await folder?.remove()
  await world?.close()
})

test('without DuckDB one line says how to add it', () => {
  const { status, stderr } = spawnSync('node_modules/.bin/chat-vitals', ['--port', '0'], {
    cwd: bare.path,
    // A DuckDB in a folder above would be found, and the viewer would run.
    timeout: 20_000,
    encoding: 'utf8',
  })
  expect(status).toBe(1)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toContain('npx -p chat-vitals -p @duckdb/node-api chat-vitals')
})

test('beyond this machine it asks for a token, and says why', () => {
  const { status, stderr } = spawnSync('node_modules/.bin/chat-vitals', ['--host', '0.0.0.0'], {
    cwd: folder.path,
    encoding: 'utf8',
  })
  expect(status).toBe(1)
  expect(stderr).toMatch(/whoever reaches it could read.*\n.*--token/)
})

test('a page of another port with nothing but the printed tag: its first turn is on the page within 5 s of its end', async () => {
  const viewer = spawn('node_modules/.bin/chat-vitals', ['--port', '0', '--db', 'turns.duckdb'], { cwd: folder.path })
  const gone = once(viewer, 'exit')
  const said: string[] = []
  const lines = createInterface(viewer.stdout)
  lines.on('line', (line) => said.push(line))
  const browser = await launchChromium()
  let page: Awaited<ReturnType<typeof serve>> | undefined
  try {
    while (!said.some((line) => line.includes('Ctrl-C'))) await once(lines, 'line')
    const all = said.join('\n')
    const tag = /<script async[\s\S]*?<\/script>/.exec(all)![0]
    const url = /http:\/\/localhost:\d+/.exec(tag)![0]
    await writeFile(
      `${folder.path}/index.html`,
      `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>chat</title>${tag}<body>${plainBody}<script>const feedback = (...all) => chatVitals.feedback(...all);${plainChat(world.model)}</script></body>`,
    )
    page = await serve(folder.path)
    const context = await browser.newContext()
    const viewed = await context.newPage()
    await viewed.goto(`${url}/sessions`)
    await viewed.getByText('Waiting for the first turn').waitFor()
    const chat = await context.newPage()
    await chat.goto(`${page.url}/`)
    await chat.waitForFunction(() => typeof (globalThis as any).chatVitals?.session === 'function')
    await chat.locator('#prompt').click()
    await chat.keyboard.type('Tell me a story, please')
    await chat.keyboard.press('Enter')
    await chat.getByText('Once upon a time.').waitFor()
    const ended = performance.now()
    await viewed.bringToFront()
    await viewed.locator('a.row').waitFor({ timeout: 10_000 })
    expect(performance.now() - ended).toBeLessThan(5000)
    await viewed.locator('a.row').click()
    await viewed.locator('.turn-line').waitFor()
    expect(said.some((line) => line.includes('The first turn has arrived'))).toBe(true)
  } finally {
    await browser.close()
    await page?.close()
    viewer.kill('SIGINT')
    await gone
  }
})
