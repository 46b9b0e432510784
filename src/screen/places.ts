/**
 * Blocks of text that came or changed while no answer was found, each with how it grew, frame by frame: whatever tells later
 * which of them is the answer, nothing of it is lost or dated late. Leaves that decision to `growth` and to the stream.
 */
import { letters } from '../base/characters.ts'
import { texts } from '../base/nodes.ts'
import { blockOf, excluded } from '../base/prose.ts'
import type { Counter, Tally } from './counter.ts'
import { HEAD } from './letters.ts'
import { nothing } from './watched.ts'
import type { Frame, Grown, Slot } from './watched.ts'

export interface Place extends Tally {
  /** The block; replaced when the page replaces it. */
  root: Element
  /** Its first letters, and all of its text while that is short. */
  words: string
  raw: string
  peak: Tally
  past: Grown[]
  /** Frames in which it grew by more letters at its end; its first is one of them. */
  frames: number
  /** The look in which its text came, and when it grew last. */
  since: number
  last: number
  /** The answer it stands beside. */
  beside?: Slot | undefined
  /** How far the stream was asked for it: see `asking`. */
  asked: number
}
export type Places = Map<Element, Place>

/** Places followed at once, and frames kept of each. */
export const MOST_PLACES = 32
const MOST_FRAMES = 64
/** So many first letters that stay the same, or half of them: the text went on, if not in letters alone (a link that closed). */
const KEPT = 8
const ELLIPSIS = /(…|\.{3})$/

/** The first letters of what is in it. */
export function headOf(root: Node): string {
  let head = ''
  texts(
    root,
    (text) => {
      if (head.length < HEAD) head += letters(text.data, HEAD - head.length)
    },
    (element) => head.length >= HEAD || (element !== root && excluded(element)),
  )
  return head
}

function common(one: string, other: string): number {
  let n = 0
  while (n < one.length && one[n] === other[n]) n++
  return n
}

/** All of its text while that is short. */
const rawOf = (root: Node, words: string): string => (words.length < HEAD ? root.textContent!.trim() : '')

/** What stood there was taken away: a placeholder, a status, another message. What stands there now begins anew. */
export function replaced(place: Place, words = headOf(place.root), raw = rawOf(place.root, words)): boolean {
  if (!place.past[0]) return false
  const same = common(place.words, words)
  if (same < place.words.length && same < KEPT && same * 2 < place.words.length) return true
  return (!place.words || ELLIPSIS.test(place.raw)) && !raw.startsWith(place.raw)
}

/** Pairs become one, dated by the later of them; what came first keeps its own time. */
function merge(past: Grown[]): Grown[] {
  const merged = past.slice(0, 1)
  for (let i = 1; i < past.length; i += 2) {
    const [one, two] = [past[i]!, past[i + 1]]
    merged.push(two ? { ...two, chars: one.chars + two.chars, ms: one.ms + two.ms } : one)
  }
  return merged
}

/** Raises a place's high-water mark. @returns it grew */
function grow(place: Place, frame: Frame, at: number, look: number): boolean {
  const words = headOf(place.root)
  const raw = rawOf(place.root, words)
  if (replaced(place, words, raw))
    Object.assign(place, { peak: nothing(), past: [], frames: 0, asked: 0, words: '', since: look })
  const { peak, past } = place
  const chars = place.chars - peak.chars
  const ms = Math.max(0, place.ms - peak.ms)
  // Numbers count up.
  const appended =
    words.startsWith(place.words) && (words.length == HEAD || /\p{L}/u.test(words.slice(place.words.length)))
  place.words = words
  place.raw = raw
  if (chars <= 0) return false
  peak.chars += chars
  peak.ms += ms
  place.last = at
  const last = past.at(-1)
  if (last?.frame === frame) {
    last.chars += chars
    last.ms += ms
    last.words = words
  } else {
    past.push({ frame, at, chars, ms, words })
    if (appended) place.frames++
    if (past.length > MOST_FRAMES) place.past = merge(past)
  }
  return true
}

/** The block that a page rendered anew, told by its words: they are the beginning of what stands in the new one. */
function heir(places: Places, root: Element): Place | undefined {
  let found: Place | undefined
  let head: string | undefined
  for (const place of places.values())
    if (!place.root.isConnected && place.words && place.words.length > (found?.words.length ?? 0)) {
      head ??= headOf(root)
      if (head.startsWith(place.words)) found = place
    }
  if (found) {
    places.delete(found.root)
    found.root = root
    places.set(root, found)
  }
  return found
}

function evict(places: Places): void {
  let worst: Place | undefined
  const rank = ({ root, frames, last }: Place): number => (root.isConnected ? (frames > 1 ? 2e9 : 1e9) : 0) + last
  for (const place of places.values()) if (!worst || rank(place) < rank(worst)) worst = place
  places.delete(worst!.root)
}

/** Takes in what changed and belongs to nobody. @returns the places that grew */
export function gather(
  places: Places,
  news: Iterable<[Text, Slot | undefined]>,
  { counter, look, frame, at }: { counter: Counter; look: number; frame: Frame; at: number },
): Place[] {
  const touched = new Set<Place>()
  for (const [text, beside] of news) {
    if (!text.isConnected) continue
    const root = blockOf(text.parentNode!, text.ownerDocument)
    let place = places.get(root) ?? heir(places, root)
    if (!place) {
      place = {
        ...nothing(),
        root,
        words: '',
        raw: '',
        peak: nothing(),
        past: [],
        frames: 0,
        since: look,
        last: at,
        asked: 0,
      }
      places.set(root, place)
      if (places.size > MOST_PLACES) evict(places)
    }
    place.beside = beside
    counter.put(text, [place], look)
    touched.add(place)
  }
  return [...touched].filter((place) => grow(place, frame, at, look))
}
