import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hear } from './streams.ts'

const sse = (...payloads: unknown[]) => payloads.map((p) => `data: ${typeof p == 'string' ? p : JSON.stringify(p)}\n\n`)
const lines = (...payloads: unknown[]) => payloads.map((p) => JSON.stringify(p) + '\n')
const say = (content: string) => ({ choices: [{ delta: { content } }] })
const data = (content: string) => `data: ${JSON.stringify(say(content))}`
const bytewise = (chunks: string[]) =>
  Array.from(new TextEncoder().encode(chunks.join('')), (byte) => Uint8Array.of(byte))
const spoken = (chunks: string[], type?: string) => hear(chunks, type).contents.map((c) => c.answer)

const dash = (text: string, finish = 'null', extra = {}) => ({
  output: { text, finish_reason: finish, ...extra },
  usage: { input_tokens: 3, output_tokens: text.length },
  request_id: 'req-1',
})

test('DashScope resends the whole text: only what is new counts', () => {
  const stream = sse(dash('你'), dash('你好'), dash('你好，世界'), dash('你好，世界', 'stop'))
  expect(spoken(stream)).toEqual(['你', '好', '，世界', undefined])
  expect(hear(bytewise(stream))).toMatchObject({ answer: '你好，世界', finish: 'stop', terminal: true, end: 'done' })
  expect(hear(stream)).toMatchObject({ requestId: 'req-1', inputTokens: 3, outputTokens: 5 })
  expect(hear(stream.slice(0, 3)).end).toBe('cut')
})

test('DashScope with incremental_output, messages, reasoning and an app session', () => {
  const say = (message: object, finish_reason = 'null') => ({
    output: { choices: [{ message: { role: 'assistant', ...message }, finish_reason }], session_id: 's-1' },
    request_id: 'req-2',
  })
  const heard = hear(
    sse(
      say({ content: '', reasoning_content: '想' }),
      say({ content: '杭州', reasoning_content: '' }),
      say({ content: '今天' }),
      say({ content: [{ text: '下雨' }] }),
      say({ content: '' }, 'stop'),
    ),
  )
  expect(heard).toMatchObject({ answer: '杭州今天下雨', reasoning: '想', conversationId: 's-1', finish: 'stop' })
})

test('DashScope tells an error in the stream', () => {
  const stream = [
    'id:1\nevent:error\n:HTTP_STATUS/400\ndata:{"code":"DataInspectionFailed","message":"no","request_id":"r"}\n\n',
  ]
  expect(hear(stream)).toMatchObject({ errorType: 'DataInspectionFailed', answer: '' })
})

test('AI SDK UI message stream: text, reasoning, tools, end', () => {
  const stream = sse(
    { type: 'start', messageId: 'm-1' },
    { type: 'start-step' },
    { type: 'reasoning-start', id: 'r' },
    { type: 'reasoning-delta', id: 'r', delta: 'hm' },
    { type: 'tool-input-start', toolCallId: 'c', toolName: 'w' },
    { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"a"' },
    { type: 'tool-input-available', toolCallId: 'c', toolName: 'w', input: {} },
    { type: 'tool-output-available', toolCallId: 'c', output: { text: 'not the answer' } },
    { type: 'data-weather', data: { text: 'not the answer' } },
    { type: 'text-start', id: 't' },
    { type: 'text-delta', id: 't', delta: 'Sunny' },
    { type: 'text-delta', id: 't', delta: ' ☀️' },
    { type: 'text-end', id: 't' },
    { type: 'finish' },
    '[DONE]',
  )
  const heard = hear(bytewise(stream))
  expect(heard).toMatchObject({ answer: 'Sunny ☀️', reasoning: 'hm', tools: 1, openTools: 0, responseId: 'm-1' })
  expect(heard).toMatchObject({ finish: 'stop', terminal: true, end: 'done' })
  expect(hear(stream.slice(0, -2)).end).toBe('cut')
})

test('AI SDK: a tool for the page stays open; an error and an abort end the stream', () => {
  const tool = sse({ type: 'start' }, { type: 'tool-input-available', toolCallId: 'c' }, { type: 'finish' }, '[DONE]')
  expect(hear(tool)).toMatchObject({ openTools: 1, finish: 'tool', end: 'done' })
  const failed = hear(sse({ type: 'text-delta', delta: 'a' }, { type: 'error', errorText: 'secret words' }))
  expect(failed).toMatchObject({ errorType: 'error', end: 'done' })
  expect(hear(sse({ type: 'text-delta', delta: 'a' }, { type: 'abort' })).end).toBe('done')
})

test('the older AI SDK data stream', () => {
  const stream = [
    'f:{"messageId":"m-2"}\n',
    'g:"hm"\n',
    '9:{"toolCallId":"c","toolName":"w","args":{}}\n',
    'a:{"toolCallId":"c","result":{}}\n',
    '0:"Hel"\n',
    '0:"lo\\n"\n',
    'e:{"finishReason":"stop"}\n',
    'd:{"finishReason":"length","usage":{"promptTokens":4,"completionTokens":2}}\n',
  ]
  expect(hear(bytewise(stream), 'text/plain; charset=utf-8')).toMatchObject({
    answer: 'Hello\n',
    reasoning: 'hm',
    openTools: 0,
    finish: 'length',
    responseId: 'm-2',
    inputTokens: 4,
    outputTokens: 2,
    end: 'done',
  })
  expect(hear(stream.slice(0, 6), 'text/plain').end).toBe('cut')
  expect(hear([...stream.slice(0, 6), '3:"secret"\n'], 'text/plain')).toMatchObject({ errorType: 'error', end: 'done' })
})

test('Dify', () => {
  const common = { task_id: 't', message_id: 'm-3', conversation_id: 'c-3' }
  const stream = [
    'event: ping\n\n',
    ...sse(
      { event: 'workflow_started', ...common, data: { id: 'w' } },
      { event: 'agent_thought', ...common, thought: 'hm' },
      { event: 'message', ...common, answer: '您' },
      { event: 'message', ...common, answer: '好' },
      { event: 'message_end', ...common, metadata: { usage: { prompt_tokens: 5, completion_tokens: 2 } } },
    ),
  ]
  expect(hear(stream)).toMatchObject({
    answer: '您好',
    reasoning: 'hm',
    conversationId: 'c-3',
    responseId: 'm-3',
    inputTokens: 5,
    end: 'done',
  })
  expect(hear(stream.slice(0, -1)).end).toBe('cut')
  const failed = hear(sse({ event: 'error', ...common, code: 'completion_request_error', message: 'secret' }))
  expect(failed.errorType).toBe('completion_request_error')
})

test('Ollama chat and generate', () => {
  const chat = lines(
    { model: 'qwen3', message: { role: 'assistant', content: '', thinking: 'hm' }, done: false },
    { model: 'qwen3', message: { role: 'assistant', content: 'Hi' }, done: false },
    { model: 'qwen3', message: { role: 'assistant', content: '' }, done: true, done_reason: 'length', eval_count: 7 },
  )
  expect(hear(bytewise(chat), 'application/x-ndjson')).toMatchObject({
    answer: 'Hi',
    reasoning: 'hm',
    modelName: 'qwen3',
    finish: 'length',
    outputTokens: 7,
    end: 'done',
  })
  expect(hear(chat.slice(0, 2), 'application/x-ndjson').end).toBe('cut')
  expect(hear(lines({ model: 'm', response: 'Yo', done: false }), '').answer).toBe('Yo')
  expect(hear(lines({ error: 'secret words' }), 'application/x-ndjson').errorType).toBe('error')
})

test('JSON lines of a server of its own making say nothing by themselves, and all of it once the page shows it', () => {
  const stream = lines(
    { type: 'status', status: 'started' },
    { type: 'stream', token: 'He' },
    { type: 'stream', token: 'y' },
  )
  expect(hear(stream, 'application/jsonl')).toMatchObject({ answer: '', end: 'done', terminal: false })
  const heard = hear(stream, 'application/jsonl', 200, 'Hey')
  expect(heard).toMatchObject({ answer: 'Hey', end: 'done' })
  // Told late, with the time of the piece itself.
  expect(heard.contents.at(-2)).toMatchObject({ at: heard.contents[1]!.at, by: 'learned', answer: 'He', bytes: 0 })
  // Hugging Face chat-ui sends the whole again at its end.
  const twice = [...stream, ...lines({ type: 'finalAnswer', text: 'Hey' })]
  expect(hear(twice, 'application/jsonl', 200, 'Hey').answer).toBe('Hey')
  expect(hear(lines({ data: { delta: { content: 'deep' } } }), 'application/json', 200, 'deep').answer).toBe('deep')
  expect(hear(stream, 'application/jsonl', 200, 'something else').answer).toBe('')
})

test("Gemini's array of pretty-printed objects", () => {
  const one = (text: string, end = {}) =>
    JSON.stringify({ candidates: [{ content: { parts: [{ text }] }, ...end }] }, null, 2)
  const stream = ['[' + one('Hel') + '\n', ',\r\n' + one('lo', { finishReason: 'STOP' }) + '\n', ']\n']
  expect(hear(bytewise(stream), 'application/json')).toMatchObject({ answer: 'Hello', finish: 'stop', end: 'done' })
})

test('Gemini: thoughts, functions, blocked prompts', () => {
  const parts = [{ text: 'hm', thought: true }, { functionCall: { name: 'f', args: {} } }]
  expect(hear(sse({ candidates: [{ content: { parts }, finishReason: 'STOP' }] }))).toMatchObject({
    reasoning: 'hm',
    answer: '',
    openTools: 1,
    finish: 'tool',
  })
  expect(hear(sse({ promptFeedback: { blockReason: 'SAFETY' } }))).toMatchObject({ finish: 'filter', end: 'done' })
})

test('Chat Completions: refusal, filter, error and alternatives', () => {
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    choices: [{ index: 0, delta, finish_reason }],
  })
  expect(hear(sse(chunk({ refusal: "I can't" }), chunk({}, 'stop'), '[DONE]'))).toMatchObject({
    answer: "I can't",
    finish: 'refusal',
  })
  expect(hear(sse(chunk({ content: 'a' }), chunk({}, 'content_filter'))).finish).toBe('filter')
  const failed = hear(sse(chunk({ content: 'a' }), { error: { code: 502, message: 'secret' }, choices: [] }))
  expect(failed).toMatchObject({ errorType: '502', end: 'done' })
  expect(hear(sse({ choices: [{ index: 1, delta: { content: 'other' } }] })).answer).toBe('')
})

test('reasoning left in the answer between think tags is no answer', () => {
  const say = (content: string) => ({ choices: [{ delta: { content } }] })
  const stream = sse(...['\n', '<think>', 'hm', ' hm\n</think>', 'It is <think> 4'].map(say), '[DONE]')
  expect(hear(stream)).toMatchObject({ answer: '\nIt is <think> 4', reasoning: 'hm hm\n' })
  expect(hear(sse(say('<think>hm</think>Hi'))).contents[0]).toMatchObject({ answer: 'Hi', reasoning: 'hm' })
})

test('plain text grows at once, also split inside a character', () => {
  const bytes = new TextEncoder().encode('Ünï 你好 👍')
  for (let cut = 0; cut <= bytes.length; cut++)
    expect(hear([bytes.slice(0, cut), bytes.slice(cut)], 'text/plain', 200, 'Ünï 你好 👍')).toMatchObject({
      answer: 'Ünï 你好 👍',
      end: 'done',
    })
  const heard = hear(['Hello', ' world'], 'text/plain', 200, 'Hello world')
  expect(heard.contents.map(({ at, answer }) => [at, answer])).toEqual([
    [heard.contents[0]!.at, undefined],
    [heard.contents[1]!.at, undefined],
    [heard.contents[0]!.at, 'Hello'],
    [heard.contents[1]!.at, ' world'],
  ])
  expect(hear(['d'], 'text/plain', 200, 'd').answer).toBe('d')
  expect(hear(['[1] says'], 'text/plain', 200, '[1] says').answer).toBe('[1] says')
})

test('a web page where an answer was expected, and the body of a refused request, are no answer', () => {
  expect(hear(['<!DOCTYPE html><p>', 'hi'], 'text/html').answer).toBe('')
  expect(hear(['Too many requests'], 'text/plain', 429)).toMatchObject({ answer: '', bytes: 17, end: 'done' })
})

test('SSE as the standard has it: BOM, comments, CR, CRLF, several data lines, no space, no last blank line', () => {
  const event =
    '\uFEFF: hello\r\nid: 1\r\nretry: 5\r\nevent: x\r\ndata: {"choices":[{"delta":\r\ndata: {"content":"A"}}]}\r\n\r\n'
  expect(hear(bytewise([event])).answer).toBe('A')
  expect(hear(bytewise([`${data('A').replace(' ', '')}\r\r${data('B')}\r\r`])).answer).toBe('AB')
  expect(hear([data('A')]).answer).toBe('A')
  expect(hear([':ping\n\n', 'data\n\n', '\n\n']).contents.every((c) => !c.model)).toBe(true)
  const words = ['data: Hello\n\n', 'data:  world\n\n', 'data: [DONE]\n\n']
  expect(hear(words, '', 200, 'Hello world')).toMatchObject({ answer: 'Hello world', terminal: true })
  expect(hear([data('A') + '\n\n'], '').answer).toBe('A')
})

test('events without a blank line between them are read one by one', () => {
  expect(hear([`${data('A')}\n${data('B')}\ndata: [DONE]\n`])).toMatchObject({
    answer: 'AB',
    terminal: true,
  })
})

test('malformed payloads are skipped and hurt nobody', () => {
  const bad = [
    '{"choices":[{"delta":',
    '{"choices":[null]}',
    '{"type":"constructor"}',
    '{"type":"__proto__"}',
    'null',
    '[]',
    '7',
  ]
  for (const payload of bad) expect(hear(sse(payload, say('ok'))).answer).toMatch(/ok$/)
  expect(
    hear([`{"text":"a"\n${lines(say('b'))[0]}nonsense\n${lines(say('c'))[0]}`], 'application/x-ndjson').answer,
  ).toBe('bc')
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

test('a line beyond 1 MiB is dropped until its end', () => {
  const long = 'x'.repeat(1 << 19)
  const heard = hear(['data: {"text":"', long, long, long, '"}\n', `\n${data('B')}\n\n`])
  expect(heard.answer).toBe('B')
})

test('an error type is an identifier, never a message', () => {
  expect(hear(sse({ error: { type: 'My secret is 42', message: 'x' } })).errorType).toBe('error')
})

test('an empty stream is done', () => {
  expect(hear([])).toMatchObject({ answer: '', end: 'done', contents: [] })
})

// Events like the one before are not parsed: what differs in more than the text must still be.
test('pieces of answer that come alike are read as if each were parsed', () => {
  const openai = (content: string, more = {}) => ({
    id: 'chatcmpl-1',
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
    ...more,
  })
  const claude = (text: string) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })
  const ollama = (content: string) => ({ model: 'content', message: { role: 'assistant', content }, done: false })
  const piece = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('"', '\\', '\n', '","', 'content'),
  )
  for (const event of [openai, claude, ollama])
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        // What looks like reasoning has a test of its own.
        if (pieces.join('').includes('<think>')) return
        expect(spoken(sse(...pieces.map((one) => event(one)))).join('')).toBe(pieces.join(''))
      }),
    )
  const stream = sse(openai('Hel'), openai('lo'), openai('!', { usage: { prompt_tokens: 3, completion_tokens: 4 } }))
  expect(hear(stream)).toMatchObject({ answer: 'Hello!', inputTokens: 3, outputTokens: 4 })
  const ending = sse(openai('a'), openai('b'), {
    id: 'chatcmpl-1',
    choices: [{ index: 0, delta: { content: 'c' }, finish_reason: 'length' }],
  })
  expect(hear(ending)).toMatchObject({ answer: 'abc', finish: 'length' })
  const other = sse(openai('a'), openai('b'), { id: 'chatcmpl-1', choices: [{ index: 1, delta: { content: 'c' } }] })
  expect(hear(other).answer).toBe('ab')
})
