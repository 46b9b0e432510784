/** Which turn a message is about: found by what the page named, by where an element stands, by what an earlier page view kept. Rather none than another's. */
import type { About } from '../api.ts'
import { cleanId } from '../base/clean.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { TurnRecord, TurnRef } from '../turn/record.ts'
import type { Turns } from '../turn/turns.ts'
import { messageIds } from './answers.ts'
import type { Answers, Near } from './answers.ts'

export interface Subjects {
  /** The turn whose answer stands by `element`, answers under way included. */
  near(element: Element): Near | undefined
  /**
   * The turn that it is about.
   * @param within an element has to stand in the answer's own message
   */
  of(about: About, within?: boolean): Promise<TurnRef | undefined>
  /** The message's own id, when there is one. */
  idOf(message: unknown): string | undefined
}

/** What of the turns is asked; see `Turns`. */
export type KnownTurns = Pick<Turns, 'current' | 'find' | 'elementOf'>

export const refOfTurn = (turn: TurnRecord): TurnRef => ({
  turnId: turn.id,
  traceId: turn.traceId,
  spanId: turn.spanId,
})

/** `traceparent` of a turn's span as a reference; undefined when it is not one. The turn's id is then not known. */
export function refOf(traceparent: unknown): TurnRef | undefined {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(typeof traceparent === 'string' ? traceparent : '')
  return match ? { turnId: '', traceId: match[1]!, spanId: match[2]! } : undefined
}

/** A text node stands for the element around it. Undefined: it is none. */
function elementOf(message: unknown): Element | undefined {
  const { nodeType, parentElement } = (message ?? {}) as Node
  return (nodeType === 3 ? parentElement : nodeType === 1 && (message as Element)) || undefined
}

export function createSubjects(options: {
  turns: KnownTurns
  /** Ids of the turns that are open. */
  open: ReadonlySet<string>
  answers: Answers
  kept: Pick<Delivery, 'findContext'> | undefined
  advise(misuse: string): void
}): Subjects {
  const { turns, open, answers, kept, advise } = options
  const near = (element: Element): Near | undefined => {
    for (const id of open) {
      const answer = turns.elementOf(id)
      if (answer) answers.add(answer, refOfTurn(turns.find(id)!))
    }
    return answers.near(element)
  }
  return {
    near,
    async of({ message, traceparent }, within) {
      const given = refOf(traceparent)
      if (given) return given
      if (traceparent != null) advise('feedback().traceparent')
      if (!message) {
        const turn = traceparent == null && turns.current()
        return turn ? refOfTurn(turn) : undefined
      }
      const element = elementOf(message)
      const by = element && near(element)
      if (by?.sure && (by.together || !within)) return by.ref
      const id = cleanId(message)
      if (!element && !id) advise('feedback().message')
      for (const one of element ? messageIds(element) : [id ?? '']) {
        const turn = turns.find(one)
        const ref = turn ? refOfTurn(turn) : await kept?.findContext(one)
        if (ref) return ref
      }
    },
    idOf(message) {
      const element = elementOf(message)
      return element ? messageIds(element)[0] : cleanId(message)
    },
  }
}
