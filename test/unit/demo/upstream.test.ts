// @vitest-environment node
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerTo } from '../../../demo/model/answers.mjs'
import { scriptedModel } from '../../../demo/model/scripted.mjs'
import { modelFrom, startModel } from '../../../demo/model/server.mjs'
import { upstreamModel } from '../../../demo/model/upstream.mjs'
import { formats, hear, startCollector } from './support.ts'

// The endpoint behind the demo is the demo's own model server: it speaks Chat Completions over real HTTP.
const KEY = 'sk-canary-4711'
let collector: Awaited<ReturnType<typeof startCollector>>
let endpoint: Awaited<ReturnType<typeof startModel>>
let demo: Awaited<ReturnType<typeof startModel>>

beforeAll(async () => {
  collector = await startCollector()
  endpoint = await startModel({
    collector: collector.url,
    model: scriptedModel({ random: () => 0, paceMs: 0, delayMs: 0 }),
  })
  demo = await startModel({
    collector: collector.url,
    model: upstreamModel({ baseUrl: `${endpoint.url}/v1/`, apiKey: KEY, model: 'qwen-test' }),
  })
})
afterAll(async () => {
  await demo.close()
  await endpoint.close()
  await collector.close()
})

test.each(formats)('passes a conversation on and answers in %s', async (format) => {
  const got = await hear(demo.url, format, 'Compare the three machines /reasoning 5')
  expect(got.text).toBe(answerTo(['Compare the three machines'], {}, () => 0).text)
  expect(got.outcome).toEqual({ finish: 'stop' })
  expect(got.reasoning.length > 0).toBe(format !== 'plain')
})

test('hands a tool call on, and an error or a break in the middle', async () => {
  expect((await hear(demo.url, 'messages', 'my order /tool 5')).tools).toEqual(['lookup_order'])
  const failed = await hear(demo.url, 'chat-completions', 'descale /error')
  expect(failed.outcome).toEqual({ error: 'The model is overloaded. Please try again.' })
  const cut = await hear(demo.url, 'chat-completions', 'descale /cut')
  expect(cut.outcome).toEqual({ error: 'The connection to the model endpoint broke.' })
})

test('says in the chat what the endpoint answered', async () => {
  expect((await hear(demo.url, 'responses', 'hi /429')).outcome).toEqual({
    status: 429,
    error: 'The model endpoint answered 429: Too many requests just now. Please wait a few seconds.',
  })
})

test('one trace from the browser to the endpoint', async () => {
  const traceId = crypto.randomUUID().replaceAll('-', '')
  const response = await fetch(`${demo.url}/ndjson`, {
    method: 'POST',
    headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'thanks' }] }),
  })
  await response.text()
  const chat = await collector.span(traceId, 'chat qwen-test')
  const behind = await collector.span(traceId, 'POST /v1/chat/completions')
  expect(chat).toMatchObject({
    kind: 3,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'qwen-test',
      'gen_ai.response.model': 'scripted-1',
      'gen_ai.response.finish_reasons': ['stop'],
    },
  })
  expect(behind.parentSpanId).toBe(chat.spanId)
})

test('a browser that leaves stops the endpoint too', async () => {
  const traceId = crypto.randomUUID().replaceAll('-', '')
  const abort = new AbortController()
  const response = await fetch(`${demo.url}/plain`, {
    method: 'POST',
    headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'descale /pace 60' }] }),
    signal: abort.signal,
  })
  await response.body!.getReader().read()
  abort.abort()
  const behind = await collector.span(traceId, 'POST /v1/chat/completions')
  expect(behind.attributes['demo.client_disconnected']).toBe(true)
})

describe('a key', () => {
  test('goes to the endpoint and nowhere else, even when the endpoint quotes it', async () => {
    let sent: string | undefined
    const strict = createServer((req, res) => {
      sent = req.headers.authorization
      res.writeHead(401, { 'content-type': 'application/json' })
      res.end(JSON.stringify({ error: { message: `Incorrect API key provided: ${KEY}.` } }))
    })
    await new Promise<void>((ready) => strict.listen(0, '127.0.0.1', ready))
    const baseUrl = `http://127.0.0.1:${(strict.address() as AddressInfo).port}/v1`
    const model = upstreamModel({ baseUrl, apiKey: KEY, model: 'm' })
    const server = await startModel({ collector: collector.url, model })
    const got = await hear(server.url, 'chat-completions', 'hi')
    await server.close()
    strict.close()
    strict.closeAllConnections()
    expect(sent).toBe(`Bearer ${KEY}`)
    expect(got.outcome).toEqual({
      status: 401,
      error: 'The model endpoint answered 401: Incorrect API key provided: ***. Check MODEL_API_KEY.',
    })
    expect(JSON.stringify(collector.spans)).not.toContain(KEY)
  })
})

test('an endpoint that is not there is named, with the variable to look at', async () => {
  const model = upstreamModel({ baseUrl: 'http://127.0.0.1:9/v1', apiKey: KEY, model: 'm' })
  const server = await startModel({ collector: collector.url, model })
  const got = await hear(server.url, 'ai-sdk', 'hi')
  await server.close()
  expect(got.outcome).toMatchObject({ status: 502 })
  expect(got.outcome.error).toMatch(
    /^The model endpoint http:\/\/127\.0\.0\.1:9 could not be reached \(.+\)\. Check MODEL_BASE_URL\.$/,
  )
})

test('the environment says which model; half of it is an error that says what is missing', () => {
  expect(modelFrom({}).name).toBe('scripted-1')
  expect(modelFrom({ MODEL_BASE_URL: 'http://localhost:11434/v1', MODEL: 'qwen3' }).name).toBe('qwen3')
  expect(() => modelFrom({ MODEL_BASE_URL: 'http://localhost:11434/v1' })).toThrow('MODEL is not')
  expect(() => modelFrom({ MODEL_BASE_URL: 'localhost:11434', MODEL: 'x' })).toThrow('not an http(s) address')
})
