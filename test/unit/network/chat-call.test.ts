import { expect, test } from 'vitest'
import { createRecognizer } from '../../../src/network/chat-call.ts'
import { promptOf } from '../../../src/network/prompt.ts'
import type { Call } from '../../../src/turn/marks.ts'

const call = (url: string, body?: unknown, more: Partial<Call> = {}): Call => ({
  at: 0,
  method: 'POST',
  url: `https://app.example${url}`,
  transport: 'fetch',
  body: typeof body === 'string' ? body : body && JSON.stringify(body),
  ...more,
})
const byShape = createRecognizer({ base: 'https://app.example' })
const messages = [{ role: 'user', content: 'hi' }]

test.each([
  ['Chat Completions', call('/v1/chat/completions', { messages, stream: true })],
  ['Responses', call('/v1/responses', { input: 'hi', stream: true })],
  ['Messages', call('/v1/messages', { messages })],
  ['Gemini', call('/v1beta/models/g:streamGenerateContent?alt=sse', { contents: [{ parts: [{ text: 'hi' }] }] })],
  ['AI SDK', call('/api/chat', { id: 'c', messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }] })],
  ['Dify', call('/chat-messages', { query: 'hi', response_mode: 'streaming' })],
])('%s is a chat call by its shape', (_name, one) => {
  expect(byShape(one)).toBe('yes')
})

test.each([
  ['a search', call('/api/search', { query: 'hi' })],
  ['an upload', call('/upload')],
  ['a batch of analytics', call('/collect', { messages: [{ type: 'track' }] })],
])('%s is one only when its answer streams', (_name, one) => {
  expect(byShape(one)).toBe('maybe')
})

test('a GET is none', () => {
  expect(byShape(call('/api/chat', undefined, { method: 'GET' }))).toBe('no')
})

test('the page’s own word replaces the shape', () => {
  const listed = createRecognizer({ base: 'https://app.example', requests: ['/ask'] })
  expect(listed(call('/ask/1'))).toBe('yes')
  expect(listed(call('/v1/chat/completions', { messages, stream: true }))).toBe('no')
  expect(createRecognizer({ base: 'https://app.example', requests: ({ url }) => url.endsWith('/x') })(call('/x'))).toBe(
    'yes',
  )
})

test.each([
  [
    {
      messages: [
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'no' },
        { role: 'user', content: 'two' },
      ],
    },
    'two',
  ],
  [{ messages: [{ role: 'user', content: [{ type: 'text', text: 'part' }] }] }, 'part'],
  [{ contents: [{ role: 'user', parts: [{ text: '你好' }] }] }, '你好'],
  [{ input: 'plain' }, 'plain'],
  [{ input: { messages: [{ role: 'user', content: 'dash' }] } }, 'dash'],
  [{ query: 'dify' }, 'dify'],
])('the prompt in %j is found', (body, prompt) => {
  expect(promptOf({ body: JSON.stringify(body) })).toBe(prompt)
})

test.each([undefined, '', 'a=b', '{', '{"messages":[null,1]}', `{"x":"${'y'.repeat(70_000)}"}`])(
  'a body without a prompt gives none',
  (body) => {
    expect(promptOf({ body })).toBeUndefined()
  },
)
