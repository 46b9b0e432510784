/** When to ask whether some stream carries what stands on the page, and with which text: a few times a turn, when the page rests. */
import { letters } from '../base/characters.ts'
import { above, closest, elementOf, inside, texts } from '../base/nodes.ts'
import { excluded, prose } from '../base/prose.ts'
import { below, named } from './growth.ts'
import { HEAD } from './letters.ts'
import { follows } from './order.ts'
import type { Place } from './places.ts'
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

/** The element that holds the place and nothing that is not of its message, or of its thought. */
function messageOf(page: Page, turn: Turn, root: Element): Node {
  const thought = closest(root, 'details')
  if (thought) return thought
  let message: Node = root
  for (let level = 0; level < LEVELS; level++) {
    const parent = above(message)
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
  shown: string
  stage: number
  size: number
  asked(): void
}

const stageOf = (size: number, last: number, now: number): number =>
  now - last >= QUIET ? STAGES.length + 1 : STAGES.filter((least) => size >= least).length

function question(page: Page, turn: Turn, root: Element): Pick<Question, 'root' | 'shown' | 'size'> {
  const shown = textOf(page, turn, root)
  return { root, shown, size: letters(shown, HEAD).length }
}

/** Below the user's words; of a turn that only a gesture tells, what came whole together with them is a result that repeats them. */
const under = (page: Page, turn: Turn, { root, past, since }: Place): boolean =>
  below(turn, root, page.turns) && (past.length > 1 || since > (turn.echoed?.look ?? 0) || !!turn.screen!.proved?.())

/** Places that may hold the answer, by message, in order. */
function messages(page: Page, turn: Turn): Place[][] {
  const found = new Map<Node, Place[]>()
  for (const place of page.places.values()) {
    const { root, words, past } = place
    if (!root.isConnected || !words || !past.at(-1) || past.at(-1)!.at < turn.opened) continue
    const known = named(turn, root, page.ui) ?? (turn.bubble?.isConnected ? under(page, turn, place) : undefined)
    if (known === false || (known === undefined && (words.length < SENTENCE || !turn.screen!.proved?.()))) continue
    const message = messageOf(page, turn, root)
    const all = found.get(message)
    if (all) all.push(place)
    else found.set(message, [place])
  }
  return [...found.values()].map((all) => all.sort((a, b) => (follows(a.root, b.root) ? -1 : 1)))
}

/** Texts to ask about, of a turn whose stream has not told where its answer is. */
function wanted(page: Page, turn: Turn, now: number): Question[] {
  const found: Question[] = []
  const [slot] = turn.slots
  if (slot?.root.isConnected) {
    const one = question(page, turn, elementOf(slot.root))
    const stage = stageOf(one.size, turn.grewAt, now)
    if (one.size && stage > turn.stage) found.push({ ...one, stage, asked: () => (turn.stage = stage) })
    return found
  }
  for (const all of messages(page, turn)) {
    const last = Math.max(...all.map((place) => place.last))
    // In front of it there may be a name, or a status.
    const lead = all.find(({ root, words }) => prose(root) || words.length >= STAGES[0]!)
    for (const place of lead ? [lead] : all) {
      const one = question(page, turn, place.root)
      const stage = stageOf(one.size, last, now)
      if (stage > place.asked) found.push({ ...one, stage, asked: () => (place.asked = stage) })
    }
  }
  return found.sort((a, b) => b.size - a.size).slice(0, AT_ONCE)
}

/** The turn may ask still. */
export const curious = ({ screen, how, asked }: Turn): boolean =>
  !!screen?.candidate && how != 'matched' && asked < MOST

/** Asks. Text that the stream carries is told by it meanwhile. */
export function inquire(page: Page, turn: Turn, now: number): void {
  if (!curious(turn)) return
  for (const { root, shown, stage, asked } of wanted(page, turn, now)) {
    if (!curious(turn)) return
    asked()
    turn.asked++
    const where = closest(root, 'details') ? 'reasoning' : 'answer'
    if (turn.screen!.candidate!(shown, where, stage > STAGES.length)) return
  }
}
