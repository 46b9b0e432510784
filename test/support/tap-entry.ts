/** In the page: puts all taps in front of a port that only writes down; `tap.start()` installs, `tap.heard` is what it heard. */
import { pageClock } from '../../src/base/clock.ts'
import { createGuard } from '../../src/base/guard.ts'
import { createLate } from '../../src/base/late.ts'
import { stopAll } from '../../src/base/listen.ts'
import type { Call, CallPort, Content } from '../../src/turn/marks.ts'
import { watchEventSource } from '../../src/network/eventsource.ts'
import { createFeed } from '../../src/network/feed.ts'
import { createFetchTap } from '../../src/network/fetch.ts'
import type { WireOptions } from '../../src/network/fetch.ts'
import { watchWebSocket } from '../../src/network/websocket.ts'
import { watchXhr } from '../../src/network/xhr.ts'

interface Heard {
  call: Call
  status?: number
  requestId?: string | null
  contents: Content[]
  ends: { how: string; errorType?: string }[]
}

const heard: Heard[] = []
const guard = createGuard()

function start({ headers = {} as Record<string, string>, throwing = false } = {}) {
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
  const formats = createLate(() => import('../../src/engine.ts'))
  const options: WireOptions = {
    port,
    guard,
    clock,
    skip: (url) => url.includes('/skip'),
    follow: (call, onEnd) => createFeed(call, { clock, formats }, onEnd),
  }
  const tap = createFetchTap(options)
  const stop = stopAll([tap.watch(), watchXhr(options), watchEventSource(options), watchWebSocket(options)])
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
