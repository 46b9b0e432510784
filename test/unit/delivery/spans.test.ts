import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encode } from '../../../src/delivery/otlp.ts'
import { spansOf } from '../../../src/delivery/spans.ts'
import type { SpanData } from '../../../src/delivery/spans.ts'
import type { AnyRecord, TurnRecord } from '../../../src/turn/record.ts'
import { decode } from '../../support/collector.ts'
import { feedbackRecord, hex, pageRecord, resource, signalRecord, turnRecord } from './samples.ts'

const values = (span: SpanData) => span.attributes

test('a turn is a root span with one client span per request', () => {
  const [turn, post, ...rest] = spansOf(turnRecord())
  expect(rest).toEqual([])
  expect(turn).toMatchObject({ name: 'chat.turn', kind: 0, traceId: hex(32, 1), spanId: hex(16, 1), links: [] })
  expect(turn!.parentSpanId).toBeUndefined()
  expect(turn!.endMs - turn!.startMs).toBeCloseTo(6000, 2)
  expect(post).toMatchObject({
    name: 'POST',
    kind: 2,
    parentSpanId: hex(16, 1),
    links: [{ traceId: hex(32, 77), spanId: hex(16, 78) }],
  })
})

test('durations are seconds', () => {
  const [turn] = spansOf(turnRecord())
  expect(values(turn!)['chat_vitals.time_to.first_text']).toBe(2)
  expect(values(turn!)['chat_vitals.stall.duration']).toBe(0.4)
})

test('an interrupted turn lasts until the user had enough', () => {
  const [turn] = spansOf(turnRecord({ outcome: 'abandoned', moments: { lastText: 3000, end: 60_000 } }))
  expect(turn!.endMs - turn!.startMs).toBeCloseTo(60_000, 2)
})

test('the growth curve is a string of points, seconds and characters', () => {
  expect(values(spansOf(turnRecord())[0]!)['chat_vitals.render.curve']).toBe('2,3 3,90 6,400')
})

test('only the outcome error is an error', () => {
  for (const outcome of ['completed', 'stopped', 'superseded', 'abandoned', 'cancelled', 'lost'] as const)
    expect(spansOf(turnRecord({ outcome, errorType: 'AbortError' }))[0]!.error).toBeUndefined()
  const [turn] = spansOf(turnRecord({ outcome: 'error', errorType: 'overloaded_error' }))
  expect(turn!.error).toBe('overloaded_error')
  expect(values(turn!)['error.type']).toBe('overloaded_error')
})

test('an intended abort leaves the request without error', () => {
  const requests = [
    { ...turnRecord().requests[0]!, errorType: 'AbortError' },
    { ...turnRecord().requests[0]!, status: 429 },
  ]
  const [, aborted, refused] = spansOf(turnRecord({ requests }))
  expect([aborted!.error, values(aborted!)['error.type']]).toEqual([undefined, undefined])
  expect([refused!.error, values(refused!)['error.type']]).toEqual(['429', '429'])
})

test('a backend in the same trace is not linked', () => {
  const requests = [{ ...turnRecord().requests[0]!, backendTraceId: hex(32, 1) }]
  expect(spansOf(turnRecord({ requests }))[1]!.links).toEqual([])
})

test('tokens are told only where the browser calls the provider itself', () => {
  const own = values(spansOf(turnRecord())[1]!)
  expect(own).not.toHaveProperty('gen_ai.usage.input_tokens')
  const requests = [{ ...turnRecord().requests[0]!, url: 'https://api.openai.com/v1/chat/completions' }]
  const provider = values(spansOf(turnRecord({ requests }))[1]!)
  expect(provider).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.usage.output_tokens': 120,
    'server.port': 443,
  })
})

test('feedback links once to its turn and carries the evaluation event', () => {
  const [span, ...rest] = spansOf(feedbackRecord())
  expect(rest).toEqual([])
  expect(span!.links).toEqual([{ traceId: hex(32, 1), spanId: hex(16, 1) }])
  expect(span!.startMs).toBe(span!.endMs)
  expect(span!.parentSpanId).toBeUndefined()
  expect(span!.events[0]!.name).toBe('gen_ai.evaluation.result')
  expect(span!.events[0]!.attributes['gen_ai.evaluation.score.value']).toBe(1)
  expect(span!.events[0]!.attributes).not.toHaveProperty('session.id')
})

test('session and page are on every span, under further names where asked', () => {
  for (const record of [turnRecord(), feedbackRecord(), signalRecord(), pageRecord()])
    for (const span of spansOf(record, ['gen_ai.session.id']))
      expect(values(span)).toMatchObject({
        'session.id': 'session-1',
        'gen_ai.session.id': 'session-1',
        'chat_vitals.page.id': 'page-1',
      })
})

test('a page view carries its web vitals as events', () => {
  const [span] = spansOf(pageRecord())
  expect(span!.events.map((event) => event.attributes['browser.web_vital.name'])).toEqual(['LCP', 'CLS'])
})

test('long strings are cut with a marker, lone surrogates replaced', () => {
  const [span] = spansOf(feedbackRecord({ comment: 'x'.repeat(1e6), label: 'a\ud800b' }))
  expect(values(span!)['gen_ai.evaluation.explanation']).toBe('x'.repeat(1023) + '…')
  expect(values(span!)['gen_ai.evaluation.score.label']).toBe('a\ufffdb')
})

test("the page's attributes cannot replace ours", () => {
  const [span] = spansOf(turnRecord({ attributes: { 'session.id': 'forged', 'chat_vitals.turn.seq': 99 } }))
  expect(values(span!)).toMatchObject({ 'session.id': 'session-1', 'chat_vitals.turn.seq': 1 })
})

test('a record without proper ids makes no span', () => {
  expect(spansOf(turnRecord({ traceId: '0'.repeat(32) }))).toEqual([])
  expect(spansOf(turnRecord({ spanId: 'nonsense' }))).toEqual([])
  expect(spansOf({} as AnyRecord)).toEqual([])
})

test('whatever is in a record, what comes out is valid OTLP', () => {
  const odd = fc.oneof(
    fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }),
    fc.constantFrom<unknown>(
      NaN,
      Infinity,
      -1e300,
      Number.MAX_VALUE,
      '\ud800',
      'x'.repeat(5000),
      '__proto__',
      Symbol('s'),
    ),
    fc.constant(
      new Proxy(
        { [fc.toStringMethod]: () => 'hostile' },
        {
          get(target, key) {
            // So that a counterexample can be shown.
            if (key === fc.toStringMethod) return target[fc.toStringMethod]
            throw new Error('hostile')
          },
          ownKeys() {
            throw new Error('hostile')
          },
        },
      ),
    ),
  )
  const keys = Object.keys(turnRecord()).filter((key) => key !== 'traceId' && key !== 'spanId') as (keyof TurnRecord)[]
  fc.assert(
    fc.property(fc.constantFrom(...keys), odd, odd, fc.string(), (key, value, attribute, name) => {
      const attributes = { [name]: attribute, ok: 1 } as never
      const record = { ...turnRecord(), attributes, [key]: value }
      const json = encode(spansOf(record as AnyRecord), resource, '1')
      if (!json) return true
      const sound = decode(json).every((span) => span.startMs >= 0 && span.endMs >= span.startMs)
      // JSON writes what is no number as null.
      return sound && !/Value":null/.test(json) && json.isWellFormed()
    }),
    { numRuns: 2000 },
  )
  expect(({} as { ok?: unknown }).ok).toBeUndefined()
}, 30_000)
