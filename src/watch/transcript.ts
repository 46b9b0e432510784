/** Watches the page's DOM while turns are open, and tells each turn when its answer's text came, and when it was seen. */
import { letters, measure } from '../base/characters.ts'
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import type { Stop } from '../base/listen.ts'
import type { ScreenPort, ScreenTarget } from '../turn/marks.ts'
import { createCounter } from './counter.ts'
import { createFinder, promptLetters } from './find.ts'
import type { Slot, Turn as Found } from './find.ts'
import { createGrowth } from './growth.ts'
import type { Growth } from './growth.ts'
import { HEAD, nothingSaid, say } from './letters.ts'
import { inside, texts } from './nodes.ts'
import type { PaintClock, Stamp } from './paint.ts'
import { createSeen } from './seen.ts'
import { followShadows } from './shadow.ts'
import type { Ui } from './ui.ts'

export interface Transcript {
  /** A gesture that may open a turn: what the page shows of it before its request goes out is kept for `open`. */
  prime(prompt?: string): void
  /** `at`: the turn's submit. `prompt`: what was sent, so that its own bubble is not taken for the answer. */
  open(screen: ScreenPort, at: number, prompt?: string): ScreenTarget
  stop: Stop
}

interface Turn extends Found {
  growth: Growth<Frame>
  /** Characters and reading time over the high-water mark: reported as inserted, and as painted. */
  chars: number
  ms: number
  paintedChars: number
  paintedMs: number
  /** The same two, as of the last frame looked at. */
  laidChars: number
  laidMs: number
  /** First text was dated, first change and first progress were noted. */
  shown: boolean
  fed: boolean
  progressed: boolean
  /** When those two were painted, until `open` takes them. */
  fedAt?: number
  progressAt?: number
  lastStamp?: Stamp
}

interface Frame {
  /** When its first change came. */
  at: number
  /** What to report once it is known when it was painted. */
  jobs: ((stamp: Stamp) => void)[]
  stamp?: Stamp
  /** It is known what of it is in view. */
  judged: boolean
}

/** Changes kept for the end of a frame; more are looked at at once. */
const MOST_RECORDS = 500
/** A hidden page has no frames. */
const HIDDEN_EVERY = 250
/** A gesture without a request is no turn. */
const PRIMED = 10_000
/** Text nodes that are known to grow in place. */
const MOST_GROWING = 8
const CHILDREN = { childList: true, subtree: true }
const DATA = { characterData: true, subtree: true }
const UNRENDERED = /^(head|script|style|template|title|meta|link)$/

export function watchTranscript(options: {
  root?: Document | Element
  guard: Guard
  clock: Clock
  paint: PaintClock
  ui?: Ui
  composer?: () => Element | undefined
}): Transcript {
  const { root = document, guard, clock, paint, ui = {}, composer = () => undefined } = options
  const doc = root.ownerDocument ?? (root as Document)
  const turns: Turn[] = []
  // Opened by a gesture, waiting for its request; at most one, and the last of `turns`.
  let primed: Turn | undefined
  let primedTimer: number | undefined
  // Observed: the root and the open shadow roots under it.
  let targets: Node[] = []
  let unfollow: Stop | undefined
  let pending: MutationRecord[] = []
  let pendingAt = 0
  let hiddenTimer: number | undefined
  // The frame being prepared, and those whose report is due.
  let frame: Frame | undefined
  let frames: Frame[] = []
  // Text nodes that grow in place, and whether the observer of such changes rests until the frame is laid out.
  let growing = new Set<Text>()
  let resting = false

  const counter = createCounter(measure)
  const foreignSlots = new Set<Slot>()
  const finder = createFinder({
    turns,
    ui,
    counter,
    composer,
    now: clock.now,
    foreign: (slot) => foreignSlots.add(slot),
    progress(found) {
      const turn = found as Turn
      if (turn.progressed) return
      turn.progressed = true
      ask().jobs.push(({ at }) => {
        turn.progressAt = at
        turn.screen?.progress(at)
      })
    },
  })

  const emit = (): void => {
    while (frames[0]?.stamp && frames[0].judged) {
      const { jobs, stamp } = frames.shift()!
      for (const job of jobs) guard(() => job(stamp!))
    }
  }
  const when = (past: Frame, job: (stamp: Stamp) => void): void => {
    if (past.stamp && !frames.includes(past)) job(past.stamp)
    else past.jobs.push(job)
  }
  const reported = (turn: Turn, chars: number): ((stamp: Stamp) => void) => {
    const added = chars - turn.paintedChars
    const rest = turn.laidChars - turn.paintedChars
    const readingMs = ((turn.laidMs - turn.paintedMs) * added) / rest
    turn.paintedChars = chars
    turn.paintedMs += readingMs
    return (stamp) => {
      turn.lastStamp = stamp
      turn.screen?.painted({ ...stamp, chars: added, readingMs })
    }
  }

  const seen = createSeen<Turn>(guard, (turn, unseen) => {
    const chars = turn.laidChars - unseen
    if (chars > turn.paintedChars) {
      const last = frames.at(-1)
      const job = reported(turn, chars)
      if (last && !last.judged) last.jobs.push(job)
      else frames.push({ at: 0, jobs: [job], judged: true, stamp: paint.late() })
    }
    for (const past of frames) past.judged = true
    emit()
  })

  /** Asks about the frame that will show what just changed. */
  function ask(): Frame {
    if (frame) return frame
    const asked: Frame = { at: clock.now(), jobs: [], judged: false }
    frame = asked
    paint.frame(laid, (stamp) => {
      asked.stamp = stamp
      emit()
    })
    if (doc.hidden) wake()
    return asked
  }
  function wake(): void {
    hiddenTimer ??= clock.setTimeout(
      guard.wrap(() => {
        hiddenTimer = undefined
        digest()
        rearm()
        if (doc.hidden && pending.length) wake()
      }),
      HIDDEN_EVERY,
    )
  }

  function acknowledge(record: MutationRecord): void {
    const waiting = turns.filter((turn) => !turn.fed)
    if (!waiting.length) return
    const { target } = record
    const visible = (node: Node): boolean =>
      node.isConnected &&
      (node.nodeType == 3
        ? !!(node as Text).data.trim()
        : node.nodeType == 1 && !UNRENDERED.test((node as Element).localName))
    const changed = record.type == 'childList' ? [...record.addedNodes].some(visible) : visible(target)
    const writing = composer()
    if (!changed || !inside(target, doc.body) || (writing && inside(target, writing)) || finder.inAnswer(target)) return
    for (const turn of waiting) {
      turn.fed = true
      ask().jobs.push(({ at }) => {
        turn.fedAt = at
        turn.screen?.feedback(at)
      })
    }
    paint.beacon(false)
  }

  /** Takes in what changed: only what is new is read, and nothing that makes the browser lay out. */
  function digest(): void {
    if (!turns.length) return
    const records = pending
    pending = []
    finder.tick()
    const changed = new Set<Text>()
    for (const record of records) {
      acknowledge(record)
      if (record.type == 'characterData') changed.add(record.target as Text)
      for (const node of record.removedNodes)
        texts(node, (text) => {
          if (!counter.has(text)) return
          changed.add(text)
          if (!text.isConnected) counter.gone(text)
        })
      for (const node of record.addedNodes)
        if (node.isConnected)
          texts(
            node,
            (text) => changed.add(text),
            (element) => {
              if (element.shadowRoot) follow(element.shadowRoot)
            },
          )
    }
    for (const text of growing) changed.add(text)
    const before = turns.flatMap(({ slots }) => slots.map((slot) => [slot, slot.chars, slot.ms] as const))
    for (const text of changed) if (!text.isConnected) finder.place(text)
    for (const text of changed) if (text.isConnected) finder.place(text)
    counter.rest()
    for (const [slot, chars, ms] of before)
      if (foreignSlots.delete(slot)) {
        slot.shift += chars - slot.chars
        slot.shiftMs += ms - slot.ms
        slot.turn.screen?.foreign()
      }
    for (const turn of turns) advance(turn, pendingAt)
  }

  /** Raises the high-water marks. */
  function advance(turn: Turn, at: number): void {
    let grown = 0
    for (const slot of turn.slots) {
      const over = slot.chars + slot.shift - slot.peak
      if (over <= 0) continue
      grown += over
      slot.peak += over
      const ms = Math.max(0, slot.ms + slot.shiftMs - slot.peakMs)
      slot.peakMs += ms
      turn.ms += ms
    }
    if (!grown) return
    turn.chars += grown
    turn.screen?.inserted(at, grown)
    ask()
    paint.beacon(!turn.shown)
    turn.shown = true
  }

  /** The frame's layout is done; what it holds is now on its way to the screen. */
  function laid(): void {
    const now = frame
    if (!now) return
    frame = undefined
    take()
    digest()
    for (const past of frames) past.judged = true
    let looks = false
    for (const turn of turns) {
      grow(turn, now)
      turn.laidChars = turn.chars
      turn.laidMs = turn.ms
      if (turn.grown.size || (turn.blocks.length && turn.chars > turn.paintedChars)) {
        seen.look(turn, turn.grown)
        turn.grown.clear()
        looks ||= !!turn.blocks.length
      }
    }
    now.judged = !looks
    frames.push(now)
    rearm()
    emit()
  }

  /** Where nothing else tells, what has grown often enough is the answer, since its first frame. */
  function grow(turn: Turn, now: Frame): void {
    if (!turn.touched.size) return
    const found = finder.lost(turn, clock.now()) ? turn.growth.note(turn.touched, now) : undefined
    turn.touched.clear()
    if (!found) return
    turn.answer.heads = [letters(found.element.textContent ?? '', HEAD)]
    finder.settle(turn, 0, found.element, false)
    advance(turn, found.first.at)
    turn.laidChars = turn.chars
    turn.laidMs = turn.ms
    // What it held in its first frame was painted then.
    if (turn.chars && found.first !== now) when(found.first, reported(turn, Math.min(turn.chars, found.chars)))
  }

  function take(): void {
    for (const record of children.takeRecords()) pending.push(record)
    for (const record of data.takeRecords()) pending.push(record)
  }
  const note = (records: MutationRecord[]): void => {
    if (!pending.length) pendingAt = clock.now()
    for (const record of records) pending.push(record)
    ask()
    // First text, and text due for a beacon, must be known in the very frame.
    if (turns.some((turn) => !turn.shown) || paint.due() || pending.length > MOST_RECORDS) digest()
  }
  const children = new MutationObserver(guard.wrap(note))
  const data = new MutationObserver(
    guard.wrap((records: MutationRecord[]) => {
      note(records)
      for (const { target } of records) growing.add(target as Text)
      for (const text of growing) if (growing.size > MOST_GROWING) growing.delete(text)
      // On one ever-growing node each further record costs more than the last: once per frame will do.
      if (turns.every((turn) => turn.shown)) {
        data.disconnect()
        resting = true
      }
    }),
  )
  function rearm(): void {
    for (const text of growing) if (!text.isConnected) growing.delete(text)
    if (resting && turns.length) for (const target of targets) data.observe(target, DATA)
    resting = false
  }

  function follow(target: Node): void {
    if (targets.includes(target)) return
    targets.push(target)
    children.observe(target, CHILDREN)
    if (!resting) data.observe(target, DATA)
  }
  function add(prompt: string | undefined): Turn {
    const turn: Turn = {
      since: finder.tick() + 1,
      prompt: promptLetters(prompt ?? ''),
      answer: nothingSaid(),
      reasoning: nothingSaid(),
      unseen: false,
      slots: [],
      blocks: [],
      touched: new Set(),
      grown: new Set(),
      growth: createGrowth((element) => finder.free(element, turn.since)),
      chars: 0,
      ms: 0,
      paintedChars: 0,
      paintedMs: 0,
      laidChars: 0,
      laidMs: 0,
      shown: false,
      fed: false,
      progressed: false,
    }
    turns.push(turn)
    if (!unfollow) {
      follow(root)
      unfollow = followShadows(root, guard, follow)
      doc.addEventListener('visibilitychange', onVisible)
    }
    return turn
  }
  const onVisible = guard.wrap(() => {
    if (doc.hidden) return
    // Text that came while hidden is shown by the coming frame: date that.
    for (const turn of turns)
      if (turn.chars > turn.paintedChars) {
        ask()
        paint.beacon(!turn.paintedChars)
      }
  })
  function remove(turn: Turn): void {
    const index = turns.indexOf(turn)
    if (index < 0) return
    turns.splice(index, 1)
    finder.forget(turn)
    seen.forget(turn)
    if (turn === primed) {
      primed = undefined
      clock.clearTimeout(primedTimer)
    }
    if (turns.length) return
    children.disconnect()
    data.disconnect()
    unfollow?.()
    unfollow = undefined
    doc.removeEventListener('visibilitychange', onVisible)
    clock.clearTimeout(hiddenTimer)
    hiddenTimer = undefined
    targets = []
    pending = []
    frames = []
    frame = undefined
    growing = new Set()
    resting = false
  }

  function close(turn: Turn): void {
    if (!turns.includes(turn)) return
    guard(() => {
      take()
      digest()
      for (const past of frames) past.judged = true
      paint.flush()
      emit()
      const { lastStamp, chars, paintedChars } = turn
      for (const slot of turn.slots) if (slot.root.isConnected) finder.recount(slot)
      advance(turn, clock.now())
      // What the observers missed was on screen with the rest.
      if (lastStamp && chars == paintedChars && turn.chars > chars) {
        turn.laidChars = turn.chars
        turn.laidMs = turn.ms
        reported(turn, turn.chars)(lastStamp)
      }
    })
    remove(turn)
  }

  /** The stream said what stands on the page already. */
  function again(turn: Turn): void {
    if (turn.slots.length) return
    const strays = finder.strays()
    if (!strays.length) return
    if (!pending.length) pendingAt = clock.now()
    finder.tick()
    for (const text of strays) finder.place(text)
    advance(turn, pendingAt)
  }

  return {
    prime: guard.wrap((prompt?: string) => {
      if (primed) remove(primed)
      primed = add(prompt)
      const turn = primed
      primedTimer = clock.setTimeout(() => remove(turn), PRIMED)
    }) as Transcript['prime'],
    open(screen, _at, prompt) {
      const turn = primed ?? guard(() => add(prompt))!
      clock.clearTimeout(primedTimer)
      primed = undefined
      turn.screen = screen
      if (prompt) turn.prompt = promptLetters(prompt)
      if (turn.fedAt !== undefined) screen.feedback(turn.fedAt)
      if (turn.progressAt !== undefined) screen.progress(turn.progressAt)
      const open = () => turns.includes(turn)
      return {
        expectAnswer: guard.wrap((text: string) => {
          if (!open()) return
          say(turn.answer, text, clock.now(), letters)
          again(turn)
        }),
        expectReasoning: guard.wrap((text: string) => {
          if (!open()) return
          say(turn.reasoning, text, clock.now(), letters)
          again(turn)
        }),
        expectUnseen() {
          turn.unseen = true
        },
        use: guard.wrap((element: Element) => {
          turn.given = element
          if (!open()) return
          if (!turn.slots.length) return again(turn)
          finder.tick()
          finder.settle(turn, 0, element, true)
          advance(turn, clock.now())
        }),
        element() {
          for (const { root: node } of turn.slots.toReversed?.() ?? turn.slots)
            if (node.isConnected) return node.nodeType == 1 ? (node as Element) : (node as ShadowRoot).host
          return turn.given
        },
        close: () => close(turn),
      }
    },
    stop() {
      while (turns[0]) remove(turns[0])
      seen.stop()
    },
  }
}
