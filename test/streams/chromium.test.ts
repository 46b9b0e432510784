/**
 * Generated streams over the wire, painted by a page in Chromium, against the built bundle. `CHAT_VITALS_PAGES` (300),
 * `CHAT_VITALS_SEED`, `CHAT_VITALS_HELD=1`: the part of the grammar that is kept apart, alone.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright'
import { launchChromium } from '../support/browser.ts'
import { openStage, person } from '../support/stage.ts'
import type { Play } from '../support/stage.ts'
import { report } from '../uis/compare.ts'
import { saidOf, stream, typeOf } from './grammar.ts'
import type { Stream } from './grammar.ts'
import { addTo, judgeTurn, newTally, tallied } from './judge.ts'
import type { Checks } from './judge.ts'

const held = process.env.CHAT_VITALS_HELD == '1'
const pages = Number(process.env.CHAT_VITALS_PAGES ?? 300)
const seed = Number(process.env.CHAT_VITALS_SEED ?? 20_261_201)
const LANES = 4

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser?.close())

/** Says all in time, as far as timers go. */
async function tell(s: Stream, write: (bytes: string) => void, alive: () => boolean): Promise<void> {
  const from = performance.now()
  for (const { at, bytes } of saidOf(s)) {
    await sleep(Math.max(0, from + at - performance.now()))
    if (!alive()) return
    write(bytes)
  }
}

function playOf(s: Stream): Play {
  const said = saidOf(s)
  let end = 0
  const script = said.map(({ bytes, text = '', thought = '' }) => [(end += Buffer.byteLength(bytes)), text, thought])
  const show = `const script = ${JSON.stringify(script)}; let show; const later = (piece) => { if (!piece[1] && !piece[2]) return; if (piece[1]) window.firstPiece ??= performance.now(); const paint = () => { show ??= answering(log, '${s.way}'); show(piece) }; ${s.lag ? `setTimeout(paint, ${s.lag})` : 'paint()'} };`
  const body = s.asks == 'as a chat' ? 'chatBody(text)' : '{ q: text }'
  return s.framing == 'socket.io'
    ? {
        script: `${show} const ws = new WebSocket('ws://' + location.host + '/io'); ws.onmessage = () => later(script.shift()); onSend((text) => ws.send(JSON.stringify(['ask', ${body}])))`,
        socket: (_, socket) => tell(s, (bytes) => socket.send(bytes), () => socket.open),
      }
    : {
        script: `${show} onSend(async (text) => follow(await post('/api/answers', ${body}), script, later))`,
        async http({ response }) {
          response.writeHead(200, { 'content-type': typeOf(s), 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
          response.flushHeaders()
          await tell(s, (bytes) => void response.write(bytes), () => !response.destroyed)
          response.end()
        },
      }
}

async function play(s: Stream): Promise<Checks> {
  const stage = await openStage(browser, playOf(s))
  try {
    const one = person(stage)
    await sleep(300)
    await one.say('Why does it not rise?')
    await one.told(1, saidOf(s).at(-1)!.at / 1000 + 15, 800)
    const [seen] = await stage.seen()
    const firstPiece = await stage.page.evaluate(() => (window as never as { firstPiece?: number }).firstPiece)
    return judgeTurn(s, await stage.turns(), {
      ttft: seen?.ttft ?? NaN,
      within: 34,
      firstChunk: firstPiece && seen && firstPiece - seen.gesture,
      chunkWithin: 25,
      frames: seen?.frames ?? [],
    })
  } finally {
    await stage.close()
  }
}

test(`${pages} generated streams in Chromium${held ? ', the part that is kept apart' : ''}`, { timeout: 3_600_000 }, async () => {
  const tally = newTally()
  const line = fc.sample(stream(held), { numRuns: pages, seed })
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      for (let s = line.shift(); s; s = line.shift()) addTo(tally, s, await play(s))
    }),
  )
  report(`streams-chromium${held ? '-held' : ''}`, tallied(held ? 'Chromium, kept apart' : 'Chromium', tally))
  expect(tally.wrong.length).toBe(0)
})
