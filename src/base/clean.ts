/** Bounds and cleans what the page hands in: attributes, ids, addresses. Text of the chat never gets this far. */

/** What an attribute may hold. */
export type AttributeValue = string | number | boolean
/** The page's own, by name. */
export type Attributes = Record<string, AttributeValue>

const maxAttributes = 64
const maxName = 128
const maxText = 1024

/** Text cut to `most` code units, never inside a surrogate pair, with a marker. */
function cut(text: string, most: number): string {
  // Missing before Chrome 111: a lone surrogate then becomes U+FFFD in the encoder, which is as valid.
  const whole = (text as { toWellFormed?(): string }).toWellFormed?.() ?? text
  return whole.length > most ? whole.slice(0, most).replace(/[\uD800-\uDBFF]$/, '') + '…' : whole
}

/** The page's attributes as plain values: what is no string, finite number or boolean is left out, getters that throw too. */
export function cleanAttributes(raw: unknown): Attributes | undefined {
  if (!raw || typeof raw !== 'object') return undefined
  const clean: Record<string, AttributeValue> = Object.create(null)
  let count = 0
  try {
    for (const name of Object.keys(raw)) {
      if (count === maxAttributes) break
      try {
        const value = (raw as Record<string, unknown>)[name]
        if (typeof value === 'string') clean[cut(name, maxName)] = cut(value, maxText)
        else if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
          clean[cut(name, maxName)] = value
        else continue
        count++
      } catch {
        // A getter of the page's that throws: only that one is left out.
      }
    }
  } catch {
    // A Proxy that refuses to be listed.
  }
  return count > 0 ? { ...clean } : undefined
}

/** An id the page gave, usable as an attribute; undefined when it is none. */
export const cleanId = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? cut(value, 256) : typeof value === 'number' ? String(value) : undefined

/**
 * Address without credentials, query and fragment. Path segments that hold escapes or are long, as text put into
 * an address is, become `*`; plain ones, ids included, stay: they are the page's own choice of address.
 */
export function cleanUrl(url: string, base?: string): string {
  try {
    const { origin, protocol, pathname } = new URL(url, base)
    return cut(origin === 'null' ? protocol : origin + pathname.replace(/[^/]*%[^/]*|[^/]{65,}/g, '*'), maxText)
  } catch {
    return ''
  }
}
