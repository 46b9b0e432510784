/** Knows what each provider's payload says; leaves framing and gathering to others. */
import type { Notes } from './notes.ts'

// Payloads are whatever a server sent: each field is checked where it is used, and a throw skips the payload.
// oxlint-disable-next-line typescript/no-explicit-any
export type Payload = any
type Reader = (p: Payload, n: Notes, event: string) => void

const list = (value: unknown): Payload[] => (Array.isArray(value) ? value : [])

const usage = (n: Notes, u: Payload) =>
  u &&
  n.tokens(
    u.prompt_tokens ?? u.input_tokens ?? u.promptTokens,
    u.completion_tokens ?? u.output_tokens ?? u.completionTokens,
  )

/** A message's content: a string, or parts of text and thinking (Mistral, multi-modal DashScope). */
function parts(content: unknown, n: Notes, resent?: boolean): void {
  if (!Array.isArray(content)) return n.answer(content, resent)
  for (const part of content) {
    if (part.type == 'thinking') for (const thought of list(part.thinking)) n.reasoning(thought.text)
    else n.answer(part.text, resent)
  }
}

const toolCalls = (calls: unknown, n: Notes) => {
  for (const call of list(calls)) n.tool(call.index ?? call.id ?? call.function?.name, true)
}

const chat: Reader = (p, n) => {
  n.name('responseId', p.id)
  n.name('modelName', p.model)
  for (const choice of p.choices) {
    // Alternatives (n > 1) are not shown together.
    if (choice.index) continue
    const said = choice.delta ?? choice.message ?? {}
    if (choice.delta) n.promise()
    n.reasoning(said.reasoning_content || said.reasoning)
    parts(said.content ?? choice.text, n)
    toolCalls(said.tool_calls, n)
    n.answer(said.refusal)
    if (said.refusal) n.finish('refusal')
    n.finish(choice.finish_reason)
  }
  usage(n, p.usage)
}

const gemini: Reader = (p, n) => {
  const candidate = p.candidates?.[0]
  const end = candidate?.finishReason ?? (p.promptFeedback?.blockReason && 'blocked')
  const u = p.usageMetadata
  n.promise()
  n.name('responseId', p.responseId)
  n.name('modelName', p.modelVersion)
  for (const part of list(candidate?.content?.parts)) {
    n[part.thought ? 'reasoning' : 'answer'](part.text)
    if (part.functionCall) n.tool(part.functionCall.id ?? part.functionCall.name, true)
    if (part.executableCode) n.tool('code', true)
    if (part.codeExecutionResult) n.tool('code', false)
  }
  n.finish(end)
  if (end) n.terminal()
  if (u) n.tokens(u.promptTokenCount, (u.candidatesTokenCount ?? 0) + (u.thoughtsTokenCount ?? 0))
}

const dashscope: Reader = (p, n) => {
  const choice = p.output.choices?.[0]
  const said = choice?.message ?? {}
  const end = p.output.finish_reason ?? choice?.finish_reason
  n.promise()
  n.name('requestId', p.request_id)
  n.name('conversationId', p.output.session_id)
  n.reasoning(said.reasoning_content, true)
  parts(p.output.text ?? said.content, n, true)
  toolCalls(said.tool_calls, n)
  n.finish(end)
  if (end && end != 'null') n.terminal()
  usage(n, p.usage?.models?.[0] ?? p.usage)
}

const ollama: Reader = (p, n) => {
  const said = p.message ?? p
  n.promise()
  n.name('modelName', p.model)
  n.reasoning(said.thinking)
  n.answer(said.content ?? p.response)
  toolCalls(said.tool_calls, n)
  if (!p.done) return
  n.finish(p.done_reason ?? 'stop')
  n.terminal()
  n.tokens(p.prompt_eval_count, p.eval_count)
}

const dify: Reader = (p, n) => {
  n.promise()
  n.name('conversationId', p.conversation_id)
  n.name('responseId', p.message_id)
  if (p.event == 'agent_thought') n.reasoning(p.thought)
  else if (p.event != 'message_replace') n.answer(p.answer ?? (p.event == 'text_chunk' && p.data?.text))
  if (p.event == 'error') n.failed({ code: p.code })
  if (p.event == 'message_end' || p.event == 'workflow_finished') {
    n.finish('stop')
    n.terminal()
    usage(n, p.metadata?.usage)
  }
}

/** Tools that the provider runs itself end inside the stream; the others wait for the page. */
const HOSTED = /^(web_search|file_search|code_interpreter|image_generation|mcp)_call$/

const responseEnd: Reader = (p, n) => {
  const r = p.response ?? {}
  if (r.error) n.failed(r.error)
  else n.finish(r.incomplete_details?.reason ?? 'stop')
  n.terminal()
}
const say: Reader = (p, n) => n.answer(p.delta)
const think: Reader = (p, n) => n.reasoning(p.delta)
const begin: Reader = (p, n) => n.tool(p.toolCallId, true)
const finish: Reader = (p, n) => n.tool(p.toolCallId, false)

/** Formats whose payloads name their type. No prototype: the names come from the wire. */
const TYPED: Record<string, Reader> = {
  __proto__: null as never,
  // Responses
  'response.output_text.delta': say,
  'response.refusal.delta': (p, n) => {
    n.answer(p.delta)
    n.finish('refusal')
  },
  'response.reasoning_text.delta': think,
  'response.reasoning_summary_text.delta': think,
  'response.function_call_arguments.delta': (p, n) => n.model(p.delta),
  'response.output_item.added': (p, n) => {
    if (p.item.type.endsWith('_call')) n.tool(p.item.id, true)
  },
  'response.output_item.done': (p, n) => {
    if (HOSTED.test(p.item.type)) n.tool(p.item.id, false)
  },
  'response.completed': responseEnd,
  'response.incomplete': responseEnd,
  'response.failed': responseEnd,
  // Anthropic Messages
  message_start: (p, n) => {
    n.name('responseId', p.message.id)
    n.name('modelName', p.message.model)
    usage(n, p.message.usage)
  },
  content_block_start: (p, n) => {
    const block = p.content_block
    n.answer(block.text)
    n.reasoning(block.thinking)
    if (block.type.endsWith('tool_use')) n.tool(block.id, true)
    if (block.type.endsWith('_tool_result')) n.tool(block.tool_use_id, false)
  },
  content_block_delta: (p, n) => {
    n.answer(p.delta.text)
    n.reasoning(p.delta.thinking)
    n.model(p.delta.partial_json)
  },
  message_delta: (p, n) => {
    n.finish(p.delta.stop_reason)
    usage(n, p.usage)
  },
  message_stop: (_, n) => n.terminal(),
  // AI SDK UI message stream
  start: (p, n) => n.name('responseId', p.messageId),
  'text-delta': say,
  'reasoning-delta': think,
  'tool-input-start': begin,
  'tool-input-available': begin,
  'tool-output-available': finish,
  'tool-output-error': finish,
  finish: (p, n) => {
    n.finish(p.finishReason ?? 'stop')
    n.terminal()
  },
  abort: (_, n) => n.terminal(),
  // All three
  error: (p, n) => n.failed(p.error ?? { code: p.code }),
}

/** Types of those formats, also the ones that say nothing here (and repeat text already sent). */
const FAMILY = /^(response\.|content_block_|message_(start|delta|stop)|(text|reasoning|tool-(in|out)put|data|source)-)/

const typed: Reader = (p, n, event) => {
  if (FAMILY.test(p.type)) n.promise()
  if (p.response) {
    n.name('responseId', p.response.id)
    n.name('modelName', p.response.model)
    usage(n, p.response.usage)
  }
  TYPED[p.type]?.(p, n, event)
}

/** Keys under which servers of their own making put text, and those under which they nest. */
const TEXT = ['text', 'content', 'delta', 'token', 'answer', 'response']
const NEST = ['delta', 'message', 'data', 'output', 'payload']

const generic: Reader = (p, n, event) => {
  const kind = `${p.type ?? ''} ${p.event ?? event}`
  if (/\berror\b/i.test(kind) || (typeof p.code == 'string' && p.message)) n.failed(p.error ?? p)
  const key = TEXT.find((k) => typeof p[k] == 'string')
  if (key) n[/reason|think/i.test(kind) ? 'reasoning' : 'answer'](p[key], true)
  else for (const k of NEST) if (p[k] && typeof p[k] == 'object') readPayload(p[k], n, event)
  n.name('conversationId', p.conversation_id ?? p.conversationId)
  if (p.done === true || /\b(done|end|finalAnswer|finish(ed)?|completed?)\b/.test(kind)) n.terminal()
}

/** The first that applies reads. */
const SHAPES: [applies: (p: Payload) => unknown, read: Reader][] = [
  [(p) => Array.isArray(p.choices), chat],
  [(p) => TYPED[p.type] || FAMILY.test(p.type), typed],
  [(p) => p.candidates || p.promptFeedback, gemini],
  [(p) => p.output && (p.request_id || p.output.choices), dashscope],
  [(p) => p.event && (p.task_id || p.conversation_id), dify],
  [(p) => typeof p.done == 'boolean' && (p.message || 'response' in p), ollama],
  [() => true, generic],
]

/** Notes what a parsed payload says; `event` is the SSE event name, or empty. */
export function readPayload(p: Payload, n: Notes, event: string): void {
  // socket.io: [name, argument, …]
  if (Array.isArray(p)) return p.length ? readPayload(p.at(-1), n, event) : undefined
  if (typeof p == 'string') return n.answer(p)
  if (!p || typeof p != 'object') return
  SHAPES.find(([applies]) => applies(p))![1](p, n, event)
  if (p.error) n.failed(p.error)
}

/** The older AI SDK data stream: one-letter codes, `0:"text"`. */
export const CODES: Record<string, (v: Payload, n: Notes) => void> = {
  __proto__: null as never,
  0: (v, n) => n.answer(v),
  g: (v, n) => n.reasoning(v),
  3: (_, n) => n.failed('error'),
  9: begin as never,
  b: begin as never,
  a: finish as never,
  f: (v, n) => n.name('responseId', v.messageId),
  d: (v, n) => {
    n.finish(v.finishReason)
    n.terminal()
    usage(n, v.usage)
  },
}
