/** What made a sketch of the learner err: titles that begin like the answer, drafts in thoughts, kinds under any key. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { learn } from './learn.ts'
import type { Event } from './learn.ts'

const LATIN = 'abcdefghijklmnopqrstuvwxyz'
const HAN = '今天杭州下雨风大请带伞出门小心路滑'
const words = (least: number, alphabet = LATIN) =>
  fc.array(
    fc.array(fc.constantFrom(...alphabet), { minLength: 2, maxLength: 7 }).map((letters) => letters.join('')),
    { minLength: least, maxLength: 40, size: 'max' },
  )
const form = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 9 }),
  leaf: fc.constantFrom('t', 'zeta', 'w9'),
  nested: fc.boolean(),
  lag: fc.integer({ min: 0, max: 3 }),
})

const cut = (text: string, sizes: number[]): string[] => {
  const pieces: string[] = []
  for (let at = 0, i = 0; at < text.length; at += sizes[i++ % sizes.length]!)
    pieces.push(text.slice(at, at + sizes[i % sizes.length]!))
  return pieces
}

interface Given {
  said: string[]
  /** The answer and the thoughts, in pieces. */
  answer: string[]
  thoughts: string[]
  leaf: string
  sizes: number[]
}
type Say = (payload: object, more?: Partial<Event>) => Event
const pieces = (say: Say, all: string[], role: 'answer' | 'reasoning', make: (piece: string, i: number) => object) =>
  all.map((piece, i) => say(make(piece, i), { [role]: piece }))

const streams: Record<string, (say: Say, given: Given) => Event[]> = {
  'kinds under a key that says nothing': (say, { answer, thoughts, leaf }) => [
    ...pieces(say, thoughts, 'reasoning', (t) => ({ qq: 'mull', [leaf]: t })),
    ...pieces(say, answer, 'answer', (t) => ({ qq: 'talk', [leaf]: t })),
  ],
  'kinds that are numbers': (say, { answer, thoughts, leaf }) => [
    ...pieces(say, thoughts, 'reasoning', (t) => ({ qq: 1, [leaf]: t })),
    ...pieces(say, answer, 'answer', (t) => ({ qq: 0, [leaf]: t })),
  ],
  'a title that is the beginning of the answer': (say, { said, answer, leaf }) => [
    say({ kind: 'talk', title: said.slice(0, 4).join(' ') }),
    ...pieces(say, answer, 'answer', (t) => ({ kind: 'talk', [leaf]: t })),
  ],
  'a title that begins like the answer': (say, { said, answer, leaf }) => [
    say({ name: said.slice(0, 5).join(' ') + ' overview of all' }),
    ...pieces(say, answer, 'answer', (t) => ({ [leaf]: t })),
  ],
  'thoughts that draft the answer': (say, { answer, thoughts, leaf, sizes }) => [
    ...pieces(say, cut(`so ${answer.join('').slice(0, 70)} ${thoughts.join('')}`, sizes), 'reasoning', (t) => ({
      kind: 'mull',
      [leaf]: t,
    })),
    ...pieces(say, answer, 'answer', (t) => ({ kind: 'talk', [leaf]: t })),
  ],
  'another conversation between the pieces': (say, { answer, leaf }) =>
    answer.flatMap((piece, i) => [
      say({ conversation: 'zz1', [leaf]: `other ${i}` }),
      say({ conversation: 'yy2', [leaf]: piece }, { answer: piece }),
    ]),
  'patches of two places': (say, { answer, thoughts }) => [
    ...pieces(say, thoughts, 'reasoning', (v, i) => (i ? { v } : { p: '/thoughts/0', o: 'append', v })),
    ...pieces(say, answer, 'answer', (v, i) => (i ? { v } : { p: '/content/1', o: 'append', v })),
  ],
  'a second message': (say, { answer, leaf }) =>
    pieces(say, answer, 'answer', (t, i) => ({ msg_id: i < answer.length / 2 ? 'm1' : 'm2', [leaf]: t })),
  'think tags that are cut': (say, { answer, thoughts, leaf, sizes }) => [
    ...cut(`<think>${thoughts.join('')}</think>\n`, sizes).map((t) => say({ [leaf]: t })),
    ...pieces(say, answer, 'answer', (t) => ({ [leaf]: t })),
  ],
  'the whole each time': (say, { answer, leaf }) =>
    pieces(say, answer, 'answer', (_, i) => ({ lane: 'x', [leaf]: answer.slice(0, i + 1).join('') })),
}

test.each(Object.keys(streams))('%s', (name) => {
  for (const alphabet of [LATIN, HAN])
    fc.assert(
      fc.property(words(12, alphabet), words(8), form, (said, thoughts, { sizes, leaf, nested, lag }) => {
        const say: Say = (payload, more) => ({
          payload: JSON.stringify(nested ? { a: { b: [payload] }, ts: 1 } : payload),
          ...more,
        })
        const answer = cut(said.join(alphabet === HAN ? '' : ' '), sizes)
        const all = streams[name]!(say, { said, answer, thoughts: cut(thoughts.join(' '), sizes), leaf, sizes })
        expect(learn(all, { lag }).first.answer).toBe(all.findIndex((one) => one.answer?.trim()))
      }),
      { numRuns: 100 },
    )
})
