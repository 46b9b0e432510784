/** Situations that people met on pages with a chat: one page, what its user does, what the turns must say. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright'
import { launchChromium } from '../support/browser.ts'
import { openStage, person } from '../support/stage.ts'
import { CONTROLS } from './situations/controls.ts'
import { HOST } from './situations/host.ts'
import { QUESTION, wrongWith } from './situations/situation.ts'
import type { Situation } from './situations/situation.ts'
import { SOCKETS } from './situations/sockets.ts'
import { STREAMS } from './situations/streams.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser?.close())

const only = process.env.CHAT_VITALS_ONLY

async function play(situation: Situation): Promise<string[]> {
  const stage = await openStage(browser, situation)
  try {
    const one = person(stage)
    const wants = [situation.want ?? {}].flat()
    await one.wait(400)
    if (situation.act) await situation.act(one)
    else {
      await one.say(QUESTION)
      await one.told(1, situation.seconds)
    }
    const turns = await stage.turns()
    const seen = await stage.seen()
    const wrong = wants.flatMap((want, i) =>
      wrongWith(turns[i], want, seen[i], turns).map((text) => (wants.length > 1 ? `turn ${i + 1}: ${text}` : text)),
    )
    if (turns.length > wants.length)
      wrong.push(
        `${turns.length} turns for ${wants.length}: ${turns.map(({ trigger, outcome }) => `${trigger} ${outcome}`)}`,
      )
    wrong.push(...((await situation.also?.(one, turns)) ?? []))
    return [...wrong, ...stage.lines.filter((line) => line.startsWith('uncaught'))]
  } finally {
    await stage.close()
  }
}

const ROOMS = { streams: STREAMS, sockets: SOCKETS, controls: CONTROLS, host: HOST }
describe.concurrent.each(Object.entries(ROOMS))('%s', (_, situations) => {
  const all = Object.entries(situations).filter(([name]) => !only || name.includes(only))
  test.each(all)('%s', { timeout: 150_000 }, async (_, situation) =>
    expect(await play(situation)).toEqual([]),
  )
})
