import { expect, test } from 'vitest'
import { backendOf, createPropagation, matches } from '../../../src/network/trace.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const page = 'https://app.example/chat'
const propagation = (
  options: { to?: (string | RegExp)[]; sampled?: boolean; baggage?: boolean; named?: boolean } = {},
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
