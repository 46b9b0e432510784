// @vitest-environment node
/** README.md says what the code says: tables, sizes. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
// @ts-expect-error -- plain JavaScript
import { files, sizeOf, written } from '../../reference.mjs'

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')

test('the generated parts of README.md are current (else: npm run reference)', async () => {
  expect(await written(readme)).toBe(readme)
})

// The aims are 14 and 38 kB. These are what is reached, so that it only ever gets less.
const ceilings = { first: 20, all: 50.6 }

test('the first script and all parts of a session stay under their ceilings', () => {
  const all = Object.keys(files as object).reduce((sum, file) => sum + sizeOf(file), 0)
  expect(sizeOf('chat-vitals.global.js')).toBeLessThanOrEqual(ceilings.first)
  expect(all).toBeLessThanOrEqual(ceilings.all)
})
