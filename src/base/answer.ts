/** What a turn's numbers are grouped by: which of its calls decided it, and what is known of that one. */

/** Of the call that decided a turn. */
export interface Answered {
  /** Host that was called. Missing when the address is none. */
  host?: string
  /** Name of the model, as the stream said it. Missing when it did not. */
  model?: string
  /** Name of the model that was asked for. Missing when the call names none. */
  asked?: string
  /** The provider's response id. Missing when the stream names none. */
  responseId?: string
}

interface Call {
  url: string
  model?: string
  asked?: string
  responseId?: string
  firstModelChunkMs?: number
}

/** The last that spoke, else the last. */
export function answeredBy(calls: readonly Call[]): Answered | undefined {
  const call = calls.findLast((one) => one.firstModelChunkMs != null) ?? calls.at(-1)
  if (!call) return undefined
  const { url, model, asked, responseId } = call
  return { host: /^\w+:\/\/(\[[^\]]+\]|[^/:]+)/.exec(url)?.[1], model, asked, responseId }
}
