/** Fitted by test/bench/intent-trust.mjs: per kind start and slope of the line from log odds to those of being right. */
export const trust: [start: number, slope: number][] = [
  [0.26, 0.64],
  [0.07, 0.89],
  [0.2, 0.41],
  [0.3, 0.78],
  [0.46, 0.82],
]
