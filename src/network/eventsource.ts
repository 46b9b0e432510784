/** Sees chat streams read by EventSource: its messages under all names the page listens for, and its end. */
import type { Stop } from '../base/listen.ts'
import { listen, stopAll } from '../base/listen.ts'
import { shadow } from './body-tap.ts'
import type { WireOptions } from './fetch.ts'

export function watchEventSource(
  options: WireOptions & { target?: Partial<Pick<typeof globalThis, 'EventSource'>> },
): Stop {
  const { port, guard, clock, skip, target = globalThis } = options
  const Native = target.EventSource
  if (!Native) return () => {}
  let stopped = false

  function follow(source: EventSource, at: number): void {
    const { url } = source
    if (skip(url)) return
    const call = port.call({ at, method: 'GET', url, transport: 'eventsource', accept: 'text/event-stream' })
    if (!call) return
    const off: Stop[] = []
    const feed = options.follow(call, stopAll(off))
    const heard = new Set(['open', 'error'])
    const hear = (type: string) => {
      if (heard.has(type)) return
      heard.add(type)
      off.push(
        listen<MessageEvent>(
          source,
          type,
          guard.wrap((event) => feed.message(String(event.data), type)),
        ),
      )
    }
    hear('message')
    off.push(
      listen(
        source,
        'open',
        guard.wrap(() => feed.response(200, 'text/event-stream', () => null)),
      ),
      // Closed by the server, it would connect again: for this call that is the end. `error` may also be a message.
      listen<MessageEvent>(
        source,
        'error',
        guard.wrap((event) => {
          if (event.data !== undefined) feed.message(String(event.data), 'error')
          else if (source.readyState == 2) feed.end('failed', { name: 'NetworkError' })
          else feed.end('done')
        }),
      ),
    )
    shadow(
      source,
      'addEventListener',
      (native) =>
        function (...args) {
          if (!feed.ended()) guard(() => hear(String(args[0])))
          return native.apply(this, args)
        },
    )
    shadow(
      source,
      'close',
      (native) =>
        function (...args) {
          const closed = native.apply(this, args)
          guard(() => feed.end(feed.complete() ? 'done' : 'cancelled'))
          return closed
        },
    )
  }

  // A proxy keeps `instanceof`, the constants, the prototype and subclasses.
  const watching = new Proxy(Native, {
    construct(construct, args, newTarget) {
      const at = clock.now()
      const source = Reflect.construct(construct, args, newTarget) as EventSource
      if (!stopped) guard(() => follow(source, at))
      return source
    },
  })
  guard(() => (target.EventSource = watching))
  return () => {
    stopped = true
    guard(() => {
      if (target.EventSource === watching) target.EventSource = Native
    })
  }
}
