/**
 * The package as users get it: packed, installed into an empty folder outside the repository, built there by what they
 * build with, and used in real Chromium. Leaves what the applications are to the tests.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { launchChromium } from '../support/browser.ts'
import { startCollector } from '../support/collector.ts'
import type { Collector } from '../support/collector.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** What applications are made with here, beside the versions that package.json pins. */
export const versions = { next: '16.4.6', vite: '8.4.0' }

/** Of the runner itself, and of what would phone home. */
const { NODE_ENV: _, VITEST: __, ...outside } = process.env
const env = { ...outside, NEXT_TELEMETRY_DISABLED: '1', CI: '1' }

/** Runs to its end; what it said when that was bad. */
export function run(command: string, args: string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26 })
  if (status === 0) return stdout
  throw new Error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}\n${stdout}\n${stderr}`)
}

export interface Folder {
  path: string
  /** `node_modules/chat-vitals` in it. */
  packed: string
  remove(): Promise<void>
}

/**
 * An empty folder with these files, and the packed library installed in it beside these dependencies, exactly.
 * Built files must be there: `npm run test:packed` makes them.
 */
export async function install(files: Record<string, string>, dependencies: Record<string, string>): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'chat-vitals-packed-'))
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', path], root),
  ) as [{ filename: string }]
  const manifest = {
    private: true,
    type: 'module',
    dependencies: { 'chat-vitals': `file:${filename}`, ...dependencies },
  }
  for (const [name, text] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files })) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), text)
  }
  try {
    run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], path)
  } catch (error) {
    await rm(path, { recursive: true, force: true })
    throw new Error(
      'These tests install packages: they need the registry that npm is configured with, and a network.',
      {
        cause: error,
      },
    )
  }
  return {
    path,
    packed: join(path, 'node_modules/chat-vitals'),
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  }
}

/** The versions that this package names for its own tests. */
export async function pinned(...names: string[]): Promise<Record<string, string>> {
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  return Object.fromEntries(names.map((name) => [name, devDependencies[name] as string]))
}

export interface World {
  collector: Collector
  /** Where the model is; another origin than the application's. */
  model: string
  /** Headers of the model's calls. */
  calls: IncomingHttpHeaders[]
  close(): Promise<void>
}

/** A collector, and a model that streams one answer. */
export async function startWorld(): Promise<World> {
  const collector = await startCollector()
  const calls: IncomingHttpHeaders[] = []
  const server = createServer(async (request, response) => {
    const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'content-type, traceparent' }
    if (request.method !== 'POST') return response.writeHead(204, cors).end()
    calls.push(request.headers)
    response.writeHead(200, { ...cors, 'content-type': 'text/event-stream' })
    const send = (delta: object, finish: string | null = null) =>
      response.write(
        `data: ${JSON.stringify({ id: 'c-1', model: 'm-1', choices: [{ delta, finish_reason: finish }] })}\n\n`,
      )
    send({ role: 'assistant', content: '' })
    for (const content of ['Once ', 'upon ', 'a ', 'time.']) {
      send({ content })
      await sleep(50)
    }
    send({}, 'stop')
    return response.end('data: [DONE]\n\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    collector,
    model: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async close() {
      server.close()
      server.closeAllConnections()
      await collector.close()
    },
  }
}

/** Files of a folder, as any web server gives them. */
export async function serve(folder: string): Promise<{ url: string; close(): Promise<void> }> {
  const types: Record<string, string> = { html: 'text/html', js: 'text/javascript' }
  const server = createServer(async (request, response) => {
    const name = request.url!.replace(/[?#].*/, '').replace(/\/$/, '/index.html')
    const file = await readFile(join(folder, name)).catch(() => undefined)
    response.writeHead(file ? 200 : 404, { 'content-type': types[name.split('.').pop()!] ?? 'text/plain' }).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** A server of the application's own, by the command that users would give; `port` of its arguments is a free one. */
export async function start(
  folder: Folder,
  args: (port: string) => string[],
): Promise<{ url: string; close(): Promise<void> }> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  const url = `http://127.0.0.1:${port}`
  // By node: what npx starts would outlive it.
  const child = spawn(process.execPath, args(String(port)), { cwd: folder.path, env, stdio: 'pipe' })
  let said = ''
  child.stdout.on('data', (text) => (said += text))
  child.stderr.on('data', (text) => (said += text))
  const gone = once(child, 'exit')
  for (let i = 0; ; i++) {
    if (child.exitCode !== null || i > 600) throw new Error(`no server at ${url}\n${said}`)
    if (await fetch(url).then(({ ok }) => ok, () => false)) break // prettier-ignore
    await sleep(100)
  }
  return {
    url,
    async close() {
      child.kill()
      await gone
    },
  }
}

/**
 * Sends one prompt and rates the answer, as a user does, and holds what the collector got to what was to be seen.
 * The page has `#prompt`, `.assistant`, and `#up`.
 */
export async function tellsOneTurn(url: string, { collector, calls }: World, service: string): Promise<void> {
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => {
      if (/error|warning/.test(message.type())) problems.push(message.text())
    })
    await page.goto(url, { waitUntil: 'networkidle' })
    await page.locator('#prompt').click()
    await page.keyboard.type('tell me a story')
    await page.keyboard.press('Enter')
    await page.getByText('Once upon a time.').waitFor()
    await collector.until(({ spans }) => spans.some(({ name }) => name === 'chat.turn'), 60_000)
    await page.locator('#up').click()
    await collector.until(({ spans }) => spans.some(({ name }) => name === 'chat.feedback'), 60_000)

    const [turn, ...more] = collector.unique('chat.turn')
    expect(more).toEqual([])
    expect(turn!.resource['service.name']).toBe(service)
    expect(turn!.attributes).toMatchObject({
      'chat_vitals.turn.outcome': 'completed',
      'chat_vitals.turn.trigger': 'submit',
      'chat_vitals.render.chars': 'Onceuponatime.'.length,
      'chat_vitals.time_to.first_text': expect.any(Number),
    })
    // Its request continued in the backend's trace, and the thumb is about it.
    const [post] = collector.unique('POST')
    expect(post).toMatchObject({ traceId: turn!.traceId, parentSpanId: turn!.spanId })
    expect(calls.map((headers) => headers.traceparent)).toEqual([`00-${turn!.traceId}-${post!.spanId}-01`])
    const [feedback] = collector.unique('chat.feedback')
    expect(feedback!.links).toEqual([expect.objectContaining({ traceId: turn!.traceId, spanId: turn!.spanId })])
    expect(problems).toEqual([])
  } finally {
    await browser.close()
  }
}

/** The chat of the applications that use no framework, as a module or a classic script; `feedback` is in reach. */
export const plainChat = (model: string): string => `
  const prompt = document.querySelector('#prompt')
  prompt.addEventListener('keydown', async (event) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    const content = prompt.value
    prompt.value = ''
    const add = (name, text) => {
      const message = document.createElement('div')
      message.className = name
      message.textContent = text
      document.querySelector('#log').append(message)
      return message
    }
    add('user', content)
    const answer = add('assistant', '')
    const response = await fetch('${model}/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream: true, messages: [{ role: 'user', content }] }),
    })
    let rest = ''
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\\n')
      rest = lines.pop()
      for (const line of lines)
        if (line.startsWith('data: {')) answer.append(JSON.parse(line.slice(6)).choices[0].delta.content ?? '')
    }
  })
  document.querySelector('#up').onclick = () => feedback('up')`

export const plainBody = `<main id="log"></main><textarea id="prompt"></textarea><button id="up">Good answer</button>`
