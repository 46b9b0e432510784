// @vitest-environment node
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rollup } from 'rollup'
import type { RollupOptions } from 'rollup'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as whole from './encoder.ts'
import { records, resource } from './samples.ts'

type Encoder = typeof whole
let folder: string
let slim: Encoder

// As the script tag's part that sends is built, down to the minifier.
beforeAll(async () => {
  const { default: builds } = (await import('../../../rollup.config.mjs')) as { default: RollupOptions[] }
  const build = builds.find(({ output }) => [output].flat()[0]!.file?.endsWith('engine.js'))!
  const bundle = await rollup({ ...build, input: new URL('encoder.ts', import.meta.url).pathname })
  folder = await mkdtemp(join(tmpdir(), 'chat-vitals-'))
  const file = join(folder, 'slim.mjs')
  await bundle.write({ ...[build.output].flat()[0], file, sourcemap: false })
  slim = (await import(file)) as Encoder
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const build = ({ sdkSpans, spansOf }: Encoder) =>
  sdkSpans(
    records().flatMap((record) => spansOf(record)),
    resource,
    '0.1.0',
  )

test('with stand-ins for what is never reached, the SDK writes the same, to the letter', () => {
  expect(slim.toJson(build(slim))).toBe(whole.toJson(build(whole)))
})

test("an exporter of the page's own finds the same in its spans", () => {
  const facts = (encoder: Encoder) =>
    build(encoder).map((span) => ({
      name: span.name,
      kind: span.kind,
      context: span.spanContext(),
      parent: span.parentSpanContext,
      times: [span.startTime, span.endTime, span.duration, span.ended],
      attributes: span.attributes,
      events: span.events,
      links: span.links,
      status: span.status,
      resource: [span.resource.attributes, span.resource.getRawAttributes()],
      scope: span.instrumentationScope,
      dropped: [span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount],
    }))
  expect(facts(slim)).toEqual(facts(whole))
})

test('values that are over the bounds of the SDK are cut as by the whole', () => {
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, n) => ['a' + n, n]))
  const json = ({ sdkSpans, spansOf, toJson }: Encoder) =>
    toJson(
      sdkSpans(
        records()
          .flatMap((record) => spansOf(record))
          .map((span) => ({ ...span, attributes: { ...many, odd: [1, 'x'] as never } })),
        resource,
        '0.1.0',
      ),
    )
  expect(json(slim)).toBe(json(whole))
})
