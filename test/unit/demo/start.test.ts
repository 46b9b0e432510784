// @vitest-environment node
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startChat } from '../../../demo/chat/server.mjs'
import { scriptedModel } from '../../../demo/model/scripted.mjs'
import { hear } from './support.ts'

const ROOT = new URL('../../../', import.meta.url).pathname

const listen = (host = '127.0.0.1') =>
  new Promise<Server>((ready) => {
    const server = createServer().listen(0, host, () => ready(server))
  })
const portOf = (server: Server) => (server.address() as AddressInfo).port
const freePort = async () => {
  const server = await listen()
  const port = portOf(server)
  await new Promise((closed) => server.close(closed))
  return port
}
const answers = (port: number) =>
  new Promise<boolean>((done) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => (socket.destroy(), done(true)))
    socket.once('error', () => done(false))
  })

/** Runs a command in the project and hands back how it ended; `seen` is called with all output so far. */
function run(args: string[], env: Record<string, string>, seen: (text: string, kill: () => void) => void = () => {}) {
  return new Promise<{ code: number | null; text: string; ms: number }>((done) => {
    let text = ''
    let killedAt = 0
    const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env } })
    const kill = () => {
      if (!killedAt) child.kill('SIGTERM')
      killedAt ||= performance.now()
    }
    const read = (bytes: Uint8Array) => {
      text += String(bytes)
      seen(text, kill)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => done({ code, text, ms: performance.now() - killedAt }))
  })
}

test('a taken port is named with its variable, and nothing is left running', async () => {
  const busy = await listen()
  const free = await freePort()
  for (const [name, other] of [
    ['PORT_CHAT', 'PORT_OTLP'],
    ['PORT_OTLP', 'PORT_CHAT'],
  ] as const) {
    const { code, text } = await run(['demo/start.mjs', '--no-build'], {
      [name]: String(portOf(busy)),
      [other]: String(free),
    })
    expect(code).toBe(1)
    expect(text).toContain(`Port ${portOf(busy)} is taken.`)
    expect(text).toContain(`${name}=`)
    expect(text).not.toContain('    at ')
    expect(await answers(free)).toBe(false)
  }
  busy.close()
}, 30_000)

test('ports that cannot be are refused in a sentence', async () => {
  expect((await run(['demo/start.mjs'], { PORT_CHAT: 'abc' })).text).toContain('PORT_CHAT is not a port: abc')
  const same = await run(['demo/start.mjs'], { PORT_CHAT: '45999', PORT_OTLP: '45999' })
  expect([same.code, same.text]).toEqual([1, expect.stringContaining('PORT_CHAT and PORT_OTLP are both 45999')])
}, 30_000)

test('an old Node is told so', async () => {
  const old = `Object.defineProperty(process.versions, 'node', { value: '18.20.0' }); import('./demo/start.mjs')`
  const { code, text } = await run(['-e', old], {})
  expect([code, text.trim()]).toEqual([1, 'chat-vitals needs Node 20 or newer. This is Node 18.20.0.'])
}, 30_000)

test.each([[[]], [['--otel']]])(
  'comes up with %j, says where to look, and is gone after a signal',
  async (more) => {
    const [chat, otlp] = [await freePort(), await freePort()]
    const folder = mkdtempSync(join(tmpdir(), 'chat-vitals-'))
    const env = { PORT_CHAT: String(chat), PORT_OTLP: String(otlp), DEMO_FILE: join(folder, 'demo.duckdb') }
    let page = Promise.resolve('')
    const { code, text } = await run(['demo/start.mjs', '--no-build', ...more], env, (seen, kill) => {
      if (!seen.includes('Ctrl-C ends it all')) return
      page = fetch(`http://localhost:${chat}/`).then((response) => response.text())
      void page.finally(kill)
    })
    expect(code).toBe(0)
    expect(text).toContain(`http://localhost:${chat}`)
    expect(text).toContain(`http://localhost:${otlp}/sessions`)
    expect(await page).toContain(`data-endpoint="http://localhost:${otlp}/v1/traces"`)
    expect(text.includes('an OpenTelemetry pipeline of the page')).toBe(more.length === 1)
    expect([await answers(chat), await answers(otlp)]).toEqual([false, false])
    rmSync(folder, { recursive: true })
  },
  60_000,
)

test('a closed chat leaves nothing that keeps its process alive', async () => {
  const script = `
    import { startChat } from './demo/chat/server.mjs'
    const chat = await startChat({ backend: 'http://127.0.0.1:9' })
    const ask = (text, signal) => fetch(chat.url + '/plain', { method: 'POST', body: JSON.stringify({ messages: [{ role: 'user', content: text }] }), signal })
    await (await ask('thanks /pace 0')).text()
    const open = await ask('hi /long /pace 1000')
    open.text().catch(() => {})
    await chat.close()
    console.log('closed')`
  const { code, text } = await run(['--input-type=module', '-e', script], {})
  expect([code, text.trim()]).toEqual([0, 'closed'])
}, 30_000)

test('the chat server hands out the page, the library and nothing else', async () => {
  const chat = await startChat({
    backend: 'http://localhost:14318',
    model: scriptedModel({ paceMs: 0, delayMs: 0 }),
    modelUrl: 'http://localhost:15174',
    dist: `${ROOT}test/unit/demo`,
  })
  try {
    const page = await fetch(chat.url)
    const html = await page.text()
    expect(html).toContain('src="/chat-vitals.global.js"')
    expect(html).toContain('data-endpoint="http://localhost:14318/v1/traces"')
    expect(html).toContain('data-propagate-to="http://localhost:15174"')
    expect(html).not.toContain('{{')
    expect(page.headers.get('content-security-policy')).toContain(
      "connect-src 'self' http://localhost:14318 http://localhost:15174",
    )
    // Whatever lies beside the first script is there too: the library's lazy parts.
    expect((await fetch(`${chat.url}/wire.test.ts`)).status).toBe(200)
    for (const path of ['/page/main.js', '/page/chat.css', '/vendor/marked.js', '/vendor/purify.js'])
      expect((await fetch(chat.url + path)).status).toBe(200)
    for (const path of ['/nothing.js', '/..%2f..%2f..%2fpackage.json', '/page/..%2fserver.mjs', '/%00', '/%'])
      expect((await fetch(chat.url + path)).status).toBe(404)
    expect((await fetch(chat.url, { method: 'POST' })).status).toBe(405)
    expect((await hear(chat.url, 'chat-completions', 'thanks')).outcome).toEqual({ finish: 'stop' })
  } finally {
    await chat.close()
  }
})

test("every knob is in the README, and the page's own words exist in both languages", async () => {
  const readme = readFileSync(`${ROOT}demo/README.md`, 'utf8')
  const knobs = 'delay pace stall reasoning tool error cut 429 500 length refuse empty long code zh en'.split(' ')
  for (const knob of knobs) expect(readme).toContain(`\`/${knob}`)
  const { readKnobs } = await import('../../../demo/model/knobs.mjs')
  for (const knob of knobs) expect(Object.keys(readKnobs(`/${knob}`).knobs)).toHaveLength(1)
  const used = ['index.html', 'main.js', 'message.js', 'markdown.js']
    .map((file) => readFileSync(`${ROOT}demo/chat/page/${file}`, 'utf8'))
    .join('')
  const keys = [...used.matchAll(/data-word(?:-label|-placeholder)?="(\w+)"|\bword\('(\w+)'|\btell\('(\w+)'/g)].map(
    (found) => found[1] ?? found[2] ?? found[3]!,
  )
  const words = readFileSync(`${ROOT}demo/chat/page/words.js`, 'utf8')
  for (const key of new Set(keys)) expect([key, words.split(`\n  ${key}: `).length - 1]).toEqual([key, 2])
})
