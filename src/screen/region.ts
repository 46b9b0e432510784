/** How far an answer's place may reach: what stands beside it in the same message, and nothing that is none of its own. */
import { letters } from '../base/characters.ts'
import { closest, inside, texts } from '../base/nodes.ts'
import { blockOf, excluded, inline, prose, tag } from '../base/prose.ts'
import type { Ui } from '../input/ui.ts'
import type { Block } from './seen.ts'
import type { Counter } from './counter.ts'
import { follows, fork } from './order.ts'
import type { Places } from './places.ts'
import type { Slot, Turn } from './watched.ts'

/** So much text in a row is no label. */
const SENTENCE = 20
export const sentence = (text: Text): boolean => !!letters(text.data, SENTENCE)[SENTENCE - 1]

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
  /** What may be one, and what of it changed in this look. */
  places: Places
  news: Set<Text>
  /** The look in which a text that is not counted was last seen to change; missing: it was there before. */
  fresh: WeakMap<Text, number>
  thoughts: WeakSet<Node>
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

export function homeOf(page: Page, parent: Node): Home {
  const { homes, roots, blocks } = page
  const known = homes.get(parent)
  if (known) return known
  const home: Home = {}
  homes.set(parent, home)
  let last: Node | undefined
  for (let node: Node | null = parent; node; node = (last = node).parentNode ?? (node as ShadowRoot).host ?? null) {
    const slot = roots.get(node)
    if (slot) {
      home.fits ||= slot.named || !last || inline(last) || slot.kinds.has(tag(last))
      const element = blockOf(parent, node)
      const block = blocks.get(element) ?? { element, chars: 0, ms: 0, laid: 0, others: 0, reach: 0 }
      blocks.set(element, block)
      home.into = [slot, block]
      break
    }
    if ((home.out = skipped(page, node))) break
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
  for (const [root, other] of roots) if (other !== slot) held.push(root as Element)
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

/** Text beside a known answer, in the same message: what holds both, and by which child it holds the answer. */
export function reach(page: Page, text: Text): { slot: Slot; both: Node; child: string | undefined } | undefined {
  for (const slot of page.roots.values()) {
    const { root, named } = slot
    // Answers grow downwards.
    if (named || !root.isConnected || !follows(root, text)) continue
    const between = fork(root, text)
    if (!between) continue
    const { both } = between
    const child = tag(between.one[0]!)
    const path = between.other.slice(0, -1)
    const top = path[0]
    if (top && !path.some(prose) && !inline(top) && tag(top) != child && !sentence(text)) continue
    if (free(page, both, slot.since, slot)) return { slot, both, child }
  }
  return undefined
}
