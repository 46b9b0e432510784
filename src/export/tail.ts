/**
 * The last words of a page, written synchronously where a transaction would come too late, one key per page view.
 * Reading them back is recovery's.
 */
import type { AnyRecord } from '../turn/record.ts'

export const tailPrefix = 'chat-vitals:tail:'
const maxBytes = 4096

export interface Tail {
  v: 1
  to: string
  /** Epoch ms of the writing. */
  at: number
  /** The page has left for good: its turns need no proof of its death. */
  left: boolean
  /** Records dropped that the database does not know of yet. */
  dropped: number
  /** `saved`: its row was in the database; if that is gone, the record was delivered. */
  entries: { saved: boolean; record: AnyRecord }[]
}

/** Writes what fits, newest first; a growth curve is the first thing left out. Nothing to say: the key goes. */
export function writeTail(storage: Storage, pageId: string, tail: Tail): void {
  const key = tailPrefix + pageId
  const entries: Tail['entries'] = []
  let room = maxBytes - 200
  for (const { saved, record } of tail.entries.reverse()) {
    const short = 'render' in record ? { ...record, render: { ...record.render, curve: [] } } : record
    for (const version of [record, short]) {
      const bytes = new Blob([JSON.stringify(version)]).size + 30
      if (bytes > room) continue
      room -= bytes
      entries.push({ saved, record: version })
      break
    }
  }
  if (entries.length + tail.dropped > 0) storage.setItem(key, JSON.stringify({ ...tail, entries }))
  else storage.removeItem(key)
}
