/** How the answer grew, in at most 32 points: decimated in place by doubling their spacing, ends always kept. */

const most = 32

export interface Curve {
  /** `at` never goes back. */
  add(at: number, chars: number): void
  /** Flat pairs: time, characters. */
  points(): number[]
}

export function createCurve(): Curve {
  let points: number[] = []
  // Least time between kept points.
  let spacing = 8
  let lastAt = 0
  let lastChars = 0
  const add = (at: number, chars: number) => {
    const before = points[points.length - 2]
    if (at === before) points[points.length - 1] = chars
    else if (before === undefined || at - before >= spacing) points.push(at, chars)
  }
  return {
    add(at, chars) {
      lastAt = at
      lastChars = chars
      add(at, chars)
      // One place stays free for the last frame.
      while (points.length >= most * 2) {
        spacing *= 2
        const old = points
        points = []
        for (let i = 0; i < old.length; i += 2) add(old[i]!, old[i + 1]!)
      }
    },
    points: () =>
      points.length && points[points.length - 2] !== lastAt ? [...points, lastAt, lastChars] : [...points],
  }
}
