/** Knows what each provider's payload says; leaves framing and gathering to others. */
import type { Notes } from './notes.ts'

// Payloads are whatever a server sent: each field is checked where it is used, and a throw skips the payload.
// oxlint-disable-next-line typescript/no-explicit-any
export type Payload = any
type Reader = (p: Payload, n: Notes, event: string) => void

const list = (value: unknown): Payload[] => (Array.isArray(value) ? value : [])

/** Every provider's words for the same two numbers. */
const usage = (n: Notes, u: Payload) => {
  if (!u) return
  n.tokens(
    u.prompt_tokens ?? u.input_tokens ?? u.promptTokens ?? u.promptTokenCount ?? u.prompt_eval_count,
    u.completion_tokens ??
      u.output_tokens ??
      u.completionTokens ??
      u.eval_count ??
      u.candidatesTokenCount + (u.thoughtsTokenCount ?? 0),
  )
}

/** A message or a delta of one; its content is a string, or parts of text and thinking (Mistral, multi-modal). */
function spoken(said: Payload, n: Notes, resent?: boolean): void {
  const content = said.content ?? said.text ?? said.response
  n.reasoning(said.reasoning_content || said.reasoning || said.thinking, resent)
  if (!Array.isArray(content)) n.answer(content, resent)
  else
    for (const part of content)
      if (part.type == 'thinking') for (const thought of list(part.thinking)) n.reasoning(thought.text)
      else n.answer(part.text, resent)
  for (const call of list(said.tool_calls)) n.tool(call.index ?? call.id ?? call.function?.name, true)
  if (!said.refusal) return
  n.answer(said.refusal)
  n.finish('refusal')
}

const chat: Reader = (p, n) => {
  n.ids(p.id, p.model)
  for (const choice of p.choices) {
    // Alternatives (n > 1) are not shown together.
    if (choice.index) continue
    if (choice.delta) n.promise()
    spoken(choice.delta ?? choice.message ?? choice, n)
    n.finish(choice.finish_reason)
  }
  usage(n, p.usage)
}

const gemini: Reader = (p, n) => {
  const candidate = p.candidates?.[0]
  n.promise()
  n.ids(p.responseId, p.modelVersion)
  for (const part of list(candidate?.content?.parts)) {
    n[part.thought ? 'reasoning' : 'answer'](part.text)
    if (part.functionCall) n.tool(part.functionCall.id ?? part.functionCall.name, true)
    if (part.executableCode) n.tool('code', true)
    if (part.codeExecutionResult) n.tool('code', false)
  }
  n.finish(candidate?.finishReason ?? (p.promptFeedback?.blockReason && 'blocked'), true)
  usage(n, p.usageMetadata)
}

const dashscope: Reader = (p, n) => {
  const { output } = p
  const choice = output.choices?.[0]
  n.promise()
  n.name('requestId', p.request_id)
  n.name('conversationId', output.session_id)
  spoken(choice?.message ?? output, n, true)
  n.finish(output.finish_reason ?? choice?.finish_reason, true)
  usage(n, p.usage?.models?.[0] ?? p.usage)
}

const ollama: Reader = (p, n) => {
  n.promise()
  n.ids(0, p.model)
  spoken(p.message ?? p, n)
  if (!p.done) return
  n.finish(p.done_reason ?? 'stop', true)
  usage(n, p)
}

const dify: Reader = (p, n) => {
  n.promise()
  n.ids(p.message_id)
  n.name('conversationId', p.conversation_id)
  if (p.event == 'agent_thought') n.reasoning(p.thought)
  else if (p.event != 'message_replace') n.answer(p.answer ?? (p.event == 'text_chunk' && p.data?.text))
  if (p.event == 'error') n.failed(p)
  if (p.event == 'message_end' || p.event == 'workflow_finished') n.finish('stop', true)
  usage(n, p.metadata?.usage)
}

/** Tools that the provider runs itself end inside the stream; the others wait for the page. */
const HOSTED = /^(web_search|file_search|code_interpreter|image_generation|mcp)_call$/

const responseEnd: Reader = (p, n) => {
  const { error, incomplete_details: why } = p.response
  if (error) n.failed(error)
  n.finish(error ? 'error' : (why?.reason ?? 'stop'), true)
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
  'response.refusal.delta': (p, n) => spoken({ refusal: p.delta }, n),
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
    n.ids(p.message.id, p.message.model)
    usage(n, p.message.usage)
  },
  content_block_start: (p, n) => {
    const block = p.content_block
    // Some blocks carry a result as `content`.
    spoken({ text: block.text, thinking: block.thinking }, n)
    if (block.type.endsWith('tool_use')) n.tool(block.id, true)
    if (block.type.endsWith('_tool_result')) n.tool(block.tool_use_id, false)
  },
  content_block_delta: (p, n) => {
    spoken(p.delta, n)
    n.model(p.delta.partial_json)
  },
  message_delta: (p, n) => {
    n.finish(p.delta.stop_reason)
    usage(n, p.usage)
  },
  message_stop: (_, n) => n.terminal(),
  // AI SDK UI message stream
  start: (p, n) => n.ids(p.messageId),
  'text-delta': say,
  'reasoning-delta': think,
  'tool-input-start': begin,
  'tool-input-available': begin,
  'tool-output-available': finish,
  'tool-output-error': finish,
  finish: (p, n) => n.finish(p.finishReason ?? 'stop', true),
  abort: (_, n) => n.terminal(),
  // All three
  error: (p, n) => n.failed(p.error ?? { type: p.code }),
}

/** Types of those formats, also the ones that say nothing here (and repeat text already sent). */
const FAMILY = /^(response\.|content_block_|message_(start|delta|stop)|(text|reasoning|tool-(in|out)put|data|source)-)/

const typed: Reader = (p, n, event) => {
  if (FAMILY.test(p.type)) n.promise()
  if (p.response) {
    n.ids(p.response.id, p.response.model)
    usage(n, p.response.usage)
  }
  TYPED[p.type]?.(p, n, event)
}

/** The first that applies reads. */
const SHAPES: [applies: (p: Payload) => unknown, read: Reader][] = [
  [(p) => Array.isArray(p.choices), chat],
  [(p) => TYPED[p.type] || FAMILY.test(p.type), typed],
  [(p) => p.candidates || p.promptFeedback, gemini],
  [(p) => p.output && (p.request_id || p.output.choices), dashscope],
  [(p) => p.event && (p.task_id || p.conversation_id), dify],
  [(p) => typeof p.done == 'boolean' && (p.message || 'response' in p), ollama],
]

/** Notes what a parsed payload says; `event` is the SSE event name, or empty. False: no format that is known here explains it. */
export function readPayload(p: Payload, n: Notes, event: string): boolean {
  // socket.io: [name, argument, …]
  if (Array.isArray(p))
    return p.length > 0 && readPayload(p.at(-1), n, p.length > 1 && typeof p[0] == 'string' ? p[0] : event)
  if (!p || typeof p != 'object') return false
  const shape = SHAPES.find(([applies]) => applies(p))
  shape?.[1](p, n, event)
  const error = p.error || (/(^|[^a-z])error$/i.test(p.type ?? p.event ?? event) && p)
  if (error && !shape) n.failed(error)
  else if (p.error) n.failed(p.error)
  return !!(shape || error)
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
  f: (v, n) => n.ids(v.messageId),
  d: (v, n) => {
    n.finish(v.finishReason, true)
    usage(n, v.usage)
  },
}
