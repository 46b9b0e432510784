/** Counts the characters of text nodes, each once and only what is new in it; knows nothing of answers. */

/** What `measure` of base/characters gives. */
export interface Amount {
  chars: number
  readingMs: number
}

/** Sums of what stands in one place now. */
export interface Tally {
  chars: number
  ms: number
}

interface Entry extends Tally {
  /** Code units counted, and the last of them: text that grew still has them there. */
  size: number
  edge: string
  into: Tally[]
}

/** A caret that pages paint at the end of growing text is not part of it. */
const CARET = /[\u2580-\u259f]/

export interface Counter {
  has(text: Text): boolean
  /** Counts the node as it is now into these sums, and no longer into those it was in. */
  put(text: Text, into: Tally[]): void
  /** `left` the page: the next new node that begins with its text is measured from its end. */
  drop(text: Text, left?: boolean): void
  /** Forgets what left. */
  rest(): void
}

export function createCounter(measure: (text: string) => Amount): Counter {
  const entries = new WeakMap<Text, Entry>()
  // What left in this frame, in order, as long as it was not taken up again.
  let gone: [string, Entry][] = []

  const add = ({ into, chars, ms }: Entry, sign: number): void => {
    for (const sum of into) {
      sum.chars += sign * chars
      sum.ms += sign * ms
    }
  }
  return {
    has: (text) => entries.has(text),
    put(text, into) {
      let { data } = text
      if (CARET.test(data.slice(-1))) data = data.slice(0, -1)
      let old = entries.get(text)
      if (old) add(old, -1)
      else {
        const [before, entry] = gone.shift() ?? []
        if (entry && data.startsWith(before!)) old = entry
      }
      // It grew, unless what was its end is not there any more. A pair of surrogates may have been torn.
      let { size = 0, chars = 0, ms = 0 } = old ?? {}
      if (old && (data.slice(size - old.edge.length, size) != old.edge || /[\ud800-\udbff]$/.test(old.edge)))
        size = chars = ms = 0
      const more = measure(data.slice(size))
      const entry = {
        size: data.length,
        edge: data.slice(-8),
        chars: chars + more.chars,
        ms: ms + more.readingMs,
        into,
      }
      entries.set(text, entry)
      add(entry, 1)
    },
    drop(text, left) {
      const old = entries.get(text)
      if (!old) return
      add(old, -1)
      entries.delete(text)
      if (left && old.size == text.data.length) gone.push([text.data, old])
    },
    rest() {
      gone = []
    },
  }
}
