/** Watches the page's DOM while turns are open, and tells each turn when its answer's text came, and when it was seen. */
import { letters, measure } from '../base/characters.ts'
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import type { Stop } from '../base/listen.ts'
import type { PageStates } from '../page/states.ts'
import type { ScreenPort, ScreenTarget } from '../turn/marks.ts'
import { createCounter } from './counter.ts'
import { createFinder, newTurn } from './find.ts'
import type { Turn as Found } from './find.ts'
import { createGrowth } from './growth.ts'
import type { Grown } from './growth.ts'
import { HEAD, say } from './letters.ts'
import type { Said } from './letters.ts'
import { elementOf, inside, texts } from '../base/nodes.ts'
import type { PaintClock, Stamp } from './paint.ts'
import { createSeen } from './seen.ts'
import { followShadows } from '../base/shadow.ts'
import type { Ui } from '../input/ui.ts'

export interface Transcript {
  /** A gesture that may open a turn: what the page shows of it before its request goes out is kept for `open`. */
  prime(prompt?: string): void
  /**
   * @param prompt what was sent, so that its own bubble is not taken for the answer
   * @param late text that the page holds already may be the answer's: nobody saw when it came
   */
  open(screen: ScreenPort, prompt?: string, late?: boolean): ScreenTarget
  stop: Stop
}

type Note = 'feedback' | 'progress'

interface Turn extends Found {
  /** Missing between a gesture and the request that opens the turn. */
  screen?: ScreenPort
  grow: ReturnType<typeof createGrowth<Frame>>
  /** What has grown like an answer, should nothing else tell. */
  grew?: Grown<Frame>
  /** Came and was not reported as painted yet: characters, their reading time, and the characters in a laid out frame. */
  due: number
  dueMs: number
  laid: number
  /** Where its answer stands; once it is closed, nothing else of the page is held. */
  closed?: { element: WeakRef<Element> | undefined }
  /** Its first text was seen to come. */
  shown?: boolean
  /** Opened then, its first text may have been painted unseen. */
  late?: number
  /** First visible change and first progress: noted, and when painted. */
  noted: { [note in Note]?: number }
  /** Of its last painted frame. */
  stamp?: Stamp
}

interface Frame {
  /** When its first change came. */
  at: number
  /** What to report once it is known when it was painted. */
  jobs: ((stamp: Stamp) => void)[]
  stamp?: Stamp
  /** It is known what of it is in view. */
  judged?: boolean
}

/** Changes kept for the end of a frame; more are looked at at once. */
const MOST_RECORDS = 500
/** A gesture without a request for this long, ms, is no turn. */
const PRIMED = 10_000
/** Text nodes looked at of a page whose turn began before it was watched. */
const MOST_OLD = 64
/** Code units of an answer's end that are compared with the stream's. */
const ENDING = 400
/** Text nodes that are known to grow in place. */
const MOST_GROWING = 8

/** What is looked at of a `MutationRecord`; two that follow each other may be one. */
type Change = Pick<MutationRecord, 'type' | 'target' | 'addedNodes' | 'removedNodes'>

export function watchTranscript(options: {
  root?: Document | Element
  guard: Guard
  clock: Clock
  paint: PaintClock
  states: Pick<PageStates, 'hidden' | 'on'>
  ui?: Ui
  composer?: () => Element | undefined
}): Transcript {
  const { root = document, guard, clock, paint, states, ui = {}, composer = () => undefined } = options
  const doc = root.ownerDocument ?? (root as Document)
  const turns: Turn[] = []
  // Opened by a gesture, waiting for its request.
  let primed: Turn | undefined
  // Observed: the root and the open shadow roots under it.
  let targets: Node[] = []
  let unwatch: Stop[] = []
  let pending: Change[] = []
  let pendingAt = 0
  // Changes are taken in as they come: first text, and text due for a beacon, must be known in the very frame, and a
  // hidden page has no frames. Else at the end of the frame.
  let eager = false
  // The frame being prepared, and those whose report is due.
  let frame: Frame | undefined
  let frames: Frame[] = []
  // Text nodes that grow in place, and whether the observer of such changes rests until the frame is laid out.
  const growing = new Set<Text>()
  let resting = false

  const counter = createCounter(measure)
  const finder = createFinder({
    turns,
    ui,
    counter,
    composer,
    now: clock.now,
    progress: (turn) => tell(turn, 'progress'),
  })

  const emit = (): void => {
    while (frames[0]?.stamp && frames[0].judged) {
      const { jobs, stamp } = frames.shift()!
      for (const job of jobs) guard(() => job(stamp!))
    }
  }
  const judge = (): void => {
    for (const past of frames) past.judged = true
    emit()
  }
  const show = (turn: Turn, chars: number): ((stamp: Stamp) => void) => {
    const readingMs = (turn.dueMs * chars) / turn.due
    turn.due -= chars
    turn.laid -= chars
    turn.dueMs -= readingMs
    return (stamp) => {
      if (turn.late) {
        // Somewhere between the first chunk and now.
        const errorMs = (stamp.at - Math.max(turn.late, turn.answer.first)) / 2
        stamp = { at: stamp.at - errorMs, method: 'observer', errorMs }
        turn.late = undefined
      }
      turn.screen?.painted({ ...(turn.stamp = stamp), chars, readingMs })
    }
  }
  const seen = createSeen<Turn>(guard, (turn, unseen) => {
    const chars = turn.laid - unseen
    if (chars > 0) {
      let last = frames.at(-1)
      // Nothing grew: it came into view.
      if (!last || last.judged) frames.push((last = { at: 0, jobs: [], stamp: paint.late() }))
      last.jobs.push(show(turn, chars))
    }
    judge()
  })

  /** Asks about the frame that will show what just changed. */
  function ask(): Frame {
    if (frame) return frame
    const asked: Frame = (frame = { at: clock.now(), jobs: [] })
    paint.frame(laid, (stamp) => {
      asked.stamp = stamp
      emit()
    })
    return asked
  }
  function tell(turn: Found, what: Note): void {
    const { noted } = turn as Turn
    if (what in noted) return
    noted[what] = undefined
    ask().jobs.push(({ at }) => {
      noted[what] = at
      ;(turn as Turn).screen?.[what](at)
    })
  }

  /** A visible change outside of composer and answers acknowledges the send. */
  function acknowledge({ target, addedNodes, type }: Change): void {
    const writing = composer()
    if (
      (type == 'childList' && ![...addedNodes].some((node) => node.nodeType < 4 && node.isConnected)) ||
      !inside(target, doc.body) ||
      (writing && inside(target, writing)) ||
      finder.inAnswer(target)
    )
      return
    for (const turn of turns) tell(turn, 'feedback')
    paint.beacon()
  }

  /** Takes in what changed: only what is new is read, and nothing that makes the browser lay out. */
  function digest(): void {
    const records = pending
    pending = []
    const left = new Set<Text>()
    const changed = new Set<Text>(growing)
    finder.look(changed)
    const silent = turns.some(({ noted }) => !('feedback' in noted))
    const change = (text: Text): unknown => (text.isConnected ? changed : left).add(text)
    const enter = ({ shadowRoot }: Element): void => {
      if (shadowRoot) follow(shadowRoot)
    }
    for (const record of records) {
      if (silent) acknowledge(record)
      const { type, target, removedNodes, addedNodes } = record
      if (type == 'characterData') changed.add(target as Text)
      else {
        // By index: the iterators of node lists are slow.
        for (let i = 0; i < removedNodes.length; i++) texts(removedNodes[i]!, change)
        for (let i = 0; i < addedNodes.length; i++) if (addedNodes[i]!.isConnected) texts(addedNodes[i]!, change, enter)
      }
    }
    for (const text of left) counter.drop(text, true)
    for (const text of changed) finder.place(text)
    // The finder knows it until its next look.
    changed.clear()
    counter.rest()
    for (const turn of turns) {
      // What is seen to come is not late.
      if (!turn.shown) turn.late = undefined
      advance(turn, pendingAt)
    }
  }

  /** Raises the high-water marks. */
  function advance(turn: Turn, at: number): void {
    let grown = 0
    for (const slot of turn.slots) {
      const { peak } = slot
      if (slot.foreign) {
        // A translator's words move no mark.
        slot.foreign = false
        turn.screen?.foreign()
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
    turn.screen?.inserted(at, grown)
    ask()
    paint.beacon(!turn.shown)
    turn.shown = true
    eager = waits()
  }

  /** The frame's layout is done; what it holds is now on its way to the screen. */
  function laid(): void {
    const now = frame
    if (!now) return
    take()
    digest()
    frame = undefined
    // Two frames in a row can be laid out before the browser tells of the first.
    seen.take()
    judge()
    now.judged = true
    frames.push(now)
    for (const turn of turns) {
      if (turn.touched.size) discover(turn, now)
      turn.laid = turn.due
      if (turn.due && seen.look(turn, turn.grown)) now.judged = false
      turn.grown.clear()
    }
    for (const text of growing) if (!text.isConnected) growing.delete(text)
    if (resting && turns[0]) for (const target of targets) data.observe(target, DATA)
    resting = false
    emit()
  }

  /** Where nothing else tells, what has grown often enough is the answer, since its first frame. */
  function discover(turn: Turn, now?: Frame): void {
    if (now) turn.grew = turn.grow(turn.touched, now) ?? turn.grew
    turn.touched.clear()
    // What grew before the stream began is no answer.
    if (turn.grew && turn.answer.first > turn.grew.first.at) turn.grew = undefined
    if (!turn.grew?.element.isConnected || !finder.lost(turn)) return
    const { element, first, chars } = turn.grew
    turn.answer.heads = [letters(element.textContent!, HEAD)]
    finder.settle(turn, 0, element)
    advance(turn, first.at)
    // What it held in its first frame was painted then.
    if (first === now || !turn.due) return
    const job = show(turn, Math.min(turn.due, chars))
    if (frames.includes(first)) first.jobs.push(job)
    else job(first.stamp!)
  }

  /**
   * Pages that render all anew with each word do that many times in a frame: what was put in and taken out again is let
   * go at once, lest each rendering be kept in memory until the frame is laid out.
   */
  const keep = (records: MutationRecord[]): void => {
    for (let record of records as Change[]) {
      const last = pending.at(-1)
      const { type, target, addedNodes, removedNodes } = record
      if (removedNodes[0] && removedNodes[0] === last?.addedNodes[0] && removedNodes.length == last.addedNodes.length) {
        pending.pop()
        record = { type, target, addedNodes, removedNodes: last.removedNodes }
      }
      pending.push(record)
    }
  }
  const take = (): void => {
    keep(children.takeRecords())
    keep(data.takeRecords())
  }
  const waits = (): boolean => states.hidden() || turns.some(({ shown }) => !shown)
  const note = (records: MutationRecord[]): void => {
    if (!pending[0]) pendingAt = clock.now()
    keep(records)
    if (!frame) {
      ask()
      eager = waits() || paint.due()
    }
    if (eager || pending[MOST_RECORDS]) digest()
  }
  const CHILDREN = { childList: true, subtree: true }
  const DATA = { characterData: true, subtree: true }
  const children = new MutationObserver(guard.wrap(note))
  const data = new MutationObserver(
    guard.wrap((records: MutationRecord[]) => {
      note(records)
      for (const { target } of records) growing.add(target as Text)
      for (const text of growing) if (growing.size > MOST_GROWING) growing.delete(text)
      // On one ever-growing node each further record costs more than the last: once per frame will do.
      if (!waits()) {
        data.disconnect()
        resting = true
      }
    }),
  )

  function follow(target: Node): void {
    if (targets.includes(target)) return
    targets.push(target)
    children.observe(target, CHILDREN)
    if (!resting) data.observe(target, DATA)
  }
  function add(): Turn {
    const turn: Turn = {
      ...newTurn(finder.look() + 1),
      grow: createGrowth((element) => finder.free(element, turn.since)),
      due: 0,
      dueMs: 0,
      laid: 0,
      noted: {},
    }
    turns.push(turn)
    eager = true
    if (!unwatch[0]) {
      follow(root)
      unwatch = [
        followShadows(root, guard, follow),
        states.on(({ kind }) => {
          if (kind !== 'hidden' && kind !== 'visible') return
          eager = true
          // Text that came while hidden is shown by the coming frame: date that.
          for (const turn of turns)
            if (turn.due && kind === 'visible') {
              ask()
              paint.beacon(!turn.stamp)
            }
        }),
      ]
    }
    return turn
  }
  function remove(turn: Turn): void {
    if (!turns.includes(turn)) return
    turns.splice(turns.indexOf(turn), 1)
    const element = answerOf(turn)
    turn.closed = { element: element && new WeakRef(element) }
    finder.forget(turn)
    seen.forget(turn)
    Object.assign(turn, newTurn(turn.since), { grew: undefined, bubble: undefined, given: undefined })
    if (turn === primed) primed = undefined
    if (turns[0]) return
    children.disconnect()
    data.disconnect()
    for (const undo of unwatch) undo()
    unwatch = []
    targets = []
    pending = []
    frames = []
    frame = undefined
    growing.clear()
    resting = false
  }

  function answerOf(turn: Turn): Element | undefined {
    const { root: node } = turn.slots.findLast(({ root }) => root.isConnected) ?? {}
    return node ? elementOf(node) : turn.given
  }
  function close(turn: Turn): void {
    if (!turns.includes(turn)) return
    take()
    digest()
    paint.flush()
    judge()
    const { stamp, due } = turn
    for (const slot of turn.slots) finder.recount(slot)
    advance(turn, clock.now())
    // What the observers missed was on screen with the rest.
    if (stamp && !due && turn.due) show(turn, turn.due)(stamp)
  }

  /** The stream, or the page, said something about text that may stand there already. */
  function again(turn: Turn): void {
    if (turn.slots[0] || !turns.includes(turn)) return
    finder.look()
    for (const text of finder.strays(turn)) finder.place(text)
    advance(turn, clock.now())
  }
  const expect = (turn: Turn, said: Said): ((text: string) => void) =>
    guard.wrap((text) => {
      say(said, text, clock.now())
      again(turn)
    })

  return {
    prime: guard.wrap((prompt?: string) => {
      if (primed) remove(primed)
      const turn = (primed = add())
      turn.prompt = prompt ?? ''
      clock.setTimeout(() => turn === primed && remove(turn), PRIMED)
    }),
    open(screen, prompt, late) {
      const turn = primed ?? add()
      primed = undefined
      turn.screen = screen
      turn.prompt = prompt ?? turn.prompt
      if (late) {
        finder.look()
        const old: Text[] = []
        texts(root, (text) => void old.push(text))
        for (const text of old.slice(-MOST_OLD)) finder.place(text)
        turn.late = clock.now()
      }
      for (const what of ['feedback', 'progress'] as const) if (turn.noted[what]) screen[what](turn.noted[what])
      return {
        expectAnswer: expect(turn, turn.answer),
        expectReasoning: expect(turn, turn.reasoning),
        expectUnseen: guard.wrap(() => {
          turn.unseen = true
          // It may stand there already.
          finder.look()
          discover(turn)
        }),
        use: guard.wrap((element: Element) => {
          turn.given = element
          if (turn.slots[0]) finder.settle(turn, 0, element, true)
          again(turn)
        }),
        element: () => (turn.closed ? turn.closed.element?.deref() : answerOf(turn)),
        ends(text) {
          const { root: node } = turn.slots.at(-1) ?? {}
          const end = letters(text, Infinity)
          return (
            end.length > 1 && !!node?.isConnected && letters(node.textContent!.slice(-ENDING), ENDING).endsWith(end)
          )
        },
        close() {
          guard(() => close(turn))
          remove(turn)
        },
      }
    },
    stop() {
      while (turns[0]) remove(turns[0])
      seen.stop()
    },
  }
}
