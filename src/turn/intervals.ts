/** A union of time intervals in constant memory, and how much of a span they cover; leaves their meaning to others. */

/** Intervals kept apart. Older ones are summed up: nobody asks for a time that far back. */
const kept = 8

export interface Intervals {
  /** One begins now and has no end yet. */
  begin(at: number): void
  end(at: number): void
  add(from: number, to: number): void
  /** Ms covered up to `at`. Of a span: `before(to) - before(from)`. */
  before(at: number): number
  /** When the one began that has not ended. */
  since(): number | undefined
  /** The last one that has ended. */
  last(): readonly [from: number, to: number] | undefined
}

export function createIntervals(): Intervals {
  let list: [number, number][] = []
  let summed = 0
  let begun: number | undefined
  const add = (from: number, to: number) => {
    // What has begun covers everything after it; overlaps are counted once.
    if (begun !== undefined) to = Math.min(to, begun)
    if (!(from < to)) return
    list = list.filter(([a, b]) => {
      if (a > to || b < from) return true
      from = Math.min(from, a)
      to = Math.max(to, b)
      return false
    })
    list.push([from, to])
    if (list.length > kept) {
      const [a, b] = list.shift()!
      summed += b - a
    }
  }
  return {
    begin(at) {
      begun ??= at
    },
    end(at) {
      const from = begun
      begun = undefined
      if (from !== undefined) add(from, at)
    },
    add,
    before: (at) =>
      list.reduce(
        (sum, [a, b]) => sum + Math.max(0, Math.min(b, at) - a),
        summed + (begun === undefined ? 0 : Math.max(0, at - begun)),
      ),
    since: () => begun,
    last: () => list.at(-1),
  }
}
