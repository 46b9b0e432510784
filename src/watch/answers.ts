/** Remembers which element showed which turn's answer, so that a click beside an answer finds its turn. Bounded; keeps no element alive. */
import type { TurnRef } from '../turn/record.ts'
import { inside } from './nodes.ts'

/** Attributes in which pages put a message's own id. */
const idAttributes = ['data-message-id', 'data-messageid', 'data-msg-id', 'data-id', 'id']
const most = 200
/** Levels up from a control within which its answer may come after it. */
const nearby = 4
/** And within which one that stands before it is surely its own; where there are several, this level. */
const own = 6
const beside = 1

/** Crosses shadow roots upward, as `composedPath` does. */
export const parentOf = (element: Element): Element | null =>
  element.parentElement ?? ((element.getRootNode() as ShadowRoot).host as Element | undefined) ?? null

/** The message ids an element stands under, nearest first, at most 8 levels up, and not from where `shared` says that other messages are in it. */
export function messageIds(element: Element | null, shared?: (scope: Element) => boolean): string[] {
  const ids: string[] = []
  for (let level = 0; element && level < 8 && !shared?.(element); level++, element = parentOf(element)) {
    for (const name of idAttributes) {
      const value = element.getAttribute(name)
      // `id="log"` names the transcript, not a message: ids of messages hold a digit.
      if (value && /\d/.test(value) && !ids.includes(value)) ids.push(value.slice(0, 128))
    }
  }
  return ids
}

export interface Near {
  ref: TurnRef
  answer: Element
  /** It stands before `element` or around it, and not far: what only follows may be another message's. */
  sure: boolean
}

export interface Answers {
  add(element: Element, ref: TurnRef): void
  /** The turn whose answer is nearest to `element`: the closest ancestor that holds an answer decides; of several in it, the last before `element`. */
  near(element: Element): Near | undefined
  /** Another turn's answer stands in `scope` beside `element`. */
  others(scope: Element, element: Element, turnId: string): boolean
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
        let best: Near | undefined
        const found = new Set<Element>()
        for (const { element: held, ref } of known) {
          const answer = held.deref()
          if (!answer || !(inside(answer, scope) || inside(scope, answer))) continue
          found.add(answer)
          const after = element.compareDocumentPosition(answer) & Node.DOCUMENT_POSITION_FOLLOWING
          // Far from it, an answer that only follows is that of another message: this one is older than all we know.
          if (after && level > nearby) continue
          const bestAfter = best && element.compareDocumentPosition(best.answer) & Node.DOCUMENT_POSITION_FOLLOWING
          // Controls follow their answer: one that precedes the element beats one that follows it.
          if (!best || !after || bestAfter) best = { ref, answer, sure: !level || !after }
        }
        if (best) {
          // Of several, the one before a prompt's own button is none of it.
          if (level > own || (found.size > 1 && level !== beside)) best.sure = false
          return best
        }
      }
      return undefined
    },
    others: (scope, element, turnId) =>
      known.some(({ element: held, ref }) => {
        const answer = held.deref()
        return answer && answer !== element && ref.turnId !== turnId && inside(answer, scope)
      }),
  }
}
