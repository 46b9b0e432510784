// @vitest-environment node
/** The built package in Node, as server-side rendering imports it: no effect, inert handles, every declared file there. */
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)
const pkg = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  exports: Record<string, string | { types: string; default: string }>
}
const entries = Object.entries(pkg.exports).filter(
  (entry): entry is [string, { types: string; default: string }] => typeof entry[1] === 'object',
)

test.each(entries)('%s has its file and its types', (_name, { types, default: file }) => {
  expect(existsSync(new URL(file, root))).toBe(true)
  expect(existsSync(new URL(types, root))).toBe(true)
})

test.each(entries)('importing %s changes nothing in the global scope', async (_name, { default: file }) => {
  const before = Reflect.ownKeys(globalThis)
  const { fetch } = globalThis
  await import(new URL(file, root).href)
  // React puts a marker of its own there in development.
  expect(Reflect.ownKeys(globalThis).filter((key) => !before.includes(key))).toEqual([])
  expect(globalThis.fetch).toBe(fetch)
})

test('importing ./global in Node threw "document is not defined"; it changes nothing', async () => {
  const before = Reflect.ownKeys(globalThis)
  await import(new URL(pkg.exports['./global'] as string, root).href)
  expect(Reflect.ownKeys(globalThis).filter((key) => !before.includes(key))).toEqual([])
})

test('outside a browser init gives a handle that does nothing', async () => {
  const { init, feedback, identify, session } = (await import(
    new URL('dist/index.js', root).href
  )) as typeof import('../../../src/index.ts')
  // What one user's rendering says is not kept for another's.
  identify({ user: 'u-1' })
  expect(Reflect.get(globalThis, Symbol.for('chat-vitals:early'))).toBeUndefined()
  const handle = init({ endpoint: '/v1/traces' })
  const turn = handle.turn({ prompt: 'hi' })
  turn.chunk('text')
  turn.end()
  feedback('up')
  expect(turn.headers()).toEqual({})
  expect(session()).toMatchObject({ id: '', sampled: false })
  await expect(handle.flush()).resolves.toBeUndefined()
  await expect(handle.stop()).resolves.toBeUndefined()
})
