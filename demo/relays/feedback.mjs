// Reads the feedback out of OTLP spans: all that a relay needs of one, whatever tool it goes to. Pure.

/**
 * @typedef {object} Feedback
 * @property {string} id same for every toggle of one feedback
 * @property {number} revision the highest wins
 * @property {string} name `thumb`, `rating`, `csat`, `nps`, `comment`
 * @property {number} [score] on the scale of `name`; a thumb is 1 or 0
 * @property {string} [label] `up`, `down`, `4/5`
 * @property {string} [comment] what the user wrote, if the page passed it
 * @property {string[]} tags
 * @property {boolean} retracted the user took it back
 * @property {number} at epoch ms
 * @property {string} traceId of the answer's trace, 32 hex digits: the backend's spans are in it too
 * @property {string} spanId of its `chat.turn`, 16 hex digits
 * @property {string} by who gave it: the user, where the page names one, else the session
 */

/**
 * The last revision of each feedback that is about a turn.
 * @param {import('../backend/otlp.mjs').SpanRow[]} rows from `readTraces`
 * @returns {Feedback[]}
 */
export function feedbacksOf(rows) {
  const last = new Map()
  for (const { name, attributes: a, start_ns, links } of rows) {
    const [link] = links
    if (name !== 'chat.feedback' || !link) continue
    const get = (/** @type {string} */ key) => /** @type {any} */ (a[key])
    const label = get('gen_ai.evaluation.score.label')
    const feedback = {
      id: String(get('chat_vitals.feedback.id')),
      revision: Number(get('chat_vitals.feedback.revision')),
      name: String(get('gen_ai.evaluation.name')),
      score: get('gen_ai.evaluation.score.value'),
      label,
      comment: get('gen_ai.evaluation.explanation'),
      tags: get('chat_vitals.feedback.tags') ?? [],
      retracted: label === 'retracted',
      at: Number(BigInt(start_ns) / 1_000_000n),
      traceId: link.trace_id,
      spanId: link.span_id,
      by: String(get('user.id') ?? get('session.id')),
    }
    if (!(last.get(feedback.id)?.revision > feedback.revision)) last.set(feedback.id, feedback)
  }
  return [...last.values()]
}
