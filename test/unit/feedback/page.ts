/** A page view with answers in it, what is given about them, and the records that come of it. Its contexts outlive it, as a database does. */
import { createGuard } from '../../../src/base/guard.ts'
import { createReactions } from '../../../src/feedback/reactions.ts'
import type { AnyRecord, FeedbackRecord, SignalRecord, TurnRecord, TurnRef } from '../../../src/turn/record.ts'

const hex = (text: string, digits: number) =>
  Array.from(text, (letter) => letter.charCodeAt(0).toString(16))
    .join('')
    .padStart(digits, '0')

export const turnOf = (id: string) =>
  ({ id, traceId: hex(id, 32), spanId: hex(id, 16), startedAt: 0, moments: {}, outcome: 'completed' }) as TurnRecord
export const refTo = (id: string): TurnRef => ({ turnId: id, traceId: hex(id, 32), spanId: hex(id, 16) })

export function openPage(options: { contexts?: Map<string, TurnRef>; at?: number; signals?: boolean } = {}) {
  const { contexts = new Map<string, TurnRef>(), signals = true } = options
  document.body.innerHTML = '<main></main>'
  let now = 0
  let hidden = false
  let timers: { id: number; at: number; fn: () => void }[] = []
  const clock = {
    now: () => now,
    epoch: () => (options.at ?? 1_800_000_000_000) + now,
    setTimeout: (fn: () => void, ms: number) => timers.push({ id: timers.length + 1, at: now + ms, fn }),
    clearTimeout: (id?: number) => void (timers = timers.filter((timer) => timer.id !== id)),
  }
  const records: AnyRecord[] = []
  const said: string[] = []
  const shown: { turn: TurnRecord; element: Element }[] = []
  const rates = (element: Element) => /^(up|down)$/.test(element.getAttribute('aria-label') ?? '')
  const reactions = createReactions({
    turns: {
      current: () => shown.at(-1)?.turn,
      find: (id) => shown.find(({ turn }) => turn.id === id)?.turn,
      elementOf: (id) => shown.find(({ turn }) => turn.id === id)?.element,
    },
    delivery: {
      put: (record) => void records.push(record),
      context: (key, ref) => void contexts.set(key, ref),
      findContext: (key) => Promise.resolve(contexts.get(key)),
    },
    open: new Set(),
    origin: () => ({ sessionId: 's', pageId: 'p' }),
    clock,
    guard: createGuard({ debug: true, console: { warn: (...all) => void said.push(all.join(' ')), error() {} } }),
    signals,
    rating: { among: 'button', rates },
    hidden: () => hidden,
    advise: (name) => void said.push(name),
  })
  const of = <R extends AnyRecord>(kind: R['kind']) => records.filter((record) => record.kind === kind) as R[]

  return {
    reactions,
    said,
    signals: () => of<SignalRecord>('signal'),
    feedbacks: () => of<FeedbackRecord>('feedback'),
    /** An answer in a message of its own id, with a bar to rate, copy and share it; its turn has settled. */
    answer(id: string, message = `m-${id}`) {
      const bar = ['up', 'down', 'copy', 'share'].map((name) => `<button aria-label="${name}"></button>`).join('')
      document
        .querySelector('main')!
        .insertAdjacentHTML(
          'beforeend',
          `<article data-message-id="${message}"><div class="text">Words of an answer</div><footer>${bar}</footer></article>`,
        )
      const element = document.querySelector('article:last-child .text')!
      const turn = turnOf(id)
      shown.push({ turn, element })
      reactions.settled(turn)
      return {
        element,
        press(name: 'up' | 'down' | 'copy' | 'share') {
          const button = element.parentElement!.querySelector(`[aria-label=${name}]`)!
          reactions.used(name, button)
          return button
        },
      }
    },
    /** What is due within `ms` has happened. */
    async wait(ms = 0) {
      now += ms
      for (const due of timers.filter(({ at }) => at <= now).toSorted((a, b) => a.at - b.at)) {
        timers = timers.filter((timer) => timer !== due)
        due.fn()
      }
      for (let i = 0; i < 10; i++) await Promise.resolve()
    },
    hide(on = true) {
      hidden = on
      reactions.attention(!on)
    },
  }
}
