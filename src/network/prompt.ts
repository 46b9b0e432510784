/** Reads the user's prompt out of a chat call's body. Keeps none. */
import type { Call } from '../turn/marks.ts'

/** Larger bodies are not parsed: it would be felt in the send. */
const parseMost = 65_536

const isText = (value: unknown): value is string => typeof value === 'string'

/** The text of one message, whatever its form: a string, parts, or nested content. */
function textOf(message: unknown, depth = 0): string | undefined {
  if (isText(message)) return message
  if (depth > 4 || !message || typeof message !== 'object') return undefined
  if (Array.isArray(message)) {
    const parts = message.map((part) => textOf(part, depth + 1)).filter(isText)
    return parts.length > 0 ? parts.join('\n') : undefined
  }
  const { content, parts, text } = message as Record<string, unknown>
  return textOf(content ?? parts ?? text, depth + 1)
}

/** The last user message in the call's body; undefined when there is none to be read. At most 4 KiB. */
export function promptOf(call: Pick<Call, 'body'>): string | undefined {
  const { body } = call
  if (!body || body.length > parseMost || body[0] !== '{') return undefined
  let data: Record<string, unknown>
  try {
    data = JSON.parse(body) as Record<string, unknown>
  } catch {
    return undefined
  }
  const nested = (data.input ?? {}) as Record<string, unknown>
  const list = [data.messages, data.contents, nested.messages, data.input].find(Array.isArray) as unknown[] | undefined
  const last = list?.findLast((one) => ((one as Record<string, unknown> | null)?.role ?? 'user') === 'user')
  const single = [
    data.prompt,
    data.query,
    data.question,
    data.message,
    data.input,
    nested.prompt,
    data.inputs,
    data.content,
    data.text,
  ]
  return (textOf(last) ?? single.map((one) => textOf(one)).find(isText))?.slice(0, 4096)
}
