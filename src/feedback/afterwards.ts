/**
 * Sees what the user does with an answer that has ended: was a way to rate it before the eyes for a second, was it
 * scrolled back to, how long did the user stay, what of the page was copied. Asks for no layout; knows no turns.
 */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { createIdle } from '../base/idle.ts'
import { listen } from '../base/listen.ts'
import type { Stop } from '../base/listen.ts'
import { closest, inside, parentOf } from '../base/nodes.ts'
import { PRESSABLE, isRating, sayingsOf } from '../input/pressable.ts'
import type { Control, Ui } from '../input/ui.ts'

export interface Afterwards<T> {
  /** An answer has ended. `ago`: ms since then. */
  ended(what: T, answer: Element, ago: number): void
  /** The user sends the next prompt, or hides or leaves the page. */
  on(): void
  /** The page is seen again. */
  back(): void
  stop: Stop
}

interface Ended<T> {
  what: T
  answer: Element
  /** Its first block; gone once it was scrolled back to. */
  head?: Element
  /** Since when that is out of view, page clock. */
  outAt?: number
  /** A control that rates it. Undefined while none is found. */
  control?: Element
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
/** Levels above an answer within which a control can be its own. */
const LEVELS = 5
/**
 * Elements whose labels a look reads for one answer: with all looks and answers at most 11 × 8 × 50, each once, and only
 * while the page is idle. What is left waits for the next look.
 */
const JUDGED = 50

/** Bars that come up under the pointer are transparent until then. Safari before 17.4 cannot tell. */
const isVisible = (element: Partial<Element>): boolean =>
  element.checkVisibility?.({ checkOpacity: true, checkVisibilityCSS: true }) ?? true

export function watchAfterwards<T>(options: {
  clock: Clock
  guard: Guard
  ui?: Ui
  /** Tells a control by its label. */
  read(label: string): Control | undefined
  /** `value`: seconds, for `dwell`. */
  tell(what: T, kind: 'exposed' | 'scroll_back' | 'dwell', value?: number): void
  /** Text of the page was copied. */
  copied(from: Node, selected: Range): void
}): Afterwards<T> {
  const { clock, guard, ui = {}, read, tell } = options
  // Oldest first.
  let all: Ended<T>[] = []
  // The last one, until the user goes on.
  let stay: { what: T; since: number } | undefined
  let timer: number | undefined
  // They do not rate; what comes to rate is a new element.
  const judged = new WeakSet<Element>()
  const idle = createIdle(clock, guard)

  // What the page named, else what can be a control and says that it rates.
  const named = [ui.up, ui.down].filter(Boolean).join()
  const rates = (element: Element) => named || sayingsOf(element).some((label) => isRating(read(label)))
  /** The first that rates after the answer's beginning, in the nearest scope that has one and no other answer. */
  const controlOf = (answer: Element): Element | undefined => {
    let left = JUDGED
    let scope: Element | undefined = answer
    for (let level = 0; scope && level <= LEVELS; level++, scope = parentOf(scope)) {
      const within = scope
      if (all.some((other) => other.answer !== answer && inside(other.answer, within))) return
      for (const element of scope.querySelectorAll(named || PRESSABLE)) {
        if (judged.has(element) || !(answer.compareDocumentPosition(element) & 4)) continue
        if (rates(element)) return element
        judged.add(element)
        if (!--left) return
      }
    }
  }
  const watch = (element: Element): void => {
    // Only a new observation reports what has not changed.
    observer.unobserve(element)
    observer.observe(element)
  }
  const observer = new IntersectionObserver(
    guard.wrap((entries: IntersectionObserverEntry[]) => {
      for (const { target, isIntersecting, intersectionRatio, time } of entries)
        for (const one of all)
          if (target === one.head) {
            if (!isIntersecting) one.outAt ??= time
            else if (time - one.outAt! >= SECOND) {
              observer.unobserve(target)
              one.head = undefined
              tell(one.what, 'scroll_back')
            } else one.outAt = undefined
          } else if (target === one.control) {
            if (intersectionRatio < 0.5 || !isVisible(target)) one.seenAt = undefined
            else if (time - (one.seenAt ??= time) >= SECOND) {
              observer.unobserve(target)
              one.control = undefined
              one.looks = 0
              tell(one.what, 'exposed')
            }
          }
    }),
    { threshold: [0, 0.5] },
  )
  const look = guard.wrap((): void => {
    clock.clearTimeout(timer)
    let looks = 0
    for (const one of all) {
      if (document.hidden || !one.looks) continue
      if (!one.control?.isConnected) one.control = controlOf(one.answer)
      if (one.control) watch(one.control)
      looks = Math.max(looks, --one.looks)
    }
    // A little more, so that what was seen in the first frame after the one is seen for a second in that after the other.
    if (looks) timer = clock.setTimeout(soon, SECOND * (LOOKS - looks) + FRAMES)
  })
  const soon = () => idle(look)
  const uncopy = listen(
    document,
    'copy',
    guard.wrap((event: Event) => {
      // Chromium's selection in a shadow root is the root's own.
      const target = event.composedPath()[0] as Node
      const root = target.getRootNode() as Document
      const selection = ('getSelection' in root ? root : document).getSelection()
      // What is copied out of a text field is not what is marked on the page.
      if (!event.isTrusted || !selection?.rangeCount || closest(target, 'input,textarea')) return
      const selected = selection.getRangeAt(0)
      if (!selected.collapsed) options.copied(selected.commonAncestorContainer, selected)
    }),
    // Pages that fill the clipboard themselves may keep the event to themselves.
    { capture: true },
  )

  return {
    ended(what, answer, ago) {
      // One that is shown in its place, as a regenerated one is, replaces it.
      all = all.filter((other) => other.answer !== answer && other.answer.isConnected).slice(1 - MOST)
      const head = answer.firstElementChild ?? answer
      all.push({ what, answer, head, looks: LOOKS })
      observer.disconnect()
      for (const one of all) if (one.head) observer.observe(one.head)
      stay = { what, since: clock.now() - ago }
      soon()
    },
    on() {
      const ms = stay ? Math.min(clock.now() - stay.since, STAY) : 0
      if (ms >= SECOND) tell(stay!.what, 'dwell', Math.round(ms) / 1000)
      stay = undefined
      if (document.hidden) for (const one of all) one.seenAt = undefined
    },
    back: soon,
    stop() {
      // A look may be due still.
      all = []
      observer.disconnect()
      clock.clearTimeout(timer)
      uncopy()
    },
  }
}
