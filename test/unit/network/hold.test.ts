/** What comes before there is anybody to read it is neither lost nor read twice. */
import { expect, test } from 'vitest'
import { holdFeed } from '../../../src/network/hold.ts'
import type { Feed } from '../../../src/network/feed.ts'

function page() {
  const read: string[] = []
  const signs: boolean[] = []
  let line: (() => void)[] = []
  let here = false
  const real: Feed = {
    response: (status) => void read.push('' + status),
    bytes: (chunk) => void read.push(new TextDecoder().decode(chunk)),
    text: (text) => void read.push(text),
    message: (data) => void read.push(data),
    unseen: () => {},
    end: (how) => void read.push(how),
    ended: () => read.includes('done'),
    state: () => undefined,
  }
  let ends = 0
  const feed = holdFeed({
    make: () => (here ? real : undefined),
    wait(fn, sign) {
      line.push(fn)
      signs.push(!!sign)
    },
    ended: () => void ends++,
  })
  return {
    feed,
    read,
    signs,
    ends: () => ends,
    waiting: () => line.length,
    come() {
      here = true
      for (const fn of line.splice(0)) fn()
      line = []
    },
  }
}
const bytes = (text: string) => new TextEncoder().encode(text)

test('what waited is read in order, and what comes later at once', () => {
  const { feed, read, come } = page()
  feed.response(200, 'text/event-stream', () => null)
  feed.bytes(bytes('one'))
  come()
  feed.bytes(bytes('two'))
  feed.end('done')
  expect(read).toEqual(['200', 'one', 'two', 'done'])
})

// A call that was noticed before the readers came, and answered after: all of its answer waited for them for ever.
test('a call of which nothing had come yet is read once they are here', () => {
  const { feed, read, come, waiting } = page()
  come()
  feed.response(200, 'application/json', () => null)
  feed.bytes(bytes('one'))
  expect(read).toEqual(['200', 'one'])
  expect(waiting()).toBe(0)
})

test('the page may use its buffer again', () => {
  const { feed, read, come } = page()
  const buffer = bytes('one')
  feed.bytes(buffer)
  buffer.fill(120)
  come()
  expect(read).toEqual(['one'])
})

test('a stream, a second piece or a long one is a sign of a chat, a short word of success is none', () => {
  const saved = page()
  saved.feed.response(200, 'application/json', () => null)
  saved.feed.bytes(bytes('{"ok":true}'))
  saved.feed.end('done')
  expect(saved.signs).toEqual([false, false, false])
  const stream = page()
  stream.feed.response(200, 'text/event-stream', () => null)
  expect(stream.signs).toEqual([true])
  const pieces = page()
  pieces.feed.bytes(bytes('a'))
  pieces.feed.bytes(bytes('b'))
  expect(pieces.signs).toEqual([false, true])
  const whole = page()
  whole.feed.bytes(bytes('x'.repeat(100)))
  expect(whole.signs).toEqual([true])
})

test('no more than 2 MiB wait, and it ends once', () => {
  const { feed, read, come, waiting, ends } = page()
  for (let i = 0; i < 50; i++) feed.bytes(new Uint8Array(100_000))
  expect(waiting()).toBe(20)
  feed.end('done')
  feed.end('failed')
  feed.bytes(bytes('late'))
  expect(ends()).toBe(1)
  expect(feed.ended()).toBe(true)
  come()
  expect(read.filter((one) => one === 'done')).toHaveLength(1)
  expect(read).not.toContain('late')
})
