import { expect, test } from 'vitest'
import { historyOf } from '../../../src/network/history.ts'
import { stepOf } from '../../../src/turn/trigger.ts'

const said = (...all: [role: string, content: unknown][]) => ({
  body: JSON.stringify({ messages: all.map(([role, content]) => ({ role, content })) }),
})
const before = said(['system', 'now it is noon'], ['user', 'one'], ['assistant', 'yes'])

test('who said what, without system messages, and no text', () => {
  const history = historyOf(before)!
  expect(history.map(({ role }) => role)).toEqual(['user', 'assistant'])
  expect(JSON.stringify(history)).not.toMatch(/noon|one|yes/)
})

test.each([
  ['a question more', said(['system', 'later'], ['user', 'one'], ['assistant', 'yes'], ['user', 'two']), 'submit'],
  ['other words', said(['user', 'one'], ['assistant', 'yes'], ['user', 'three']), 'edit'],
  ['the same once more', said(['user', 'one'], ['assistant', 'yes'], ['user', 'two']), 'regenerate'],
  ['a tool’s result', said(['user', 'one'], ['assistant', 'yes'], ['user', 'two'], ['tool', '{}']), 'more'],
])('%s is told by the history', (_, now, step) => {
  const first =
    step === 'submit' ? before : said(['user', 'one'], ['assistant', 'yes'], ['user', 'two'], ['assistant', 'ok'])
  expect(stepOf(historyOf(first), historyOf(now))?.[0]).toBe(step)
})

test('all forms of messages are read, and the providers’ names of roles', () => {
  const contents = {
    contents: [
      { role: 'user', parts: [{ text: 'hi' }] },
      { role: 'model', parts: [{ text: 'yo' }] },
    ],
  }
  const input = {
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
      { role: 'assistant', content: 'yo' },
    ],
  }
  const chain = {
    input: {
      messages: [
        { type: 'human', content: 'hi' },
        { type: 'ai', content: 'yo' },
      ],
    },
  }
  const all = [contents, input, chain].map((body) => historyOf({ body: JSON.stringify(body) }))
  expect(all[0]?.map(({ role }) => role)).toEqual(['user', 'assistant'])
  expect(all[1]).toEqual(all[0])
  expect(all[2]).toEqual(all[0])
})

test.each([
  undefined,
  '',
  '{',
  '{"prompt":"hi"}',
  '{"messages":[]}',
  JSON.stringify({ messages: Array(513).fill({}) }),
])('no history', (body) => {
  expect(historyOf({ body })).toBeUndefined()
})
