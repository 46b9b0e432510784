// @vitest-environment node
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerTo } from '../../../demo/model/answers.mjs'
import { readKnobs } from '../../../demo/model/knobs.mjs'
import { scriptedModel } from '../../../demo/model/scripted.mjs'
import { startModel } from '../../../demo/model/server.mjs'
import { formats, hear, startCollector } from './support.ts'

// No pauses but those that a test asks for, and always the first wording.
const model = scriptedModel({ random: () => 0, paceMs: 0, delayMs: 0 })
let collector: Awaited<ReturnType<typeof startCollector>>
let server: Awaited<ReturnType<typeof startModel>>

beforeAll(async () => {
  collector = await startCollector()
  server = await startModel({ collector: collector.url, model })
})
afterAll(async () => {
  await server.close()
  await collector.close()
})

const post = (path: string, body: unknown, headers = {}, signal?: AbortSignal) =>
  fetch(server.url + path, { method: 'POST', body: JSON.stringify(body), headers, signal })
const said = (text: string) => ({ messages: [{ role: 'user', content: text }] })
const answer = (prompt: string) => {
  const read = readKnobs(prompt)
  return answerTo([read.prompt], read.knobs, () => 0)
}
const trace = () => crypto.randomUUID().replaceAll('-', '')

describe.each(formats)('%s', (format) => {
  const can = { reasoning: format !== 'plain', tool: format !== 'plain' }

  test.each(['Compare the three machines', '怎么退货？', 'list my orders in JavaScript', 'how do I clean it /long'])(
    'reads back as what the model said: %s',
    async (prompt) => {
      const got = await hear(server.url, format, prompt)
      expect(got.text).toBe(answer(prompt).text)
      expect(got.outcome).toEqual({ finish: 'stop' })
    },
  )

  test('keeps reasoning and tool calls apart from the answer', async () => {
    const got = await hear(server.url, format, 'Where is my order? /reasoning 5 /tool 5')
    expect(got.text).toBe(answer('Where is my order?').text)
    expect(got.reasoning).toBe(can.reasoning ? answer('Where is my order?').thought : '')
    expect(new Set(got.tools)).toEqual(new Set(can.tool ? ['lookup_order'] : []))
  })

  test('ends short at the token limit, with nothing when empty, with a refusal', async () => {
    const short = await hear(server.url, format, 'descale /length')
    expect(answer('descale').text.startsWith(short.text)).toBe(true)
    expect(short.text.length).toBeLessThan(answer('descale').text.length)
    expect(short.outcome.finish).toBe(format === 'plain' ? 'stop' : 'length')
    expect(await hear(server.url, format, 'hi /empty')).toMatchObject({ text: '', outcome: { finish: 'stop' } })
    expect((await hear(server.url, format, 'hi /refuse')).text).toContain("I can't help with that")
  })

  test('says when the model fails half-way, and breaks when the connection is cut', async () => {
    const failed = await hear(server.url, format, 'descale /error')
    expect(failed.text.length).toBeGreaterThan(20)
    expect(failed.outcome.error).toBe(format === 'plain' ? 'broken' : 'The model is overloaded. Please try again.')
    const cut = await hear(server.url, format, 'descale /cut')
    expect(cut.text.length).toBeGreaterThan(20)
    expect(cut.outcome).toEqual({ error: 'broken' })
  })

  test('refuses with a status and a sentence', async () => {
    expect((await hear(server.url, format, 'hi /429')).outcome).toEqual({
      status: 429,
      error: 'Too many requests just now. Please wait a few seconds.',
    })
    expect((await hear(server.url, format, 'hi /500')).outcome).toMatchObject({ status: 500 })
  })
})

describe('knobs', () => {
  test('are read out of the prompt, with and without numbers', () => {
    expect(readKnobs('Compare /delay 3000 them /pace /429 please /zh')).toEqual({
      prompt: 'Compare them please',
      knobs: { delay: 3000, pace: 120, status: 429, zh: true },
    })
  })
  test('are bounded, and a path or a number beside one is left alone', () => {
    expect(readKnobs('/delay 99999999').knobs).toEqual({ delay: 60_000 })
    expect(readKnobs('see /code/main and /pacemaker').knobs).toEqual({})
    expect(readKnobs('/code 7 lines')).toEqual({ prompt: '7 lines', knobs: { code: true } })
  })
  test('slow the stream where they say', async () => {
    const started = performance.now()
    const response = await post('/plain', said('thanks /delay 300 /stall 200'))
    const headers = performance.now()
    await response.text()
    expect(performance.now() - headers).toBeGreaterThan(450)
    expect(headers - started).toBeLessThan(performance.now() - headers)
  })
  test('"no, I meant …" is answered about what came before', () => {
    expect(answerTo(['How do I descale it?', 'no, that is not what I asked'], {}, () => 0).topic).toBe('descale')
  })
  test('an unknown question gets an honest answer', () => {
    expect(answer('What is the capital of Peru?').text).toContain('scripted demo model')
    expect(answer('秘鲁的首都是哪里？').text).toContain('演示模型')
  })
})

describe('DashScope', () => {
  test('sends the whole text each time, or increments when asked', async () => {
    const texts = async (incremental: boolean) => {
      const body = {
        input: { messages: said('thanks').messages },
        parameters: { result_format: 'message', incremental_output: incremental },
      }
      const stream = await (await post('/api/v1/services/aigc/text-generation/generation', body)).text()
      return [...stream.matchAll(/^data:(.*)$/gm)].map((line) => JSON.parse(line[1]!).output.choices[0].message.content)
    }
    const whole = await texts(false)
    expect(whole.at(-1)).toBe(answer('thanks').text)
    expect(whole.every((text, at) => text.startsWith(whole[at - 1] ?? ''))).toBe(true)
    expect((await texts(true)).join('')).toBe(answer('thanks').text)
  })
})

describe('tracing', () => {
  test("continues the browser's trace, with the model's work under the server's span", async () => {
    const traceId = trace()
    const response = await post('/v1/chat/completions', said('Where is my order? /tool 5'), {
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      baggage: 'session.id=s-42',
    })
    await response.text()
    const root = await collector.span(traceId, 'POST /v1/chat/completions')
    const spans = collector.spans.filter((span) => span.traceId === traceId)
    expect(root).toMatchObject({
      kind: 2,
      parentSpanId: '00f067aa0ba902b7',
      attributes: { 'http.request.method': 'POST', 'http.response.status_code': 200, 'session.id': 's-42' },
    })
    const under = spans.filter((span) => span.parentSpanId === root.spanId).map((span) => span.name)
    expect(under.toSorted()).toEqual([
      'chat scripted-1',
      'chat scripted-1',
      'execute_tool lookup_order',
      'retrieval support-articles',
    ])
    const last = spans.filter((span) => span.name === 'chat scripted-1').at(-1)!
    expect(last.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'scripted-1',
      'gen_ai.response.model': 'scripted-1',
      'gen_ai.response.finish_reasons': ['stop'],
    })
    expect(last.attributes['gen_ai.usage.output_tokens']).toBeGreaterThan(10)
    expect(response.headers.get('traceresponse')).toBe(`00-${traceId}-${root.spanId}-01`)
    expect(response.headers.get('server-timing')).toMatch(
      new RegExp(`^queue;dur=[\\d.]+, retrieval;dur=[\\d.]+, traceparent;desc="00-${traceId}-${root.spanId}-01"$`),
    )
  })

  test('starts a trace of its own for a malformed traceparent', async () => {
    for (const bad of [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `ff-${trace()}-00f067aa0ba902b7-01`, 'nonsense']) {
      const response = await post('/plain', said('hi'), { traceparent: bad })
      await response.text()
      expect(response.headers.get('traceresponse')).toMatch(/^00-(?!0{32})[\da-f]{32}-[\da-f]{16}-01$/)
      expect(response.headers.get('traceresponse')).not.toContain(bad.slice(3, 35))
    }
  })

  test('an unsampled trace is continued but not recorded', async () => {
    const traceId = trace()
    const response = await post('/plain', said('hi'), { traceparent: `00-${traceId}-00f067aa0ba902b7-00` })
    await response.text()
    expect(response.headers.get('traceresponse')).toMatch(new RegExp(`^00-${traceId}-[\\da-f]{16}-00$`))
  })

  test('says what failed', async () => {
    const traceId = trace()
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`
    await (await post('/v1/messages', said('descale /error'), { traceparent })).text()
    await (await post('/ndjson', said('hi /500'), { traceparent })).text()
    expect(await collector.span(traceId, 'POST /v1/messages')).toMatchObject({
      status: { code: 2 },
      attributes: { 'error.type': 'overloaded_error' },
    })
    expect(await collector.span(traceId, 'POST /ndjson')).toMatchObject({
      status: { code: 2 },
      attributes: { 'http.response.status_code': 500 },
    })
  })
})

describe('cancel', () => {
  test('a browser that leaves stops the model, and the span says so', async () => {
    const traceId = trace()
    const abort = new AbortController()
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` }
    const response = await post('/v1/responses', { input: 'descale /pace 60' }, headers, abort.signal)
    const reader = response.body!.getReader()
    await reader.read()
    abort.abort()
    await expect(reader.read()).rejects.toThrow()
    const root = await collector.span(traceId, 'POST /v1/responses')
    expect(root.attributes['demo.client_disconnected']).toBe(true)
    expect(root.events).toEqual(['client disconnected'])
    // A stop is no error.
    expect(root.status.code ?? 0).toBe(0)
    const chat = await collector.span(traceId, 'chat scripted-1')
    expect(chat.attributes['gen_ai.response.finish_reasons']).toBeUndefined()
    expect(chat.attributes['gen_ai.usage.output_tokens']).toBeLessThan(60)
  })
})

describe('other origins', () => {
  const from = (origin: string) => ({ origin, 'content-type': 'application/json' })

  test('a page of this machine may ask and read the headers', async () => {
    const preflight = await fetch(`${server.url}/v1/messages`, {
      method: 'OPTIONS',
      headers: { ...from('http://localhost:5173'), 'access-control-request-headers': 'content-type,traceparent' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type,traceparent')
    const response = await post('/v1/messages', said('hi'), from('http://localhost:5173'))
    await response.text()
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
    expect(response.headers.get('access-control-expose-headers')).toContain('traceresponse, server-timing')
    expect(response.headers.get('timing-allow-origin')).toBe('http://localhost:5173')
  })
  test('any other page may not', async () => {
    expect((await post('/v1/messages', said('hi'), from('https://example.com'))).status).toBe(403)
    expect((await post('/v1/messages', said('hi'), from('null'))).status).toBe(403)
  })
})

describe('requests that make no sense', () => {
  test('get a status and a reason', async () => {
    const bad = await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body: '{' })
    expect([bad.status, await bad.json()]).toMatchObject([400, { error: { message: 'The request body is not JSON.' } }])
    expect((await post('/v1/chat/completions', {})).status).toBe(400)
    expect((await post('/v1/chat/completions', said('x'.repeat(5_000_000)))).status).toBe(413)
    expect((await fetch(`${server.url}/v1/chat/completions`)).status).toBe(405)
    expect((await fetch(`${server.url}/nowhere`)).status).toBe(404)
  })
})

test('a collector that is down does not disturb the chat', async () => {
  const alone = await startModel({ collector: 'http://127.0.0.1:9/v1/traces', model })
  expect((await hear(alone.url, 'chat-completions', 'thanks')).text).toBe(answer('thanks').text)
  await alone.close()
})
