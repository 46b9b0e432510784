/** What is read of a body, and what is only counted. */
import { expect, test } from 'vitest'
import type { Content } from '../../../src/turn/marks.ts'
import { createGuard } from '../../../src/base/guard.ts'
import { createFeed } from '../../../src/network/feed.ts'

/** A response of these chunks, followed to its end. */
function follow(chunks: string[]) {
  const contents: Content[] = []
  const ends: unknown[] = []
  const feed = createFeed(
    {
      response: () => {},
      content: (content) => void contents.push(content),
      end: (_at, how) => void ends.push(how),
    },
    { clock: { now: () => 1, setTimeout: () => 0 }, guard: createGuard({}) },
  )
  feed.response(200, 'text/event-stream', () => null)
  const encoder = new TextEncoder()
  for (const chunk of chunks) feed.bytes(encoder.encode(chunk))
  feed.end('done')
  const text = contents.map(({ answer = '' }) => answer).join('')
  return { contents, ends, text }
}
const event = (text: string) => `data: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}\n\n`
const last = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

test('of a body of many megabytes the beginning and the end are read, and all of it is counted', () => {
  const large = event('lorem ipsum '.repeat(10)).repeat(400)
  const { contents, ends, text } = follow([...Array<string>(200).fill(large), event('the very end') + last])
  expect(contents.filter(({ model }) => model).length).toBeGreaterThanOrEqual(201)
  expect(contents.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(200 * large.length)
  expect(text.length).toBeGreaterThan(1 << 20)
  expect(text.length).toBeLessThan(3 << 20)
  expect(text.endsWith('the very end')).toBe(true)
  expect(contents.some(({ terminal }) => terminal)).toBe(true)
  expect(ends).toEqual(['done'])
})

test('an end that came in one large chunk with the text before it is read too', () => {
  const large = event('lorem ipsum '.repeat(10)).repeat(400)
  const { contents, ends } = follow([...Array<string>(200).fill(large), large + last])
  expect(contents.some(({ terminal }) => terminal)).toBe(true)
  expect(ends).toEqual(['done'])
})

test('small chunks are read however long the body is', () => {
  const words = Array.from({ length: 3000 }, (_, i) => event(`word${i} ` + 'x'.repeat(3000)))
  expect(follow([...words, last]).text).toHaveLength(words.reduce((sum, _, i) => sum + `word${i} `.length + 3000, 0))
})
