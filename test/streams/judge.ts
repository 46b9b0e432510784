/** What is right in the turn of a generated stream, by name, and the count of it over many. */
import { letters } from '../support/dialects.ts'
import type { TurnRecord } from '../../src/turn/record.ts'
import { stallOf } from '../uis/compare.ts'
import { answerOf } from './grammar.ts'
import type { Stream } from './grammar.ts'

export interface Truth {
  /** Submit → the frame that showed the first text; and how far off a time may be. */
  ttft: number
  within: number
  /** Submit → the piece with the first text; missing: not asked. */
  firstChunk?: number
  chunkWithin: number
  frames: [number, number][]
}

export const CHECKS = ['one turn', 'outcome', 'ttft', 'chars', 'firstChunk not wrong', 'firstChunk there', 'no false stall', 'no false empty'] as const
export type Checks = Partial<Record<(typeof CHECKS)[number], string | true>>

/** Each check: true, or what was wrong. */
export function judgeTurn(s: Stream, turns: TurnRecord[], truth: Truth): Checks {
  const [turn] = turns
  if (turns.length != 1 || !turn) return { 'one turn': `${turns.length} turns: ${turns.map(({ trigger, outcome }) => `${trigger} ${outcome}`)}` }
  const chars = letters(answerOf(s))
  const stall = stallOf(truth.frames)
  const { ttft, render, moments, finish, outcome, endedBy } = turn
  const off = ttft === undefined ? Infinity : ttft - truth.ttft
  return {
    'one turn': true,
    outcome: (outcome == 'completed' && endedBy == 'done') || `${outcome} by ${endedBy}`,
    ttft: (off > -truth.within && off < truth.within) || `${ttft} for ${truth.ttft}`,
    chars: render.chars == chars || `${render.chars} for ${chars}`,
    'firstChunk not wrong': moments.firstChunk === undefined || Math.abs(moments.firstChunk - truth.firstChunk!) <= truth.chunkWithin || `${moments.firstChunk} for ${truth.firstChunk}`,
    'firstChunk there': moments.firstChunk !== undefined || 'missing',
    'no false stall': render.stallMs <= stall + 120 || `${render.stallMs} for ${stall}`,
    'no false empty': finish != 'empty' || 'empty',
  }
}

export interface Tally {
  runs: number
  right: Record<string, number>
  wrong: { checks: Checks; stream: Stream }[]
}
export const newTally = (): Tally => ({ runs: 0, right: {}, wrong: [] })

export function addTo(tally: Tally, stream: Stream, checks: Checks): void {
  tally.runs++
  for (const name of CHECKS) if (checks[name] === true) tally.right[name] = (tally.right[name] ?? 0) + 1
  if (CHECKS.some((name) => name != 'firstChunk there' && checks[name] !== true)) tally.wrong.push({ checks, stream })
}

/** Where the wrong ones cluster: the traits that they have more often than all. */
export function tallied(name: string, { runs, right, wrong }: Tally): string {
  const lines = CHECKS.map((check) => `  ${check.padEnd(22)} ${right[check] ?? 0}/${runs}`)
  const traits = new Map<string, number>()
  for (const { checks, stream: s } of wrong)
    for (const check of CHECKS) {
      if (checks[check] === true || checks[check] === undefined || check == 'firstChunk there') continue
      const at = `${check}: ${s.framing}, ${s.kind}, ${s.way}${s.resend == 'no' ? '' : `, resent ${s.resend}`}${s.thoughts.length ? ', thoughts' : ''}${s.silence ? ', a silence' : ''}${answerOf(s).length < 17 ? ', short' : ''}${s.asks == 'as a chat' ? '' : ', own request'}`
      traits.set(at, (traits.get(at) ?? 0) + 1)
    }
  const most = [...traits].toSorted((a, b) => b[1] - a[1]).slice(0, 25)
  const samples = wrong.slice(0, 6).map(({ checks, stream }) => `  ${JSON.stringify(checks)}\n    ${JSON.stringify(stream)}`)
  return [`${name}: ${runs} streams`, ...lines, ...(wrong.length ? ['  wrong, by what they have in common:', ...most.map(([at, n]) => `  ${String(n).padStart(5)}  ${at}`), '  some of them:', ...samples] : [])].join('\n')
}
