/** Trace context over the wire: which calls may carry ours. */
import { traceparent } from '../base/ids.ts'

/** `url` under a prefix that ends at a boundary, or matching a pattern. `https://a.com` does not cover `https://a.com.evil`. */
export function matches(url: string, patterns: readonly (string | RegExp)[], base: string): boolean {
  return patterns.some((pattern) => {
    if (pattern instanceof RegExp) return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).test(url)
    let prefix: URL
    let target: URL
    try {
      prefix = new URL(pattern, base)
      target = new URL(url, base)
    } catch {
      return false
    }
    const path = prefix.pathname
    return (
      prefix.origin === target.origin &&
      target.pathname.startsWith(path) &&
      (path.endsWith('/') || target.pathname.length === path.length || target.pathname[path.length] === '/')
    )
  })
}

export interface Propagation {
  /** What may go out with a call to `url`. */
  headersFor(url: string, traceId: string, spanId: string): Record<string, string>
  /** The same for a call that the page makes itself, wherever that goes. */
  headersOf(traceId: string, spanId: string): Record<string, string>
}

export function createPropagation(options: {
  /** The page's address. */
  base: string
  propagateTo: readonly (string | RegExp)[] | false
  baggage: boolean
  session(): { id: string; sampled: boolean }
  /** The session may be named to others: consent was given. */
  named(): boolean
}): Propagation {
  const { base, propagateTo } = options
  const origin = new URL(base).origin
  const headersOf: Propagation['headersOf'] = (traceId, spanId) => {
    const { id, sampled } = options.session()
    if (!sampled || !propagateTo) return {}
    const headers: Record<string, string> = { traceparent: traceparent(traceId, spanId) }
    if (options.baggage && options.named()) headers.baggage = `session.id=${id}`
    return headers
  }
  return {
    headersOf,
    headersFor: (url, traceId, spanId) =>
      // Elsewhere the header would make the call a preflighted one, and a server that does not allow it breaks the chat.
      (origin !== 'null' && new URL(url, base).origin === origin) || matches(url, propagateTo || [], base)
        ? headersOf(traceId, spanId)
        : {},
  }
}

/**
 * Which addresses our headers may break. A server that redirects to an origin which allows no header of ours answers
 * the plain call and fails ours; so does one that we were told of and that allows none. Nobody can know before, and
 * nothing is ever asked twice.
 */
export type Doubts = (url: string) => [
  /** The call about to go out goes without. */
  without: boolean,
  /** What became of it. @param answered false: it failed, and not by the page's own will @param carried any of ours */
  over: (answered: boolean, carried: unknown) => void,
]

/** Addresses remembered; the oldest goes. */
const mostDoubts = 32

export function createDoubts(hint: (message: string) => void): Doubts {
  // False: failed under our headers, the next call will tell. True: was then answered without, and stays so.
  const known = new Map<string, boolean>()
  return (url) => {
    const address = url.replace(/[?#].*/, '')
    const without = known.has(address)
    return [
      without,
      (answered, carried) => {
        if (known.get(address) === true) return
        known.delete(address)
        // Else it fails either way, or is answered either way.
        if (without == answered && (without || carried)) {
          known.set(address, without)
          if (known.size > mostDoubts) known.delete(known.keys().next().value!)
          if (without) hint('traceparent broke a call; set propagateTo: false')
        }
      },
    ]
  }
}
