/** In the page: puts all taps in front of a port that only writes down; `tap.start()` installs, `tap.heard` is what it heard. */
import { pageClock } from '../../src/base/clock.ts'
import { createGuard } from '../../src/base/guard.ts'
import { createLate } from '../../src/base/late.ts'
import { stopAll } from '../../src/base/listen.ts'
import type { Call, CallPort, Content } from '../../src/turn/marks.ts'
import { holdFeed } from '../../src/network/hold.ts'
import { createFetchTap } from '../../src/network/fetch.ts'
import type { WireOptions } from '../../src/network/fetch.ts'
import { follow } from '../../src/network/followers.ts'
import { watchOthers } from '../../src/network/shims.ts'

interface Heard {
  call: Call
  status?: number
  requestId?: string | null
  contents: Content[]
  ends: { how: string; errorType?: string }[]
}

const heard: Heard[] = []
const guard = createGuard()

function start({ headers = {} as Record<string, string>, throwing = false, late = 0 } = {}) {
  heard.length = 0
  const port = {
    call(call: Call): CallPort | undefined {
      if (throwing && !call.url.includes('late')) throw new Error('ours')
      if (call.url.includes('/plain')) return undefined
      const one: Heard = { call, contents: [], ends: [] }
      heard.push(one)
      const fail = () => {
        if (throwing) throw new Error('ours')
      }
      return {
        headers,
        response: (_, r) => {
          one.status = r.status
          one.requestId = r.header('x-request-id')
          fail()
        },
        content: (content) => {
          one.contents.push(content)
          fail()
        },
        end: (_, how, errorType) => {
          one.ends.push({ how, errorType })
          fail()
        },
      }
    },
  }
  const clock = pageClock()
  // As late as the part that reads streams may be.
  let reader: typeof import('../../src/network/feed.ts') | undefined
  const readers = createLate(() => import('../../src/network/feed.ts'))
  readers.with((part) => (reader = part))
  const options: WireOptions = {
    port,
    guard,
    clock,
    skip: (url) => url.includes('/skip'),
    follow: (call, onEnd, url) =>
      holdFeed({ make: () => reader?.createFeed(call, { clock, guard, url }), wait: (fn) => readers.with(fn), ended: onEnd }),
  }
  const tap = createFetchTap(options)
  const stop = stopAll([
    tap.watch(),
    // As late as the part that is loaded for it.
    watchOthers({ ...options, clock, notice: (seen) => setTimeout(() => follow(seen, { ...options, clock }), late) }),
  ])
  return { stop, wrap: tap.wrap }
}

const last = () => {
  const one = heard.at(-1)
  return (
    one && {
      ...one,
      answer: one.contents.map((c) => c.answer ?? '').join(''),
      bytes: one.contents.reduce((sum, c) => sum + c.bytes, 0),
      contents: one.contents.length,
    }
  )
}

declare global {
  var tap: { start: typeof start; heard: Heard[]; last: typeof last; errors(): number }
}
globalThis.tap = { start, heard, last, errors: guard.errors }
