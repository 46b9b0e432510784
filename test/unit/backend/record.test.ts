// @vitest-environment node
import { expect, test } from 'vitest'
import { encode } from '../../../src/delivery/otlp.ts'
import { spansOf } from '../../../src/delivery/spans.ts'
import { feedbackRecord, pageRecord, resource, signalRecord, turnRecord } from '../delivery/samples.ts'
import { backend } from './support.ts'

test('what the library sends of a record is what the session page shows of it', async () => {
  const it = await backend()
  const record = turnRecord({
    outcome: 'stopped',
    endedBy: 'user_stop',
    correction: { kind: 'rephrase', score: 0.83, of: 'turn-0' },
  })
  const records = [record, feedbackRecord(), signalRecord(), pageRecord()]
  const answer = await it.post(
    encode(
      records.flatMap((one) => spansOf(one)),
      resource,
      '0.1.0',
    ),
  )
  expect(await answer.json()).toEqual({ partialSuccess: {} })

  const session = await it.get(`/api/sessions/${record.sessionId}`)
  expect(session).toMatchObject({ service: 'support-chat', version: '1.4.2', conversations: ['c-7'] })
  const [turn] = session.turns
  for (const name of [
    'id',
    'seq',
    'traceId',
    'spanId',
    'pageId',
    'trigger',
    'outcome',
    'phase',
    'endedBy',
    'finish',
  ] as const)
    expect(turn[name]).toBe(record[name])
  expect(turn.startedAt).toBeCloseTo(record.startedAt, 2)
  expect(turn.revision).toBe(record.rev)
  expect(turn.correction).toEqual(record.correction)
  expect(turn.attributes).toEqual(record.attributes)
  expect(turn.ttft).toBeCloseTo(record.ttft!, 3)
  for (const [name, ms] of Object.entries(record.ttftParts!)) expect(turn.ttftParts[name]).toBeCloseTo(ms, 3)
  for (const [name, ms] of Object.entries(record.render.stallBy)) expect(turn.render.stallBy[name]).toBeCloseTo(ms, 3)
  for (const name of ['frames', 'chars', 'charsPerSecond', 'pace', 'qoe', 'stalls', 'stallRatio'] as const)
    expect(turn.render[name]).toBe(record.render[name])
  for (const name of ['gapMaxMs', 'gapP95Ms', 'freezeMs', 'stallMs', 'stallLongestMs'] as const)
    expect(turn.render[name]).toBeCloseTo(record.render[name]!, 3)
  expect(turn.render.curve).toEqual([
    [2000, 3],
    [3000, 90],
    [6000, 400],
  ])
  const [sent] = record.requests
  const [request] = turn.requests
  for (const name of ['method', 'url', 'status', 'chunks', 'bytes', 'model', 'responseId', 'backendRequestId'] as const)
    expect(request[name]).toBe(sent![name])
  expect(request.firstChunkMs).toBeCloseTo(sent!.firstModelChunkMs! - sent!.startMs, 3)
  expect(turn.feedback).toMatchObject([{ label: 'up', score: 1, name: 'thumb', comment: 'good — 很好' }])
  expect(turn.signals).toHaveLength(1)
  expect(session.pages[0].vitals.length).toBe(pageRecord().vitals.length)
})
