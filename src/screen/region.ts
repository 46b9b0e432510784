/** How far an answer's place may reach: what stands beside it in the same message, and nothing that is none of its own. */
import { letters } from '../base/characters.ts'
import { above, closest, inside, texts } from '../base/nodes.ts'
import { blockOf, excluded, inline, kind, label, prose, tag } from '../base/prose.ts'
import type { Ui } from '../input/ui.ts'
import { onlyHeard } from './heard.ts'
import type { Block } from './seen.ts'
import type { Counter } from './counter.ts'
import { follows, fork } from './order.ts'
import type { Places } from './places.ts'
import type { Slot, Turn } from './watched.ts'

export interface Home {
  /** Not text of any message. */
  out?: boolean
  /** Looks like the answer's text by where it stands. */
  fits?: boolean
  foreign?: boolean
  /** What its text counts into. */
  into?: [Slot, Block]
}

/** What is known of the page's text. One look at the page after the other; `find` alone changes it. */
export interface Page {
  turns: Turn[]
  ui: Ui
  counter: Counter
  now(): number
  composer(): Element | undefined
  progress(turn: Turn): void
  /** Where answers stand, and the blocks in them. */
  roots: Map<Node, Slot>
  blocks: WeakMap<Element, Block>
  /** What may be one, and what of it changed in this look, some of it beside an answer. */
  places: Places
  news: Map<Text, Slot | undefined>
  /** The page is laid out: boxes may be asked for. */
  calm: boolean
  /** The look in which a text that is not counted was last seen to change; missing: it was there before. */
  fresh: WeakMap<Text, number>
  thoughts: WeakSet<Node>
  /** Blocks beside an answer that are none of it, as long as they do not grow. */
  notes: WeakSet<Element>
  /** By parent, for one look: neighbours ask for the same. */
  homes: Map<Node, Home>
  strays: Set<Text>
  looks: number
  /** Not placed yet, some of it. */
  changes?: Set<Text>
}

export const skipped = (page: Page, node: Node): boolean =>
  page.thoughts.has(node) || node === page.composer() || excluded(node)

/** The text came, or changed, in this look or a later one. */
export const since = ({ counter, fresh, changes, looks }: Page, text: Text, look: number): boolean =>
  (counter.look(text) ?? fresh.get(text) ?? (changes?.has(text) ? looks : -1)) >= look

/** A child of the root may hold the answer's text: a label beside its blocks does not. */
const fits = ({ kinds }: Slot, child: Node): boolean =>
  kinds.has(kind(child)) || (inline(child) && (!kinds.size || !label(child)))

export function homeOf(page: Page, parent: Node): Home {
  const { homes, roots, blocks } = page
  const known = homes.get(parent)
  if (known) return known
  const home: Home = {}
  homes.set(parent, home)
  const path: Node[] = []
  let last: Node | undefined
  for (let node: Node | null = parent; node; node = above((last = node))) {
    const slot = roots.get(node)
    if (slot) {
      home.fits ||= slot.named || !last || fits(slot, last)
      const element = blockOf(parent, node)
      const block = blocks.get(element) ?? { element, chars: 0, ms: 0, laid: 0, others: 0, reach: 0 }
      blocks.set(element, block)
      home.into = [slot, block]
      home.out = path.some((one) => one.nodeType == 1 && onlyHeard(one as Element, page.calm))
      break
    }
    if ((home.out = skipped(page, node))) break
    path.push(node)
    home.fits ||= prose(node)
    // Browsers' translators wrap what they rewrite in it.
    home.foreign ||= tag(node) == 'font'
  }
  return home
}

/** No text in it that was there before `look`, no composer, no prompt, no other answer. */
export function free(page: Page, node: Node, look: number, slot?: Slot): boolean {
  const { ui, turns, roots } = page
  const held = [node.ownerDocument!.body, page.composer(), ui.messages && closest(slot?.root ?? node, ui.messages)]
  for (const { bubble } of turns) held.push(bubble as Element)
  // Other parts of the same answer do not stand in its way.
  for (const [root, other] of roots) if (!slot || other.turn !== slot.turn) held.push(root as Element)
  if (held.some((other) => other && other.isConnected && inside(other, node))) return false
  let old = false
  texts(
    node,
    (text) => {
      old ||= !since(page, text, look) && !!letters(text.data, 1)
    },
    (element) => old || element === slot?.root || skipped(page, element),
  )
  return !old
}

/** Nothing but prose from what holds both to the answer: they are blocks of one text. */
const flowing = (node: Node): boolean => prose(node) || inline(node)

/**
 * Text beside a known answer, in the same message: what holds both, and by which child it holds the answer. `sure`: it stands
 * there as the answer's own blocks do; else only its growth can tell it from a line that says how long it took.
 */
export function reach(page: Page, text: Text): { slot: Slot; both: Node; kinds: string[]; sure: boolean } | undefined {
  for (const slot of page.roots.values()) {
    const { root, named } = slot
    // Answers grow downwards.
    if (named || !root.isConnected || !follows(root, text)) continue
    const between = fork(root, text)
    if (!between) continue
    const { both, one } = between
    const path = between.other.slice(0, -1)
    const [top] = path
    const same = !!top && kind(top) == kind(one[0]!)
    let sure = one.every(flowing)
    // Blocks of the same making, and what each holds.
    if (!sure) sure = same && [...one.slice(1), ...path.slice(1)].every(flowing)
    else if (top && inline(top)) sure = same || !label(top)
    else if (top) sure = path.some(prose)
    // What comes at once with its first text is as good as below it.
    sure ||= path.some(prose) && slot.since == page.looks
    if (!free(page, both, slot.since, slot)) continue
    return { slot, both, kinds: top && sure ? [kind(one[0]!), kind(top)] : [kind(one[0]!)], sure }
  }
  return undefined
}
