import { expect, test } from 'vitest'
import { createRecognizer } from '../../../src/network/chat-call.ts'
import { learnCalls } from '../../../src/network/proved.ts'
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

test('a fetched GET may bring the answer that a POST asked for; other methods, and a GET by XMLHttpRequest, do not', () => {
  expect(byShape(call('/queue/data', undefined, { method: 'GET' }))).toBe('maybe')
  expect(byShape(call('/api/chat', undefined, { method: 'GET', transport: 'xhr' }))).toBe('no')
  expect(byShape(call('/api/chat', { messages, stream: true }, { method: 'PUT' }))).toBe('no')
})

test('saving a conversation is no chat call, asking for a stream is', () => {
  const saved = [...messages, { role: 'assistant', content: 'hello' }]
  expect(byShape(call('/api/v1/chats/7', { chat: { title: 't', messages: saved } }))).toBe('maybe')
  expect(byShape(call('/v1/chat/completions', { messages: saved, stream: true }))).toBe('yes')
  expect(byShape(call('/api/chat', { messages: [...saved, ...messages] }))).toBe('yes')
})

test('an address that proved to be a chat’s is known from then on, by shape and without ids', () => {
  const { isChat: learns, proved } = learnCalls(byShape)
  const asks = (id: string, more = {}) => call(`/rooms/${id}/say?x=${id}`, { words: 'hi', room: id, ...more })
  expect(learns(asks('a1b2'))).toBe('maybe')
  proved(asks('a1b2'))
  expect(learns(asks('c3d4'))).toBe('yes')
  expect(learns(asks('c3d4', { draft: true }))).toBe('maybe')
  expect(learns(call('/rooms/c3d4/rename', { words: 'hi', room: 'x' }))).toBe('maybe')
  const graph = (operationName: string) => call('/graphql', { operationName, query: 'mutation', variables: {} })
  proved(graph('Ask'))
  expect(learns(graph('Ask'))).toBe('yes')
  expect(learns(graph('SaveSettings'))).toBe('maybe')
  // A socket carries other things too.
  proved(call('/socket', undefined, { transport: 'websocket', method: 'GET' }))
  expect(learns(call('/socket', undefined, { transport: 'websocket', method: 'GET' }))).toBe('maybe')
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
  [
    { query: 'mutation Ask($m: Input!) { ask(m: $m) }', variables: { m: 1, input: { message: 'by graph' } } },
    'by graph',
  ],
  [
    {
      messages: [
        { type: 'human', content: 'graph' },
        { type: 'ai', content: 'no' },
      ],
    },
    'graph',
  ],
])('the prompt in %j is found', (body, prompt) => {
  expect(promptOf({ body: JSON.stringify(body) })).toBe(prompt)
})

test.each([undefined, '', 'a=b', '{', '{"messages":[null,1]}', `{"x":"${'y'.repeat(70_000)}"}`])(
  'a body without a prompt gives none',
  (body) => {
    expect(promptOf({ body })).toBeUndefined()
  },
)
