/** A real model behind the demo: passes a conversation to any OpenAI-compatible endpoint and reads its stream as events. */
import { ModelError } from './events.mjs'

/** How long an endpoint may take to answer at all. Local models load for a minute on their first prompt. */
const HEADERS_MS = 180_000

/**
 * @param {object} options
 * @param {string} options.baseUrl As in `https://api.openai.com/v1`.
 * @param {string} [options.apiKey]
 * @param {string} options.model
 * @returns {import('./events.mjs').Model}
 */
export function upstreamModel({ baseUrl, apiKey, model }) {
  const url = new URL(`${baseUrl.replace(/\/+$/, '').replace(/\/chat\/completions$/, '')}/chat/completions`)
  /** Endpoints quote what they were sent; the key must not reach the page or a log. */
  const clean = (/** @type {string} */ text) => (apiKey ? text.replaceAll(apiKey, '***') : text).slice(0, 400)

  /** @param {any} messages @param {AbortSignal} signal @param {string} traceparent @param {boolean} usage */
  const post = (messages, signal, traceparent, usage) =>
    fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        traceparent,
        ...(apiKey && { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify({
        model,
        messages,
        stream: true,
        ...(usage && { stream_options: { include_usage: true } }),
      }),
      signal,
    })

  return {
    name: model,
    provider: url.hostname,

    async open({ messages }, { signal, span }) {
      const call = span(`chat ${model}`, 'client', {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': url.hostname.endsWith('openai.com') ? 'openai' : url.hostname,
        'gen_ai.request.model': model,
        'gen_ai.request.stream': true,
        'server.address': url.hostname,
        'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
      })
      /** @param {number} status @param {string} kind @param {string} message @param {number} [retryAfter] */
      const fail = (status, kind, message, retryAfter) => {
        call.setAttribute('error.type', kind)
        call.setStatus({ code: 2 })
        call.end()
        return new ModelError(status, kind, message, retryAfter)
      }
      const { traceId, spanId, traceFlags } = call.spanContext()
      const traceparent = `00-${traceId}-${spanId}-0${traceFlags & 1}`
      const list = messages.map(({ role, text }) => ({ role, content: text }))
      const from = performance.now()
      // The limit holds for the headers only: an answer may stream for as long as it likes.
      const limit = new AbortController()
      const timer = setTimeout(() => limit.abort(new Error('no answer in time')), HEADERS_MS)
      const either = AbortSignal.any([signal, limit.signal])
      /** @type {Response} */
      let reply
      try {
        reply = await post(list, either, traceparent, true)
        // Some servers refuse the one option that makes others report usage.
        if (reply.status === 400 && /stream_options/.test(await reply.clone().text())) {
          reply = await post(list, either, traceparent, false)
        }
      } catch (error) {
        if (signal.aborted) {
          call.end()
          throw error
        }
        const cause = /** @type {any} */ (error)
        const why = limit.signal.aborted
          ? 'no answer in time'
          : (cause.cause?.code ?? cause.cause?.message ?? cause.message)
        throw fail(
          502,
          'upstream_unreachable',
          clean(`The model endpoint ${url.origin} could not be reached (${why}). Check MODEL_BASE_URL.`),
        )
      } finally {
        clearTimeout(timer)
      }
      if (!reply.ok || !reply.body) {
        const text = await reply.text().catch(() => '')
        const hint = {
          401: ' Check MODEL_API_KEY.',
          403: ' Check MODEL_API_KEY.',
          404: ' Check MODEL_BASE_URL and MODEL.',
        }[reply.status]
        const status = reply.status >= 400 ? reply.status : 502
        const retry = Number(reply.headers.get('retry-after')) || undefined
        throw fail(
          status,
          String(reply.status),
          clean(`The model endpoint answered ${reply.status}: ${reasonOf(text)}${hint ?? ''}`),
          retry,
        )
      }
      const timings = { upstream: performance.now() - from }
      return { timings, model, events: events(reply.body, call, signal, clean) }
    },
  }
}

/** @param {string} text */
function reasonOf(text) {
  try {
    const body = JSON.parse(text)
    return body.error?.message ?? body.message ?? body.detail ?? body.error ?? 'no reason given.'
  } catch {
    return (
      text
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, 200) || 'no reason given.'
    )
  }
}

/**
 * @param {ReadableStream<Uint8Array>} body
 * @param {import('@opentelemetry/api').Span} call
 * @param {AbortSignal} signal
 * @param {(text: string) => string} clean
 * @returns {AsyncGenerator<import('./events.mjs').Event>}
 */
async function* events(body, call, signal, clean) {
  const usage = { inputTokens: 0, outputTokens: 0, reasoningTokens: 0 }
  /** Tool calls come in pieces, by index. @type {Map<number, { id: string, name: string, args: string }>} */
  const tools = new Map()
  let finish = ''
  let done = false
  try {
    for await (const payload of payloads(body)) {
      if (payload === '[DONE]') {
        done = true
        break
      }
      /** @type {any} */
      let chunk
      try {
        chunk = JSON.parse(payload)
      } catch {
        continue
      }
      if (chunk.error) {
        call.setAttribute('error.type', String(chunk.error.code ?? chunk.error.type ?? 'stream_error'))
        call.setStatus({ code: 2 })
        yield {
          type: 'error',
          kind: 'upstream_error',
          message: clean(String(chunk.error.message ?? 'The model reported an error.')),
        }
        return
      }
      if (chunk.model) call.setAttribute('gen_ai.response.model', chunk.model)
      if (chunk.id) call.setAttribute('gen_ai.response.id', chunk.id)
      if (chunk.usage) {
        usage.inputTokens = chunk.usage.prompt_tokens ?? 0
        usage.outputTokens = chunk.usage.completion_tokens ?? 0
        usage.reasoningTokens = chunk.usage.completion_tokens_details?.reasoning_tokens ?? 0
      }
      const choice = chunk.choices?.[0]
      const delta = choice?.delta ?? {}
      const thought = delta.reasoning_content ?? delta.reasoning
      if (typeof thought === 'string' && thought) yield { type: 'reasoning', text: thought }
      if (typeof delta.content === 'string' && delta.content) yield { type: 'text', text: delta.content }
      if (typeof delta.refusal === 'string' && delta.refusal) yield { type: 'refusal', text: delta.refusal }
      for (const piece of delta.tool_calls ?? []) {
        const tool = tools.get(piece.index ?? 0) ?? { id: piece.id ?? '', name: '', args: '' }
        tool.name += piece.function?.name ?? ''
        tool.args += piece.function?.arguments ?? ''
        tools.set(piece.index ?? 0, tool)
      }
      if (choice?.finish_reason) finish = choice.finish_reason
    }
    if (!done && !finish) {
      call.setAttribute('error.type', 'stream_truncated')
      call.setStatus({ code: 2 })
      yield { type: 'cut' }
      return
    }
    for (const tool of tools.values()) yield { type: 'tool', id: tool.id, name: tool.name, input: parsed(tool.args) }
    const reason = finish === 'length' ? 'length' : finish === 'content_filter' ? 'refusal' : 'stop'
    yield { type: 'finish', reason, usage }
  } catch (error) {
    if (signal.aborted) throw error
    call.setAttribute('error.type', 'stream_broken')
    call.setStatus({ code: 2 })
    yield { type: 'error', kind: 'upstream_error', message: 'The connection to the model endpoint broke.' }
  } finally {
    if (usage.outputTokens) {
      call.setAttributes({
        'gen_ai.usage.input_tokens': usage.inputTokens,
        'gen_ai.usage.output_tokens': usage.outputTokens,
      })
    }
    if (finish) call.setAttribute('gen_ai.response.finish_reasons', [finish])
    call.end()
  }
}

const parsed = (/** @type {string} */ text) => {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** The `data` payloads of an event stream. @param {ReadableStream<Uint8Array>} body */
async function* payloads(body) {
  let rest = ''
  const decoder = new TextDecoder()
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true })
    const lines = rest.split(/\r?\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.startsWith('data:')) yield line.slice(5).trim()
  }
  if (rest.startsWith('data:')) yield rest.slice(5).trim()
}
