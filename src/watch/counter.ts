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
  drop(text: Text): void
  /** A counted node left the page; the next new nodes that begin with its text are measured from its end. */
  gone(text: Text): void
  /** Forgets what left. */
  rest(): void
}

export function createCounter(measure: (text: string) => Amount): Counter {
  const entries = new WeakMap<Text, Entry>()
  // Of one frame: what was removed, in order, and how far it was taken up again.
  let left: [string, Entry][] = []
  let next = 0

  const add = ({ into, chars, ms }: Entry, sign: number): void => {
    for (const sum of into) {
      sum.chars += sign * chars
      sum.ms += sign * ms
    }
  }
  const continues = (data: string, { size, edge }: Entry): boolean =>
    data.length >= size && data.slice(size - edge.length, size) == edge && !/[\ud800-\udbff]/.test(edge.slice(-1))

  return {
    has: (text) => entries.has(text),
    put(text, into) {
      let { data } = text
      if (CARET.test(data.slice(-1))) data = data.slice(0, -1)
      let old = entries.get(text)
      if (old) add(old, -1)
      else if (next < left.length) {
        const [before, entry] = left[next++]!
        if (data.startsWith(before)) old = entry
      }
      const base = old && continues(data, old) ? old : { size: 0, chars: 0, ms: 0 }
      const { chars, readingMs } = base.size < data.length ? measure(base.size ? data.slice(base.size) : data) : NOTHING
      const entry = {
        size: data.length,
        edge: data.slice(-8),
        chars: base.chars + chars,
        ms: base.ms + readingMs,
        into,
      }
      entries.set(text, entry)
      add(entry, 1)
    },
    drop(text) {
      const old = entries.get(text)
      if (old) add(old, -1)
      entries.delete(text)
    },
    gone(text) {
      const entry = entries.get(text)
      if (entry && entry.size == text.data.length) left.push([text.data, entry])
    },
    rest() {
      left = []
      next = 0
    },
  }
}

const NOTHING: Amount = { chars: 0, readingMs: 0 }
