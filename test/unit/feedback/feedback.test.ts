import { expect, test } from 'vitest'
import { refOf } from '../../../src/feedback/about.ts'
import { meaningOf } from '../../../src/feedback/meaning.ts'
import { feedbackRecord } from '../../../src/feedback/record.ts'

const origin = { sessionId: 's', pageId: 'p' }
const turn = { turnId: 't1', traceId: '0'.repeat(31) + '1', spanId: '0'.repeat(15) + '2' }

test.each([
  ['up', { name: 'thumb', score: 1, label: 'up' }],
  ['down', { name: 'thumb', score: 0, label: 'down' }],
  [null, { name: 'thumb', label: 'retracted' }],
  [4, { name: 'rating', score: 4, label: '4/5' }],
  [
    { rating: 8, max: 10 },
    { name: 'rating', score: 8, label: '8/10' },
  ],
  [{ csat: 5 }, { name: 'csat', score: 5, label: '5/5' }],
  [{ nps: 0 }, { name: 'nps', score: 0, label: '0/10' }],
  [{ nps: null }, { name: 'nps', label: 'retracted' }],
  [{ comment: 'wrong year' }, { name: 'comment' }],
])('%j is a feedback', (value, meaning) => {
  expect(meaningOf(value)).toEqual(meaning)
})

test.each([
  undefined,
  '',
  'good',
  0,
  6,
  Number.NaN,
  {},
  { rating: 11, max: 10 },
  { csat: '5' },
  { nps: 11 },
  { comment: '' },
  [],
])('%j is none', (value) => {
  expect(meaningOf(value)).toBeUndefined()
})

test('a toggle keeps the id and raises the revision', () => {
  const up = feedbackRecord(meaningOf('up')!, {}, origin, turn, turn.spanId, 1000)
  const down = feedbackRecord(meaningOf('down')!, {}, origin, turn, turn.spanId, 2000)
  expect(down).toMatchObject({ id: up.id, traceId: up.traceId, spanId: up.spanId })
  expect(down.rev).toBeGreaterThan(up.rev)
  expect(up.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(up.spanId).toMatch(/^[0-9a-f]{16}$/)
})

test('thumb, rating and comment of one turn are three feedbacks, and those of two turns never meet', () => {
  const ids = new Set<string>()
  for (let span = 0; span < 2000; span++) {
    for (const value of ['up', 3, { comment: 'c' }]) {
      const { id, spanId } = feedbackRecord(meaningOf(value)!, {}, origin, turn, span.toString(16).padStart(16, '0'), 1)
      ids.add(id).add(spanId)
    }
  }
  expect(ids.size).toBe(2000 * 3 * 2)
})

test('a traceparent names the turn’s span', () => {
  expect(refOf(`00-${turn.traceId}-${turn.spanId}-01`)).toEqual({
    turnId: '',
    traceId: turn.traceId,
    spanId: turn.spanId,
  })
  expect(refOf('nonsense')).toBeUndefined()
})
