/**
 * Sees the page's calls of `fetch`: tells the port before, adds its headers, follows the answer. The page's own
 * fetch runs once, unguarded, with its own `this`; the page gets the very Response it would have got.
 */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { listen, stopAll } from '../base/listen.ts'
import type { Stop } from '../base/listen.ts'
import type { CallPort, PagePort } from '../turn/marks.ts'
import { tapBody } from './body-tap.ts'
import { endOf } from './feed.ts'
import type { Feed } from './feed.ts'
import { absolute, bodyText } from './request-text.ts'

export interface WireOptions {
  port: Pick<PagePort, 'call'>
  guard: Guard
  clock: Clock
  /** Absolute addresses to leave wholly alone: our own collector. */
  skip(url: string): boolean
  /** Reads the answer of a chat call for its port. */
  follow(call: CallPort, onEnd: Stop): Feed
}

export interface FetchOptions extends WireOptions {
  /**
   * Calls pass through unseen: after stop, and while one of our wrappers runs its original (which may be another of
   * ours). Give `watchFetch` and `wrapFetch` the same object.
   */
  pass?: boolean
  /** The page's fetch could not be replaced: it is frozen, or what is written is not kept. */
  refused?(): void
}

/** A body that has arrived and is not read for this long will not be, ms. */
const UNREAD = 2000

type Fetch = typeof fetch
/** A chat call on its way. */
interface Seen {
  feed: Feed
  signal?: AbortSignal | null
  args: Args
  url: string
  at: number
  off: Stop[]
}
type Args = [input: RequestInfo | URL, init?: RequestInit]

/** Headers that can be read without using them up; a generator, say, can be read once only. */
const readable = (headers: HeadersInit | undefined): boolean =>
  !headers || headers instanceof Headers || Array.isArray(headers) || !(Symbol.iterator in headers)

/** The host's init with headers added, in the host's own form, and nothing else changed. */
function withHeaders(init: RequestInit | undefined, added: [string, string][]): RequestInit {
  const own = init?.headers
  let headers: HeadersInit
  if (own instanceof Headers) {
    headers = new Headers(own)
    for (const [name, value] of added) headers.set(name, value)
  } else headers = Array.isArray(own) ? [...own, ...added] : { ...own, ...Object.fromEntries(added) }
  if (!init) return { headers }
  const proto = Object.getPrototypeOf(init)
  // A Request, or an instance of some class, given as init: its getters want it as `this`.
  if (proto && proto !== Object.prototype)
    return new Proxy(init, { get: (target, key) => (key == 'headers' ? headers : Reflect.get(target, key)) })
  return Object.create(proto, {
    ...Object.getOwnPropertyDescriptors(init),
    headers: { value: headers, configurable: true, enumerable: true, writable: true },
  })
}

export function wrapFetch(original: Fetch, options: FetchOptions): Fetch {
  const { port, guard, clock, skip } = options

  const before = (args: Args): Seen | undefined => {
    const [input, init] = args
    const request = typeof input == 'object' && 'url' in input ? input : undefined
    const url = absolute(request ? request.url : typeof input == 'string' ? input : (input as URL).href)
    if (skip(url)) return
    const own = init?.headers
    const known = readable(own)
    const headers = known ? new Headers(own ?? request?.headers) : undefined
    const at = clock.now()
    const call = port.call({
      at,
      method: (init?.method ?? request?.method ?? 'GET').toUpperCase(),
      url,
      transport: 'fetch',
      body: bodyText(init?.body),
      accept: headers?.get('accept') ?? undefined,
    })
    if (!call) return
    const signal = init?.signal ?? request?.signal
    const off: Stop[] = []
    const feed = options.follow(call, stopAll(off))
    if (signal)
      off.push(
        listen(
          signal,
          'abort',
          guard.wrap(() => feed.end(endOf(0, signal), signal.reason)),
        ),
      )
    // The host's own value stays.
    const added = Object.entries(call.headers).filter(([name]) => headers && !headers.has(name))
    if (added.length)
      guard(() => {
        if (request && !own) for (const [name, value] of added) request.headers.set(name, value)
        else args = [input, withHeaders(init, added)]
      })
    return { feed, signal, args, url, at, off }
  }

  function follow(response: Response, { feed, signal, url, at, off }: Seen): void {
    const { headers } = response
    feed.response(response.status, headers.get('content-type') ?? '', (name) => headers.get(name))
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
    if (feed.ended()) return
    // Read where the tap cannot see (`new Response(body)`, `cache.put`), or never: its timing entry tells the end.
    const observer = new PerformanceObserver(
      guard.wrap((entries) => {
        for (const { startTime, responseEnd } of entries.getEntriesByName(url) as PerformanceResourceTiming[]) {
          if (startTime < at - 1) continue
          const over = () => touched() || feed.end('done', undefined, responseEnd)
          if (response.bodyUsed || response.body?.locked) over()
          else clock.setTimeout(guard.wrap(over), UNREAD)
        }
      }),
    )
    observer.observe({ type: 'resource' })
    off.push(() => observer.disconnect())
  }

  const wrapped = function fetch(this: unknown, ...args: Args) {
    const seen = options.pass ? undefined : guard(() => before(args))
    if (!seen) return original.apply(this, args)
    const { feed, signal } = seen
    const failed = guard.wrap((error: unknown) => feed.end(endOf(error, signal), error))
    options.pass = true
    let promise: Promise<Response>
    try {
      promise = original.apply(this, seen.args)
    } catch (error) {
      failed(error)
      throw error
    } finally {
      options.pass = false
    }
    return promise.then(
      (response) => {
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

/** Wraps `target.fetch`; on stop it is put back, or becomes a mere pass-through where another wrapped over it. */
export function watchFetch(options: FetchOptions & { target?: { fetch: Fetch } }): Stop {
  const { guard, target = globalThis } = options
  const original = target.fetch
  if (typeof original != 'function') return () => {}
  const wrapped = wrapFetch(original, options)
  options.pass = false
  guard(() => (target.fetch = wrapped))
  if (target.fetch === original) options.refused?.()
  return () => {
    options.pass = true
    guard(() => {
      if (target.fetch === wrapped) target.fetch = original
    })
  }
}
