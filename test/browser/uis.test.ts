/** The test bed itself: the replay server sends what was recorded, and each page shows it, without the library. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright'
import { launchChromium } from '../support/browser.ts'
import { frame, trailer } from '../support/recorded-streams.ts'
import { startReplay, streamFiles, streamsDir, truthOf } from '../support/replay-server.ts'
import type { Chunking, ReplayServer } from '../support/replay-server.ts'
import { UIS, buildUis } from '../uis/build.ts'
import {
  UI_BROWSER,
  openUi,
  renderedAnswer,
  renderedNotice,
  renderedReasoning,
  renderedTools,
  sendPrompt,
} from '../uis/drive.ts'

const dir = streamsDir()
if (!dir)
  console.log(
    'skipped: the replay of recorded streams, because CHAT_VITALS_DATA names no folder that holds any (CONTRIBUTING.md)',
  )

/** Markdown pages drop marks, link targets and list numbers: letters are what all pages show alike. */
const letters = (text: string): string => text.replace(/\]\([^)]*\)/g, ']').replace(/\P{L}/gu, '')

const PATHS = {
  chat: '/v1/chat/completions',
  responses: '/v1/responses',
  messages: '/v1/messages',
  gemini: '/v1beta/models/g:streamGenerateContent',
}

describe.skipIf(!dir)('recorded streams in pages nobody here wrote', () => {
  let server: ReplayServer
  let browser: Browser
  let page: Page
  const thrown: string[] = []

  beforeAll(async () => {
    server = await startReplay({ uis: await buildUis() })
    browser = await launchChromium(UI_BROWSER)
    page = await browser.newPage()
    page.on('pageerror', (error) => thrown.push(error.message))
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  test.each(streamFiles())('%s arrives as it was recorded, in whatever pieces', async (stream) => {
    const { api, lines } = truthOf(stream, { lines: 5 })
    const recorded = lines.map(({ json }) => frame(api, json)).join('') + trailer(api)
    for (const chunk of ['line', 'whole', 'split-utf8', 'random:7'] satisfies Chunking[]) {
      const response = await fetch(`${server.url}${PATHS[api]}?stream=${stream}&lines=5&chunk=${chunk}`, {
        method: 'POST',
        body: '{}',
      })
      expect(await response.text(), chunk).toBe(recorded)
    }
  })

  test('a cut stream breaks off after the asked lines, a status comes as one', async () => {
    const ask = (query: string) =>
      fetch(`${server.url}/v1/chat/completions?stream=openai-chat-text&${query}`, { method: 'POST', body: '{}' })
    await expect((await ask('cut=4')).text()).rejects.toThrow()
    const lines = truthOf('openai-chat-text').lines.slice(0, 4)
    expect(server.calls.at(-1)?.answer).toBe(lines.map(({ answer }) => answer).join(''))
    expect((await ask('status=429')).status).toBe(429)
  })

  describe.each(UIS)('%s', (ui) => {
    // Our own markdown page shares its reader with the plain one: three kinds of stream show that it renders.
    const some = ['qwen-chat-reasoning', 'qwen-chat-tool-call', 'openai-responses-error']
    test.each(ui === 'markdown' ? some : streamFiles())('shows %s', async (stream) => {
      const asked = { stream, lines: 12, every: 1, chunk: 'split-utf8' } as const
      const truth = truthOf(stream, asked)
      await openUi(page, ui, server.pageUrl(ui, asked, { library: false }))
      await sendPrompt(page, ui, 'Tell me of it')
      // Polled also where it must be exact: smoothed text is still coming when the stream has ended.
      const exact = ui === 'plain' || ui === 'assistant-ui'
      const shape = exact ? (text: string) => text : letters
      await expect
        .poll(async () => shape(await renderedAnswer(page, ui)), { timeout: 10_000 })
        .toBe(shape(truth.answer))
      if (truth.reasoning) expect(letters(await renderedReasoning(page, ui))).toBe(letters(truth.reasoning))
      if (truth.error || truth.refusal) await expect.poll(() => renderedNotice(page, ui)).not.toBe('')
      for (const tool of truth.tools) expect(await renderedTools(page, ui)).toContain(tool)
      expect(thrown.splice(0)).toEqual([])
    })
  })

  test.each(['reader', 'pipe', 'iterate', 'xhr'])('the plain page reads by %s', async (read) => {
    const stream = 'qwen-chat-text'
    const asked = { stream, lines: 12, chunk: 'byte' } as const
    await openUi(page, 'plain', server.pageUrl('plain', asked, { library: false, query: { read } }))
    await sendPrompt(page, 'plain', 'Tell me of it')
    await expect.poll(() => renderedAnswer(page, 'plain'), { timeout: 10_000 }).toBe(truthOf(stream, asked).answer)
  })

  test('a page without the library at its address works, and words in the prompt choose the stream', async () => {
    await openUi(page, 'plain', server.pageUrl('plain', { stream: 'qwen-chat-text', every: 5 }))
    await sendPrompt(page, 'plain', 'please stream:openai-chat-text lines:4 every:0')
    const { answer } = truthOf('openai-chat-text', { lines: 4 })
    await expect.poll(() => renderedAnswer(page, 'plain')).toBe(answer)
    expect(thrown).toEqual([])
  })
})
