/** Makes the log of pieces of an unknown stream: what each payload said that was new, in order. */
import { letters } from '../../base/characters.ts'
import { leavesOf, tagsOf } from './leaves.ts'
import type { Leaf, Tag } from './leaves.ts'
import type { Kinds } from './kinds.ts'

/** Places of a format followed, letters read of one piece. */
const most = { slots: 512, letters: 4096 }
/** From so many characters on one text that begins like the one before is the same, resent. */
const SAME = 8
/** The second begins like the first: of what goes on that is so by chance only where the first is shorter. */
const FIRST = 3
/** From so many on a text that says all that was said is that, once more. */
const WHOLE = 16

/** One payload as it came. */
export interface Raw {
  payload: string
  event: string | undefined
  at: number
  /** Its number in the stream. */
  seq: number
}

export interface Piece {
  raw: Raw
  path: string
  tags: readonly Tag[]
  /** What is new in it, as sent. */
  text: string
  /** No letter was said before in this place. */
  begins: boolean
}

/** What one place of the format has said so far. */
interface Slot {
  slot: string
  tags: readonly Tag[]
  channel: string
  last: string
  head: string
  total: number
  grows: number
  breaks: number
  same: number
  lettered: boolean
}

/** Closing tags stand behind a text that still grows. */
const open = (text: string) => (/[\s>]/.test(text.at(-1) ?? '') ? text.replace(/(?:\s|<\/\w+>)+$/, '') : text)

/** Keys under which numbers may be tokens of text. */
const SAYS = /(^|\/)(\w*(content|text|delta|token|answer|reply|message|value|output)|v)$|^$/i

export interface Log {
  /** All that these said. Looked at together: whether a place resends or goes on is seen from its texts. */
  read(raws: readonly Raw[]): Piece[]
  /** What one more says at the paths that are of use. */
  next(raw: Raw, isWanted: (path: string) => boolean): Piece[]
  /** Sends the whole each time. */
  resends(channel: string): boolean
}

/** @param resent channels of which it is known that they send the whole each time */
export function createLog(kinds: Kinds, resent: (channel: string) => boolean): Log {
  let slots = new Map<string, Slot>()
  // Paths at which a text stood: a number there is a token of it.
  const texts = new Set<string>()

  /** All that may be text. */
  const flatten = (raw: Raw): Leaf[] => {
    const leaves = leavesOf(raw.payload, raw.event)
    const noted = new Set<Leaf['scope']>()
    for (const { path, number, scope } of leaves) {
      if (!number && texts.size < most.slots) texts.add(path)
      if (noted.has(scope)) continue
      noted.add(scope)
      kinds.note(scope.tags)
    }
    return leaves.filter(({ path, text, number }) =>
      number ? texts.has(path) || SAYS.test(path) : !kinds.isId(path) || /\s/.test(text),
    )
  }
  /** @param told kinds of scopes, while they stay what they are */
  const slotOf = (leaf: Leaf, told?: Map<object, string>): Slot | undefined => {
    const tags = tagsOf(leaf)
    let kind = leaf.tagged ? undefined : told?.get(leaf.scope)
    if (kind === undefined) {
      kind = kinds.of(tags, leaf.path)
      if (!leaf.tagged) told?.set(leaf.scope, kind)
    }
    const key = leaf.slot + kind
    let slot = slots.get(key)
    // What tells kinds apart is seen better with time: it may be here under an earlier name.
    if (!slot)
      for (const [old, one] of slots)
        if (one.slot == leaf.slot && one.slot + kinds.of(one.tags, leaf.path) == key) {
          slots.delete(old)
          slots.set(key, (slot = one))
          break
        }
    if (!slot && slots.size < most.slots) {
      const channel = leaf.path + kind
      slot = {
        slot: leaf.slot,
        tags,
        channel,
        last: '',
        head: '',
        total: 0,
        grows: 0,
        breaks: 0,
        same: 0,
        lettered: false,
      }
      if (resent(channel)) slot.grows = 9
      slots.set(key, slot)
    }
    return slot
  }
  /** Compares with the one before. */
  const compare = (slot: Slot, text: string): void => {
    if (!text || !slot.last) return
    const before = open(slot.last)
    if (text == slot.last) slot.same++
    else if (text.startsWith(before))
      slot.grows += before.length >= (slot.grows + slot.breaks + slot.same ? SAME : FIRST) ? 2 : 1
    else slot.breaks++
  }
  const resends = ({ grows, breaks }: Slot) => grows > 1 && grows > 4 * breaks
  /** What is new in it. */
  const fresh = (slot: Slot, text: string): string => {
    const before = open(slot.last)
    const again =
      resends(slot) && (text.startsWith(before) || open(text) == before)
        ? open(text).slice(before.length)
        : slot.total >= WHOLE && text.length >= slot.total && text.startsWith(slot.head)
          ? text.slice(slot.total)
          : text
    slot.total += again.length
    if (slot.head.length < 64) slot.head = (slot.head + again).slice(0, 64)
    return again
  }
  const pieceOf = (raw: Raw, leaf: Leaf, slot: Slot): Piece | undefined => {
    const { path, text } = leaf
    const begins = !slot.lettered
    const said = fresh(slot, text)
    slot.last = text || slot.last
    slot.lettered ||= /[\p{L}\p{N}]/u.test(said)
    return said ? { raw, path, tags: tagsOf(leaf), text: said, begins } : undefined
  }

  return {
    read(raws) {
      slots = new Map()
      // First all of them: the last may show what told the first apart.
      const all = raws.map((raw) => [raw, flatten(raw)] as const)
      const placed: [Raw, Leaf, Slot][] = []
      const told = new Map<object, string>()
      for (const [raw, leaves] of all)
        for (const leaf of leaves) {
          const slot = slotOf(leaf, told)
          if (!slot) continue
          placed.push([raw, leaf, slot])
          compare(slot, leaf.text)
          slot.last = leaf.text || slot.last
        }
      const constant = new Set<Slot>()
      for (const slot of slots.values()) {
        if (slot.same && !slot.grows && !slot.breaks && slot.last.length < 64) constant.add(slot)
        slot.last = ''
      }
      const found: Piece[] = []
      for (const [raw, leaf, slot] of placed) {
        const piece = constant.has(slot) ? undefined : pieceOf(raw, leaf, slot)
        if (piece) found.push(piece)
      }
      return found
    },
    next(raw, isWanted) {
      const found: Piece[] = []
      for (const leaf of flatten(raw)) {
        const slot = isWanted(leaf.path) ? slotOf(leaf) : undefined
        if (!slot) continue
        compare(slot, leaf.text)
        const piece = pieceOf(raw, leaf, slot)
        if (piece) found.push(piece)
      }
      return found
    },
    resends: (channel) => [...slots.values()].some((slot) => slot.channel == channel && resends(slot)),
  }
}

/** Letters of a piece as the page may show it: without tags, targets of links, languages of code. `rest` is not decided yet. */
export function shownOf(text: string): { said: string; rest: string } {
  if (!/[<\](`&]/.test(text)) return { said: letters(text, most.letters), rest: '' }
  const rest = /(?:<[a-z!/][^<>]{0,200}|\]\([^)\s]{0,500}|\]|`{1,3}[\w+-]{0,20}|&#?\w{0,8}|<)$/i.exec(text)?.[0] ?? ''
  const plain = text
    .slice(0, text.length - rest.length)
    .replace(/<[a-z!/][^<>]*>/gi, ' ')
    .replace(/\]\([^)\s]*\)/g, ' ')
    .replace(/```[\w+-]*/g, ' ')
    .replace(/&#?\w{1,8};/g, ' ')
  return { said: letters(plain, most.letters), rest }
}
