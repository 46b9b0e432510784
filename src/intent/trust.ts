/** Fitted by test/bench/intent-trust.mjs: per kind start and slope of the line from log odds to those of being right. */
export const trust: [start: number, slope: number][] = [
  [0.35, 0.6],
  [0.12, 0.95],
  [0.22, 0.39],
  [0.38, 0.74],
  [0.58, 0.74],
]
