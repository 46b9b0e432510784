/** Reads of a request what can be read without touching the host's own objects; leaves judging it to the port. */

/** Letters of a body looked at. */
const MOST = 256 * 1024

/** A string body, or the string fields of a form as JSON; never a stream, a blob or a Request's body. */
export function bodyText(body: unknown): string | undefined {
  if (typeof body == 'string') return body.slice(0, MOST)
  if (!(body instanceof URLSearchParams || body instanceof FormData)) return undefined
  const fields = [...(body as FormData)].filter(([, value]) => typeof value == 'string')
  return JSON.stringify(Object.fromEntries(fields)).slice(0, MOST)
}

/** As the browser resolves it. */
export const absolute = (url: string): string => new URL(url, globalThis.document?.baseURI ?? location.href).href
