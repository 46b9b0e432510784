import { describe, expect, test } from 'vitest'

import { recover } from '../../../src/turn/turns.ts'
import { startChat } from './chat.ts'

const ended = ({ record: { outcome, phase, endedBy, finish, errorType, moments } }: ReturnType<typeof startChat>) => ({
  outcome,
  phase,
  endedBy,
  ...(finish && { finish }),
  ...(errorType && { errorType }),
  end: moments.end,
})

describe('completed', () => {
  test('ends with the later of stream end and last text', () => {
    const painted = startChat().send().wait(95).headers().say('Hello').wait(90).end().wait(100).paint(4).rest()
    expect(ended(painted)).toEqual({ outcome: 'completed', phase: 'streaming', endedBy: 'done', end: 300 })
    const streamed = startChat().send().wait(95).headers().say('Hello').wait(490).end().rest()
    expect(ended(streamed).end).toBe(600)
  })

  test.each(['stop', 'length', 'refusal', 'filter'] as const)('says how it finished: %s', (finish) => {
    expect(ended(startChat().send().headers().say('No.').finish(finish).end().rest()).finish).toBe(finish)
  })

  test('without answer text it finished empty', () => {
    expect(ended(startChat().send().headers().finish('stop').end().rest())).toMatchObject({
      outcome: 'completed',
      phase: 'waiting',
      finish: 'empty',
    })
  })

  test('settles once painting and follow-ups are over, not before', () => {
    const chat = startChat().send().headers().say('Hello').finish('stop').end()
    for (let i = 0; i < 10; i++) chat.wait(200).paint(2)
    expect(chat.settled).toEqual([])
    chat.wait(590)
    expect(chat.settled).toEqual([])
    expect(ended(chat.wait(20)).end).toBe(2015)
  })

  test('a host that cancels its reader after the last word has not aborted', () => {
    expect(ended(startChat().send().headers().say('Hi').finish('stop').end('cancelled').rest()).endedBy).toBe('done')
  })

  test('an answer shorter than a second of reading is useful with its last text', () => {
    expect(startChat().send().headers().wait(95).say('Hi').end().rest().record.moments.usefulText).toBe(110)
  })
})

describe('stopped', () => {
  test('by the stop button, though the server streams on', () => {
    const chat = startChat()
      .send()
      .headers()
      .say('Hello')
      .wait(85)
      .gesture('stop')
      .wait(50)
      .paint(8)
      .wait(100)
      .chunk('more')
    expect(ended(chat.rest())).toEqual({ outcome: 'stopped', phase: 'streaming', endedBy: 'user_stop', end: 100 })
    expect(chat.record.render.chars).toBe(13)
  })

  test('by any click that aborts the call', () => {
    const chat = startChat()
      .send()
      .headers()
      .say('Hello')
      .wait(85)
      .gesture('other', { sure: false })
      .wait(20)
      .end('aborted')
    expect(ended(chat.rest())).toMatchObject({ outcome: 'stopped', endedBy: 'user_stop', end: 100 })
  })

  test('while waiting, even when text is painted after it', () => {
    const chat = startChat().send().wait(95).gesture('stop').wait(5).paint(3)
    expect(ended(chat.rest())).toMatchObject({ outcome: 'stopped', phase: 'waiting', end: 100 })
  })

  test('after the last chunk, while text still paints', () => {
    const chat = startChat().send().headers().chunk('A long text').end()
    for (let i = 0; i < 20; i++) chat.wait(20).paint(1)
    expect(ended(chat.gesture('stop').rest())).toMatchObject({ outcome: 'stopped', phase: 'streaming', end: 405 })
  })

  test('not by a click after all was said and painted', () => {
    const chat = startChat().send().headers().say('Hello').finish('stop').end().wait(100).gesture('stop').rest()
    expect(ended(chat).outcome).toBe('completed')
  })

  test('a doubtful stop button counts when the painting stops', () => {
    const guess = { sure: false }
    const on = startChat()
      .send()
      .headers()
      .say('Hello')
      .wait(50)
      .gesture('stop', guess)
      .wait(300)
      .say('more')
      .end()
      .rest()
    expect(ended(on).outcome).toBe('completed')
    const off = startChat()
      .send()
      .headers()
      .say('Hello')
      .wait(50)
      .gesture('stop', guess)
      .wait(300)
      .chunk('more')
      .end()
      .rest()
    expect(ended(off).outcome).toBe('stopped')
  })
})

describe('superseded', () => {
  test('by a send that aborts it', () => {
    const chat = startChat().send('a').headers().say('Hello').wait(85).send('b').on(1).end('aborted')
    expect(ended(chat.rest())).toEqual({ outcome: 'superseded', phase: 'streaming', endedBy: 'new_send', end: 100 })
  })

  test('by a click that aborts it and then proves to be a send', () => {
    const chat = startChat().send('a').headers().say('Hello').wait(85)
    chat.gesture('other', { sure: false }).wait(2).end('aborted').wait(300).call('/chat', 'b')
    expect(ended(chat.rest())).toMatchObject({ outcome: 'superseded', endedBy: 'new_send', end: 100 })
  })

  test('by a send that stops its painting', () => {
    const chat = startChat().send('a').headers().say('Hello').wait(85).send('b')
    chat.on(1).wait(500).chunk('unseen').wait(100).end()
    expect(ended(chat.rest())).toMatchObject({ outcome: 'superseded', end: 100 })
  })

  test('two streams that both go on are two turns', () => {
    const chat = startChat().send('a').headers().say('Hello').wait(50).send('b').headers()
    chat
      .on(1)
      .wait(300)
      .say('still')
      .on(2)
      .say('Hi')
      .wait(400)
      .finish('stop')
      .end()
      .on(1)
      .say('here')
      .finish('stop')
      .end()
      .rest()
    expect(chat.settled.map(({ seq, outcome, render }) => [seq, outcome, render.chars])).toEqual([
      [2, 'completed', 2],
      [1, 'completed', 14],
    ])
    expect(new Set(chat.settled.map(({ traceId }) => traceId)).size).toBe(2)
  })

  test('not when its answer was whole', () => {
    const chat = startChat().send('a').headers().say('Hello').finish('stop').end().wait(100).send('b').on(1)
    expect(ended(chat.rest())).toMatchObject({ outcome: 'completed', end: 15 })
  })
})

describe('abandoned', () => {
  test('when the page is left, at once, phase by what was seen', () => {
    const waiting = startChat().send().headers().chunk('Unseen').wait(95).leave()
    expect(ended(waiting)).toEqual({ outcome: 'abandoned', phase: 'waiting', endedBy: 'page_left', end: 100 })
    const streaming = startChat().send().headers().say('Hello').leave()
    expect(ended(streaming)).toMatchObject({ outcome: 'abandoned', phase: 'streaming' })
  })

  test('when the page is left in hiding, though the stream has ended', () => {
    expect(ended(startChat().send().headers().say('Hi').hide().finish('stop').end().rest().leave()).endedBy).toBe(
      'page_left',
    )
  })

  // The settling time had still to pass when the tab was hidden, and in a hidden tab it never does.
  test('not when the answer was whole, and seen, before its tab was hidden and never shown again', () => {
    const chat = startChat().send().headers().say('Hello').finish('stop').end().wait(150).hide()
    expect(chat.wait(200).leave().record).toMatchObject({
      outcome: 'completed',
      endedBy: 'done',
      finish: 'stop',
      moments: { lastText: 15 },
    })
  })

  test('nor does a whole answer wait in a hidden tab for anything but a further request', () => {
    const chat = startChat().send().headers().say('Hello').finish('stop').end().wait(150).hide().wait(800)
    expect(chat.settled).toEqual([])
    expect(chat.wait(300).record.outcome).toBe('completed')
  })

  test('but it is, when text that had come was not seen, or a tool was to be called', () => {
    const unseen = startChat().send().headers().say('Hello').chunk(' there').finish('stop').end().hide()
    expect(unseen.wait(5000).leave().record.outcome).toBe('abandoned')
    const below = startChat().send().headers().say('Hello').insert(5).finish('stop').end().wait(150).hide()
    expect(below.wait(5000).leave().record.outcome).toBe('abandoned')
    const tool = startChat().send().headers().say('Hello').tool(1).finish('tool').end().wait(150).hide()
    expect(tool.wait(5000).leave().record.outcome).toBe('abandoned')
  })

  test('not when all was said and painted before', () => {
    expect(ended(startChat().send().headers().say('Hi').finish('stop').end().wait(50).leave()).endedBy).toBe('done')
  })

  test('frames still waiting for their time are counted before', () => {
    const chat = startChat().send().headers().chunk('Hello').wait(20)
    const [screen] = chat.screens
    screen!.onClose = () =>
      screen!.port.painted({ at: chat.clock.now() - 5, chars: 5, readingMs: 260, method: 'beacon', errorMs: 2 })
    expect(chat.leave().record).toMatchObject({ phase: 'streaming', ttftMethod: 'beacon', ttftErrorMs: 2, ttft: 20 })
  })

  test.each(['failed', 'aborted'] as const)('when the leaving page breaks its own stream (%s)', (how) => {
    const chat = startChat().send().headers().say('Hi').wait(85).gesture('other').wait(10).end(how).wait(50).leave()
    expect(ended(chat)).toMatchObject({ outcome: 'abandoned', endedBy: 'page_left' })
  })

  test('when another conversation is opened and its call aborted, or its painting stops', () => {
    const aborted = startChat()
      .send()
      .headers()
      .say('Hi')
      .wait(85)
      .gesture('new_conversation')
      .wait(5)
      .end('aborted')
      .rest()
    expect(ended(aborted)).toEqual({
      outcome: 'abandoned',
      phase: 'streaming',
      endedBy: 'conversation_switch',
      end: 100,
    })
    const unpainted = startChat()
      .send()
      .headers()
      .say('Hi')
      .wait(50)
      .gesture('new_conversation')
      .wait(400)
      .chunk('x')
      .end()
      .rest()
    expect(ended(unpainted).endedBy).toBe('conversation_switch')
    const painted = startChat()
      .send()
      .headers()
      .say('Hi')
      .wait(50)
      .gesture('new_conversation')
      .wait(400)
      .say('x')
      .end()
      .rest()
    expect(ended(painted).endedBy).toBe('done')
  })
})

describe('error', () => {
  test('network', () => {
    const chat = startChat().send().wait(95).end('failed', 'TypeError').wait(11_000)
    expect(ended(chat)).toEqual({
      outcome: 'error',
      phase: 'waiting',
      endedBy: 'network',
      errorType: 'TypeError',
      end: 100,
    })
  })

  test('http, when no retry follows', () => {
    const chat = startChat().send().wait(95).headers(500, 'text/html').wait(10).end().wait(9000)
    expect(chat.settled).toEqual([])
    chat.wait(2000)
    expect(ended(chat)).toEqual({ outcome: 'error', phase: 'waiting', endedBy: 'http', errorType: '500', end: 100 })
    expect(chat.record.requests).toMatchObject([{ status: 500, errorType: '500' }])
    expect(chat.record.moments.headers).toBeUndefined()
  })

  test('cut stream', () => {
    expect(ended(startChat().send().headers().say('Hi').end('cut').rest())).toMatchObject({
      outcome: 'error',
      phase: 'streaming',
      endedBy: 'stream_error',
      errorType: 'cut',
    })
  })

  test('error in the stream, though it ends well', () => {
    const chat = startChat()
      .send()
      .headers()
      .say('Hi')
      .content({ errorType: 'overloaded_error', model: false })
      .end()
      .rest()
    expect(ended(chat)).toMatchObject({ endedBy: 'stream_error', errorType: 'overloaded_error' })
  })

  test('timeout', () => {
    expect(ended(startChat().send().wait(995).end('timeout').wait(11_000))).toMatchObject({
      endedBy: 'timeout',
      errorType: 'TimeoutError',
      end: 1000,
    })
  })

  test('a send without a call and without text has failed after 30 s on screen', () => {
    const chat = startChat().send().headers().say('Hello').finish('stop').end().rest()
    chat.gesture('submit', { prompt: 'and?' }).wait(10_000).hide().wait(60_000).show().wait(19_999)
    expect(chat.settled).toHaveLength(1)
    expect(chat.wait(2).settled[1]).toMatchObject({
      outcome: 'error',
      phase: 'waiting',
      endedBy: 'timeout',
      moments: { end: 90_000 },
    })
  })

  // A contact form on a site that has the script on each of its pages: every message of it was a failed turn.
  test('a send without a call and without text is none where no chat was seen', () => {
    const chat = startChat().gesture('submit', { prompt: 'Please call me' }).wait(60_000)
    chat.gesture('submit', { prompt: 'Please do' }).wait(100).leave()
    expect([chat.opened, chat.changes, chat.settled]).toEqual([[], [], []])
    // Nor does it count: the first turn is the first.
    chat.send().headers().say('Hello').finish('stop').end().rest()
    expect(chat.record.seq).toBe(1)
  })

  test('but it is one once its answer shows, though its stream was never seen', () => {
    const chat = startChat().gesture('submit', { prompt: 'hi' }).wait(2000).paint(5).wait(100).paint(5).wait(20_000)
    expect(chat.record).toMatchObject({ seq: 1, outcome: 'completed', moments: { firstText: 2000 } })
    expect(chat.opened).toHaveLength(1)
  })
})

test('cancelled: the host aborts without a gesture', () => {
  expect(ended(startChat().send().headers().say('Hi').wait(2000).end('aborted').rest())).toMatchObject({
    outcome: 'cancelled',
    phase: 'streaming',
    endedBy: 'host_abort',
  })
  // Not the gesture that sent it: React's strict mode aborts the first of two calls.
  const chat = startChat().send().end('aborted').call('/chat', 'hi').headers().say('Hi').finish('stop').end().rest()
  expect(ended(chat).outcome).toBe('completed')
})

describe('recovered after the page died', () => {
  const checkpoint = () =>
    startChat().send().headers().wait(95).say('Hello').wait(1000).say('more').changes.at(-1)!.record

  test('with a tail it was abandoned, without one lost', () => {
    expect(recover(checkpoint(), true)).toMatchObject({
      outcome: 'abandoned',
      endedBy: 'page_left',
      phase: 'streaming',
    })
    expect(recover(checkpoint(), false)).toMatchObject({ outcome: 'lost', endedBy: 'crash', phase: 'streaming' })
    const hidden = startChat().send().hide().wait(500).show().headers().changes.at(-1)!.record
    expect(recover(hidden, false)).toMatchObject({ outcome: 'lost', endedBy: 'unknown', phase: 'waiting' })
  })

  test('nothing that was checkpointed changes', () => {
    const record = checkpoint()
    const before = structuredClone(record)
    const after = recover(record, false, record.startedAt + 9000)
    expect(record).toEqual(before)
    expect(after).toMatchObject({ ...before, rev: before.rev + 1, moments: { ...before.moments, end: 9000 } })
    expect(recover(record, true).moments.end).toBe(Math.max(...Object.values(before.moments)))
  })

  test('a settled record stays as it is', () => {
    const { record } = startChat().send().headers().say('Hi').end().rest()
    expect(recover(record, false)).toBe(record)
  })
})

test('a stream that breaks after it said how it finished is whole', () => {
  expect(ended(startChat().send().headers().say('Hi').finish('stop').end('failed').rest()).endedBy).toBe('done')
})

test('left while the answer is still to come another way, it is abandoned', () => {
  const chat = startChat().send().headers(200, 'application/json').end().wait(4000).leave()
  expect(ended(chat)).toMatchObject({ outcome: 'abandoned', phase: 'waiting' })
})

test('a page that reads no further than the end word has its answer all the same', () => {
  const chat = startChat().send().headers().say('Hello').wait(20).finish('stop').wait(6000)
  expect(chat.record).toMatchObject({ outcome: 'completed', endedBy: 'done', finish: 'stop' })
  expect(chat.record.moments.end).toBeLessThan(100)
  const next = startChat().send().headers().say('Hello').wait(20).finish('stop').wait(1500).send('And then?')
  expect(next.record).toMatchObject({ outcome: 'completed' })
})

test('a socket whose text stops with the next send was superseded by it', () => {
  const socket = {}
  const over = { transport: 'websocket', on: socket, body: '{}' } as const
  const chat = startChat().gesture('submit', { prompt: 'one' }).call('/chat', 'one', over).headers()
  for (let i = 0; i < 5; i++) chat.say('word ').wait(60)
  chat.gesture('submit', { prompt: 'two' }).wait(5).call('/chat', 'two', over).wait(20_000)
  expect(chat.settled[0]).toMatchObject({ outcome: 'superseded', endedBy: 'new_send' })
})

test('a send whose call of unclear shape was refused, and that is left long after, failed', () => {
  const chat = startChat().send('one').headers().say('Hello').finish('stop').end().rest()
  chat.gesture('submit', { prompt: 'two' }).call('/maybe', 'two').wait(50).headers(429, 'application/json').end()
  chat.wait(2500).leave()
  expect(chat.settled[1]).toMatchObject({ outcome: 'error', endedBy: 'http', errorType: '429' })
})
