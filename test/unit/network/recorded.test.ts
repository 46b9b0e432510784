import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dataDir, expectedText, framed, hear, recorded } from './streams.ts'
import type { Heard } from './streams.ts'

const encoder = new TextEncoder()
const joined = (file: string) => encoder.encode(framed(file).join(''))

/** What must not depend on how the network cut the bytes. */
const facts = (heard: Heard) => ({ ...heard, contents: 0, tools: 0 })

const pieces = (bytes: Uint8Array, cuts: number[]) => {
  const at = [0, ...[...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

describe.skipIf(!recorded.length)(
  `recorded streams${recorded.length ? '' : ` (skipped: no ${dataDir}/streams)`}`,
  () => {
    describe.each(recorded)('%s', (file) => {
      const whole = facts(hear([joined(file)]))

      test('the text is what plain concatenation gives, reasoning apart', () => {
        expect({ answer: whole.answer, reasoning: whole.reasoning }).toEqual(expectedText(file))
        expect(whole.bytes).toBe(joined(file).length)
      })

      test('line by line, byte by byte and cut anywhere give the same', () => {
        expect(facts(hear(framed(file)))).toEqual(whole)
        expect(facts(hear(Array.from(joined(file), (byte) => Uint8Array.of(byte))))).toEqual(whole)
        fc.assert(
          fc.property(fc.array(fc.nat(), { maxLength: 200 }), (cuts) => {
            expect(facts(hear(pieces(joined(file), cuts)))).toEqual(whole)
          }),
          { numRuns: 5 },
        )
      })

      test('it is over by its own words, and cut in the middle it is not', () => {
        expect(whole.end).toBe('done')
        expect(whole.terminal).toBe(true)
        const text = framed(file)
        const half = hear([
          text
            .slice(0, Math.ceil(text.length / 2))
            .join('')
            .slice(0, -9),
        ])
        // The error stream has said its error by then, the concatenated one its first finish.
        if (!/error|responses-reasoning/.test(file)) expect(half.end).toBe('cut')
      })

      test('model and response are named', () => {
        expect(whole.modelName).toBeTruthy()
        expect(whole.responseId).toBeTruthy()
      })
    })

    const perLine = (file: string) => hear(framed(file))
    const firstWith = (heard: Heard, key: 'answer' | 'reasoning') => heard.contents.findIndex((c) => c[key])

    test.each(['qwen-chat-text', 'deepseek-chat-text', 'openai-chat-text'])(
      '%s: the role-only chunk is no content',
      (name) => {
        const heard = perLine(name + '.jsonl')
        expect(heard.contents[0]).toMatchObject({ model: false })
        expect(firstWith(heard, 'answer')).toBe(1)
        expect(heard.finish).toMatch(/stop|length/)
        expect(heard.outputTokens).toBeGreaterThan(1)
      },
    )

    test.each(['qwen-chat-reasoning', 'deepseek-chat-reasoning', 'mistral-chat-reasoning'])(
      '%s: reasoning comes before the answer and is not in it',
      (name) => {
        const heard = perLine(name + '.jsonl')
        expect(firstWith(heard, 'reasoning')).toBeGreaterThanOrEqual(0)
        expect(firstWith(heard, 'reasoning')).toBeLessThan(firstWith(heard, 'answer'))
        expect(heard.finish).toBe('stop')
      },
    )

    test('a tool call has no answer and stays open for the page', () => {
      const heard = perLine('qwen-chat-tool-call.jsonl')
      expect(heard).toMatchObject({ answer: '', tools: 1, openTools: 1, finish: 'tool', end: 'done' })
      expect(heard.contents[0]).toMatchObject({ model: true, tool: 1 })
    })

    test('steps of tools in one stream close when the model goes on', () => {
      const heard = perLine('openai-responses-reasoning.jsonl')
      // The second and third open in the chunk that shows the one before has run: no net change.
      expect(heard.tools).toBe(1)
      expect(heard.openTools).toBe(0)
      expect(heard.finish).toBe('stop')
    })

    test.each(['openai-responses-web-search', 'anthropic-messages-web-search'])(
      '%s: search begins and ends',
      (name) => {
        const heard = perLine(name + '.jsonl')
        expect(heard.tools).toBeGreaterThan(0)
        expect(heard.openTools).toBe(0)
        expect(heard.finish).toBe('stop')
      },
    )

    test('a refusal without text is no error', () => {
      const heard = perLine('anthropic-messages-refusal.jsonl')
      expect(heard).toMatchObject({ answer: '', finish: 'refusal', errorType: undefined, end: 'done' })
      expect(heard.contents.some((c) => c.model)).toBe(false)
    })

    test('an error mid-stream gives its type and no message', () => {
      const heard = perLine('openai-responses-error.jsonl')
      expect(heard.errorType).toBe('insufficient_quota')
      expect(JSON.stringify(heard)).not.toContain('exceeded')
    })

    test('usage', () => {
      expect(perLine('qwen-chat-reasoning.jsonl')).toMatchObject({ inputTokens: 24, outputTokens: 1355 })
      expect(perLine('gemini-text.jsonl')).toMatchObject({ inputTokens: 9, outputTokens: 208 })
      expect(perLine('anthropic-messages-text.jsonl')).toMatchObject({ inputTokens: 12, outputTokens: 30 })
    })
  },
)
