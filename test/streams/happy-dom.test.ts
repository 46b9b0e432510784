/**
 * @vitest-environment happy-dom
 *
 * Generated streams against src with the real engine, the clock faked. `CHAT_VITALS_RUNS` (10,000), `CHAT_VITALS_SEED`,
 * `CHAT_VITALS_HELD=1`: the part of the grammar that is kept apart, alone.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { follow } from '../../src/network/followers.ts'
import { createGuard } from '../../src/base/guard.ts'
import { letters } from '../support/dialects.ts'
import { report } from '../uis/compare.ts'
import { saidOf, stream, typeOf } from './grammar.ts'
import type { Stream } from './grammar.ts'
import { addTo, judgeTurn, newTally, tallied } from './judge.ts'
import type { Checks } from './judge.ts'
import { createWorld, painters, startEngine } from './world.ts'

const held = process.env.CHAT_VITALS_HELD == '1'
const runs = Number(process.env.CHAT_VITALS_RUNS ?? 10_000)
const seed = Number(process.env.CHAT_VITALS_SEED ?? 20_261_201)
const PROMPT = 'Why does it not rise?'
const FRAME = 1000 / 60

async function play(s: Stream): Promise<Checks> {
  document.body.innerHTML = '<main id="log"></main><textarea></textarea>'
  const world = createWorld()
  const { engine, turns, errors } = startEngine(world)
  const { clock } = world
  const log = document.querySelector('#log')!
  await world.run(300)
  const t0 = clock.now()
  const frames: [number, number][] = []
  let painted: Element | undefined
  let firstChunk: number | undefined
  world.onFrame = (at) => {
    const chars = letters(painted?.textContent ?? '')
    if (chars > (frames.at(-1)?.[1] ?? 0)) frames.push([at, chars])
  }

  // Enter: what the first script makes of it, then what the page does.
  const field = document.querySelector('textarea')!
  engine.gesture({ kind: 'submit', at: t0, sure: false, prompt: PROMPT, element: field })
  const bubble = (who: string, text = '') => {
    const one = document.createElement('div')
    one.className = who
    one.innerHTML = '<p></p>'
    one.firstElementChild!.textContent = text
    log.append(one)
    return one.firstElementChild!
  }
  bubble('a', PROMPT)
  engine.composerEmptied(t0)
  await world.run(4)

  const socket = s.framing == 'socket.io'
  const body = s.asks == 'as a chat' ? JSON.stringify({ stream: true, messages: [{ role: 'user', content: PROMPT }] }) : JSON.stringify(socket ? ['ask', { q: PROMPT }] : { q: PROMPT })
  const url = `${location.origin === 'null' ? 'http://localhost' : location.origin}/api/answers`
  const call = engine.call({ at: clock.now(), method: socket ? 'GET' : 'POST', url, transport: socket ? 'websocket' : 'fetch', body, on: socket ? {} : undefined })
  const feed = call && !socket ? engine.feed(call, url) : undefined
  let hear: ((data: string) => void) | undefined
  if (call && socket)
    follow(
      { target: {} as WebSocket, call, url, hear: (handle: (heard: never) => void) => {
        hear = (data) => handle({ type: 'message', event: { data }, state: 1, letters: 0 } as never)
        return () => {}
      } } as never,
      { guard: createGuard(), clock, follow: (port: typeof call) => engine.feed(port, url) } as never,
    )
  const from = clock.now()
  let say: ((text: string) => void) | undefined
  let think: Element | undefined
  const said = saidOf(s)
  if (!socket) world.at(from + s.first - 20, () => feed?.response(200, typeOf(s), () => null))
  const encoder = new TextEncoder()
  for (const { at, bytes, text, thought } of said) {
    world.at(from + at, () => {
      if (text) firstChunk ??= clock.now()
      if (socket) hear?.(bytes)
      else feed?.bytes(encoder.encode(bytes))
    })
    if (text || thought)
      world.at(from + at + s.lag, () => {
        if (!say) {
          painted = bubble('b')
          say = painters(world)[s.way]!(painted)
        }
        if (thought) {
          if (!think) {
            const box = document.createElement('details')
            box.setAttribute('open', '')
            box.innerHTML = '<summary>Thinking…</summary><p></p>'
            painted!.before(box)
            think = box.lastElementChild!
          }
          think.append(thought)
        }
        if (text) say(text)
      })
  }
  const last = said.at(-1)!.at
  if (!socket) world.at(from + last + 15, () => feed?.end('done'))
  await world.run(last + 9000)
  if (!turns.length) await world.run(12_000)
  engine.end()
  const checks = judgeTurn(s, turns, {
    // Where the browser tells no paint, the time is that of the frame after layout, give or take one.
    ttft: (frames[0]?.[0] ?? NaN) - t0 + FRAME,
    within: FRAME * 1.5,
    firstChunk: firstChunk! - t0,
    chunkWithin: 1,
    frames: frames.map(([at, chars]) => [at, chars]),
  })
  if (errors.length) checks['one turn'] = errors[0]!.slice(0, 400)
  return checks
}

test(`${runs} generated streams${held ? ', the part that is kept apart' : ''}`, { timeout: 3_600_000 }, async () => {
  const tally = newTally()
  for (const s of fc.sample(stream(held), { numRuns: runs, seed })) addTo(tally, s, await play(s))
  report(`streams-happy-dom${held ? '-held' : ''}`, tallied(held ? 'happy-dom, kept apart' : 'happy-dom', tally))
  expect(tally.wrong.length).toBe(0)
})
