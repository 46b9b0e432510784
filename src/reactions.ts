/** What the user thought of an answer: finds the turn it is about and hands over the record. Wiring: knows turns, answers and delivery. */
import type { Clock } from './base/clock.ts'
import type { Guard } from './base/guard.ts'
import { randomHex, spanId, traceId } from './base/ids.ts'
import { cleanAttributes, cleanId } from './context/privacy.ts'
import type { Delivery } from './export/delivery.ts'
import { feedbackForm, feedbackRecord, meaningOf, refOf } from './turn/feedback.ts'
import type { FeedbackOptions, FeedbackValue, Origin } from './turn/feedback.ts'
import type { SignalKind, TurnRecord, TurnRef } from './turn/record.ts'
import type { Turns } from './turn/turns.ts'
import { createAnswers, messageIds } from './watch/answers.ts'

const refOfTurn = (turn: TurnRecord): TurnRef => ({ turnId: turn.id, traceId: turn.traceId, spanId: turn.spanId })
const kinds = new Set<SignalKind>(['copy', 'share', 'handoff', 'exposed', 'dwell', 'scroll_back'])
/** Turn and kind of the signals told; then forgotten, so that memory does not grow. */
const mostSignals = 500

export interface Reactions {
  /** Remembers where its answer stands and under which message ids, for a feedback that comes later. */
  settled(turn: TurnRecord): void
  feedback(value: FeedbackValue, options?: FeedbackOptions): void
  /** Once per turn and kind. `at`: where it happened; default: the last turn. */
  signal(kind: SignalKind, at?: Element): void
  bind(messageId: string, turnId?: string): void
}

export function createReactions(options: {
  turns: Turns
  delivery: Delivery | undefined
  /** Ids of the turns that are open. */
  open: ReadonlySet<string>
  origin(): Origin
  clock: Clock
  guard: Guard
  signals: boolean
}): Reactions {
  const { turns, delivery, open, origin, clock, guard } = options
  const answers = createAnswers()
  const signalled = new Set<string>()

  const lastTurn = () => {
    const turn = turns.current()
    return turn && refOfTurn(turn)
  }
  /** The turn whose answer stands by `element`, answers under way included. */
  const turnBy = (element: Element) => {
    for (const id of open) {
      const answer = turns.elementOf(id)
      if (answer) answers.add(answer, refOfTurn(turns.find(id)!))
    }
    return answers.near(element)
  }
  /** Named by the page, found by the element, kept from an earlier page view, or the last one. */
  const turnFor = async ({ message, traceparent }: FeedbackOptions): Promise<TurnRef | undefined> => {
    const given = refOf(traceparent)
    if (given) return given
    if (typeof message === 'string') {
      const turn = turns.find(message)
      return turn ? refOfTurn(turn) : delivery?.findContext(message)
    }
    if (!message) return lastTurn()
    const near = turnBy(message)
    if (near) return near
    for (const id of messageIds(message)) {
      const ref = await delivery?.findContext(id)
      if (ref) return ref
    }
    return undefined
  }

  return {
    settled(turn) {
      const ref = refOfTurn(turn)
      const element = turns.elementOf(turn.id)
      if (element) answers.add(element, ref)
      for (const id of [turn.id, ...messageIds(element ?? null)]) delivery?.context(id, ref)
    },
    feedback(value, given) {
      const about = given ?? {}
      const meaning = meaningOf(value)
      if (!meaning) {
        console.error(`[chat-vitals] ${feedbackForm}. Nothing was sent.`)
        return
      }
      const now = clock.epoch()
      const from = origin()
      from.attributes = cleanAttributes({ ...from.attributes, ...about.attributes })
      const comment = typeof value === 'object' && value && 'comment' in value ? value.comment : about.comment
      guard.later(
        turnFor(about).then((turn) => {
          const anchor = turn?.spanId ?? (typeof about.message === 'string' ? about.message : from.pageId)
          delivery?.put(feedbackRecord(meaning, { ...about, comment }, from, turn, anchor, now), 'ready', true)
        }),
      )
    },
    signal(kind, at) {
      if (!kinds.has(kind))
        return guard.hint(`signal takes ${[...kinds].join(', ')}; nothing was sent of '${String(kind)}'`)
      const turn = (at && turnBy(at)) ?? lastTurn()
      if (!options.signals || !turn || signalled.has(turn.turnId + kind)) return
      if (signalled.size > mostSignals) signalled.clear()
      signalled.add(turn.turnId + kind)
      const ids = { id: randomHex(8), traceId: traceId(), spanId: spanId() }
      delivery?.put(
        { v: 1, kind: 'signal', rev: 1, ...ids, ...origin(), turn, at: clock.epoch(), signal: kind },
        'ready',
      )
    },
    bind(messageId, turnId) {
      const turn = turnId ? turns.find(turnId) : turns.current()
      const id = cleanId(messageId)
      if (turn && id) delivery?.context(id, refOfTurn(turn))
    },
  }
}
