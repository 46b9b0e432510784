/**
 * Pages without a chat, used like a person does: no turn, no `traceparent`, no word on the console.
 * `CHAT_VITALS_USE=300` uses each for as many seconds (20 by default).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright'
import { launchChromium } from '../support/browser.ts'
import { openStage, person } from '../support/stage.ts'
import { STRANGERS } from './strangers/pages.ts'

const seconds = Number(process.env.CHAT_VITALS_USE ?? 20)
const only = process.env.CHAT_VITALS_ONLY

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser?.close())

describe.concurrent('a page without a chat tells no turn', () => {
  const all = Object.entries(STRANGERS).filter(([name]) => !only || name.includes(only))
  test.each(all)('%s', { timeout: seconds * 1000 + 60_000 }, async (_, stranger) => {
    const stage = await openStage(browser, stranger)
    const one = person(stage)
    const end = Date.now() + seconds * 1000
    for (let round = 0; Date.now() < end; round++) await stranger.use(one, round)
    await one.wait(2500)
    const turns = await stage.turns()
    const wrong = turns.map(
      (turn) =>
        `a turn: ${turn.trigger} ${turn.outcome} ${turn.requests.map(({ transport, url }) => `${transport} ${new URL(url).pathname}`)} ${turn.render.chars} characters, ${JSON.stringify(turn.evidence ?? {})}`,
    )
    const shown = wrong.length > 3 ? [...wrong.slice(0, 3), `${wrong.length} turns in all`] : wrong
    const traced = [...new Set(stage.traced.map(({ call }) => call))].map((call) => `traceparent on ${call}`)
    await stage.close()
    expect([...shown, ...traced, ...stage.lines.map((line) => `on the console: ${line}`)]).toEqual([])
  })
})
