/** Reads what a backend says of itself in the headers of its answer: its trace, its request id, where its time went. */

export interface BackendIds {
  traceId?: string
  spanId?: string
  requestId?: string
  /** `Server-Timing` metrics with a duration, ms, at most 8. */
  serverTiming?: Record<string, number>
}

/** Request-id headers of gateways and providers, the first present wins. */
const requestIdHeaders = [
  'x-request-id',
  'request-id',
  'apim-request-id',
  'x-dashscope-request-id',
  'x-litellm-call-id',
  'x-amzn-requestid',
  'x-amzn-trace-id',
  'x-cloud-trace-context',
  'x-trace-id',
  'trace-id',
]
const parent = /(?:^|[^0-9a-f])00-([0-9a-f]{32})-([0-9a-f]{16})?-?[0-9a-f]{2}/

/** Reads what the backend said of itself: `traceresponse`, then `Server-Timing`, then known request-id headers. */
export function backendOf(header: (name: string) => string | null): BackendIds {
  const found: BackendIds = {}
  const timings = header('server-timing') ?? ''
  const trace =
    parent.exec(header('traceresponse') ?? '') ??
    parent.exec(/traceparent\s*;\s*desc="?([^",;]+)/.exec(timings)?.[1] ?? '')
  if (trace) {
    found.traceId = trace[1]
    if (trace[2]) found.spanId = trace[2]
  }
  for (const name of requestIdHeaders) {
    const value = header(name)
    if (value) {
      found.requestId = value.slice(0, 128)
      break
    }
  }
  for (const match of timings.slice(0, 2048).matchAll(/(?:^|,)\s*([\w.-]{1,32})((?:\s*;[^,;]*)*)/g)) {
    const ms = Number.parseFloat(/;\s*dur="?([\d.]+)/.exec(match[2] ?? '')?.[1] ?? '')
    if (!Number.isFinite(ms)) continue
    found.serverTiming ??= {}
    if (Object.keys(found.serverTiming).length === 8) break
    found.serverTiming[match[1]!] = ms
  }
  return found
}
