/** The session: an id shared by the tabs of an origin, over after 30 minutes of rest or 4 hours. Knows nothing of turns. */
import type { Clock } from '../base/clock.ts'
import { randomHex } from '../base/ids.ts'
import type { PageTiming } from '../base/timing.ts'

export interface SessionInfo {
  /** 32 hex digits; the value of `session.id`. Empty while there is none: nobody has been active since consent was denied. */
  id: string
  /** Epoch ms. */
  startedAt: number
  /** Whether this session is recorded (`sampleRate`): the same answer on every page of the session. */
  sampled: boolean
}

export interface Session {
  /** The session now, begun anew when the last one is over. Counts as activity. */
  touch(): SessionInfo
  /** The one that activity last belonged to. Looking begins none: a tab that rests and is closed was no visit. */
  peek(): SessionInfo
  /** Whether a session is recorded; the answer is in its id. */
  sampled(sessionId: string): boolean
  /** Takes it off the device and ends it: the next activity begins another one. */
  forget(): void
}

interface Row {
  id: string
  at: number
  last: number
}

const key = 'chat-vitals:session'
/** Activity is written at most this often, ms: a synchronous write per keystroke would be felt. */
const writeEvery = 5000
/** A clock set back by more than this, ms, ends a session: its beginning would lie ahead. */
const clockStep = 60_000

export function createSession(options: {
  clock: Clock
  timing: Pick<PageTiming, 'sessionIdle' | 'sessionMost'>
  sampleRate: number
  /** Missing where storage is denied: the session then lasts as long as the page. */
  storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  /** Whether it may be used now: before consent nothing is put on the device. @defaultValue yes */
  mayStore?(): boolean
}): Session {
  const { clock, timing, mayStore = () => true } = options
  const storage = () => (mayStore() ? options.storage : undefined)
  // What this page has was written, or came from there.
  let shared = false
  // What this page knows; the stored row wins, another tab may have begun a new session.
  let row: Row | undefined
  // Ended by `forget`. Another application of the origin may write it again: it is none of ours any more.
  let forgotten = ''

  const read = (): Row | undefined => {
    try {
      const stored = JSON.parse(storage()?.getItem(key) ?? 'null') as Row | null
      if (
        stored &&
        stored.id !== forgotten &&
        /^[0-9a-f]{32}$/.test(stored.id) &&
        stored.at > 0 &&
        stored.last >= stored.at
      ) {
        shared = true
        return stored
      }
    } catch {
      // Denied or written by someone else: as if there were none.
    }
    return row
  }
  const write = (next: Row) => {
    row = next
    shared = mayStore()
    try {
      storage()?.setItem(key, JSON.stringify(next))
    } catch {
      // Full or denied: the page's own copy serves.
    }
  }
  const isOver = ({ at, last }: Row, now: number) =>
    now - last > timing.sessionIdle || now - at > timing.sessionMost || now < at - clockStep
  // The id is random, so a fixed cut of it is consistent over pages without being stored.
  const sampled = (id: string) => Number.parseInt(id.slice(0, 8), 16) < options.sampleRate * 2 ** 32
  const infoOf = (known: Row | undefined): SessionInfo => ({
    id: known?.id ?? '',
    startedAt: known?.at ?? 0,
    sampled: !!known && sampled(known.id),
  })
  return {
    touch() {
      const now = clock.epoch()
      let known = read()
      if (!known || isOver(known, now)) write((known = { id: randomHex(16), at: now, last: now }))
      else if (!shared || now - known.last > writeEvery) write((known = { ...known, last: now }))
      else row = known
      return infoOf(known)
    },
    peek: () => infoOf(read()),
    sampled,
    forget() {
      forgotten = row?.id ?? ''
      row = undefined
      shared = false
      try {
        options.storage?.removeItem(key)
      } catch {
        // Denied: then it holds nothing of ours.
      }
    },
  }
}
