/** Envelopes that nobody wrote: any nesting, keys, kinds, resends and noise around a known answer. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { learn } from './learn.ts'
import type { Event } from './learn.ts'

const word = fc.stringMatching(/^[a-z]{2,9}$/)
const words = (min: number) => fc.array(word, { minLength: min, maxLength: 40, size: 'max' })
const key = fc.constantFrom(
  'text',
  'body',
  'v',
  'out',
  'say',
  'payload',
  'x1',
  'chunk',
  'data',
  'reply',
  'm',
  'inner',
  'frag',
)
/** How many letters a piece has is the model's affair. */
const cuts = fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 4, maxLength: 12 })

const cut = (text: string, sizes: number[]): string[] => {
  const pieces: string[] = []
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = sizes[i % sizes.length]!
    pieces.push(text.slice(at, at + size))
    at += size
  }
  return pieces
}

const envelope = fc.record({
  path: fc.array(fc.oneof(key, fc.constant(0)), { minLength: 0, maxLength: 4 }),
  leaf: key,
  constants: fc.dictionary(
    fc.constantFrom('lang', 'ver', 'mode', 'model', 'role', 'ok'),
    fc.constantFrom('en', 'assistant', true, 7, null, 'beta-2'),
  ),
  counter: fc.boolean(),
  ids: fc.boolean(),
  kind: fc.constantFrom('type', 'kind', 'event', 'op', '@', 'key', 'flag', 'tuple'),
  resend: fc.constantFrom('no', 'no', 'whole', 'end'),
  inString: fc.boolean(),
  noise: fc.boolean(),
  title: fc.boolean(),
  lag: fc.integer({ min: 0, max: 3 }),
})
type Envelope = typeof envelope extends fc.Arbitrary<infer T> ? T : never

function events(e: Envelope, answer: string[], thoughts: string[]): Event[] {
  let n = 0
  const wrap = (inner: unknown): unknown =>
    e.path.reduceRight<unknown>((value, step) => (step === 0 ? [value] : { [step]: value }), inner)
  const event = (kind: string, said: object, more: Partial<Event> = {}): Event => {
    n++
    const core: Record<string, unknown> = { ...e.constants, ...said }
    if (e.kind == 'flag' && kind == 'thought') core.thought = true
    let value = wrap(core)
    if (e.inString) value = { data: JSON.stringify(value) }
    if (e.kind == 'tuple') value = [kind, value]
    else {
      const own = Array.isArray(value) ? { list: value } : (value as object)
      value = {
        ...(e.counter && { seq: n }),
        ...(e.ids && { id: `msg-${((n * 2654435761) >>> 0).toString(16).padStart(8, '0')}-4a1b`, session_id: 's-1' }),
        ...(!/^(@|key|flag|tuple)$/.test(e.kind) && { [e.kind]: kind }),
        ...own,
      }
    }
    return { payload: JSON.stringify(value), ...(e.kind == '@' && { event: kind }), ...more }
  }
  const say = (role: 'answer' | 'reasoning', pieces: string[]) => {
    const leaf = e.kind == 'key' && role == 'reasoning' ? 'musing' : e.leaf
    const kind = role == 'answer' ? 'text' : 'thought'
    const all = pieces.map((piece, i) =>
      event(kind, { [leaf]: e.resend == 'whole' ? pieces.slice(0, i + 1).join('') : piece }, { [role]: piece }),
    )
    if (e.resend == 'end') all.push(event(role == 'answer' ? 'text' : 'thought', { [leaf]: pieces.join('') }))
    return all
  }
  const all = [
    ...(e.noise ? [event('start', { status: 'started' })] : []),
    ...(e.title ? [event('title', { title: 'harbour' })] : []),
  ]
  if (thoughts.length) all.push(...say('reasoning', thoughts))
  all.push(...say('answer', answer))
  if (e.noise) {
    for (let i = all.length - 1; i > 0; i -= 5) all.splice(i, 0, event('ping', { status: 'alive' }))
    all.push(event('end', { status: 'ended' }))
  }
  return all
}

test('the answer and its first piece are found in any envelope, never another text', () => {
  const letter = /[\p{L}\p{N}]/u
  let exact = 0
  let runs = 0
  fc.assert(
    fc.property(envelope, words(10), words(0), cuts, (e, said, thought, sizes) => {
      const text = said.join(' ')
      const thoughts = thought.length > 5 && e.kind != 'tuple' ? cut(thought.join(' '), sizes) : []
      const all = events(e, cut(text, sizes), thoughts)
      const heard = learn(all, { lag: e.lag })
      runs++
      if (process.env.DUMP && (heard.answer != text || (thoughts.length && heard.reasoning != thought.join(' ')))) {
        const k = [
          e.kind,
          e.resend,
          e.inString,
          e.noise,
          e.title,
          e.lag,
          !!thoughts.length,
          heard.first.answer,
          all.findIndex((one) => letter.test(one.answer ?? '')),
        ].join(' ')
        console.log(
          'MISS',
          k,
          JSON.stringify(heard),
          JSON.stringify(e),
          '\n',
          all
            .slice(0, 6)
            .map((x) => x.event + x.payload)
            .join('\n '),
        )
        return
      }
      // Missing is allowed, wrong is not.
      if (heard.first.answer === undefined) return
      expect(heard.first.answer).toBe(all.findIndex((one) => letter.test(one.answer ?? '')))
      if (heard.answer == text && (!thoughts.length || heard.reasoning == thought.join(' '))) exact++
    }),
    { numRuns: Number(process.env.RUNS ?? 1000) },
  )
  expect(exact / runs).toBeGreaterThan(0.97)
}, 600_000)
