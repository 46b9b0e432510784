/** What is said of how a turn is known. */
import { expect, test } from 'vitest'
import { explain, sentenceOf } from '../../../src/evidence.ts'
import type { Evidence, TurnRecord } from '../../../src/turn/record.ts'

const of = (
  gesture: Evidence['gesture'],
  wire: Evidence['wire'],
  screen: Evidence['screen'],
  more: Partial<TurnRecord> = {},
) => explain({ outcome: 'completed', evidence: { gesture, wire, screen }, ...more } as TurnRecord)!

test('a turn that all witnesses know needs nothing', () => {
  for (const screen of ['matched', 'named'] as const) {
    const { seen, mend } = of('trusted', 'known', screen)
    expect(mend).toBeUndefined()
    expect(seen.map(({ witness, missing }) => [witness, missing])).toEqual([
      ['gesture', false],
      ['wire', false],
      ['screen', false],
    ])
  }
  expect(of('trusted', 'learned', 'growth').mend).toBeUndefined()
})

test.each<[Evidence['gesture'], Evidence['wire'], Evidence['screen'], string]>([
  ['trusted', 'known', 'none', 'ui: { answer'],
  ['none', 'known', 'matched', 'ui: { input'],
  ['trusted', 'opaque', 'growth', 'ui: { answer'],
  ['trusted', 'none', 'growth', 'ui: { answer'],
  ['trusted', 'none', 'named', 'requests: ['],
  ['trusted', 'opaque', 'named', 't.chunk(text)'],
])('%s, %s, %s: one option is named', (gesture, wire, screen, option) => {
  expect(of(gesture, wire, screen).mend).toContain(option)
})

test('an answer that never came, or was empty, is no fault of a selector; an older record says nothing', () => {
  expect(of('trusted', 'none', 'none', { outcome: 'stopped' }).mend).toBeUndefined()
  expect(of('trusted', 'known', 'none', { finish: 'empty' }).mend).toBeUndefined()
  expect(explain({} as TurnRecord)).toBeUndefined()
})

test('debug mode says it in one sentence, with what would mend it', () => {
  const turn = {
    seq: 3,
    outcome: 'completed',
    requests: [],
    evidence: { gesture: 'trusted', wire: 'opaque', screen: 'growth' },
  }
  expect(sentenceOf(turn as unknown as TurnRecord)).toMatch(
    /^turn 3 completed; gesture trusted: .*; wire opaque: .*; screen growth: .*\. To mend it: .*ui: \{ answer/,
  )
  const called = { ...turn, requests: [{ method: 'POST', url: 'https://a.example/save' }] }
  expect(sentenceOf(called as unknown as TurnRecord, false)).toMatch(
    /^no turn: POST https:\/\/a\.example\/save; .*requests/,
  )
})
