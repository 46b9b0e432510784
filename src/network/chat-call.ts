/** Tells chat calls from others by their shape, and reads the user's prompt out of one. Keeps neither. */
import { attempt } from '../base/guard.ts'
import type { Call } from '../turn/marks.ts'
import { matches } from './trace.ts'

/** `maybe`: a call that becomes a chat call when its answer turns out to stream. */
export type ChatLikeness = 'yes' | 'maybe' | 'no'

/** Members that hold a conversation or a prompt in the bodies of providers and chat frameworks. */
const conversation = /"(?:messages|contents|chat_?history)"\s*:\s*\[/
const prompt = /"(?:prompt|input|inputs|query|question|message|content|text)"\s*:/
const streams = /"stream(?:ing)?"\s*:\s*true|"(?:response_mode|responseMode)"\s*:\s*"stream/
const path =
  /chat|complet|messages|generate|generation|convers|assistant|responses|\bask\b|answer|stream|\bllm\b|copilot/i
/** Larger bodies are not parsed: it would be felt in the send. */
const parseMost = 65_536

export function createRecognizer(options: {
  base: string
  requests?: (string | RegExp)[] | ((call: { method: string; url: string }) => boolean)
  /** `requests` threw. */
  failed?(): void
}): (call: Call) => ChatLikeness {
  const { requests, base } = options
  if (typeof requests === 'function')
    return ({ method, url }) => {
      const is = attempt(() => !!requests({ method, url }))
      if (is == null) options.failed?.()
      return is ? 'yes' : 'no'
    }
  if (requests) return ({ url }) => (matches(url, requests, base) ? 'yes' : 'no')
  return ({ method, url, body = '', accept = '', transport }) => {
    if (transport === 'websocket' || transport === 'eventsource') return 'maybe'
    if (method !== 'POST') return 'no'
    const hinted = path.test(url.replace(/^\w+:\/\/[^/]+/, '').replace(/[?#].*/, '')) || /event-stream/.test(accept)
    if (conversation.test(body) && (hinted || streams.test(body))) return 'yes'
    if (prompt.test(body) && (streams.test(body) || /event-stream/.test(accept))) return 'yes'
    return 'maybe'
  }
}

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
