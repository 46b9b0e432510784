/** Whatever a page puts in, what comes out is valid OTLP, nothing throws, and no prototype changes. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanAttributes, cleanId } from '../../../src/base/clean.ts'
import { encode } from '../../../src/delivery/otlp.ts'
import { plain, seal } from '../../../src/delivery/seal.ts'
import { spansOf } from '../../../src/delivery/spans.ts'
import type { AnyRecord } from '../../../src/turn/record.ts'
import { decode } from '../../support/collector.ts'
import type { ReceivedSpan } from '../../support/collector.ts'
import { records, resource } from './samples.ts'
import { bag, fields, value } from './traps.ts'

const isValid = (json: string): ReceivedSpan[] => {
  const spans = decode(json)
  // No half of a surrogate pair, neither plain nor escaped: collectors refuse the whole batch for one.
  expect(json.replace(/\\\\/g, '')).not.toMatch(/\\ud[89a-f]|\p{Cs}/iu)
  for (const [, int] of json.matchAll(/"intValue":"?([^,}"]*)/g)) expect(int).toMatch(/^-?\d+$/)
  for (const span of spans) {
    expect(span.traceId + span.spanId).toMatch(/^[0-9a-f]{48}$/)
    expect(span.startMs).toBeGreaterThanOrEqual(0)
    expect(span.endMs).toBeGreaterThanOrEqual(span.startMs)
    expect(span.raw.length).toBeLessThan(200_000)
  }
  return spans
}
const runs = { numRuns: 10_000 }

test('attributes and ids of a page, whatever they are, make valid spans', () => {
  fc.assert(
    fc.property(fc.oneof(bag, value), value, fc.nat(3), (raw, id, which) => {
      const record = {
        ...records()[which % records().length]!,
        attributes: cleanAttributes(raw),
        userId: cleanId(id),
        conversationId: cleanId(id),
      }
      const sealed = plain(record).record
      const spans = isValid(encode(spansOf(sealed), resource, '0.1.0'))
      expect(spans.length).toBeGreaterThan(0)
      for (const text of Object.values(sealed.attributes ?? {}))
        if (typeof text === 'string') expect(text.length).toBeLessThanOrEqual(1025)
      const said = encode(spansOf(sealed, [], 'short'), resource, '0.1.0')
      if (said) isValid(said)
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    }),
    runs,
  )
}, 120_000)

test('a beforeSend that fills records with traps costs the record at most', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...fields), fc.oneof(bag, value)), { maxLength: 3 }),
      fc.nat(3),
      (over, which) => {
        const answer = seal(records()[which % records().length]!, {
          beforeSend: (record) => ({ ...record, ...Object.fromEntries(over) }) as AnyRecord,
          hint() {},
        })
        if (typeof answer === 'string') return
        const told = encode(spansOf(answer.record), resource, '0.1.0')
        if (told) isValid(told)
        const said = encode(spansOf(answer.record, [], 'short'), resource, '0.1.0')
        if (said) isValid(said)
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
      },
    ),
    runs,
  )
}, 120_000)
