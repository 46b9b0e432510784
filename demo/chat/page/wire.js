/**
 * How the page talks to a model: for each wire format, the request it sends and what it reads out of the stream.
 * No DOM in here, so that the tests read streams with the very same code.
 */

/**
 * @typedef {{ role: 'user' | 'assistant', text: string }} Said
 * @typedef {{ type: 'text' | 'reasoning', text: string } | { type: 'whole', text: string, reasoning: string }
 *   | { type: 'tool', name: string } | { type: 'error', message: string }
 *   | { type: 'finish', reason: 'stop' | 'length' | 'refusal' }} Heard `whole`: all of the answer so far.
 * @typedef {object} Wire
 * @property {string} id
 * @property {string} name For people.
 * @property {(model: string) => string} path
 * @property {(said: Said[], model: string) => object} body
 * @property {Record<string, string>} [headers]
 * @property {'sse' | 'lines' | 'text'} framing
 * @property {(payload: any) => Heard[]} [read]
 */

/** @param {unknown} text @param {'text' | 'reasoning'} [type] @returns {Heard[]} */
const some = (text, type = 'text') => (typeof text === 'string' && text ? [{ type, text }] : [])

/** @param {Said[]} said */
const asMessages = (said) => said.map(({ role, text }) => ({ role, content: text }))

/** @param {any} error @returns {Heard[]} */
const failure = (error) => [{ type: 'error', message: typeof error === 'string' ? error : (error?.message ?? '') }]

/** @type {Wire[]} */
export const WIRES = [
  {
    id: 'chat-completions',
    name: 'Chat Completions',
    path: () => '/v1/chat/completions',
    body: (said, model) => ({ model, stream: true, messages: asMessages(said) }),
    framing: 'sse',
    read(chunk) {
      if (chunk.error) return failure(chunk.error)
      const choice = chunk.choices?.[0]
      if (!choice) return []
      const { delta = {}, finish_reason: finish } = choice
      const refused = some(delta.refusal)
      // Mistral sends a list of parts, thinking apart from text.
      const parts = Array.isArray(delta.content) ? delta.content : [delta.content]
      return [
        ...some(delta.reasoning_content ?? delta.reasoning, 'reasoning'),
        ...parts.flatMap((/** @type {any} */ part) =>
          part?.type === 'thinking'
            ? some(part.thinking?.map?.((/** @type {any} */ one) => one.text).join(''), 'reasoning')
            : some(typeof part === 'string' ? part : part?.text),
        ),
        ...refused,
        ...(delta.tool_calls ?? [])
          .filter((/** @type {any} */ call) => call.function?.name)
          .map((/** @type {any} */ call) => ({ type: 'tool', name: call.function.name })),
        ...(finish ? [end(finish === 'length' ? 'length' : finish === 'content_filter' ? 'refusal' : 'stop')] : []),
      ]
    },
  },
  {
    id: 'responses',
    name: 'Responses',
    path: () => '/v1/responses',
    body: (said, model) => ({ model, stream: true, input: asMessages(said) }),
    framing: 'sse',
    read(event) {
      switch (event.type) {
        case 'response.output_text.delta':
        case 'response.refusal.delta':
          return some(event.delta)
        case 'response.reasoning_summary_text.delta':
        case 'response.reasoning_text.delta':
          return some(event.delta, 'reasoning')
        case 'response.output_item.added':
          return event.item?.type === 'function_call' ? [{ type: 'tool', name: event.item.name }] : []
        case 'response.completed':
          return [end('stop')]
        case 'response.incomplete':
          return [end('length')]
        case 'response.failed':
          return failure(event.response?.error)
        case 'error':
          return failure(event.message ?? event.error)
        default:
          return []
      }
    },
  },
  {
    id: 'messages',
    name: 'Messages',
    path: () => '/v1/messages',
    body: (said, model) => ({ model, stream: true, max_tokens: 4096, messages: asMessages(said) }),
    framing: 'sse',
    read(event) {
      switch (event.type) {
        case 'content_block_start':
          return event.content_block?.type?.endsWith('tool_use')
            ? [{ type: 'tool', name: event.content_block.name }]
            : []
        case 'content_block_delta':
          return [...some(event.delta?.text), ...some(event.delta?.thinking, 'reasoning')]
        case 'message_delta': {
          const why = event.delta?.stop_reason
          return why ? [end(why === 'max_tokens' ? 'length' : why === 'refusal' ? 'refusal' : 'stop')] : []
        }
        case 'error':
          return failure(event.error)
        default:
          return []
      }
    },
  },
  {
    id: 'gemini',
    name: 'Gemini',
    path: (model) => `/v1beta/models/${encodeURIComponent(model)}:streamGenerateContent?alt=sse`,
    body: (said) => ({
      contents: said.map(({ role, text }) => ({ role: role === 'user' ? 'user' : 'model', parts: [{ text }] })),
    }),
    framing: 'sse',
    read(chunk) {
      if (chunk.error) return failure(chunk.error)
      const { content, finishReason } = chunk.candidates?.[0] ?? {}
      const why = { MAX_TOKENS: 'length', SAFETY: 'refusal' }[finishReason]
      return [
        ...(content?.parts ?? []).flatMap((/** @type {any} */ part) =>
          part.functionCall
            ? [{ type: 'tool', name: part.functionCall.name }]
            : some(part.text, part.thought ? 'reasoning' : 'text'),
        ),
        ...(finishReason ? [end(/** @type {any} */ (why) ?? 'stop')] : []),
      ]
    },
  },
  {
    id: 'dashscope',
    name: 'DashScope',
    path: () => '/api/v1/services/aigc/text-generation/generation',
    body: (said, model) => ({
      model,
      input: { messages: asMessages(said) },
      parameters: { result_format: 'message', incremental_output: false },
    }),
    headers: { 'x-dashscope-sse': 'enable' },
    framing: 'sse',
    read(event) {
      if (event.code) return failure(event)
      const choice = event.output?.choices?.[0]
      const message = choice?.message ?? {}
      const finish = choice?.finish_reason
      return [
        { type: 'whole', text: message.content ?? '', reasoning: message.reasoning_content ?? '' },
        ...(message.tool_calls ?? []).map((/** @type {any} */ call) => ({ type: 'tool', name: call.function?.name })),
        ...(finish && finish !== 'null' ? [end(finish === 'length' ? 'length' : 'stop')] : []),
      ]
    },
  },
  {
    id: 'ai-sdk',
    name: 'AI SDK',
    path: () => '/api/chat',
    body: (said) => ({
      id: 'chat',
      trigger: 'submit-message',
      messages: said.map(({ role, text }, at) => ({ id: `m${at}`, role, parts: [{ type: 'text', text }] })),
    }),
    framing: 'sse',
    read(part) {
      switch (part.type) {
        case 'text-delta':
          return some(part.delta)
        case 'reasoning-delta':
          return some(part.delta, 'reasoning')
        case 'tool-input-available':
          return [{ type: 'tool', name: part.toolName }]
        case 'error':
          return failure(part.errorText)
        case 'finish':
          return [
            end(
              part.finishReason === 'length' ? 'length' : part.finishReason === 'content-filter' ? 'refusal' : 'stop',
            ),
          ]
        default:
          return []
      }
    },
  },
  {
    id: 'ndjson',
    name: 'NDJSON',
    path: () => '/ndjson',
    body: (said, model) => ({ model, stream: true, messages: asMessages(said) }),
    framing: 'lines',
    read(line) {
      if (line.error) return failure(line.error)
      const message = line.message ?? {}
      return [
        ...some(message.thinking, 'reasoning'),
        ...some(message.content),
        ...(message.tool_calls ?? []).map((/** @type {any} */ call) => ({ type: 'tool', name: call.function?.name })),
        ...(line.done ? [end(line.done_reason === 'length' ? 'length' : 'stop')] : []),
      ]
    },
  },
  {
    id: 'plain',
    name: 'Plain text',
    path: () => '/plain',
    body: (said, model) => ({ model, messages: asMessages(said) }),
    framing: 'text',
  },
]

/** @param {'stop' | 'length' | 'refusal'} reason @returns {Heard} */
const end = (reason) => ({ type: 'finish', reason })

/**
 * @param {Wire} wire
 * @returns {{ push: (text: string) => Heard[], finish: () => Heard[] }} Feed it the body's text in pieces of any size.
 */
export function reader(wire) {
  let rest = ''
  if (wire.framing === 'text') {
    return { push: (text) => some(text), finish: () => [end('stop')] }
  }
  const parse = (/** @type {string} */ line) => {
    const payload = wire.framing === 'lines' ? line : line.startsWith('data:') ? line.slice(5).trim() : ''
    if (!payload.trim() || payload === '[DONE]') return []
    try {
      return wire.read?.(JSON.parse(payload)) ?? []
    } catch {
      return []
    }
  }
  return {
    push(text) {
      rest += text
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      return lines.flatMap((line) => parse(line.replace(/\r$/, '')))
    },
    finish() {
      const last = rest
      rest = ''
      return parse(last)
    },
  }
}

/** The sentence in a refused request's body. @param {string} text */
export function reasonIn(text) {
  try {
    const body = JSON.parse(text)
    const found = body.error?.message ?? body.message ?? body.error
    return typeof found === 'string' ? found : ''
  } catch {
    return ''
  }
}

/**
 * Asks and reads until the answer is over.
 * @param {object} call
 * @param {Wire} call.wire
 * @param {string} call.base Origin of the model server; empty for the page's own.
 * @param {string} call.model
 * @param {Said[]} call.said
 * @param {AbortSignal} call.signal
 * @param {(heard: Heard) => void} call.on
 * @returns {Promise<{ finish: 'stop' | 'length' | 'refusal' } | { error: string, status?: number }>} Rejects when aborted.
 */
export async function ask({ wire, base, model, said, signal, on }) {
  /** @type {Response} */
  let response
  try {
    response = await fetch(base + wire.path(model), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...wire.headers },
      body: JSON.stringify(wire.body(said, model)),
      signal,
    })
  } catch (error) {
    if (signal.aborted) throw error
    return { error: 'unreachable' }
  }
  if (!response.ok || !response.body) {
    return {
      error: reasonIn(await response.text().catch(() => '')) || `HTTP ${response.status}`,
      status: response.status,
    }
  }
  /** @type {{ finish: any } | { error: string } | undefined} */
  let outcome
  const hear = (/** @type {Heard} */ heard) => {
    if (heard.type === 'error') outcome ??= { error: heard.message }
    else if (heard.type === 'finish') outcome ??= { finish: heard.reason }
    else on(heard)
  }
  const read = reader(wire)
  const decoder = new TextDecoder()
  const stream = response.body.getReader()
  try {
    for (;;) {
      const { done, value } = await stream.read()
      if (done) break
      for (const heard of read.push(decoder.decode(value, { stream: true }))) hear(heard)
    }
    for (const heard of read.finish()) hear(heard)
  } catch (error) {
    if (signal.aborted) throw error
    return outcome ?? { error: 'broken' }
  }
  // A body that ends without the format's last word was cut, however clean the end looked.
  return outcome ?? { error: 'broken' }
}
