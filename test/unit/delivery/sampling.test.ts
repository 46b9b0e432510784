/** A session that is recorded says with what probability, as backends read it: it is recorded when its randomness is no less than the threshold. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { traceStateOf } from '../../../src/delivery/sampling.ts'
import { spansOf } from '../../../src/delivery/spans.ts'
import { createSession } from '../../../src/page/session.ts'
import { feedbackRecord, pageRecord, signalRecord, turnRecord } from './samples.ts'

const clock = { now: () => 0, epoch: () => 1, setTimeout: () => 0, clearTimeout: () => {} }
const timing = { sessionIdle: 1, sessionMost: 1 }
const stateOf = (sessionId: string, sampleRate?: number) => traceStateOf(turnRecord({ sessionId, sampleRate }))
/** As the specification reads it: 56 bits each, trailing zeros of a threshold left out. */
const read = (state: string) => {
  const { th, rv } = /^ot=th:(?<th>[0-9a-f]{1,14});rv:(?<rv>[0-9a-f]{14})$/.exec(state)!.groups!
  return { th: BigInt(`0x${th!.padEnd(14, '0')}`), rv: BigInt(`0x${rv}`) }
}
const id = fc.stringMatching(/^[0-9a-f]{32}$/)

test('what the session decides is what its tracestate says', () => {
  fc.assert(
    fc.property(id, fc.double({ min: 1e-9, max: 1, noNaN: true }), (sessionId, sampleRate) => {
      const { th, rv } = read(stateOf(sessionId, sampleRate)!)
      expect(createSession({ clock, timing, sampleRate }).sampled(sessionId)).toBe(rv >= th)
    }),
    {
      numRuns: 5000,
      examples: [
        ['0'.repeat(32), 1e-9],
        ['f'.repeat(32), 1],
        ['7fffffff'.padEnd(32, 'f'), 0.5],
        ['80000000'.padEnd(32, '0'), 0.5],
      ],
    },
  )
})

test.each([
  [1, 'ot=th:0;rv:ffffffffffffff'],
  [0.5, 'ot=th:8;rv:ffffffffffffff'],
  [0.25, 'ot=th:c;rv:ffffffffffffff'],
  [0.1, 'ot=th:e6666666;rv:ffffffffffffff'],
])('a rate of %d is %s', (rate, state) => {
  expect(stateOf('0'.repeat(32), rate)).toBe(state)
  // The adjusted count is 2^56 by what is not rejected.
  const { th } = read(state)
  expect(2 ** 56 / Number(2n ** 56n - th)).toBeCloseTo(1 / rate, 6)
})

test('without a rate or a session nothing is said', () => {
  expect([stateOf('0'.repeat(32)), stateOf('0'.repeat(32), 0), stateOf('', 1), stateOf('session-1', 0.5)]).toEqual(
    Array(4).fill(undefined),
  )
})

test('all spans of a session have the same, and the rate where it is not one', () => {
  const of = { sessionId: '0123456789abcdef'.repeat(2), sampleRate: 0.25 }
  const spans = [turnRecord(of), feedbackRecord(of), signalRecord(of), pageRecord(of)].flatMap((record) =>
    spansOf(record),
  )
  expect(spans).toHaveLength(5)
  for (const { traceState, attributes } of spans) {
    expect(traceState).toBe('ot=th:c;rv:fedcba98765432')
    expect(attributes['chat_vitals.sample_rate']).toBe(0.25)
  }
  const [all] = spansOf(turnRecord({ ...of, sampleRate: 1 }))
  expect(all!.attributes).not.toHaveProperty('chat_vitals.sample_rate')
})
