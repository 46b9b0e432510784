/** Makes the records of feedback and signals, under ids that are the same wherever and whenever they are made. Pure. */
import type { FeedbackOptions } from '../api.ts'
import type { Origin } from '../page/origin.ts'
import type { FeedbackRecord, SignalRecord, TurnRef } from '../turn/record.ts'
import type { Meaning } from './meaning.ts'

/** 64 bits of `text` as 16 hex digits (two FNV-1a streams): equal on every page, so a toggle after a reload meets its first revision. */
function hash64(text: string): string {
  let a = 0x811c9dc5
  let b = 0x1b873593
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b ^ (code + i), 0x85ebca6b)
  }
  const hex = (n: number) => (n >>> 0).toString(16).padStart(8, '0')
  return hex(a ^ (b >>> 15)) + hex(b ^ (a >>> 13) ^ 1)
}

/** @param anchor what it is about @param name of the evaluation, or kind of the signal; they share no word */
function idsOf(anchor: string, name: string): { id: string; traceId: string; spanId: string } {
  const id = hash64(`${anchor}:${name}`)
  return { id, traceId: hash64(`${id}a`) + hash64(`${id}b`), spanId: hash64(`${id}c`) }
}

/**
 * @param anchor what makes two feedbacks the same one: the turn's span id, or the message id when no turn is known
 * @param epochMs now; also the revision, so that the last of a toggle wins across pages and reloads
 */
export function feedbackRecord(
  meaning: Meaning,
  options: FeedbackOptions & { comment?: string },
  origin: Origin,
  turn: TurnRef | undefined,
  anchor: string,
  epochMs: number,
  source: FeedbackRecord['source'] = 'api',
): FeedbackRecord {
  const { comment, tags } = options
  return {
    v: 1,
    kind: 'feedback',
    rev: Math.floor(epochMs),
    ...idsOf(anchor, meaning.name),
    ...origin,
    turn,
    at: epochMs,
    ...meaning,
    comment: typeof comment === 'string' ? comment.slice(0, 4096) : undefined,
    tags: Array.isArray(tags) ? tags.slice(0, 16).map((tag) => String(tag).slice(0, 64)) : undefined,
    source,
  }
}

/** Revisions of a signal fall with time, so that of tellings on several pages the first stands: ms left until 2248. */
const END = 2 ** 43

/**
 * @param anchor what makes two signals of a kind the same one: the turn's span id, or one of its own where no turn is known
 * @param epochMs when it was given
 */
export const signalRecord = (
  { signal, ...more }: Pick<SignalRecord, 'signal' | 'value' | 'copied'>,
  origin: Origin,
  turn: TurnRef | undefined,
  anchor: string,
  epochMs: number,
): SignalRecord => ({
  v: 1,
  kind: 'signal',
  rev: END - Math.floor(epochMs),
  ...idsOf(anchor, signal),
  ...origin,
  turn,
  at: epochMs,
  signal,
  ...more,
})
