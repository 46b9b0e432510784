/**
 * The door: what leaves memory passes here, to the database, the tail, the browser or the collector, and again when it was
 * read back. It leaves as plain data with clean addresses; what is told of it, within a bound and past the page's
 * `beforeSend`.
 *
 * - An open turn on the device is `plain`. It is told by a later page alone, which asks its own `beforeSend` then.
 * - What is told is `sealed`: a settled record when it is put, a turn of a dead page when it is recovered, a turn under way
 *   when a copy is left with the browser. `beforeSend` is then shown the turn as it is, open and without an outcome; the
 *   end that the copy needs is made up behind the door. So a filter that looks at `outcome` lets such a copy pass, or
 *   not, as it does with a turn of which it does not know the end.
 * - A settled record that is read back was sealed by its own page. `beforeSend` is not asked twice: it may add what is
 *   true of that page alone, and copies must be alike. It is `cleaned` again, which changes nothing in what this
 *   library wrote.
 */
import { cleanAttributes, cleanUrl } from '../base/clean.ts'
import type { AnyRecord } from '../turn/record.ts'

/** Letters of a record as JSON: the 64 attributes that a page may give, as long as they may be, and all of ours. */
export const maxLetters = 100_000

export interface Sealed {
  /** Plain data, nobody else's. */
  record: AnyRecord
  /** Its length as JSON. */
  letters: number
}

/** Why a record does not leave. */
export type KeptBack = 'before_send' | 'too_large'

export interface DoorOptions {
  /** The page's own filter, given a copy. Null: the record is dropped. */
  beforeSend?(record: AnyRecord): AnyRecord | null
  hint(message: string): void
}

const urlOf = (url: unknown): string => (typeof url === 'string' && url ? cleanUrl(url, location.href) : '')

/** The record with addresses without credentials, query and fragment, and attributes within their bounds. Pure; twice is as once. */
export function cleaned<R extends AnyRecord>(record: R): R {
  const clean = { ...record, attributes: cleanAttributes(record.attributes) } as AnyRecord
  if (clean.kind === 'turn') {
    // A page may have taken the requests out.
    const calls = Array.isArray(clean.requests) ? clean.requests : []
    clean.requests = calls.map((call) => ({ ...call, url: urlOf(call.url) }))
  } else if (clean.kind === 'page') clean.url = urlOf(clean.url)
  return clean as R
}

/** In one go: what a page's beforeSend put in (getters, proxies, cycles) ends here. Throws on what cannot be told. */
export function plain(record: AnyRecord): Sealed {
  const json = JSON.stringify(cleaned(record))
  return { record: JSON.parse(json) as AnyRecord, letters: json.length }
}

/** What of a record may be told, or why nothing. Fails closed, and never throws. @param more what delivery adds, behind the door */
export function seal(
  record: AnyRecord,
  { beforeSend, hint }: DoorOptions,
  more?: Partial<AnyRecord>,
): Sealed | KeptBack {
  const { id, kind, traceId, spanId } = record
  let kept: AnyRecord | null = record
  try {
    if (beforeSend) kept = beforeSend(structuredClone(cleaned(record)))
    if (kept === null) return 'before_send'
    if (kept?.id !== id || kept.kind !== kind) {
      hint('beforeSend must return the record it was given, or null; the record was dropped')
      return 'before_send'
    }
    const sealed = plain({ ...kept, traceId, spanId, ...more } as AnyRecord)
    return sealed.letters > maxLetters ? 'too_large' : sealed
  } catch {
    // A filter that throws was perhaps about to take something out.
    hint('beforeSend threw, or returned what is no plain data; the record was dropped. Return the record or null')
    return 'before_send'
  }
}
