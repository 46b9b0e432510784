/**
 * The wire formats: for each, how a request is read and how a model's events are written to the stream. Shapes follow
 * what the services really send (test/…/streams), down to role-only first chunks and usage at the end.
 */
import { randomUUID } from 'node:crypto'

/**
 * @typedef {import('./events.mjs').Event} Event
 * @typedef {import('./events.mjs').Message} Message
 * @typedef {{ id: string, model: string, at: number, body: any }} Reply What a writer needs to know of its answer.
 * @typedef {(event: Event) => string} Write Bytes for one event; the empty string when the format has no word for it.
 * @typedef {object} Format
 * @property {string} name
 * @property {RegExp} path
 * @property {string} contentType
 * @property {string} idPrefix
 * @property {string} [idHeader] The header in which the service names the request.
 * @property {Record<string, string>} [headers]
 * @property {(body: any) => Message[]} messages
 * @property {(reply: Reply) => { start: string, write: Write }} writer
 * @property {(error: { status: number, kind: string, message: string }, id: string) => object} error Body of a refused request.
 */

const json = JSON.stringify
const data = (/** @type {unknown} */ payload) => `data: ${json(payload)}\n\n`
const typed = (/** @type {{ type: string }} */ payload) => `event: ${payload.type}\ndata: ${json(payload)}\n\n`
const hex = () => randomUUID().replaceAll('-', '')

/** Text of a message's content, whichever way it is written. @param {any} content @returns {string} */
const textOf = (content) =>
  typeof content === 'string'
    ? content
    : Array.isArray(content)
      ? content.map((part) => (typeof part === 'string' ? part : (part?.text ?? ''))).join('')
      : ''

/** @param {any} list @param {string} [field] @returns {Message[]} */
const readList = (list, field = 'content') =>
  (Array.isArray(list) ? list : [])
    .map((message) => ({
      role: message?.role === 'model' ? 'assistant' : (message?.role ?? 'user'),
      text: textOf(message?.[field]),
    }))
    .map((message) => (message.role === 'developer' ? { ...message, role: 'system' } : message))

/** @type {Format} */
const chatCompletions = {
  name: 'chat-completions',
  path: /^\/v1\/chat\/completions$/,
  contentType: 'text/event-stream; charset=utf-8',
  idPrefix: 'chatcmpl-',
  idHeader: 'x-request-id',
  messages: (body) => readList(body?.messages),
  error: ({ kind, message, status }) => ({ error: { message, type: kind, param: null, code: String(status) } }),
  writer({ id, model, at }) {
    const chunk = (/** @type {object} */ delta, /** @type {string | null} */ finish = null, rest = {}) =>
      data({
        id,
        object: 'chat.completion.chunk',
        created: Math.floor(at / 1000),
        model,
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
        ...rest,
      })
    return {
      start: chunk({ role: 'assistant', content: '' }),
      write(event) {
        switch (event.type) {
          case 'reasoning':
            return chunk({ reasoning_content: event.text })
          case 'text':
            return chunk({ content: event.text })
          case 'refusal':
            return chunk({ refusal: event.text })
          case 'tool': {
            const call = { index: 0, id: event.id, type: 'function', function: { name: event.name, arguments: '' } }
            return (
              chunk({ tool_calls: [call] }) +
              chunk({ tool_calls: [{ index: 0, function: { arguments: json(event.input) } }] })
            )
          }
          case 'error':
            return data({ error: { message: event.message, type: event.kind, code: event.kind } })
          case 'finish': {
            const { inputTokens, outputTokens, reasoningTokens = 0 } = event.usage
            const usage = {
              prompt_tokens: inputTokens,
              completion_tokens: outputTokens,
              total_tokens: inputTokens + outputTokens,
              completion_tokens_details: { reasoning_tokens: reasoningTokens },
            }
            return (
              chunk({}, event.reason === 'length' ? 'length' : 'stop') +
              data({ id, object: 'chat.completion.chunk', created: Math.floor(at / 1000), model, choices: [], usage }) +
              'data: [DONE]\n\n'
            )
          }
          default:
            return ''
        }
      },
    }
  },
}

/** @type {Format} */
const responses = {
  name: 'responses',
  path: /^\/v1\/responses$/,
  contentType: 'text/event-stream; charset=utf-8',
  idPrefix: 'resp_',
  idHeader: 'x-request-id',
  messages: (body) => (typeof body?.input === 'string' ? [{ role: 'user', text: body.input }] : readList(body?.input)),
  error: ({ kind, message, status }) => ({ error: { message, type: kind, param: null, code: String(status) } }),
  writer({ id, model, at }) {
    let n = 0
    const send = (/** @type {any} */ payload) => typed({ ...payload, sequence_number: n++ })
    const response = (/** @type {string} */ status, rest = {}) => ({
      id,
      object: 'response',
      created_at: Math.floor(at / 1000),
      status,
      error: null,
      incomplete_details: null,
      model,
      output,
      usage: null,
      ...rest,
    })
    /** @type {any[]} Finished items. */
    const output = []
    /** The item being written. @type {any} */
    let item
    let text = ''

    /** Ends the open item, if there is one. */
    const close = () => {
      if (!item) return ''
      const place = placed()
      let bytes = ''
      if (item.type === 'reasoning') {
        const part = { type: 'summary_text', text }
        item.summary = [part]
        bytes =
          send({ type: 'response.reasoning_summary_text.done', ...place, summary_index: 0, text }) +
          send({ type: 'response.reasoning_summary_part.done', ...place, summary_index: 0, part })
      } else if (item.type === 'message') {
        const part = item.refused ? { type: 'refusal', refusal: text } : { type: 'output_text', text, annotations: [] }
        bytes =
          send({
            type: item.refused ? 'response.refusal.done' : 'response.output_text.done',
            ...place,
            content_index: 0,
            ...(item.refused ? { refusal: text } : { text, logprobs: [] }),
          }) + send({ type: 'response.content_part.done', ...place, content_index: 0, part })
        item.content = [part]
        delete item.refused
      }
      item.status = 'completed'
      bytes += send({ type: 'response.output_item.done', output_index: output.length, item })
      output.push(item)
      item = undefined
      text = ''
      return bytes
    }
    /** Makes sure an item of this type is open. */
    const open = (/** @type {string} */ type, /** @type {string} */ prefix, rest = {}) => {
      if (item?.type === type) return ''
      const before = close()
      item = { id: `${prefix}_${hex()}`, type, status: 'in_progress', ...rest }
      return before + send({ type: 'response.output_item.added', output_index: output.length, item })
    }
    const placed = () => ({ output_index: output.length, item_id: item.id })

    return {
      start:
        send({ type: 'response.created', response: response('in_progress') }) +
        send({ type: 'response.in_progress', response: response('in_progress') }),
      write(event) {
        switch (event.type) {
          case 'reasoning': {
            let bytes = open('reasoning', 'rs', { summary: [] })
            if (!text) {
              const part = { type: 'summary_text', text: '' }
              bytes += send({ type: 'response.reasoning_summary_part.added', ...placed(), summary_index: 0, part })
            }
            text += event.text
            return (
              bytes +
              send({ type: 'response.reasoning_summary_text.delta', ...placed(), summary_index: 0, delta: event.text })
            )
          }
          case 'text':
          case 'refusal': {
            const refused = event.type === 'refusal'
            let bytes = open('message', 'msg', { role: 'assistant', content: [] })
            if (!text) {
              const part = refused
                ? { type: 'refusal', refusal: '' }
                : { type: 'output_text', text: '', annotations: [] }
              bytes += send({ type: 'response.content_part.added', ...placed(), content_index: 0, part })
              if (refused) item.refused = true
            }
            text += event.text
            const type = refused ? 'response.refusal.delta' : 'response.output_text.delta'
            return bytes + send({ type, ...placed(), content_index: 0, delta: event.text })
          }
          case 'tool': {
            const args = json(event.input)
            return (
              open('function_call', 'fc', { call_id: event.id, name: event.name, arguments: '' }) +
              send({ type: 'response.function_call_arguments.delta', ...placed(), delta: args }) +
              send({
                type: 'response.function_call_arguments.done',
                ...placed(),
                arguments: ((item.arguments = args), args),
              }) +
              close()
            )
          }
          case 'error': {
            const error = { code: event.kind, message: event.message }
            return (
              send({ type: 'error', ...error, param: null }) +
              send({ type: 'response.failed', response: response('failed', { error }) })
            )
          }
          case 'finish': {
            const bytes = close()
            const usage = {
              input_tokens: event.usage.inputTokens,
              output_tokens: event.usage.outputTokens,
              output_tokens_details: { reasoning_tokens: event.usage.reasoningTokens ?? 0 },
              total_tokens: event.usage.inputTokens + event.usage.outputTokens,
            }
            const short = event.reason === 'length'
            const done = response(short ? 'incomplete' : 'completed', {
              usage,
              ...(short && { incomplete_details: { reason: 'max_output_tokens' } }),
            })
            return bytes + send({ type: short ? 'response.incomplete' : 'response.completed', response: done })
          }
          default:
            return ''
        }
      },
    }
  },
}

/** @type {Format} */
const messages = {
  name: 'messages',
  path: /^\/v1\/messages$/,
  contentType: 'text/event-stream; charset=utf-8',
  idPrefix: 'msg_',
  idHeader: 'request-id',
  messages: (body) => [
    ...(body?.system ? [{ role: /** @type {const} */ ('system'), text: textOf(body.system) }] : []),
    ...readList(body?.messages),
  ],
  error: ({ kind, message }, id) => ({ type: 'error', error: { type: kind, message }, request_id: id }),
  writer({ id, model }) {
    let index = -1
    let open = ''
    const close = () => {
      if (!open) return ''
      const signed = { type: 'content_block_delta', index, delta: { type: 'signature_delta', signature: hex() } }
      const bytes = (open === 'thinking' ? typed(signed) : '') + typed({ type: 'content_block_stop', index })
      open = ''
      return bytes
    }
    const begin = (/** @type {any} */ block) => {
      if (open === block.type) return ''
      const before = close()
      open = block.type
      return before + typed({ type: 'content_block_start', index: ++index, content_block: block })
    }
    const delta = (/** @type {object} */ payload) => typed({ type: 'content_block_delta', index, delta: payload })
    const message = {
      id,
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
    }
    return {
      start:
        typed({ type: 'message_start', message: { ...message, usage: { input_tokens: 0, output_tokens: 1 } } }) +
        typed({ type: 'ping' }),
      write(event) {
        switch (event.type) {
          case 'reasoning':
            return (
              begin({ type: 'thinking', thinking: '', signature: '' }) +
              delta({ type: 'thinking_delta', thinking: event.text })
            )
          case 'text':
          case 'refusal':
            return begin({ type: 'text', text: '' }) + delta({ type: 'text_delta', text: event.text })
          case 'tool':
            // Run by the server, so the answer goes on in the same message.
            return (
              begin({ type: 'server_tool_use', id: `srvtoolu_${event.id}`, name: event.name, input: {} }) +
              delta({ type: 'input_json_delta', partial_json: json(event.input) }) +
              close()
            )
          case 'tool_result': {
            const content = [{ type: 'text', text: json(event.output) }]
            return begin({ type: `${event.name}_tool_result`, tool_use_id: `srvtoolu_${event.id}`, content }) + close()
          }
          case 'error':
            return typed({ type: 'error', error: { type: event.kind, message: event.message } })
          case 'finish': {
            const stop = { stop: 'end_turn', length: 'max_tokens', refusal: 'refusal' }[event.reason]
            const { inputTokens, outputTokens } = event.usage
            return (
              close() +
              typed({
                type: 'message_delta',
                delta: { stop_reason: stop, stop_sequence: null },
                usage: { input_tokens: inputTokens, output_tokens: outputTokens },
              }) +
              typed({ type: 'message_stop' })
            )
          }
          default:
            return ''
        }
      },
    }
  },
}

/** @type {Format} */
const gemini = {
  name: 'gemini',
  path: /^\/v1(?:beta)?\/models\/([^/:]+):streamGenerateContent$/,
  contentType: 'text/event-stream',
  idPrefix: '',
  messages: (body) => [
    ...(body?.systemInstruction
      ? [{ role: /** @type {const} */ ('system'), text: textOf(body.systemInstruction.parts) }]
      : []),
    ...readList(body?.contents, 'parts'),
  ],
  error: ({ status, message }) => ({
    error: { code: status, message, status: status === 429 ? 'RESOURCE_EXHAUSTED' : 'INTERNAL' },
  }),
  writer({ id, model }) {
    const chunk = (/** @type {object[]} */ parts, candidate = {}, rest = {}) =>
      `data: ${json({
        candidates: [{ content: { parts, role: 'model' }, index: 0, ...candidate }],
        ...rest,
        modelVersion: model,
        responseId: id,
      })}\r\n\r\n`
    return {
      start: '',
      write(event) {
        switch (event.type) {
          case 'reasoning':
            return chunk([{ text: event.text, thought: true }])
          case 'text':
          case 'refusal':
            return chunk([{ text: event.text }])
          case 'tool':
            return chunk([{ functionCall: { id: event.id, name: event.name, args: event.input } }])
          case 'error':
            return `data: ${json({ error: { code: 503, message: event.message, status: 'UNAVAILABLE' } })}\r\n\r\n`
          case 'finish': {
            const { inputTokens, outputTokens, reasoningTokens = 0 } = event.usage
            const usageMetadata = {
              promptTokenCount: inputTokens,
              candidatesTokenCount: outputTokens - reasoningTokens,
              thoughtsTokenCount: reasoningTokens,
              totalTokenCount: inputTokens + outputTokens,
            }
            const finishReason = { stop: 'STOP', length: 'MAX_TOKENS', refusal: 'SAFETY' }[event.reason]
            return chunk([{ text: '' }], { finishReason }, { usageMetadata })
          }
          default:
            return ''
        }
      },
    }
  },
}

/** @type {Format} */
const dashscope = {
  name: 'dashscope',
  path: /^\/api\/v1\/services\/aigc\/(?:text|multimodal)-generation\/generation$/,
  contentType: 'text/event-stream;charset=UTF-8',
  idPrefix: '',
  idHeader: 'x-dashscope-request-id',
  messages: (body) =>
    body?.input?.messages ? readList(body.input.messages) : [{ role: 'user', text: textOf(body?.input?.prompt) }],
  error: ({ status, message }, id) => ({
    code: status === 429 ? 'Throttling.RateQuota' : 'InternalError',
    message,
    request_id: id,
  }),
  writer({ id, body }) {
    // Unless asked for increments, every event carries the whole text so far.
    const whole = body?.parameters?.incremental_output !== true
    const bare = body?.parameters?.result_format === 'text'
    let n = 0
    let text = ''
    let thought = ''
    /** @type {any} */
    let calls
    const event = (/** @type {string} */ kind, /** @type {number} */ status, /** @type {object} */ payload) =>
      `id:${++n}\nevent:${kind}\n:HTTP_STATUS/${status}\ndata:${json(payload)}\n\n`
    const result = (/** @type {string} */ now, /** @type {string} */ nowThought, finish = 'null', usage = {}) => {
      const content = whole ? text : now
      const message = {
        role: 'assistant',
        content,
        reasoning_content: whole ? thought : nowThought,
        ...(calls && { tool_calls: calls }),
      }
      const output = bare ? { text: content, finish_reason: finish } : { choices: [{ message, finish_reason: finish }] }
      if (!whole) calls = undefined
      return event('result', 200, { output, usage, request_id: id })
    }
    return {
      start: '',
      write(step) {
        switch (step.type) {
          case 'reasoning':
            thought += step.text
            return result('', step.text)
          case 'text':
          case 'refusal':
            text += step.text
            return result(step.text, '')
          case 'tool':
            calls = [
              { index: 0, id: step.id, type: 'function', function: { name: step.name, arguments: json(step.input) } },
            ]
            return result('', '')
          case 'error':
            return event('error', 503, { code: 'ServiceUnavailable', message: step.message, request_id: id })
          case 'finish': {
            const { inputTokens, outputTokens } = step.usage
            const usage = {
              input_tokens: inputTokens,
              output_tokens: outputTokens,
              total_tokens: inputTokens + outputTokens,
            }
            return result('', '', step.reason === 'length' ? 'length' : 'stop', usage)
          }
          default:
            return ''
        }
      },
    }
  },
}

/** @type {Format} */
const aiSdk = {
  name: 'ai-sdk',
  path: /^\/api\/chat$/,
  contentType: 'text/event-stream',
  idPrefix: 'msg-',
  headers: { 'x-vercel-ai-ui-message-stream': 'v1' },
  messages: (body) =>
    (Array.isArray(body?.messages) ? body.messages : []).map((/** @type {any} */ message) => ({
      role: message?.role ?? 'user',
      text:
        textOf((message?.parts ?? []).filter((/** @type {any} */ part) => part?.type === 'text')) ||
        textOf(message?.content),
    })),
  error: ({ message }) => ({ error: message }),
  writer({ id }) {
    let n = 0
    let open = ''
    const close = () => {
      const bytes = open ? data({ type: `${open}-end`, id: `${open}-${n}` }) : ''
      open = ''
      return bytes
    }
    const begin = (/** @type {string} */ kind) => {
      if (open === kind) return ''
      const before = close()
      open = kind
      return before + data({ type: `${kind}-start`, id: `${kind}-${++n}` })
    }
    return {
      start: data({ type: 'start', messageId: id }) + data({ type: 'start-step' }),
      write(event) {
        switch (event.type) {
          case 'reasoning':
            return begin('reasoning') + data({ type: 'reasoning-delta', id: `reasoning-${n}`, delta: event.text })
          case 'text':
          case 'refusal':
            return begin('text') + data({ type: 'text-delta', id: `text-${n}`, delta: event.text })
          case 'tool':
            return (
              close() +
              data({ type: 'tool-input-start', toolCallId: event.id, toolName: event.name }) +
              data({ type: 'tool-input-delta', toolCallId: event.id, inputTextDelta: json(event.input) }) +
              data({ type: 'tool-input-available', toolCallId: event.id, toolName: event.name, input: event.input })
            )
          case 'tool_result':
            return (
              data({ type: 'tool-output-available', toolCallId: event.id, output: event.output }) +
              data({ type: 'finish-step' }) +
              data({ type: 'start-step' })
            )
          case 'error':
            return data({ type: 'error', errorText: event.message })
          case 'finish': {
            const finishReason = { stop: 'stop', length: 'length', refusal: 'content-filter' }[event.reason]
            return close() + data({ type: 'finish-step' }) + data({ type: 'finish', finishReason }) + 'data: [DONE]\n\n'
          }
          default:
            return ''
        }
      },
    }
  },
}

/** @type {Format} */
const ndjson = {
  name: 'ndjson',
  path: /^\/ndjson$/,
  contentType: 'application/x-ndjson',
  idPrefix: '',
  messages: (body) => (body?.prompt ? [{ role: 'user', text: textOf(body.prompt) }] : readList(body?.messages)),
  error: ({ message }) => ({ error: message }),
  writer({ model, at }) {
    const line = (/** @type {object} */ message, rest = {}) =>
      `${json({ model, created_at: new Date().toISOString(), message: { role: 'assistant', content: '', ...message }, done: false, ...rest })}\n`
    return {
      start: '',
      write(event) {
        switch (event.type) {
          case 'reasoning':
            return line({ thinking: event.text })
          case 'text':
          case 'refusal':
            return line({ content: event.text })
          case 'tool':
            return line({ tool_calls: [{ function: { name: event.name, arguments: event.input } }] })
          case 'error':
            return `${json({ error: event.message })}\n`
          case 'finish':
            return line(
              {},
              {
                done: true,
                done_reason: event.reason === 'length' ? 'length' : 'stop',
                total_duration: (Date.now() - at) * 1e6,
                prompt_eval_count: event.usage.inputTokens,
                eval_count: event.usage.outputTokens,
              },
            )
          default:
            return ''
        }
      },
    }
  },
}

/** @type {Format} */
const plain = {
  name: 'plain',
  path: /^\/plain$/,
  contentType: 'text/plain; charset=utf-8',
  idPrefix: '',
  messages: (body) => (typeof body === 'string' ? [{ role: 'user', text: body }] : readList(body?.messages)),
  error: ({ message }) => ({ error: message }),
  // Text and nothing else: no word for reasoning, tools or errors, so an error can only break the connection.
  writer: () => ({
    start: '',
    write: (event) => (event.type === 'text' || event.type === 'refusal' ? event.text : ''),
  }),
}

/** @type {Format[]} */
export const FORMATS = [chatCompletions, responses, messages, gemini, dashscope, aiSdk, ndjson, plain]

/** A fresh answer id in the format's own style. @param {Format} format */
export const newId = (format) => (format.idPrefix ? `${format.idPrefix}${hex().slice(0, 24)}` : randomUUID())
