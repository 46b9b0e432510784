/**
 * The words in which models and wire formats talk to each other. A model yields events, a format writes them down;
 * neither knows the other.
 *
 * @typedef {{ role: 'system' | 'user' | 'assistant', text: string }} Message
 * @typedef {'stop' | 'length' | 'refusal'} FinishReason
 * @typedef {{ inputTokens: number, outputTokens: number, reasoningTokens?: number }} Usage
 * @typedef {{ type: 'reasoning', text: string }
 *   | { type: 'text', text: string }
 *   | { type: 'refusal', text: string }
 *   | { type: 'tool', id: string, name: string, input: object }
 *   | { type: 'tool_result', id: string, name: string, output: object }
 *   | { type: 'error', kind: string, message: string }
 *   | { type: 'cut' }
 *   | { type: 'finish', reason: FinishReason, usage: Usage }} Event
 *
 * @typedef {(name: string, kind: 'client' | 'internal', attributes: object) => import('@opentelemetry/api').Span} StartSpan
 * @typedef {{ messages: Message[] }} Conversation
 * @typedef {{ timings: Record<string, number>, model: string, events: AsyncIterable<Event> }} Answer
 *   `timings`: ms spent before the first header, by name.
 * @typedef {object} Model
 * @property {string} name
 * @property {string} provider
 * @property {(conversation: Conversation, tools: { signal: AbortSignal, span: StartSpan }) => Promise<Answer>} open
 *   Resolves when headers may be sent; throws ModelError when the request is refused.
 */

/** A request refused before any of the answer was sent. */
export class ModelError extends Error {
  /**
   * @param {number} status
   * @param {string} kind
   * @param {string} message For the user: never holds a key.
   * @param {number} [retryAfter] seconds
   */
  constructor(status, kind, message, retryAfter) {
    super(message)
    this.status = status
    this.kind = kind
    this.retryAfter = retryAfter
  }
}
