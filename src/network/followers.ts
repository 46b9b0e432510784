/** Follows calls by the rarer transports: what their events mean for a stream. Loaded with the first of them. */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import type { Stop } from '../base/listen.ts'
import type { CallEnd } from '../turn/marks.ts'
import type { Feed } from './feed.ts'
import type { WireOptions } from './fetch.ts'
import type { Heard, Noticed } from './shims.ts'

type Handle = (heard: Heard) => void

const END: Record<string, CallEnd> = { load: 'done', error: 'failed', abort: 'aborted', timeout: 'timeout' }
/** Silence after which an answer is over whose format has no terminal event, ms. */
const QUIET = 3000

/** Its headers, the growth of its text, its end. */
function followXhr(xhr: XMLHttpRequest, feed: Feed, guard: Guard): Handle {
  // Letters and bytes reported so far, and bytes that the browser told of.
  let letters = 0
  let bytes = 0
  let loaded = 0
  let answered = false

  /** Asking for a header that is not exposed would log an error: read the list instead. */
  const respond = () => {
    answered = true
    const list = new Headers()
    for (const line of xhr.getAllResponseHeaders().trim().split('\r\n')) {
      const colon = line.indexOf(':')
      if (colon > 0) guard(() => list.append(line.slice(0, colon), line.slice(colon + 1)))
    }
    feed.response(xhr.status, list.get('content-type') ?? '', (name) => list.get(name))
  }
  const grow = (until: number) => {
    if (until <= letters && loaded <= bytes) return
    feed.text(until > letters ? xhr.responseText.slice(letters, until) : '', loaded - bytes)
    letters = Math.max(letters, until)
    bytes = loaded
  }
  return ({ type, event, state, letters: until }) => {
    if (type == 'progress') loaded = (event as ProgressEvent).loaded
    else if (type == 'readystatechange') {
      if (state > 1 && !answered && xhr.status) respond()
      if (state > 2 && xhr.status) grow(until)
    } else {
      // The last bytes may come with no letter of their own, after the last `progress`.
      loaded = Math.max(loaded, (event as ProgressEvent).loaded)
      grow(until)
      // Parsed by the browser: it comes whole.
      if (type == 'load' && xhr.responseType == 'json' && xhr.response) feed.text(JSON.stringify(xhr.response))
      feed.end(END[type]!, type == 'error' && { name: 'NetworkError' })
    }
  }
}

/** Its messages under all names the page listens for, and its end. */
function followEventSource(feed: Feed): Handle {
  return ({ type, event, state }) => {
    const { data } = (event ?? {}) as MessageEvent
    // A message of that name is the server's.
    if (type == 'close' && !event) feed.end('left')
    else if (type == 'open') feed.response(200, 'text/event-stream', () => null)
    // `error` may also be a message.
    else if (type != 'error' || data !== undefined) feed.message(String(data), type)
    else if (state == 2) feed.end('failed', { name: 'NetworkError' })
    // Closed by the server, it would connect again: for this call that is the end.
    else feed.end('done')
  }
}

/** Bytes of a frame that may be text. */
const mostBinary = 64 << 10
/** Text in a binary frame, if it is any. */
function textOf(bytes: ArrayBuffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // Packed numbers and lengths decode, too.
    // oxlint-disable-next-line no-control-regex
    return /[\0-\x08\x0e-\x1d\x1f]/.test(text) ? undefined : text
  } catch {
    return
  }
}

/**
 * The messages after a call began on a socket belong to it until the next one begins there. A socket outlives its calls: a call
 * ends by its format's terminal event, by silence after a finish word, or with the socket. What an unknown format's silence
 * means is for others to say.
 */
function followWebSocket(feed: Feed, clock: Clock, guard: Guard, off: Stop[]): Handle {
  let quiet: number | undefined
  off.push(() => clock.clearTimeout(quiet))
  const hear = (said: string): void => {
    // Bare digits are socket.io's own.
    if (/^\d{0,2}$/.test(said)) return
    const last = clock.now()
    feed.response(200, '', () => null)
    feed.message(said)
    const state = feed.state()
    if (state == 'over') return feed.end('done')
    clock.clearTimeout(quiet)
    if (state)
      quiet = clock.setTimeout(
        guard.wrap(() => feed.end('done', undefined, last)),
        QUIET,
      )
  }
  const take = (bytes: ArrayBuffer): void => {
    const text = textOf(bytes)
    if (text === undefined) feed.text('', bytes.byteLength)
    else hear(text)
  }
  return ({ type, event }) => {
    if (!event) return feed.end('left')
    if (type == 'error') return feed.end('failed', { name: 'NetworkError' })
    if (type == 'close') return feed.end((event as CloseEvent).wasClean ? 'done' : 'cut')
    const said: unknown = (event as MessageEvent).data
    if (typeof said == 'string') return hear(said)
    const size = (said as ArrayBuffer).byteLength ?? (said as Blob).size
    if (size > mostBinary) feed.text('', size)
    else if (said instanceof ArrayBuffer) take(said)
    else guard.later((said as Blob).arrayBuffer().then(take))
  }
}

/** Follows one noticed call to its end. */
export function follow(
  { target, call, url, hear }: Noticed,
  options: Pick<WireOptions, 'guard' | 'follow'> & { clock: Clock },
): void {
  const { guard, clock } = options
  const off: Stop[] = []
  const feed = options.follow(
    call,
    () => {
      for (const stop of off.splice(0)) stop()
    },
    url,
  )
  off.push(
    hear(
      'responseText' in target
        ? followXhr(target, feed, guard)
        : 'withCredentials' in target
          ? followEventSource(feed)
          : followWebSocket(feed, clock, guard, off),
    ),
  )
  // It may have ended while what had come was heard.
  if (feed.ended()) for (const stop of off.splice(0)) stop()
}
