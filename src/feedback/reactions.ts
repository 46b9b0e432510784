/** What the user thought of an answer and did with it: finds the turn it is about and hands over the record. Wiring: knows turns, answers, their watcher and delivery. */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { randomHex, spanId, traceId } from '../base/ids.ts'
import type { Stop } from '../base/listen.ts'
import { cleanAttributes, cleanId } from '../base/clean.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { feedbackForm, feedbackRecord, meaningOf, refOf } from './record.ts'
import type { About, FeedbackOptions, FeedbackValue } from '../api.ts'
import type { Origin } from '../page/origin.ts'
import type { Copied, FeedbackRecord, SignalKind, TurnRecord, TurnRef } from '../turn/record.ts'
import type { Turns } from '../turn/turns.ts'
import { watchAfterwards } from './afterwards.ts'
import type { Afterwards } from './afterwards.ts'
import { createAnswers, messageIds } from './answers.ts'
import { closest, inside, parentOf } from '../base/nodes.ts'
import type { Control, Ui } from '../input/ui.ts'

const refOfTurn = (turn: TurnRecord): TurnRef => ({ turnId: turn.id, traceId: turn.traceId, spanId: turn.spanId })
const kinds = new Set<SignalKind>(['copy', 'share', 'handoff', 'exposed', 'dwell', 'scroll_back'])
/** Turn and kind of the signals told; then forgotten, so that memory does not grow. */
const mostSignals = 500
/** So long a recognised thumb waits for the page to say itself what was meant, ms. */
const pageSpeaks = 500
/** Share of an answer's text from which a selection is all of it. */
const whole = 0.9
/** Levels from a copy button up to its block of code. */
const codeLevels = 4
/** The time from an answer's end to its record, ms; more is a page that was hidden. */
const settling = 3000

/** A toggle that shows it is on. */
const ON =
  '[aria-pressed=true],[aria-checked=true],[data-state=on],[data-state=checked],[data-submitted=true],.active,.selected'

const letters = (text: unknown): number => ('' + text).replace(/\s/g, '').length

export interface Reactions {
  /** Remembers where its answer stands and under which message ids, for a feedback that comes later; watches it from now on. */
  settled(turn: TurnRecord): void
  feedback(value: FeedbackValue, options?: FeedbackOptions): void
  /** Once per turn and kind. */
  signal(kind: SignalKind, about?: About): void
  /** A control of the page was used. */
  used(control: Control, element: Element): void
  bind(messageId: string, turnId?: string): void
  /** The user goes on, or is back. */
  attention(here: boolean): void
  /** Begins to watch ended answers, unless signals are off. */
  watch(): Stop | undefined
}

export function createReactions(options: {
  turns: Turns
  delivery: Pick<Delivery, 'put' | 'context' | 'findContext'> | undefined
  /** Ids of the turns that are open. */
  open: ReadonlySet<string>
  /** @param passive what happens is no sign of a user */
  origin(passive?: boolean): Origin
  clock: Clock
  guard: Guard
  signals: boolean
  ui?: Ui
  read(label: string): Control | undefined
}): Reactions {
  const { turns, delivery, open, origin, clock, guard, ui, read } = options
  const answers = createAnswers()
  const signalled = new Set<string>()
  let afterwards: Afterwards<TurnRef> | undefined
  // The page says itself what its thumbs mean: none is recognised any more.
  let pageRates = false
  // A recognised thumb, until the page had its time to say what was meant, the user leaves, or all ends.
  let pending: (() => void) | undefined
  let timer: number | undefined

  const lastTurn = () => {
    const turn = turns.current()
    return turn && refOfTurn(turn)
  }
  /** The turn whose answer stands by `element`, answers under way included. */
  const nearTo = (element: Element) => {
    for (const id of open) {
      const answer = turns.elementOf(id)
      if (answer) answers.add(answer, refOfTurn(turns.find(id)!))
    }
    return answers.near(element)
  }
  /** A text node stands for the element around it. Undefined: it is none, but an id, or nothing that names a message. */
  const elementOf = (message: unknown): Element | undefined => {
    const { nodeType, parentElement } = message as Node
    const element = nodeType === 3 ? parentElement : nodeType === 1 && (message as Element)
    if (!element && !cleanId(message))
      guard.hint("message takes an element or an id; write { message: button } or { message: 'msg-1' }")
    return element || undefined
  }
  /**
   * Named by the page, found by the element, kept from an earlier page view, or the last one. Rather none than another's.
   * @param within the element has to stand in the answer's own message
   */
  const turnFor = async ({ message, traceparent }: About, within?: boolean): Promise<TurnRef | undefined> => {
    const given = refOf(traceparent)
    if (given) return given
    if (!message) return lastTurn()
    const element = elementOf(message)
    const near = element && nearTo(element)
    if (near?.sure && (near.together || !within)) return near.ref
    for (const id of element ? messageIds(element) : [cleanId(message) ?? '']) {
      const turn = turns.find(id)
      const ref = turn ? refOfTurn(turn) : await delivery?.findContext(id)
      if (ref) return ref
    }
    return undefined
  }

  const rate = (
    value: FeedbackValue,
    about: FeedbackOptions,
    source: FeedbackRecord['source'],
    meaning = meaningOf(value)!,
  ) => {
    const now = clock.epoch()
    const from = origin()
    from.attributes = cleanAttributes({ ...from.attributes, ...about.attributes })
    const comment = typeof value === 'object' && value && 'comment' in value ? value.comment : about.comment
    const { message } = about
    const recognised = source === 'control'
    const put = (turn: TurnRef | undefined) => {
      if (!turn && recognised) return
      if (!turn)
        guard.hint(
          'feedback goes out without a turn: none is known for its message; pass an element in or beside the answer, ' +
            'the id given to bind(), or { traceparent: turn.traceparent }',
        )
      const element = message ? elementOf(message) : undefined
      const id = element ? messageIds(element)[0] : cleanId(message)
      const anchor = turn?.spanId ?? id ?? from.pageId
      delivery?.put(feedbackRecord(meaning, { ...about, comment }, from, turn, anchor, now, source), 'ready', true)
    }
    const near = recognised ? nearTo(message as Element) : undefined
    // At once: the page may be leaving.
    if (near?.sure) put(near.ref)
    else guard.later(turnFor(about).then(put))
  }
  const forget = () => {
    clock.clearTimeout(timer)
    pending = undefined
  }
  const giveOut = guard.wrap(() => {
    const say = pending
    forget()
    if (!pageRates) say?.()
  })

  const tell = (signal: SignalKind, turn: TurnRef | undefined, more?: { value?: number; copied?: Copied }) => {
    const key = (turn?.spanId ?? '') + signal
    // A hand-off counts for the session too: it is told even where no turn is known.
    if (!options.signals || !(turn || signal === 'handoff') || signalled.has(key)) return
    if (signalled.size > mostSignals) signalled.clear()
    signalled.add(key)
    const ids = { id: randomHex(8), traceId: traceId(), spanId: spanId() }
    const passive = signal === 'exposed' || signal === 'dwell'
    delivery?.put(
      { v: 1, kind: 'signal', rev: 1, ...ids, ...origin(passive), turn, at: clock.epoch(), signal, ...more },
      'ready',
    )
  }
  /** `selected`: what was marked; without it, a button was used. */
  const copied = (from: Node, selected?: Range) => {
    const start = closest(from, '*')
    const near = start && nearTo(start)
    if (!near?.sure) return
    const { ref, answer } = near
    // Three clicks on a prompt mark it up to the beginning of what follows.
    if (selected && !inside(from, answer)) {
      if (!selected.intersectsNode(answer)) return
      const all = document.createRange()
      all.selectNodeContents(answer)
      selected = selected.cloneRange()
      if (!all.isPointInRange(selected.startContainer, selected.startOffset)) selected.setStart(answer, 0)
      if (!all.isPointInRange(selected.endContainer, selected.endOffset))
        selected.setEnd(answer, answer.childNodes.length)
    }
    if (selected && !letters(selected)) return
    let how: Copied = 'whole'
    if (!selected) {
      // A block of code has its button in or beside it, within the answer.
      let scope: Element | undefined = start
      for (let level = 0; scope && scope !== answer && level < codeLevels; level++, scope = parentOf(scope))
        if (inside(scope, answer) && scope.querySelector('pre')) how = 'code'
    } else if (closest(from, 'pre,code')) how = 'code'
    else if (letters(selected) < letters(answer.textContent) * whole) how = 'part'
    tell('copy', ref, { copied: how })
  }

  const signal: Reactions['signal'] = (kind, about = {}) => {
    if (!kinds.has(kind))
      return guard.hint(`signal takes ${[...kinds].join(', ')}; nothing was sent of '${String(kind)}'`)
    guard.later(turnFor(about).then((turn) => tell(kind, turn)))
  }

  return {
    settled(turn) {
      const ref = refOfTurn(turn)
      const element = turns.elementOf(turn.id)
      if (element) answers.add(element, ref)
      const ids = element ? messageIds(element, (scope) => answers.others(scope, element, turn.id)) : []
      for (const id of [turn.id, ...ids]) delivery?.context(id, ref)
      const ago = clock.epoch() - turn.startedAt - (turn.moments.end ?? 0)
      if (element && turn.outcome === 'completed') afterwards?.ended(ref, element, Math.min(ago, settling))
    },
    feedback(value, given) {
      const meaning = meaningOf(value)
      if (!meaning) {
        console.error(`[chat-vitals] ${feedbackForm}. Nothing was sent.`)
        return
      }
      if (meaning.name === 'thumb') pageRates = true
      rate(value, given ?? {}, 'api', meaning)
    },
    signal,
    used(control, message) {
      if (control === 'copy') copied(message)
      else if (control === 'share') guard.later(turnFor({ message }, true).then((turn) => tell(control, turn)))
      else if (options.signals && delivery && !pageRates && (control === 'up' || control === 'down')) {
        giveOut()
        const was = message.matches(ON)
        pending = () => rate(was && !message.matches(ON) ? null : control, { message }, 'control')
        timer = clock.setTimeout(giveOut, pageSpeaks)
      }
    },
    bind(messageId, turnId) {
      const turn = turnId ? turns.find(turnId) : turns.current()
      const id = cleanId(messageId)
      if (turn && id) delivery?.context(id, refOfTurn(turn))
    },
    attention: guard.wrap((here: boolean) => {
      if (here) return afterwards?.back()
      giveOut()
      afterwards?.on()
    }),
    watch() {
      if (!options.signals || !delivery) return
      afterwards = watchAfterwards({
        clock,
        guard,
        ui,
        read,
        tell: (turn, kind, value) => tell(kind, turn, { value }),
        copied,
      })
      return () => {
        forget()
        afterwards?.stop()
        afterwards = undefined
      }
    },
  }
}
