// @vitest-environment node
/** What is in dist: whose code, under which names, and what the first script knows of its parts. */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'

const dist = new URL('../../../dist/', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, dist), 'utf8')
const scripts = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'))
const parts = JSON.parse(read('parts.json')) as Record<string, { file: string; integrity: string }>
/** Packages that a file asks for. */
const asked = (file: string) =>
  [...read(file).matchAll(/(?:from|import\(?) ?['"]((?:@[\w-]+\/)?[a-z][\w.-]*)/g)].map(([, name]) => name!)

// One deployment's first script with another's parts: what one hands over is not what the other takes.
test('the first script loads the parts of its own build, by the hash of their content, and no others', () => {
  const files = Object.values(parts).map(({ file }) => file)
  // The words of the detector, which its part loads.
  const words = ['en', 'ja', 'ko', 'latin', 'ru', 'zh']
  expect(Object.keys(parts).sort()).toEqual([
    'advice',
    'en',
    'engine',
    'followers',
    'intent',
    'ja',
    'ko',
    'latin',
    'outlet',
    'recovery',
    'ru',
    'vitals',
    'writers',
    'zh',
  ])
  for (const file of files) expect(file).toMatch(/^chat-vitals\.[a-z]+-[a-z0-9]{6}\.js$/)
  const named = (file: string) =>
    read(file)
      .match(/chat-vitals\.[a-z]+-\w+\.js(?!\.map)/g)
      ?.sort()
  expect(named(parts.intent!.file)).toEqual(words.map((name) => parts[name]!.file).sort())
  expect(named('chat-vitals.global.js')).toEqual(
    files.filter((file) => !words.some((name) => parts[name]!.file === file)).sort(),
  )
  // Of an earlier build nothing is left.
  expect(scripts.filter((file) => /^chat-vitals\..*-/.test(file)).sort()).toEqual(files.sort())
})

test('what parts.json says for a policy by integrity is what the parts are', () => {
  for (const { file, integrity } of Object.values(parts))
    expect('sha384-' + createHash('sha384').update(read(file)).digest('base64')).toBe(integrity)
})

test('OpenTelemetry is imported by chat-vitals/otel alone, and in no file as a copy', () => {
  expect(scripts.filter((file) => asked(file).some((name) => name.startsWith('@opentelemetry')))).toEqual(['otel.js'])
  for (const file of scripts) expect(read(file)).not.toMatch(/BasicTracerProvider|OTEL_|class SpanImpl/)
})

test('web-vitals is imported from where it is installed; the script tag brings it along', () => {
  const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', dist), 'utf8'))
  expect(Object.keys(dependencies)).toEqual(['web-vitals'])
  expect(scripts.filter((file) => asked(file).includes('web-vitals'))).toEqual([expect.stringMatching(/^parts\//)])
  expect(asked(parts.vitals!.file)).toEqual([])
})

// esbuild warned each application of an import that it ignores: the package says that it has no side effects.
test('no file imports another for nothing', () => {
  for (const file of scripts) expect(read(file)).not.toMatch(/^import ['"]/m)
})

// `next build` failed: hooks in what it took for a server component.
test('the React entry says in its first line that it is for the client', () => {
  expect(read('react.js').split('\n', 1)).toEqual(["'use client'"])
})
