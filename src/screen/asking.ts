/** When to ask whether some stream carries what stands on the page, and with which text: a few times a turn, when the page rests. */
import { letters } from '../base/characters.ts'
import { closest, elementOf, inside, texts } from '../base/nodes.ts'
import { excluded } from '../base/prose.ts'
import { below, named } from './growth.ts'
import { follows } from './order.ts'
import { headOf } from './places.ts'
import { free } from './region.ts'
import type { Page } from './region.ts'
import type { Turn } from './watched.ts'

/** Letters at which a growing text is asked for; after the last only when it has ceased to grow. */
const STAGES = [16, 48]
/** Not grown for so long, ms, it is whole. */
export const QUIET = 600
/** Questions per turn, and places asked for in one go. */
const MOST = 5
const AT_ONCE = 2
/** Code units of the text handed over. */
const TEXT = 2000
/** With less, and no bubble on the page, it is a label. */
const SENTENCE = 20
/** Elements above a block that may be its message. */
const LEVELS = 6

/** The element that holds the place and nothing that is not of its message. */
function messageOf(page: Page, turn: Turn, root: Element): Node {
  let message: Node = root
  for (let level = 0; level < LEVELS; level++) {
    const parent = message.parentNode ?? (message as ShadowRoot).host
    if (!parent || parent.nodeType == 9 || !free(page, parent, turn.since)) break
    message = parent
  }
  return message
}

/** What stands in a place and below it, in the same message. */
function textOf(page: Page, turn: Turn, root: Element): string {
  const message = messageOf(page, turn, root)
  let all = ''
  texts(
    message,
    (text) => {
      if (all.length < TEXT && (inside(text, root) || follows(root, text))) all += text.data
    },
    (element) => all.length >= TEXT || excluded(element),
  )
  return all
}

interface Question {
  root: Element
  stage: number
  size: number
  asked(): void
}

const stageOf = (size: number, last: number, now: number): number =>
  now - last >= QUIET ? STAGES.length + 1 : STAGES.filter((least) => size >= least).length

/** Texts to ask about, of a turn whose stream has not told where its answer is. */
function wanted(page: Page, turn: Turn, now: number): Question[] {
  const found: Question[] = []
  const [slot] = turn.slots
  if (slot?.root.isConnected) {
    const root = elementOf(slot.root)
    const size = headOf(root).length
    const stage = stageOf(size, turn.grewAt, now)
    if (size && stage > turn.stage) found.push({ root, stage, size, asked: () => (turn.stage = stage) })
    return found
  }
  for (const place of page.places.values()) {
    const { root, words, past, last } = place
    if (!root.isConnected || !words || !past.at(-1) || past.at(-1)!.at < turn.opened) continue
    const size = words.length
    const known = named(turn, root, page.ui) ?? (turn.bubble?.isConnected ? below(turn, root, page.turns) : undefined)
    if (known === false || (known === undefined && size < SENTENCE)) continue
    const stage = stageOf(size, last, now)
    if (stage > place.asked) found.push({ root, stage, size, asked: () => (place.asked = stage) })
  }
  return found.sort((a, b) => b.size - a.size || (follows(a.root, b.root) ? -1 : 1)).slice(0, AT_ONCE)
}

/** The turn may ask still. */
const open = ({ screen, how, asked }: Turn): boolean => !!screen?.candidate && how != 'matched' && asked < MOST

/** There is something to ask about now. */
export const curious = (page: Page, turn: Turn, now: number): boolean => open(turn) && !!wanted(page, turn, now)[0]

/** Asks. Text that the stream carries is told by it meanwhile. */
export function inquire(page: Page, turn: Turn, now: number): void {
  if (!open(turn)) return
  for (const { root, stage, asked } of wanted(page, turn, now)) {
    if (!open(turn)) return
    asked()
    turn.asked++
    const shown = textOf(page, turn, root)
    const where = closest(root, 'details') ? 'reasoning' : 'answer'
    if (letters(shown, 1) && turn.screen!.candidate!(shown, where, stage > STAGES.length)) return
  }
}
