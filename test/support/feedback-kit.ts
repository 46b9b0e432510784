/** Runs in the test page: src/feedback in front of turns and a delivery that are not there; remembers weakly what it was shown. */
import { pageClock } from '../../src/base/clock.ts'
import { createGuard } from '../../src/base/guard.ts'
import { createReactions } from '../../src/feedback/reactions.ts'
import { ratingControls } from '../../src/input/pressable.ts'
import { labelReader } from '../../src/input/labels.ts'
import type { AnyRecord, TurnRecord } from '../../src/turn/record.ts'

const clock = pageClock()
const guard = createGuard({ debug: true })
const records: AnyRecord[] = []
/** Answers on the page: as turns do while they are open. */
let shown: { turn: TurnRecord; element: Element }[] = []
const seen: WeakRef<Element>[] = []

const reactions = createReactions({
  turns: {
    current: () => shown.at(-1)?.turn,
    find: (id) => shown.find(({ turn }) => turn.id === id)?.turn,
    elementOf: (id) => shown.find(({ turn }) => turn.id === id)?.element,
  },
  delivery: { put: (record) => void records.push(record), context() {}, findContext: () => Promise.resolve(undefined) },
  open: new Set(),
  origin: () => ({ sessionId: 's', pageId: 'p' }),
  clock,
  guard,
  signals: true,
  rating: ratingControls({}, labelReader()),
  hidden: () => document.hidden,
  advise() {},
})
reactions.watch()

const kit = {
  /** An answer in a message with thumbs, whose turn has ended. */
  answer(i: number) {
    const list = document.querySelector('#list')!
    list.insertAdjacentHTML(
      'beforeend',
      `<article data-message-id="m${i}"><div><p>An answer of some words</p></div><footer><button aria-label="Good response">+</button></footer></article>`,
    )
    const message = list.lastElementChild!
    const element = message.firstElementChild!
    for (const node of [message, ...message.querySelectorAll('*')]) seen.push(new WeakRef(node))
    const turn = { id: `t${i}`, traceId: `a${i}`, spanId: `b${i}`, outcome: 'completed', moments: {}, startedAt: 0 }
    shown.push({ turn: turn as TurnRecord, element })
    reactions.settled(turn as TurnRecord)
  },
  press() {
    const button = document.querySelector('article:last-child button')!
    reactions.used('up', button)
    reactions.feedback(4, { message: button })
  },
  /** Another conversation is shown; whoever else has the old one lets go. */
  leave() {
    document.querySelector('#list')!.replaceChildren()
    shown = []
  },
  kept: () => seen.map((ref) => ref.deref()?.outerHTML).filter(Boolean),
  told: () => records.map((record) => (record.kind === 'signal' ? record.signal : record.kind)),
  errors: guard.errors,
}
;(globalThis as unknown as { kit: typeof kit }).kit = kit
export type FeedbackKit = typeof kit
