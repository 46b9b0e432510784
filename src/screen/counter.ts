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
  look: number
}

export interface Counter {
  /** What the node counts into first. */
  of(text: Text): Tally | undefined
  /** The look in which the node was counted last; missing when it is not counted. */
  look(text: Text): number | undefined
  /** Counts the node as it is now, in this look, into these sums, and no longer into those it was in. */
  put(text: Text, into: Tally[], look: number): void
  /** `left` the page: the next new node that begins with its text is measured from its end. */
  drop(text: Text, left?: boolean): void
  /** Forgets what left. */
  rest(): void
  /** Forgets all: an answer of many nodes would be remembered as long as it stands in the page. */
  clear(): void
}

export function createCounter(measure: (text: string) => Amount): Counter {
  let entries = new WeakMap<Text, Entry>()
  // What left in this frame, in order, as long as it was not taken up again.
  let gone: [string, Entry][] = []

  const add = ({ into, chars, ms }: Entry, sign: number): void => {
    for (const sum of into) {
      sum.chars += sign * chars
      sum.ms += sign * ms
    }
  }
  return {
    of: (text) => entries.get(text)?.into[0],
    look: (text) => entries.get(text)?.look,
    put(text, into, look) {
      let { data } = text
      // A caret that pages paint at the end of growing text, a block element, is not part of it.
      if (data.charCodeAt(data.length - 1) >> 5 == 0x12c) data = data.slice(0, -1)
      let old = entries.get(text)
      if (old) add(old, -1)
      else if (gone[0]) {
        const [before, entry] = gone.shift()!
        if (data.startsWith(before)) old = entry
      }
      let size = 0
      let chars = 0
      let ms = 0
      // It grew, if what was its end is still there, and was not half of a pair of surrogates.
      if (
        old &&
        data.startsWith(old.edge, old.size - old.edge.length) &&
        old.edge.charCodeAt(old.edge.length - 1) >> 10 != 0x36
      )
        ({ size, chars, ms } = old)
      const more = measure(size ? data.slice(size) : data)
      const entry = {
        size: data.length,
        edge: data.slice(-8),
        chars: chars + more.chars,
        ms: ms + more.readingMs,
        into,
        look,
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
    clear() {
      entries = new WeakMap()
    },
  }
}
