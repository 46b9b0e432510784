// @vitest-environment node
import { gzipSync } from 'node:zlib'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { describe, expect, test } from 'vitest'
import { readTraces } from '../../../demo/backend/otlp.mjs'
import { backend, browser, hex, turn } from './support.ts'

const spans = async (it: Awaited<ReturnType<typeof backend>>) => (await it.get('/api/health')).spans

describe('what is accepted', () => {
  test('a turn, answered as OTLP/HTTP asks', async () => {
    const it = await backend()
    const response = await it.post(browser(turn(1)))
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({ partialSuccess: {} })
    expect(await spans(it)).toBe(1)
  })

  test('gzip, a charset, an empty request', async () => {
    const it = await backend()
    const packed = gzipSync(JSON.stringify(browser(turn(1))))
    expect((await it.post(packed, { 'Content-Encoding': 'gzip' })).status).toBe(200)
    expect((await it.post('{}', { 'Content-Type': 'application/json; charset=utf-8' })).status).toBe(200)
    expect(await spans(it)).toBe(1)
  })

  test('protobuf as OpenTelemetry’s own exporter writes it, read as its JSON is', async () => {
    const finished: ReadableSpan[] = []
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'gateway' }),
      spanProcessors: [
        new SimpleSpanProcessor({
          export: (spans, done) => (finished.push(...spans), done({ code: 0 })),
          shutdown: async () => {},
        }),
      ],
    })
    const open = provider.getTracer('http').startSpan('POST /chat', {
      kind: 2,
      attributes: { 'session.id': 's1', whole: 2, part: 0.5, yes: true, list: ['a', 'b'] },
    })
    open.addEvent('first', { n: 1 })
    open.setStatus({ code: 2, message: 'upstream' })
    open.end()
    const it = await backend()
    const bytes = ProtobufTraceSerializer.serializeRequest(finished)!
    const answer = await it.post(gzipSync(bytes), {
      'Content-Type': 'application/x-protobuf',
      'Content-Encoding': 'gzip',
    })
    expect(answer.headers.get('content-type')).toBe('application/x-protobuf')
    expect(ProtobufTraceSerializer.deserializeResponse(new Uint8Array(await answer.arrayBuffer()))).toEqual({})
    const { decodeTraces } = await import('../../../demo/backend/protobuf.mjs')
    const json = new TextDecoder().decode(JsonTraceSerializer.serializeRequest(finished)!)
    expect(readTraces(decodeTraces(bytes), 1)).toEqual(readTraces(json, 1))
    expect(await spans(it)).toBe(1)
  })

  test('unknown fields, enum names, numbers for 64-bit integers', () => {
    const span = {
      ...turn(1),
      kind: 'SPAN_KIND_CLIENT',
      futureField: [1],
      startTimeUnixNano: 1_780_000_000_000_000_000,
    }
    const { rows, rejected } = readTraces(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }), 1)
    expect(rejected).toBe(0)
    expect(rows[0]).toMatchObject({ kind: 'CLIENT', service: null })
  })

  test('every kind of attribute value', () => {
    const attributes = [
      { key: 'int', value: { intValue: '42' } },
      { key: 'big', value: { intValue: '9007199254740993' } },
      { key: 'whole', value: { doubleValue: 2 } },
      { key: 'nan', value: { doubleValue: 'NaN' } },
      { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { boolValue: false }] } } },
      { key: 'map', value: { kvlistValue: { values: [{ key: 'k', value: { intValue: 1 } }] } } },
      { key: '__proto__', value: { stringValue: 'just a key' } },
      { key: 'half', value: { stringValue: 'a\ud800b' } },
    ]
    const { rows } = readTraces(JSON.stringify(browser({ ...turn(1), attributes })), 1)
    const stored = JSON.parse(JSON.stringify(rows[0]!.attributes))
    expect(stored).toMatchObject({
      int: 42,
      big: '9007199254740993',
      whole: 2,
      nan: 'NaN',
      list: ['a', false],
      map: { k: 1 },
      half: 'a\ufffdb',
    })
    expect(Object.getOwnPropertyDescriptor(stored, '__proto__')?.value).toBe('just a key')
  })
})

describe('what is refused', () => {
  test.each([
    ['no JSON', '{"resourceSpans": [', /not JSON/],
    ['a list', '[]', /must be an object/],
    ['spans that are no list', '{"resourceSpans":[{"scopeSpans":{}}]}', /scopeSpans must be an array/],
    ['a resource that is no object', '{"resourceSpans":[{"resource":7}]}', /resource must be an object/],
  ])('%s, with the reason as a Status', async (_, body, reason) => {
    const it = await backend()
    const response = await it.post(body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 3, message: expect.stringMatching(reason) })
  })

  test('what is no protobuf, and a type not known', async () => {
    const it = await backend()
    const response = await it.post(new Uint8Array([10, 200]), { 'Content-Type': 'application/x-protobuf' })
    expect(response.status).toBe(400)
    expect((await response.json()).message).toContain('protobuf')
    expect((await it.post('x', { 'Content-Type': 'text/plain' })).status).toBe(415)
  })

  test('what is no gzip, and an encoding not known', async () => {
    const it = await backend()
    expect((await it.post('{}', { 'Content-Encoding': 'gzip' })).status).toBe(400)
    expect((await it.post('{}', { 'Content-Encoding': 'zstd' })).status).toBe(415)
  })

  test('more than 16 MiB, packed or not', async () => {
    const it = await backend()
    const large = Buffer.alloc(16 * 2 ** 20 + 1, 32)
    expect((await it.post(large)).status).toBe(413)
    expect((await it.post(gzipSync(large), { 'Content-Encoding': 'gzip' })).status).toBe(413)
    expect((await it.post(browser(turn(1)))).status).toBe(200)
  })

  test.each([
    ['a trace id of zeros', { traceId: hex(0, 32) }],
    ['a span id that is no hex', { spanId: 'zzzzzzzzzzzzzzzz' }],
    ['a missing start', { startTimeUnixNano: undefined }],
    ['an end before the start', { endTimeUnixNano: '1' }],
    ['a start beyond 64 bits', { startTimeUnixNano: '99999999999999999999' }],
    ['an attribute without its wrapper', { attributes: [{ key: 'a', value: 'bare' }] }],
    ['an empty name', { name: '' }],
  ])('a single span with %s, and no other span with it', async (_, fault) => {
    const it = await backend()
    const response = await it.post(browser(turn(1), { ...turn(2), ...fault }, turn(3)))
    expect(response.status).toBe(200)
    const { partialSuccess } = await response.json()
    expect(partialSuccess.rejectedSpans).toBe('1')
    expect(partialSuccess.errorMessage).toContain('spans[1]')
    expect(await spans(it)).toBe(2)
  })

  test('malformed input costs nothing that is stored', async () => {
    const it = await backend()
    await it.post(browser(turn(1), turn(2)))
    await Promise.all([
      it.post('{'),
      it.post(browser(turn(3))),
      it.post('{"resourceSpans":[{"scopeSpans":[{"spans":[null]}]}]}'),
      it.post(browser({ ...turn(1), attributes: 'no' })),
    ])
    const session = await it.get('/api/sessions/s1')
    expect(session.turns.map((turn: { id: string }) => turn.id)).toEqual(['t1', 't2', 't3'])
  })
})

describe('other origins', () => {
  const preflight = async (origin: string) => {
    const it = await backend()
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,content-encoding',
    }
    return fetch(`${it.url}/v1/traces`, { method: 'OPTIONS', headers })
  }

  test('a page on any local port may send, and see Retry-After', async () => {
    const { status, headers } = await preflight('http://localhost:5173')
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
    expect(headers.get('access-control-allow-headers')).toContain('content-encoding')
    expect(headers.get('access-control-max-age')).toBe('86400')
    expect(headers.get('access-control-expose-headers')).toBe('Retry-After')
  })

  test.each(['https://example.com', 'http://localhost.example.com:5173', 'null'])('%s may not', async (origin) => {
    const { headers } = await preflight(origin)
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })
})
