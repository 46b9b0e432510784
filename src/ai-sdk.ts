/** `chat-vitals/ai-sdk`: what the AI SDK's `useChat` takes, so that turns carry its message and chat ids. */
import { fetch, identify } from './index.ts'
import { verbs } from './verbs.ts'

/** The part of the AI SDK's `onFinish` argument that is read; before its version 5 it was the message itself. */
interface Finished {
  id?: string
  message?: { id?: string; role?: string; parts?: readonly { type: string }[] }
  /** The user or the page ended it. */
  isAbort?: boolean
  /** The network did. */
  isDisconnect?: boolean
  /** It failed, in whatever way. */
  isError?: boolean
}

/**
 * ```ts
 * const vitals = chatVitals()
 * useChat({ transport: new DefaultChatTransport({ api: '/api/chat', fetch: vitals.fetch }), onFinish: vitals.onFinish })
 * ```
 * `feedback('up', { message: message.id })` then finds the turn, also after a reload.
 */
export function chatVitals(options: { /** The AI SDK's chat id, sent as the conversation. */ id?: string } = {}): {
  fetch: typeof globalThis.fetch
  /** How the turn ended, the stream has told; here its message is bound to it. */
  onFinish(finished: Finished): void
} {
  if (options.id) identify({ conversation: options.id })
  // The message bound last.
  let last: string | undefined
  return {
    fetch,
    onFinish({ id, message, isAbort, isDisconnect, isError }) {
      const own = message?.id ?? id
      // What is left of an answer that was stopped, cut or failed is its answer still. A call that ended before any of it
      // hands over a message that nobody sees, or the one before it, which is another turn's.
      const empty = message?.parts && !message.parts.some(({ type }) => type !== 'step-start')
      const ended = isAbort || isDisconnect || isError
      if (!own || message?.role === 'user' || (ended && (empty || own === last))) return
      last = own
      verbs.bind(own)
    },
  }
}
