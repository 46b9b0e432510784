/** The door: the last look at a record before it is stored for sending. Text never gets this far; this bounds what the page itself adds. */
import type { AnyRecord, Attributes, AttributeValue } from '../turn/record.ts'

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

/** Applies the page's `beforeSend`. Fails closed: when it throws or returns something else, the record is dropped and said so. */
export function createGate(options: {
  beforeSend?: (record: AnyRecord) => AnyRecord | null
  hint(message: string): void
}): (record: AnyRecord) => AnyRecord | undefined {
  const { beforeSend } = options
  if (!beforeSend) return (record) => record
  return (record) => {
    let kept: AnyRecord | null
    try {
      kept = beforeSend(structuredClone(record))
    } catch {
      // Fail closed: a filter that throws was perhaps about to take something out.
      options.hint('beforeSend threw; the record was dropped. Return the record or null')
      return undefined
    }
    if (kept === null) return undefined
    if (kept?.id !== record.id || kept.kind !== record.kind) {
      options.hint('beforeSend must return the record it was given, or null; the record was dropped')
      return undefined
    }
    const attributes = cleanAttributes(kept.attributes)
    return { ...kept, traceId: record.traceId, spanId: record.spanId, attributes } as AnyRecord
  }
}
