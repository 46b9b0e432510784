/** Finds where a turn's answer stands in the page, and follows it when the page renders it anew; counts by `counter`. */
import { letters } from '../base/characters.ts'
import type { ScreenPort } from '../turn/marks.ts'
import type { Counter, Tally } from './counter.ts'
import { HEAD, likeness } from './letters.ts'
import type { Said } from './letters.ts'
import { above, blockOf, closest, excluded, inline, inside, prose, texts } from './nodes.ts'
import type { Block, Tail } from './seen.ts'
import type { Ui } from './ui.ts'

/** One place where a turn shows answer text. An answer of several messages has several. */
export interface Slot extends Tally {
  turn: Turn
  /** Replaced when the page replaces it; the marks below stay. */
  root: Node
  /** Which beginning of the stream stands here. */
  head: number
  /** Named by the page or a selector: all text in it counts. Else only what looks like an answer's. */
  named: boolean
  /** Tags of the root's children that hold answer text. */
  kinds: Set<string>
  /** Text older than this was there before the answer. */
  since: number
  /** What a translator put in or took out, so that it moves no mark. */
  shift: number
  shiftMs: number
  /** High-water marks. */
  peak: number
  peakMs: number
}

export interface Turn extends Tail {
  /** Missing between a gesture and the request that opens the turn. */
  screen?: ScreenPort
  since: number
  /** First letters of the prompt: its own bubble is no answer. */
  prompt: string
  answer: Said
  reasoning: Said
  /** No stream is seen: growth alone tells. */
  unseen: boolean
  given?: Element
  bubble?: Node
  slots: Slot[]
  /** Containers of text that changed in this frame while the answer was not found. */
  touched: Set<Node>
  /** Blocks that grew in this frame. */
  grown: Set<Block>
}

interface Home {
  slot?: Slot
  /** Not text of any message. */
  out: boolean
  /** Looks like the answer's text by where it stands. */
  fits: boolean
  foreign: boolean
  block?: Block
}

/** With letters like these on its own, a text is the name of a speaker. */
const SPEAKER =
  /^(you|user|me|ai|bot|assistant|copilot|chatgpt|claude|gemini|deepseek|qwen|kimi|我|你|助手|用户|アシスタント)$/
/** So much text in a row is no label. */
const SENTENCE = 20
/** A match this short may be an accident, like the letter of an avatar. */
const SHORT = 8
const PROMPT = 256
/** A stream whose text was not found for this long, ms, is rendered beyond recognition: growth alone tells. */
const LOST = 1000
const TOP = /^(html|body)$/

export const promptLetters = (prompt: string): string => letters(prompt, PROMPT)

export interface Finder {
  /** Counts, finds or forgets one text node, as the page has it now. */
  place(text: Text): void
  /** The node stands in an answer. */
  inAnswer(node: Node): boolean
  /** The answer starts in `root`; `head` of the stream stands there. */
  settle(turn: Turn, head: number, root: Node, named: boolean): void
  /** Counts a place anew, whole. */
  recount(slot: Slot): void
  /** Growth alone tells where this turn's text is. */
  lost(turn: Turn, now: number): boolean
  /** No text in it that was there before `since`, no composer, no prompt, no other answer. */
  free(node: Node, since: number, slot?: Slot): boolean
  /** Text that nobody knew when it came; looked at again when the stream has spoken. */
  strays(): Text[]
  /** A new look at the page begins. */
  tick(): number
  forget(turn: Turn): void
}

export function createFinder(options: {
  turns: Turn[]
  ui: Ui
  counter: Counter
  now: () => number
  composer: () => Element | undefined
  progress: (turn: Turn) => void
  foreign: (slot: Slot) => void
}): Finder {
  const { turns, ui, counter, now, composer, progress, foreign } = options
  const roots = new Map<Node, Slot>()
  const blocks = new WeakMap<Element, Block>()
  // When a text was last seen to change; missing: it was there before.
  const fresh = new WeakMap<Text, number>()
  const thoughts = new WeakSet<Node>()
  // By parent, for one look: neighbours ask for the same.
  let homes = new Map<Node, Home>()
  let recent = new Set<Text>()
  let look = 0

  const homeOf = (parent: Node): Home => {
    let home = homes.get(parent)
    if (home) return home
    home = { out: false, fits: false, foreign: false }
    homes.set(parent, home)
    const writing = composer()
    let known = false
    let last: Node | undefined
    for (let node: Node | null = parent; node; node = above(node)) {
      const slot = roots.get(node)
      if (slot) {
        home.slot = slot
        home.fits = slot.named || !last || known || slot.kinds.has((last as Element).localName) || inline(last)
        const element = blockOf(parent, slot.root)
        if (element) {
          home.block = blocks.get(element)
          if (!home.block)
            blocks.set(element, (home.block = { element, chars: 0, ms: 0, laid: 0, others: 0, reach: 0 }))
        }
        break
      }
      if (thoughts.has(node) || node === writing || (node.nodeType == 1 && excluded(node as Element))) {
        home.out = true
        break
      }
      known ||= prose(node)
      // Browsers' translators wrap what they rewrite in it.
      home.foreign ||= (node as Element).localName == 'font'
      last = node
    }
    return home
  }
  const skip = (element: Element): boolean => thoughts.has(element) || element === composer() || excluded(element)

  const place = (text: Text): void => {
    const { parentNode } = text
    const home = parentNode && text.isConnected ? homeOf(parentNode) : undefined
    if (home) fresh.set(text, look)
    if (home?.slot && (home.fits || counter.has(text) || letters(text.data, SENTENCE).length == SENTENCE)) {
      if (home.foreign) foreign(home.slot)
      counter.put(text, home.block ? [home.slot, home.block] : [home.slot])
      if (home.block) home.slot.turn.grown.add(home.block)
    } else {
      counter.drop(text)
      if (home && !home.slot && !home.out) stray(text)
    }
  }

  const recount = (slot: Slot): void =>
    texts(slot.root, (text) => (fresh.get(text) ?? -1) >= slot.turn.since && place(text), skip)

  const move = (slot: Slot, root: Node): void => {
    roots.delete(slot.root)
    slot.root = root
    roots.set(root, slot)
    homes = new Map()
    recount(slot)
  }
  const settle = (turn: Turn, head: number, root: Node, named: boolean): void => {
    if (roots.has(root) || TOP.test((root as Element).localName)) return
    let slot = turn.slots.find((other) => other.head == head)
    if (slot) texts(slot.root, counter.drop)
    else {
      slot = {
        turn,
        root,
        head,
        named,
        kinds: new Set(),
        since: look,
        chars: 0,
        ms: 0,
        shift: 0,
        shiftMs: 0,
        peak: 0,
        peakMs: 0,
      }
      turn.slots.push(slot)
    }
    slot.named = named
    slot.kinds.clear()
    move(slot, root)
  }

  const free: Finder['free'] = (node, since, slot) => {
    if (TOP.test((node as Element).localName ?? '') || node.nodeType == 9) return false
    if (inside(composer(), node) || (ui.messages && inside(closest(slot?.root ?? node, ui.messages), node)))
      return false
    if (turns.some(({ bubble }) => bubble?.isConnected && inside(bubble, node))) return false
    for (const [root, other] of roots) if (other !== slot && root.isConnected && inside(root, node)) return false
    let old = false
    texts(
      node,
      (text) => {
        old ||= (fresh.get(text) ?? -1) < since && !!letters(text.data, 1)
      },
      (element) => old || element === slot?.root || skip(element),
    )
    return !old
  }

  /** Text beside the known answer, in the same message: the answer's place becomes what holds both. */
  const extend = (text: Text): boolean => {
    const path: Node[] = []
    for (let node: Node | null = text; node; node = above(node)) path.push(node)
    for (const slot of new Set(roots.values())) {
      if (slot.named || !slot.root.isConnected) continue
      // Answers grow downwards.
      if (!(slot.root.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)) continue
      let child: Node = slot.root
      let both = above(child)
      while (both && !path.includes(both)) both = above((child = both))
      if (!both) continue
      const between = path.slice(1, path.indexOf(both))
      const top = between.at(-1) as Element | undefined
      const fits =
        !top ||
        between.some(prose) ||
        inline(top) ||
        top.localName == (child as Element).localName ||
        letters(text.data, SENTENCE).length == SENTENCE
      if (!fits || !free(both, slot.since, slot)) continue
      slot.kinds.add((child as Element).localName)
      move(slot, both)
      return true
    }
    return false
  }

  const stray = (text: Text): void => {
    const shown = letters(text.data, HEAD)
    if (!shown) return
    let mine = false
    for (const turn of turns) {
      const { prompt, bubble } = turn
      const like = prompt.slice(0, HEAD).startsWith(shown) && shown.length >= Math.min(3, prompt.length)
      const own = ui.prompt ? closest(text, ui.prompt) : like ? text : undefined
      if (own && (!bubble?.isConnected || own === bubble)) {
        turn.bubble = own
        return
      }
      // It began like the prompt, and went on otherwise.
      if (bubble === text) turn.bubble = undefined
      mine ||= !!prompt && shown.length > 2 && prompt.includes(shown)
    }
    if (ui.messages && !closest(text, ui.messages)) return
    const region = ui.answer && closest(text, ui.answer)

    // The turn whose stream is most like it; a better match takes the place of a short one.
    let best: { turn: Turn; head: number; like: number } | undefined
    let thinking: { turn: Turn; like: number } | undefined
    for (const turn of turns) {
      turn.answer.heads.forEach((words, head) => {
        let like = likeness(words, shown)
        const slot = turn.slots.find((other) => other.head == head)
        if (slot?.root.isConnected && (like <= slot.chars || slot.chars >= SHORT || slot.named)) return
        // A later message, or text after a pause, is found by its very beginning alone.
        if (head && like < 3) return
        like = Math.abs(like)
        if (like > (best?.like ?? 0)) best = { turn, head, like }
      })
      for (const words of turn.reasoning.heads) {
        const like = Math.abs(likeness(words, shown))
        if (like > (thinking?.like ?? 0)) thinking = { turn, like }
      }
      const named = turn.given && inside(text, turn.given) ? turn.given : region
      const free = named && !turn.slots.some(({ root }) => root.isConnected)
      if (free && !best && (turn.unseen || lost(turn, now()))) best = { turn, head: 0, like: 0 }
    }
    if (thinking && thinking.like > (best?.like ?? 0)) {
      thoughts.add(closest(text, 'details') ?? text.parentNode!)
      homes = new Map()
      return progress(thinking.turn)
    }
    if (best && ui.answer && !region && !best.turn.given) best = undefined
    if ((!best || best.head) && extend(text)) return
    if (best) {
      const { turn, head } = best
      const given = turn.given && inside(text, turn.given) ? turn.given : undefined
      return settle(turn, head, given ?? (region || text.parentNode!), !!(given || region))
    }
    if (mine) return
    if (recent.size < 64) recent.add(text)
    for (const turn of turns) {
      if (lost(turn, now())) turn.touched.add(text.parentNode!)
      const { bubble } = turn
      const below = !bubble || bubble.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING
      // Without a stream to compare with, only an ellipsis tells a status from an answer.
      if (
        !turn.answer.first &&
        below &&
        shown.length > 2 &&
        !SPEAKER.test(shown) &&
        (!turn.unseen || /(…|\.{3})\s*$/.test(text.data))
      )
        progress(turn)
    }
  }

  const lost = (turn: Turn, at: number): boolean =>
    !turn.slots.length && (turn.unseen || (!!turn.answer.first && at - turn.answer.first > LOST))

  return {
    place,
    settle,
    recount,
    free,
    lost,
    inAnswer: (node) => !!homeOf(node).slot,
    strays() {
      const all = [...recent].filter((text) => text.isConnected)
      recent = new Set()
      return all
    },
    tick() {
      homes = new Map()
      return ++look
    },
    forget(turn) {
      for (const { root } of turn.slots) roots.delete(root)
    },
  }
}
