/** The scripted model: turns a conversation into a paced sequence of events, as slow or broken as the knobs say. */
import { setTimeout as wait } from 'node:timers/promises'
import { answerTo } from './answers.mjs'
import { ModelError } from './events.mjs'
import { readKnobs } from './knobs.mjs'

export const SCRIPTED = 'scripted-1'

/** About the size of a real tokenizer's pieces: word parts with their leading space, one or two Han characters. */
const TOKEN = /\p{Script=Han}{1,2}| ?[\p{L}\p{N}]{1,6}|\s+|[^\s\p{L}\p{N}]{1,3}/gu

/** @param {string} text */
export const tokensOf = (text) => text.match(TOKEN) ?? []

/**
 * @param {object} [options]
 * @param {() => number} [options.random] 0..1; tests hand in a fixed one.
 * @param {number} [options.paceMs] Mean time between tokens when no knob says otherwise.
 * @param {number} [options.delayMs] Headers → first token when no knob says otherwise.
 * @returns {import('./events.mjs').Model}
 */
export function scriptedModel({ random = Math.random, paceMs = 22, delayMs = 380 } = {}) {
  // Around the mean with a long tail, as measured on real services: many short gaps, a few long ones.
  const jitter = (/** @type {number} */ ms) => ms * (0.45 - 0.55 * Math.log(1 - 0.98 * random()))

  return {
    name: SCRIPTED,
    provider: 'chat-vitals-demo',

    async open({ messages }, { signal, span }) {
      const asked = messages.filter((message) => message.role === 'user').map((message) => readKnobs(message.text))
      const knobs = asked.at(-1)?.knobs ?? {}
      const prompts = asked.map((one) => one.prompt)
      /** @type {Record<string, number>} */
      const timings = {}
      const timed = async (/** @type {string} */ name, /** @type {number} */ ms) => {
        const from = performance.now()
        await wait(ms, undefined, { signal })
        timings[name] = performance.now() - from
      }

      await timed('queue', delayMs && jitter(18))
      if (knobs.status === 429) {
        throw new ModelError(429, 'rate_limit_error', 'Too many requests just now. Please wait a few seconds.', 5)
      }
      if (knobs.status === 500) throw new ModelError(500, 'server_error', 'The model server had an internal error.')

      const answer = answerTo(prompts, knobs, random)
      const retrieval = span('retrieval support-articles', 'client', {
        'gen_ai.operation.name': 'retrieval',
        'gen_ai.data_source.id': 'support-articles',
        'demo.topic': answer.topic,
      })
      try {
        await timed('retrieval', delayMs && jitter(55))
      } finally {
        retrieval.end()
      }

      const inputTokens = messages.reduce((sum, message) => sum + tokensOf(message.text).length + 4, 12)
      const shared = { knobs, answer, inputTokens, signal, span }
      return { timings, model: SCRIPTED, events: events(shared) }
    },
  }

  /** @param {any} turn @returns {AsyncGenerator<import('./events.mjs').Event>} */
  async function* events({ knobs, answer, inputTokens, signal, span }) {
    const pause = (/** @type {number} */ ms) => (ms > 0 ? wait(ms, undefined, { signal }) : undefined)
    const pace = knobs.pace ?? paceMs
    const chat = () =>
      span(`chat ${SCRIPTED}`, 'internal', {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'chat-vitals-demo',
        'gen_ai.request.model': SCRIPTED,
        'gen_ai.response.model': SCRIPTED,
        'gen_ai.request.stream': true,
      })
    let call = chat()
    let out = 0
    let reasoned = 0
    /** @param {string} reason */
    const finished = (reason) => {
      call.setAttributes({
        'gen_ai.usage.input_tokens': inputTokens,
        'gen_ai.usage.output_tokens': out,
        ...(reason && { 'gen_ai.response.finish_reasons': [reason] }),
      })
      call.end()
    }

    let ended = ''
    try {
      await pause(knobs.delay ?? (delayMs && jitter(delayMs)))

      if (knobs.reasoning !== undefined) {
        // The thought's pieces share the thinking time.
        const pieces = tokensOf(answer.thought)
        for (const text of pieces) {
          yield { type: 'reasoning', text }
          out++
          reasoned++
          await pause(knobs.reasoning / pieces.length)
        }
      }

      if (knobs.tool !== undefined) {
        const id = `call_${Math.floor(random() * 1e9).toString(36)}`
        const input = { order: 'JN-20418' }
        yield { type: 'tool', id, name: 'lookup_order', input }
        out += 18
        finished('tool_calls')
        const tool = span('execute_tool lookup_order', 'internal', {
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': 'lookup_order',
          'gen_ai.tool.type': 'function',
          'gen_ai.tool.call.id': id,
        })
        try {
          await pause(knobs.tool)
        } finally {
          tool.end()
        }
        yield { type: 'tool_result', id, name: 'lookup_order', output: { status: 'out_for_delivery', eta: '18:00' } }
        inputTokens += out + 24
        out = 0
        call = chat()
        await pause(delayMs && jitter(delayMs / 2))
      }

      const tokens = tokensOf(answer.text)
      const middle = Math.floor(tokens.length * 0.45)
      const limit = knobs.length ? Math.floor(tokens.length * 0.6) : tokens.length
      for (const [i, text] of tokens.slice(0, limit).entries()) {
        if (i === middle) {
          if (knobs.stall) await pause(knobs.stall)
          if (knobs.cut) {
            ended = 'cut'
            yield { type: 'cut' }
            return
          }
          if (knobs.error) {
            ended = 'error'
            call.setAttribute('error.type', 'overloaded_error')
            call.setStatus({ code: 2 })
            yield { type: 'error', kind: 'overloaded_error', message: 'The model is overloaded. Please try again.' }
            return
          }
        }
        yield answer.refusal ? { type: 'refusal', text } : { type: 'text', text }
        out++
        if (i < limit - 1) await pause(pace && jitter(pace))
      }
      ended = answer.refusal ? 'refusal' : knobs.length ? 'length' : 'stop'
      yield {
        type: 'finish',
        reason: /** @type {any} */ (ended),
        usage: { inputTokens, outputTokens: out, reasoningTokens: reasoned },
      }
    } finally {
      // Also the way out when the client went away: the span then has no finish reason.
      finished(ended === 'cut' || ended === 'error' ? '' : ended)
    }
  }
}
