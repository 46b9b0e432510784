/**
 * Sees the page's calls of `fetch`: tells the port before, adds its headers, follows the answer. The page's own
 * fetch runs once, unguarded, with its own `this`; the page gets the very Response it would have got.
 */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { listen } from '../base/listen.ts'
import type { Stop } from '../base/listen.ts'
import type { CallPort, PagePort } from '../turn/marks.ts'
import { tapBody } from './body-tap.ts'
import { endOf } from './call-end.ts'
import type { Feed } from './feed.ts'
import { STREAMS } from './hold.ts'
import { absolute, bodyText } from './request-text.ts'
import { createDoubts } from './trace.ts'

export interface WireOptions {
  port: Pick<PagePort, 'call'>
  guard: Guard
  clock: Clock
  /** Absolute addresses to leave wholly alone: our own collector. */
  skip(url: string): boolean
  /** Reads the answer of a chat call for its port. */
  follow(call: CallPort, onEnd: Stop, url: string): Feed
}

export interface FetchTap {
  /** Wraps `target.fetch`; on stop it is put back, or becomes a mere pass-through where another wrapped over it. */
  watch(target?: { fetch: Fetch }): Stop
  /** The same for another fetch, which may end up in the watched one: such a call is seen once. Passes through while nothing is watched. */
  wrap(original: Fetch): Fetch
}

/** A call that one of our wrappers has seen, and that may come by another one. */
interface Underway {
  url: string
  method: string
  body: string | undefined
  /** Ours, when it carries one: whatever a wrapper of the page's makes of the call, that stays. */
  traceparent: string | undefined
}

type Fetch = typeof fetch
/** A chat call on its way. */
interface Seen {
  feed: Feed
  signal?: AbortSignal | null
  args: Args
  at: number
  mark: Underway
  /** The call was answered, or failed without an answer. */
  over(answered: boolean): void
}
type Args = [input: RequestInfo | URL, init?: RequestInit]

/** Headers that can be read without using them up; a generator, say, can be read once only. */
const readable = (headers: HeadersInit | undefined): boolean =>
  !headers || headers instanceof Headers || Array.isArray(headers) || !(Symbol.iterator in headers)

/** The host's headers with ours added, in the host's own form. */
function joined(own: HeadersInit | undefined, added: [string, string][]): HeadersInit {
  if (!(own instanceof Headers))
    return Array.isArray(own) ? [...own, ...added] : { ...own, ...Object.fromEntries(added) }
  const headers = new Headers(own)
  for (const [name, value] of added) headers.set(name, value)
  return headers
}

/**
 * The host's init with other headers, and nothing else changed. A Request keeps what it is: its headers are among them,
 * and its referrer stays, which any init at all would take away. https://fetch.spec.whatwg.org/#dom-request
 */
function withHeaders(headers: HeadersInit, init: RequestInit | undefined, request: Request | undefined): RequestInit {
  const more: RequestInit = { headers }
  if (request && Object.values({ ...init }).every((value) => value === undefined)) {
    more.referrer = request.referrer
    more.referrerPolicy = request.referrerPolicy
  }
  // With a prototype of its own (a Request, an instance of some class) it is read through: its getters want it as `this`.
  const proto = init && Object.getPrototypeOf(init)
  if (!proto || !Object.getPrototypeOf(proto)) return { ...init, ...more }
  // A proxy may not say otherwise: the call goes without.
  if (Object.isSealed(init)) throw init
  return new Proxy(init, { get: (target, key) => (key == 'headers' ? headers : Reflect.get(target, key)) })
}

/** @param refused the page's fetch could not be replaced: it is frozen, or what is written is not kept */
export function createFetchTap(options: WireOptions, refused?: () => void): FetchTap {
  const { port, guard, clock, skip } = options
  const doubts = createDoubts(guard.hint)
  // Calls that a wrapper of ours has passed on and that have not come by another: until then, or until they are answered.
  const underway = new Set<Underway>()
  // The wrapper that is watched: of one that another page's wrapper keeps alive beneath, after a stop, nothing is heard.
  let current: Fetch | undefined

  /** Another wrapper of ours has seen it, and a page may have put something between the two that waits. */
  const isSeen = (url: string, method: string, body: string | undefined, headers: Headers | undefined): boolean => {
    const own = headers?.get('traceparent')
    const mark = [...underway].find(
      (one) => (own && own === one.traceparent) || (one.url === url && one.method === method && one.body === body),
    )
    return !!mark && underway.delete(mark)
  }

  const before = (args: Args, inner?: boolean): Seen | undefined => {
    const [input, init] = args
    const request = typeof input == 'object' && 'url' in input ? input : undefined
    const url = absolute(request ? request.url : typeof input == 'string' ? input : (input as URL).href)
    if (skip(url)) return
    const own = init?.headers ?? request?.headers
    const headers = readable(own) ? new Headers(own) : undefined
    const at = clock.now()
    const method = (init?.method ?? request?.method ?? 'GET').toUpperCase()
    const body = bodyText(init?.body)
    if (inner && isSeen(url, method, body, headers)) return
    const accept = headers?.get('accept') ?? undefined
    const call = port.call({ at, method, url, transport: 'fetch', body, accept })
    if (!call) return
    const signal = init?.signal ?? request?.signal
    let off: Stop | undefined
    const feed = options.follow(call, () => off?.(), url)
    off =
      signal &&
      listen(
        signal,
        'abort',
        guard.wrap(() => feed.end(endOf(0, signal), signal.reason)),
      )
    const [without, over] = doubts(url)
    // The host's own value stays.
    const added = Object.entries(call.headers).filter(([name]) => !without && headers?.has(name) === false)
    if (added[0]) guard(() => (args = [input, withHeaders(joined(own, added), init, request)]))
    const mark = { url, method, body, traceparent: added[0] && call.headers.traceparent }
    return { feed, signal, args, at, mark, over: (answered) => over(answered, added[0]) }
  }

  function follow(response: Response, { feed, signal, at, mark, over }: Seen): void {
    const { headers } = response
    const type = headers.get('content-type') ?? ''
    over(true)
    // What is fetched whole is no answer: the page's own data.
    if (mark.method == 'GET' && !STREAMS.test(type)) return feed.end('done')
    feed.response(response.status, type, (name) => headers.get(name))
    const touched = tapBody(
      response,
      {
        chunk: feed.bytes,
        done: () => feed.end('done'),
        cancelled: () => feed.end('cancelled'),
        failed: (error) => feed.end(endOf(error, signal), error),
      },
      guard,
    )
    feed.unseen(response, touched, at, (when) => feed.end('done', undefined, when))
  }

  /** @param inner the watched one: what it calls is no wrapper of ours, but one of ours may call it */
  const wrap = (original: Fetch, inner?: boolean): Fetch => {
    // What it calls may lead back here, where a page has put it in the place of its own.
    let calling = false
    const wrapped = function fetch(this: unknown, ...args: Args) {
      const seen = current && (!inner || current === wrapped) && !calling ? guard(() => before(args, inner)) : undefined
      if (!seen) return original.apply(this, args)
      const { feed, signal, mark } = seen
      const failed = guard.wrap((error: unknown) => {
        underway.delete(mark)
        const how = endOf(error, signal)
        // Where there is no network no header breaks anything.
        if (how == 'failed' && navigator.onLine) seen.over(false)
        feed.end(how, error)
      })
      if (!inner) underway.add(mark)
      let promise: Promise<Response>
      calling = true
      try {
        promise = original.apply(this, seen.args)
      } catch (error) {
        failed(error)
        throw error
      } finally {
        calling = false
      }
      return promise.then(
        (response) => {
          underway.delete(mark)
          guard(() => follow(response, seen))
          return response
        },
        (error) => {
          failed(error)
          throw error
        },
      )
    }
    guard(() => Object.defineProperty(wrapped, 'length', { value: 1 }))
    return wrapped as Fetch
  }

  return {
    wrap: (original) => wrap(original),
    watch(target = globalThis) {
      const original = target.fetch
      if (typeof original != 'function') return () => {}
      const wrapped = wrap(original, true)
      current = wrapped
      guard(() => (target.fetch = wrapped))
      if (target.fetch === original) refused?.()
      return () => {
        current = undefined
        guard(() => {
          if (target.fetch === wrapped) target.fetch = original
        })
      }
    },
  }
}
