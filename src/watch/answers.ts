/** Remembers which element showed which turn's answer, so that a click beside an answer finds its turn. Bounded; keeps no element alive. */
import type { TurnRef } from '../turn/record.ts'
import { inside } from './nodes.ts'

/** Attributes in which pages put a message's own id. */
const idAttributes = ['data-message-id', 'data-messageid', 'data-msg-id', 'data-id', 'id']
const most = 200
/** Levels up from a control within which its answer may come after it. */
const nearby = 4

/** Crosses shadow roots upward, as `composedPath` does. */
export const parentOf = (element: Element): Element | null =>
  element.parentElement ?? ((element.getRootNode() as ShadowRoot).host as Element | undefined) ?? null

/** The message ids an element stands under, nearest first, at most 8 levels up. */
export function messageIds(element: Element | null): string[] {
  const ids: string[] = []
  for (let level = 0; element && level < 8; level++, element = parentOf(element)) {
    for (const name of idAttributes) {
      const value = element.getAttribute(name)
      // `id="log"` names the transcript, not a message: ids of messages hold a digit.
      if (value && /\d/.test(value) && !ids.includes(value)) ids.push(value.slice(0, 128))
    }
  }
  return ids
}

export interface Answers {
  add(element: Element, ref: TurnRef): void
  /** The turn whose answer is nearest to `element`: the closest ancestor that holds an answer decides; of several in it, the last before `element`. */
  near(element: Element): TurnRef | undefined
}

export function createAnswers(): Answers {
  // Oldest first; an element can be shown again by a later turn (regenerated in place), the later wins.
  const known: { element: WeakRef<Element>; ref: TurnRef }[] = []
  return {
    add(element, ref) {
      known.push({ element: new WeakRef(element), ref })
      if (known.length > most) known.shift()
    },
    near(element) {
      let level = 0
      for (let scope: Element | null = element; scope; scope = parentOf(scope), level++) {
        let best: { element: Element; ref: TurnRef } | undefined
        for (const { element: held, ref } of known) {
          const answer = held.deref()
          if (!answer || !(inside(answer, scope) || inside(scope, answer))) continue
          const after = element.compareDocumentPosition(answer) & Node.DOCUMENT_POSITION_FOLLOWING
          // Far from it, an answer that only follows is that of another message: this one is older than all we know.
          if (after && level > nearby) continue
          const bestAfter = best && element.compareDocumentPosition(best.element) & Node.DOCUMENT_POSITION_FOLLOWING
          // Controls follow their answer: one that precedes the element beats one that follows it.
          if (!best || !after || bestAfter) best = { element: answer, ref }
        }
        if (best) return best.ref
      }
      return undefined
    },
  }
}
