/** The server's end of one WebSocket: the handshake, frames in and out. No extensions, no fragments on the way out. */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

export interface ServerSocket {
  /** A string goes out as a text frame, bytes as a binary one. */
  send(data: string | Uint8Array): void
  close(code?: number): void
  /** Breaks the connection off without a word. */
  drop(): void
  readonly open: boolean
  path: string
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload
  let head: Buffer
  if (length < 126) head = Buffer.from([0x80 | opcode, length])
  else if (length < 65_536) head = Buffer.from([0x80 | opcode, 126, length >> 8, length & 255])
  else {
    head = Buffer.alloc(10)
    head[0] = 0x80 | opcode
    head[1] = 127
    head.writeBigUInt64BE(BigInt(length), 2)
  }
  return Buffer.concat([head, payload])
}

/** @param message gets each whole message: text as a string, bytes as a buffer */
export function acceptSocket(
  request: IncomingMessage,
  stream: Duplex & { setNoDelay?(on: boolean): void },
  message: (data: string | Buffer, socket: ServerSocket) => void,
  closed: (socket: ServerSocket) => void = () => {},
): ServerSocket {
  const accept = createHash('sha1')
    .update(request.headers['sec-websocket-key'] + GUID)
    .digest('base64')
  const protocol = request.headers['sec-websocket-protocol']?.split(',')[0]?.trim()
  stream.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${protocol ? `Sec-WebSocket-Protocol: ${protocol}\r\n` : ''}\r\n`,
  )
  stream.setNoDelay?.(true)
  const write = (data: Buffer) => void (stream.writable && stream.write(data))
  const socket: ServerSocket = {
    path: request.url ?? '/',
    send: (data) => write(typeof data == 'string' ? frame(1, Buffer.from(data)) : frame(2, Buffer.from(data))),
    close(code = 1000) {
      write(frame(8, Buffer.from([code >> 8, code & 255])))
      stream.end()
    },
    drop: () => void stream.destroy(),
    get open() {
      return stream.writable
    },
  }
  let rest: Buffer = Buffer.alloc(0)
  let parts: Buffer[] = []
  let kind = 1
  stream.on('error', () => {})
  stream.on('close', () => closed(socket))
  stream.on('data', (data: Buffer) => {
    rest = Buffer.concat([rest, data])
    for (;;) {
      if (rest.length < 6) return
      let length = rest[1]! & 127
      let at = 2
      if (length == 126) {
        if (rest.length < 8) return
        length = rest.readUInt16BE(2)
        at = 4
      } else if (length == 127) {
        if (rest.length < 14) return
        length = Number(rest.readBigUInt64BE(2))
        at = 10
      }
      if (rest.length < at + 4 + length) return
      const mask = rest.subarray(at, at + 4)
      const payload = Buffer.from(rest.subarray(at + 4, at + 4 + length))
      for (let i = 0; i < payload.length; i++) payload[i]! ^= mask[i & 3]!
      const opcode = rest[0]! & 15
      const last = (rest[0]! & 0x80) > 0
      rest = rest.subarray(at + 4 + length)
      if (opcode == 8) return socket.close()
      if (opcode == 9) write(frame(10, payload))
      if (opcode > 2) continue
      if (opcode) kind = opcode
      parts.push(payload)
      if (!last) continue
      const whole = Buffer.concat(parts)
      parts = []
      message(kind == 1 ? String(whole) : whole, socket)
    }
  })
  return socket
}
