/** Watches the page's DOM while turns are open, and tells each turn when its answer's text came, and when it was seen. */
import { letters, measure } from '../base/characters.ts'
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { createIdle } from '../base/idle.ts'
import type { Stop } from '../base/listen.ts'
import { texts } from '../base/nodes.ts'
import type { PageStates } from '../page/states.ts'
import type { ScreenPort, ScreenTarget } from '../turn/marks.ts'
import type { Ui } from '../input/ui.ts'
import { createChanges } from './changes.ts'
import { createCounter } from './counter.ts'
import { createPage, keep, look, place, settle } from './find.ts'
import { ask, current, judge, show } from './frames.ts'
import { say } from './letters.ts'
import type { Said } from './letters.ts'
import type { PaintClock } from './paint.ts'
import { createSeen } from './seen.ts'
import { add, answerOf, close, discover, heard, laid, reconsider, remove, tell } from './watch.ts'
import type { Watch } from './watch.ts'
import type { Turn } from './watched.ts'

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

/** A gesture without a request for this long, ms, is no turn. */
const PRIMED = 10_000
/** Text nodes looked at of a page whose turn began before it was watched. */
const MOST_OLD = 64
/** Code units of an answer's end that are compared with the stream's. */
const ENDING = 400

function createWatch(options: {
  root: Document | Element
  guard: Guard
  clock: Clock
  paint: PaintClock
  states: Pick<PageStates, 'hidden' | 'on'>
  ui: Ui
  composer: () => Element | undefined
}): Watch {
  const { root, guard, clock, paint, ui, composer } = options
  const turns: Turn[] = []
  const watch: Watch = {
    ...options,
    doc: root.ownerDocument ?? (root as Document),
    idle: createIdle(clock, guard),
    turns,
    page: createPage({
      turns,
      ui,
      composer,
      counter: createCounter(measure),
      now: clock.now,
      progress: (turn) => tell(watch, turn, 'progress'),
    }),
    frames: { guard, clock, paint, laid: () => laid(watch), due: [] },
    changes: createChanges(guard, clock.now, () => heard(watch)),
    seen: createSeen<Turn>(guard, (turn, unseen) => {
      const { frames } = watch
      const chars = turn.laid - unseen
      if (chars > 0) show(frames, turn, chars, current(frames))
      // What was not in view when its place became known is dated by the frame that shows it.
      turn.past = turn.past.filter((grown) => !grown.laid)
      judge(frames)
    }),
    eager: false,
    asked: 0,
    unwatch: [],
  }
  return watch
}

/** What stands in the page already may be its answer's. */
function lookBack({ page, root, clock, frames }: Watch, turn: Turn): void {
  look(page)
  const old: Text[] = []
  texts(root, (text) => void old.push(text))
  for (const text of old.slice(-MOST_OLD)) place(page, text)
  turn.late = clock.now()
  keep(page, ask(frames), turn.late)
}

function targetOf(watch: Watch, turn: Turn): ScreenTarget {
  const { guard, clock, page } = watch
  const expect = (said: Said): ((text: string) => void) =>
    guard.wrap((text) => {
      say(said, text, clock.now())
      reconsider(watch, turn)
    })
  return {
    expectAnswer: expect(turn.answer),
    expectReasoning: expect(turn.reasoning),
    expectUnseen: guard.wrap(() => {
      turn.unseen = true
      // It may stand there already.
      look(page)
      discover(watch, turn)
    }),
    use: guard.wrap((element: Element) => {
      turn.given = element
      if (turn.slots[0]) settle(page, turn, 0, element, 'named')
      reconsider(watch, turn)
    }),
    echoed: () => turn.echoed?.at,
    element: () => (turn.closed ? turn.closed.element?.deref() : answerOf(turn)),
    ends(text) {
      const { root: node } = turn.slots.at(-1) ?? {}
      const end = letters(text, Infinity)
      return end.length > 1 && !!node?.isConnected && letters(node.textContent!.slice(-ENDING), ENDING).endsWith(end)
    },
    close() {
      guard(() => close(watch, turn))
      remove(watch, turn)
    },
  }
}

export function watchTranscript(options: {
  root?: Document | Element
  guard: Guard
  clock: Clock
  paint: PaintClock
  states: Pick<PageStates, 'hidden' | 'on'>
  ui?: Ui
  composer?: () => Element | undefined
}): Transcript {
  const { root = document, guard, clock, ui = {}, composer = () => undefined } = options
  const watch = createWatch({ ...options, root, ui, composer })
  return {
    prime: guard.wrap((prompt?: string) => {
      if (watch.primed) remove(watch, watch.primed)
      const turn = (watch.primed = add(watch))
      turn.prompt = prompt ?? ''
      clock.setTimeout(() => turn === watch.primed && remove(watch, turn), PRIMED)
    }),
    open(screen, prompt, late) {
      const turn = watch.primed ?? add(watch)
      watch.primed = undefined
      turn.screen = screen
      turn.prompt = prompt ?? turn.prompt
      if (late) lookBack(watch, turn)
      for (const what of ['feedback', 'progress'] as const) if (turn.noted[what]) screen[what](turn.noted[what])
      // What grew since the gesture may tell already, once there is somebody to tell.
      watch.idle(() => discover(watch, turn))
      return targetOf(watch, turn)
    },
    stop() {
      while (watch.turns[0]) remove(watch, watch.turns[0])
      watch.seen.stop()
    },
  }
}
