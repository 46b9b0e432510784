/**
 * Compares turns with what a page's own witness saw: by the time of the gesture, number by number. Gathers shares for a
 * table. Knows neither the page nor the transport.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TurnRecord } from '../../src/turn/record.ts'
import type { Seen } from '../support/stage.ts'

export interface Expected {
  step: string
  outcome: string
  endedBy?: string
  trigger?: string
}

export interface Share {
  right: number
  of: number
}
export const NUMBERS = ['outcome', 'trigger', 'ttft', 'chars', 'stalls', 'thumbs', 'copies', 'evidence', 'claimed'] as const
export type Row = Record<(typeof NUMBERS)[number], Share> & { wrong: string[] }

export const emptyRow = (): Row => ({ ...(Object.fromEntries(NUMBERS.map((name) => [name, { right: 0, of: 0 }])) as Record<(typeof NUMBERS)[number], Share>), wrong: [] })
export const count = (share: Share, right: boolean): boolean => {
  share.of++
  if (right) share.right++
  return right
}

/** Time the reader was out of text, by the definition in METRICS.md, from frames as the page saw them. */
export function stallOf(frames: [number, number][]): number {
  let idle = 0
  let until = 0
  let before = 0
  for (const [at, chars] of frames) {
    if (before) idle += Math.max(0, at - until)
    until = Math.max(at, before ? until : at) + (chars - before) * 52
    before = chars
  }
  return idle
}

const round = (value: number | undefined) => (value === undefined ? '–' : Math.round(value))

/** @param origin epoch ms of the page's clock @param charsWithin share of them */
export function compare(
  row: Row,
  name: string,
  expected: Expected[],
  seen: Seen[],
  turns: TurnRecord[],
  origin: number,
  { ttftWithin = 20, charsWithin = 0 }: { ttftWithin?: number; charsWithin?: number } = {},
): void {
  const free = new Set(turns)
  for (const [i, want] of expected.entries()) {
    const truth = seen[i]
    const say = (text: string) => row.wrong.push(`${name}: ${want.step}: ${text}`)
    const turn = truth && [...free].find(({ startedAt }) => Math.abs(startedAt - origin - truth.gesture) < 400)
    if (!turn || !truth) {
      count(row.outcome, false)
      for (const key of ['trigger', 'chars', 'evidence'] as const) count(row[key], false)
      if (truth?.ttft !== undefined) {
        count(row.ttft, false)
        count(row.stalls, false)
      }
      say(truth ? 'no turn' : 'the page shows no answer')
      continue
    }
    free.delete(turn)
    const { outcome, endedBy, trigger, evidence } = turn
    if (!count(row.outcome, outcome == want.outcome && (!want.endedBy || endedBy == want.endedBy))) say(`${outcome} by ${endedBy} for ${want.outcome}${want.endedBy ? ` by ${want.endedBy}` : ''}`)
    if (!count(row.trigger, trigger == (want.trigger ?? 'submit'))) say(`trigger ${trigger} for ${want.trigger ?? 'submit'}`)
    if (truth.ttft === undefined) {
      if (turn.ttft !== undefined) {
        count(row.ttft, false)
        say(`ttft ${round(turn.ttft)} for none`)
      }
    } else {
      const off = turn.ttft === undefined ? undefined : turn.ttft - truth.ttft
      if (!count(row.ttft, off !== undefined && Math.abs(off) <= ttftWithin)) say(`ttft ${round(turn.ttft)} for ${round(truth.ttft)} (${turn.ttftMethod ?? '–'} ± ${turn.ttftErrorMs ?? '–'})`)
      // The witness itself is early or late by a frame.
      if (turn.ttftErrorMs !== undefined && off !== undefined) count(row.claimed, Math.abs(off) <= turn.ttftErrorMs + 17)
      const stall = stallOf(truth.frames)
      if (!count(row.stalls, Math.abs(turn.render.stallMs - stall) <= 120 + stall * 0.03)) say(`stall ${round(turn.render.stallMs)} for ${round(stall)}`)
    }
    if (!count(row.chars, Math.abs(turn.render.chars - truth.chars) <= truth.chars * charsWithin)) say(`${turn.render.chars} characters for ${truth.chars}`)
    count(row.evidence, !!evidence && (evidence.wire == 'known' || evidence.wire == 'learned') && (evidence.screen == 'matched' || evidence.screen == 'named'))
  }
  for (const turn of free) {
    count(row.outcome, false)
    row.wrong.push(`${name}: a turn for nothing: ${turn.trigger} ${turn.outcome}, ${turn.render.chars} characters, ${turn.requests.map(({ transport, url }) => `${transport} ${new URL(url).pathname}`)}`)
  }
}

const share = ({ right, of }: Share) => (of ? `${right}/${of}` : '–')

export function table(rows: Record<string, Row>): string {
  const sum = emptyRow()
  for (const row of Object.values(rows)) for (const name of NUMBERS) for (const key of ['right', 'of'] as const) sum[name][key] += row[name][key]
  const lines = Object.entries({ ...rows, 'all together': sum }).map(([name, row]) => [name, ...NUMBERS.map((key) => share(row[key]))])
  const all = [['', ...NUMBERS.map((name) => (name == 'ttft' ? 'ttft near' : name))], ...lines]
  const widths = all[0]!.map((_, i) => Math.max(...all.map((line) => line[i]!.length)))
  return all.map((line) => line.map((cell, i) => (i ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  ')).join('\n')
}
/** Share of all rows, 0 to 1. */
export function total(rows: Record<string, Row>, name: (typeof NUMBERS)[number]): number {
  const all = Object.values(rows).map((row) => row[name])
  const of = all.reduce((sum, one) => sum + one.of, 0)
  return of ? all.reduce((sum, one) => sum + one.right, 0) / of : 0
}

/** Prints what a run found, and leaves it in `.cache/` for who comes later. */
export function report(name: string, text: string): void {
  const folder = join(import.meta.dirname, '../../.cache')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.txt`), `${text}\n`)
  process.stdout.write(`\n${text}\n`)
}
