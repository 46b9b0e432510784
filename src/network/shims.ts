/**
 * Notices what goes out by the rarer transports (XMLHttpRequest, EventSource, WebSocket), and keeps what comes back with its
 * time until the part that follows such calls is here. What it means is left to that part.
 */
import type { PageClock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { listen, stopAll } from '../base/listen.ts'
import type { Stop } from '../base/listen.ts'
import { patch } from '../base/patch.ts'
import type { Call, CallPort } from '../turn/marks.ts'
import { shadow } from './body-tap.ts'
import type { WireOptions } from './fetch.ts'
import { absolute, bodyText } from './request-text.ts'

/** An event of the page's own object. `state`, `letters`: what it said, and how long its text was, when the event came. */
export interface Heard {
  /** Of the event; `next` and `close` are the page's doing. */
  type: string
  event?: Event
  state: number
  letters: number
}

/** One call, as it was noticed. */
export interface Noticed {
  target: XMLHttpRequest | EventSource | WebSocket
  call: CallPort
  url: string
  /** Hears of all that came, as of the time of it, and from then on of all that comes. Returns how to end that. */
  hear(handle: (heard: Heard) => void): Stop
}

export interface ShimOptions extends Pick<WireOptions, 'port' | 'skip'> {
  guard: Guard
  clock: Pick<PageClock, 'now' | 'replay'>
  /** Gets each chat call. */
  notice(seen: Noticed): void
}

/** Events kept of a call while nobody follows it; of more, the newest are given up. */
const mostEarly = 1000
/** A socket that was quiet so long, or was asked about so long ago, ms, may speak for another turn now. */
const asked = { quiet: 250, again: 1000 }

export function watchOthers({ port, skip, guard, clock, notice }: ShimOptions): Stop {
  // A browser, or a trial, without one of them has nothing to be watched.
  const { XMLHttpRequest, WebSocket } = globalThis as Partial<typeof globalThis>
  const xhrs = XMLHttpRequest?.prototype
  const sockets = WebSocket?.prototype
  /** What `open` and `setRequestHeader` said, until `send`. */
  const opened = new WeakMap<XMLHttpRequest, { method: string; url: string; headers: Record<string, string> }>()
  /** What to do when the page sends on a socket, or closes it. */
  const lines = new WeakMap<WebSocket, { ask(body: string): void; close(): void }>()
  // Of open sockets.
  const unheard = new Set<Stop>()
  let stopped = false

  /** Asks whether it is a chat call, and listens to it if so. Gives what else may be told of it. */
  function begin<T extends Noticed['target']>(
    on: T,
    types: string[],
    issued: Omit<Call, 'at'>,
  ): { call: CallPort; tell(type: string, event?: Event): void; add(type: string): void; over(): boolean } | undefined {
    if (skip(issued.url)) return
    const call = port.call({ at: clock.now(), ...issued })
    if (!call) return
    let early: [at: number, heard: Heard][] | undefined = []
    let handle: ((heard: Heard) => void) | undefined
    const stops: Stop[] = []
    let over = false
    const names = new Set<string>()
    const tell = (type: string, event?: Event): void => {
      const { readyState: state, responseType } = on as XMLHttpRequest
      const letters = /^(text)?$/.test(responseType) ? (on as XMLHttpRequest).responseText.length : 0
      const heard = { type, event, state, letters }
      if (handle) handle(heard)
      else if (early && early.length < mostEarly) early.push([clock.now(), heard])
    }
    const add = (type: string): void => {
      if (names.has(type)) return
      names.add(type)
      stops.push(
        listen(
          on,
          type,
          guard.wrap((event: Event) => tell(type, event)),
        ),
      )
    }
    for (const type of types) add(type)
    notice({
      target: on,
      call,
      url: issued.url,
      hear(hearer) {
        for (const [at, heard] of early ?? []) clock.replay(at, () => guard(() => hearer(heard)))
        early = undefined
        handle = hearer
        return () => {
          over = true
          handle = () => {}
          stopAll(stops)()
        }
      },
    })
    return { call, tell, add, over: () => over }
  }

  const watchSource = (source: EventSource): void => {
    const seen = begin(source, ['open', 'error', 'message'], {
      method: 'GET',
      url: source.url,
      transport: 'eventsource',
      accept: 'text/event-stream',
    })
    if (!seen) return
    shadow(
      source,
      'addEventListener',
      (native) =>
        function (...args) {
          guard(() => seen.add(String(args[0])))
          return native.apply(this, args)
        },
    )
    shadow(
      source,
      'close',
      (native) =>
        function (...args) {
          const closed = native.apply(this, args)
          guard(() => seen.tell('close'))
          return closed
        },
    )
  }
  /** Hears a socket from now on: whose its messages are is asked when they come, also where the page has sent nothing on it. */
  const watchSocket = (socket: WebSocket) => {
    let line = lines.get(socket)
    if (line) return line
    let seen: ReturnType<typeof begin>
    let last = -Infinity
    let since = -Infinity
    const ask = (body?: string): void => {
      since = clock.now()
      const next = begin(socket, [], { method: 'GET', url: socket.url, transport: 'websocket', body, on: socket })
      if (!next) return
      seen?.tell('next')
      seen = next
    }
    const stop = stopAll(
      ['message', 'error', 'close'].map((type) =>
        listen(
          socket,
          type,
          guard.wrap((event: Event) => {
            const now = clock.now()
            if (type == 'message' && (!seen || seen.over() || now - last > asked.quiet || now - since > asked.again))
              ask()
            last = now
            seen?.tell(type, event)
            if (type == 'close') {
              stop()
              unheard.delete(stop)
            }
          }),
        ),
      ),
    )
    unheard.add(stop)
    lines.set(socket, (line = { ask, close: () => seen?.tell('next') }))
    return line
  }
  /** Stands in for a constructor. A proxy keeps `instanceof`, the constants, the prototype and subclasses. */
  const made = <K extends 'EventSource' | 'WebSocket'>(
    name: K,
    watch: (one: InstanceType<(typeof globalThis)[K]>) => void,
  ): Stop => {
    const native = globalThis[name] as (typeof globalThis)[K] | undefined
    const proxy =
      native &&
      new Proxy(native, {
        construct(construct, args, newTarget) {
          const one = Reflect.construct(construct, args, newTarget)
          if (!stopped) guard(() => watch(one))
          return one
        },
      })
    if (proxy) guard(() => (globalThis[name] = proxy))
    return () =>
      guard(() => {
        if (proxy && globalThis[name] === proxy) globalThis[name] = native
      })
  }

  return stopAll([
    () => {
      stopped = true
      for (const stop of unheard) stop()
    },
    made('EventSource', watchSource),
    made('WebSocket', watchSocket),
    patch(xhrs, 'open', guard, (xhr, [method, url, async = true]) => {
      opened.delete(xhr)
      if (async) opened.set(xhr, { method: String(method).toUpperCase(), url: absolute(String(url)), headers: {} })
    }),
    patch(xhrs, 'setRequestHeader', guard, (xhr, [name, value]) => {
      const state = opened.get(xhr)
      if (state) state.headers[String(name).toLowerCase()] = String(value)
    }),
    patch(xhrs, 'send', guard, (xhr, [body]) => {
      const state = opened.get(xhr)
      opened.delete(xhr)
      if (!state) return
      const { method, url, headers } = state
      const seen = begin(xhr, ['readystatechange', 'progress', 'load', 'error', 'abort', 'timeout'], {
        method,
        url,
        transport: 'xhr',
        body: bodyText(body),
        accept: headers.accept,
      })
      for (const [name, value] of Object.entries(seen?.call.headers ?? {}))
        // A second value would be appended to the host's own.
        if (!(name.toLowerCase() in headers)) guard(() => xhr.setRequestHeader(name, value))
    }),
    patch(sockets, 'send', guard, (socket, [data]) => watchSocket(socket).ask(bodyText(data) ?? '')),
    patch(sockets, 'close', guard, (socket) => lines.get(socket)?.close()),
  ])
}
