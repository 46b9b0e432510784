/**
 * Serves the test pages, the library's built files beside them, and recorded provider streams over real HTTP at the
 * pace and in the pieces a test asks for; keeps a log of when each line left. Leaves what a recording means to
 * `recorded-streams.ts`.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, resolve } from 'node:path'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { apiOf, frame, streamsDir, trailer, truthOf } from './recorded-streams.ts'
import type { Api, Excerpt, Truth } from './recorded-streams.ts'

export { streamFiles, streamsDir, truthOf } from './recorded-streams.ts'
export type { Truth } from './recorded-streams.ts'

/**
 * How the body is cut into writes. `line`: one event each. `split-utf8`: each event cut inside its first multi-byte
 * character, else in its middle. `byte`: a write per byte for the first 400 of each event. `random:SEED`: pieces of 1 to 200 bytes. `whole`: one write.
 */
export type Chunking = 'line' | 'byte' | 'split-utf8' | 'whole' | `random:${number}`

/** What a page's query (or `name:value` words in the prompt, which win) may ask for. */
export interface Replay extends Excerpt {
  /** Name of a recording. */
  stream: string
  /** Ms between events, or between pieces for `random`. Default 0. */
  every?: number
  chunk?: Chunking
  /** Ms before the headers. */
  delay?: number
  /** Ms between the headers and the first byte. */
  wait?: number
  /** Ms before the first line with answer text. */
  hold?: number
  /** Destroys the socket once so many lines went out. */
  cut?: number
  /** Answers with this error status instead. */
  status?: number
}

/** One call the server answered. Times: epoch ms with fraction, of this process. */
export interface ReplayCall {
  replay: Replay
  path: string
  /** Of the request: the page's own, passed on. */
  query: URLSearchParams
  traceparent?: string
  requestAt: number
  headersAt?: number
  /** When the last byte of the first line with reasoning, tool call or answer was handed to the socket. */
  firstModelAt?: number
  firstReasoningAt?: number
  firstAnswerAt?: number
  lastAnswerAt?: number
  endAt?: number
  bytes: number
  /** Answer text of the lines written. */
  answer: string
  /** The client went away before the end. */
  aborted: boolean
}

export interface ReplayServer {
  url: string
  calls: ReplayCall[]
  /** Address of a page: `pageUrl('plain', { stream: 'gemini-text' })`. */
  pageUrl(ui: string, replay: Replay, page?: PageOptions): string
  close(): Promise<void>
}

export interface PageOptions {
  /** Leaves the library's script tag out. */
  library?: boolean
  /** `data-service` of the script tag, by which a test finds its own records. Default `ui-` and the page's name. */
  service?: string
  /** Further query for the page itself, such as `read`. */
  query?: Record<string, string>
}

export interface ReplayOptions {
  /** The library's built files. Default `dist`; the pages work without. */
  dist?: string
  /** Folder that holds `streams/`. Default `CHAT_VITALS_DATA`, else `shared/data` beside the repository. */
  dataDir?: string
  /** The bundles of the test pages, from `buildUis()`. */
  uis?: string
  /** `data-endpoint` of the script tag. */
  collectorUrl?: string
  /** Further attributes of the script tag, such as `data-debug`. */
  scriptAttributes?: Record<string, string>
}

const ROOT = resolve(import.meta.dirname, '../..')
const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.css': 'text/css; charset=utf-8',
}
const ROUTES: [RegExp, Api][] = [
  [/\/chat\/completions$/, 'chat'],
  [/\/responses$/, 'responses'],
  [/\/messages$/, 'messages'],
  [/:streamGenerateContent$/, 'gemini'],
]
const NUMBERS = ['lines', 'from', 'every', 'delay', 'wait', 'hold', 'cut', 'status'] as const

const now = () => performance.timeOrigin + performance.now()

export async function startReplay(options: ReplayOptions = {}): Promise<ReplayServer> {
  const dist = options.dist ?? join(ROOT, 'dist')
  const uis = options.uis ?? join(ROOT, '.cache/test-uis')
  const streams = options.dataDir ? join(options.dataDir, 'streams') : streamsDir()
  const calls: ReplayCall[] = []

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else json(response, 500, { error: { type: 'server_error', message: String(error) } })
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://replay')
    const api = request.method === 'POST' && ROUTES.find(([route]) => route.test(url.pathname))?.[1]
    if (api) return replay(api, url, request, response)
    if (request.method !== 'GET') return json(response, 405, { error: 'GET a page or POST a prompt' })
    if (/^\/[a-z-]+$/.test(url.pathname)) return page(url, response)
    // The library is found at the root, as a site would serve it, its lazy parts beside it.
    const path = normalize(url.pathname)
    const file = path.startsWith('/uis/') ? join(uis, path.slice(5)) : join(dist, path.replace(/^\/dist\//, '/'))
    const body = await readFile(file).catch(() => undefined)
    if (!body) return json(response, 404, { error: `no ${path}` })
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(body)
  }

  function page(url: URL, response: ServerResponse): void {
    const ui = url.pathname.slice(1)
    const script = Object.entries({
      src: '/chat-vitals.global.js',
      'data-endpoint': options.collectorUrl ?? '/v1/traces',
      'data-service': url.searchParams.get('service') ?? `ui-${ui}`,
      ...options.scriptAttributes,
    })
    const tag = `<script async ${script.map(([name, value]) => `${name}="${inHtml(value)}"`).join(' ')}></script>`
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${inHtml(ui)}</title>
<link rel="icon" href="data:,">
${url.searchParams.get('library') === 'off' ? '' : tag}
</head>
<body><div id="root"></div><script type="module" src="/uis/${inHtml(ui)}.js"></script></body>
</html>`)
  }

  async function replay(api: Api, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestAt = now()
    const asked = readReplay(url.searchParams, lastPrompt(await bodyOf(request)))
    const call: ReplayCall = {
      replay: asked,
      path: url.pathname,
      query: url.searchParams,
      requestAt,
      bytes: 0,
      answer: '',
      aborted: false,
    }
    const { traceparent } = request.headers
    if (typeof traceparent === 'string') call.traceparent = traceparent
    calls.push(call)
    const gone = new AbortController()
    response.on('close', () => {
      if (response.writableFinished) return
      call.aborted = !gone.signal.aborted
      gone.abort()
    })
    if (asked.status)
      return json(response, asked.status, { error: { type: 'rate_limit_exceeded', message: 'as the test asked' } })
    if (!streams || apiOf(asked.stream) !== api)
      return json(response, 404, { error: { type: 'not_found', message: `no stream ${asked.stream} for ${api}` } })
    const truth = truthOf(asked.stream, { ...asked, dir: streams })
    const pause = async (ms = 0): Promise<void> => {
      if (ms > 0) await sleep(ms, undefined, { signal: gone.signal })
    }
    try {
      await pause(asked.delay)
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
      response.flushHeaders()
      call.headersAt = now()
      await pause(asked.wait)
      await send(truth, asked, call, response, gone, pause)
    } catch (error) {
      // The client left, or the test wanted the cut: both are in the log.
      if (!gone.signal.aborted) throw error
    }
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    calls,
    pageUrl(ui, asked, { library = true, service, query = {} } = {}) {
      const search = new URLSearchParams(query)
      if (service) search.set('service', service)
      for (const [name, value] of Object.entries(asked)) if (value !== undefined) search.set(name, String(value))
      if (!library) search.set('library', 'off')
      return `${url}/${ui}?${search}`
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

/** Sends the lines in the asked pieces, noting when the last byte of each line of interest was handed to the socket. */
async function send(
  truth: Truth,
  asked: Replay,
  call: ReplayCall,
  response: ServerResponse,
  gone: AbortController,
  pause: (ms?: number) => Promise<void>,
): Promise<void> {
  const { api, lines } = truth
  const every = asked.every ?? 0
  const chunk = asked.chunk ?? 'line'
  // Before the write: on a busy machine the page can have read it when the call comes back.
  let handed = 0
  const write = async (bytes: Buffer): Promise<void> => {
    gone.signal.throwIfAborted()
    handed = now()
    call.bytes += bytes.length
    if (!response.write(bytes)) await new Promise((drained) => response.once('drain', drained).once('close', drained))
  }
  const sent = (index: number): void => {
    const line = lines[index]
    if (!line) return
    const at = handed
    if (index === truth.firstModelLine) call.firstModelAt = at
    if (index === truth.firstReasoningLine) call.firstReasoningAt = at
    if (index === truth.firstAnswerLine) call.firstAnswerAt = at
    if (line.answer) call.lastAnswerAt = at
    call.answer += line.answer
  }
  const frames = lines.map((line) => Buffer.from(frame(api, line.json)))
  const end = Buffer.from(trailer(api))

  if (chunk === 'whole' || chunk.startsWith('random:')) {
    const all = Buffer.concat([...frames, end])
    const size = chunk === 'whole' ? () => all.length : pieces(Number(chunk.slice(7)))
    let line = 0
    let lineEnd = frames[0]?.length ?? 0
    const hold = frames.slice(0, truth.firstAnswerLine ?? 0).reduce((sum, bytes) => sum + bytes.length, 0)
    for (let at = 0; at < all.length;) {
      if (line >= (asked.cut ?? Infinity)) return cut(response, gone)
      let next = Math.min(all.length, at + size())
      // A held answer begins a piece of its own: else its first bytes would be out before the hold.
      if (asked.hold && at < hold && next > hold) next = hold
      if (asked.hold && at === hold) await pause(asked.hold)
      await write(all.subarray(at, next))
      at = next
      for (; line < frames.length && lineEnd <= at; lineEnd += frames[line]?.length ?? 0) sent(line++)
      await (every ? pause(every) : turn())
    }
  } else {
    for (const [index, bytes] of frames.entries()) {
      if (index === asked.cut) return cut(response, gone)
      if (index === truth.firstAnswerLine) await pause(asked.hold)
      if (chunk === 'byte')
        for (let at = 0; at < bytes.length;) {
          // Encrypted reasoning runs to tens of kilobytes: there single bytes would only cost time.
          const next = at < 400 ? at + 1 : bytes.length
          await write(bytes.subarray(at, next))
          await turn()
          at = next
        }
      else if (chunk === 'split-utf8') {
        const wide = bytes.findIndex((byte) => byte >= 0xc0)
        const middle = wide < 0 ? bytes.length >> 1 : wide + 1
        await write(bytes.subarray(0, middle))
        // Long enough that the two halves do not meet in one read.
        await pause(Math.max(1, every / 2))
        await write(bytes.subarray(middle))
      } else await write(bytes)
      sent(index)
      await (every ? pause(every) : turn())
    }
    if (end.length) await write(end)
  }
  call.endAt = now()
  response.end()
}

function cut(response: ServerResponse, gone: AbortController): void {
  gone.abort()
  response.destroy()
}

/** Sizes of 1 to 200 bytes, the same for the same seed (mulberry32). */
function pieces(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return 1 + (((mixed ^ (mixed >>> 14)) >>> 0) % 200)
  }
}

/** The page's query, over which `stream:gemini-text every:5` in the prompt wins. */
function readReplay(query: URLSearchParams, prompt: string): Replay {
  const words = Object.fromEntries([...prompt.matchAll(/\b([a-z]+):(\S+)/g)].map(([, name, value]) => [name, value]))
  const read = (name: string): string | undefined => words[name] ?? query.get(name) ?? undefined
  const replay: Replay = { stream: read('stream') ?? '' }
  const chunk = read('chunk')
  if (chunk) replay.chunk = chunk as Chunking
  for (const name of NUMBERS) {
    const value = Number(read(name) ?? NaN)
    if (Number.isFinite(value)) replay[name] = value
  }
  return replay
}

/** The last user text of a request body of any of the formats. */
function lastPrompt(body: string): string {
  try {
    const { messages, input, contents } = JSON.parse(body)
    const last = (messages ?? input ?? contents)?.at(-1)
    const content = last?.content ?? last?.parts ?? last?.text ?? ''
    return typeof content === 'string' ? content : content.map((part: { text?: string }) => part.text ?? '').join('')
  } catch {
    return ''
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const inHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign)
