// @vitest-environment node
/** Which words a page loads, and that with them it judges as with all. */
import { readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { detectCorrection } from '../../../src/intent.ts'
import { groupsFor } from '../../../src/intent/detect.ts'
import { createJudge } from '../../../src/intent/judge.ts'
import { createLazyDetector } from '../../../src/intent/lazy.ts'

const probe = readFileSync(`${import.meta.dirname}/probe.jsonl`, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { prev: string; new: string })

describe('groups of languages', () => {
  test('a pair in one language needs the words of that group alone', () => {
    for (const [group, previous, next] of [
      ['en', 'how do i reset my router', 'that is not what i asked'],
      ['zh', '附近有什么好吃的面馆', '不对，我问的是川菜'],
      ['ja', '近くのラーメン屋を教えて', 'そうじゃなくて、うどん屋です'],
      ['ko', '근처 맛집 추천해줘', '아니 그게 아니라 카페 말이야'],
      ['latin', 'Wie setze ich meinen Router zurück?', 'Das ist nicht, was ich wollte'],
      ['latin', 'quelle est la capitale du kenya', "ce n'est pas ce que je voulais"],
      ['ru', 'как сбросить роутер', 'нет, я про другое'],
    ] as const)
      expect([next, groupsFor({ previous, next })]).toEqual([next, [group]])
  })

  test('a pair in two languages needs both', () => {
    expect(groupsFor({ previous: 'Who wrote this book?', next: '谁写了这本书？' }).sort()).toEqual(['en', 'zh'])
  })

  test('the verdict with the words that were loaded is the verdict with all', async () => {
    for (const { prev: previous, new: next } of probe) {
      const lazy = createLazyDetector()
      await lazy.ready({ previous, next })
      expect([next, lazy.detectCorrection({ previous, next })]).toEqual([next, detectCorrection({ previous, next })])
    }
  })

  test('texts of no covered language, and what is no text, are judged without a throw', async () => {
    const lazy = createLazyDetector()
    for (const next of ['Πού είναι ο σταθμός;', '', '\ud800', undefined as never]) {
      await lazy.ready({ previous: next, next })
      expect(lazy.detectCorrection({ previous: 'Πού;', next }).score).toBeGreaterThanOrEqual(0)
    }
  })
})

describe('a prompt of the page', () => {
  const turn = { id: 't2' } as never
  const opened = { prompt: 'that is not what i asked', previous: { prompt: 'reset my router', turnId: 't1' } } as never
  const judged = (part: unknown) => {
    const note = vi.fn()
    const waiting: (() => void)[] = []
    createJudge({ detector: { with: (fn) => fn(part as never) }, idle: (fn) => waiting.push(fn), note })(turn, opened)
    return { note, waiting, rest: () => waiting.splice(0).forEach((fn) => fn()) }
  }

  test('is read only when the page rests, before and after its words have come', async () => {
    const ready = vi.fn(() => Promise.resolve())
    const { note, waiting, rest } = judged({
      createLazyDetector: () => ({ ready, detectCorrection: () => ({ kind: 'correction', score: 0.8 }) }),
    })
    expect(ready).not.toHaveBeenCalled()
    rest()
    await vi.waitFor(() => expect(waiting).toHaveLength(1))
    expect(note).not.toHaveBeenCalled()
    rest()
    expect(note).toHaveBeenCalledWith('t2', { kind: 'correction', score: 0.8, of: 't1' })
  })

  // A rejection that nobody handles is shown on the page's console.
  test('stays unjudged where its words could not be had', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const { note, waiting, rest } = judged({
      createLazyDetector: () => ({ ready: () => Promise.reject(new Error('blocked')), detectCorrection: vi.fn() }),
    })
    rest()
    await new Promise((done) => setTimeout(done, 5))
    process.off('unhandledRejection', unhandled)
    expect([waiting, note.mock.calls, unhandled.mock.calls]).toEqual([[], [], []])
  })

  test('stays unjudged where the detector could not be had', () => {
    const { note, rest } = judged(undefined)
    rest()
    expect(note).not.toHaveBeenCalled()
  })
})
