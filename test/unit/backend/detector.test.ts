// @vitest-environment node
/** The overview says how good the detector is: that is what it is. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DETECTOR } from '../../../demo/backend/detector.mjs'
import { detectCorrection } from '../../../src/intent.ts'

test('precision and recall beside the correction rate are those of the detector on the probe', () => {
  const corrections = ['repeat', 'rephrase', 'correction']
  const rows = readFileSync(new URL('../intent/probe.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { label: string; prev: string; new: string })
    .map((row) => ({
      true: corrections.includes(row.label),
      said: corrections.includes(detectCorrection({ previous: row.prev, next: row.new }).kind),
    }))
  const right = rows.filter((row) => row.true && row.said).length
  expect(rows).toHaveLength(DETECTOR.pairs)
  expect(right / rows.filter((row) => row.said).length).toBeCloseTo(DETECTOR.precision, 2)
  expect(right / rows.filter((row) => row.true).length).toBeCloseTo(DETECTOR.recall, 2)
})
