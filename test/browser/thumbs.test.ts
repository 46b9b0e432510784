/** Thumbs of pages nobody wrote for us: recognised without code where they say what they are, else by one line. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright'
import { launchChromium } from '../support/browser.ts'
import { startCollector } from '../support/collector.ts'
import type { Collector } from '../support/collector.ts'
import { startReplay, streamsDir } from '../support/replay-server.ts'
import { buildUis } from '../uis/build.ts'
import { UI_BROWSER, openUi, sendPrompt } from '../uis/drive.ts'

describe.skipIf(!streamsDir())('thumbs in other people’s pages', () => {
  let browser: Browser
  let collector: Collector
  beforeAll(async () => {
    collector = await startCollector()
    browser = await launchChromium(UI_BROWSER)
  })
  afterAll(async () => {
    await browser?.close()
    await collector?.close()
  })

  test.each([
    ['plain', '[aria-label="Bad response"]', {}],
    ['assistant-ui', '[title=Dislike]', {}],
    ['markdown', '.no', { 'data-ui': '{"up":".yes","down":".no"}' }],
  ] as const)('%s: a thumb is the turn’s feedback, and its control was seen', async (ui, thumb, scriptAttributes) => {
    const server = await startReplay({ uis: await buildUis(), collectorUrl: collector.url, scriptAttributes })
    const page = await browser.newPage()
    const of = (name: string) =>
      collector.unique(name).filter(({ resource }) => resource['service.name'] === `thumbs-${ui}`)
    await openUi(
      page,
      ui,
      server.pageUrl(ui, { stream: 'openai-chat-text', lines: 12, every: 5 }, { service: `thumbs-${ui}` }),
    )
    await sendPrompt(page, ui, 'Tell me of it')
    await collector.until(() => of('chat.turn').some((turn) => turn.attributes['chat_vitals.turn.outcome']), 30_000)
    await page.locator(thumb).click()
    await collector.until(() => of('chat.feedback').length === 1 && of('chat.signal').length > 0, 30_000)
    const [turn] = of('chat.turn')
    expect(of('chat.feedback')[0]).toMatchObject({
      attributes: { 'gen_ai.evaluation.score.label': 'down', 'chat_vitals.feedback.source': 'control' },
      links: [{ traceId: turn!.traceId, spanId: turn!.spanId }],
    })
    expect(of('chat.signal')[0]!.attributes['chat_vitals.signal.kind']).toBe('exposed')
    await page.close()
    await server.close()
  })

  test('assistant-ui: its own feedback adapter is one line, and told once', async () => {
    const server = await startReplay({ uis: await buildUis(), collectorUrl: collector.url })
    const page = await browser.newPage()
    const of = (name: string) =>
      collector.unique(name).filter(({ resource }) => resource['service.name'] === 'thumbs-adapter')
    const asked = { stream: 'openai-chat-text', lines: 12, every: 5 }
    const url = server.pageUrl('assistant-ui', asked, { service: 'thumbs-adapter', query: { adapter: '' } })
    await openUi(page, 'assistant-ui', url)
    await sendPrompt(page, 'assistant-ui', 'Tell me of it')
    await collector.until(() => of('chat.turn').some((turn) => turn.attributes['chat_vitals.turn.outcome']), 30_000)
    await page.locator('[title=Like]').click()
    await collector.until(() => of('chat.feedback').length > 0, 30_000)
    await page.waitForTimeout(1500)
    expect(of('chat.feedback')).toMatchObject([
      {
        attributes: { 'gen_ai.evaluation.score.label': 'up', 'chat_vitals.feedback.source': 'api' },
        links: [{ spanId: of('chat.turn')[0]!.spanId }],
      },
    ])
    await page.close()
    await server.close()
  })
})
