/** Random ids in hex, from the platform's cryptographic source. */

/** `bytes` random bytes as lower-case hex, never all zero. */
export function randomHex(bytes: number): string {
  const raw = crypto.getRandomValues(new Uint8Array(bytes))
  let hex = ''
  for (const byte of raw) hex += (byte + 256).toString(16).slice(1)
  return /[^0]/.test(hex) ? hex : randomHex(bytes)
}

/** 16 bytes, as OpenTelemetry wants it. */
export const traceId = (): string => randomHex(16)
/** 8 bytes. */
export const spanId = (): string => randomHex(8)
/** W3C `traceparent`, always sampled: an unsampled session sends none at all. */
export const traceparent = (trace: string, span: string): string => `00-${trace}-${span}-01`
