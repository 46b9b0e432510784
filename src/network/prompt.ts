/** Reads the user's prompt out of a chat call's body. Keeps none. */
import type { Call } from '../turn/marks.ts'

/** Larger bodies are not parsed: it would be felt in the send. */
const parseMost = 65_536

const isText = (value: unknown): value is string => typeof value === 'string'

/** The text of one message, whatever its form: a string, parts, or nested content. */
export function textOf(message: unknown, depth = 0): string | undefined {
  if (isText(message)) return message
  if (depth > 4 || !message || typeof message !== 'object') return undefined
  if (Array.isArray(message)) {
    const parts = message.map((part) => textOf(part, depth + 1)).filter(isText)
    return parts.length > 0 ? parts.join('\n') : undefined
  }
  const { content, parts, text } = message as Record<string, unknown>
  return textOf(content ?? parts ?? text, depth + 1)
}

/** What a body holds, and the list of messages in it, wherever that stands. */
export function conversationIn({
  body,
}: Pick<Call, 'body'>): { data: Record<string, unknown>; list: unknown[] | undefined } | undefined {
  if (!body || body.length > parseMost || body[0] !== '{') return undefined
  let data: Record<string, unknown>
  try {
    data = JSON.parse(body) as Record<string, unknown>
  } catch {
    return undefined
  }
  // GraphQL asks by its variables.
  const within = [data, data.input, data.variables, Object(data.variables).input, data.chat].map(
    (one) => Object(one) as Record<string, unknown>,
  )
  const lists = within.flatMap(({ messages, contents }) => [messages, contents])
  return { data, list: [...lists, data.input].find(Array.isArray) as unknown[] | undefined }
}

/** The last user message in the call's body; undefined when there is none to be read. At most 4 KiB. */
export function promptOf(call: Pick<Call, 'body'>): string | undefined {
  const found = conversationIn(call)
  if (!found) return undefined
  const { data, list } = found
  const last = list?.findLast((one) =>
    ['user', 'human'].includes(String(Object(one).role ?? Object(one).type ?? 'user')),
  )
  const singles = [data, data.variables, Object(data.variables).input, data.input].flatMap((one) => {
    const { prompt, query, question, message, input, inputs, content, text } = Object(one) as Record<string, unknown>
    // A GraphQL document is no prompt.
    return [prompt, data.variables && one === data ? undefined : query, question, message, input, inputs, content, text]
  })
  return (textOf(last) ?? singles.map((one) => textOf(one)).find(isText))?.slice(0, 4096)
}
