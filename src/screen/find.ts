/** Finds where a turn's answer stands in the page, and follows it when the page renders it anew; counts by `counter`. */
import { letters } from '../base/characters.ts'
import type { Counter, Tally } from './counter.ts'
import { HEAD, likeness } from './letters.ts'
import type { Said } from './letters.ts'
import { above, closest, inside, texts } from '../base/nodes.ts'
import { blockOf, excluded, inline, prose, tag } from '../base/prose.ts'
import type { Block, Tail } from './seen.ts'
import type { Ui } from '../input/ui.ts'

/** One place where a turn shows answer text. An answer of several messages has several. */
export interface Slot extends Tally {
  turn: Turn
  /** Replaced when the page replaces it; the marks below stay. */
  root: Node
  /** Which beginning of the stream stands here. */
  head: number
  /** Named by the page or a selector: all text in it counts. Else only what looks like an answer's. */
  named?: boolean
  /** Tags of the root's children that hold answer text. */
  kinds: Set<string | undefined>
  /** Text older than this was there before the answer. */
  since: number
  /** High-water marks. */
  peak: Tally
  /** A translator rewrote it; what that put in or took out. */
  foreign?: boolean
  offset: Tally
}

export interface Turn extends Tail {
  since: number
  /** Its own bubble is no answer. */
  prompt: string
  bubble?: Node
  answer: Said
  reasoning: Said
  /** No stream is seen: growth alone tells. */
  unseen?: boolean
  /** The page says that the answer stands in it. */
  given?: Element
  slots: Slot[]
  /** Containers of text that changed in this frame, while no answer is found: growth alone may have to tell. */
  touched: Set<Node>
  /** Blocks that grew in this frame. */
  grown: Set<Block>
}

export const newTurn = (since: number): Turn => ({
  since,
  prompt: '',
  answer: { heads: [], first: 0, last: 0 },
  reasoning: { heads: [], first: 0, last: 0 },
  slots: [],
  touched: new Set(),
  grown: new Set(),
  blocks: [],
})

interface Home {
  /** Not text of any message. */
  out?: boolean
  /** Looks like the answer's text by where it stands. */
  fits?: boolean
  foreign?: boolean
  /** What its text counts into. */
  into?: [Slot, Block]
}

/** With letters like these on its own, a text is the name of a speaker. */
const SPEAKER = /^(you|user|me|ai|bot|assistant|copilot|chatgpt|claude|gemini|deepseek|qwen|kimi|我|你|助手|用户)$/
/** So much text in a row is no label. */
const SENTENCE = 20
/** A match this short may be an accident, like the letter of an avatar. */
const SHORT = 8
const PROMPT = 256
/** A stream whose text was not found for this long, ms, is rendered beyond recognition: growth alone tells. */
const LOST = 1000
const MOST_STRAYS = 64

const sentence = (text: Text): boolean => !!letters(text.data, SENTENCE)[SENTENCE - 1]
const follows = (node: Node, other: Node): boolean =>
  (node.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) > 0

export interface Finder {
  /** A new look at the page begins, in which `changing` is placed; gives its number. */
  look(changing?: Set<Text>): number
  /** Counts, finds or forgets one text node, as the page has it now. */
  place(text: Text): void
  inAnswer(node: Node): boolean
  /** What the stream's beginning `head` says stands in `root`. */
  settle(turn: Turn, head: number, root: Node, named?: boolean): void
  /** Counts a place anew, whole. */
  recount(slot: Slot): void
  /** Growth alone tells where this turn's text is. */
  lost(turn: Turn): boolean
  /** No text in it that was there before `since`, no composer, no prompt, no other answer. */
  free(node: Node, since: number, slot?: Slot): boolean
  /** Text that came in this turn and that nobody knew; handed out once. */
  strays(turn: Turn): Text[]
  forget(turn: Turn): void
}

export function createFinder(options: {
  turns: Turn[]
  ui: Ui
  counter: Counter
  now: () => number
  composer: () => Element | undefined
  progress: (turn: Turn) => void
}): Finder {
  const { turns, ui, counter, now, composer, progress } = options
  const roots = new Map<Node, Slot>()
  const blocks = new WeakMap<Element, Block>()
  // The look in which a text that is not counted was last seen to change; missing: it was there before.
  let fresh = new WeakMap<Text, number>()
  const thoughts = new WeakSet<Node>()
  // By parent, for one look: neighbours ask for the same.
  let homes = new Map<Node, Home>()
  const strays = new Set<Text>()
  let looks = 0
  // Not placed yet, some of it.
  let changes: Set<Text> | undefined

  const skip = (node: Node): boolean => thoughts.has(node) || node === composer() || excluded(node)
  const since = (text: Text, look: number): boolean =>
    (counter.look(text) ?? fresh.get(text) ?? (changes?.has(text) ? looks : -1)) >= look

  const homeOf = (parent: Node): Home => {
    const known = homes.get(parent)
    if (known) return known
    const home: Home = {}
    homes.set(parent, home)
    let last: Node | undefined
    for (let node: Node | null = parent; node; node = above((last = node))) {
      const slot = roots.get(node)
      if (slot) {
        home.fits ||= slot.named || !last || inline(last) || slot.kinds.has(tag(last))
        const element = blockOf(parent, node)
        const block = blocks.get(element) ?? { element, chars: 0, ms: 0, laid: 0, others: 0, reach: 0 }
        blocks.set(element, block)
        home.into = [slot, block]
        break
      }
      if ((home.out = skip(node))) break
      home.fits ||= prose(node)
      // Browsers' translators wrap what they rewrite in it.
      home.foreign ||= tag(node) == 'font'
    }
    return home
  }

  const place = (text: Text): void => {
    if (!text.isConnected) return counter.drop(text)
    const { into, out, fits, foreign } = homeOf(text.parentNode!)
    if (into && (fits || counter.look(text) || sentence(text))) {
      counter.put(text, into, looks)
      strays.delete(text)
      into[0].foreign ||= foreign
      into[0].turn.grown.add(into[1])
    } else {
      counter.drop(text)
      fresh.set(text, looks)
      if (!into && !out) stray(text)
    }
  }
  const recount = (slot: Slot): void => texts(slot.root, (text) => since(text, slot.turn.since) && place(text), skip)

  const move = (slot: Slot, root: Node): void => {
    roots.delete(slot.root)
    roots.set((slot.root = root), slot)
    homes = new Map()
    recount(slot)
  }
  const settle: Finder['settle'] = (turn, head, root, named) => {
    if (roots.has(root) || tag(root) == 'body') return
    let slot = turn.slots.find((other) => other.head == head)
    if (slot) texts(slot.root, (text) => counter.drop(text))
    else {
      const none = (): Tally => ({ chars: 0, ms: 0 })
      slot = { ...none(), turn, root, head, kinds: new Set(), since: looks, peak: none(), offset: none() }
      turn.slots.push(slot)
    }
    slot.named = named
    slot.kinds.clear()
    move(slot, root)
  }

  const free: Finder['free'] = (node, look, slot) => {
    const held = [node.ownerDocument!.body, composer(), ui.messages && closest(slot?.root ?? node, ui.messages)]
    for (const { bubble } of turns) held.push(bubble as Element)
    for (const [root, other] of roots) if (other !== slot) held.push(root as Element)
    if (held.some((other) => other && other.isConnected && inside(other, node))) return false
    let old = false
    texts(
      node,
      (text) => {
        old ||= !since(text, look) && !!letters(text.data, 1)
      },
      (element) => old || element === slot?.root || skip(element),
    )
    return !old
  }

  /** Text beside the known answer, in the same message: the answer's place becomes what holds both. */
  const extend = (text: Text): boolean => {
    const path: Node[] = []
    for (let node: Node | null = text; node; node = above(node)) path.push(node)
    for (const slot of roots.values()) {
      const { root, kinds, named } = slot
      // Answers grow downwards.
      if (named || !root.isConnected || !follows(root, text)) continue
      let child = root
      let both = above(child)!
      while (!path.includes(both)) both = above((child = both))!
      const between = path.slice(1, path.indexOf(both))
      const top = between.at(-1)
      if (top && !between.some(prose) && !inline(top) && tag(top) != tag(child) && !sentence(text)) continue
      if (!free(both, slot.since, slot)) continue
      kinds.add(tag(child))
      move(slot, both)
      return true
    }
    return false
  }

  const lost = ({ slots, unseen, answer: { first } }: Turn): boolean =>
    !slots[0] && (unseen || (first > 0 && now() - first > LOST))

  const stray = (text: Text): void => {
    const shown = letters(text.data, HEAD)
    if (!shown) return
    let prompted = false
    for (const turn of turns) {
      const prompt = letters(turn.prompt, PROMPT)
      const like = prompt.slice(0, HEAD).startsWith(shown) && (shown.length > 2 || shown == prompt)
      const own = ui.prompt ? closest(text, ui.prompt) : like && text
      if (own && (own === turn.bubble || !turn.bubble?.isConnected)) {
        turn.bubble = own
        return
      }
      // It began like the prompt, and went on otherwise.
      if (turn.bubble === text) turn.bubble = undefined
      prompted ||= shown.length > 2 && prompt.includes(shown)
    }
    if (ui.messages && !closest(text, ui.messages)) return
    const region = ui.answer && closest(text, ui.answer)

    // The turn whose stream is most like it; a better match takes the place of a short one.
    let best = 0
    let found: (() => void) | undefined
    let later = false
    for (const turn of turns) {
      const given = turn.given && inside(text, turn.given) ? turn.given : region
      const take = (head: number, like: number): void => {
        best = like
        later = head > 0
        found = () => settle(turn, head, given || text.parentNode!, !!given)
      }
      turn.answer.heads.forEach((words, head) => {
        let like = likeness(words, shown)
        const { chars, root, named } = turn.slots.find((slot) => slot.head == head) ?? {}
        if (root?.isConnected && (named || like <= chars! || chars! >= SHORT)) return
        // What comes after a pause is found by its very beginning alone.
        if (head && like < 3) return
        like = Math.abs(like)
        if (like > best && (given || !ui.answer)) take(head, like)
      })
      if (given && !found && lost(turn)) take(0, 0)
      if (turn.reasoning.heads.some((words) => Math.abs(likeness(words, shown)) > best)) {
        thoughts.add(closest(text, 'details') ?? text.parentNode!)
        homes = new Map()
        return progress(turn)
      }
    }
    if ((!found || later) && extend(text)) return
    if (found) return found()
    if (prompted) return
    if (strays.size < MOST_STRAYS) strays.add(text)
    for (const turn of turns) {
      const { bubble, unseen, answer } = turn
      if (!turn.slots[0]) turn.touched.add(text.parentNode!)
      // Without a stream to compare with, only an ellipsis tells a status from an answer.
      if (
        !answer.first &&
        shown.length > 2 &&
        !SPEAKER.test(shown) &&
        (!bubble || follows(bubble, text)) &&
        (!unseen || /(…|\.{3})\s*$/.test(text.data))
      )
        progress(turn)
    }
  }

  return {
    look(changing) {
      changes = changing
      homes = new Map()
      return ++looks
    },
    place,
    inAnswer: (node) => !!homeOf(node).into,
    settle,
    recount,
    lost,
    free,
    strays(turn) {
      const all = [...strays].filter((text) => since(text, turn.since))
      for (const text of all) strays.delete(text)
      return all
    },
    forget(turn) {
      for (const { root } of turn.slots) roots.delete(root)
      if (turns[0]) return
      // To the next turn, all that stands in the page now was there before.
      counter.clear()
      fresh = new WeakMap()
      strays.clear()
      homes = new Map()
    },
  }
}
