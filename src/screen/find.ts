/** Finds where a turn's answer stands in the page, and follows it when the page renders it anew; counts by `counter`. */
import { letters } from '../base/characters.ts'
import { closest, inside, texts } from '../base/nodes.ts'
import { blockOf, tag } from '../base/prose.ts'
import { below, named, speaks } from './growth.ts'
import { onlyHeard } from './heard.ts'
import { HEAD, likeness } from './letters.ts'
import { follows } from './order.ts'
import { gather, headOf, replaced } from './places.ts'
import type { Place } from './places.ts'
import { free, homeOf, reach, since, skipped } from './region.ts'
import type { Page } from './region.ts'
import { nothing } from './watched.ts'
import type { Block } from './seen.ts'
import type { Frame, How, Slot, Turn } from './watched.ts'

export { free } from './region.ts'
export type { Page } from './region.ts'

/** With letters like these on its own, a text is the name of a speaker. */
const SPEAKER = /^(you|user|me|ai|bot|assistant|copilot|chatgpt|claude|gemini|deepseek|qwen|kimi|我|你|助手|用户)$/
/** A match this short may be an accident, like the letter of an avatar. */
const SHORT = 8
const PROMPT = 256
const MOST_STRAYS = 64
/** Not grown for so long, ms, an answer is over, as far as its page tells. */
const QUIET = 600
/** So much of what left, or of what came, may differ when a page shows the same text in another way. */
const LIKE = 0.5
/** With so many letters that are the same it is a copy. */
const COPY = 16
/** Text nodes looked through for the user's words. */
const MOST_TEXTS = 5000

export const createPage = (given: Pick<Page, 'turns' | 'ui' | 'counter' | 'now' | 'composer' | 'progress'>): Page => ({
  ...given,
  roots: new Map(),
  blocks: new WeakMap(),
  places: new Map(),
  news: new Map(),
  calm: false,
  fresh: new WeakMap(),
  thoughts: new WeakSet(),
  notes: new WeakSet(),
  homes: new Map(),
  strays: new Set(),
  looks: 0,
})

/** A new look at the page begins, in which `changing` is placed; gives its number. */
export function look(page: Page, changing?: Set<Text>): number {
  page.changes = changing
  page.homes = new Map()
  page.news.clear()
  return ++page.looks
}

/** A new block that comes whole when the answer has long ceased to grow, or was ended: sources, a note. If it is more, it will grow. */
const held = ({ turn, named, peak, offset, chars }: Slot, { element, chars: own }: Block, now: number): boolean =>
  !named &&
  !own &&
  peak.chars > 0 &&
  chars + offset.chars >= peak.chars &&
  (now - turn.grewAt > QUIET || element.role == 'alert' || !!turn.screen?.over?.())

/** Counts, finds or forgets one text node, as the page has it now. */
export function place(page: Page, text: Text): void {
  const { counter, strays, fresh } = page
  if (!text.isConnected) return counter.drop(text)
  const { into, out, fits, foreign } = homeOf(page, text.parentNode!)
  const own = into && counter.of(text) === into[0]
  if (into && fits && !own && page.changes?.has(text) && held(into[0], into[1], page.now())) {
    page.notes.add(into[1].element)
    into[0].turn.note = into[1].element
  }
  if (into && !out && (own || (fits && !page.notes.has(into[1].element)))) {
    counter.put(text, into, page.looks)
    strays.delete(text)
    into[0].foreign ||= foreign
    into[0].turn.grown.add(into[1])
  } else {
    fresh.set(text, page.looks)
    if (out || !stray(page, text, into?.[0])) counter.drop(text)
  }
}

/** Counts a place anew, whole. */
export const recount = (page: Page, slot: Slot): void =>
  texts(
    slot.root,
    (text) => since(page, text, slot.turn.since) && place(page, text),
    (element) => skipped(page, element),
  )

/** What its blocks had gained before they were the answer's is the answer's. */
function absorb(page: Page, slot: Slot): void {
  const { turn, root, peak } = slot
  for (const candidate of page.places.values()) {
    const within = inside(candidate.root, root)
    if (!within && !inside(root, candidate.root)) continue
    let counted = false
    texts(candidate.root, (text) => (counted ||= page.counter.of(text) === slot))
    if (!counted) continue
    page.places.delete(candidate.root)
    if (replaced(candidate)) continue
    // A name in front of it, in the same block, is no part of it.
    let before = within ? 0 : Math.max(0, candidate.peak.chars - slot.chars)
    for (const grown of candidate.past) {
      const chars = grown.chars - Math.min(before, grown.chars)
      before -= grown.chars - chars
      if (!chars || grown.at < turn.opened) continue
      const ms = (grown.ms * chars) / grown.chars
      turn.past.push({ ...grown, chars, ms })
      peak.chars += chars
      peak.ms += ms
    }
  }
  turn.past.sort((a, b) => a.at - b.at)
}

function move(page: Page, slot: Slot, root: Node): void {
  page.roots.delete(slot.root)
  page.roots.set((slot.root = root), slot)
  page.homes = new Map()
  recount(page, slot)
  absorb(page, slot)
}

/** What the stream's beginning `head` says stands in `root`. */
export function settle(page: Page, turn: Turn, head: number, root: Node, how: How, words?: string): void {
  const { roots, counter } = page
  if (roots.has(root) || tag(root) == 'body') return
  let slot = turn.slots.find((other) => other.head == head)
  if (slot) texts(slot.root, (text) => counter.drop(text))
  else {
    const candidate = page.places.get(blockOf(root, root.ownerDocument!))
    const first = candidate && !replaced(candidate) ? candidate.since : page.looks
    slot = { ...nothing(), turn, root, head, kinds: new Set(), since: first, peak: nothing(), offset: nothing() }
    turn.slots.push(slot)
  }
  if (turn.how != 'matched' && turn.how != how) turn.screen?.found?.((turn.how = how))
  slot.named = how == 'named' && head >= 0
  slot.words = words ?? slot.words
  slot.mute = undefined
  slot.kinds.clear()
  page.notes.delete(root as Element)
  move(page, slot, root)
}

/** Text beside the known answer, in the same message: the answer's place becomes what holds both. */
function extend({ page, slot, both, kinds }: { page: Page } & NonNullable<ReturnType<typeof reach>>): void {
  for (const one of kinds) slot.kinds.add(one)
  move(page, slot, both)
}

/** A place beside an answer grew as answers do: it is a part of it. */
export function join(page: Page, candidate: Place): void {
  const { beside, root, words, frames } = candidate
  if (!beside || frames < 2 || !beside.turn.slots.includes(beside) || onlyHeard(root, page.calm)) return
  const { turn } = beside
  const copy = (one: string, other: string): boolean => one.length >= COPY && other.startsWith(one)
  // The same once more: for assistive technology, in a preview.
  if (turn.slots.some((slot) => copy(words, headOf(slot.root)) || copy(headOf(slot.root), words))) return
  settle(page, turn, -1 - turn.slots.length, root, turn.how ?? 'growth', words)
}

/** The turn's own words, as the page shows them. @returns how much the text is like them */
function bubble({ ui, turns, looks, now }: Page, text: Text, shown: string): 'own' | 'part' | undefined {
  let part: 'part' | undefined
  for (const turn of turns) {
    const prompt = letters(turn.prompt, PROMPT)
    const like = prompt.slice(0, HEAD).startsWith(shown) && (shown.length > 2 || shown == prompt)
    const own = ui.prompt ? closest(text, ui.prompt) : like && text
    if (own && (own === turn.bubble || !turn.bubble?.isConnected)) {
      turn.bubble = own
      turn.echoed ??= { at: now(), look: looks }
      return 'own'
    }
    // It began like the prompt, and went on otherwise.
    if (turn.bubble === text) turn.bubble = turn.echoed = undefined
    if (shown.length > 2 && prompt.includes(shown)) part = 'part'
  }
  return part
}

/** Finds the turn whose stream is most like it; a better match takes the place of a short one. */
function match(page: Page, text: Text, shown: string): { found?: () => void; later?: boolean; thought?: Turn } {
  const { ui, turns } = page
  const region = ui.answer && closest(text, ui.answer)
  const found: ReturnType<typeof match> = {}
  let best = 0
  for (const turn of turns) {
    const given = turn.given && inside(text, turn.given) ? turn.given : region
    const take = (head: number, like: number, words: string): void => {
      best = like
      found.later = head != 0
      found.found = () => {
        const block = blockOf(text.parentNode!, text.ownerDocument)
        // Its first words may be a node of their own.
        const root = likeness(words, headOf(block)) > 0 && free(page, block, turn.since) ? block : text.parentNode!
        settle(page, turn, head, given || root, given ? 'named' : turn.answer.first ? 'matched' : 'growth')
      }
    }
    const heads = turn.answer.heads.map((words, head) => [words, head] as const)
    for (const { words, head } of turn.slots) if (words) heads.push([words, head])
    for (const [words, head] of heads) {
      let like = likeness(words, shown)
      const { chars, root, named: whole, mute } = turn.slots.find((slot) => slot.head == head) ?? {}
      if (root?.isConnected && !mute && (whole || like <= chars! || chars! >= SHORT)) continue
      // Of what cannot be seen, no part is the copy that can, and no title that begins alike.
      if (mute && root!.isConnected && (inside(text, root!) || like < Math.min(COPY, words.length))) continue
      // What comes after a pause is found by its very beginning alone.
      if (head && like < 3) continue
      like = Math.abs(like)
      if (like > best && (given || !ui.answer)) take(head, like, words)
    }
    if (given === turn.given && given && !found.found && !turn.slots[0] && !speaks(turn, page.now())) take(0, 0, '')
    if (turn.reasoning.heads.some((words) => Math.abs(likeness(words, shown)) > best)) return { thought: turn }
  }
  return found
}

/** Text that belongs to nobody yet. @returns it may become an answer's: a place keeps it */
function stray(page: Page, text: Text, within: Slot | undefined): boolean {
  const { ui, strays, thoughts } = page
  const shown = letters(text.data, HEAD)
  if (!shown) return false
  const part = within ? undefined : bubble(page, text, shown)
  if (part == 'own' || (ui.messages && !closest(text, ui.messages))) return false
  const { found, later, thought } = match(page, text, shown)
  if (thought) {
    thoughts.add(closest(text, 'details') ?? text.parentNode!)
    page.homes = new Map()
    page.progress(thought)
    return false
  }
  const beside = within || (found && !later) ? undefined : reach(page, text)
  if (beside?.sure) extend({ page, ...beside })
  else if (found) found()
  if (found || beside?.sure) return true
  // Answers often begin with words of the prompt.
  if (part && !page.turns.some((turn) => below(turn, text, page.turns))) return false
  const slot = within ?? beside?.slot
  if (slot) page.news.set(text, slot)
  if (strays.size < MOST_STRAYS) strays.add(text)
  if (slot) return true
  return unknown(page, text, shown)
}

/** Text that stands beside no answer: a status, or the answer of a turn that has none yet. */
function unknown(page: Page, text: Text, shown: string): boolean {
  let open = false
  for (const turn of page.turns) {
    const { bubble: words, unseen, answer, slots } = turn
    open ||= !slots[0]
    // Without a stream to compare with, only an ellipsis tells a status from an answer.
    if (
      !answer.first &&
      shown.length > 2 &&
      !SPEAKER.test(shown) &&
      (!words || follows(words, text)) &&
      (!unseen || /(…|\.{3})\s*$/.test(text.data))
    )
      page.progress(turn)
  }
  if (open) page.news.set(text, undefined)
  return open
}

/** Text that left the answer comes back in another form, like code in an editor that only shows it. */
function returned(page: Page, text: Text, slot: Slot): boolean {
  const { counter } = page
  const { into, out } = homeOf(page, text.parentNode!)
  const { peak, offset, chars } = slot
  if (out || into?.[0] !== slot || chars + offset.chars >= peak.chars) return false
  counter.put(text, into, page.looks)
  const came = slot.chars - chars
  if (slot.chars + offset.chars > peak.chars + came * LIKE) return false
  into[0].turn.grown.add(into[1])
  return true
}

/** The look is over: what belongs to nobody goes to its place. @returns the places that grew */
export function keep(page: Page, frame: Frame, at: number): Place[] {
  const { news, turns, places, counter, ui } = page
  if (!news.size) return []
  const open = turns.filter(({ slots }) => !slots[0])
  const wanted: [Text, Slot | undefined][] = []
  for (const [text, slot] of news)
    if (!text.isConnected) continue
    else if (slot) {
      if (!returned(page, text, slot)) wanted.push([text, slot])
    } else if (open.some((turn) => !turn.bubble?.isConnected || named(turn, text, ui) || below(turn, text, turns)))
      wanted.push([text, slot])
  news.clear()
  return gather(places, wanted, { counter, look: page.looks, frame, at })
}

/** Looks through the page for the user's words, which may have stood there before. */
export function seekBubble(page: Page, turn: Turn, root: Node): void {
  const prompt = letters(turn.prompt, PROMPT).slice(0, HEAD)
  if (!prompt || turn.bubble?.isConnected) return
  let left = MOST_TEXTS
  texts(
    root,
    (text) => {
      if (--left > 0 && letters(text.data, HEAD) === prompt) turn.bubble = text
    },
    (element) => left <= 0 || skipped(page, element),
  )
}

/** What is there, once more: the stream, or the page, said something about it. */
export function again(page: Page, turn: Turn): void {
  look(page)
  const all = new Set([...page.strays].filter((text) => since(page, text, turn.since)))
  for (const text of all) page.strays.delete(text)
  for (const { root } of page.places.values()) if (root.isConnected) texts(root, (text) => void all.add(text))
  for (const text of all) place(page, text)
}

export const inAnswer = (page: Page, node: Node): boolean => !!homeOf(page, node).into

export function forget(page: Page, turn: Turn): void {
  for (const { root } of turn.slots) page.roots.delete(root)
  if (page.turns[0]) return
  // To the next turn, all that stands in the page now was there before.
  page.counter.clear()
  page.fresh = new WeakMap()
  page.strays.clear()
  page.places.clear()
  page.news.clear()
  page.homes = new Map()
}
