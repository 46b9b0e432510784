/** Compares text of the page with text of the stream, by letters alone: markdown and layout leave those. */
import { letters } from '../base/characters.ts'

/** Letters kept of an answer's or a thought's beginning. */
export const HEAD = 64
/** A pause of the stream, ms, after which a new message of the same answer may begin. */
const PAUSE = 400
const MOST_HEADS = 8

/**
 * How many letters a page's text that begins with `text` shares with the stream's text that begins with `head`, so
 * far. Negative: it is a later piece of it. 0: it is something else.
 */
export function likeness(head: string, text: string): number {
  if (!head || !text) return 0
  if (head.startsWith(text)) return text.length
  if (head.length > 2 && text.startsWith(head)) return head.length
  return text.length > 2 && head.includes(text) ? -text.length : 0
}

/** What the stream said, as far as needed to find it: the first letters after each of at most 8 pauses. */
export interface Said {
  heads: string[]
  /** When the first and the last piece came. */
  first: number
  last: number
}

export function say(said: Said, text: string, at: number): void {
  const { heads } = said
  if (!heads.length || (at - said.last > PAUSE && heads.length < MOST_HEADS && heads.at(-1))) heads.push('')
  const head = heads.pop()!
  heads.push(head.length < HEAD ? head + letters(text, HEAD - head.length) : head)
  said.first ||= at
  said.last = at
}
