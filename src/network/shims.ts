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
import type { WireOptions } from './fetch.ts'
import { absolute, bodyText } from './request-text.ts'

/** An event of the page's own object. `state`, `letters`: what it said, and how long its text was, when the event came. */
export interface Heard {
  /** Of the event; `close` without one is the page's doing, also where another call takes its place. */
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
/** A socket that was quiet so long, ms, may speak for another turn. */
const quiet = 250

/** A call that was noticed, for those who notice. */
interface Line {
  call: CallPort
  tell(type: string, event?: Event): void
  /** Hears of events of that name, too. */
  add(type: string): void
  /** Aborted when it has ended. */
  signal: AbortSignal
}

export function watchOthers({ port, skip, guard, clock, notice }: ShimOptions): Stop {
  // A browser, or a trial, without one of them has nothing to be watched.
  const { XMLHttpRequest, WebSocket, EventSource } = globalThis as Partial<typeof globalThis>
  const xhrs = XMLHttpRequest?.prototype
  const sockets = WebSocket?.prototype
  const sources = EventSource?.prototype
  /** What `open` and `setRequestHeader` said, until `send`. */
  const opened = new WeakMap<XMLHttpRequest, { method: string; url: string; headers: Record<string, string> }>()
  /** What the page does with a socket or an event source: sends, hears of events of a name, or closes it (null). */
  const lines = new WeakMap<object, (what: string | null) => void>()
  const off = new AbortController()

  /** Asks whether it is a chat call, and listens to it if so. Gives what else may be told of it. */
  function begin(on: Noticed['target'], types: readonly string[], issued: Omit<Call, 'at'>): Line | undefined {
    const { url } = issued
    const call = skip(url) ? undefined : port.call({ at: clock.now(), ...issued })
    if (!call) return
    const early: [at: number, heard: Heard][] = []
    let handle = (heard: Heard): void => {
      if (early.length < mostEarly) early.push([clock.now(), heard])
    }
    const ended = new AbortController()
    const { signal } = ended
    const tell: Line['tell'] = (type, event) => {
      const { readyState: state, responseType } = on as XMLHttpRequest
      const letters = /^(text)?$/.test(responseType) ? (on as XMLHttpRequest).responseText.length : 0
      handle({ type, event, state, letters })
    }
    // One function: added twice it hears once.
    const heard = guard.wrap((event: Event) => tell(event.type, event))
    const add = (type: string) => void listen(on, type, heard, { signal })
    for (const type of types) add(type)
    notice({
      target: on,
      call,
      url,
      hear(hearer) {
        for (const [at, heard] of early.splice(0)) clock.replay(at, () => guard(() => hearer(heard)))
        handle = hearer
        return () => ended.abort()
      },
    })
    return { call, tell, add, signal }
  }

  const watchSource = (source: EventSource): void => {
    const seen = begin(source, ['open', 'error', 'message'], {
      method: 'GET',
      url: source.url,
      transport: 'eventsource',
    })
    if (seen) lines.set(source, (type) => (type ? seen.add(type) : seen.tell('close')))
  }
  /** Hears a socket from now on: whose its messages are is asked when they come, also where the page has sent nothing on it. */
  const watchSocket = (socket: WebSocket, first?: Event) => {
    let seen: Line | undefined
    let last = 0
    /** @param body what the page sends; null: it closes the socket */
    const ask = (body?: string | null): void => {
      const { url } = socket
      const next = body !== null && begin(socket, [], { method: 'GET', url, transport: 'websocket', body, on: socket })
      if (next === undefined) return
      seen?.tell('close')
      seen = next || undefined
    }
    const heard = guard.wrap((event: Event) => {
      const now = clock.now()
      if (event.type == 'message' && (!seen || seen.signal.aborted || now - last > quiet)) ask()
      last = now
      seen?.tell(event.type, event)
    })
    for (const type of ['message', 'error', 'close']) listen(socket, type, heard, { signal: off.signal })
    lines.set(socket, ask)
    if (first) heard(first)
    return ask
  }
  /** Stands in for a constructor. A proxy keeps `instanceof`, the constants, the prototype and subclasses. */
  const made = <K extends 'EventSource' | 'WebSocket'>(
    name: K,
    watch: (one: InstanceType<(typeof globalThis)[K]>) => void,
  ): Stop => {
    const native = globalThis[name] as (typeof globalThis)[K] | undefined
    if (!native) return () => {}
    const proxy = new Proxy(native, {
      construct(construct, args, newTarget) {
        const one = Reflect.construct(construct, args, newTarget)
        if (!off.signal.aborted) guard(() => watch(one))
        return one
      },
    })
    guard(() => (globalThis[name] = proxy))
    return () =>
      guard(() => {
        if (globalThis[name] === proxy) globalThis[name] = native
      })
  }

  /** A socket that was there before us, and on which the page sends nothing, is met as the page reads what it says. */
  const meet = (): Stop => {
    const { prototype } = MessageEvent
    const native = Object.getOwnPropertyDescriptor(prototype, 'data')
    if (!native?.get) return () => {}
    const get = function (this: MessageEvent) {
      const { target } = this
      if (WebSocket && target instanceof WebSocket && !lines.has(target))
        guard(() => off.signal.aborted || watchSocket(target, this))
      return native.get!.call(this) as unknown
    }
    Object.defineProperty(prototype, 'data', { ...native, get })
    return () => {
      if (Object.getOwnPropertyDescriptor(prototype, 'data')?.get === get)
        Object.defineProperty(prototype, 'data', native)
    }
  }

  return stopAll([
    () => off.abort(),
    guard(meet) ?? (() => {}),
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
    patch(sockets, 'send', guard, (socket, [data]) => (lines.get(socket) ?? watchSocket(socket))(bodyText(data) ?? '')),
    patch(sockets, 'close', guard, (socket) => lines.get(socket)?.(null)),
    patch(sources, 'addEventListener', guard, (source, [type]) => lines.get(source)?.(String(type))),
    patch(sources, 'close', guard, (source) => lines.get(source)?.(null)),
  ])
}
