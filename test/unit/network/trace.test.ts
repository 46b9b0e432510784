import { describe, expect, test } from 'vitest'
import { backendOf } from '../../../src/network/backend.ts'
import { createDoubts, createPropagation, matches } from '../../../src/network/trace.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const page = 'https://app.example/chat'
const propagation = (
  options: { to?: (string | RegExp)[] | false; sampled?: boolean; baggage?: boolean; named?: boolean } = {},
) => {
  const { headersFor, headersOf } = createPropagation({
    base: page,
    propagateTo: options.to ?? [],
    baggage: options.baggage ?? false,
    named: () => options.named ?? true,
    session: () => ({ id: 's1', sampled: options.sampled ?? true }),
  })
  return (url?: string) => (url ? headersFor(url, traceId, spanId) : headersOf(traceId, spanId))
}

test('the page’s own origin gets a traceparent', () => {
  expect(propagation()('/api/chat')).toEqual({ traceparent: `00-${traceId}-${spanId}-01` })
})

test('another origin gets none unless it is listed', () => {
  expect(propagation()('https://api.example/v1')).toEqual({})
  expect(propagation({ to: ['https://api.example'] })('https://api.example/v1')).toHaveProperty('traceparent')
  expect(propagation({ to: [/api\.example/g] })('https://api.example/v1')).toHaveProperty('traceparent')
})

test('a listed origin does not cover one that only begins like it', () => {
  const headers = propagation({ to: ['https://api.example'] })
  expect(headers('https://api.example.evil/v1')).toEqual({})
  expect(headers('https://api.example:8443/v1')).toEqual({})
  expect(matches('https://a.example/chat-admin', ['https://a.example/chat'], page)).toBe(false)
  expect(matches('https://a.example/chat/1', ['https://a.example/chat'], page)).toBe(true)
})

// A page whose calls are redirected to origins that allow no further header had no way to keep ours off.
test('with propagateTo: false nothing gets a header, whatever the page asks for', () => {
  expect(propagation({ to: false })('/api/chat')).toEqual({})
  expect(propagation({ to: false, baggage: true })()).toEqual({})
})

describe('an address whose call failed under our headers', () => {
  const doubts = () => {
    let said = 0
    const about = createDoubts(() => said++)
    /** A call and what became of it; gives whether it went without our headers. */
    const call = (url: string, answered: boolean, carries = true) => {
      const [without, over] = about(url)
      over(answered, carries && !without)
      return without
    }
    return { about, call, said: () => said }
  }

  test('goes without them from then on when that helps, and is said', () => {
    const { call, said } = doubts()
    expect([call('/a', false), call('/a?again', true), call('/a#b', false), call('/a', true)]).toEqual([
      false,
      true,
      true,
      true,
    ])
    expect([call('/b', true), said()]).toEqual([false, 1])
  })

  test('gets them again when it fails without them too', () => {
    const { call, said } = doubts()
    expect([call('/a', false), call('/a', false), call('/a', true), said()]).toEqual([false, true, false, 0])
  })

  test('is in no doubt where the call carried none', () => {
    const { call } = doubts()
    expect([call('/a', false, false), call('/a', true)]).toEqual([false, false])
  })

  test('calls that run side by side decide once', () => {
    const { about, call, said } = doubts()
    const [first, second] = [about('/a'), about('/a')]
    first[1](false, true)
    const [third, fourth] = [about('/a'), about('/a')]
    third[1](true, false)
    // They began before it was known.
    second[1](false, true)
    fourth[1](false, false)
    expect([call('/a', true), said()]).toEqual([true, 1])
  })

  test('the list of them stays short', () => {
    const { about, call } = doubts()
    for (let i = 0; i < 1000; i++) call(`/a/${i}`, false)
    const known = Array.from({ length: 1000 }, (_, i) => about(`/a/${i}`)[0])
    expect(known.filter(Boolean)).toHaveLength(32)
    expect(known.lastIndexOf(true)).toBe(999)
  })
})

test('an unsampled session sends no traceparent, so that backends keep their own sampling', () => {
  expect(propagation({ sampled: false })('/api/chat')).toEqual({})
  expect(propagation({ sampled: false })()).toEqual({})
  expect(propagation()()).toHaveProperty('traceparent')
})

// Pending consent kept records back, and the session's id went out with every request.
test('before consent no request names the session', () => {
  const headers = propagation({ baggage: true, named: false })('/api/chat')
  expect(Object.keys(headers)).toEqual(['traceparent'])
})

test('baggage is sent only where asked for', () => {
  expect(propagation()('/api/chat')).not.toHaveProperty('baggage')
  expect(propagation({ baggage: true })('/api/chat')).toHaveProperty('baggage', 'session.id=s1')
})

const headers = (all: Record<string, string>) => backendOf((name) => all[name] ?? null)

test('the backend’s trace is read from traceresponse before Server-Timing', () => {
  const other = 'ffffffffffffffffffffffffffffffff'
  expect(
    headers({
      traceresponse: `00-${traceId}-${spanId}-01`,
      'server-timing': `traceparent;desc="00-${other}-${spanId}-01"`,
    }),
  ).toMatchObject({ traceId, spanId })
  expect(headers({ 'server-timing': `traceparent;desc="00-${other}-${spanId}-01"` })).toMatchObject({ traceId: other })
})

test('Server-Timing durations are kept as numbers, at most eight', () => {
  expect(
    headers({ 'server-timing': 'queue;dur=12.5, retrieval;desc="kb";dur=80, cache;desc="hit"' }).serverTiming,
  ).toEqual({
    queue: 12.5,
    retrieval: 80,
  })
  const many = Array.from({ length: 20 }, (_, i) => `m${i};dur=${i}`).join(', ')
  expect(Object.keys(headers({ 'server-timing': many }).serverTiming!)).toHaveLength(8)
})

test('the first known request id wins', () => {
  expect(headers({ 'x-dashscope-request-id': 'd-1', 'x-trace-id': 't' })).toEqual({ requestId: 'd-1' })
  expect(headers({})).toEqual({})
})
