/**
 * Sees chat calls made over WebSocket: a chat-shaped send begins one, the messages after it belong to the latest.
 * A socket outlives its calls, so a call ends by its format's terminal event, by silence, or with the socket.
 */
import type { Stop } from '../base/listen.ts'
import { listen, stopAll } from '../base/listen.ts'
import type { Feed } from './feed.ts'
import type { WireOptions } from './fetch.ts'
import { patch } from '../base/patch.ts'
import { bodyText } from './request-text.ts'

/** Silence after which an answer is over whose format has no terminal event, ms. */
const QUIET = 3000

export function watchWebSocket(
  options: WireOptions & { target?: Partial<Pick<typeof globalThis, 'WebSocket'>> },
): Stop {
  const { port, guard, clock, skip, target = globalThis } = options
  const proto = target.WebSocket?.prototype
  /** The latest call of each socket. */
  const calls = new WeakMap<WebSocket, Feed>()

  /** An open call ends because the page turned away from it. */
  const leave = (socket: WebSocket) => {
    const feed = calls.get(socket)
    feed?.end(feed.complete() ? 'done' : 'cancelled')
  }

  function begin(socket: WebSocket, data: unknown): void {
    const { url } = socket
    if (typeof data != 'string' || skip(url)) return
    const at = clock.now()
    const call = port.call({ at, method: 'GET', url, transport: 'websocket', body: bodyText(data) })
    if (!call) return
    leave(socket)
    const off: Stop[] = []
    const feed = options.follow(call, stopAll(off))
    calls.set(socket, feed)
    let quiet: number | undefined
    off.push(
      () => clock.clearTimeout(quiet),
      listen<MessageEvent>(
        socket,
        'message',
        guard.wrap(({ data: said }) => {
          // Bare digits are socket.io's own.
          if (typeof said != 'string' || /^\d{0,2}$/.test(said)) return
          const last = clock.now()
          feed.response(200, '', () => null)
          feed.message(said)
          if (feed.over()) return feed.end('done')
          clock.clearTimeout(quiet)
          if (feed.complete())
            quiet = clock.setTimeout(
              guard.wrap(() => feed.end('done', undefined, last)),
              QUIET,
            )
        }),
      ),
      listen(
        socket,
        'error',
        guard.wrap(() => feed.end('failed', { name: 'NetworkError' })),
      ),
      listen<CloseEvent>(
        socket,
        'close',
        guard.wrap((event) => feed.end(event.wasClean ? 'done' : 'cut')),
      ),
    )
  }

  return stopAll([
    patch(proto, 'send', guard, (socket, [data]) => begin(socket, data)),
    patch(proto, 'close', guard, leave),
  ])
}
