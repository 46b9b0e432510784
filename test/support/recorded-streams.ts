/**
 * What a recorded provider stream holds, read straight from the recording and with none of the library's code:
 * its lines, its framing on the wire, and the truth a test compares with. Leaves sending it to the replay server.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The wire format, by the address it is spoken at. */
export type Api = 'chat' | 'responses' | 'messages' | 'gemini'

/** Which part of a recording is replayed. */
export interface Excerpt {
  /** At most so many content lines of each kind (answer, reasoning, tool arguments); the last one is always kept. */
  lines?: number
  /** First content line of each kind to keep, from 0. */
  from?: number
}

export interface Line {
  /** What goes after `data: `. */
  json: string
  answer: string
  reasoning: string
  /** Piece of a tool call, its opening included. */
  tool: boolean
}

export type TruthFinish = 'stop' | 'length' | 'refusal' | 'filter' | 'tool'

export interface Truth {
  file: string
  api: Api
  lines: Line[]
  /** Answer text, concatenated. */
  answer: string
  /** Readable reasoning text, concatenated; encrypted reasoning is none. */
  reasoning: string
  /** Index of the first line with answer text; missing without one. */
  firstAnswerLine?: number
  firstReasoningLine?: number
  /** First line with answer text, reasoning text or a piece of a tool call. */
  firstModelLine?: number
  /** Names of the tools called, the provider's own ones included. */
  tools: string[]
  refusal: boolean
  /** Type or code of an error inside the stream. */
  error?: string
  finish?: TruthFinish
}

/** The folder that holds the recordings; missing where the shared data is not checked out. */
export function streamsDir(): string | undefined {
  const data = process.env.CHAT_VITALS_DATA ?? resolve(import.meta.dirname, '../../../shared/data')
  const dir = join(data, 'streams')
  return existsSync(dir) ? dir : undefined
}

/** Names of the recordings, without the ending. */
export const streamFiles = (dir = streamsDir()): string[] =>
  dir
    ? readdirSync(dir)
        .filter((name) => name.endsWith('.jsonl'))
        .map((name) => name.slice(0, -6))
        .toSorted()
    : []

export function apiOf(file: string): Api {
  if (file.includes('-responses-')) return 'responses'
  if (file.includes('-messages-')) return 'messages'
  return file.startsWith('gemini') ? 'gemini' : 'chat'
}

/** One line as the folder's README says it went over the wire. */
export function frame(api: Api, json: string): string {
  if (api === 'chat') return `data: ${json}\n\n`
  if (api === 'gemini') return `data: ${json}\r\n\r\n`
  return `event: ${JSON.parse(json).type}\ndata: ${json}\n\n`
}

/** What follows the last line. */
export const trailer = (api: Api): string => (api === 'chat' ? 'data: [DONE]\n\n' : '')

// The payloads are other people's data: only what is looked at below is known of them.
// oxlint-disable-next-line no-explicit-any
type Json = any

/** What one payload says, per format; each is a few field reads on purpose. */
interface Said {
  answer?: string
  reasoning?: string
  tool?: boolean
  toolName?: string
  refusal?: boolean
  error?: string
  finish?: TruthFinish
}

const CHAT_FINISH: Record<string, TruthFinish> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool',
  content_filter: 'filter',
}
const MESSAGES_FINISH: Record<string, TruthFinish> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool',
  refusal: 'refusal',
}
const GEMINI_FINISH: Record<string, TruthFinish> = { STOP: 'stop', MAX_TOKENS: 'length', SAFETY: 'filter' }

function chatSays(payload: Json): Said {
  const choice = payload.choices[0]
  if (!choice) return {}
  const { content, reasoning_content: reasoning, tool_calls: calls } = choice.delta
  // Mistral sends content as a list of parts, thinking among them.
  const parts: Json[] = Array.isArray(content) ? content : [{ type: 'text', text: content ?? '' }]
  const thinking = parts.filter((part) => part.type === 'thinking').flatMap((part) => part.thinking)
  return {
    answer: parts
      .filter((part) => part.type === 'text')
      .map((part) => part.text)
      .join(''),
    reasoning: thinking.map((part) => part.text).join('') + (reasoning ?? ''),
    tool: !!calls,
    toolName: calls?.[0]?.function?.name,
    finish: CHAT_FINISH[choice.finish_reason],
  }
}

function responsesSays(payload: Json): Said {
  const { type, delta, item, response } = payload
  if (type === 'response.output_text.delta') return { answer: delta }
  if (type === 'response.reasoning_summary_text.delta' || type === 'response.reasoning_text.delta')
    return { reasoning: delta }
  if (type === 'response.refusal.delta') return { refusal: true }
  if (type === 'response.function_call_arguments.delta') return { tool: true }
  if (type === 'response.output_item.added' && item.type.endsWith('_call'))
    return { tool: true, toolName: item.name ?? item.type }
  if (type === 'error') return { error: payload.error?.code ?? payload.code }
  if (type === 'response.failed') return { error: response.error.code }
  if (type === 'response.completed') return { finish: 'stop' }
  if (type === 'response.incomplete')
    return { finish: response.incomplete_details.reason === 'content_filter' ? 'filter' : 'length' }
  return {}
}

function messagesSays(payload: Json): Said {
  const { type, delta, content_block: block } = payload
  if (type === 'content_block_delta') {
    if (delta.type === 'text_delta') return { answer: delta.text }
    if (delta.type === 'thinking_delta') return { reasoning: delta.thinking }
    if (delta.type === 'input_json_delta') return { tool: true }
  }
  if (type === 'content_block_start' && block.type.endsWith('tool_use')) return { tool: true, toolName: block.name }
  if (type === 'content_block_start' && block.type === 'text') return { answer: block.text }
  if (type === 'message_delta')
    return { finish: MESSAGES_FINISH[delta.stop_reason], refusal: delta.stop_reason === 'refusal' }
  if (type === 'error') return { error: payload.error.type }
  return {}
}

function geminiSays(payload: Json): Said {
  const candidate = payload.candidates?.[0]
  const parts: Json[] = candidate?.content?.parts ?? []
  const text = (thought: boolean) =>
    parts
      .filter((part) => !!part.thought === thought)
      .map((part) => part.text ?? '')
      .join('')
  const call = parts.find((part) => part.functionCall)?.functionCall
  return {
    answer: text(false),
    reasoning: text(true),
    tool: !!call,
    toolName: call?.name,
    finish: GEMINI_FINISH[candidate?.finishReason],
  }
}

const SAYS: Record<Api, (payload: Json) => Said> = {
  chat: chatSays,
  responses: responsesSays,
  messages: messagesSays,
  gemini: geminiSays,
}

/**
 * Keeps `lines` content lines of each kind from `from` on, and the last one; lines without content all stay, so that
 * role-only, ping, search and finish lines come as they were recorded.
 */
function excerpt(api: Api, all: string[], { lines = Infinity, from = 0 }: Excerpt): string[] {
  if (lines === Infinity && from === 0) return all
  const kinds = all.map((json) => {
    const said = SAYS[api](JSON.parse(json))
    if (said.answer) return 'answer'
    if (said.reasoning) return 'reasoning'
    return said.tool && !said.toolName ? 'tool' : undefined
  })
  const seen: Record<string, number> = {}
  const kept = all.filter((_, index) => {
    const kind = kinds[index]
    if (!kind) return true
    const nth = (seen[kind] ?? -1) + 1
    seen[kind] = nth
    return kinds.lastIndexOf(kind) === index || (nth >= from && nth < from + lines - 1)
  })
  return api === 'responses' ? shortenSummaries(all, kept) : kept
}

/** Responses repeats the whole text at the end of a part: there the excerpt's text takes its place. */
function shortenSummaries(all: string[], kept: string[]): string[] {
  const short = deltasByPart(kept)
  const swaps = new Map([...deltasByPart(all)].map(([key, text]) => [text, short.get(key) ?? '']))
  return kept.map((json) => {
    const payload = JSON.parse(json)
    if (typeof payload.delta === 'string') return json
    let changed = false
    const out = JSON.stringify(payload, (_, value) => {
      const swap = typeof value === 'string' && value ? swaps.get(value) : undefined
      if (swap === undefined || swap === value) return value
      changed = true
      return swap
    })
    return changed ? out : json
  })
}

/** What the deltas of one kind and part come to, joined. */
function deltasByPart(lines: string[]): Map<string, string> {
  const byPart = new Map<string, string>()
  for (const json of lines) {
    const { type, item_id: id, delta } = JSON.parse(json)
    if (typeof delta !== 'string' || typeof id !== 'string') continue
    const key = type + ' ' + id
    byPart.set(key, (byPart.get(key) ?? '') + delta)
  }
  return byPart
}

/** What a recording (or an excerpt of it) holds. */
export function truthOf(file: string, options: Excerpt & { dir?: string } = {}): Truth {
  const dir = options.dir ?? streamsDir()
  if (!dir) throw new Error('no recorded streams: CHAT_VITALS_DATA names no folder that holds any (CONTRIBUTING.md)')
  const api = apiOf(file)
  const recorded = readFileSync(join(dir, file + '.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.trim())
  const truth: Truth = { file, api, lines: [], answer: '', reasoning: '', tools: [], refusal: false }
  for (const json of excerpt(api, recorded, options)) {
    const said = SAYS[api](JSON.parse(json))
    const line = { json, answer: said.answer ?? '', reasoning: said.reasoning ?? '', tool: said.tool ?? false }
    const index = truth.lines.push(line) - 1
    truth.answer += line.answer
    truth.reasoning += line.reasoning
    if (line.answer) truth.firstAnswerLine ??= index
    if (line.reasoning) truth.firstReasoningLine ??= index
    if (line.answer || line.reasoning || line.tool) truth.firstModelLine ??= index
    if (said.toolName) truth.tools.push(said.toolName)
    if (said.refusal) truth.refusal = true
    if (said.error) truth.error = said.error
    if (said.finish) truth.finish = said.finish
  }
  return truth
}
