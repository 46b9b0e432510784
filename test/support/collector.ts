/**
 * A real OTLP/HTTP collector for tests, on loopback: decodes what it gets, answers as it is told, forgets nothing.
 * Answers are programmed per request with `next`, or for all with `always`.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'

/** How to answer one export. Missing parts are those of a good collector. */
export interface Reply {
  status?: number
  headers?: Record<string, string>
  body?: string
  /** Answer only after this time. */
  delayMs?: number
  /** Never answer. */
  hang?: boolean
  /** More turns than this at once are too large: 413. */
  mostTurns?: number
  /** Read everything, keep it, then cut the connection. */
  reset?: boolean
  /** Cut the connection after this many bytes of the request, and keep nothing. */
  resetAfterBytes?: number
  /** A byte of the body each this many ms. */
  dripMs?: number
  /** Whether the spans are kept. @defaultValue as the status says */
  keep?: boolean
  /** No headers for other origins, neither on the preflight nor on the answer. */
  closed?: boolean
}

type Value = string | number | boolean | Value[]
interface AnyValue {
  stringValue?: string
  intValue?: number | string
  doubleValue?: number
  boolValue?: boolean
  arrayValue?: { values: AnyValue[] }
}
interface KeyValue {
  key: string
  value: AnyValue
}
interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: KeyValue[]
  // What is empty may be left out.
  events?: { name: string; timeUnixNano: string; attributes: KeyValue[] }[]
  links?: { traceId: string; spanId: string }[]
  status?: { code: number; message?: string }
}

/** A span as it was received. */
export interface ReceivedSpan {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  kind: number
  startMs: number
  endMs: number
  attributes: Record<string, Value>
  resource: Record<string, Value>
  events: { name: string; attributes: Record<string, Value> }[]
  links: { traceId: string; spanId: string }[]
  status: { code: number; message?: string }
  /** The span as it was written, to compare copies by the letter. */
  raw: string
}

export interface ReceivedRequest {
  at: number
  headers: IncomingMessage['headers']
  bytes: number
  spans: ReceivedSpan[]
  status: number
}

export interface Collector {
  url: string
  port: number
  requests: ReceivedRequest[]
  /** Spans that were kept, copies included, in order. */
  spans: ReceivedSpan[]
  /** Requests being answered, and the most there were at once; a moment after one came, so that one given up does not count. */
  inFlight: { now: number; most: number }
  /** Preflights: the headers that were asked for. */
  preflights: string[]
  /** Answers a request that came by another server: the collector behind a path of the page's own origin. */
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Spans after deduplication on (trace id, span id): the highest revision wins. */
  unique(name?: string): ReceivedSpan[]
  /** Answers for the next requests, in order. */
  next(...replies: Reply[]): void
  /** The answer when none is queued. */
  always(reply: Reply): void
  /** Resolves when `done` holds; looks after each request. */
  until(done: (collector: Collector) => boolean, ms?: number): Promise<void>
  /** Stops listening, like a collector that is down; `up` listens again on the same port. */
  down(): Promise<void>
  up(): Promise<void>
  close(): Promise<void>
}

const valueOf = (value: AnyValue): Value =>
  value.arrayValue
    ? value.arrayValue.values.map(valueOf)
    : (value.stringValue ?? value.doubleValue ?? value.boolValue ?? Number(value.intValue))

const attributesOf = (attributes: KeyValue[]): Record<string, Value> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]))

export const revisionOf = (span: ReceivedSpan): number => {
  for (const kind of ['turn', 'feedback', 'signal', 'page']) {
    const revision = span.attributes[`chat_vitals.${kind}.revision`]
    if (typeof revision === 'number') return revision
  }
  return 0
}

/** Throws on what is no valid OTLP/JSON. */
export function decode(json: string): ReceivedSpan[] {
  const body = JSON.parse(json) as {
    resourceSpans: { resource: { attributes: KeyValue[] }; scopeSpans: { spans: OtlpSpan[] }[] }[]
  }
  return body.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        name: span.name,
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId,
        kind: span.kind,
        startMs: Number(BigInt(span.startTimeUnixNano)) / 1e6,
        endMs: Number(BigInt(span.endTimeUnixNano)) / 1e6,
        attributes: attributesOf(span.attributes),
        resource: attributesOf(resource.attributes),
        events: (span.events ?? []).map((event) => ({ name: event.name, attributes: attributesOf(event.attributes) })),
        links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId, spanId })),
        status: span.status ?? { code: 0 },
        raw: JSON.stringify(span),
      })),
    ),
  )
}

export async function startCollector(): Promise<Collector> {
  const queue: Reply[] = []
  let standing: Reply = {}
  const requests: ReceivedRequest[] = []
  const spans: ReceivedSpan[] = []
  const sockets = new Set<Socket>()
  const waiting = new Set<() => void>()
  const inFlight = { now: 0, most: 0 }
  const preflights: string[] = []

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const cors = {
      'access-control-allow-origin': request.headers.origin ?? '*',
      'access-control-allow-headers': 'content-type',
      'access-control-allow-methods': 'POST',
      'access-control-expose-headers': 'Retry-After',
      'access-control-max-age': '600',
    }
    if (request.method === 'OPTIONS') {
      preflights.push(request.headers['access-control-request-headers'] ?? '')
      response.writeHead(204, (queue[0] ?? standing).closed ? {} : cors).end()
      return
    }
    const reply = queue.shift() ?? standing
    inFlight.now++
    response.on('close', () => inFlight.now--)
    setTimeout(() => (inFlight.most = Math.max(inFlight.most, inFlight.now)), 30)
    const parts: Buffer[] = []
    let bytes = 0
    for await (const part of request as AsyncIterable<Buffer>) {
      parts.push(part)
      bytes += part.length
      if (reply.resetAfterBytes != null && bytes >= reply.resetAfterBytes) {
        request.socket.destroy()
        return
      }
    }
    const raw = Buffer.concat(parts)
    let status = reply.status ?? 200
    let received: ReceivedSpan[] = []
    let reason = ''
    try {
      received = decode((request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString())
    } catch (error) {
      status = 400
      reason = String(error)
    }
    if (reply.mostTurns && received.filter(({ name }) => name === 'chat.turn').length > reply.mostTurns) status = 413
    requests.push({ at: Date.now(), headers: request.headers, bytes: raw.length, spans: received, status })
    if (reply.keep ?? status < 300) spans.push(...received)
    for (const look of waiting) look()
    if (reply.hang) return
    if (reply.reset) {
      request.socket.destroy()
      return
    }
    if (reply.delayMs) await new Promise((resolve) => setTimeout(resolve, reply.delayMs))
    const body = reply.body ?? (status < 300 ? '{}' : reason)
    response.writeHead(status, { ...(!reply.closed && cors), 'content-type': 'application/json', ...reply.headers })
    if (reply.dripMs) {
      for (const letter of body) {
        if (response.destroyed) return
        response.write(letter)
        await new Promise((resolve) => setTimeout(resolve, reply.dripMs))
      }
    }
    response.end(reply.dripMs ? '' : body)
  }

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    respond(request, response).catch(() => response.destroy())
  }
  const server = createServer(handle)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const down = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })

  const collector: Collector = {
    url: `http://127.0.0.1:${port}/v1/traces`,
    port,
    requests,
    spans,
    inFlight,
    preflights,
    handle,
    unique(name) {
      const best = new Map<string, ReceivedSpan>()
      for (const span of spans) {
        const key = span.traceId + span.spanId
        const known = best.get(key)
        if (!known || revisionOf(span) > revisionOf(known)) best.set(key, span)
      }
      return [...best.values()].filter((span) => !name || span.name === name)
    },
    next: (...replies) => void queue.push(...replies),
    always: (reply) => void (standing = reply),
    until: (done, ms = 20_000) =>
      new Promise((resolve, reject) => {
        const end = (how: () => void): void => {
          waiting.delete(look)
          clearTimeout(timer)
          how()
        }
        const look = (): void => {
          if (done(collector)) end(resolve)
        }
        const timer = setTimeout(
          () =>
            end(() =>
              reject(
                new Error(
                  `waited ${ms} ms: ${requests.length} requests (${requests.map((one) => one.status).join()}), ${spans.length} spans`,
                ),
              ),
            ),
          ms,
        )
        waiting.add(look)
        look()
      }),
    down,
    up: () => listen(port),
    close: down,
  }
  return collector
}
