/**
 * The tail: what a page knows as it goes, written synchronously where a transaction would come too late, one key per page
 * view. What becomes of what was found in it is recovery's.
 */
import type { AnyRecord } from '../turn/record.ts'
import { revisions } from './revisions.ts'

const prefix = 'chat-vitals:tail:'
const maxLetters = 4096

export interface Tail {
  v: 1
  to: string
  /** Epoch ms of the writing. */
  at: number
  /** The page has left for good: its turns need no proof of its death. */
  left: boolean
  /** Records dropped that the database does not know of yet. */
  dropped: number
  /**
   * `saved`: its row was in the database; if that is gone, the record was delivered. `lived`: as in its row; missing in
   * tails of 0.1.0, and of settled records.
   */
  entries: { saved: boolean; lived?: number; record: AnyRecord }[]
}

/** Page views that have a tail here. */
export const tailsOn = (storage: Storage | undefined): string[] =>
  Object.keys(storage ?? {})
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))

/** Undefined: cut, or written by something else. */
export function readTail(storage: Storage, pageId: string): Tail | undefined {
  try {
    return JSON.parse(storage.getItem(prefix + pageId)!) as Tail
  } catch {
    return undefined
  }
}

export const removeTail = (storage: Storage, pageId: string): void => storage.removeItem(prefix + pageId)

/** Without its growth curve. A settled turn may have been sent with it: without, it is of a lower revision. */
const shorter = (record: AnyRecord): AnyRecord =>
  record.kind === 'turn'
    ? {
        ...record,
        render: { ...record.render, curve: [] },
        rev: record.outcome ? record.rev + revisions.tail : record.rev,
      }
    : record

/** Writes what fits, newest first; a growth curve is the first thing left out. Nothing to say: the key goes. */
export function writeTail(storage: Storage, pageId: string, tail: Tail): void {
  const { entries, ...rest } = tail
  let text = JSON.stringify({ ...rest, entries: [] }).slice(0, -2)
  let some = tail.dropped
  for (const entry of entries.reverse()) {
    const fits = (json: string) => text.length + json.length < maxLetters - 3
    let json = JSON.stringify(entry)
    if (!fits(json)) json = JSON.stringify({ ...entry, record: shorter(entry.record) })
    if (!fits(json)) continue
    text += (text.endsWith('[') ? '' : ',') + json
    some ||= 1
  }
  if (some) storage.setItem(prefix + pageId, text + ']}')
  else removeTail(storage, pageId)
}
