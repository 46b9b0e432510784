/** Remembers which element showed which turn's answer, so that a click beside an answer finds its turn. Bounded; keeps no element alive. */
import type { TurnRef } from '../turn/record.ts'
import { inside, parentOf, texts } from '../base/nodes.ts'
import { excluded } from '../base/prose.ts'

/** Attributes in which pages put a message's own id. */
export const idAttributes = ['data-message-id', 'data-messageid', 'data-msg-id', 'data-id', 'id']
const most = 200
/** Levels up from a control within which its answer may come after it. */
const nearby = 4
/** And within which one that stands before it is surely its own; where there are several, this level. */
const own = 6
const beside = 1

const alike = (a: Element, b: Element): boolean => a.localName === b.localName && a.className === b.className

/** A message of the same kind stands beside `child`: what holds both is no message's own. */
const inList = (child: Element): boolean =>
  Array.from(child.parentElement?.children ?? []).some((other) => other !== child && alike(other, child))

/** What may name anything must hold a digit: `id="log"` names the transcript. */
const idsOf = (element: Element): string[] =>
  idAttributes
    .map((name) => [name, element.getAttribute(name) ?? ''] as const)
    .filter(([name, id]) => (name == 'id' ? /\d/.test(id) : id))
    .map(([, id]) => id)

/** Has words outside its controls and `but`: a message has, a bar of buttons has none. */
export const speaks = (element: Element, but?: Element): boolean => {
  let said = false
  texts(
    element,
    ({ data }) => (said ||= /\p{L}/u.test(data)),
    (part) => said || part === but || excluded(part),
  )
  return said
}

/** The part of `scope` that holds `element`. */
function branch(element: Element, scope: Element): Element {
  for (let up = parentOf(element); up && up !== scope; up = parentOf(up)) element = up
  return element
}

const deepest = 8

/** What of the elements around an answer is its own message, the answer first: up to what holds others, or stands among its like. */
export function ownScopes(answer: Element, shared: (scope: Element) => boolean): Element[] {
  const scopes: Element[] = []
  for (let scope: Element | undefined = answer; scope && scopes.length < deepest; scope = parentOf(scope)) {
    if (shared(scope) || scope === document.body) break
    scopes.push(scope)
    if (inList(scope)) break
  }
  return scopes
}

/**
 * The message ids an element stands under, nearest first, at most 8 levels up. With `shared`, which says that other
 * messages are in a scope, only what can be its own: the nearest, and not a list's.
 */
export function messageIds(element: Element | undefined, shared?: (scope: Element) => boolean): string[] {
  const ids: string[] = []
  for (let level = 0; element && level < deepest; level++, element = parentOf(element)) {
    if (shared?.(element)) break
    for (const id of idsOf(element)) if (!ids.includes(id)) ids.push(id.slice(0, 128))
    if (shared && (ids[0] || inList(element))) break
  }
  return ids
}

export interface Near {
  ref: TurnRef
  answer: Element
  /** Nothing says that `element` is another message's, or in one that we do not know. */
  sure: boolean
  /** Both are in one message, and not only in one conversation. */
  together: boolean
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
      const again = known.findIndex((one) => one.ref.turnId === ref.turnId && one.element.deref() === element)
      if (again >= 0) known.splice(again, 1)
      known.push({ element: new WeakRef(element), ref })
      if (known.length > most) known.shift()
    },
    near(element) {
      let level = 0
      for (let scope: Element | undefined = element; scope; scope = parentOf(scope), level++) {
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
          if (!best || !after || bestAfter) best = { ref, answer, sure: !after, together: !level }
        }
        if (best) {
          const several = found.size > 1
          const [mine, its] = [branch(element, scope), branch(best.answer, scope)]
          best.together ||= !!idsOf(scope)[0] || !speaks(its, best.answer)
          if (!level) best.sure = !several
          // A prompt, or a message that we do not know, such as one of an earlier page view.
          else if (speaks(mine)) best.sure &&= !several && level <= own && !alike(mine, its) && !idsOf(mine)[0]
          // A bar: right below its answer in a flat list, or above it in its message.
          else if (several) best.sure = its.nextElementSibling === mine || (best.sure && level === beside)
          else best.sure = best.sure ? level <= own : best.together
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
