/** One page's watch over its turns: takes in what changed, raises the marks, decides where growth alone must; what it says, and when, is the turn's. */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import type { Stop } from '../base/listen.ts'
import { elementOf, inside } from '../base/nodes.ts'
import { followShadows } from '../base/shadow.ts'
import type { PageStates } from '../page/states.ts'
import { curious, inquire, QUIET } from './asking.ts'
import { drain, follow, rest, take, wakeUp } from './changes.ts'
import type { Change, Changes } from './changes.ts'
import { again, forget, inAnswer, join, keep, look, place, recount, seekBubble, settle } from './find.ts'
import type { Page } from './find.ts'
import { ask, emit, judge, pass, show } from './frames.ts'
import type { Frames } from './frames.ts'
import { unseen } from './heard.ts'
import { watchGone } from './gone.ts'
import { grownLikeAnswer, speaks } from './growth.ts'
import { likeness } from './letters.ts'
import type { PaintClock } from './paint.ts'
import { headOf } from './places.ts'
import type { Place } from './places.ts'
import type { Seen } from './seen.ts'
import { newTurn } from './watched.ts'
import type { Note, Turn } from './watched.ts'

export interface Watch {
  root: Document | Element
  doc: Document
  guard: Guard
  clock: Clock
  paint: PaintClock
  states: Pick<PageStates, 'hidden' | 'on'>
  idle(fn: () => void): void
  page: Page
  turns: Turn[]
  frames: Frames
  changes: Changes
  seen: Seen<Turn>
  /** Opened by a gesture, waiting for its request. */
  primed?: Turn | undefined
  /**
   * Changes are taken in as they come: first text, and text due for a beacon, must be known in the very frame, and a hidden
   * page has no frames. Else at the end of the frame.
   */
  eager: boolean
  unwatch: Stop[]
  /** The last turn's words, for one that repeats them without telling. */
  words?: WeakRef<Node> | undefined
  /** Until the page has ceased to grow; and when a stream was asked about it. */
  quiet?: number | undefined
  asked: number
}

/** Changes kept for the end of a frame; more are looked at at once. */
const MOST_RECORDS = 500
/** Code units read of a note. */
const NOTE = 400
/** Not asked more often, ms. */
const ASKED = 100
/** Beacons for text of which it is not known yet whether it is an answer. */
const MOST_BEACONS = 3

export const waits = ({ states, turns }: Watch): boolean => states.hidden() || turns.some(({ shown }) => !shown)

/** Something changed. @returns each change is wanted at once */
export function heard(watch: Watch): boolean {
  const { frames, changes, paint } = watch
  if (!frames.frame) {
    ask(frames)
    watch.eager = waits(watch) || paint.due()
  }
  if (watch.eager || changes.pending.length > MOST_RECORDS) digest(watch)
  return waits(watch)
}

export function tell(watch: Watch, turn: Turn, what: Note): void {
  const { noted } = turn
  if (what in noted) return
  noted[what] = undefined
  ask(watch.frames).jobs.push(({ at }) => {
    noted[what] = at
    turn.screen?.[what](at)
  })
}

/** A visible change outside of composer and answers acknowledges the send. */
function acknowledge(watch: Watch, { target, addedNodes, type }: Change): void {
  const { page, doc, turns, paint } = watch
  const writing = page.composer()
  if (
    (type == 'childList' && ![...addedNodes].some((node) => node.nodeType < 4 && node.isConnected)) ||
    !inside(target, doc.body) ||
    (writing && inside(target, writing)) ||
    inAnswer(page, target)
  )
    return
  for (const turn of turns) tell(watch, turn, 'feedback')
  paint.beacon()
}

/** Takes in what changed: only what is new is read, and nothing that makes the browser lay out. */
export function digest(watch: Watch): void {
  const { page, turns, changes } = watch
  const { records, changed, left } = drain(changes)
  look(page, changed)
  if (turns.some(({ noted }) => !('feedback' in noted))) for (const record of records) acknowledge(watch, record)
  for (const text of left) page.counter.drop(text, true)
  for (const text of changed) place(page, text)
  // The page knows it until its next look.
  changed.clear()
  page.counter.rest()
  const at = changes.at
  if (page.news.size) {
    const grew = keep(page, ask(watch.frames), at)
    for (const one of grew) join(page, one)
    if (grew[0]) candidates(watch, grew)
  }
  for (const turn of turns) {
    // What is seen to come is not late.
    if (!turn.shown) turn.late = undefined
    advance(watch, turn, at)
    const { note, screen } = turn
    if (!note) continue
    turn.note = undefined
    watch.idle(() => screen?.noted?.(note.textContent!.slice(0, NOTE)))
  }
}

/** Text that may be an answer grew: its first frame is dated as well as an answer's. */
function candidates(watch: Watch, grew: Place[]): void {
  for (const turn of watch.turns)
    if (!turn.slots[0] && turn.beacons < MOST_BEACONS && grew.some(({ past }) => past.length == 1)) {
      turn.beacons++
      watch.paint.beacon(true)
    }
  wonder(watch)
}

/** Raises the high-water marks, and tells what was not told of a place's past. */
export function advance(watch: Watch, turn: Turn, at: number): void {
  const { screen, past } = turn
  for (const grown of past)
    if (!grown.told) {
      grown.told = true
      turn.due += grown.chars
      turn.dueMs += grown.ms
      screen?.inserted(grown.at, grown.chars)
      gained(watch, turn, grown.at)
    }
  let grown = 0
  for (const slot of turn.slots) {
    const { peak } = slot
    if (slot.foreign) {
      // A translator's words move no mark.
      slot.foreign = false
      screen?.foreign()
      slot.offset = { chars: peak.chars - slot.chars, ms: peak.ms - slot.ms }
    }
    const over = slot.chars + slot.offset.chars - peak.chars
    if (over <= 0) continue
    const overMs = Math.max(0, slot.ms + slot.offset.ms - peak.ms)
    peak.chars += over
    peak.ms += overMs
    grown += over
    turn.dueMs += overMs
  }
  if (!grown) return
  turn.due += grown
  screen?.inserted(at, grown)
  gained(watch, turn, at)
}

function gained(watch: Watch, turn: Turn, at: number): void {
  ask(watch.frames)
  watch.paint.beacon(!turn.shown)
  turn.shown = true
  turn.grewAt = at
  watch.eager = waits(watch)
  if (turn.how == 'growth') wonder(watch)
}

/** The frame's layout is done; what it holds is now on its way to the screen. */
export function laid(watch: Watch): void {
  const { page, frames, changes, seen, turns } = watch
  if (!frames.frame) return
  take(changes)
  page.calm = true
  digest(watch)
  page.calm = false
  const now = pass(frames)!
  // Two frames in a row can be laid out before the browser tells of the first.
  seen.take()
  judge(frames)
  now.judged = true
  frames.due.push(now)
  for (const turn of turns) {
    discover(watch, turn)
    lookFor(watch, turn)
    watchGone(watch, turn)
    turn.laid = turn.due
    for (const grown of turn.past) grown.laid = true
    if (turn.due && seen.look(turn, turn.grown)) now.judged = false
    turn.grown.clear()
  }
  wakeUp(changes)
  emit(frames)
}

/** An answer that cannot be seen may stand on the page once more, where it can. */
function lookFor({ page, states }: Watch, turn: Turn): void {
  if (states.hidden()) return
  for (const slot of turn.slots) {
    const { root, mute } = slot
    if (mute !== undefined || slot.named || !root.isConnected) continue
    slot.mute = unseen(elementOf(root))
    if (slot.mute) again(page, turn)
  }
}

/** Where nothing else tells, what has grown often enough is the answer, since its first frame. */
export function discover(watch: Watch, turn: Turn): void {
  const { page, clock, root } = watch
  if (turn.slots[0] || !turn.screen || speaks(turn, clock.now())) return
  const all = [...page.places.values()].filter(({ frames }) => frames > 1)
  if (!all[0]) return
  if (!turn.bubble?.isConnected) {
    if (turn.prompt) seekBubble(page, turn, root)
    else turn.bubble = watch.words?.deref()
  }
  const found = grownLikeAnswer(turn, all, turn.bubble ? page.turns : [], page.ui)
  if (!found) return
  settle(page, turn, 0, found.root, turn.given || page.ui.answer ? 'named' : 'growth', found.words)
  // Its next blocks, that were places of their own.
  again(page, turn)
  advance(watch, turn, clock.now())
}

/** Has the stream asked, when the page rests, whether it carries what stands there; and once more when that has ceased to grow. */
function wonder(watch: Watch): void {
  const { clock, turns, idle, guard } = watch
  const now = clock.now()
  if (!turns.some(curious)) return
  if (now - watch.asked > ASKED) {
    watch.asked = now
    idle(() => inquiries(watch))
  }
  clock.clearTimeout(watch.quiet)
  watch.quiet = clock.setTimeout(
    guard.wrap(() => {
      for (const turn of turns) discover(watch, turn)
      inquiries(watch)
      // Others were asked about first.
      if (turns.some(({ slots }) => !slots[0])) wonder(watch)
    }),
    QUIET + 20,
  )
}

function inquiries({ turns, page, clock }: Watch): void {
  for (const turn of turns) inquire(page, turn, clock.now())
}

/** The stream, or the page, said something about text that may stand there already. */
export function reconsider(watch: Watch, turn: Turn): void {
  const { page, turns, clock } = watch
  if (!turns.includes(turn)) return
  const [slot] = turn.slots
  if (!slot) {
    again(page, turn)
    advance(watch, turn, clock.now())
  } else if (turn.how == 'growth' && turn.answer.heads[0] && slot.root.isConnected) {
    // Found by growth, and now told by the stream too.
    if (Math.abs(likeness(turn.answer.heads[0], headOf(slot.root))) > 2) turn.screen?.found?.((turn.how = 'matched'))
  }
}

export function add(watch: Watch): Turn {
  const { page, turns, changes, states, frames, paint, root, guard } = watch
  const turn = newTurn(look(page) + 1, watch.clock.now())
  turns.push(turn)
  watch.eager = true
  if (watch.unwatch[0]) return turn
  follow(changes, root)
  watch.unwatch = [
    followShadows(root, guard, (shadow) => follow(changes, shadow)),
    states.on(({ kind }) => {
      if (kind !== 'hidden' && kind !== 'visible') return
      watch.eager = true
      // Text that came while hidden is shown by the coming frame: date that.
      for (const open of turns)
        if (open.due && kind === 'visible') {
          ask(frames)
          paint.beacon(!open.stamp)
        }
    }),
  ]
  return turn
}

export function answerOf(turn: Turn): Element | undefined {
  const { root: node } = turn.slots.findLast(({ root }) => root.isConnected) ?? {}
  return node ? elementOf(node) : turn.given
}

export function remove(watch: Watch, turn: Turn): void {
  const { turns, page, seen, changes, frames, clock } = watch
  if (!turns.includes(turn)) return
  turns.splice(turns.indexOf(turn), 1)
  const element = answerOf(turn)
  turn.closed = { element: element && new WeakRef(element) }
  if (turn.bubble) watch.words = new WeakRef(turn.bubble)
  forget(page, turn)
  seen.forget(turn)
  Object.assign(turn, newTurn(turn.since, turn.opened), { bubble: undefined, given: undefined, trail: undefined })
  if (turn === watch.primed) watch.primed = undefined
  if (turns[0]) return
  rest(changes)
  for (const undo of watch.unwatch) undo()
  watch.unwatch = []
  clock.clearTimeout(watch.quiet)
  frames.due = []
  frames.frame = undefined
}

/** Reports what is pending. */
export function close(watch: Watch, turn: Turn): void {
  const { turns, changes, paint, frames, page, clock } = watch
  if (!turns.includes(turn)) return
  take(changes)
  digest(watch)
  paint.flush()
  judge(frames)
  const { stamp, due } = turn
  for (const slot of turn.slots) recount(page, slot)
  advance(watch, turn, clock.now())
  // What the observers missed was on screen with the rest.
  if (stamp && !due && turn.due) show(frames, turn, turn.due, { at: 0, jobs: [], stamp, told: true })
}
