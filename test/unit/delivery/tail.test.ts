import { expect, test } from 'vitest'
import { writeTail } from '../../../src/delivery/tail.ts'
import type { Tail } from '../../../src/delivery/tail.ts'
import { turnRecord } from './samples.ts'

const written = (entries: Tail['entries'], dropped = 0) => {
  localStorage.clear()
  writeTail(localStorage, 'page-1', { v: 1, to: 'support-chat', at: 1, left: true, dropped, entries })
  return localStorage.getItem('chat-vitals:tail:page-1')
}

test('a tail is at most 4 KB, the newest turns first', () => {
  const text = written(Array.from({ length: 20 }, (_, n) => ({ saved: false, record: turnRecord({}, n + 1) })))!
  expect(new Blob([text]).size).toBeLessThanOrEqual(4096)
  expect((JSON.parse(text) as Tail).entries[0]!.record.id).toBe('turn-20')
})

test('the growth curve goes before a turn does', () => {
  const record = turnRecord({ attributes: { long: 'ü'.repeat(700) } })
  record.render.curve = Array.from({ length: 64 }, (_, n) => n * 1000.123456789)
  const { entries } = JSON.parse(
    written([
      { saved: true, record },
      { saved: true, record: turnRecord({}, 2) },
    ])!,
  ) as Tail
  expect(entries.map((entry) => entry.record.id)).toEqual(['turn-2', 'turn-1'].slice(0, entries.length))
})

test('a settled turn without its curve has a lower revision, one under way keeps its own', () => {
  const curve = Array.from({ length: 64 }, (_, n) => n * 1000.123456789)
  const attributes = { long: 'x'.repeat(2000) }
  const of = (over: object) => {
    const record = turnRecord({ ...over, attributes, render: { ...turnRecord().render, curve } })
    return (JSON.parse(written([{ saved: false, record }])!) as Tail).entries[0]!.record as typeof record
  }
  expect(of({})).toMatchObject({ rev: 2, render: { curve: [] } })
  expect(of({ outcome: undefined })).toMatchObject({ rev: 3, render: { curve: [] } })
})

test('with nothing to say there is no tail', () => {
  expect(written([])).toBeNull()
  expect(written([], 3)).toContain('"dropped":3')
})
