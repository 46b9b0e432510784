/**
 * A stage for one page of a test's own making: its HTML with the built library in it, what its server says by HTTP and
 * sockets, and what came out: records, spans, and which calls carried a `traceparent`. Knows no library internals.
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { Browser, BrowserContext, Page } from 'playwright'
import type { AnyRecord, TurnRecord } from '../../src/turn/record.ts'
import { PAGE_KIT } from './page-kit.ts'
import { acceptSocket } from './websocket.ts'
import type { ServerSocket } from './websocket.ts'

/** What a stream is made of: bytes, and what a page shows once it has them. */
export interface Piece {
  bytes: string
  /** Answer text this piece brings; `thought` is shown apart. */
  text?: string
  thought?: string
  /** Ms before it, where it is not the usual. */
  after?: number
}

export interface Call {
  method: string
  path: string
  query: URLSearchParams
  body: string
  headers: IncomingMessage['headers']
  response: ServerResponse
  json(value: unknown, status?: number): void
  /** Says bytes one after the other; `end` 'cut' breaks the connection, 'open' leaves it. */
  stream(
    pieces: (string | Uint8Array | Piece)[],
    options?: {
      type?: string
      ms?: number
      first?: number
      end?: 'close' | 'cut' | 'open'
      status?: number
      headers?: Record<string, string>
    },
  ): Promise<void>
  sockets: Set<ServerSocket>
}

export interface Play {
  /** In the body, before the script. @default a log and a composer */
  body?: string
  /** Runs after the kit of `page-kit.ts`. */
  script: string
  /** Of our script tag, as `data-…`. */
  attributes?: string
  /** Pages of other paths: `/other` → body and script. */
  http?: (call: Call) => unknown
  socket?: (data: string | Buffer, socket: ServerSocket, all: Set<ServerSocket>) => unknown
  /** A socket was opened. */
  opened?: (socket: ServerSocket) => unknown
}

export interface Stage {
  url: string
  page: Page
  context: BrowserContext
  /** Calls that carried a `traceparent`: method, path, the header. */
  traced: { call: string; traceparent: string }[]
  /** Every call of the page but for files and spans. */
  calls: { call: string; traceparent?: string; body: string }[]
  /** What the page or the library wrote to the console, page errors too. */
  lines: string[]
  spans(): Span[]
  turns(): Promise<TurnRecord[]>
  /** What the page's own witness saw of each answer, ms since the gesture before it. */
  seen(): Promise<Seen[]>
  close(): Promise<void>
}

export interface Seen {
  /** Missing when no text came. */
  ttft?: number
  /** Last growth. */
  last?: number
  chars: number
  /** Time of the gesture and of each frame that grew, on the page's clock. */
  gesture: number
  frames: [number, number][]
}

export interface Span {
  name: string
  traceId: string
  spanId: string
  links?: { traceId: string; spanId: string }[]
  attributes?: { key: string; value: Record<string, unknown> }[]
}

export { scriptOf } from './page-kit.ts'

const DIST = process.env.CHAT_VITALS_DIST ?? join(import.meta.dirname, '../../dist')
export const COMPOSER = '<textarea id="box" rows="2" cols="60" placeholder="Ask something"></textarea>'

const read = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const whole = Buffer.concat(parts)
  return String(request.headers['content-encoding'] == 'gzip' ? gunzipSync(whole) : whole)
}

const html = (
  play: Play,
  library: boolean,
) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>a page</title><link rel="icon" href="data:,">
<style>body{font:16px/1.5 sans-serif;margin:12px}#log{min-height:40px}pre{margin:0;white-space:pre-wrap}</style>
<script>window.records=[];window.chatVitals={q:[['onTurn',function(r){records.push(r)}]]}</script>
${library ? `<script async src="/chat-vitals.global.js" data-endpoint="/v1/traces" data-service="stage" ${play.attributes ?? ''}></script>` : ''}
</head><body>${play.body ?? `<main id="log"></main>${COMPOSER}`}
<script>${PAGE_KIT}
${play.script}</script></body></html>`

/** Opens the play in a context of its own, at an origin of its own. */
export async function openStage(browser: Browser, play: Play, options: { library?: boolean } = {}): Promise<Stage> {
  const traced: Stage['traced'] = []
  const calls: Stage['calls'] = []
  const lines: string[] = []
  const received: { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }[] = []
  const sockets = new Set<ServerSocket>()
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://x')
    const body = await read(request).catch(() => '')
    response.on('error', () => {})
    if (url.pathname == '/v1/traces') {
      received.push(JSON.parse(body))
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    }
    if (request.method == 'GET' && url.pathname == '/')
      return response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end(html(play, options.library ?? true))
    if (request.method == 'GET' && /^\/chat-vitals\.[\w.-]+\.js(\.map)?$/.test(url.pathname)) {
      const file = await readFile(join(DIST, url.pathname)).catch(() => undefined)
      return response.writeHead(file ? 200 : 404, { 'content-type': 'text/javascript' }).end(file)
    }
    const call = `${request.method} ${url.pathname}`
    const traceparent = request.headers.traceparent as string | undefined
    calls.push({ call, traceparent, body })
    if (traceparent) traced.push({ call, traceparent })
    await play.http?.({
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      body,
      headers: request.headers,
      response,
      sockets,
      json: (value, status = 200) =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value)),
      async stream(
        pieces,
        { type = 'text/event-stream', ms = 60, first = 200, end = 'close', status = 200, headers = {} } = {},
      ) {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...headers })
        response.flushHeaders()
        let wait = first
        for (const piece of pieces) {
          const own = typeof piece == 'object' && 'bytes' in piece ? piece : undefined
          await sleep(own?.after ?? wait)
          wait = ms
          if (response.destroyed) return
          response.write(own ? own.bytes : (piece as string | Uint8Array))
        }
        if (end == 'cut') setTimeout(() => response.destroy(), 20)
        else if (end == 'close') response.end()
      },
    })
    if (!response.headersSent && !response.writableEnded)
      setTimeout(() => response.headersSent || response.writeHead(404).end(), play.http ? 60_000 : 0).unref()
  })
  server.on('upgrade', (request, stream) => {
    const socket = acceptSocket(
      request,
      stream,
      (data, one) => void play.socket?.(data, one, sockets),
      (one) => sockets.delete(one),
    )
    sockets.add(socket)
    void play.opened?.(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const url = `http://localhost:${(server.address() as AddressInfo).port}/`
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 } })
  const page = await context.newPage()
  page.on('console', (message) => lines.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => lines.push(`uncaught: ${error.message}`))
  await page.goto(url)
  if (options.library ?? true)
    await page.waitForFunction(
      () => typeof (window as never as { chatVitals: { onTurn?: unknown } }).chatVitals?.onTurn == 'function',
    )
  return {
    url,
    page,
    context,
    traced,
    calls,
    lines,
    spans: () =>
      received.flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap((one) => one.scopeSpans.flatMap(({ spans }) => spans)),
      ),
    turns: () => page.evaluate(() => (window as never as { records: AnyRecord[] }).records as TurnRecord[]),
    seen: () =>
      page.evaluate(() =>
        (window as never as { observed: (Seen & { first?: number })[] }).observed.map(
          ({ first, last, chars, gesture, frames }) => ({
            ttft: first && first - gesture,
            last: last && last - gesture,
            chars,
            gesture,
            frames,
          }),
        ),
      ),
    async close() {
      await context.close()
      server.close()
      server.closeAllConnections()
      for (const socket of sockets) socket.drop()
    },
  }
}

/** A person before the page. */
export const person = (stage: Stage, box = '#box') => {
  const { page } = stage
  return {
    ...stage,
    wait: sleep,
    async write(text: string, into = box) {
      await page.locator(into).click()
      await page.keyboard.type(text)
    },
    async say(text: string, into = box) {
      await page.locator(into).click()
      await page.keyboard.type(text)
      await sleep(60)
      await page.keyboard.press('Enter')
    },
    press: (key: string) => page.keyboard.press(key),
    click: (selector: string) => page.locator(selector).click({ timeout: 5000 }),
    /** The tab goes to the back, or comes to the front again. */
    show: (shown: boolean) =>
      page.evaluate((shown) => {
        for (const [name, value] of [
          ['hidden', !shown],
          ['visibilityState', shown ? 'visible' : 'hidden'],
        ] as const)
          Object.defineProperty(document, name, { configurable: true, get: () => value })
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
      }, shown),
    /** Until `n` turns are told, and a moment more for one too many. */
    async told(n = 1, seconds = 20, more = 1500) {
      await page
        .waitForFunction((n) => (window as never as { records: unknown[] }).records.length >= n, n, {
          timeout: seconds * 1000,
        })
        .catch(() => {})
      await sleep(more)
    },
  }
}
export type Person = ReturnType<typeof person>
