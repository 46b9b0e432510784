/** Sees chat calls made by XMLHttpRequest: its headers, the growth of its text, its end. Synchronous ones are left alone. */
import { listen, stopAll } from '../base/listen.ts'
import type { Stop } from '../base/listen.ts'
import type { CallEnd } from '../turn/marks.ts'
import type { WireOptions } from './fetch.ts'
import { patch } from '../base/patch.ts'
import { absolute, bodyText } from './request-text.ts'

/** What `open` and `setRequestHeader` said, until `send`. */
interface Opened {
  method: string
  url: string
  headers: Record<string, string>
}

const END: Record<string, CallEnd> = { load: 'done', error: 'failed', abort: 'aborted', timeout: 'timeout' }

export function watchXhr(options: WireOptions & { target?: Partial<Pick<typeof globalThis, 'XMLHttpRequest'>> }): Stop {
  const { port, guard, clock, skip, target = globalThis } = options
  const proto = target.XMLHttpRequest?.prototype
  const opened = new WeakMap<XMLHttpRequest, Opened>()

  function follow(xhr: XMLHttpRequest, { method, url, headers }: Opened, body: unknown): void {
    if (skip(url)) return
    const at = clock.now()
    const call = port.call({ at, method, url, transport: 'xhr', body: bodyText(body), accept: headers.accept })
    if (!call) return
    for (const [name, value] of Object.entries(call.headers))
      // A second value would be appended to the host's own.
      if (!(name.toLowerCase() in headers)) guard(() => xhr.setRequestHeader(name, value))

    const off: Stop[] = []
    const feed = options.follow(call, stopAll(off))
    // Letters and bytes reported so far.
    let letters = 0
    let bytes = 0
    let loaded = 0

    /** Asking for a header that is not exposed would log an error: read the list instead. */
    const respond = () => {
      const list = new Headers()
      for (const line of xhr.getAllResponseHeaders().trim().split('\r\n')) {
        const colon = line.indexOf(':')
        if (colon > 0) guard(() => list.append(line.slice(0, colon), line.slice(colon + 1)))
      }
      feed.response(xhr.status, list.get('content-type') ?? '', (name) => list.get(name))
    }
    const grow = () => {
      const text = /^(text)?$/.test(xhr.responseType) ? xhr.responseText : ''
      if (text.length <= letters && loaded <= bytes) return
      feed.text(text.slice(letters), loaded - bytes)
      letters = text.length
      bytes = loaded
    }
    off.push(
      listen(
        xhr,
        'readystatechange',
        guard.wrap(() => {
          if (xhr.readyState == 2) respond()
          if (xhr.readyState > 2 && xhr.status) grow()
        }),
      ),
      listen<ProgressEvent>(xhr, 'progress', (event) => (loaded = event.loaded)),
      ...Object.entries(END).map(([type, how]) =>
        listen<ProgressEvent>(
          xhr,
          type,
          guard.wrap((event) => {
            // The last bytes may come with no letter of their own, after the last `progress`.
            loaded = Math.max(loaded, event.loaded)
            grow()
            feed.end(how, how == 'failed' && { name: 'NetworkError' })
          }),
        ),
      ),
    )
  }

  return stopAll([
    patch(proto, 'open', guard, (xhr, [method, url, async = true]) => {
      opened.delete(xhr)
      if (async) opened.set(xhr, { method: String(method).toUpperCase(), url: absolute(String(url)), headers: {} })
    }),
    patch(proto, 'setRequestHeader', guard, (xhr, [name, value]) => {
      const state = opened.get(xhr)
      if (state) state.headers[String(name).toLowerCase()] = String(value)
    }),
    patch(proto, 'send', guard, (xhr, [body]) => {
      const state = opened.get(xhr)
      opened.delete(xhr)
      if (state) follow(xhr, state, body)
    }),
  ])
}
