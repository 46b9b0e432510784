import { expect, test } from 'vitest'
import { reckon } from '../../faults/support/reckon.mjs'

const page = (over: object = {}) => ({ noted: [], troubles: [], jotted: [], turns: [], ...over })
const counts = (over: object = {}) => ({ opened: 1, delivered: 0, pending: 0, dropped: {}, rejectedSpans: 0, ...over })
const span = (trace: string, rev: number, raw = `${trace} ${rev}`) => ({
  name: 'chat.turn',
  traceId: trace,
  spanId: 's',
  raw,
  attributes: { 'chat_vitals.turn.revision': rev },
})
const weigh = (given: {
  ledger: string[]
  spans?: object[]
  told?: object[]
  stored?: string[]
  row?: object
  gone?: Record<string, string>
}) =>
  reckon({
    row: { row: 1, title: '', injected: '', ...given.row },
    site: {
      ledger: new Set(given.ledger),
      records: new Map(given.ledger.map((trace) => [`id of ${trace}`, trace])),
      dropped: new Map(Object.entries(given.gone ?? {}).map(([trace, reason]) => [`id of ${trace}`, reason])),
      calls: [],
    },
    collector: { spans: given.spans ?? [] },
    told: given.told ?? [],
    stored: given.stored ?? [],
  })

test('every opened turn is delivered, pending or dropped', () => {
  const { problems, ...figures } = weigh({
    ledger: ['a', 'b', 'c', 'd'],
    spans: [span('a', 3), span('a', 3), span('a', 5)],
    stored: ['b'],
    gone: { c: 'expired' },
    told: [page({ noted: ['d'], counts: counts({ pending: 1 }) })],
    row: { drops: true, keeps: true, memory: true },
  })
  expect(problems).toEqual([])
  expect(figures).toEqual({
    opened: 4,
    delivered: 1,
    pending: 2,
    dropped: 1,
    unexplained: 0,
    duplicates: 0,
    raw: 2,
    reasons: { expired: 1 },
  })
})

// Drops were counted, not matched: one that was dropped stood in for another that was lost.
test('a turn that was dropped explains no other one', () => {
  const { unexplained, problems } = weigh({
    ledger: ['a', 'b'],
    spans: [span('a', 3)],
    gone: { a: 'full' },
    told: [page({ counts: counts({ dropped: { full: 1 } }) })],
    row: { drops: true },
  })
  expect(unexplained).toBe(1)
  expect(problems).toEqual(['1 turns are unaccounted for'])
})

test('copies of one revision that differ are told, and turns that nobody opened', () => {
  expect(weigh({ ledger: ['a'], spans: [span('a', 3, 'one'), span('a', 3, 'other'), span('b', 1)] }).problems).toEqual([
    'copies of revision 3 differ',
    '1 turns arrived that nobody opened',
  ])
})

test('a page whose own counts do not add up is told', () => {
  const told = [page({ counts: counts({ opened: 2, delivered: 1 }) })]
  expect(weigh({ ledger: ['a'], spans: [span('a', 1)], told }).problems).toEqual([
    'the page counts 2 opened and 1 accounted for',
  ])
})
