/** Recorded provider streams, read without any knowledge of providers: by what the page shows alone. */
import { describe, expect, test } from 'vitest'
import { learn } from './learn.ts'
import { dataDir, expectedOf, expectedText, linesOf, recorded } from './streams.ts'

const events = (file: string) =>
  linesOf(file).map((line) => ({
    payload: line,
    ...(/-chat-|^gemini/.test(file) ? {} : { event: JSON.parse(line).type }),
    ...expectedOf(JSON.parse(line)),
  }))

describe.skipIf(!recorded.length)(
  `learned recordings${recorded.length ? '' : ` (skipped: no ${dataDir}/streams)`}`,
  () => {
    test.each(recorded)('%s: the answer and its first piece are found, thoughts apart', (file) => {
      const all = events(file)
      const { answer, reasoning } = expectedText(file)
      const heard = learn(all)
      const letter = /[\p{L}\p{N}]/u
      const firstOf = (key: 'answer' | 'reasoning') => {
        const at = all.findIndex((one) => letter.test(one[key] ?? ''))
        return at < 0 ? undefined : at
      }
      expect(heard.first).toEqual({ answer: firstOf('answer'), reasoning: firstOf('reasoning') })
      expect(heard.answer.slice(0, 2000)).toBe(answer.slice(0, 2000))
      expect(heard.reasoning.slice(0, 500)).toBe(reasoning.slice(0, 500))
    })
  },
)
