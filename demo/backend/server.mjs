// The embedded OpenTelemetry backend: OTLP/HTTP JSON in, sessions as pages and JSON out. Only what HTTP needs is here.
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { gunzip, inflate } from 'node:zlib'
import { OtlpError, readTraces } from './otlp.mjs'
import { openQueries } from './queries.mjs'
import { openStore } from './store.mjs'

const MAX_BODY = 16 * 1024 * 1024
const PAGES = new URL('./pages/', import.meta.url)
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}
const ROUTES = /^\/(sessions(\/[^/]+)?|overview)?$/
const LOCAL_ORIGIN = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/
/** Chunks of a body that is too large are still read up to here, so that the sender gets to see the 413. */
const MAX_DRAIN = 4 * MAX_BODY

/**
 * @param {{ port?: number, file?: string, host?: string, chat?: string }} [options] `port` 0 takes a free one; `file` may
 *   be `:memory:`; without `host` it listens on both loopback addresses; `chat` is where the empty page sends people
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} rejects with a clear message when the port or file is taken
 */
export async function startBackend({
  port = 4318,
  file = '.demo/backend.duckdb',
  host,
  chat = `http://localhost:${process.env.PORT_CHAT || 5173}/`,
} = {}) {
  const store = await openStore(file)
  const queries = await openQueries(store)
  const handle = (request, response) =>
    answer(request, response).catch((error) => {
      // A sender that hung up needs no answer.
      if (response.headersSent || response.destroyed) return response.destroy()
      const known = error instanceof OtlpError
      if (!known) console.error(`${request.method} ${request.url}:`, error)
      const retry = known ? {} : { 'Retry-After': '2' }
      status(response, known ? error.status : 503, known ? error.message : 'the store could not answer', retry)
    })

  async function answer(request, response) {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const path = url.pathname
    cors(request, response)
    if (request.method === 'OPTIONS') return response.writeHead(204).end()
    if (path === '/v1/traces') return traces(request, response)
    if (request.method !== 'GET' && request.method !== 'HEAD') return status(response, 405, 'Only GET is answered here')
    if (path.startsWith('/api/')) return api(path, url.searchParams, response)
    return page(path, response)
  }

  async function traces(request, response) {
    if (request.method !== 'POST') return status(response, 405, 'Send traces with POST', { Allow: 'POST, OPTIONS' })
    const type = (request.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase()
    if (type !== 'application/json')
      return status(
        response,
        415,
        type === 'application/x-protobuf'
          ? 'This backend reads OTLP/HTTP as JSON, not protobuf: set OTEL_EXPORTER_OTLP_PROTOCOL=http/json'
          : `Content-Type must be application/json, not ${type || 'missing'}`,
      )
    const { rows, rejected, reasons } = readTraces(await body(request), Date.now())
    await store.write(rows)
    json(response, 200, {
      partialSuccess: rejected ? { rejectedSpans: String(rejected), errorMessage: reasons.join('; ') } : {},
    })
  }

  async function api(path, params, response) {
    const { attr: _, ...plain } = Object.fromEntries(params)
    // attr=prompt.version:7, as often as wanted.
    const attributes = Object.fromEntries(
      params
        .getAll('attr')
        .map((item) => [item.slice(0, item.lastIndexOf(':')), item.slice(item.lastIndexOf(':') + 1)]),
    )
    const filter = { ...plain, attributes }
    if (path === '/api/health') return json(response, 200, { ...(await queries.health()), chat })
    if (path === '/api/sessions') return json(response, 200, await queries.sessions(filter))
    if (path === '/api/overview') return json(response, 200, await queries.overview(filter))
    const id = /^\/api\/sessions\/([^/]+)$/.exec(path)?.[1]
    const session = id && (await queries.session(decode(id)))
    return session ? json(response, 200, session) : status(response, 404, id ? 'No such session' : 'No such address')
  }

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
  const close = async () => {
    await Promise.all(
      servers.map((server) => {
        const closed = new Promise((resolve) => server.close(resolve))
        server.closeIdleConnections()
        // What is being answered gets a moment; an open connection must not keep the process alive.
        setTimeout(() => server.closeAllConnections(), 1000).unref()
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
    return { url: `http://${host ?? 'localhost'}:${taken}`, close }
  } catch (error) {
    await close()
    if (/** @type {any} */ (error).code !== 'EADDRINUSE') throw error
    throw new Error(`Port ${port} is taken. Set PORT_OTLP to another one, or stop what listens there.`, {
      cause: error,
    })
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

/** The whole body as text. Size is bound before and after decompression. */
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
  if (encoding === 'identity') return text(raw)
  const unpack = { gzip: gunzip, 'x-gzip': gunzip, deflate: inflate }[encoding]
  if (!unpack) throw new OtlpError(`Content-Encoding must be gzip or identity, not ${encoding}`, 415)
  return new Promise((resolve, reject) =>
    unpack(raw, { maxOutputLength: MAX_BODY }, (error, out) => {
      if (!error) resolve(text(out))
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

async function page(path, response) {
  const name = ROUTES.test(path) ? 'index.html' : path.slice(1)
  const type = TYPES[extname(name)]
  const content = type && /^[\w-]+\.\w+$/.test(name) && (await readFile(new URL(name, PAGES)).catch(() => undefined))
  if (!content) return status(response, 404, 'No such page')
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Security-Policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'",
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-cache',
  })
  response.end(content)
}

function json(response, code, value, headers = {}) {
  response.writeHead(code, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers })
  response.end(JSON.stringify(value))
}

/** google.rpc.Status, what OTLP/HTTP answers errors with. */
const status = (response, code, message, headers = {}) =>
  json(response, code, { code: { 400: 3, 404: 5, 405: 12, 413: 8, 415: 3, 503: 14 }[code] ?? 2, message }, headers)
