/** Finds in the log of pieces the stretch that says what stands on the page. */
import { letters } from '../../base/characters.ts'
import { shownOf } from './pieces.ts'
import type { Piece } from './pieces.ts'

/** Letters from which on a text decides, and from which on it is sure. */
export const DECIDED = 16
export const SURE = 48
/** Choices tried from one beginning, and beginnings compared. */
const most = { choices: 200, found: 64 }

export interface Stretch {
  /** Where it begins: number of the piece, letters of it that are passed over. */
  from: number
  skip: number
  /** Channels that say it; the first is that of its beginning. */
  channels: Set<string>
  /** It begins where its channel begins. */
  begins: boolean
}

/** Goes on in `shown` from `pos` by what a piece says. Numbers of a list's items are not in the page's text. -1: it says otherwise. */
function eat(shown: string, pos: number, said: string, from = 0): number {
  for (let i = from; i < said.length && pos < shown.length; i++) {
    if (said[i] == shown[pos]) pos++
    else if (!/\d/.test(said[i]!)) return -1
  }
  return pos
}

/**
 * @param channelOf which channel a piece is of
 * @param whole nothing else stands there: a shorter text counts too, but must be all that was said
 */
export function align(
  shownText: string,
  pieces: readonly Piece[],
  channelOf: (piece: Piece) => string,
  whole?: boolean,
): Stretch | undefined {
  const shown = letters(shownText, SURE)
  if (shown.length < (whole ? 1 : DECIDED)) return
  const short = shown.length < DECIDED
  const channels = pieces.map(channelOf)
  const said = pieces.map(({ text }) => shownOf(text))
  let choices = 0

  /** Follows from piece `i` on; a channel that joined may skip nothing, one that was passed over may not join. */
  function follow(
    i: number,
    pos: number,
    used: Set<string>,
    passed: Set<string>,
    carry: string,
  ): Set<string> | undefined {
    for (; i < pieces.length; i++) {
      if (pos >= shown.length && !short) return used
      const channel = channels[i]!
      if (passed.has(channel)) continue
      const member = used.has(channel)
      const one = member && carry ? shownOf(carry + pieces[i]!.text) : said[i]!
      if (!one.said && !member) continue
      if (pos >= shown.length) {
        // All of it was said: a channel that says more is another's.
        if (member && one.said) return
        continue
      }
      const next = eat(shown, pos, one.said)
      if (member) {
        if (next < 0 || (short && next >= shown.length && !ends(one.said))) return
        pos = next
        carry = one.rest
        continue
      }
      if (next > pos && choices-- > 0) {
        const found = follow(i + 1, next, new Set(used).add(channel), passed, one.rest)
        if (found) return found
      }
      passed = new Set(passed).add(channel)
    }
    return pos >= shown.length ? used : undefined
  }
  const ends = (text: string) => text.endsWith(shown.slice(-1))

  // Told twice, piece by piece: which of the two does not matter. A title comes in other pieces.
  const alike = (a: Stretch, b: Stretch): boolean => said[a.from]!.said == said[b.from]!.said

  const found: Stretch[] = []
  for (let i = 0; i < pieces.length && found.length < most.found; i++) {
    const { begins } = pieces[i]!
    const { said: text, rest } = said[i]!
    if (!text || (short && !begins)) continue
    const channel = channels[i]!
    for (let skip = 0; skip < text.length; skip++) {
      if (skip) {
        skip = text.indexOf(shown[0]!, skip)
        if (skip < 0 || short) break
      }
      const next = eat(shown, 0, text, skip)
      if (next <= 0 || (short && next >= shown.length && text.length - skip > next)) continue
      choices = most.choices
      const used = follow(i + 1, next, new Set([channel]), new Set(), rest)
      if (used) found.push({ from: i, skip, channels: used, begins: begins && !skip })
    }
  }
  // A beginning beats a place within; of beginnings the first, of places within the last: models draft what they will say.
  const best = found.find(({ begins }) => begins) ?? found.at(-1)
  // Two that say it, and no way to tell which: more text will.
  const rival =
    best &&
    found.some((one) => one.begins == best.begins && !one.channels.has(channels[best.from]!) && !alike(one, best))
  return rival && shown.length < SURE && !whole ? undefined : best
}
