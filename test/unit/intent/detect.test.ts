// @vitest-environment node
/** Verdicts on pairs of prompts. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { detectCorrection } from '../../../src/intent.ts'

interface Pair {
  lang: string
  label: string
  prev: string
  new: string
  answer?: string
}
const probe: Pair[] = readFileSync(`${import.meta.dirname}/probe.jsonl`, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

const kinds = ['repeat', 'rephrase', 'correction', 'clarification', 'regenerate', 'none', 'unknown']
const kind = (previous: string, next: string, more = {}) => detectCorrection({ previous, next, ...more }).kind

describe('what a prompt is relative to the one before', () => {
  test('the same request again is a repeat, slips of the keyboard, case and spaces aside', () => {
    expect(detectCorrection({ previous: 'how do i reset my router', next: 'how do i reset my router' })).toEqual({
      kind: 'repeat',
      score: 1,
      lang: 'en',
    })
    expect(kind('how do i reset my router', 'How do I reset my  rotuer?')).toBe('repeat')
    expect(kind('附近有什么好吃的面馆', '附近有什么好吃的面馆？')).toBe('repeat')
  })

  test('another number, another negation or another question word is no slip', () => {
    expect(kind('Convert 5 miles to km', 'Convert 6 miles to km')).not.toBe('repeat')
    expect(kind('Why does this work on my phone', 'Why doesnt this work on my phone')).not.toBe('repeat')
  })

  test('"continue" said twice continues', () => {
    expect(kind('continue', 'Continue')).toBe('none')
    expect(kind('继续', '继续')).toBe('none')
  })

  test('a complaint about the answer is a correction', () => {
    expect(kind('What time is it in Lima?', 'No, I meant Lima, Ohio')).toBe('correction')
    expect(kind('Fix the failing test', 'it still does not work')).toBe('correction')
    expect(kind('推荐一家川菜馆', '不对，我问的是川菜')).toBe('correction')
  })

  test('a "no" that answers the question of the assistant is not a correction', () => {
    expect(kind('Book a room', 'No, a single room', { answer: 'Sure. Would you like a double room?' })).toBe('none')
    expect(kind('Book a room', 'No, a single room', { hints: { answerEndedInQuestion: true } })).toBe('none')
  })

  test('politeness with a negation in it is not a correction', () => {
    for (const next of ['no thanks', 'not bad', 'no problem, next', '没问题', '不用了，谢谢']) {
      expect([next, kind('Write a toast for my sister', next)]).toEqual([next, 'none'])
    }
  })

  test('one word swapped in the same frame is another question', () => {
    expect(kind('Population of Chad', 'Population of Niger')).toBe('none')
  })

  test('a prompt in another language that asks something else is no rephrasing', () => {
    expect(kind('Who wrote this book?', '谁写了这本书？')).toBe('rephrase')
    for (const [previous, next] of [
      ['Please wait outside.', '你们几点开门？'],
      ['请把灯关上。', 'How many people live in Oslo?'],
      ['Wo ist der Bahnhof?', 'I need a table for four.'],
    ] as const)
      expect([next, kind(previous, next)]).toEqual([next, 'none'])
  })

  test('talk about you and me, with a no in it, is no complaint', () => {
    for (const [previous, next] of [
      ['i ran ten miles today', 'no way. how long did it take you?'],
      ['他会弹琴吗', '你知道的真多，他还会唱歌吗'],
      ['do you have a cat', 'no, i do not, but i would like one'],
    ] as const)
      expect([next, kind(previous, next)]).toEqual([next, 'none'])
  })

  // A question in other words that hold no content, beside something that is no part of it.
  test('the same content between other small words is the same request', () => {
    expect(kind('How do I return my grinder? /delay 300', 'How can I return my grinder?')).toBe('rephrase')
    expect(kind('How do I reset my router', 'how can i reset my router')).toBe('rephrase')
  })

  test('a score is higher where the words say more', () => {
    const score = (next: string) => detectCorrection({ previous: 'Fix the failing test', next }).score
    expect(score("that's wrong, it still fails with the same error")).toBeGreaterThan(score('nope'))
  })

  test('code that both prompts carry does not make them alike', () => {
    const code = '```js\nfunction add(a, b) {\n  return a - b\n}\nconsole.log(add(2, 3))\n```'
    expect(kind(`${code}\nWhy does this print -1?`, `${code}\nTranslate this to Go with tests`)).toBe('none')
  })

  test('the same lines with one more are the same request, refined', () => {
    const prompt = 'Plan a trip to Lisbon\nWe are two adults and a child\nWe like museums and good food'
    expect(kind(prompt, `${prompt}\nWe like the beach as well`)).toBe('rephrase')
  })

  test('a language that is not covered is unknown', () => {
    expect(detectCorrection({ previous: 'Πού είναι ο σταθμός;', next: 'Όχι, εννοούσα το λεωφορείο' })).toEqual({
      kind: 'unknown',
      score: 0,
      lang: undefined,
    })
  })

  test('phrases it was not fitted on: two in three corrections are told, and four in five of what is none', () => {
    const told = (label: string) => {
      const rows = probe.filter((row) => row.label === label)
      const right = rows.filter((row) => kind(row.prev, row.new, { answer: row.answer }) === label)
      return right.length / rows.length
    }
    expect(told('correction')).toBeGreaterThan(0.66)
    expect(told('none')).toBeGreaterThan(0.8)
  })
})

describe('hostile input', () => {
  const odd = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 700 }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
    fc.constantFrom(
      '',
      '\0',
      '\ud800',
      '\udc00\ud800',
      '?',
      '...',
      '```',
      '\n\n',
      'constructor',
      '__proto__',
      '(',
      '\\',
    ),
    fc.constantFrom(...probe.map((row) => row.new)),
  )

  test('never throws and always gives a kind and a score from 0 to 1', () => {
    fc.assert(
      fc.property(
        odd,
        odd,
        fc.option(odd, { nil: undefined }),
        fc.option(odd, { nil: undefined }),
        (previous, next, answer, lang) => {
          const verdict = detectCorrection({ previous, next, answer, lang })
          expect(kinds).toContain(verdict.kind)
          expect(verdict.score).toBeGreaterThanOrEqual(0)
          expect(verdict.score).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('what is no text is taken as empty', () => {
    for (const value of [undefined, null, 5, {}, []]) {
      expect(kinds).toContain(kind(value as never, value as never, { answer: value, lang: value }))
    }
  })

  // Work that grows with the text would run into the test's time limit.
  test('a prompt of 1 MB is read in part', () => {
    const shapes = ['a', ' ', '?', '\n', 'no ', '不', '\ud800', 'a b\n', '```\n', 'e\u0301', ', ', '한']
    for (const shape of shapes) {
      const huge = shape.repeat(2 ** 20 / shape.length)
      expect(kinds).toContain(kind(huge, `${huge}.`, { answer: huge, lang: huge }))
    }
  })
})
