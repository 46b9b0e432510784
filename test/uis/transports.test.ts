/**
 * `npm run test:uis`, transports: one plain page over each, no selector, by Enter, driven like a person, compared step by
 * step with what the server was told to say and with the page's own witness.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright'
import { launchChromium } from '../support/browser.ts'
import { openStage, person } from '../support/stage.ts'
import { compare, count, emptyRow, report, table, total } from './compare.ts'
import type { Expected, Row } from './compare.ts'
import { BODY, TRANSPORT_NAMES, pageScript } from './transports/page.ts'
import { http, opened, socket } from './transports/server.ts'
import type { Kind } from './transports/server.ts'

const WAYS = ['append', 'html', 'data', 'spans', 'remount', 'typed']
const only = process.env.CHAT_VITALS_ONLY
const rows: Record<string, Row> = {}

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  report("uis-transports", `${table(rows)}\n\n${Object.values(rows).flatMap(({ wrong }) => wrong).join('\n')}`)
})

async function drive(transport: string, index: number): Promise<Row> {
  const row = emptyRow()
  const stage = await openStage(browser, { body: BODY, script: pageScript(transport, { leaves: index % 2 == 1, way: WAYS[index % WAYS.length]! }), http, socket, opened })
  const one = person(stage)
  const { page } = one
  const expected: Expected[] = []
  let n = index * 20
  const ask = async (kind: Kind, step: string, outcome: string, endedBy?: string) => {
    expected.push({ step, outcome, endedBy })
    await one.say(`Recipe ${++n} ${kind} please`)
  }
  const over = async () => {
    await page.locator('#go[aria-label="Send message"]').waitFor({ timeout: 20_000 })
    // Typing animations go on, and a turn is over a second after.
    await sleep(2600)
  }
  const last = (name: string) => page.locator(`.assistant [aria-label="${name}"]`).last().click({ timeout: 5000 })
  await sleep(600)

  await ask('usual', 'send', 'completed', 'done')
  await over()
  await last('Good response')
  await sleep(300)
  await last('Copy')
  await ask('usual', 'send again', 'completed', 'done')
  await over()
  expected.push({ step: 'regenerate', outcome: 'completed', trigger: 'regenerate' })
  await last('Regenerate')
  await over()
  await page.locator('.user [aria-label="Edit message"]').last().click()
  await page.locator('textarea.again').fill(`Recipe ${++n} usual with less salt`)
  expected.push({ step: 'edit', outcome: 'completed', trigger: 'edit' })
  await page.getByText('Save', { exact: true }).click()
  await over()
  await ask('long', 'stop', 'stopped', 'user_stop')
  await sleep(1500)
  await one.click('#go')
  await over()
  await ask('long', 'stop before the first word', 'stopped', 'user_stop')
  await sleep(150)
  await one.click('#go')
  await over()
  await ask('long', 'a prompt mid-stream, the first', 'superseded', 'new_send')
  await sleep(1500)
  await ask('usual', 'a prompt mid-stream, the second', 'completed', 'done')
  await over()
  await ask('error', 'an error', 'error')
  await over()
  await ask('429', '429', 'error')
  await over()
  await ask('usual', 'after 429', 'completed', 'done')
  await over()
  await ask('cut', 'cut', 'error')
  await over()
  await ask('empty', 'an empty answer', 'completed', 'done')
  await over()
  await ask('stall', 'a stall of 8 s', 'completed', 'done')
  await over()
  await ask('long', 'a new chat mid-stream', 'abandoned', 'conversation_switch')
  await sleep(1600)
  await one.click('#fresh')
  await sleep(3000)
  await ask('usual', 'in the new chat', 'completed', 'done')
  await over()

  const origin = await page.evaluate(() => performance.timeOrigin)
  const turns = await stage.turns()
  compare(row, transport, expected, await stage.seen(), turns, origin)

  // The tab is closed mid-answer: its last words reach the collector.
  const before = turns.length
  await one.say(`Recipe ${++n} long please`)
  await sleep(1500)
  await page.goto('about:blank')
  await sleep(1500)
  const spans = stage.spans()
  const left = spans.filter(({ name }) => name == 'chat.turn').map(({ attributes = [] }) => Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]])))
  if (!count(row.outcome, left.some((at) => at['chat_vitals.turn.outcome'] == 'abandoned' && at['chat_vitals.turn.ended_by'] == 'page_left')))
    row.wrong.push(`${transport}: closed tab: ${JSON.stringify(left.filter((at) => Number(at['chat_vitals.turn.seq']) > before).map((at) => `${at['chat_vitals.turn.outcome']} by ${at['chat_vitals.turn.ended_by']}`))}`)
  const linked = (name: string, kind?: string) => spans.some((span) => span.name == name && span.links?.some(({ traceId }) => traceId == turns[0]?.traceId) && (!kind || JSON.stringify(span).includes(`"${kind}"`)))
  if (!count(row.thumbs, linked('chat.feedback'))) row.wrong.push(`${transport}: the thumb is not the first turn’s`)
  if (!count(row.copies, linked('chat.signal', 'copy'))) row.wrong.push(`${transport}: the copy is not the first turn’s`)
  for (const line of stage.lines) if (line.includes('chat-vitals') || line.startsWith('uncaught')) row.wrong.push(`${transport}: ${line}`)
  await stage.close()
  return row
}

describe.concurrent('plain pages', () => {
  test.each(TRANSPORT_NAMES.map((name, i) => [name, i] as const).filter(([name]) => !only || name.includes(only)))('%s', { timeout: 240_000 }, async (name, i) => {
    rows[name] = await drive(name, i)
  })
})

test('shares over all transports', () => {
  expect(Object.keys(rows).length).toBeGreaterThan(0)
  const short = Object.entries({ outcome: 0.98, trigger: 0.98, ttft: 0.95, chars: 0.95, stalls: 0.95, thumbs: 0.8, evidence: 0.85, claimed: 0.95 } as const)
    .map(([name, bound]) => ({ name, bound, is: total(rows, name as 'ttft') }))
    .filter(({ bound, is }) => is < bound)
  expect(short).toEqual([])
})
