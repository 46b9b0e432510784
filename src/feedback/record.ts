/** Turns what a user thought of an answer into a FeedbackRecord; which turn it belongs to is found elsewhere. Pure but for its revision counter. */
import type { FeedbackOptions } from '../api.ts'
import type { Origin } from '../page/origin.ts'
import type { FeedbackRecord, TurnRef } from '../turn/record.ts'

/** What a value means: the name of the evaluation, score and label. Undefined score and label: not a feedback. */
interface Meaning {
  name: string
  score?: number
  label?: string
}

const scales: Record<string, [least: number, most: number]> = { rating: [1, 5], csat: [1, 5], nps: [0, 10] }
const retracted = { label: 'retracted' }

/** The form shown when a value is none. */
export const feedbackForm =
  "feedback takes 'up', 'down', null to take it back, a rating 1–5, { rating, max }, { csat: 1–5 }, { nps: 0–10 } or { comment: '…' }"

/** Undefined when the value is out of range or of no known form. */
export function meaningOf(value: unknown): Meaning | undefined {
  if (value === 'up' || value === 'down') return { name: 'thumb', score: value === 'up' ? 1 : 0, label: value }
  if (value === null) return { name: 'thumb', ...retracted }
  if (typeof value === 'number') return meaningOf({ rating: value })
  if (typeof value !== 'object') return undefined
  const given = value as Record<string, unknown>
  for (const [name, [least, most]] of Object.entries(scales)) {
    const score = given[name]
    if (score === undefined) continue
    if (score === null) return { name, ...retracted }
    const top = name === 'rating' && typeof given.max === 'number' && given.max > 1 ? given.max : most
    return typeof score === 'number' && score >= least && score <= top
      ? { name, score, label: `${score}/${top}` }
      : undefined
  }
  return typeof given.comment === 'string' && given.comment !== '' ? { name: 'comment' } : undefined
}

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

/** `traceparent` of a turn's span as a reference; undefined when it is not one. The turn's id is then not known. */
export function refOf(traceparent: unknown): TurnRef | undefined {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(typeof traceparent === 'string' ? traceparent : '')
  return match ? { turnId: '', traceId: match[1]!, spanId: match[2]! } : undefined
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
  const id = hash64(`${anchor}:${meaning.name}`)
  const { comment, tags } = options
  return {
    v: 1,
    kind: 'feedback',
    rev: Math.floor(epochMs),
    id,
    traceId: hash64(`${id}a`) + hash64(`${id}b`),
    spanId: hash64(`${id}c`),
    ...origin,
    turn,
    at: epochMs,
    ...meaning,
    comment: typeof comment === 'string' ? comment.slice(0, 4096) : undefined,
    tags: Array.isArray(tags) ? tags.slice(0, 16).map((tag) => String(tag).slice(0, 64)) : undefined,
    source,
  }
}
