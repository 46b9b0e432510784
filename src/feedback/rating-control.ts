/** Finds the control by which an answer can be rated; what a control says of itself, others read. */
import { inside, parentOf } from '../base/nodes.ts'

/** How a control that rates is known; the page's selectors, or what can be pressed and says so. */
export interface Rating {
  /** Selector of what may be one. */
  among: string
  rates(element: Element): boolean
}

/** Levels above an answer within which a control can be its own. */
const LEVELS = 5
/**
 * Elements whose labels a look reads for one answer: with all looks and answers at most 11 × 8 × 50, each once, and only
 * while the page is idle. What is left waits for the next look.
 */
const JUDGED = 50

/**
 * The first that rates after the answer's beginning, in the nearest scope that has one and no other answer.
 * @param others other answers on the page
 * @param judged those found to rate nothing; what comes to rate is a new element
 */
export function ratingControl(
  answer: Element,
  { among, rates }: Rating,
  others: Element[],
  judged: WeakSet<Element>,
): Element | undefined {
  let left = JUDGED
  let scope: Element | undefined = answer
  for (let level = 0; scope && level <= LEVELS; level++, scope = parentOf(scope)) {
    const within = scope
    if (others.some((other) => other !== answer && inside(other, within))) return
    for (const element of scope.querySelectorAll(among)) {
      if (judged.has(element) || !(answer.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)) continue
      if (rates(element)) return element
      judged.add(element)
      if (!--left) return
    }
  }
}
