/** One request to the collector, and what its answer means. When to ask, and what becomes of the records, is the sender's. */
import { listen } from '../base/listen.ts'
import type { Stop } from '../base/listen.ts'
import type { Setting } from './ports.ts'

/** A number: not now, but in so many ms, as the collector said. Other words are why it was refused. */
export type Answer = 'taken' | 'later' | 'too_large' | `http_${number}` | number

/** What a request with keepalive may hold, which outlives a hidden page; the host shares 64 KiB with us. */
export const keepaliveBytes = 50 * 1024
/** Compressing less is not worth the work. */
const gzipFrom = 2048
/** A blocked endpoint is not tried more often than this: every try is a violation on the host's account. */
const blockedMs = 300_000

/** Tells what the page's own policy blocks; heard from the beginning: what is left with the browser is refused like what is sent. */
export const watchPolicy = (
  { endpoint, clock, guard }: Pick<Setting, 'endpoint' | 'clock' | 'guard'>,
  blocked: (until: number) => void,
): Stop | undefined =>
  endpoint
    ? listen<SecurityPolicyViolationEvent>(
        document,
        'securitypolicyviolation',
        guard.wrap((event) => {
          // One that only reports blocks nothing. Cross-origin, the report may name no more than the origin:
          // https://www.w3.org/TR/CSP3/
          if (
            event.disposition == 'report' ||
            !event.effectiveDirective.startsWith('connect-src') ||
            !endpoint.startsWith(event.blockedURI)
          )
            return
          blocked(clock.epoch() + blockedMs)
          guard.hint(`the page's Content-Security-Policy blocks ${event.blockedURI}: add it to connect-src`)
        }),
      )
    : undefined

export interface Collector {
  /** One request, given up after a while. Never rejects. */
  send(body: string): Promise<Answer>
  /** Ends the request under way. */
  abort(): void
}

export function createCollector(
  { headers, clock, timing, guard, natives, hidden, ...setting }: Setting,
  /** Of an acknowledged batch, so many spans were not taken. */
  rejected: (spans: number) => void,
): Collector {
  const endpoint = setting.endpoint!
  const { origin } = new URL(endpoint, location.href)
  // The header that says "compressed" is one that other origins must allow; asking them would fail on many.
  let gzip = origin === location.origin && typeof CompressionStream === 'function'
  let request: AbortController | undefined

  /** Throws on an answer that is no OTLP: it comes from something else than a collector. */
  const judge = ({ status, headers, ok, redirected, url }: Response, text: string): Answer => {
    const after = headers.get('retry-after')
    const type = headers.get('content-type') ?? ''
    if (status === 413) return 'too_large'
    if (status === 429 || status === 408 || status >= 500) {
      const waitMs = /^\s*\d+\s*$/.test(after!) ? +after! * 1000 : Date.parse(after!) - clock.epoch()
      return waitMs >= 0 ? Math.min(waitMs, timing.retryAfterMost) : 'later'
    }
    if (status >= 400) return `http_${status}`
    // A captive portal or a login page also says 200.
    if (!ok || type.includes('text/html') || (redirected && new URL(url).origin !== origin)) return 'later'
    if (!text || type.includes('protobuf')) return 'taken'
    const answer = JSON.parse(text)
    if (typeof answer !== 'object' || Array.isArray(answer)) return 'later'
    const { rejectedSpans, errorMessage } = answer.partialSuccess ?? {}
    if (rejectedSpans > 0) {
      rejected(+rejectedSpans)
      guard.hint(`the collector rejected ${rejectedSpans} span(s): ${errorMessage ?? 'no reason given'}`)
    }
    return 'taken'
  }

  const post = async (body: string, zip: boolean): Promise<Answer> => {
    const abort = (request = new AbortController())
    const timer = clock.setTimeout(() => abort.abort(), timing.sendTimeout)
    try {
      const { fetch } = natives
      const response = await fetch!(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(zip && { 'content-encoding': 'gzip' }), ...headers },
        body: zip
          ? await new Response(new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'))).blob()
          : body,
        signal: abort.signal,
        keepalive: hidden() && body.length < keepaliveBytes,
        priority: 'low',
      })
      return judge(response, await response.text())
    } catch {
      return 'later'
    } finally {
      clock.clearTimeout(timer)
      request = undefined
    }
  }

  return {
    async send(body) {
      const zip = gzip && body.length > gzipFrom
      const answer = await post(body, zip)
      if (!zip || !/400|415/.test('' + answer)) return answer
      gzip = false
      return post(body, false)
    },
    abort: () => request?.abort(),
  }
}
