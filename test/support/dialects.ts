/**
 * How servers say an answer: for a list of words, the bytes of one dialect, piece by piece, and what a page shows with
 * each. The bytes of a format are facts; the words are the test's.
 */
import type { Piece } from './stage.ts'

export const sse = (data: unknown, event?: string): string =>
  `${event ? `event: ${event}\n` : ''}data: ${typeof data == 'string' ? data : JSON.stringify(data)}\n\n`

/** Code points that are no white space: what is counted as characters of these words. */
export const letters = (text: string): number => [...text].filter((sign) => !/\s/u.test(sign)).length

const silent = (bytes: string): Piece => ({ bytes })
const says = (words: string[], bytes: (word: string) => string): Piece[] =>
  words.map((text) => ({ bytes: bytes(text), text }))

const chunk = (delta: object, finish: string | null = null, more: object = {}) => ({
  id: 'chatcmpl-5',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'model-q',
  choices: [{ index: 0, delta, finish_reason: finish }],
  ...more,
})
const done = silent('data: [DONE]\n\n')
const filtered = Object.fromEntries(
  ['hate', 'self_harm', 'sexual', 'violence'].map((kind) => [kind, { filtered: false, severity: 'safe' }]),
)

export const completions = (words: (string | number)[]): Piece[] => [
  silent(sse(chunk({ role: 'assistant', content: '' }))),
  ...words.map((content) => ({ bytes: sse(chunk({ content })), text: String(content) })),
  silent(sse(chunk({}, 'stop'))),
  done,
]

/** LangGraph's `messages-tuple`: a chunk and what is known of it, in a pair. */
export const messagesTuple = (words: string[]): Piece[] => {
  const pair = (content: string, more: object = {}, usage: object | null = null) =>
    sse(
      [
        {
          content,
          additional_kwargs: {},
          response_metadata: more,
          type: 'AIMessageChunk',
          name: null,
          id: 'run--3',
          tool_calls: [],
          invalid_tool_calls: [],
          usage_metadata: usage,
          tool_call_chunks: [],
        },
        {
          langgraph_step: 1,
          langgraph_node: 'model',
          langgraph_triggers: ['branch:to:model'],
          run_id: 'run-3',
          thread_id: 'thread-3',
          ls_provider: 'openai',
          ls_model_name: 'model-q',
          ls_model_type: 'chat',
        },
      ],
      'messages',
    )
  return [
    silent(sse({ run_id: 'run-3', attempt: 1 }, 'metadata')),
    silent(pair('', { model_provider: 'openai' })),
    ...says(words, (word) => pair(word)),
    silent(
      pair(
        '',
        { finish_reason: 'stop', model_name: 'model-q' },
        { input_tokens: 9, output_tokens: words.length, total_tokens: 9 + words.length },
      ),
    ),
  ]
}

/** Mastra's own stream handed on: objects without line breaks, the text under `payload.text`. */
export const objectsWithoutBreaks = (words: string[]): Piece[] => {
  const one = (type: string, payload: object) => JSON.stringify({ type, runId: 'run-3', from: 'AGENT', payload })
  return [
    silent(one('start', { id: 'agent-2' }) + one('step-start', { messageId: 'm-2' })),
    silent(one('text-start', { id: 'txt-0' })),
    ...says(words, (text) => one('text-delta', { id: 'txt-0', text })),
    silent(one('text-end', { id: 'txt-0' }) + one('step-finish', { stepResult: { reason: 'stop' } })),
    silent(
      one('finish', {
        stepResult: { reason: 'stop' },
        output: { usage: { inputTokens: 9, outputTokens: words.length } },
      }),
    ),
  ]
}

/** The AI SDK's inner stream: `text-delta` with `text`. */
export const innerDeltas = (words: string[]): Piece[] => [
  silent(sse({ type: 'start' })),
  silent(sse({ type: 'start-step' })),
  silent(sse({ type: 'text-start', id: 'txt-0' })),
  ...says(words, (text) => sse({ type: 'text-delta', id: 'txt-0', text })),
  silent(sse({ type: 'text-end', id: 'txt-0' })),
  silent(sse({ type: 'finish-step', finishReason: 'stop', usage: { inputTokens: 9, outputTokens: words.length } })),
  silent(sse({ type: 'finish', finishReason: 'stop', totalUsage: { inputTokens: 9, outputTokens: words.length } })),
  done,
]

const agui = (type: string, more: object = {}) => sse({ type, ...more })
export const agUi = (words: string[], ends: 'well' | 'error' | 'tool first'): Piece[] => [
  silent(agui('RUN_STARTED', { threadId: 'th-3', runId: 'run-3' })),
  ...(ends == 'tool first'
    ? [
        silent(agui('TOOL_CALL_START', { toolCallId: 'call_3', toolCallName: 'oven', parentMessageId: 'm-0' })),
        ...[
          '{"dish":"rye loaf",',
          '"weight":"one kilogram and a half",',
          '"units":"degrees of the old kind",',
          '"note":"the oven is an old one"}',
        ].map((delta) => silent(agui('TOOL_CALL_ARGS', { toolCallId: 'call_3', delta }))),
        silent(agui('TOOL_CALL_END', { toolCallId: 'call_3' })),
        {
          bytes: agui('TOOL_CALL_RESULT', {
            messageId: 'r-3',
            toolCallId: 'call_3',
            content: '{"hot":"210"}',
            role: 'tool',
          }),
          after: 500,
        },
      ]
    : []),
  silent(agui('TEXT_MESSAGE_START', { messageId: 'm-3', role: 'assistant' })),
  ...says(words, (delta) => agui('TEXT_MESSAGE_CONTENT', { messageId: 'm-3', delta })),
  ...(ends == 'error'
    ? [silent(agui('RUN_ERROR', { message: 'the model is no longer offered' }))]
    : [
        silent(agui('TEXT_MESSAGE_END', { messageId: 'm-3' })),
        silent(agui('RUN_FINISHED', { threadId: 'th-3', runId: 'run-3' })),
      ]),
]

/** Google's ADK: `content.parts`, `partial`, then all of it once more. */
export const adk = (words: string[]): Piece[] => {
  const one = (text: string, more: object) =>
    sse({
      content: { parts: [{ text }], role: 'model' },
      invocationId: 'e-3',
      author: 'cook',
      actions: { stateDelta: {}, artifactDelta: {} },
      id: 'ev-3',
      timestamp: 1_700_000_000.5,
      ...more,
    })
  return [
    ...says(words, (word) => one(word, { partial: true })),
    silent(
      one(words.join(''), {
        finishReason: 'STOP',
        usageMetadata: { promptTokenCount: 9, candidatesTokenCount: words.length, totalTokenCount: 9 + words.length },
      }),
    ),
  ]
}

/** Text Generation Inference: `token.text`, no blank after `data:`, the whole in the last one. */
export const tgi = (words: string[]): Piece[] =>
  words.map((text, i) => {
    const last = i == words.length - 1
    return {
      bytes: `data:${JSON.stringify({ index: i + 1, token: { id: 300 + i, text, logprob: -0.3, special: false }, generated_text: last ? words.join('') : null, details: last ? { finish_reason: 'eos_token', generated_tokens: words.length, seed: null } : null })}\n\n`,
      text,
    }
  })

/** Claude's agent SDK: provider events in an envelope, then the text whole, and whole again in the result. */
export const agentEnvelope = (words: string[]): Piece[] => {
  const inner = (event: object) =>
    sse({ type: 'stream_event', event, session_id: 's-3', parent_tool_use_id: null, uuid: 'u-3' })
  const message = { id: 'msg_3', type: 'message', role: 'assistant', model: 'model-q' }
  return [
    silent(sse({ type: 'system', subtype: 'init', session_id: 's-3', model: 'model-q', tools: [] })),
    silent(
      inner({
        type: 'message_start',
        message: { ...message, content: [], usage: { input_tokens: 9, output_tokens: 1 } },
      }),
    ),
    silent(inner({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } })),
    ...says(words, (text) => inner({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    silent(
      sse({
        type: 'assistant',
        message: { ...message, content: [{ type: 'text', text: words.join('') }] },
        session_id: 's-3',
      }),
    ),
    silent(inner({ type: 'content_block_stop', index: 0 })),
    silent(
      inner({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: words.length } }),
    ),
    silent(inner({ type: 'message_stop' })),
    silent(
      sse({
        type: 'result',
        subtype: 'success',
        is_error: false,
        duration_ms: 800,
        result: words.join(''),
        session_id: 's-3',
      }),
    ),
  ]
}

/** Dify: the thoughts stand as HTML at the beginning of the answer. */
export const thoughtsInDetails = (words: string[], thoughts: string[]): Piece[] => {
  const one = (answer: string) =>
    sse({ event: 'message', task_id: 'task-3', message_id: 'm-3', conversation_id: 'c-3', id: 'm-3', answer })
  return [
    silent(
      one(
        '<details style="color:gray;background-color: #f8f8f8;padding: 8px;border-radius: 4px;" open> <summary> Thinking... </summary>\n',
      ),
    ),
    ...thoughts.map((thought) => ({ bytes: one(thought), thought })),
    silent(one('\n</details>')),
    ...says(words, one),
    silent(
      sse({
        event: 'message_end',
        task_id: 'task-3',
        message_id: 'm-3',
        conversation_id: 'c-3',
        metadata: { usage: { prompt_tokens: 9, completion_tokens: words.length } },
      }),
    ),
  ]
}

/** Azure: what its filters found, in chunks without choices or without a delta. */
export const azure = (words: string[]): Piece[] => [
  silent(
    sse({
      id: '',
      object: '',
      created: 0,
      model: '',
      choices: [],
      prompt_filter_results: [{ prompt_index: 0, content_filter_results: filtered }],
    }),
  ),
  ...completions(words).slice(0, -1),
  silent(
    sse({
      id: '',
      object: '',
      created: 0,
      model: '',
      choices: [
        {
          index: 0,
          finish_reason: null,
          content_filter_offsets: { check_offset: 1, start_offset: 1, end_offset: 40 },
          content_filter_results: filtered,
        },
      ],
    }),
  ),
  done,
]

/** A gateway's comments, and its error beside empty choices. */
export const gatewayError = (words: string[]): Piece[] => [
  silent(': GATEWAY PROCESSING\n\n'),
  ...completions(words).slice(0, -2),
  silent(
    sse({
      ...chunk({}),
      choices: [],
      error: { code: 502, message: 'no host above was free', metadata: { error_type: 'provider_unavailable' } },
    }),
  ),
]

export const ownReply = (words: string[]): Piece[] => [
  silent('data: {"reply": "", "seq": 1}\n\n'),
  ...words.map((text, i) => ({ bytes: sse({ reply: text, seq: i + 2 }), text })),
  silent('data: {"reply": "", "seq": 99}\n\n'),
]
export const payloadValue = (words: string[]): Piece[] => [
  silent(sse({ op: 'push', payload: { value: '' } })),
  ...says(words, (value) => sse({ op: 'push', payload: { value } })),
  silent(sse({ op: 'close' })),
]

export const wholeBodies = {
  messages: (text: string) => ({
    id: 'msg_4',
    type: 'message',
    role: 'assistant',
    model: 'model-q',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 9, output_tokens: 14 },
  }),
  responses: (text: string) => ({
    id: 'resp_4',
    object: 'response',
    status: 'completed',
    error: null,
    incomplete_details: null,
    model: 'model-q',
    output: [
      { id: 'rs_4', type: 'reasoning', summary: [] },
      {
        id: 'msg_4',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text, annotations: [] }],
      },
    ],
    text: { format: { type: 'text' } },
    usage: { input_tokens: 9, output_tokens: 14, total_tokens: 23 },
  }),
  reply: (text: string) => ({ reply: text, took_ms: 640 }),
}

/** The AI SDK 5: text, or a tool whose use is to be approved. */
export const uiMessages = (words: string[]): Piece[] => [
  silent(sse({ type: 'start', messageId: 'm-4' })),
  silent(sse({ type: 'start-step' })),
  silent(sse({ type: 'text-start', id: 't' })),
  ...says(words, (delta) => sse({ type: 'text-delta', id: 't', delta })),
  silent(sse({ type: 'text-end', id: 't' })),
  silent(sse({ type: 'finish-step' })),
  silent(sse({ type: 'finish', finishReason: 'stop' })),
  done,
]
export const asksApproval: Piece[] = [
  { type: 'start', messageId: 'm-4' },
  { type: 'start-step' },
  { type: 'tool-input-start', toolCallId: 'call_4', toolName: 'throw_away_starter' },
  { type: 'tool-input-available', toolCallId: 'call_4', toolName: 'throw_away_starter', input: { jar: 2 } },
  { type: 'tool-approval-request', approvalId: 'ap_4', toolCallId: 'call_4' },
  { type: 'finish-step' },
  { type: 'finish', finishReason: 'tool-calls' },
  '[DONE]',
].map((data) => silent(sse(data)))

export const socketIo = (name: string, ...values: unknown[]): string => `42${JSON.stringify([name, ...values])}`
export { chunk as completionChunk }
