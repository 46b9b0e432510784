import { describe, expect, test } from 'vitest'

import { startChat } from './chat.ts'

type Chat = ReturnType<typeof startChat>
const answered = (chat: Chat) => chat.headers().say('Hello').finish('stop').end().rest()
const parents = (chat: Chat) => chat.calls.map((call) => call?.headers.traceparent)

describe('a turn opens', () => {
  test('with its gesture, when that is surely a send, on a page that is known as a chat', () => {
    const chat = startChat().gesture('submit', { prompt: 'hi' })
    expect(chat.opened).toEqual([])
    expect(answered(chat.wait(5).call('/chat', 'hi')).record).toMatchObject({ seq: 1, moments: { request: 5 } })
    expect(chat.opened).toMatchObject([{ record: { seq: 1, trigger: 'submit' }, about: { prompt: 'hi' } }])
    chat.gesture('submit', { prompt: 'and?' })
    expect(chat.opened[1]).toMatchObject({
      record: { rev: 1, seq: 2, trigger: 'submit', moments: {} },
      about: { prompt: 'and?' },
    })
  })

  test('with a chat call, back to the gesture that caused it', () => {
    const chat = startChat().gesture('other', { sure: false }).wait(4000).call('/chat', 'hi')
    expect(chat.opened).toMatchObject([
      { record: { trigger: 'submit', moments: { request: 4000 } }, about: { prompt: 'hi' } },
    ])
  })

  test('with a chat call without gesture, as the program’s', () => {
    const chat = startChat().gesture('other').wait(11_000).call('/chat', 'hi')
    expect(answered(chat).record).toMatchObject({ trigger: 'program', moments: { request: 0 } })
  })

  // A prerendered page asked at once: its turn had begun before anybody came.
  test('of a prerendered page with the visit, not before', () => {
    const plain = startChat().call('/chat', 'hi').wait(800)
    const chat = startChat({ visitedAt: plain.clock.now() - 300 })
      .call('/chat', 'hi')
      .wait(800)
    expect(answered(chat).record.requests[0]).toMatchObject({ startMs: 0 })
    expect(chat.record.startedAt - answered(plain).record.startedAt).toBe(500)
  })

  test('not for calls of other kinds', () => {
    expect(startChat().gesture('other').call('/log').calls).toEqual([undefined])
  })

  test('not with the Enter of an empty composer', () => {
    expect(startChat().gesture('submit', { prompt: '' }).opened).toEqual([])
  })

  test('with a likely send that empties the composer, once a chat call has been seen', () => {
    const chat = startChat()
    const maybe = () => {
      chat.gesture('submit', { sure: false, prompt: 'hi' }).wait(20)
      chat.turns.composerEmptied(chat.clock.now())
    }
    maybe()
    expect(chat.opened).toEqual([])
    answered(chat.call('/chat', 'hi'))
    maybe()
    expect(chat.opened).toHaveLength(2)
  })

  test('from the send, not from the clicks after it', () => {
    const chat = startChat().gesture('submit', { sure: false, prompt: 'hi' }).wait(20)
    chat.turns.composerEmptied(chat.clock.now())
    chat.wait(1000).gesture('other').wait(500).call('/chat', 'hi')
    expect(chat.opened[0]!.record.moments.request).toBe(1520)
  })

  test('gap-free seq, ids fixed from the first', () => {
    const chat = startChat()
    for (const prompt of ['a', 'b', 'c']) answered(chat.send(prompt))
    expect(chat.settled.map(({ seq }) => seq)).toEqual([1, 2, 3])
    for (const [i, { record }] of chat.opened.entries()) {
      const { id, traceId, spanId, startedAt } = chat.settled[i]!
      expect({ id, traceId, spanId, startedAt }).toMatchObject(
        Object.fromEntries(
          Object.entries(record).filter(([key]) => ['id', 'traceId', 'spanId', 'startedAt'].includes(key)),
        ),
      )
    }
    expect(chat.turns.opened()).toBe(3)
  })
})

describe('one gesture, one turn', () => {
  test('Enter in a form fires a click too', () => {
    const chat = startChat()
      .gesture('submit', { prompt: 'hi' })
      .wait(8)
      .gesture('submit', { prompt: 'hi' })
      .call('/chat', 'hi')
    expect(answered(chat).record.seq).toBe(1)
    const late = startChat()
      .gesture('submit', { sure: false, prompt: 'hi' })
      .call('/chat', 'hi')
      .wait(8)
      .gesture('submit')
    expect(answered(late).record.seq).toBe(1)
  })

  test('the click may say more clearly what it was', () => {
    const chat = startChat().gesture('other', { sure: false, prompt: 'hi' }).wait(8).gesture('submit', { sure: true })
    expect(answered(chat.wait(2).call('/chat')).record.moments.request).toBe(10)
    expect(chat.opened).toMatchObject([{ about: { prompt: 'hi' } }])
  })

  test('a double click sends once', () => {
    const chat = startChat()
      .gesture('submit', { prompt: 'hi' })
      .wait(5)
      .call('/chat', 'hi')
      .wait(200)
      .gesture('submit', { prompt: '' })
    expect(chat.opened).toHaveLength(1)
  })

  test('its calls are one turn: a title beside the answer', () => {
    const chat = startChat().send('hi').call('/chat', 'Make a title').on(1).headers().say('Hello')
    chat.on(2).headers(500, 'text/plain').on(1).wait(500).say('there').finish('stop').end().rest()
    expect(chat.record).toMatchObject({ outcome: 'completed', requests: [{ status: 200 }, { status: 500 }] })
    expect(chat.screens[0]!.answer).toEqual(['Hello', 'there'])
  })

  test('its calls are one turn: a retry, whose failed attempt was the server’s time', () => {
    const chat = startChat()
      .send('hi')
      .wait(95)
      .headers(429, 'application/json')
      .wait(500)
      .call('/chat', 'hi')
      .wait(100)
    const { moments, ttftParts, ttft, outcome } = answered(chat).record
    expect({ outcome, request: moments.request, headers: moments.headers }).toEqual({
      outcome: 'completed',
      request: 5,
      headers: 700,
    })
    expect(ttftParts).toEqual({ client: 5, server: 695, model: 0, render: 10, paint: 0, unknown: 0 })
    expect(ttft).toBe(710)
  })
})

describe('further requests', () => {
  test('a tool loop is one turn, and the tool’s time is the tool’s', () => {
    const chat = startChat().send('weather?').headers().say('Let me see.').tool(1).content({ finish: 'tool' }).end()
    chat.wait(5000).call('/chat', 'weather?').wait(100).headers().say('Rain.').finish('stop').end().rest()
    const { requests, render, outcome, finish } = chat.record
    expect([requests.length, outcome, finish]).toEqual([2, 'completed', 'stop'])
    expect(render.stalls).toBe(1)
    expect(render.stallBy.tool).toBeGreaterThan(4000)
    expect(render.stallBy.server).toBeCloseTo(100)
  })

  test('clicks about the page do not cut it in two', () => {
    const chat = startChat().send().headers().say('Let me see.').tool(1).end().wait(900).gesture('other').wait(50)
    expect(answered(chat.call('/chat', 'hi')).record.requests).toHaveLength(2)
  })

  test('a click right before a call is a new send otherwise', () => {
    const chat = startChat().send('a').headers().say('Hello').wait(500).gesture('other').wait(10).call('/chat', 'b')
    expect(chat.opened).toHaveLength(2)
  })

  test('a tool that nobody takes up does not keep the turn open for ever', () => {
    const open = (asks: boolean) =>
      startChat({ asks: () => asks })
        .send()
        .headers()
        .say('See')
        .tool(1)
        .end()
    expect(open(false).wait(61_000).record.outcome).toBe('completed')
    // Where the user is asked to approve it, that takes the time it takes.
    const asked = open(true).wait(61_000)
    expect(asked.settled).toEqual([])
    expect(asked.wait(541_000).record.outcome).toBe('completed')
  })

  test('of two open turns the one with its prompt', () => {
    const chat = startChat()
      .send('a')
      .headers()
      .say('Hello')
      .wait(50)
      .send('b')
      .headers()
      .say('Hi')
      .on(1)
      .content({ finish: 'tool' })
      .end()
    chat.wait(50).call('/chat', 'a').headers().finish('stop').end().on(2).finish('stop').end().rest()
    expect(chat.settled.map(({ seq, requests }) => [seq, requests.length]).sort()).toEqual([
      [1, 2],
      [2, 1],
    ])
  })

  test('eight are kept, the rest is counted into the last and continues its span', () => {
    const chat = startChat().send().headers().say('a').end()
    for (let i = 0; i < 10; i++) chat.wait(100).call().headers().say('b').end()
    const { requests } = chat.rest().record
    expect(requests).toHaveLength(8)
    expect(requests[7]).toMatchObject({ chunks: 4, bytes: 40 })
    expect(parents(chat).at(-1)).toContain(requests[7]!.spanId)
  })
})

describe('a call of unclear shape', () => {
  // Event streams also notify, and feed dashboards.
  test('is a turn once a known format answers in it, back to its gesture', () => {
    const chat = startChat().gesture('other', { sure: false }).wait(10).call('/maybe', 'hi').wait(290).headers()
    chat.content({ model: false })
    expect(chat.opened).toEqual([])
    chat.content({ answer: 'Hi', by: 'known' })
    expect(chat.opened).toMatchObject([{ record: { seq: 1, moments: { request: 10, headers: 300 } } }])
    expect(answered(chat).record.evidence).toMatchObject({ gesture: 'trusted', wire: 'known' })
  })

  test('carries no header of ours: who answers it may not allow any', () => {
    const chat = startChat().gesture('other').call('/maybe').call('/chat')
    expect(parents(chat).map(Boolean)).toEqual([false, true])
  })

  test('is one once it is known which of its texts is the answer, and nothing of what came before is lost', () => {
    const chat = startChat()
      .gesture('other')
      .call('/maybe')
      .wait(50)
      .headers(200, 'application/json')
      .wait(10)
      .chunk('Hel')
    expect(chat.opened).toEqual([])
    chat.wait(10).content({ answer: 'lo', by: 'known' })
    expect(answered(chat).record).toMatchObject({
      moments: { headers: 50, firstChunk: 60, firstModelChunk: 60 },
    })
    expect(chat.screens[0]!.answer.slice(0, 2)).toEqual(['Hel', 'lo'])
  })

  // The wait for the user was counted up to no time at all, and came out as none.
  test('that goes on when the user has agreed counts that wait as the user’s', () => {
    const chat = startChat({ asks: () => true })
      .send()
      .headers()
      .tool(1)
      .finish('tool')
      .end()
      .wait(7000)
    chat
      .gesture('other', { sure: false })
      .wait(5)
      .call('/chat')
      .headers()
      .tool(-1)
      .say('Done')
      .finish('stop')
      .end()
      .rest()
    expect(chat.record).toMatchObject({ outcome: 'completed', userMs: 7000, ttftUserMs: 7000 })
  })

  test('is none when it answers at once, and takes no seq', () => {
    const chat = startChat().gesture('other').call('/maybe').headers(200, 'application/json').chunk('{}').end()
    expect(chat.opened).toEqual([])
    expect(answered(chat.wait(50).send()).record.seq).toBe(1)
  })

  test('without a gesture and an open turn it is left alone', () => {
    expect(startChat().call('/maybe').calls).toEqual([undefined])
  })

  test('shares its gesture’s turn with the others', () => {
    const chat = startChat().gesture('other').call('/maybe').call('/maybe')
    chat.on(2, 1).headers().content({ answer: 'x', by: 'known' }).on(1).headers().content({ answer: 'y', by: 'known' })
    expect(chat.opened).toHaveLength(1)
    expect(chat.on(1).finish('stop').end().on(2, 1).say('x').finish('stop').end().rest().record.requests).toHaveLength(
      2,
    )
  })
})

describe('regenerate and edit', () => {
  const twice = (again: (chat: Chat) => Chat) => {
    const chat = answered(startChat().send('hi'))
    answered(again(chat))
    return chat
  }
  test('by the button', () => {
    const chat = twice((c) => c.gesture('regenerate').wait(5).call('/chat', 'hi'))
    expect(chat.settled[1]).toMatchObject({
      trigger: 'regenerate',
      replaces: chat.settled[0]!.id,
      moments: { request: 5 },
    })
    expect(chat.opened[1]!.about).toMatchObject({ regenerated: true, edited: false, prompt: 'hi' })
  })

  test('by the button and its menu', () => {
    const chat = twice((c) => c.gesture('regenerate').wait(900).gesture('other').wait(5).call('/chat', 'hi'))
    expect(chat.settled[1]).toMatchObject({ trigger: 'regenerate', moments: { request: 5 } })
  })

  test('by the same prompt out of an empty composer', () => {
    const chat = twice((c) => c.gesture('other', { prompt: '' }).wait(5).call('/chat', 'hi'))
    expect(chat.settled[1]).toMatchObject({ trigger: 'regenerate', replaces: chat.settled[0]!.id })
    const typed = twice((c) => c.gesture('other', { prompt: 'hi' }).wait(5).call('/chat', 'hi'))
    expect(typed.settled[1]).toMatchObject({ trigger: 'submit' })
  })

  test('an edit is sent later, from its own field', () => {
    const chat = twice((c) =>
      c.gesture('edit').wait(20_000).gesture('submit', { prompt: 'hi there' }).wait(5).call('/chat', 'hi there'),
    )
    expect(chat.settled[1]).toMatchObject({ trigger: 'edit', replaces: chat.settled[0]!.id, moments: { request: 5 } })
    expect(chat.opened[1]!.about).toMatchObject({ edited: true, previous: { prompt: 'hi' } })
  })

  test('the turn is found where the user clicked', () => {
    document.body.innerHTML = '<p id=q1></p><p id=a1></p><b id=r1></b><p id=q2></p><p id=a2></p><b id=r2></b>'
    const at = (id: string) => document.getElementById(id)!
    const chat = answered(startChat().send('one'))
    answered(chat.send('two'))
    chat.screens.forEach((screen, i) => (screen.element = at(`a${i + 1}`)))
    answered(chat.gesture('regenerate', { element: at('r1') }).call('/chat', 'one'))
    expect(chat.settled[2]).toMatchObject({ trigger: 'regenerate', replaces: chat.settled[0]!.id })
    answered(
      chat
        .gesture('edit', { element: at('q1') })
        .wait(50)
        .gesture('submit', { prompt: 'uno' })
        .call('/chat', 'uno'),
    )
    expect(chat.settled[3]).toMatchObject({ trigger: 'edit', replaces: chat.settled[0]!.id })
  })
})

describe('what the intent detector is told', () => {
  test('the prompt and the turn before', () => {
    const chat = startChat()
      .send('hi')
      .headers()
      .say('Hello. What can I do?')
      .finish('stop')
      .end()
      .rest()
      .send('tell me more')
    expect(chat.opened[1]!.about).toEqual({
      prompt: 'tell me more',
      previous: { turnId: chat.settled[0]!.id, prompt: 'hi', outcome: 'completed', answerEndedWithQuestion: true },
      edited: false,
      regenerated: false,
    })
  })

  test('nothing of the conversation before', () => {
    const chat = answered(startChat().send('hi')).gesture('new_conversation').wait(500).send('hello')
    expect(chat.opened[1]!.about.previous).toBeUndefined()
  })

  test('a prompt that only the call shows, once', () => {
    const chat = startChat().gesture('submit').wait(5).call('/chat', 'hi').call('/chat', 'hi')
    expect(chat.opened[0]!.about.prompt).toBeUndefined()
    expect(chat.learned).toMatchObject([{ prompt: 'hi' }])
  })

  test('prompts are bounded and never in a record', () => {
    const chat = answered(startChat().send('canary'.repeat(2000)))
    expect(chat.opened[0]!.about.prompt).toHaveLength(4096)
    expect(JSON.stringify([chat.settled, chat.changes])).not.toContain('canary')
  })
})

describe('moments', () => {
  test('of a reasoning model', () => {
    const chat = startChat().send().wait(95).headers().wait(100).content({}).wait(100).think('Hmm')
    chat.screens[0]!.port.feedback(5016)
    chat.screens[0]!.port.progress(5320)
    chat.wait(700).chunk('Hel').wait(20).insert(3).wait(8).paint(3).wait(72).chunk('lo').wait(8).paint(60)
    const { moments, ttft, ttftParts, ttftMethod, ttftErrorMs, ttftHiddenMs } = chat.finish('stop').end().rest().record
    expect(moments).toEqual({
      request: 5,
      headers: 100,
      firstModelChunk: 200,
      firstReasoning: 300,
      firstChunk: 1000,
      lastChunk: 1100,
      firstInserted: 1020,
      firstFeedback: 16,
      firstProgress: 320,
      firstText: 1028,
      usefulText: 1108,
      lastText: 1108,
      end: 1108,
    })
    expect({ ttft, ttftMethod, ttftErrorMs, ttftHiddenMs }).toEqual({
      ttft: 1028,
      ttftMethod: 'frame',
      ttftErrorMs: 4,
      ttftHiddenMs: 0,
    })
    expect(ttftParts).toEqual({ client: 5, server: 95, model: 900, render: 20, paint: 8, unknown: 0 })
  })

  test('of a socket: its first message stands for the headers', () => {
    const chat = startChat()
      .gesture('submit', { prompt: 'hi' })
      .call('/chat', 'hi', { transport: 'websocket' })
      .wait(80)
    expect(chat.say('Hi').finish('stop').end().rest().record.moments).toMatchObject({
      request: 0,
      headers: 80,
      firstChunk: 80,
    })
  })

  test('hidden time is in TTFT, and said', () => {
    const chat = startChat()
      .send()
      .headers()
      .wait(95)
      .hide()
      .wait(1000)
      .show()
      .wait(100)
      .say('Hi')
      .hide()
      .wait(500)
      .show()
    expect(chat.finish('stop').end().rest().record).toMatchObject({ ttft: 1210, ttftHiddenMs: 1000, hiddenMs: 1500 })
  })

  test('hidden mid-stream is no stall; a hidden turn stays open until it is shown', () => {
    const chat = startChat().send().headers().say('Hello').hide().wait(5000).chunk('more').end().wait(60_000)
    expect(chat.settled).toEqual([])
    const { render, hiddenMs, outcome } = chat.show().wait(16).paint(4).wait(700).record
    expect({ stallMs: render.stallMs, gap: render.gapMaxMs, hiddenMs, outcome }).toEqual({
      stallMs: 0,
      gap: 16,
      hiddenMs: 65_000,
      outcome: 'completed',
    })
  })

  test('a sleeping machine is no stall', () => {
    const chat = startChat().send().headers().say('Hello').wait(60_000)
    chat.turns.page({ kind: 'slept', at: chat.clock.now() - 59_900, to: chat.clock.now() })
    expect(chat.say('more').finish('stop').end().rest().record.render).toMatchObject({ stallMs: 0, gapMaxMs: 110 })
  })

  test('a step of the wall clock moves nothing, and is said', () => {
    const chat = startChat().send().headers().say('Hello')
    chat.clock.offset += 3_600_000
    const { moments, startedAt, clockSkewMs } = chat.wait(90).say('more').finish('stop').end().rest().record
    expect([moments.lastText, startedAt, clockSkewMs]).toEqual([115, 1_700_000_005_000, 3_600_000])
  })
})

describe('why it stalled', () => {
  const stalled = (more: (chat: Chat) => Chat) =>
    more(startChat().send().headers().say('Hi')).finish('stop').end().rest().record.render
  // 'Hi' is read in 104 ms: what comes later was waited for.
  test('the server, until the chunk came', () => {
    const { stallBy, stallMs, stalls } = stalled((chat) => chat.wait(1004).chunk('there').wait(100).paint(5))
    expect({ stallMs, stalls }).toEqual({ stallMs: 1000, stalls: 1 })
    expect(stallBy).toEqual({ server: 900, client: 100, main_thread: 0, tool: 0, unknown: 0 })
  })

  test('the main thread, though its long frame is reported late', () => {
    const { stallBy } = stalled((chat) => {
      chat.chunk('there').wait(604).paint(5).wait(20)
      chat.turns.page({ kind: 'busy', at: chat.clock.now() - 424, to: chat.clock.now() - 24 })
      return chat
    })
    expect(stallBy).toEqual({ server: 0, client: 100, main_thread: 400, tool: 0, unknown: 0 })
  })

  test('unknown, where the stream is not seen', () => {
    const chat = startChat().gesture('submit', { prompt: 'hi' }).wait(2000)
    expect(chat.screens[0]!.unseen).toBe(true)
    chat.paint(2).wait(1104).paint(5)
    expect(chat.settled).toEqual([])
    const { render, outcome, ttftParts, ttft } = chat.wait(5100).record
    expect([outcome, render.stallBy.unknown, ttft, ttftParts!.unknown]).toEqual(['completed', 1000, 2000, 2000])
  })

  test('a tokenless answer to the call: the text may come another way', () => {
    const chat = startChat().send().headers(200, 'application/json').end().wait(4000)
    expect(chat.screens[0]!.unseen).toBe(true)
    expect(chat.paint(5).wait(1000).paint(5).wait(5100).record).toMatchObject({ outcome: 'completed', ttft: 4005 })
  })
})

describe('checkpoints', () => {
  test('at headers, first text, stalls, the stream’s end, and every three quarters of a second between', () => {
    const chat = startChat().send().headers()
    for (let i = 0; i < 30; i++) chat.say('Hello').wait(90)
    chat.wait(9000).say('more').finish('stop').end()
    expect(chat.changes.map(({ why }) => why)).toEqual([
      'headers',
      'first_text',
      'progress',
      'progress',
      'progress',
      'progress',
      'stall',
      'stream_end',
    ])
    const revisions = [...chat.changes.map(({ record }) => record.rev), chat.rest().record.rev]
    expect(revisions).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  test('are open: no outcome, no QoE; and never change afterwards', () => {
    const chat = startChat().send().headers().say('Hello')
    const { record } = chat.changes.at(-1)!
    const before = structuredClone(record)
    answered(chat)
    expect(record).toEqual(before)
    expect(record.outcome ?? record.phase ?? record.endedBy ?? record.render.qoe).toBeUndefined()
  })

  test('a record that has not changed is the same record', () => {
    const chat = startChat().send().headers().say('Hello')
    expect(chat.turns.current()).toBe(chat.turns.current())
    const settled = answered(chat).record
    chat.chunk('late').paint(5)
    expect(chat.turns.find(settled.id)).toBe(settled)
  })

  test('notes raise the revision, before and after', () => {
    const chat = startChat().send()
    const { id, rev } = chat.turns.amend(chat.opened[0]!.record.id, { attributes: { plan: 'pro' } })!
    const settled = answered(chat).record
    expect(settled.attributes).toEqual({ plan: 'pro' })
    const later = chat.turns.amend(id, { correction: { kind: 'none', score: 0.1, of: 'x' } })!
    expect(later).toEqual({ ...settled, rev: settled.rev + 1, correction: { kind: 'none', score: 0.1, of: 'x' } })
    expect(rev).toBeLessThan(settled.rev)
  })
})

describe('the next gesture comes at once', () => {
  const smoothed = () => {
    // Painted long after its last chunk, as pages do that smooth what they show.
    const chat = startChat().send('hi').headers().chunk('All of it.').finish('stop').end().wait(400).paint(8)
    chat.screens[0]!.shown = 'All of it.'
    return chat
  }

  test('an answer that stands there whole was completed, however soon the next prompt comes', () => {
    const chat = smoothed().wait(5).send('next')
    expect(chat.settled).toMatchObject([{ outcome: 'completed', endedBy: 'done' }])
    expect(chat.screens[0]!.closed).toBe(true)
  })

  test('one that does not stand there whole was superseded', () => {
    const chat = startChat().send('hi').headers().chunk('All of it.').finish('stop').end().wait(400).paint(3)
    chat.screens[0]!.shown = 'All'
    answered(chat.wait(5).send('next')).rest()
    expect(chat.settled[0]).toMatchObject({ outcome: 'superseded', endedBy: 'new_send' })
  })

  test('a regenerated turn gives up its place on the screen before the new one begins', () => {
    const chat = startChat().send('hi').headers().chunk('All of it.').finish('stop').end().wait(100).paint(3)
    chat.wait(5).gesture('regenerate').wait(5).call('/chat', 'hi')
    expect(chat.settled).toHaveLength(1)
    expect(chat.screens[0]!.closed).toBe(true)
    expect(chat.opened[1]!.record).toMatchObject({ trigger: 'regenerate', replaces: chat.settled[0]!.id })
  })
})

test('text that was found only after the turn had ended was there by its end', () => {
  const chat = startChat().send('hi').headers().wait(200).chunk('Hello').wait(300).gesture('stop').end('aborted')
  chat
    .wait(400)
    .paint(5, { at: chat.clock.now() - 100, errorMs: 500, method: 'observer' })
    .rest()
  const { ttft, ttftErrorMs, moments, phase, outcome } = chat.record
  expect({ outcome, phase }).toEqual({ outcome: 'stopped', phase: 'streaming' })
  expect(ttft! + ttftErrorMs!).toBeCloseTo(moments.end!, 3)
  expect(ttft! - ttftErrorMs!).toBeCloseTo(moments.firstChunk!, 3)
})

test('a message about the failure is no progress', () => {
  const chat = startChat().send('hi').headers(429).wait(20)
  chat.screens[0]!.port.progress(chat.clock.now())
  expect(chat.wait(11_000).record.moments).not.toHaveProperty('firstProgress')
})

describe('by hand', () => {
  test('a turn the page drives itself', () => {
    const chat = startChat()
    const turn = chat.turns.open({ prompt: 'hi', attributes: { app: 'x' }, conversation: 'c1' })
    chat.wait(100)
    turn.chunk('Hel')
    turn.text('Hel')
    chat.wait(900)
    turn.chunk('lo')
    turn.text('Hello')
    chat.wait(60_000)
    expect(chat.settled).toEqual([])
    turn.end()
    const record = chat.rest().record
    expect(record).toMatchObject({
      outcome: 'completed',
      trigger: 'program',
      conversationId: 'c1',
      attributes: { app: 'x' },
      moments: { firstChunk: 100, firstText: 100, lastText: 1000, end: 61_000 },
      // Nobody saw a call: none is made up, and what the wait went to is not known.
      requests: [],
      ttftParts: { client: 0, server: 0, model: 0, render: 0, paint: 0, unknown: 100 },
      render: { chars: 5 },
    })
    expect(turn.traceparent).toBe(`00-${record.traceId}-${record.spanId}-01`)
    expect(record.moments.request).toBeUndefined()
    expect(record.moments.headers).toBeUndefined()
  })

  test.each([
    ['stopped', 'user_stop'],
    ['error', 'stream_error'],
    ['cancelled', 'host_abort'],
  ] as const)('ends as the page says: %s', (outcome, endedBy) => {
    const chat = startChat()
    chat.turns.open().end(outcome)
    expect(chat.rest().record).toMatchObject({ outcome, endedBy })
  })

  test('takes up the turn its gesture has opened, and its calls join it', () => {
    const chat = startChat().gesture('submit', { prompt: 'hi' }).wait(10)
    const turn = chat.turns.open({ attributes: { app: 'x' } })
    chat.call('/chat', 'hi').headers()
    turn.chunk('Hello')
    expect(answered(chat).record).toMatchObject({
      id: turn.id,
      trigger: 'submit',
      attributes: { app: 'x' },
      requests: [{ chunks: 2 }],
    })
  })
})

test('a page that leaves ends all turns, and starts none of them again', () => {
  const chat = startChat().send('a').headers().say('Hello').wait(50).send('b').leave()
  expect(chat.settled.map(({ outcome }) => outcome)).toEqual(['abandoned', 'abandoned'])
  chat.say('late').end().call('/maybe')
  expect(chat.opened).toHaveLength(2)
  expect(answered(chat.send('c')).settled.at(-1)).toMatchObject({ seq: 3, outcome: 'completed' })
})

test('stopping the library leaves no timer and no open turn', () => {
  const chat = startChat().send('a').wait(50).send('b').headers().say('x')
  chat.turns.stopAll()
  expect(chat.settled.map(({ outcome }) => outcome)).toEqual(['cancelled', 'cancelled'])
  expect(chat.clock.timers()).toBe(0)
  expect(chat.errors).toEqual([])
})

test('300 turns keep what 20 keep', () => {
  const chat = startChat()
  for (let i = 0; i < 300; i++) answered(chat.send('prompt ' + i))
  expect(chat.settled.length).toBe(300)
  expect(chat.settled.filter(({ id }) => chat.turns.find(id))).toHaveLength(20)
  expect(chat.clock.timers()).toBe(0)
})
