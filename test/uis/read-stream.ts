/**
 * What a chat application has of its own: asks a model and reads the streamed answer, in the four formats. Page code;
 * it knows nothing of the library.
 */

export type Api = 'chat' | 'responses' | 'messages' | 'gemini'

/** A piece of an answer. `notice`: said by the page in the answer's place (refusal, error). */
export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'reasoning'; text: string }
  | { kind: 'tool'; id: string; name?: string; input?: string }
  | { kind: 'notice'; text: string }

export type ReadStyle = 'reader' | 'pipe' | 'iterate' | 'xhr'

const query = new URLSearchParams(location.search)

/** The format is part of the recording's name. */
export function pageApi(): Api {
  const stream = query.get('stream') ?? ''
  if (stream.includes('-responses-')) return 'responses'
  if (stream.includes('-messages-')) return 'messages'
  return stream.startsWith('gemini') ? 'gemini' : 'chat'
}

export const pageOption = (name: string): string | null => query.get(name)

const PATHS: Record<Api, string> = {
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
  messages: '/v1/messages',
  gemini: '/v1beta/models/gemini-3-pro-preview:streamGenerateContent?alt=sse',
}

/** The page's own query goes along, so that the server knows what to replay. */
export function apiUrl(api: Api): string {
  const path = PATHS[api]
  return path + (path.includes('?') ? '&' : '?') + query
}

export interface Turn {
  role: 'user' | 'assistant'
  text: string
}

export function requestBody(api: Api, turns: Turn[]): unknown {
  const messages = turns.map(({ role, text }) => ({ role, content: text }))
  if (api === 'responses') return { model: 'test', stream: true, input: messages }
  if (api === 'gemini')
    return { contents: turns.map(({ role, text }) => ({ role: role === 'user' ? role : 'model', parts: [{ text }] })) }
  if (api === 'messages') return { model: 'test', stream: true, max_tokens: 1024, messages }
  return { model: 'test', stream: true, stream_options: { include_usage: true }, messages }
}

/** Sends the conversation and gives the answer piece by piece; throws when the server says no. */
export async function* ask(turns: Turn[], signal: AbortSignal, style: ReadStyle = 'reader'): AsyncGenerator<Piece> {
  const api = pageApi()
  const body = JSON.stringify(requestBody(api, turns))
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
  let text: AsyncIterable<string>
  if (style === 'xhr') text = overXhr(apiUrl(api), headers, body, signal)
  else {
    const response = await fetch(apiUrl(api), { method: 'POST', headers, body, signal })
    if (!response.ok || !response.body) throw new Error(`The server answered ${response.status}`)
    text = READ[style](response.body)
  }
  for await (const data of events(text)) if (data !== '[DONE]') yield* pieces(api, JSON.parse(data))
}

const READ: Record<
  Exclude<ReadStyle, 'xhr'>,
  (body: ReadableStream<Uint8Array<ArrayBuffer>>) => AsyncIterable<string>
> = {
  async *reader(body) {
    const reader = body.getReader()
    const decoder = new TextDecoder()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield decoder.decode(value, { stream: true })
    }
  },
  async *pipe(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  },
  async *iterate(body) {
    const decoder = new TextDecoder()
    for await (const value of body) yield decoder.decode(value, { stream: true })
  },
}

async function* overXhr(
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const request = new XMLHttpRequest()
  request.open('POST', url)
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
  let news = Promise.withResolvers<void>()
  let over = false
  const tell = () => {
    news.resolve()
    news = Promise.withResolvers<void>()
  }
  request.addEventListener('progress', tell)
  request.addEventListener('loadend', () => {
    over = true
    tell()
  })
  signal.addEventListener('abort', () => request.abort())
  request.send(body)
  for (let read = 0; ;) {
    const end = over
    const text = request.responseText
    if (text.length > read) yield text.slice(read)
    else if (end) break
    else await news.promise
    read = text.length
  }
  signal.throwIfAborted()
  if (request.status !== 200) throw new Error(`The server answered ${request.status}`)
}

/** The `data` of each server-sent event. */
async function* events(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const more of text) {
    rest += more
    // A carriage return may be parted from its line feed: the blank line is looked for in what is there.
    for (;;) {
      const gap = /\r?\n\r?\n/.exec(rest)
      if (!gap) break
      const event = rest.slice(0, gap.index)
      rest = rest.slice(gap.index + gap[0].length)
      const data = event
        .split(/\r?\n/)
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart())
      if (data.length) yield data.join('\n')
    }
  }
}

// Payloads of four providers, read field by field.
// oxlint-disable-next-line no-explicit-any
type Json = any

export function pieces(api: Api, payload: Json): Piece[] {
  const out = PIECES[api](payload)
  return out.filter((piece) => (piece.kind === 'tool' ? true : piece.text !== ''))
}

const PIECES: Record<Api, (payload: Json) => Piece[]> = {
  chat({ choices, error }) {
    if (error) return [{ kind: 'notice', text: error.message }]
    const out: Piece[] = []
    const delta = choices?.[0]?.delta
    if (delta?.reasoning_content) out.push({ kind: 'reasoning', text: delta.reasoning_content })
    if (typeof delta?.content === 'string') out.push({ kind: 'text', text: delta.content })
    else
      for (const part of delta?.content ?? []) {
        if (part.type === 'text') out.push({ kind: 'text', text: part.text })
        for (const thought of part.thinking ?? []) out.push({ kind: 'reasoning', text: thought.text })
      }
    for (const call of delta?.tool_calls ?? [])
      out.push({ kind: 'tool', id: `call-${call.index}`, name: call.function?.name, input: call.function?.arguments })
    if (choices?.[0]?.finish_reason === 'content_filter') out.push({ kind: 'notice', text: 'The answer was filtered.' })
    return out
  },

  responses({ type, delta, item, item_id: id, response, error }) {
    if (type === 'response.output_text.delta') return [{ kind: 'text', text: delta }]
    if (type === 'response.reasoning_summary_text.delta') return [{ kind: 'reasoning', text: delta }]
    if (type === 'response.output_item.added' && item.type.endsWith('_call'))
      return [{ kind: 'tool', id: item.id, name: item.name ?? item.type }]
    if (type === 'response.function_call_arguments.delta') return [{ kind: 'tool', id, input: delta }]
    if (type === 'error') return [{ kind: 'notice', text: error.message }]
    if (type === 'response.failed') return [{ kind: 'notice', text: response.error.message }]
    return []
  },

  messages({ type, delta, index, content_block: block, error }) {
    if (type === 'content_block_start' && block.type.endsWith('tool_use'))
      return [{ kind: 'tool', id: `block-${index}`, name: block.name }]
    if (type === 'content_block_delta') {
      if (delta.type === 'text_delta') return [{ kind: 'text', text: delta.text }]
      if (delta.type === 'thinking_delta') return [{ kind: 'reasoning', text: delta.thinking }]
      if (delta.type === 'input_json_delta') return [{ kind: 'tool', id: `block-${index}`, input: delta.partial_json }]
    }
    if (type === 'message_delta' && delta.stop_reason === 'refusal')
      return [{ kind: 'notice', text: 'The model declined to answer.' }]
    if (type === 'error') return [{ kind: 'notice', text: error.message }]
    return []
  },

  gemini({ candidates }) {
    const parts: Json[] = candidates?.[0]?.content?.parts ?? []
    return parts.map((part) => ({ kind: part.thought ? 'reasoning' : 'text', text: part.text ?? '' }))
  },
}
