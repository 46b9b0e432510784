// The embedded OpenTelemetry backend: OTLP/HTTP in, sessions as pages and JSON out. Only what HTTP needs is here.
import { createHash, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname } from 'node:path'
import { gunzip, inflate } from 'node:zlib'
import { OtlpError, readTraces } from './otlp.mjs'
import { openQueries } from './queries.mjs'
import { openStore } from './store.mjs'

const MAX_BODY = 16 * 1024 * 1024
/** Chunks of a body that is too large are still read up to here, so that the sender gets to see the 413. */
const MAX_DRAIN = 4 * MAX_BODY
/** Bodies being read or stored at once; beyond it a sender is asked to come again. */
const MAX_PENDING = 64 * 1024 * 1024
const RETAIN_EVERY = 3_600_000
const PAGES = new URL('./pages/', import.meta.url)
const VENDOR = [
  new URL('../../node_modules/htm/preact/standalone.module.js', import.meta.url),
  new URL('./pages/htm.mjs', import.meta.url),
]
const LIBRARY = [new URL('../../dist/', import.meta.url), new URL('../', import.meta.url)]
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}
const ROUTES = /^\/(sessions(\/[^/]+)?|overview|compare)?$/
const LOCAL_ORIGIN = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

/**
 * @param {object} [options]
 * @param {number} [options.port] 0 takes a free one
 * @param {string} [options.file] may be `:memory:`
 * @param {string} [options.host] without it: both loopback addresses. With another one a token is asked for
 * @param {string} [options.token]
 * @param {string} [options.chat] where the empty page sends people; without it: the tag to paste
 * @param {number} [options.retainMs] what is older is removed, hourly
 * @param {string[]} [options.links] `Name=https://…/{trace_id}`: the same trace elsewhere
 * @param {(turns: number) => void} [options.onTurn] called with the first turns that come
 * @returns {Promise<{ url: string, store: import('./store.mjs').Store, close: () => Promise<void> }>} rejects with a clear message when the port or file is taken
 */
export async function startBackend({
  port = 4318,
  file = '.demo/backend.duckdb',
  host,
  token,
  chat,
  retainMs,
  links = [],
  onTurn,
} = {}) {
  const store = await openStore(file)
  const queries = await openQueries(store)
  let pending = 0
  const config = {
    chat,
    links: links.map((link) => ({ name: link.slice(0, link.indexOf('=')), url: link.slice(link.indexOf('=') + 1) })),
  }
  const handle = (request, response) =>
    answer(request, response).catch((error) => {
      // A sender that hung up needs no answer.
      if (response.headersSent || response.destroyed) return response.destroy()
      const known = error instanceof OtlpError
      if (!known && !closing) console.error(`${request.method} ${request.url}:`, error)
      const retry = known ? {} : { 'Retry-After': '2' }
      status(response, known ? error.status : 503, known ? error.message : 'the store could not answer', retry)
    })

  async function answer(request, response) {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const path = url.pathname
    cors(request, response)
    if (request.method === 'OPTIONS') return response.writeHead(204).end()
    // A name that some other site points to this machine must not read what is here.
    if (!token && !LOCAL_HOST.test(request.headers.host ?? ''))
      return status(response, 403, 'Only by a name of this machine')
    if (token && !allowed(request, url, response))
      return status(response, 401, 'A token is needed: Authorization: Bearer …, or ?token=… in the address')
    if (path === '/v1/traces') return traces(request, response)
    if (request.method !== 'GET' && request.method !== 'HEAD') return status(response, 405, 'Only GET is answered here')
    if (path.startsWith('/api/')) return api(path, url.searchParams, response)
    return page(path, response)
  }

  function allowed(request, url, response) {
    const cookie = /(?:^|;\s*)chat-vitals-token=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
    const given = [
      /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1],
      url.searchParams.get('token'),
      cookie && decode(cookie),
    ]
    const digest = (text) => createHash('sha256').update(text).digest()
    const good = given.some((it) => it && timingSafeEqual(digest(it), digest(token)))
    if (good && url.searchParams.has('token'))
      response.setHeader(
        'Set-Cookie',
        `chat-vitals-token=${encodeURIComponent(token)}; HttpOnly; SameSite=Strict; Path=/`,
      )
    return good
  }

  async function traces(request, response) {
    if (request.method !== 'POST') return status(response, 405, 'Send traces with POST', { Allow: 'POST, OPTIONS' })
    const type = (request.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase()
    const proto = type === 'application/x-protobuf'
    if (!proto && type !== 'application/json')
      return status(
        response,
        415,
        `Content-Type must be application/json or application/x-protobuf, not ${type || 'missing'}`,
      )
    const size = Number(request.headers['content-length']) || 0
    if (closing || store.full() || pending + size > MAX_PENDING) {
      request.resume()
      return status(response, 503, closing ? 'going away' : 'the writer is busy', {
        'Retry-After': '1',
        ...(closing && { Connection: 'close' }),
      })
    }
    pending += size
    try {
      const bytes = await body(request)
      const given = proto ? (await import('./protobuf.mjs')).decodeTraces(bytes) : text(bytes)
      const { rows, rejected, reasons } = readTraces(given, Date.now())
      const before = store.counts().turns
      await store.write(rows)
      if (onTurn && store.counts().turns > before) onTurn(store.counts().turns)
      const partialSuccess = rejected ? { rejectedSpans: String(rejected), errorMessage: reasons.join('; ') } : {}
      if (!proto) return json(response, 200, { partialSuccess })
      response.writeHead(200, { 'Content-Type': type })
      response.end((await import('./protobuf.mjs')).encodeAnswer(partialSuccess))
    } finally {
      pending -= size
    }
  }

  async function api(path, params, response) {
    const { attr: _, token: __, ...plain } = Object.fromEntries(params)
    // attr=prompt.version:7, as often as wanted.
    const attributes = Object.fromEntries(
      params
        .getAll('attr')
        .map((item) => [item.slice(0, item.lastIndexOf(':')), item.slice(item.lastIndexOf(':') + 1)]),
    )
    const filter = { ...plain, attributes }
    if (path === '/api/health') return json(response, 200, { ...queries.health(), ...config })
    if (path === '/api/sessions') return json(response, 200, await queries.sessions(filter))
    if (path === '/api/overview') return json(response, 200, await queries.overview(filter))
    if (path === '/api/compare') return json(response, 200, await queries.compare(filter))
    if (path === '/api/turns.csv') {
      response.writeHead(200, {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': 'attachment; filename="turns.csv"',
      })
      return response.end(await queries.csv(filter))
    }
    const id = /^\/api\/sessions\/([^/]+)$/.exec(path)?.[1]
    const session = id && (await queries.session(decode(id)))
    return session ? json(response, 200, session) : status(response, 404, id ? 'No such session' : 'No such address')
  }

  let closing = false
  const servers = []
  const listen = (address, wanted) =>
    new Promise((resolve, reject) => {
      const server = createServer(handle)
      server.once('error', reject)
      server.listen(wanted, address, () => {
        servers.push(server)
        resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port)
      })
    })
  const forget = () => void store.forget(Date.now() - /** @type {number} */ (retainMs)).catch(console.error)
  const retaining = retainMs ? setInterval(forget, RETAIN_EVERY) : undefined
  if (retainMs) forget()
  async function close() {
    closing = true
    clearInterval(retaining)
    await Promise.all(
      servers.map((server) => {
        const closed = new Promise((resolve) => server.close(resolve))
        server.closeIdleConnections()
        // What is being answered gets a moment; a sender that goes on must not keep the process alive.
        setTimeout(() => server.closeAllConnections(), 500)
        return closed
      }),
    )
    await store.close()
  }
  try {
    const taken = await listen(host ?? '127.0.0.1', port)
    // `localhost` may mean either address; a machine without IPv6 does without.
    if (!host)
      await listen('::1', taken).catch((error) => {
        if (error.code === 'EADDRINUSE' && port) throw error
      })
    return { url: `http://${host ?? 'localhost'}:${taken}`, store, close }
  } catch (error) {
    await close()
    if (/** @type {any} */ (error).code !== 'EADDRINUSE') throw error
    throw new Error(`Port ${port} is taken. Choose another one, or stop what listens there.`, { cause: error })
  }
}

/** Pages of any local port may send and read; others get no CORS header. */
function cors(request, response) {
  response.setHeader('Vary', 'Origin')
  const origin = request.headers.origin
  if (!origin || !LOCAL_ORIGIN.test(origin)) return
  response.setHeader('Access-Control-Allow-Origin', origin)
  response.setHeader('Access-Control-Expose-Headers', 'Retry-After')
  if (request.method !== 'OPTIONS') return
  response.setHeader('Access-Control-Allow-Methods', 'GET, POST, OPTIONS')
  response.setHeader(
    'Access-Control-Allow-Headers',
    request.headers['access-control-request-headers'] ?? 'content-type',
  )
  response.setHeader('Access-Control-Max-Age', '86400')
  if (request.headers['access-control-request-private-network'])
    response.setHeader('Access-Control-Allow-Private-Network', 'true')
}

/** The whole body. Size is bound before and after decompression. @returns {Promise<Buffer>} */
async function body(request) {
  const chunks = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > MAX_DRAIN) break
    if (size <= MAX_BODY) chunks.push(chunk)
  }
  if (size > MAX_BODY) throw tooLarge()
  const raw = Buffer.concat(chunks)
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity') return raw
  const unpack = { gzip: gunzip, 'x-gzip': gunzip, deflate: inflate }[encoding]
  if (!unpack) throw new OtlpError(`Content-Encoding must be gzip or identity, not ${encoding}`, 415)
  return new Promise((resolve, reject) =>
    unpack(raw, { maxOutputLength: MAX_BODY }, (error, out) => {
      if (!error) resolve(out)
      else if (/** @type {any} */ (error).code === 'ERR_BUFFER_TOO_LARGE') reject(tooLarge())
      else reject(new OtlpError(`The body is not ${encoding}: ${error.message}`))
    }),
  )
}

const text = (bytes) => bytes.toString('utf8').replace(/^\uFEFF/, '')
const tooLarge = () => new OtlpError(`The body is larger than ${MAX_BODY / 2 ** 20} MiB`, 413)

function decode(part) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** The first of these files that is there. @param {URL[]} files */
async function firstOf(files) {
  for (const file of files) {
    const content = await readFile(file).catch(() => undefined)
    if (content) return content
  }
  return undefined
}

async function page(path, response) {
  const name = ROUTES.test(path) ? 'index.html' : path.slice(1)
  const type = TYPES[extname(name)]
  const library = /^chat-vitals\.[\w.-]+\.js$/.test(name)
  const plain = /^[\w-]+\.\w+$/.test(name)
  const content =
    type &&
    (library
      ? await firstOf(LIBRARY.map((folder) => new URL(name, folder)))
      : plain && (await firstOf(name === 'htm.mjs' ? VENDOR : [new URL(name, PAGES)])))
  if (!content) return status(response, 404, 'No such page')
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Security-Policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-cache',
    // The tag of any page of this machine may load the library from here, with its lazy parts.
    ...(library && { 'Cross-Origin-Resource-Policy': 'cross-origin', 'Access-Control-Allow-Origin': '*' }),
  })
  response.end(content)
}

function json(response, code, value, headers = {}) {
  response.writeHead(code, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers })
  response.end(JSON.stringify(value))
}

/** google.rpc.Status, what OTLP/HTTP answers errors with. */
const status = (response, code, message, headers = {}) =>
  json(
    response,
    code,
    { code: { 400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 413: 8, 415: 3, 503: 14 }[code] ?? 2, message },
    headers,
  )
