/**
 * What real providers streamed, replayed over the wire at several paces and chunkings into pages with UIs that nobody
 * here wrote: the record that reaches the collector says what was sent and what stands on the screen.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect as like, test } from 'vitest'
import type { TestContext } from 'vitest'
import type { Browser } from 'playwright'
import { launchChromium } from '../support/browser.ts'
import { startCollector } from '../support/collector.ts'
import type { Collector, ReceivedSpan } from '../support/collector.ts'
import { startReplay, streamFiles, streamsDir, truthOf } from '../support/replay-server.ts'
import type { Replay, ReplayCall, ReplayServer, Truth } from '../support/replay-server.ts'
import { UIS, buildUis } from '../uis/build.ts'
import type { Ui } from '../uis/build.ts'
import { UI_BROWSER, openUi, renderedAnswer, renderedNotice, sendPrompt, visibleChars } from '../uis/drive.ts'

const DIST = resolve(import.meta.dirname, '../../dist')
const streams = streamsDir()
if (!streams)
  console.log(
    'skipped: the replay of recorded streams, because CHAT_VITALS_DATA names no folder that holds any (CONTRIBUTING.md)',
  )

/** Paces and chunkings. `hold` parts the first answer line from the role-only and reasoning lines before it. */
const COMBOS: Omit<Replay, 'stream'>[] = [
  { chunk: 'line', every: 8, lines: 12, hold: 150 },
  { chunk: 'split-utf8', every: 2, lines: 40, hold: 150 },
  { chunk: 'random:11', every: 1, lines: 12, hold: 150 },
  { chunk: 'byte', lines: 6, hold: 150 },
  { chunk: 'whole', lines: 12 },
]
const TURNED: Ui[] = ['plain', 'deep-chat', 'assistant-ui']

interface Case {
  name: string
  ui: Ui
  replay: Replay
  query?: Record<string, string>
}

/** An excerpt from here on begins with a word, and has the first character of several bytes in it, if there is one. */
function wideFrom(stream: string): number {
  const answers = truthOf(stream).lines.flatMap(({ answer }) => answer || [])
  const wide = answers.findIndex((text) => /[^\0-\x7f]/.test(text))
  return Math.max(
    0,
    answers.slice(0, Math.max(0, wide - 10)).findLastIndex((text) => /^\s*\p{L}/u.test(text)),
  )
}

/**
 * Each stream in each UI in two of the combinations, so that over the UIs it meets all of them; in one of them where
 * the recording is so short that they hardly differ.
 */
const CASES: Case[] = streamFiles().flatMap((stream, s) =>
  TURNED.flatMap((ui, u) =>
    (truthOf(stream).lines.length > 12 ? [0, 1] : [0]).map((nth) => {
      const combo = COMBOS[(2 * u + nth + s) % COMBOS.length]!
      const pace = combo.every ? ` every ${combo.every} ms` : ''
      const from = combo.chunk === 'split-utf8' ? wideFrom(stream) : 0
      return { name: `${stream} in ${ui}, ${combo.chunk}${pace}`, ui, replay: { stream, ...combo, from } }
    }),
  ),
)

/** Other ways to render and to read. */
const WAYS: Omit<Case, 'name'>[] = [
  { ui: 'markdown', replay: { stream: 'qwen-chat-text', ...COMBOS[0] } },
  { ui: 'markdown', replay: { stream: 'openai-chat-text', ...COMBOS[1] }, query: { words: '1' } },
  { ui: 'markdown', replay: { stream: 'deepseek-chat-reasoning', ...COMBOS[2] }, query: { words: '1' } },
  { ui: 'plain', replay: { stream: 'qwen-chat-text', every: 2 } },
  { ui: 'plain', replay: { stream: 'qwen-chat-reasoning', ...COMBOS[0] }, query: { read: 'pipe' } },
  { ui: 'plain', replay: { stream: 'gemini-text', ...COMBOS[0] }, query: { read: 'iterate' } },
  { ui: 'plain', replay: { stream: 'anthropic-messages-text', ...COMBOS[0] }, query: { read: 'xhr' } },
  { ui: 'deep-chat', replay: { stream: 'qwen-chat-text', ...COMBOS[0] }, query: { via: 'handler' } },
]
const OTHERS: Case[] = WAYS.map((one) => {
  const way = String(new URLSearchParams(one.query)) || 'as it is'
  return { ...one, name: `${one.replay.stream} in ${one.ui}, ${way}` }
})

/** Markdown pages drop marks, link targets and list numbers: letters are what all pages show alike. */
const letters = (text: string): string => text.replace(/\]\([^)]*\)/g, ']').replace(/\P{L}/gu, '')

/** What the record must say of its end, by what the stream said. */
function expectedEnd(truth: Truth): Record<string, string> {
  if (truth.error)
    return {
      'chat_vitals.turn.outcome': 'error',
      'chat_vitals.turn.ended_by': 'stream_error',
      'error.type': truth.error,
    }
  const finish = truth.answer || truth.refusal ? truth.finish! : 'empty'
  return {
    'chat_vitals.turn.outcome': 'completed',
    'chat_vitals.turn.ended_by': 'done',
    'chat_vitals.turn.finish': finish,
  }
}

/** Two clocks tick at the same pace, but each is read in steps. */
const CLOCK_STEP_MS = 2

/** Tests that run side by side must each use their own. */
type Expect = TestContext['expect']

interface Seen {
  truth: Truth
  call: ReplayCall
  turns: ReceivedSpan[]
  requests: ReceivedSpan[]
  /** The answer as it stands on the screen after all. */
  shown: string
  thrown: string[]
}

describe.skipIf(!streams)('recorded streams, as the user saw them', () => {
  let collector: Collector
  let server: ReplayServer
  let browser: Browser
  let cases = 0

  beforeAll(async () => {
    if (!existsSync(join(DIST, 'chat-vitals.global.js')))
      throw new Error('dist/chat-vitals.global.js is not there: run `npm run build` first')
    collector = await startCollector()
    server = await startReplay({ dist: DIST, uis: await buildUis(), collectorUrl: collector.url })
    browser = await launchChromium(UI_BROWSER)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    await collector?.close()
  })

  /** Each once, in its highest revision. */
  const spansOf = (service: string, name: string): ReceivedSpan[] =>
    collector.unique(name).filter(({ resource }) => resource['service.name'] === service)

  async function watch({ ui, replay, query }: Case, expect: Expect): Promise<Seen> {
    const service = `replay-${++cases}`
    const truth = truthOf(replay.stream, replay)
    // So high that the whole answer stands on the screen: text that was never in view is not painted.
    const context = await browser.newContext({ viewport: { width: 1280, height: replay.lines ? 1600 : 3000 } })
    const page = await context.newPage()
    const thrown: string[] = []
    page.on('pageerror', (error) => thrown.push(error.message))
    try {
      await openUi(page, ui, server.pageUrl(ui, replay, { service, ...(query && { query }) }))
      await page.waitForFunction(() => 'chatVitals' in globalThis)
      await sendPrompt(page, ui, 'Tell me of it')
      if (truth.answer)
        await expect
          .poll(async () => letters(await renderedAnswer(page, ui)), { timeout: 30_000 })
          .toBe(letters(truth.answer))
      else if (truth.error || truth.refusal) await expect.poll(() => renderedNotice(page, ui)).not.toBe('')
      const turns = () => spansOf(service, 'chat.turn')
      await expect
        .poll(() => turns().map(({ attributes }) => attributes['chat_vitals.turn.outcome']), { timeout: 30_000 })
        .toEqual([like.any(String)])
      const call = server.calls.find(({ query: asked }) => asked.get('service') === service)
      return {
        truth,
        call: call!,
        turns: turns(),
        requests: spansOf(service, 'POST'),
        shown: await renderedAnswer(page, ui),
        thrown,
      }
    } finally {
      await context.close()
    }
  }

  function check({ truth, call, turns, requests, shown, thrown }: Seen, expect: Expect): void {
    expect(thrown, 'errors in the page').toEqual([])
    expect(turns).toHaveLength(1)
    expect(requests).toHaveLength(1)
    const [turn] = turns as [ReceivedSpan]
    const [request] = requests as [ReceivedSpan]
    const ms = (...names: string[]) =>
      names.reduce((sum, name) => sum + Number(turn.attributes[`chat_vitals.${name}`]), 0) * 1000

    expect(turn.attributes).toMatchObject({
      ...expectedEnd(truth),
      'chat_vitals.turn.seq': 1,
      'chat_vitals.turn.trigger': 'submit',
    })
    // The request continues the turn's trace, and is what the server was told.
    expect(request).toMatchObject({ traceId: turn.traceId, parentSpanId: turn.spanId })
    expect(call.traceparent).toBe(`00-${turn.traceId}-${request.spanId}-01`)
    expect(request.attributes).toMatchObject({ 'chat_vitals.stream.bytes': call.bytes })

    // Painted equals rendered, whatever the page made of the text on its way.
    // The marks of markdown not parsed yet were on screen too, if a frame caught them: at the very end they can stand over
    // what is left in the end.
    const marks = shown.includes('**') ? 0 : truth.answer.slice(-16).replace(/[^*_`#~|]/g, '').length
    const painted = Number(turn.attributes['chat_vitals.render.chars'] ?? 0)
    expect(painted).toBeGreaterThanOrEqual(visibleChars(shown))
    expect(painted).toBeLessThanOrEqual(visibleChars(shown) + marks)

    // Reasoning is apart from the answer, and only there where it was streamed.
    expect('chat_vitals.time_to.first_reasoning' in turn.attributes).toBe(truth.reasoning !== '')

    // Role-only, empty and ping lines are no first chunk: none before the server wrote the first line with content.
    const firstChunk = Number(request.attributes['gen_ai.response.time_to_first_chunk']) * 1000
    if (call.firstModelAt === undefined)
      expect(request.attributes).not.toHaveProperty(['gen_ai.response.time_to_first_chunk'])
    else expect(firstChunk).toBeGreaterThanOrEqual(call.firstModelAt - call.requestAt - CLOCK_STEP_MS)
    if (call.firstReasoningAt !== undefined)
      expect(ms('time_to.first_reasoning')).toBeGreaterThanOrEqual(
        call.firstReasoningAt - call.requestAt - CLOCK_STEP_MS,
      )

    if (call.firstAnswerAt === undefined) {
      expect(turn.attributes).not.toHaveProperty(['chat_vitals.time_to.first_text'])
      return
    }
    const answerAfter = call.firstAnswerAt - call.requestAt - CLOCK_STEP_MS
    expect(ms('ttft.client', 'ttft.server', 'ttft.model')).toBeGreaterThanOrEqual(answerAfter)
    expect(ms('time_to.first_text')).toBeGreaterThanOrEqual(answerAfter)
    expect(ms('time_to.last_text')).toBeGreaterThanOrEqual(ms('time_to.first_text'))
    const parts = ['client', 'server', 'model', 'render', 'paint', 'unknown'].map((part) => `ttft.${part}`)
    expect(Math.abs(ms(...parts) - ms('time_to.first_text'))).toBeLessThanOrEqual(0.01)
    if (truth.reasoning)
      expect(ms('time_to.first_reasoning')).toBeLessThanOrEqual(ms('ttft.client', 'ttft.server', 'ttft.model') + 0.01)
  }

  // A case mostly waits for the turn to be over: a few at a time do not compete.
  const named = [...CASES, ...OTHERS].map((one) => [one.name, one] as const)
  test.concurrent.for(named)('%s', { timeout: 120_000 }, async ([, one], { expect }) =>
    check(await watch(one, expect), expect),
  )

  test.concurrent.for(UIS)(
    'a stream cut off in the middle is an error in %s',
    { timeout: 120_000 },
    async (ui, { expect }) => {
      // Slow: what a busy page has not read yet when the socket breaks is lost to it.
      const replay = { stream: 'openai-chat-text', every: 120, cut: 15 }
      const service = `replay-${++cases}`
      const context = await browser.newContext({ viewport: { width: 1280, height: 3000 } })
      try {
        const page = await context.newPage()
        await openUi(page, ui, server.pageUrl(ui, replay, { service }))
        await page.waitForFunction(() => 'chatVitals' in globalThis)
        await sendPrompt(page, ui, 'Tell me of it')
        const turn = () => spansOf(service, 'chat.turn')[0]?.attributes
        await expect.poll(turn, { timeout: 30_000 }).toMatchObject({
          'chat_vitals.turn.outcome': 'error',
          'chat_vitals.turn.phase': 'streaming',
          'chat_vitals.turn.ended_by': like.stringMatching(/^(network|stream_error)$/),
        })
      } finally {
        await context.close()
      }
    },
  )
})
