/** What the value of a feedback means: its evaluation's name, score and label. Pure; says nothing of turns. */

export interface Meaning {
  /** `thumb`, `rating`, `csat`, `nps`, `comment`. */
  name: string
  /** On the scale of `name`. Missing when taken back, and for a comment alone. */
  score?: number
  /** `up`, `4/5`, `retracted`, … Missing for a comment alone. */
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
