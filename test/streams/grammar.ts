/**
 * Streams that nobody wrote: any envelope, framing, cuts and resends around a known answer, and the page's way to paint
 * it. Some envelopes and ways are kept out of what one looks at while building: `held` draws from those alone.
 */
import fc from 'fast-check'

export const WAYS = ['append', 'html', 'data', 'spans', 'remount', 'typed'] as const
export type Way = (typeof WAYS)[number]
export const FRAMINGS = ['sse', 'sse without a blank', 'ndjson', 'concatenated', 'plain', 'socket.io'] as const

/** Kept apart. */
const HELD_WAYS: Way[] = ['remount', 'typed']
const HELD_KINDS = ['patch', 'in a string', 'nested tuple', 'key of the kind'] as const

const word = fc.stringMatching(/^[a-z]{2,9}$/)
const key = fc.constantFrom('text', 'body', 'v', 'out', 'say', 'payload', 'x1', 'chunk', 'data', 'reply', 'm', 'inner', 'frag', 'delta', 'content', 'value', 'part')

export const stream = (held: boolean) =>
  fc.record({
    words: fc.oneof({ weight: 9, arbitrary: fc.array(word, { minLength: 6, maxLength: 40, size: 'max' }) }, { weight: 1, arbitrary: fc.array(word, { minLength: 1, maxLength: 3 }) }),
    thoughts: fc.oneof({ weight: 3, arbitrary: fc.constant([] as string[]) }, { weight: 1, arbitrary: fc.array(word, { minLength: 6, maxLength: 20, size: 'max' }) }),
    sizes: fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 4, maxLength: 12 }),
    framing: held ? fc.constantFrom('sse', 'ndjson', 'socket.io' as const) : fc.constantFrom(...FRAMINGS),
    path: fc.array(fc.oneof(key, fc.constant(0)), { minLength: 0, maxLength: 4 }),
    leaf: key,
    kind: held ? fc.constantFrom(...HELD_KINDS) : fc.constantFrom('type', 'kind', 'event', 'op', 'event name', 'tuple', 'flag'),
    constants: fc.dictionary(fc.constantFrom('lang', 'ver', 'mode', 'model', 'role', 'ok'), fc.constantFrom('en', 'assistant', true, 7, null, 'beta-2')),
    counter: fc.boolean(),
    ids: fc.boolean(),
    resend: fc.constantFrom('no', 'no', 'cumulative', 'at the end'),
    noise: fc.boolean(),
    title: fc.boolean(),
    endWord: fc.boolean(),
    first: fc.integer({ min: 120, max: 900 }),
    gaps: fc.array(fc.integer({ min: 15, max: 110 }), { minLength: 3, maxLength: 9 }),
    silence: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 600, max: 7000 }) }),
    /** Where the network cuts: after each event, or anywhere within. */
    cuts: fc.oneof(fc.constant([] as number[]), fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 })),
    way: held ? fc.constantFrom(...HELD_WAYS) : fc.constantFrom(...WAYS.filter((way) => !HELD_WAYS.includes(way))),
    lag: fc.integer({ min: 0, max: 40 }),
    asks: fc.constantFrom('as a chat', 'as its own'),
  })
type Drawn<T> = T extends fc.Arbitrary<infer V> ? V : never
export type Stream = Drawn<ReturnType<typeof stream>>

export interface Said {
  /** ms after the request. */
  at: number
  /** What comes at once: bytes of a body, or a frame. */
  bytes: string
  /** Complete with these bytes. */
  text?: string
  thought?: string
}

function cut(text: string, sizes: number[]): string[] {
  const pieces: string[] = []
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = sizes[i % sizes.length]!
    pieces.push(text.slice(at, at + size))
    at += size
  }
  return pieces
}

export const answerOf = ({ words }: Stream): string => words.join(' ')

/** One event: its payload as JSON, and the name that SSE gives it. */
interface Event {
  value: unknown
  name?: string
  text?: string
  thought?: string
}

function eventsOf(s: Stream): Event[] {
  let n = 0
  const wrap = (inner: unknown): unknown => s.path.reduceRight<unknown>((value, step) => (step === 0 ? [value] : { [step]: value }), inner)
  const event = (kind: string, said: Record<string, unknown>, more: Partial<Event> = {}): Event => {
    n++
    const core: Record<string, unknown> = { ...s.constants, ...said }
    if (s.kind == 'flag' && kind == 'thought') core.thought = true
    if (s.kind == 'key of the kind') return { value: { ...(s.counter && { seq: n }), [kind]: wrap(core) }, ...more }
    let value = wrap(core)
    if (s.kind == 'patch') {
      const leaf = said[s.leaf]
      if (leaf !== undefined) value = { p: `/${kind}/${s.path.join('/')}/${s.leaf}`, o: 'append', v: leaf }
      return { value, ...more }
    }
    if (s.kind == 'in a string') value = { data: JSON.stringify(value) }
    if (s.kind == 'tuple') return { value: [kind, value], ...more }
    if (s.kind == 'nested tuple') return { value: { batch: [[kind, value]] }, ...more }
    const own = Array.isArray(value) ? { list: value } : (value as object)
    return {
      value: {
        ...(s.counter && { seq: n }),
        ...(s.ids && { id: `msg-${((n * 2654435761) >>> 0).toString(16).padStart(8, '0')}-4a1b`, session_id: 's-1' }),
        ...(!['event name', 'flag'].includes(s.kind) && { [s.kind == 'in a string' ? 'type' : s.kind]: kind }),
        ...own,
      },
      ...((s.kind == 'event name') && { name: kind }),
      ...more,
    }
  }
  const say = (kind: 'answer' | 'thought', pieces: string[]): Event[] => {
    const all = pieces.map((piece, i) => event(kind, { [s.leaf]: s.resend == 'cumulative' && s.kind != 'patch' ? pieces.slice(0, i + 1).join('') : piece }, { [kind == 'answer' ? 'text' : 'thought']: piece }))
    if (s.resend == 'at the end' && s.kind != 'patch') all.push(event(kind, { [s.leaf]: pieces.join('') }))
    return all
  }
  const all: Event[] = [...(s.noise ? [event('start', { status: 'started' })] : []), ...(s.title ? [event('title', { title: 'harbour' })] : [])]
  // Thoughts are told apart by their kind; where the stream tells no kinds there are none.
  if (thoughtsOf(s)) all.push(...say('thought', cut(s.thoughts.join(' '), s.sizes)))
  all.push(...say('answer', cut(answerOf(s), s.sizes)))
  if (s.noise) for (let i = all.length - 1; i > 0; i -= 5) all.splice(i, 0, event('ping', { status: 'alive' }))
  if (s.endWord) all.push(event('end', { status: 'ended' }))
  return all
}
/** The kind is told only where a discriminator can be. */
export const thoughtsOf = ({ thoughts, framing, kind }: Stream): boolean => thoughts.length > 0 && framing != 'plain' && (kind != 'event name' || framing.startsWith('sse'))

/** All that the server says, in time. */
export function saidOf(s: Stream): Said[] {
  const events: (Event & { bytes: string })[] =
    s.framing == 'plain'
      ? cut(answerOf(s), s.sizes).map((text) => ({ value: text, text, bytes: text }))
      : eventsOf(s).map((one) => ({ ...one, bytes: framed(s, one) }))
  let at = s.first
  const half = Math.floor(events.length / 2)
  const timed = events.map(({ bytes, text, thought }, i) => {
    if (i) at += s.gaps[i % s.gaps.length]! + (i == half ? s.silence : 0)
    return { at, bytes, text, thought }
  })
  if (!s.cuts.length || s.framing == 'socket.io') return timed
  // The network cuts within: the second part comes a little later, and with it what the event says.
  let n = 0
  return timed.flatMap(({ bytes, text, thought, ...one }): Said[] => {
    const cutAt = s.cuts[n++ % s.cuts.length]!
    if (cutAt >= bytes.length || s.framing == 'plain') return [{ ...one, bytes, text, thought }]
    return [
      { ...one, bytes: bytes.slice(0, cutAt) },
      { at: one.at + 6, bytes: bytes.slice(cutAt), text, thought },
    ]
  })
}

function framed({ framing }: Stream, { value, name }: Event): string {
  const json = JSON.stringify(value)
  const head = name ? `event: ${name}\n` : ''
  if (framing == 'sse') return `${head}data: ${json}\n\n`
  if (framing == 'sse without a blank') return `${head}data:${json}\n\n`
  if (framing == 'ndjson') return `${JSON.stringify(name ? { [name]: value } : value)}\n`
  if (framing == 'concatenated') return JSON.stringify(name ? { [name]: value } : value)
  return `42${JSON.stringify([name ?? 'message', value])}`
}

export const typeOf = ({ framing }: Stream): string =>
  framing.startsWith('sse') ? 'text/event-stream' : framing == 'ndjson' ? 'application/x-ndjson' : framing == 'plain' ? 'text/plain; charset=utf-8' : 'application/json'
