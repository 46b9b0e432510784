/** What the user thought of an answer and did with it: the room's front. Gives each thing that is said or seen to the part whose it is. */
import type { About, FeedbackOptions, FeedbackValue } from '../api.ts'
import { cleanId } from '../base/clean.ts'
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { stopAll } from '../base/listen.ts'
import type { Stop } from '../base/listen.ts'
import { closest } from '../base/nodes.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { Control } from '../input/ui.ts'
import type { SignalKind, TurnRecord } from '../turn/record.ts'
import { createSubjects, refOfTurn } from './about.ts'
import type { KnownTurns } from './about.ts'
import { watchAfterwards } from './afterwards.ts'
import type { Afterwards } from './afterwards.ts'
import { createAnswers, messageIds } from './answers.ts'
import { extentOf, watchCopies } from './copies.ts'
import { followLater } from './later.ts'
import type { Later } from './later.ts'
import type { Rating } from './rating-control.ts'
import { createRatings } from './ratings.ts'
import type { Origin } from '../page/origin.ts'
import { createSignals, isSignal } from './signals.ts'

/** The time from an answer's end to its record, ms; more is a page that was hidden. */
const SETTLING = 3000

export interface Reactions {
  /** Remembers where its answer stands and under which message ids, for a feedback that comes later; watches it from now on. */
  settled(turn: TurnRecord): void
  feedback(value: FeedbackValue, options?: FeedbackOptions): void
  /** Once per turn and kind. */
  signal(kind: SignalKind, about?: About): void
  /** A control of the page was used. @param at where it stands, or what opened the menu in which it does */
  used(control: Control, element: Element, at?: Element): void
  /** The answer nearest to an element. */
  answer(element: Element): Element | undefined
  bind(messageId: string, turnId?: string): void
  /** The user goes on, or is back. */
  attention(here: boolean): void
  /** Begins to watch ended answers: their ids, and unless signals are off what is done with them. */
  watch(): Stop | undefined
}

export interface ReactionsOptions {
  turns: KnownTurns
  /** Undefined: nothing is stored or sent. */
  delivery: Pick<Delivery, 'put' | 'context' | 'findContext'> | undefined
  /** Ids of the turns that are open. */
  open: ReadonlySet<string>
  /** @param passive what happens is no sign of a user */
  origin(passive?: boolean): Origin
  clock: Clock
  guard: Guard
  /** Of what the user does, and of thumbs that are recognised, something is told. */
  signals: boolean
  rating: Rating
  /** The page is. */
  hidden(): boolean
  /** Says what was done in a wrong way, by names that advice.ts knows. */
  advise(misuse: string): void
}

export function createReactions(options: ReactionsOptions): Reactions {
  const { turns, delivery, open, clock, guard, advise } = options
  const answers = createAnswers()
  const subjects = createSubjects({ turns, open, answers, kept: delivery, advise })
  const ratings = createRatings({ ...options, subjects })
  const { tell } = createSignals({ ...options, delivery: options.signals ? delivery : undefined })
  let afterwards: Afterwards | undefined
  let later: Later | undefined

  /** `selected`: what was marked; without it, a button was used. */
  const copied = (from: Node, selected?: Range): void => {
    const element = closest(from, '*')
    const near = element && subjects.near(element)
    const how = near?.sure && extentOf(near.answer, from, selected)
    if (how) tell('copy', near.ref, { copied: how })
  }

  return {
    settled(turn) {
      const ref = refOfTurn(turn)
      const element = turns.elementOf(turn.id)
      if (element) answers.add(element, ref)
      const shared = (scope: Element) => !!element && answers.others(scope, element, turn.id)
      const ids = element ? messageIds(element, shared) : []
      for (const id of [turn.id, ...ids]) delivery?.context(id, ref)
      if (element) later?.follow(element, ref, shared)
      const ago = clock.epoch() - turn.startedAt - (turn.moments.end ?? 0)
      if (element && turn.outcome === 'completed') afterwards?.ended(ref, element, Math.min(ago, SETTLING))
    },
    feedback: ratings.said,
    signal(kind, about = {}) {
      if (!isSignal(kind)) return advise('signal()')
      const at = clock.epoch()
      guard.later(subjects.of(about).then((turn) => tell(kind, turn, {}, at)))
    },
    used(control, element, at = element) {
      if (!options.signals || !delivery) return
      if (control === 'copy') copied(at)
      else if (control === 'share') guard.later(subjects.of({ message: at }, true).then((turn) => tell(control, turn)))
      else if (control === 'up' || control === 'down') ratings.pressed(control, element, at)
    },
    answer: (element) => subjects.near(element)?.answer,
    bind(messageId, turnId) {
      const id = cleanId(messageId)
      if (!id || (turnId != null && typeof turnId !== 'string')) return advise('bind()')
      const turn = turnId ? turns.find(turnId) : turns.current()
      if (turn) delivery?.context(id, refOfTurn(turn))
    },
    attention: guard.wrap((here: boolean) => {
      if (here) return afterwards?.back()
      ratings.giveOut()
      afterwards?.on()
    }),
    watch() {
      if (!delivery) return
      later = followLater({ guard, bind: delivery.context, moved: answers.add })
      const unfollow = () => {
        later?.stop()
        later = undefined
      }
      if (!options.signals) return unfollow
      afterwards = watchAfterwards({ ...options, tell: (turn, kind, value) => tell(kind, turn, { value }) })
      return stopAll([
        unfollow,
        ratings.forget,
        () => {
          afterwards?.stop()
          afterwards = undefined
        },
        watchCopies(guard, copied),
      ])
    },
  }
}
