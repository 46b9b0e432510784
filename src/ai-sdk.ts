/** `chat-vitals/ai-sdk`: what the AI SDK's `useChat` takes, so that turns carry its message and chat ids. */
import { fetch, identify } from './index.ts'
import { verbs } from './verbs.ts'

/** The part of the AI SDK's `onFinish` argument that is read. */
interface Finished {
  message?: { id?: string }
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
  onFinish(finished: Finished): void
} {
  if (options.id) identify({ conversation: options.id })
  return {
    fetch,
    onFinish({ message }) {
      if (message?.id) verbs.bind(message.id)
    },
  }
}
