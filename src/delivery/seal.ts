/** The door: the last look at a record before it leaves memory. Fails closed. */
import { cleanAttributes } from '../base/clean.ts'
import type { AnyRecord } from '../turn/record.ts'

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
