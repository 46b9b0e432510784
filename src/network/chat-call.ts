/** Tells chat calls from others by their shape, before they are sent. */
import { attempt } from '../base/guard.ts'
import type { Call } from '../turn/marks.ts'
import { matches } from './trace.ts'

/** `maybe`: a call that becomes a chat call when its answer turns out to stream. */
export type ChatLikeness = 'yes' | 'maybe' | 'no'

/** Members that hold a conversation or a prompt in the bodies of providers and chat frameworks. */
const conversation = /"(?:messages|contents|chat_?history)"\s*:\s*\[/
const prompt = /"(?:prompt|inputs?|query|question|message|content|text)"\s*:/
const streams = /"stream(?:ing)?"\s*:\s*true|"response_?[mM]ode"\s*:\s*"stream/
/** The last that was said is an answer: the conversation is saved. */
const answered = (body: string) => /^"role"\s*:\s*"(?:assistant|model|ai)"/.test(body.slice(body.lastIndexOf('"role"')))
const path = /chat|complet|messages|generat|convers|assistant|responses|\bask\b|answer|stream|\bllm\b|copilot/i

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
    // An answer may be fetched after it was asked for, and comes on sockets among other things.
    if (method === 'GET' && transport !== 'xhr') return 'maybe'
    if (method !== 'POST') return 'no'
    const asks = streams.test(body)
    const wants = /event-stream/.test(accept)
    if (
      conversation.test(body)
        ? asks || ((wants || path.test(new URL(url).pathname)) && !answered(body))
        : prompt.test(body) && (asks || wants)
    )
      return 'yes'
    return 'maybe'
  }
}
