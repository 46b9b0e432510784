/** Where the wait for the first text went: the six parts of TTFT from a turn's moments. */
import type { Moments, TtftParts } from './record.ts'

/** Undefined when no answer text was painted. A boundary that is not known gives `unknown`, never a neighbour. */
export function ttftParts(moments: Moments): TtftParts | undefined {
  const { request, headers, firstChunk, firstInserted, firstText } = moments
  if (firstText === undefined) return undefined
  const parts: TtftParts = { client: 0, server: 0, model: 0, render: 0, paint: 0, unknown: 0 }
  const steps = [
    ['client', request],
    ['server', headers],
    ['model', firstChunk],
    ['render', firstInserted],
    ['paint', firstText],
  ] as const
  let before = 0
  let hole = false
  for (const [part, boundary] of steps) {
    if (boundary === undefined) hole = true
    else {
      const at = Math.min(firstText, Math.max(before, boundary))
      parts[hole ? 'unknown' : part] += at - before
      before = at
      hole = false
    }
  }
  return parts
}
