/** What the user thought of an answer: told by the page, or by a thumb of the page's that was recognised. Which turn it is about, others find. */
import type { FeedbackOptions, FeedbackValue } from '../api.ts'
import { cleanAttributes } from '../base/clean.ts'
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { FeedbackRecord, TurnRef } from '../turn/record.ts'
import type { Subjects } from './about.ts'
import { feedbackForm, meaningOf } from './meaning.ts'
import type { Meaning } from './meaning.ts'
import { feedbackRecord } from './record.ts'
import type { Origin } from '../page/origin.ts'

export interface Ratings {
  /** The page says it. */
  said(value: FeedbackValue, options?: FeedbackOptions): void
  /** A thumb of the page's was used. @param at where it stands, or what opened the menu in which it does */
  pressed(thumb: 'up' | 'down', element: Element, at: Element): void
  /** The user goes: what waits for the page's own word goes out. */
  giveOut(): void
  /** Nothing waits any more. */
  forget(): void
}

/** So long a recognised thumb waits for the page to say itself what was meant, ms. */
const PAGE_SPEAKS = 500
/** A toggle that shows it is on. */
const ON =
  '[aria-pressed=true],[aria-checked=true],[data-state=on],[data-state=checked],[data-submitted=true],.active,.selected'

export function createRatings(options: {
  subjects: Subjects
  delivery: Pick<Delivery, 'put'> | undefined
  origin(): Origin
  clock: Clock
  guard: Guard
  advise(misuse: string): void
}): Ratings {
  const { subjects, delivery, origin, clock, guard, advise } = options
  // The page says itself what its thumbs mean: none is recognised any more.
  let pageRates = false
  // A recognised thumb, until the page had its time to say what was meant, the user leaves, or all ends.
  let pending: (() => void) | undefined
  let timer: number | undefined

  /** The record without its turn; of now, whenever that is found. */
  const recordOf = (meaning: Meaning, about: FeedbackOptions, source: FeedbackRecord['source']) => {
    const now = clock.epoch()
    const from = origin()
    from.attributes = cleanAttributes({ ...from.attributes, ...about.attributes })
    const own = subjects.idOf(about.message)
    return (turn: TurnRef | undefined) =>
      delivery?.put(
        feedbackRecord(meaning, about, from, turn, turn?.spanId ?? own ?? from.pageId, now, source),
        'ready',
        true,
      )
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

  return {
    said(value, about = {}) {
      const meaning = meaningOf(value)
      if (!meaning) {
        console.error(`[chat-vitals] ${feedbackForm}. Nothing was sent.`)
        return
      }
      if (meaning.name === 'thumb') pageRates = true
      const comment = (value as { comment?: string } | null)?.comment ?? about.comment
      const put = recordOf(meaning, { ...about, comment }, 'api')
      guard.later(
        subjects.of(about).then((turn) => {
          if (!turn) advise('feedback() alone')
          put(turn)
        }),
      )
    },
    pressed(thumb, element, at) {
      if (pageRates) return
      giveOut()
      // Now: many pages thank in place of the thumbs.
      const near = subjects.near(at)
      const turn = near?.sure ? near.ref : subjects.of({ message: at })
      if ('then' in turn) guard.later(turn)
      const was = element.matches(ON)
      const toggle = new WeakRef(element)
      pending = () => {
        const meaning = meaningOf(was && toggle.deref()?.matches(ON) === false ? null : thumb)!
        const put = recordOf(meaning, {}, 'control')
        // At once: the page may be leaving.
        if ('traceId' in turn) put(turn)
        else guard.later(turn.then((found) => found && put(found)))
      }
      timer = clock.setTimeout(giveOut, PAGE_SPEAKS)
    },
    giveOut,
    forget,
  }
}
