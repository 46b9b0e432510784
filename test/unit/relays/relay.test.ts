// @vitest-environment node
/** Feedback spans as the library sends them, through the relay, to a server that stands for the tools. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startRelay, targetsOf } from '../../../demo/relays/relay.mjs'
import { encode as bodyOf } from '../../../src/delivery/otlp.ts'
import { spansOf } from '../../../src/delivery/spans.ts'
import type { AnyRecord } from '../../../src/turn/record.ts'
import { feedbackRecord, resource, turnRecord } from '../delivery/samples.ts'

const encode = (records: AnyRecord[]) =>
  bodyOf(
    records.flatMap((record) => spansOf(record)),
    resource,
    '0.1.0',
  )

interface Got {
  method: string
  url: string
  headers: Record<string, unknown>
  body: any
}

let got: Got[] = []
/** Status codes for the next requests; 200 when there is none. */
let statuses: number[] = []
/** What the next request waits for before it is answered. */
let hold: Promise<void> | undefined
let tools: { url: string; close(): void }
let relay: Awaited<ReturnType<typeof startRelay>>
let lines: string[] = []

beforeEach(async () => {
  got = []
  statuses = []
  hold = undefined
  lines = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { method = '', url = '', headers } = request
    got.push({ method, url, headers, body: body && JSON.parse(body) })
    const wait = hold
    hold = undefined
    await wait
    response.writeHead(statuses.shift() ?? 200).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  tools = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
})
afterEach(async () => {
  await relay.close()
  tools.close()
})

const start = async (env: Record<string, string>) =>
  (relay = await startRelay({ targets: targetsOf(env), log: (line: string) => lines.push(line) }))
const send = (records: AnyRecord[], zipped = false) => {
  const body = encode(records)
  return fetch(relay.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(zipped && { 'content-encoding': 'gzip' }) },
    body: zipped ? gzipSync(body) : body,
  })
}
const langfuse = () => ({ LANGFUSE_BASE_URL: tools.url, LANGFUSE_PUBLIC_KEY: 'pk', LANGFUSE_SECRET_KEY: 'sk' })
const trace = 'a'.repeat(31) + '1'

test('a thumb becomes a Langfuse score of the turn’s trace; turned, the same score; taken back, none', async () => {
  await start(langfuse())
  expect((await send([turnRecord(), feedbackRecord()], true)).status).toBe(200)
  await send([feedbackRecord({ rev: 2, score: 0, label: 'down' })])
  await send([feedbackRecord({ rev: 3, score: undefined, label: 'retracted' })])
  expect(got.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /api/public/scores',
    'POST /api/public/scores',
    'DELETE /api/public/scores/feedback-1',
  ])
  expect(got[0]!.headers.authorization).toBe(`Basic ${btoa('pk:sk')}`)
  expect(got[0]!.body).toEqual({
    id: 'feedback-1',
    traceId: trace,
    name: 'thumb',
    value: 1,
    dataType: 'BOOLEAN',
    comment: 'good — 很好',
    metadata: {
      feedback_id: 'feedback-1',
      feedback_revision: '1',
      turn_span_id: 'a'.repeat(15) + '1',
      tags: 'fast, right',
    },
  })
  expect(got[1]!.body).toMatchObject({ id: 'feedback-1', value: 0 })
})

test('a rating becomes a Phoenix annotation that its identifier updates', async () => {
  await start({ PHOENIX_BASE_URL: `${tools.url}/`, PHOENIX_API_KEY: 'key' })
  await send([feedbackRecord({ name: 'csat', score: 4, label: '4/5', tags: undefined })])
  expect(got[0]).toMatchObject({
    method: 'POST',
    url: '/v1/trace_annotations',
    headers: { authorization: 'Bearer key' },
    body: {
      data: [
        {
          trace_id: trace,
          name: 'csat',
          annotator_kind: 'HUMAN',
          result: { label: '4/5', score: 4, explanation: 'good — 很好' },
          identifier: 'feedback-1',
        },
      ],
    },
  })
})

test('a thumb becomes an MLflow assessment by the one who gave it', async () => {
  await start({ MLFLOW_TRACKING_URI: tools.url })
  await send([feedbackRecord({ userId: 'u-1' })])
  expect(got[0]).toMatchObject({
    url: `/api/3.0/mlflow/traces/tr-${trace}/assessments`,
    body: {
      assessment: {
        assessment_name: 'thumb',
        source: { source_type: 'HUMAN', source_id: 'u-1' },
        feedback: { value: true },
        rationale: 'good — 很好',
        create_time: '2025-10-09T08:54:10.000Z',
      },
    },
  })
})

test('each kind of feedback becomes Datadog feedback with exactly one target', async () => {
  const { datadog } = targetsOf({ DD_API_KEY: 'key', DD_LLMOBS_ML_APP: 'shop', DD_SITE: 'datadoghq.eu' })
  await start({})
  const { feedbacksOf } = await import('../../../demo/relays/feedback.mjs')
  const { readTraces } = await import('../../../demo/backend/otlp.mjs')
  const metric = (over: object) => {
    const [feedback] = feedbacksOf(readTraces(encode([feedbackRecord(over)]), 0).rows)
    return datadog!(feedback!)
  }
  const thumb = metric({ score: 0, label: 'down', comment: undefined })
  expect(thumb.url).toBe('https://api.datadoghq.eu/api/intake/llm-obs/v2/eval-metric')
  expect(thumb.headers['DD-API-KEY']).toBe('key')
  expect((thumb.body as any).data.attributes.metrics[0]).toEqual({
    event_kind: 'feedback',
    trace_id: trace,
    submitter: { id: 'session-1', type: 'user' },
    ml_app: 'shop',
    timestamp_ms: 1_760_000_050_000,
    label: 'thumb',
    metric_type: 'categorical',
    categorical_value: 'down',
    assessment: 'fail',
    tags: ['feedback_id:feedback-1', 'feedback_revision:1', 'feedback_tag:fast', 'feedback_tag:right'],
  })
  const only = (over: object) => (metric(over).body as any).data.attributes.metrics[0]
  expect(only({ name: 'nps', score: 9, label: '9/10' })).toMatchObject({ metric_type: 'score', score_value: 9 })
  expect(only({ name: 'comment', score: undefined, label: undefined })).toMatchObject({
    metric_type: 'text',
    text_value: 'good — 很好',
  })
})

test('what comes twice or late is told once, and a newer revision is not undone by an older one', async () => {
  await start(langfuse())
  await send([feedbackRecord({ rev: 2, score: 0, label: 'down' }), feedbackRecord()])
  await send([feedbackRecord({ rev: 2, score: 0, label: 'down' })])
  await send([feedbackRecord()])
  expect(got.map(({ body }) => body.value)).toEqual([0])
})

test('a slow first answer does not bring back what was retracted meanwhile', async () => {
  await start(langfuse())
  let answer = () => {}
  hold = new Promise((resolve) => (answer = resolve))
  const first = send([feedbackRecord()])
  await expect.poll(() => got.length).toBe(1)
  const second = send([feedbackRecord({ rev: 2, score: undefined, label: 'retracted' })])
  await new Promise((resolve) => setTimeout(resolve, 100))
  // The tool would take them in any order: the second waits for the first.
  expect(got).toHaveLength(1)
  answer()
  expect([(await first).status, (await second).status]).toEqual([200, 200])
  await send([feedbackRecord()])
  expect(got.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
})

test('a tool that is away makes the collector send again, and the others are not told twice', async () => {
  await start({ ...langfuse(), PHOENIX_BASE_URL: tools.url })
  statuses = [503, 200]
  expect((await send([feedbackRecord()])).status).toBe(503)
  expect((await send([feedbackRecord()])).status).toBe(200)
  expect(got).toHaveLength(3)
  expect(new Set(got.map(({ url }) => url)).size).toBe(2)
})

test('what a tool refuses is said and given up; the collector is not asked again', async () => {
  await start(langfuse())
  statuses = [401]
  expect((await send([feedbackRecord()])).status).toBe(200)
  expect(lines).toEqual(['langfuse: 401, given up: {}'])
})

test('other spans, feedback without a turn and no OTLP at all reach no tool', async () => {
  await start(langfuse())
  expect((await send([turnRecord(), feedbackRecord({ turn: undefined })])).status).toBe(200)
  expect((await fetch(relay.url, { method: 'POST', body: 'no' })).status).toBe(400)
  expect((await fetch(relay.url.replace('/v1/traces', '/'))).status).toBe(404)
  expect(got).toEqual([])
})
