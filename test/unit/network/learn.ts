/** A stream of a format nobody here knows, and a page that shows its text a little later: what was learned of it. */
import { letters } from '../../../src/base/characters.ts'
import { createLearner } from '../../../src/network/learn/learner.ts'
import type { Formats, Told } from '../../../src/network/learn/learner.ts'

export interface Event {
  payload: string
  event?: string
  /** What the page shows of it. */
  answer?: string
  reasoning?: string
}

/** As pages show Markdown. */
const plain = (text: string) =>
  text
    .replace(/<\/?[a-z][^<>]*>/gi, ' ')
    .replace(/\]\([^)\s]*\)/g, ' ')
    .replace(/```[\w+-]*/g, ' ')

export interface Learned {
  answer: string
  reasoning: string
  /** Numbers of the events with the first piece of each. */
  first: { answer?: number; reasoning?: number }
  /** Texts the page was asked for. */
  asked: number
}

/** Plays the events, one a ms; the page shows each text `lag` events later, and asks as the screen does. */
export function learn(
  events: readonly Event[],
  { lag = 1, formats, address }: { lag?: number; formats?: Formats; address?: string } = {},
): Learned {
  const learner = createLearner(formats, address)
  const told: Told[] = []
  const shown = { answer: '', reasoning: '' }
  const asked = { answer: 0, reasoning: 0 }
  const done = { answer: false, reasoning: false }
  let asks = 0
  const ask = (place: 'answer' | 'reasoning', whole?: boolean) => {
    asks++
    const said = learner.match(shown[place], place, whole)
    if (said) {
      told.push(...said)
      done[place] = true
    }
  }
  for (let i = 0; i < events.length + lag; i++) {
    const event = events[i]
    if (event) told.push(...learner.push(event.payload, i, event.event))
    const late = events[i - lag]
    if (!late) continue
    for (const place of ['answer', 'reasoning'] as const) {
      shown[place] = plain(shown[place] + (late[place] ?? ''))
      const length = letters(shown[place], 48).length
      const step = length >= 48 ? 2 : length >= 16 ? 1 : 0
      if (step > asked[place]) {
        asked[place] = step
        ask(place)
      }
    }
  }
  for (const place of ['reasoning', 'answer'] as const) if (shown[place] && !done[place]) ask(place, true)
  const of = (place: string) => told.filter((one) => one.place == place)
  const join = (place: string) =>
    of(place)
      .toSorted((a, b) => a.at - b.at)
      .map(({ text }) => text)
      .join('')
  const first = (place: string) => {
    const ats = of(place)
      .filter(({ text }) => letters(text, 1))
      .map(({ at }) => at)
    return ats.length ? Math.min(...ats) : undefined
  }
  return {
    answer: join('answer'),
    reasoning: join('reasoning'),
    first: { answer: first('answer'), reasoning: first('reasoning') },
    asked: asks,
  }
}
