/** Recorded provider streams, framed as on the wire, and what a straightforward reading of them gives. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createGuard } from '../../../src/base/guard.ts'
import { createFeed } from '../../../src/network/feed.ts'
import type { CallEnd, CallPort, Content, Unread } from '../../../src/turn/marks.ts'

/** `CHAT_VITALS_DATA`, or the folder beside the repository. */
export const dataDir = process.env.CHAT_VITALS_DATA ?? resolve(import.meta.dirname, '../../../../shared/data')
const streamsDir = dataDir + '/streams'
export const recorded: string[] = existsSync(streamsDir)
  ? readdirSync(streamsDir).filter((name) => name.endsWith('.jsonl'))
  : []

export const linesOf = (file: string): string[] =>
  readFileSync(`${streamsDir}/${file}`, 'utf8')
    .split('\n')
    .filter((line) => line.trim())

/** One string per payload: framing as the data's README says. */
export function framed(file: string): string[] {
  const lines = linesOf(file)
  if (/-chat-/.test(file)) return [...lines.map((line) => `data: ${line}\n\n`), 'data: [DONE]\n\n']
  if (file.startsWith('gemini')) return lines.map((line) => `data: ${line}\r\n\r\n`)
  return lines.map((line) => `event: ${JSON.parse(line).type}\ndata: ${line}\n\n`)
}

export interface Heard {
  contents: Content[]
  answer: string
  reasoning: string
  tools: number
  openTools: number
  finish?: Content['finish']
  errorType?: string
  terminal: boolean
  modelName?: string
  responseId?: string
  conversationId?: string
  requestId?: string
  inputTokens?: number
  outputTokens?: number
  bytes: number
  end: CallEnd
}

/** Feeds chunks as a response body and tells what the port heard. */
export function hear(
  chunks: (Uint8Array | string)[],
  contentType = 'text/event-stream',
  status = 200,
  /** What the page shows in the end, all of it. */
  shown?: string,
): Heard {
  const contents: Content[] = []
  let source: Unread | undefined
  const ends: CallEnd[] = []
  const call: CallPort = {
    headers: {},
    response: () => {},
    content: (content) => void contents.push(content),
    unread(one) {
      if (source) throw new Error('told twice')
      source = one
    },
    end: (_, how) => void ends.push(how),
  }
  let now = 0
  const feed = createFeed(call, { clock: { now: () => ++now, setTimeout: () => 0 }, guard: createGuard({}) })
  feed.response(status, contentType, () => null)
  const encoder = new TextEncoder()
  for (const chunk of chunks) feed.bytes(typeof chunk == 'string' ? encoder.encode(chunk) : chunk)
  feed.end('done')
  feed.end('failed')
  if (shown) source?.match(shown, 'answer', true)
  if (ends.length !== 1) throw new Error(`${ends.length} ends`)
  const last = <K extends keyof Content>(key: K) => contents.findLast((c) => c[key] !== undefined)?.[key]
  const join = (key: 'answer' | 'reasoning') => contents.map((c) => c[key] ?? '').join('')
  return {
    contents,
    answer: join('answer'),
    reasoning: join('reasoning'),
    tools: contents.reduce((sum, c) => sum + Math.max(0, c.tool ?? 0), 0),
    openTools: contents.reduce((sum, c) => sum + (c.tool ?? 0), 0),
    finish: last('finish'),
    errorType: last('errorType'),
    terminal: last('terminal') === true,
    modelName: last('modelName'),
    responseId: last('responseId'),
    conversationId: last('conversationId'),
    requestId: last('requestId'),
    inputTokens: last('inputTokens'),
    outputTokens: last('outputTokens'),
    bytes: contents.reduce((sum, c) => sum + c.bytes, 0),
    end: ends[0]!,
  }
}

/** What one payload says by each provider's text field. */
// oxlint-disable-next-line typescript/no-explicit-any
export function expectedOf(p: any): { answer: string; reasoning: string } {
  let answer = ''
  let reasoning = ''
  for (const choice of p.choices ?? []) {
    const content = choice.delta.content
    if (typeof content == 'string') answer += content
    else
      for (const part of content ?? [])
        if (part.type == 'text') answer += part.text
        else for (const thought of part.thinking) reasoning += thought.text
    reasoning += choice.delta.reasoning_content ?? ''
  }
  if (p.type == 'response.output_text.delta') answer += p.delta
  if (p.type == 'response.reasoning_summary_text.delta') reasoning += p.delta
  if (p.type == 'content_block_delta') answer += p.delta.text ?? ''
  for (const part of p.candidates?.[0].content.parts ?? []) answer += part.text ?? ''
  return { answer, reasoning }
}

/** The answer by plain concatenation of each provider's text field. */
export function expectedText(file: string): { answer: string; reasoning: string } {
  const all = linesOf(file).map((line) => expectedOf(JSON.parse(line)))
  return { answer: all.map((one) => one.answer).join(''), reasoning: all.map((one) => one.reasoning).join('') }
}
