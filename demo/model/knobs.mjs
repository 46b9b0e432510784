/** The knobs a prompt may carry (`/delay 3000 /reasoning`): which there are, and how they are read out of it. */

/**
 * @typedef {object} Knobs
 * @property {number} [delay] ms from the headers to the first token
 * @property {number} [pace] ms between tokens, on average
 * @property {number} [stall] ms of one pause in the middle of the answer
 * @property {number} [reasoning] ms of thinking before the answer
 * @property {number} [tool] ms the tool call takes
 * @property {boolean} [error] the stream reports an error in the middle
 * @property {boolean} [cut] the connection breaks in the middle
 * @property {boolean} [length] the answer ends at the token limit
 * @property {boolean} [refuse]
 * @property {boolean} [empty]
 * @property {boolean} [long]
 * @property {boolean} [code]
 * @property {boolean} [zh]
 * @property {boolean} [en]
 * @property {429 | 500} [status] the request is refused before any stream
 */

/** Knobs that take milliseconds, with what they mean when no number follows, and their bound. */
const TIMES = {
  delay: [3000, 60_000],
  pace: [120, 10_000],
  stall: [2500, 60_000],
  reasoning: [1800, 60_000],
  tool: [900, 60_000],
}
const FLAGS = ['error', 'cut', 'length', 'refuse', 'empty', 'long', 'code', 'zh', 'en']

const KNOB = new RegExp(
  `(^|\\s)/(${[...Object.keys(TIMES), ...FLAGS, '429', '500'].join('|')})(?:\\s+(\\d+))?(?=\\s|$)`,
  'gi',
)

/**
 * @param {string} prompt
 * @returns {{ prompt: string, knobs: Knobs }} The prompt without its knobs.
 */
export function readKnobs(prompt) {
  /** @type {Record<string, any>} */
  const knobs = {}
  const rest = prompt.replace(KNOB, (_all, before, name, value) => {
    const knob = name.toLowerCase()
    const time = TIMES[/** @type {keyof typeof TIMES} */ (knob)]
    if (time) knobs[knob] = Math.min(value === undefined ? time[0] : Number(value), time[1])
    else if (/\d/.test(knob)) knobs.status = Number(knob)
    else knobs[knob] = true
    // A number after a knob that takes none belongs to the prompt.
    return !time && value !== undefined ? `${before}${value}` : before
  })
  return { prompt: rest.replace(/[ \t]+/g, ' ').trim(), knobs }
}
