/** Tells chat calls from others by their shape, before they are sent. */
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
