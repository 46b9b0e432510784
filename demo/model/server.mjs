/**
 * The model server: streams a model's answer in whichever wire format the address asks for, continues the browser's
 * trace and stops when the browser goes away. What is said is the model's business (scripted.mjs, upstream.mjs).
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { ModelError } from './events.mjs'
import { FORMATS, newId } from './formats.mjs'
import { listen } from './listen.mjs'
import { scriptedModel } from './scripted.mjs'
import { startTracing } from './trace.mjs'
import { upstreamModel } from './upstream.mjs'

const COLLECTOR = 'http://localhost:4318/v1/traces'
const MAX_BODY = 4_000_000
const EXPOSED = 'traceresponse, server-timing, retry-after, x-request-id, request-id, x-dashscope-request-id'

/** The model that the environment asks for. @param {Record<string, string | undefined>} env */
export function modelFrom(env) {
  const { MODEL_BASE_URL: baseUrl, MODEL_API_KEY: apiKey, MODEL: model } = env
  if (!baseUrl) return scriptedModel()
  if (!model) throw new Error('MODEL_BASE_URL is set but MODEL is not. Say which model to ask, as in MODEL=gpt-5-mini')
  if (!URL.canParse(baseUrl) || !/^https?:/.test(baseUrl)) {
    throw new Error(`MODEL_BASE_URL is not an http(s) address: ${baseUrl}`)
  }
  return upstreamModel({ baseUrl, apiKey, model })
}

/**
 * @param {object} [options]
 * @param {string} [options.collector] Where spans go.
 * @param {import('./events.mjs').Model} [options.model]
 * @param {string} [options.service]
 */
export function modelRoutes({ collector = COLLECTOR, model = scriptedModel(), service = 'support-chat-api' } = {}) {
  const tracing = startTracing({ collector, service })
  /** Answers under way. @type {Set<{ abort: AbortController, done: Promise<void> }>} */
  const open = new Set()

  return {
    model,

    /**
     * @param {import('node:http').IncomingMessage} req
     * @param {import('node:http').ServerResponse} res
     * @returns {boolean} Whether the address is one of ours; if so the request is taken care of.
     */
    handle(req, res) {
      const url = new URL(req.url ?? '/', 'http://localhost')
      const format = FORMATS.find((one) => one.path.test(url.pathname))
      if (!format) return false
      const origin = req.headers.origin
      if (!mayAsk(req)) {
        // Behind this server may be somebody's API key: not for any page on the web to spend.
        res.writeHead(403, { 'content-type': 'application/json' }).end('{"error":"origin not allowed"}')
        return true
      }
      if (origin) {
        res.setHeader('access-control-allow-origin', origin)
        res.setHeader('access-control-expose-headers', EXPOSED)
        res.setHeader('timing-allow-origin', origin)
        res.setHeader('vary', 'origin')
      }
      if (req.method === 'OPTIONS') {
        res.setHeader('access-control-allow-methods', 'POST')
        res.setHeader('access-control-allow-headers', req.headers['access-control-request-headers'] ?? '')
        res.setHeader('access-control-max-age', '600')
        res.writeHead(204).end()
        return true
      }
      if (req.method !== 'POST') {
        res.writeHead(405, { allow: 'POST', 'content-type': 'application/json' }).end('{"error":"use POST"}')
        return true
      }
      const abort = new AbortController()
      const entry = { abort, done: Promise.resolve() }
      open.add(entry)
      entry.done = answer(req, res, url, format, abort)
        .catch(() => void res.destroy())
        .finally(() => open.delete(entry))
      return true
    },

    /** Breaks off what still streams and sends the last spans. */
    async close() {
      const last = [...open].map((entry) => (entry.abort.abort(), entry.done))
      await Promise.all(last)
      await tracing.close()
    },
  }

  /**
   * @param {import('node:http').IncomingMessage} req
   * @param {import('node:http').ServerResponse} res
   * @param {URL} url
   * @param {import('./formats.mjs').Format} format
   * @param {AbortController} abort
   */
  async function answer(req, res, url, format, abort) {
    const { signal } = abort
    const route = format.path.source.includes('(')
      ? url.pathname.replace(/models\/[^:]+/, 'models/{model}')
      : url.pathname
    const session = /(?:^|,)\s*session\.id=([^;,\s]+)/.exec(String(req.headers.baggage ?? ''))?.[1]
    const { span, child, traceparent } = tracing.serverSpan(`POST ${route}`, one(req.headers.traceparent), {
      'http.request.method': 'POST',
      'http.route': route,
      'url.path': url.pathname,
      'url.scheme': 'http',
      // Also of what is refused before the model is asked, and of formats whose streams name none.
      'gen_ai.request.model': model.name,
      ...(session && { 'session.id': decodeURIComponent(session) }),
    })
    const id = newId(format)
    /** Whether the end was ours: until then a closed connection means that the browser left. */
    let over = false
    res.once('close', () => {
      if (over) return
      over = true
      span.setAttribute('demo.client_disconnected', true)
      span.addEvent('client disconnected')
      abort.abort()
    })

    res.setHeader('traceresponse', traceparent)
    res.setHeader('cache-control', 'no-store')
    res.setHeader('x-content-type-options', 'nosniff')
    if (format.idHeader)
      res.setHeader(format.idHeader, format.idHeader === 'x-request-id' ? `req_${id.slice(-24)}` : id)

    /** @param {Record<string, number>} timings */
    const timing = (timings) => {
      const parts = Object.entries(timings).map(([name, ms]) => `${name};dur=${ms.toFixed(1)}`)
      res.setHeader('server-timing', [...parts, `traceparent;desc="${traceparent}"`].join(', '))
    }
    const status = (/** @type {number} */ code) => {
      span.setAttribute('http.response.status_code', code)
      if (code >= 500) {
        span.setAttribute('error.type', String(code))
        span.setStatus({ code: 2 })
      }
      return code
    }

    try {
      const body = await readBody(req, format.name === 'plain')
      const messages = format.messages(body).filter((message) => message.text)
      if (!messages.some((message) => message.role === 'user')) {
        throw new ModelError(400, 'invalid_request_error', 'There is no user message in the request.')
      }
      const reply = await model.open({ messages }, { signal, span: child })
      timing(reply.timings)
      for (const [name, value] of Object.entries(format.headers ?? {})) res.setHeader(name, value)
      res.writeHead(status(200), { 'content-type': format.contentType })
      res.flushHeaders()
      const { start, write } = format.writer({ id, model: reply.model, at: Date.now(), body })
      if (start) res.write(start)
      let ended = false
      for await (const event of reply.events) {
        if (event.type === 'cut' || (event.type === 'error' && format.name === 'plain')) {
          over = true
          span.setAttribute('error.type', 'connection_cut')
          span.setStatus({ code: 2 })
          // What was written before must be seen by the reader, the end must not.
          await new Promise((flushed) => res.write('', flushed))
          res.destroy()
          return
        }
        if (event.type === 'error') {
          span.setAttribute('error.type', event.kind)
          span.setStatus({ code: 2 })
        }
        ended ||= event.type === 'finish' || event.type === 'error'
        const bytes = write(event)
        if (bytes && !res.write(bytes)) await once(res, 'drain', { signal })
      }
      over = ended
      if (ended) res.end()
      else res.destroy()
    } catch (error) {
      if (over || signal.aborted) {
        // The browser left, or we are closing down.
        over = true
        res.destroy()
        return
      }
      over = true
      const { status: code, kind, message, retryAfter } = error instanceof ModelError ? error : unknown(error)
      if (res.headersSent) {
        span.setStatus({ code: 2 })
        res.destroy()
        return
      }
      timing({})
      if (retryAfter) res.setHeader('retry-after', String(retryAfter))
      res.writeHead(status(code), { 'content-type': 'application/json' })
      res.end(JSON.stringify(format.error({ status: code, kind, message }, id)))
    } finally {
      span.end()
    }
  }
}

/**
 * The model server on a port of its own, for pages on another origin.
 * @param {object} [options]
 * @param {number} [options.port]
 * @param {string} [options.host]
 * @param {string} [options.collector]
 * @param {import('./events.mjs').Model} [options.model]
 */
export async function startModel({ port = 0, host, collector, model } = {}) {
  const routes = modelRoutes({ collector, model })
  const server = createServer((req, res) => {
    if (!routes.handle(req, res))
      res.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}')
  })
  const { url, close } = await listen(server, { port, host }).catch(async (error) => {
    await routes.close()
    throw error
  })
  return {
    url,
    async close() {
      await routes.close()
      await close()
    },
  }
}

const unknown = (/** @type {any} */ error) => ({
  status: 500,
  kind: 'server_error',
  message: `The demo's model server failed: ${error?.message ?? error}`,
  retryAfter: undefined,
})

const one = (/** @type {string | string[] | undefined} */ value) => (Array.isArray(value) ? value[0] : value)

/** Pages of this machine and of this very server may ask, others not. @param {import('node:http').IncomingMessage} req */
function mayAsk(req) {
  const { origin, host } = req.headers
  if (!origin) return true
  if (!URL.canParse(origin)) return false
  const from = new URL(origin)
  return from.host === host || ['localhost', '127.0.0.1', '[::1]'].includes(from.hostname)
}

/** @param {import('node:http').IncomingMessage} req @param {boolean} textAllowed */
async function readBody(req, textAllowed) {
  /** @type {Buffer[]} */
  const parts = []
  let size = 0
  for await (const part of req) {
    size += part.length
    // Read to its end all the same: a sender that is cut off would not see why.
    if (size <= MAX_BODY) parts.push(part)
  }
  if (size > MAX_BODY) throw new ModelError(413, 'invalid_request_error', 'The request is larger than 4 MB.')
  const text = Buffer.concat(parts).toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    if (textAllowed) return text
    throw new ModelError(400, 'invalid_request_error', 'The request body is not JSON.')
  }
}
