/** What lets a backend weigh what is recorded of a share of sessions, in the words of W3C `tracestate`. The session decides, by its id. */
import type { RecordBase } from '../turn/record.ts'

/**
 * `th`: what of 56 bits is not recorded. `rv`: the session's randomness in the same bits, its id turned round, so that it is
 * recorded when `rv` is no less than `th`: who samples further by it keeps sessions whole. Undefined where either is unknown.
 * https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export function traceStateOf({ sessionId, sampleRate = 0 }: RecordBase): string | undefined {
  const id = /^[0-9a-f]{14}/.exec(sessionId)?.[0]
  if (!id || !(sampleRate > 0 && sampleRate <= 1)) return undefined
  const rejected = 2 ** 32 - Math.ceil(sampleRate * 2 ** 32)
  const th = rejected.toString(16).padStart(8, '0').replace(/0+$/, '')
  const rv = id.replace(/./g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16))
  return `ot=th:${th || 0};rv:${rv}`
}
