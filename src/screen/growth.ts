/** Which place is the answer where no stream tells: the one that grew like an answer, below the user's words. */
import { letters } from '../base/characters.ts'
import { closest, inside } from '../base/nodes.ts'
import { inline, prose } from '../base/prose.ts'
import type { Ui } from '../input/ui.ts'
import { HEAD } from './letters.ts'
import { follows, fork } from './order.ts'
import type { Place } from './places.ts'
import type { Turn } from './watched.ts'

/** Grown in so many frames, all but the first at its end: no label that changed, and no message that came whole. */
const FRAMES = 3
/** A stream whose text was not found for this long, ms, is rendered beyond recognition: growth alone tells. */
const LOST = 1000
/** A prompt this short is a part of many texts. */
const WORDS = 8

/** A stream that is read, and not yet given up, will tell where its text is; one that thinks aloud will. */
export const speaks = ({ answer: { first }, reasoning, unseen }: Turn, now: number): boolean =>
  !unseen && (first > 0 ? now - first <= LOST : reasoning.first > 0)

/** Where the page has named what holds answers. Undefined: it has not. */
export function named({ given }: Turn, node: Node, { answer, messages }: Ui): boolean | undefined {
  if (given) return inside(node, given)
  if (answer || messages) return !!closest(node, answer || messages!)
  return undefined
}

/** Newest first where the page is built from its end. */
function reversed(node: Node): boolean {
  return node.nodeType == 1 && getComputedStyle(node as Element).flexDirection == 'column-reverse'
}

/** Stands below the turn's words, and not below those of a later one. */
export function below(turn: Turn, node: Node, turns: readonly Turn[]): boolean {
  const { bubble } = turn
  if (!bubble?.isConnected || inside(bubble, node) || inside(node, bubble)) return false
  const after = (one: Node, other: Node): boolean => {
    const between = fork(one, other)
    return !!between && follows(one, other) !== reversed(between.both)
  }
  return (
    after(bubble, node) &&
    !turns.some(
      ({ bubble: other }) => other?.isConnected && other !== bubble && after(bubble, other) && after(other, node),
    )
  )
}

/** Written for machines, or by them: a terminal, a log. */
function preformatted(root: Element): boolean {
  if (closest(root, 'pre,samp,code,kbd,textarea,[role=log] pre')) return true
  const { fontFamily, whiteSpace } = getComputedStyle(root)
  return /mono|courier|consolas|menlo/i.test(fontFamily.split(',')[0]!) || (whiteSpace == 'pre' && !prose(root))
}

/** It repeats what the user wrote: an echo. */
function echoes({ prompt }: Turn, { words, root }: Place): boolean {
  const said = letters(prompt, HEAD)
  if (!said) return false
  return said.length < WORDS ? words == said : letters(root.textContent!.slice(0, 2000), 1000).includes(said)
}

/** May hold this turn's answer, by all but how it grew. */
export function eligible(turn: Turn, place: Place, turns: readonly Turn[], ui: Ui): boolean {
  const { root, past } = place
  if (!root.isConnected || !past.at(-1) || past.at(-1)!.at < turn.opened) return false
  const by = named(turn, root, ui)
  if (by === false || (!by && !below(turn, root, turns))) return false
  return by || (!closest(root, 'details') && !preformatted(root) && !echoes(turn, place))
}

/** Blocks of one text, by their tags: nothing but prose between them and what holds both. */
function flow(one: Node, other: Node): boolean {
  const between = fork(one, other)
  return !!between && [...between.one, ...between.other].every((node) => prose(node) || inline(node))
}

/** The first of the blocks that grew like an answer. */
export function grownLikeAnswer(
  turn: Turn,
  places: Iterable<Place>,
  turns: readonly Turn[],
  ui: Ui,
): Place | undefined {
  const grew = [...places].filter((place) => place.frames > 1 && eligible(turn, place, turns, ui))
  // What grew before the stream began is none of it.
  const since = turn.unseen ? 0 : turn.answer.first
  const able = grew.filter(({ past }) => past[0]!.at >= since)
  able.sort((a, b) => (follows(a.root, b.root) ? -1 : 1))
  return able.find((place) => {
    if (place.frames >= FRAMES) return true
    const again = new Set<unknown>()
    for (const other of able)
      if (other === place || flow(place.root, other.root)) for (const { frame } of other.past.slice(1)) again.add(frame)
    return again.size >= FRAMES - 1
  })
}
