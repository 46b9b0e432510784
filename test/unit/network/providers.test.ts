/** What the formats of the providers say, one after the other: each a few payloads in the form its own server sends. */
import { describe, expect, test } from 'vitest'
import { hear } from './streams.ts'
import type { Heard } from './streams.ts'

type Expected = Partial<Omit<Heard, 'contents'>>
const sse = (...payloads: unknown[]) => payloads.map((p) => `data: ${typeof p == 'string' ? p : JSON.stringify(p)}\n\n`)
const named = (...events: [string, unknown][]) =>
  events.map(([name, p]) => `event: ${name}\ndata: ${JSON.stringify(p)}\n\n`)
const lines = (...payloads: unknown[]) => payloads.map((p) => JSON.stringify(p) + '\n')
const HI = { answer: 'Hello there' }
const chunk = (delta: object, more: object = {}) => ({
  id: 'c-1',
  model: 'm-x',
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
})
const ai = (content: unknown, more: object = {}) => ({
  content,
  additional_kwargs: {},
  response_metadata: {},
  type: 'AIMessageChunk',
  id: 'run-1',
  tool_calls: [],
  tool_call_chunks: [],
  usage_metadata: null,
  ...more,
})
const adk = (text: string, more: object = {}) => ({
  content: { parts: [{ text }], role: 'model' },
  invocationId: 'e',
  author: 'agent',
  ...more,
})
const envelope = (event: object) => ({ type: 'stream_event', event, session_id: 's-1', uuid: 'u' })
const bus = (data: object) => JSON.stringify(['events', { chat_id: 'c', message_id: 'm', data }])

const cases: [name: string, stream: string[], expected: Expected, type?: string][] = [
  [
    'Chat Completions',
    sse(
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hello' }),
      chunk({ content: ' there' }),
      chunk({}, { finish_reason: 'stop' }),
      '[DONE]',
    ),
    { ...HI, finish: 'stop', modelName: 'm-x', responseId: 'c-1', terminal: true },
  ],
  [
    'numbers as content',
    sse(
      chunk({ content: 4 }),
      chunk({ content: 2 }),
      chunk({ content: ' ports' }),
      chunk({}, { finish_reason: 'stop' }),
    ),
    { answer: '42 ports', finish: 'stop' },
  ],
  [
    'filter chunks of a gateway',
    sse(
      { id: '', model: '', choices: [], prompt_filter_results: [{}] },
      chunk({ content: 'Hello there' }),
      chunk({}, { finish_reason: 'stop' }),
      { id: '', model: '', choices: [{ index: 0, finish_reason: null, content_filter_offsets: {} }] },
      '[DONE]',
    ),
    { ...HI, modelName: 'm-x', finish: 'stop', end: 'done' },
  ],
  [
    'an error beside empty choices',
    [
      ': PROCESSING\n\n',
      ...sse(chunk({ content: 'Hello there' }), {
        id: 'c-1',
        choices: [],
        error: { code: 502, message: 'upstream is full' },
      }),
    ],
    { ...HI, errorType: '502', end: 'done' },
  ],
  [
    'an error within a choice',
    sse(chunk({ content: 'Hello there' }, { error: { code: 429, message: 'x' } })),
    { ...HI, errorType: '429' },
  ],
  [
    'OpenRouter reasoning',
    sse(
      chunk({ content: '', reasoning: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] }),
      chunk({ content: 'Hello there' }),
      '[DONE]',
    ),
    { ...HI, reasoning: 'hm' },
  ],
  [
    'Mistral thinking',
    sse(
      chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }),
      chunk({ content: [{ type: 'text', text: 'Hello there' }] }),
      '[DONE]',
    ),
    { ...HI, reasoning: 'hm' },
  ],
  [
    'a Chat Completions body',
    lines({
      id: 'c-1',
      model: 'm-x',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello there' }, finish_reason: 'length' }],
      usage: { prompt_tokens: 3, completion_tokens: 4 },
    }),
    { ...HI, finish: 'length', inputTokens: 3, outputTokens: 4 },
    'application/json',
  ],
  [
    'a Messages body',
    lines({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm-x',
      content: [
        { type: 'thinking', thinking: 'hm' },
        { type: 'text', text: 'Hello' },
        { type: 'text', text: ' there' },
      ],
      stop_reason: 'end_turn',
      usage: { input_tokens: 3, output_tokens: 4 },
    }),
    { ...HI, reasoning: 'hm', finish: 'stop', responseId: 'msg_1', modelName: 'm-x', inputTokens: 3, outputTokens: 4 },
    'application/json',
  ],
  [
    'a Responses body',
    lines({
      id: 'resp_1',
      object: 'response',
      status: 'completed',
      error: null,
      incomplete_details: null,
      model: 'm-x',
      output: [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
        {
          type: 'message',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Hello there', annotations: [] }],
        },
      ],
      text: { format: { type: 'text' } },
      usage: { input_tokens: 3, output_tokens: 4 },
    }),
    { ...HI, reasoning: 'hm', finish: 'stop', responseId: 'resp_1', inputTokens: 3, outputTokens: 4 },
    'application/json',
  ],
  [
    'Assistants',
    [
      ...named(
        ['thread.run.created', { object: 'thread.run', thread_id: 't' }],
        [
          'thread.message.delta',
          {
            id: 'm',
            object: 'thread.message.delta',
            delta: { content: [{ index: 0, type: 'text', text: { value: 'Hello' } }] },
          },
        ],
        [
          'thread.message.delta',
          {
            id: 'm',
            object: 'thread.message.delta',
            delta: { content: [{ index: 0, type: 'text', text: { value: ' there' } }] },
          },
        ],
        [
          'thread.run.completed',
          { object: 'thread.run', model: 'm-x', usage: { prompt_tokens: 3, completion_tokens: 4 } },
        ],
      ),
      'event: done\ndata: [DONE]\n\n',
    ],
    { ...HI, finish: 'stop', terminal: true, inputTokens: 3 },
  ],
  [
    'Assistants that want a tool',
    named([
      'thread.run.requires_action',
      { object: 'thread.run', required_action: { submit_tool_outputs: { tool_calls: [{ id: 'a' }, { id: 'b' }] } } },
    ]),
    { openTools: 2 },
  ],
  [
    'Gemini',
    sse(
      { candidates: [{ content: { parts: [{ text: 'hm', thought: true }, { text: 'Hello' }] } }], modelVersion: 'm-x' },
      {
        candidates: [{ content: { parts: [{ text: ' there' }] }, finishReason: 'MAX_TOKENS' }],
        usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, thoughtsTokenCount: 2 },
      },
    ),
    { ...HI, reasoning: 'hm', finish: 'length', modelName: 'm-x', inputTokens: 3, outputTokens: 6 },
  ],
  [
    'Vertex, an error in a list',
    ['[{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED"}}]'],
    { errorType: '429' },
    'application/json',
  ],
  [
    'ADK',
    sse(
      adk('Hello', { partial: true }),
      adk(' there', { partial: true }),
      adk('Hello there', { finishReason: 'STOP', usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4 } }),
    ),
    { ...HI, finish: 'stop', inputTokens: 3, outputTokens: 4 },
  ],
  [
    'ADK, two messages and a tool between them',
    sse(
      adk('Hello', { partial: true }),
      adk('Hello'),
      { content: { parts: [{ functionCall: { id: 'f', name: 'x' } }] } },
      { content: { parts: [{ functionResponse: { id: 'f', name: 'x' } }], role: 'user' } },
      adk(' there'),
    ),
    { ...HI, tools: 1, openTools: 0 },
  ],
  [
    'ADK, an error',
    sse(adk('Hello there', { partial: true }), {
      errorCode: 'MODEL_OVERLOADED',
      errorMessage: 'x',
      content: { parts: [] },
    }),
    { ...HI, errorType: 'MODEL_OVERLOADED' },
  ],
  [
    'Bedrock',
    lines(
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { delta: { reasoningContent: { text: 'hm' } }, contentBlockIndex: 0 } },
      { contentBlockDelta: { delta: { text: 'Hello' }, contentBlockIndex: 1 } },
      { contentBlockDelta: { delta: { text: ' there' }, contentBlockIndex: 1 } },
      { messageStop: { stopReason: 'end_turn' } },
      { metadata: { usage: { inputTokens: 3, outputTokens: 4 } } },
    ),
    { ...HI, reasoning: 'hm', finish: 'stop', inputTokens: 3, outputTokens: 4 },
    'application/x-ndjson',
  ],
  [
    'Bedrock, refused for its rate',
    lines({ throttlingException: { message: 'x' } }),
    { errorType: 'throttlingException' },
    'application/json',
  ],
  [
    'a Bedrock body',
    lines({
      output: { message: { role: 'assistant', content: [{ text: 'Hello there' }] } },
      stopReason: 'max_tokens',
      usage: { inputTokens: 3, outputTokens: 4 },
    }),
    { ...HI, finish: 'length', inputTokens: 3 },
    'application/json',
  ],
  [
    'Cohere',
    named(
      ['message-start', { type: 'message-start', id: 'c-1', delta: { message: { role: 'assistant' } } }],
      ['content-start', { type: 'content-start', delta: { message: { content: { type: 'text', text: '' } } } }],
      ['content-delta', { type: 'content-delta', delta: { message: { content: { thinking: 'hm' } } } }],
      ['content-delta', { type: 'content-delta', delta: { message: { content: { text: 'Hello' } } } }],
      ['content-delta', { type: 'content-delta', delta: { message: { content: { text: ' there' } } } }],
      [
        'message-end',
        {
          type: 'message-end',
          delta: { finish_reason: 'COMPLETE', usage: { tokens: { input_tokens: 3, output_tokens: 4 } } },
        },
      ],
    ),
    { ...HI, reasoning: 'hm', finish: 'stop', terminal: true, responseId: 'c-1', inputTokens: 3, outputTokens: 4 },
  ],
  [
    'Mistral conversations',
    named(
      ['conversation.response.started', { type: 'conversation.response.started', conversation_id: 'v' }],
      ['message.output.delta', { type: 'message.output.delta', content: 'Hello' }],
      ['tool.execution.started', { type: 'tool.execution.started', id: 't' }],
      ['tool.execution.done', { type: 'tool.execution.done', id: 't' }],
      ['message.output.delta', { type: 'message.output.delta', content: { type: 'text', text: ' there' } }],
      [
        'conversation.response.done',
        { type: 'conversation.response.done', usage: { prompt_tokens: 3, completion_tokens: 4 } },
      ],
    ),
    { ...HI, tools: 1, openTools: 0, terminal: true, inputTokens: 3 },
  ],
  [
    'TGI',
    [
      ...sse(
        { index: 1, token: { id: 4, text: 'Hello', special: false }, generated_text: null, details: null },
        {
          index: 2,
          token: { id: 5, text: ' there', special: false },
          generated_text: 'Hello there',
          details: { finish_reason: 'eos_token' },
        },
      ),
    ],
    { ...HI, finish: 'stop' },
  ],
  ['a TGI body', ['[{"generated_text":"Hello there"}]'], HI, 'application/json'],
  [
    'llama.cpp',
    sse(
      { content: 'Hello', stop: false, id_slot: 0 },
      { content: ' there', stop: false },
      { content: '', stop: true, stop_type: 'limit', tokens_predicted: 4, tokens_evaluated: 3 },
    ),
    { ...HI, terminal: true, inputTokens: 3, outputTokens: 4 },
  ],
  [
    'LM Studio',
    named(
      ['message.delta', { type: 'message.delta', content: 'Hello there' }],
      ['reasoning.delta', { type: 'reasoning.delta', content: 'hm' }],
      ['chat.end', { type: 'chat.end', result: {} }],
    ),
    { ...HI, reasoning: 'hm', terminal: true },
  ],
  [
    'Workers AI',
    sse(
      { response: 'Hello', p: 'abc' },
      { response: ' there', p: 'ab' },
      { response: '', usage: { prompt_tokens: 3, completion_tokens: 4 } },
      '[DONE]',
    ),
    { ...HI, terminal: true, inputTokens: 3 },
  ],
  [
    'AI SDK, text of its inner stream',
    sse(
      { type: 'start' },
      { type: 'text-delta', id: 't', text: 'Hello' },
      { type: 'text-delta', id: 't', text: ' there' },
      { type: 'finish', finishReason: 'stop', totalUsage: { inputTokens: 3, outputTokens: 4 } },
    ),
    { ...HI, finish: 'stop', terminal: true, inputTokens: 3, outputTokens: 4 },
  ],
  [
    'AI SDK, a tool that waits for approval',
    sse(
      { type: 'tool-input-available', toolCallId: 'c' },
      { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'c' },
      { type: 'finish', finishReason: 'tool-calls' },
    ),
    { openTools: 1, finish: 'tool' },
  ],
  [
    'Mastra, without line breaks',
    [
      '{"type":"start","from":"AGENT","payload":{"id":"a"}}{"type":"step-start","from":"AGENT","payload":{}}',
      '{"type":"text-delta","from":"AGENT","payload":{"id":"t","text":"Hello"}}',
      '{"type":"text-delta","from":"AGENT","payload":{"id":"t","text":" there"}}',
      '{"type":"finish","from":"AGENT","payload":{"stepResult":{"reason":"length"},"output":{"usage":{"inputTokens":3,"outputTokens":4}}}}',
    ],
    { ...HI, finish: 'length', inputTokens: 3, outputTokens: 4, end: 'done' },
    'text/plain',
  ],
  [
    'AG-UI',
    sse(
      { type: 'RUN_STARTED', threadId: 'th' },
      { type: 'THINKING_TEXT_MESSAGE_CONTENT', delta: 'hm' },
      { type: 'TOOL_CALL_START', toolCallId: 'c' },
      { type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: '{}' },
      { type: 'TOOL_CALL_END', toolCallId: 'c' },
      { type: 'TOOL_CALL_RESULT', toolCallId: 'c', content: '{"a":1}' },
      { type: 'TEXT_MESSAGE_CONTENT', delta: 'Hello' },
      { type: 'TEXT_MESSAGE_CONTENT', delta: ' there' },
      { type: 'RUN_FINISHED' },
    ),
    { ...HI, reasoning: 'hm', tools: 1, openTools: 0, terminal: true, conversationId: 'th' },
  ],
  [
    'AG-UI, an error',
    sse({ type: 'TEXT_MESSAGE_CONTENT', delta: 'Hello there' }, { type: 'RUN_ERROR', message: 'secret words' }),
    { ...HI, errorType: 'RUN_ERROR', end: 'done' },
  ],
  [
    'LangServe',
    ['event: metadata\ndata: {"run_id":"r"}\n\n', ...named(['data', 'Hello'], ['data', ' there']), 'event: end\n\n'],
    HI,
  ],
  ['LangServe with messages', named(['data', ai('Hello')], ['data', ai(' there')]), HI],
  [
    'LangServe, an error',
    named(['data', 'Hello there'], ['error', { status_code: 500, message: 'x' }]),
    { ...HI, errorType: '500' },
  ],
  [
    'LangGraph, tuples',
    [
      ...named(
        ['metadata', { run_id: 'r' }],
        ['messages', [ai('Hello'), { langgraph_node: 'model' }]],
        ['messages', [ai(' there'), { langgraph_node: 'model' }]],
        [
          'messages',
          [
            ai('', {
              response_metadata: { finish_reason: 'stop', model_name: 'm-x' },
              usage_metadata: { input_tokens: 3, output_tokens: 4 },
            }),
            {},
          ],
        ],
      ),
    ],
    { ...HI, finish: 'stop', modelName: 'm-x', inputTokens: 3, outputTokens: 4 },
  ],
  [
    'LangGraph, the whole of each message',
    named(
      ['messages/metadata', {}],
      ['messages/partial', [ai('Hello', { type: 'ai' })]],
      ['messages/partial', [ai('Hello there', { type: 'ai' })]],
    ),
    HI,
  ],
  [
    'LangGraph, values',
    named(
      [
        'values',
        {
          messages: [
            { type: 'ai', content: 'before' },
            { type: 'human', content: 'hi' },
          ],
        },
      ],
      [
        'values',
        {
          messages: [
            { type: 'ai', content: 'before' },
            { type: 'human', content: 'hi' },
            { type: 'ai', content: 'Hello there' },
          ],
        },
      ],
    ),
    HI,
  ],
  [
    'LangGraph, events',
    named(
      ['events', { event: 'on_chain_start', data: {} }],
      ['events', { event: 'on_chat_model_stream', data: { chunk: ai('Hello') } }],
      ['events', { event: 'on_chain_stream', data: { chunk: ai('Hello') } }],
      ['events', { event: 'on_tool_start', run_id: 't', data: {} }],
      ['events', { event: 'on_tool_end', run_id: 't', data: {} }],
      ['events', { event: 'on_chat_model_stream', data: { chunk: ai(' there') } }],
      ['events', { event: 'on_chat_model_end', data: { output: ai('Hello there') } }],
    ),
    { ...HI, tools: 1, openTools: 0 },
  ],
  [
    'agent SDK',
    sse(
      { type: 'system', subtype: 'init', session_id: 's-1' },
      envelope({
        type: 'message_start',
        message: { id: 'msg_1', model: 'm-x', usage: { input_tokens: 3, output_tokens: 1 } },
      }),
      envelope({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } }),
      envelope({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ' there' } }),
      {
        type: 'assistant',
        message: { id: 'msg_1', model: 'm-x', role: 'assistant', content: [{ type: 'text', text: 'Hello there' }] },
        session_id: 's-1',
      },
      envelope({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } }),
      envelope({ type: 'message_stop' }),
      { type: 'result', subtype: 'success', is_error: false, result: 'Hello there', session_id: 's-1' },
    ),
    { ...HI, modelName: 'm-x', finish: 'stop', inputTokens: 3, outputTokens: 4, terminal: true },
  ],
  [
    'agent SDK in whole messages',
    lines(
      {
        type: 'assistant',
        message: {
          content: [
            { type: 'text', text: 'Hello' },
            { type: 'tool_use', id: 'u' },
          ],
        },
      },
      { type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: 'u', content: 'x' }] } },
      { type: 'assistant', message: { content: [{ type: 'text', text: ' there' }] } },
      { type: 'result', result: ' there', session_id: 's' },
    ),
    { ...HI, tools: 1, openTools: 0, finish: 'stop' },
    'application/x-ndjson',
  ],
  [
    'Dify, thoughts in details',
    sse(
      ...[
        '<details style="color:gray" open> <summary> Think',
        'ing... </summary>\nhm',
        '\n</det',
        'ails>',
        'Hello',
        ' there',
      ].map((answer) => ({ event: 'message', task_id: 't', message_id: 'm', conversation_id: 'c', answer })),
      { event: 'message_end', task_id: 't', message_id: 'm', conversation_id: 'c' },
    ),
    { ...HI, reasoning: '\nhm\n', conversationId: 'c', responseId: 'm', finish: 'stop' },
  ],
  [
    'Flowise',
    [
      'message:\ndata:{"event":"start","data":""}\n\n',
      'message:\ndata:{"event":"token","data":"Hello"}\n\n',
      'message:\ndata:{"event":"token","data":" there"}\n\n',
      'message:\ndata:{"event":"metadata","data":{"sessionId":"s"}}\n\n',
      'message:\ndata:{"event":"end","data":"[DONE]"}\n\n',
    ],
    { ...HI, conversationId: 's' },
  ],
  [
    'a Flowise body',
    lines({ text: 'Hello there', question: 'hi', chatId: 'c', chatMessageId: 'm', sessionId: 's' }),
    { ...HI, conversationId: 's' },
    'application/json',
  ],
  [
    'n8n',
    [
      '{"type":"begin","metadata":{"nodeId":"n"}}{"type":"item","content":"Hello","metadata":{"nodeId":"n"}}',
      '{"type":"item","content":" there","metadata":{"nodeId":"n"}}{"type":"end","metadata":{"nodeId":"n"}}',
    ],
    HI,
    'application/json',
  ],
  [
    'n8n, an error',
    lines(
      { type: 'item', content: 'Hello there', metadata: {} },
      { type: 'error', content: 'secret words', metadata: {} },
    ),
    { ...HI, errorType: 'error' },
    'application/json',
  ],
  [
    'Open WebUI',
    sse(
      bus({ type: 'status', data: { done: true } }),
      bus({ type: 'chat:completion', data: chunk({ content: 'Hello' }) }),
      bus({ type: 'chat:message:delta', data: { content: ' there' } }),
      bus({ type: 'chat:completion', data: { done: true, title: 'A title', content: 'Hello there' } }),
    ),
    { ...HI, terminal: true },
  ],
  [
    'Open WebUI, the whole so far',
    sse(
      bus({ type: 'chat:completion', data: { content: 'Hello', done: false } }),
      bus({ type: 'chat:completion', data: { content: 'Hello there', done: false } }),
    ),
    HI,
  ],
  [
    'Open WebUI, Responses inside',
    sse(
      bus({ type: 'response.reasoning_text.delta', delta: 'hm' }),
      bus({ type: 'response.output_text.delta', delta: 'Hello there' }),
      bus({ type: 'response.completed', response: { id: 'r' } }),
    ),
    { ...HI, reasoning: 'hm', finish: 'stop', responseId: 'r' },
  ],
  [
    'Open WebUI, an error',
    sse(bus({ type: 'chat:message:error', data: { error: { content: 'secret words' }, done: true } })),
    { answer: '', errorType: 'error' },
  ],
  [
    'Chainlit',
    sse(
      ...[
        ['task_start', {}],
        ['new_message', { type: 'user_message', output: 'hi' }],
        ['stream_start', { id: 'm', type: 'assistant_message', output: 'Hello' }],
        ['stream_token', { id: 'm', token: ' there', isSequence: false }],
        ['update_message', { id: 'm', type: 'assistant_message', output: 'Hello there' }],
        ['task_end', {}],
      ].map((one) => JSON.stringify(one)),
    ),
    { ...HI, terminal: true },
  ],
  [
    'Chainlit, a message that does not stream',
    sse(JSON.stringify(['new_message', { id: 'm', type: 'assistant_message', output: 'Hello there' }])),
    HI,
  ],
  ['a JSON payload in a string', sse({ type: 'x', data: JSON.stringify(chunk({ content: 'Hello there' })) }), HI],
  ['JSON lines under an SSE header', lines(chunk({ content: 'Hello' }), chunk({ content: ' there' })), HI],
]

describe('what a provider says', () => {
  test.each(cases)('%s', (_, stream, expected, type) => {
    expect(hear(stream, type)).toMatchObject(expected)
    // However the network cuts it.
    const bytes = Array.from(new TextEncoder().encode(stream.join('')), (byte) => Uint8Array.of(byte))
    expect(hear(bytes, type)).toMatchObject({ ...expected, ...(expected.tools && { tools: expect.any(Number) }) })
  })

  test.each(cases.filter(([, , { answer }]) => answer))(
    '%s is known from the first piece of the answer on',
    (_, stream, __, type) => {
      for (const { answer, by } of hear(stream, type).contents) if (answer) expect(by).toBe('known')
    },
  )
})
