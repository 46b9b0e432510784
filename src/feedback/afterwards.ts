/**
 * Sees what the user does with an answer that has ended: was a way to rate it before the eyes for a second, was it
 * scrolled back to, how long did the user stay. Asks for no layout, holds no element that the page lets go of.
 */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { createIdle } from '../base/idle.ts'
import type { Stop } from '../base/listen.ts'
import type { TurnRef } from '../turn/record.ts'
import { ratingControl } from './rating-control.ts'
import type { Rating } from './rating-control.ts'

export interface Afterwards {
  /** An answer has ended. `ago`: ms since then. */
  ended(turn: TurnRef, answer: Element, ago: number): void
  /** The user sends the next prompt, or hides or leaves the page. */
  on(): void
  /** The page is seen again. */
  back(): void
  stop: Stop
}

interface Ended {
  turn: TurnRef
  answer: WeakRef<Element>
  /** Its first block; gone once it was scrolled back to. */
  head?: WeakRef<Element>
  /** Since when that is out of view, page clock. */
  outAt?: number
  /** A control that rates it. Undefined while none is found. */
  control?: WeakRef<Element>
  /** Since when that is seen, page clock. */
  seenAt?: number
  /** Looks for it that are left; 0 once it was seen. */
  looks: number
}

/** Ended answers that are watched; older ones are given up. */
const MOST = 8
/** In view for so long, a control was seen; out of view for so long, an answer was left; ms. */
const SECOND = 1000
/** Each look waits a second longer than the one before: for a minute after the answer in all. */
const LOOKS = 11
/** What two reports may lie apart from their looks, ms. */
const FRAMES = 50
/** Whoever stays longer has probably gone away, ms. */
const STAY = 600_000

/** Bars that come up under the pointer are transparent until then. Safari before 17.4 cannot tell. */
const isVisible = (element: Partial<Element>): boolean =>
  element.checkVisibility?.({ checkOpacity: true, checkVisibilityCSS: true }) ?? true

/** What stands on the page still. */
const here = (held: WeakRef<Element> | undefined): Element | undefined => {
  const element = held?.deref()
  return element?.isConnected ? element : undefined
}

/** True: it comes back into view after it was out of it for a second. */
function cameBack(one: Ended, { isIntersecting, time }: IntersectionObserverEntry): boolean {
  if (!isIntersecting) one.outAt ??= time
  else if (time - one.outAt! >= SECOND) return true
  else one.outAt = undefined
  return false
}

/** True: half of it has been in view for a second. */
function wasSeen(one: Ended, { target, intersectionRatio, time }: IntersectionObserverEntry): boolean {
  if (intersectionRatio < 0.5 || !isVisible(target)) one.seenAt = undefined
  else if (time - (one.seenAt ??= time) >= SECOND) return true
  return false
}

export function watchAfterwards(options: {
  clock: Clock
  guard: Guard
  rating: Rating
  /** The page is. */
  hidden(): boolean
  /** `value`: seconds, for `dwell`. */
  tell(turn: TurnRef, kind: 'exposed' | 'scroll_back' | 'dwell', value?: number): void
}): Afterwards {
  const { clock, guard, rating, hidden, tell } = options
  // Oldest first.
  let all: Ended[] = []
  // The last one, until the user goes on.
  let stay: { turn: TurnRef; since: number } | undefined
  let timer: number | undefined
  // A look waits for the page to be idle.
  let due = false
  const judged = new WeakSet<Element>()
  const idle = createIdle(clock, guard)

  const observer = new IntersectionObserver(
    guard.wrap((entries: IntersectionObserverEntry[]) => {
      for (const entry of entries)
        for (const one of all)
          if (entry.target === one.head?.deref() && cameBack(one, entry)) {
            observer.unobserve(entry.target)
            one.head = undefined
            tell(one.turn, 'scroll_back')
          } else if (entry.target === one.control?.deref() && wasSeen(one, entry)) {
            observer.unobserve(entry.target)
            one.control = undefined
            one.looks = 0
            tell(one.turn, 'exposed')
          }
    }),
    { threshold: [0, 0.5] },
  )
  /** Looks for what rates each answer, and whether it is seen still. */
  const look = (): void => {
    due = false
    clock.clearTimeout(timer)
    if (hidden()) return
    const answers = all.map(({ answer }) => here(answer))
    const others = answers.filter((answer) => answer !== undefined)
    let looks = 0
    for (const [i, one] of all.entries()) {
      const answer = answers[i]
      if (!answer || !one.looks) continue
      const control = here(one.control) ?? ratingControl(answer, rating, others, judged)
      one.control = control && new WeakRef(control)
      if (control) {
        // Only a new observation reports what has not changed.
        observer.unobserve(control)
        observer.observe(control)
      }
      looks = Math.max(looks, --one.looks)
    }
    // A little more, so that what was seen in the first frame after the one is seen for a second in that after the other.
    if (looks) timer = clock.setTimeout(soon, SECOND * (LOOKS - looks) + FRAMES)
  }
  const soon = (): void => {
    if (!due) idle(look)
    due = true
  }

  return {
    ended(turn, answer, ago) {
      // One that is shown in its place, as a regenerated one is, replaces it.
      all = all.filter((other) => (here(other.answer) ?? answer) !== answer).slice(1 - MOST)
      const head = new WeakRef(answer.firstElementChild ?? answer)
      all.push({ turn, answer: new WeakRef(answer), head, looks: LOOKS })
      observer.disconnect()
      for (const one of all) {
        const first = one.head?.deref()
        if (first) observer.observe(first)
      }
      stay = { turn, since: clock.now() - ago }
      soon()
    },
    on() {
      const ms = stay ? Math.min(clock.now() - stay.since, STAY) : 0
      if (ms >= SECOND) tell(stay!.turn, 'dwell', Math.round(ms) / 1000)
      stay = undefined
      if (hidden()) for (const one of all) one.seenAt = undefined
    },
    back: soon,
    stop() {
      // A look may be due still.
      all = []
      observer.disconnect()
      clock.clearTimeout(timer)
    },
  }
}
