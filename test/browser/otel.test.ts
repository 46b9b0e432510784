/** A page with tracing of its own: our turns go through its processors, made by its one copy of OpenTelemetry's SDK. */
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Handle } from '../../src/api.ts'
import { launchChromium } from '../support/browser.ts'
import { chat, chatPage, startChatSite } from '../support/chat-server.ts'
import type { ChatSite } from '../support/chat-server.ts'
import { startCollector } from '../support/collector.ts'
import type { Collector } from '../support/collector.ts'

const root = new URL('../../', import.meta.url).pathname
// Nothing leaves by itself within a test: what arrives was flushed.
const source = (collector: string) => `
import { BatchSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { init } from 'chat-vitals'
import { openTelemetry } from 'chat-vitals/otel'

const processor = new BatchSpanProcessor(new OTLPTraceExporter({ url: '${collector}' }), { scheduledDelayMillis: 600_000, disableAutoFlushOnDocumentHide: true })
const provider = new WebTracerProvider({ resource: resourceFromAttributes({ 'service.name': 'page' }), spanProcessors: [processor] })
provider.register()
const tracer = provider.getTracer('page')
window.inSpan = (name, work) => tracer.startActiveSpan(name, (span) => Promise.resolve(work()).finally(() => span.end()))
window.handle = init({ service: 'shop', exporter: openTelemetry({ spanProcessors: [processor] }) })
`
declare const window: {
  handle: Handle
  inSpan(name: string, work: () => unknown): Promise<unknown>
  settled: Promise<void>
}

let browser: Browser
let collector: Collector
let site: ChatSite
let modules: string[]
beforeAll(async () => {
  collector = await startCollector()
  const { outputFiles, metafile } = await build({
    stdin: { contents: source(collector.url), resolveDir: root },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    absWorkingDir: root,
    logLevel: 'error',
  })
  modules = Object.keys(metafile.inputs)
  const script = { html: outputFiles[0]!.text, headers: { 'content-type': 'text/javascript' } }
  const head = '<script type="module" src="/page.js"></script>'
  site = await startChatSite({
    pages: { '/': { html: chatPage({ head }) }, '/page.js': script },
    words: ['Hello', ' there', ', this', ' is', ' it.'],
  })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
  await collector?.close()
})

let lines: string[] = []
let session = ''
beforeEach(() => void (lines = []))
const sent = (name: string) => collector.unique(name).filter(({ attributes }) => attributes['session.id'] === session)
const flush = (page: Page) => page.evaluate(() => window.handle.flush())
/** Talks with the page until its turn has settled; nothing is sent yet. */
async function converse(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.settled = new Promise((resolve) => {
      const stop = window.handle.onTurn(() => (stop(), resolve()))
    })
  })
  await chat(page)
  await page.evaluate(() => window.settled)
}

async function open(): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  page.on('console', (message) => lines.push(message.text()))
  page.on('pageerror', (error) => lines.push(`error: ${error.message}`))
  await page.goto(site.url + '/')
  session = await page.evaluate(() => window.handle.session().id)
  return page
}

test('the page holds one copy of the SDK, the one it has installed', () => {
  const copies = (of: string) => modules.filter((name) => name.endsWith(of))
  expect(copies('/TracerProvider.js')).toHaveLength(1)
  expect(copies('/BatchSpanProcessor.js')).toHaveLength(1)
  expect(copies('/OTLPTraceExporter.js')).toHaveLength(1)
  expect(modules).toContain('dist/otel.js')
})

test('a turn arrives with the ids that were fixed when it opened, its request under the traceparent that went out', async () => {
  const page = await open()
  await converse(page)
  await flush(page)
  const [turn] = sent('chat.turn')
  const [post] = sent('POST')
  expect(turn!.attributes).toMatchObject({ 'chat_vitals.turn.outcome': 'completed', 'chat_vitals.render.chars': 20 })
  expect(turn!.attributes['chat_vitals.turn.id']).toBe(turn!.spanId)
  expect([turn!.parentSpanId, post!.parentSpanId]).toEqual([undefined, turn!.spanId])
  expect([turn!.kind, post!.kind]).toEqual([1, 3])
  expect(site.calls.at(-1)!.headers.traceparent).toBe(`00-${turn!.traceId}-${post!.spanId}-01`)
  expect(turn!.resource).toMatchObject({ 'service.name': 'shop', 'telemetry.sdk.name': 'opentelemetry' })
  expect(lines).toEqual([])
  await page.context().close()
})

test('feedback arrives with its event and its one link to the turn', async () => {
  const page = await open()
  await converse(page)
  await page.evaluate(() => window.handle.feedback('up', { comment: 'good' }))
  await flush(page)
  const [turn] = sent('chat.turn')
  const [feedback] = sent('chat.feedback')
  expect(feedback!.links).toEqual([{ traceId: turn!.traceId, spanId: turn!.spanId }])
  expect(feedback!.events).toEqual([
    {
      name: 'gen_ai.evaluation.result',
      attributes: expect.objectContaining({
        'gen_ai.evaluation.score.label': 'up',
        'gen_ai.evaluation.explanation': 'good',
      }),
    },
  ])
  await page.context().close()
})

test("the page's own spans go the same way and are none of ours: neither adopts the other", async () => {
  const page = await open()
  const settled = page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        window.handle.onTurn(() => resolve())
        void window.inSpan('checkout', () => {
          const turn = window.handle.turn({ prompt: 'while the page traces' })
          turn.chunk('Yes.')
          turn.text('Yes.')
          turn.end()
        })
      }),
  )
  await settled
  await flush(page)
  const [own] = collector.unique('checkout')
  const [turn] = sent('chat.turn')
  expect(own!.resource['service.name']).toBe('page')
  expect(turn!.parentSpanId).toBeUndefined()
  expect(turn!.traceId).not.toBe(own!.traceId)
  await page.context().close()
})

// Not every processor looks after itself when the page goes; the one of this page was told not to.
test('a page that leaves has told its last turn, and what the processors still held', async () => {
  const page = await open()
  await converse(page)
  await flush(page)
  await converse(page)
  await page.goto('about:blank')
  await collector.until(() => sent('chat.turn').length === 2)
  expect(sent('chat.turn').map(({ attributes }) => attributes['chat_vitals.turn.outcome'])).toEqual([
    'completed',
    'completed',
  ])
  await page.context().close()
})
