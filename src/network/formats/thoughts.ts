/** Tells thoughts that a model left at the beginning of its answer from the answer, however the tags around them are cut. */

const OPENS =
  /^<(think|thinking|thought|reasoning)>|^<(details)[^>]*>\s*<summary>[^<]*(?:think|thought|reason)[^<]*<\/summary>/i
/** May still become one of those. */
const UNDECIDED = /^<(?:[a-z]{0,9}|details\b(?![^]*<\/summary>)[^]{0,400})$/i

export interface Thoughts {
  /** What of the next piece of the answer is a thought, and what is answer. */
  split(text: string): [thought: string, answer: string]
  /** What was held back to see what becomes of it. */
  rest(): string
}

export function splitThoughts(): Thoughts {
  // Closing tag of the thoughts; empty while it is open whether there are any, undefined once that is over or never was.
  let close: string | undefined = ''
  let held = ''
  return {
    split(text) {
      if (close === undefined) return ['', text]
      if (!close) {
        const start = (held + text).trimStart()
        if (!start) return ['', text]
        const opens = OPENS.exec(start)
        if (!opens && UNDECIDED.test(start)) {
          held = start
          return ['', '']
        }
        text = held + text
        held = ''
        close = opens ? `</${(opens[1] ?? opens[2])!}>` : undefined
        if (!opens) return ['', text]
        text = start.slice(opens[0].length)
      }
      text = held + text
      held = ''
      const end = text.indexOf(close!)
      if (end >= 0) {
        const behind = end + close!.length
        close = undefined
        return [text.slice(0, end), text.slice(behind)]
      }
      let cut = text.length
      while (cut > 0 && text.length - cut < close!.length && !close!.startsWith(text.slice(cut - 1))) cut--
      cut = cut > 0 && close!.startsWith(text.slice(cut - 1)) ? cut - 1 : text.length
      held = text.slice(cut)
      return [text.slice(0, cut), '']
    },
    rest: () => (close ? '' : held),
  }
}
