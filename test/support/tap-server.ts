/** A loopback server whose streams can be watched from the server's side: what was sent, and when the reader left. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { acceptSocket } from './websocket.ts'

export interface Watched {
  sent: number
  /** Epoch ms; missing while open. */
  closedAt?: number
  /** The stream was sent to its end. */
  finished: boolean
}

export interface TapServer {
  origin: string
  /** By the `id` of the request. */
  watched: Map<string, Watched>
  /** Requests that followed the redirect of `/moved`: the method, and what they ask for or carry. */
  elsewhere: string[]
  close(): Promise<void>
}

/** Payload `i` of every stream: Chinese text and an emoji, so that byte counts and letters differ. */
export const payload = (i: number): string =>
  `data: {"id":"chatcmpl-t","model":"tap","choices":[{"delta":{"content":"第${i}段 👍 "}}]}\n\n`
export const DONE = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

const textFrame = (text: string) => {
  const body = Buffer.from(text)
  const head =
    body.length < 126 ? Buffer.from([0x81, body.length]) : Buffer.from([0x81, 126, body.length >> 8, body.length & 255])
  return Buffer.concat([head, body])
}

/** Enough of RFC 6455 for a test: answers each text frame with a scripted stream. */
function socket(req: IncomingMessage, duplex: Duplex): void {
  const accept = createHash('sha1')
    .update(req.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11')
    .digest('base64')
  duplex.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  duplex.on('error', () => {})
  duplex.on('data', (frame: Buffer) => {
    if ((frame[0]! & 15) == 8) return duplex.end(Buffer.from([0x88, 0]))
    duplex.write(textFrame('{"type":"message_start","message":{"id":"msg_ws"}}'))
    duplex.write(textFrame('{"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi 你"}}'))
    duplex.write(textFrame('{"type":"message_stop"}'))
  })
}

export async function startTapServer(): Promise<TapServer> {
  const watched = new Map<string, Watched>()
  const sockets = new Set<Socket>()
  const elsewhere: string[] = []

  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    const url = new URL(req.url!, 'http://localhost')
    const number = (name: string, otherwise: number) => Number(url.searchParams.get(name) ?? otherwise)
    const note: Watched = { sent: 0, finished: false }
    watched.set(url.searchParams.get('id') ?? '', note)
    res.on('close', () => (note.closedAt = Date.now()))
    const send = (chunk: string | Buffer) => {
      note.sent += Buffer.byteLength(chunk)
      return res.write(chunk)
    }
    const wait = (ms: number) => new Promise((done) => setTimeout(done, ms))
    const gone = () => note.closedAt !== undefined || res.destroyed

    if (url.pathname == '/stream' || url.pathname == '/cut') {
      res.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'r-1', 'cache-control': 'no-store' })
      for (let i = 0; i < number('n', 20) && !gone(); i++) {
        const bytes = Buffer.from(payload(i))
        // Cut inside a character, so that chunks and letters do not line up.
        send(bytes.subarray(0, bytes.length - 9 - (i % 5)))
        if (number('ms', 5)) await wait(number('ms', 5))
        send(bytes.subarray(bytes.length - 9 - (i % 5)))
      }
      if (url.pathname == '/cut') return res.destroy()
      send(DONE)
      note.finished = !gone()
      return res.end()
    }
    if (url.pathname == '/flood') {
      res.writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' })
      const block = Buffer.alloc(1 << 16, 'x')
      // What wakes the loop: the buffer ran empty, or the reader left.
      let wake = () => {}
      res.on('drain', () => wake()).on('close', () => wake())
      while (note.sent < number('bytes', 1 << 26) && !gone())
        if (!send(block)) await new Promise<void>((woken) => (wake = woken))
      note.finished = !gone()
      return res.end()
    }
    if (url.pathname == '/json') {
      res.writeHead(200, { 'content-type': 'application/json' })
      return res.end('{"choices":[{"message":{"content":"whole"}}]}')
    }
    if (url.pathname == '/echo') {
      const body: Buffer[] = []
      for await (const piece of req) body.push(piece as Buffer)
      res.writeHead(200, { 'content-type': 'application/json' })
      return res.end(JSON.stringify({ method: req.method, headers: req.headers, body: Buffer.concat(body).toString() }))
    }
    // As a route that has moved to another origin, whose CORS allows content-type and no other header.
    if (url.pathname == '/moved') {
      res.writeHead(307, { location: `http://localhost:${(server.address() as AddressInfo).port}/elsewhere` })
      return res.end()
    }
    if (url.pathname == '/elsewhere') {
      elsewhere.push(`${req.method} ${req.headers.traceparent ?? req.headers['access-control-request-headers'] ?? '-'}`)
      const preflight = req.method == 'OPTIONS'
      res.writeHead(preflight ? 204 : 200, {
        'access-control-allow-origin': '*',
        'access-control-allow-headers': 'content-type',
        'content-type': 'application/json',
      })
      return res.end(preflight ? undefined : '{"choices":[{"message":{"content":"whole"}}]}')
    }
    if (url.pathname == '/refuse') {
      res.writeHead(429, { 'content-type': 'text/plain' })
      return res.end('slow down')
    }
    res.writeHead(200, { 'content-type': 'text/html' })
    return res.end('<!doctype html><title>tap</title>')
  }

  const server = createServer((req, res) => void answer(req, res).catch(() => res.destroy()))
  server.on('upgrade', (req: IncomingMessage, duplex: Duplex) => {
    if (req.url != '/push') return socket(req, duplex)
    // Speaks without being asked: text, text in a binary frame, packed bytes, and, after a pause that ends nothing, more text.
    const say = (content: string) => JSON.stringify({ choices: [{ delta: { content } }] })
    const pushes = acceptSocket(req, duplex, (data) => pushes.send(`heard ${String(data)}`))
    setTimeout(() => {
      pushes.send(say('Hi'))
      pushes.send(Buffer.from(say(' you')))
      pushes.send(Buffer.from([7, 200, 1, 0, 9]))
    }, 100)
    setTimeout(() => pushes.send(say(' there')), 3600)
    setTimeout(() => pushes.send('[DONE]'), 3700)
  })
  server.on('connection', (one) => {
    sockets.add(one)
    one.on('close', () => sockets.delete(one))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    watched,
    elsewhere,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        for (const one of sockets) one.destroy()
      }),
  }
}
