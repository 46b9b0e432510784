/** What a situation is: a page, what its user does, and what its turns must say. And what is wrong with a turn. */
import type { Person, Piece, Play, Seen } from '../../support/stage.ts'
import { scriptOf } from '../../support/stage.ts'
import { letters } from '../../support/dialects.ts'
import type { TurnRecord } from '../../../src/turn/record.ts'

/** Sixteen pieces, faster than reading at 120 ms each. */
export const WORDS = [
  'Dough',
  ' rises',
  ' slowly',
  ' when',
  ' the',
  ' kitchen',
  ' is',
  ' cold',
  ',',
  ' so',
  ' leave',
  ' it',
  ' there',
  ' one',
  ' hour',
  '.',
]
export const TEXT = WORDS.join('')
export const QUESTION = 'Why is my bread so flat?'
export const OTHER_QUESTION = 'Which flour keeps longest?'

/** What a turn must say. Left out: as an ordinary answer has it; `'any'`: nothing is asked of it. */
export interface Want {
  trigger?: string
  outcome?: string
  endedBy?: string
  finish?: string | undefined
  phase?: string
  errorType?: RegExp
  chars?: number | 'any'
  /** `'seen'`: what the page's own witness saw, within 50 ms; `'none'`: no answer text was seen. */
  ttft?: 'seen' | 'none' | 'any' | [number, number]
  /** `'some'`, `'none'`, `'any'`, or at least so many ms before the first text is wrong (`{ within }`). */
  firstChunk?: 'some' | 'any' | 'none' | { within: number }
  /** At most, ms. */
  stall?: number | 'any'
  requests?: number
  /** The first thought on the wire, and the first seen, stand well before the first text. */
  thoughts?: boolean
  more?: (turn: TurnRecord, turns: TurnRecord[]) => string[]
}

export interface Situation extends Play {
  /** @default asks `QUESTION` by Enter, and waits until a turn is told */
  act?: (person: Person) => Promise<void>
  /** One for each turn, in order. @default one ordinary answer */
  want?: Want | Want[]
  /** Everything else that must hold. */
  also?: (person: Person, turns: TurnRecord[]) => Promise<string[]> | string[]
  /** s until the turn is told. @default 20 */
  seconds?: number
}

export const ms = (value: number | undefined): string => (value === undefined ? '–' : String(Math.round(value)))

export function wrongWith(
  turn: TurnRecord | undefined,
  want: Want,
  seen: Seen | undefined,
  turns: TurnRecord[],
): string[] {
  if (!turn) return ['no turn']
  const whole = want.outcome === undefined || want.outcome == 'completed'
  const wrong: string[] = []
  const is = (name: string, value: unknown, wanted: unknown) => {
    if (wanted !== 'any' && value !== wanted) wrong.push(`${name} ${value ?? '–'} for ${wanted ?? '–'}`)
  }
  is('trigger', turn.trigger, want.trigger ?? 'submit')
  is('outcome', turn.outcome, want.outcome ?? 'completed')
  is('endedBy', turn.endedBy, want.endedBy ?? (whole ? 'done' : 'any'))
  is('finish', turn.finish, 'finish' in want ? want.finish : whole ? 'stop' : undefined)
  is('phase', turn.phase, want.phase ?? 'any')
  is('chars', turn.render.chars, want.chars ?? letters(TEXT))
  if (want.errorType) {
    if (!want.errorType.test(turn.errorType ?? ''))
      wrong.push(`errorType ${turn.errorType ?? '–'} for ${want.errorType}`)
  } else if (turn.errorType && want.outcome != 'error') wrong.push(`errorType ${turn.errorType} for –`)
  const ttft = want.ttft ?? 'seen'
  if (ttft == 'none' && turn.ttft !== undefined) wrong.push(`ttft ${ms(turn.ttft)} for none`)
  if (ttft == 'seen') {
    if (turn.ttft === undefined) wrong.push('no ttft')
    else if (seen?.ttft === undefined) wrong.push('the page saw no answer')
    else if (Math.abs(turn.ttft - seen.ttft) > 50) wrong.push(`ttft ${ms(turn.ttft)} for ${ms(seen.ttft)}`)
  }
  if (Array.isArray(ttft) && !(turn.ttft! >= ttft[0] && turn.ttft! <= ttft[1]))
    wrong.push(`ttft ${ms(turn.ttft)} for ${ttft.join(' to ')}`)
  const stall = want.stall ?? (whole ? 400 : 'any')
  if (stall != 'any' && turn.render.stallMs > stall) wrong.push(`stall ${ms(turn.render.stallMs)}`)
  const first = turn.moments.firstChunk
  const chunk = want.firstChunk ?? (whole && ttft != 'none' ? 'some' : 'any')
  if (chunk == 'some' && first === undefined) wrong.push('no firstChunk')
  if (chunk == 'none' && first !== undefined) wrong.push(`firstChunk ${ms(first)} for none`)
  if (typeof chunk == 'object' && !(turn.ttft! - first! < chunk.within && turn.ttft! - first! > -20))
    wrong.push(`firstChunk ${ms(first)} with ttft ${ms(turn.ttft)}`)
  if (want.requests !== undefined) is('requests', turn.requests.length, want.requests)
  if (want.thoughts) {
    const { firstReasoning, firstProgress } = turn.moments
    if (firstReasoning === undefined) wrong.push('no firstReasoning')
    if (firstProgress === undefined) wrong.push('no firstProgress')
    if (turn.ttft! - firstReasoning! < 100)
      wrong.push(`ttft ${ms(turn.ttft)} is that of the thoughts at ${ms(firstReasoning)}`)
  }
  return [...wrong, ...(want.more?.(turn, turns) ?? [])]
}

export interface StreamOptions {
  ms?: number
  type?: string
  end?: 'close' | 'cut'
  way?: string
}

/** A page that posts the prompt and shows each piece as its bytes come. */
export const streamed = (
  pieces: Piece[],
  want: Want = {},
  { ms = 120, type, end, way = 'append' }: StreamOptions = {},
): Situation => ({
  script: `const script = ${JSON.stringify(scriptOf(pieces))}; onSend(async (text) => { const show = answering(log, '${way}'); try { await follow(await post('/api/chat', chatBody(text)), script, show) } catch { bubble('note', 'Something went wrong.') } })`,
  http: ({ stream }) => stream(pieces, { ms, type, end }),
  want,
})

/** A page that reads the whole answer and shows it at once. */
export const whole = (body: unknown, want: Want = {}): Situation => ({
  script: `onSend(async (text) => { const show = answering(); const r = await post('/api/chat', { ...chatBody(text), stream: false }); await r.json(); show([0, ${JSON.stringify(TEXT)}]) })`,
  async http({ json }) {
    await new Promise((done) => setTimeout(done, 700))
    json(body)
  },
  want: { finish: 'any', ...want },
})
