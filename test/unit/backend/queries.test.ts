// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { makeBatches } from '../../../demo/backend/fixtures.mjs'
import { quantile } from '../../../demo/backend/rates.mjs'
import { readCurve } from '../../../demo/backend/session.mjs'
import { backend, browser, hex, reaction, request, span, T0, turn } from './support.ts'

const ended = (outcome: string, phase?: string) => ({
  'chat_vitals.turn.outcome': outcome,
  'chat_vitals.turn.phase': phase,
})

describe('overview', () => {
  test('percentiles come from raw values, hidden turns left out and counted', async () => {
    const it = await backend()
    const waits = [0.4, 9.5, 1.1, 2.2, 0.7, 3.1, 1.6]
    await it.post(browser(...waits.map((wait, i) => turn(i + 1, { 'chat_vitals.time_to.first_text': wait }))))
    await it.post(browser(turn(8, { 'chat_vitals.time_to.first_text': 60, 'chat_vitals.ttft.hidden': 50 })))
    const { ttft } = (await it.get('/api/overview')).totals
    expect(ttft).toMatchObject({ n: 7, leftOutHidden: 1 })
    for (const [name, q] of [
      ['p50', 0.5],
      ['p75', 0.75],
      ['p95', 0.95],
    ] as const)
      expect(ttft[name]).toBeCloseTo(quantile(waits, q)!, 9)
  })

  test('interruption is of ended sends: open and cancelled ones are out, errors and lost ones in', async () => {
    const it = await backend()
    await it.post(
      browser(
        turn(1),
        turn(2, ended('stopped', 'streaming')),
        turn(3, ended('abandoned', 'waiting')),
        turn(4, ended('superseded', 'streaming')),
        turn(5, ended('error', 'waiting')),
        turn(6, ended('cancelled')),
        turn(7, ended('lost')),
        turn(8, ended(undefined as unknown as string)),
      ),
    )
    const { totals } = await it.get('/api/overview')
    expect(totals).toMatchObject({
      turns: 8,
      open: 1,
      interruption: { k: 3, n: 6, upperBound: { k: 4, n: 6 } },
      waitAbandonment: { k: 1, n: 6 },
      errorRate: { k: 1, n: 6 },
    })
    expect(totals.interruption.low).toBeLessThan(0.5)
  })

  test('corrections are of pairs whose first turn showed text and did not fail', async () => {
    const it = await backend()
    const kind = (it: string) => ({ 'chat_vitals.correction.kind': it, 'chat_vitals.correction.score': 0.8 })
    await it.post(
      browser(
        turn(1),
        turn(2, kind('rephrase')),
        turn(3, kind('regenerate')),
        turn(4, { ...ended('error'), ...kind('none') }),
        turn(5, kind('repeat')),
        turn(6, { 'chat_vitals.time_to.first_text': undefined, ...kind('none') }),
        turn(7, kind('correction')),
        turn(8, { 'gen_ai.conversation.id': 'other' }),
      ),
    )
    const { totals, corrections } = await it.get('/api/overview')
    // Pairs: 1-2, 2-3, 3-4, 5-6. After the error (4-5) and after no text (6-7) there is none, nor across conversations.
    expect(totals.correction).toMatchObject({ k: 1, n: 4 })
    expect(corrections.kinds.find((it: { kind: string }) => it.kind === 'repeat').n).toBe(1)
    // The session and its list counted the repeat after the error, too, and contradicted the overview.
    expect((await it.get('/api/sessions/s1')).corrections).toEqual({ k: 1, n: 4 })
    const { sessions } = await it.get('/api/sessions')
    expect(sessions.find((one: { id: string }) => one.id === 's1').corrections).toBe(1)
  })

  test('participation is of exposed turns, and good and bad of standing ratings', async () => {
    const it = await backend()
    const exposed = { 'chat_vitals.signal.kind': 'exposed' }
    const thumb = (label: string, id: string) => ({
      'chat_vitals.feedback.id': id,
      'chat_vitals.feedback.revision': 1n,
      'gen_ai.evaluation.name': 'thumb',
      'gen_ai.evaluation.score.label': label,
    })
    await it.post(
      browser(
        ...[1, 2, 3, 4].map((n) => turn(n)),
        ...[1, 2, 3].map((n) => reaction('chat.signal', n, exposed)),
        reaction('chat.feedback', 1, thumb('up', 'a')),
        reaction('chat.feedback', 4, thumb('down', 'b')),
      ),
    )
    const { totals } = await it.get('/api/overview')
    expect(totals).toMatchObject({ participation: { k: 2, n: 4 }, good: { k: 1, n: 2 }, bad: { k: 1, n: 2 } })
  })

  test('hand-offs are of sessions, copies of answers that showed text', async () => {
    const it = await backend()
    const signal = (kind: string) => ({ 'chat_vitals.signal.kind': kind })
    await it.post(
      browser(
        turn(1),
        turn(2),
        turn(3, { 'chat_vitals.time_to.first_text': undefined }),
        turn(4, { 'session.id': 's2' }),
        reaction('chat.signal', 1, signal('copy')),
        reaction('chat.signal', 1, signal('handoff')),
        reaction('chat.signal', 2, signal('handoff')),
        reaction('chat.signal', 2, { ...signal('dwell'), 'chat_vitals.signal.value': 7.5 }),
      ),
    )
    const { totals } = await it.get('/api/overview')
    expect(totals).toMatchObject({ handoff: { k: 1, n: 2 }, copies: { k: 1, n: 3 }, dwell: { value: 7.5, n: 1 } })
    // Signals alone expose nothing: participation has no denominator.
    expect(totals.participation).toMatchObject({ n: 0 })
  })

  test('feedback that knows only its turn’s trace is that turn’s', async () => {
    const it = await backend()
    const rated = reaction('chat.feedback', 1, {
      'chat_vitals.turn.id': undefined,
      'chat_vitals.turn.trace_id': hex(1, 32),
      'chat_vitals.feedback.id': 'late',
      'gen_ai.evaluation.name': 'thumb',
      'gen_ai.evaluation.score.label': 'up',
    })
    await it.post(browser(turn(1), turn(2), rated))
    expect((await it.get('/api/overview')).totals.good).toMatchObject({ k: 1, n: 1 })
    const session = await it.get('/api/sessions/s1')
    expect(session.turns[0].feedback).toHaveLength(1)
    expect(session.loose).toEqual([])
  })

  test('loss is what page views opened and never came', async () => {
    const it = await backend()
    await it.post(browser(turn(1), turn(4)))
    await it.post(
      browser(turn(9, { 'chat_vitals.page.id': 'p2', 'chat_vitals.turn.seq': 1n, 'chat_vitals.delivery.opened': 2n })),
    )
    const { quality } = await it.get('/api/overview')
    expect(quality).toMatchObject({ opened: 6, received: 3, loss: { k: 3, n: 6 } })
  })

  test('breaks down by any attribute, whatever is in its name', async () => {
    const it = await backend()
    const name = `app."it's"/a.b~c`
    await it.post(browser(turn(1, { [name]: 'x' }), turn(2, { [name]: 'x' }), turn(3, { [name]: 'y' }), turn(4)))
    const { breakdown } = await it.get(`/api/overview?by=${encodeURIComponent(name)}`)
    expect(breakdown.map((row: { value: string; turns: number }) => [row.value, row.turns])).toEqual([
      ['x', 2],
      ['y', 1],
      [null, 1],
    ])
    const only = await it.get(`/api/overview?attr=${encodeURIComponent(`${name}:y`)}`)
    expect(only.totals.turns).toBe(1)
  })

  test('the histogram holds every seen first text once, a limit belongs to the bucket below', async () => {
    const it = await backend()
    const waits = [0.1, 2, 2.0001, 5, 99]
    await it.post(browser(...waits.map((wait, i) => turn(i + 1, { 'chat_vitals.time_to.first_text': wait }))))
    const { edges, counts } = (await it.get('/api/overview')).histogram
    expect(counts.reduce((sum: number, n: number) => sum + n, 0)).toBe(5)
    expect(counts[edges.indexOf(2)]).toBe(1)
    expect(counts[edges.indexOf(5)]).toBe(1)
    expect(counts[edges.length]).toBe(1)
  })

  test('an empty store answers with counts of 0 and no values', async () => {
    const it = await backend()
    const { totals, breakdown, trend } = await it.get('/api/overview')
    expect(totals).toMatchObject({ turns: 0, interruption: { k: 0, n: 0 }, ttft: { n: 0 } })
    expect(totals.interruption.value).toBeUndefined()
    expect([breakdown, trend]).toEqual([[], []])
  })
})

describe('sessions', () => {
  test('lists newest first and filters by any of its turns', async () => {
    const it = await backend()
    await it.post(browser(turn(1, { 'user.id': '李雷' }), turn(2, ended('stopped', 'waiting'))))
    await it.post(browser(turn(3, { 'session.id': 's2', 'app.plan': 'gold' })))
    const ids = async (query: string) =>
      (await it.get(`/api/sessions?${query}`)).sessions.map((it: { id: string }) => it.id)
    expect(await ids('')).toEqual(['s2', 's1'])
    expect(await ids('outcome=stopped')).toEqual(['s1'])
    expect(await ids(`q=${encodeURIComponent('李')}`)).toEqual(['s1'])
    expect(await ids('q=GOLD')).toEqual(['s2'])
    expect(await ids(`since=${T0 + 2.5 * 60_000}`)).toEqual(['s2'])
    expect(await ids('limit=1&offset=1')).toEqual(['s1'])
    expect(await ids(`q=${encodeURIComponent("' OR 1=1 --")}`)).toEqual([])
    const [, s1] = (await it.get('/api/sessions')).sessions
    expect(s1).toMatchObject({ turns: 2, user: '李雷', service: 'shop', worstTtft: 1 })
    expect(s1.strip.map((it: { outcome: string }) => it.outcome)).toEqual(['completed', 'stopped'])
  })

  test('one session has its turns in order, each with requests, server spans, linked traces and reactions', async () => {
    const it = await backend()
    const client = (n: number, extra = {}) =>
      span({
        trace: hex(n, 32),
        id: hex(0xc0 + n, 16),
        parent: hex(n, 16),
        name: 'POST',
        kind: 3,
        start: T0 + n * 60_000 + 20,
        end: T0 + n * 60_000 + 2900,
        attributes: {
          'session.id': 's1',
          'chat_vitals.page.id': 'p1',
          'http.request.method': 'POST',
          'http.response.status_code': 200n,
          'gen_ai.response.model': 'qwen3-max',
          'gen_ai.response.time_to_first_chunk': 0.5,
          'chat_vitals.stream.chunks': 12n,
          ...extra,
        },
      })
    const server = (trace: string, parent: string | undefined, name: string) =>
      span({
        trace,
        id: name.length.toString(16).padStart(16, 'a'),
        parent,
        name,
        kind: 2,
        start: T0 + 60_030,
        end: T0 + 62_000,
      })
    const other = hex(0xabc, 32)
    await it.post(
      browser(
        turn(2, {
          'chat_vitals.correction.kind': 'rephrase',
          'chat_vitals.correction.score': 0.83,
          'chat_vitals.correction.of_turn': 't1',
        }),
        client(2, { 'chat_vitals.backend.trace_id': other }),
        turn(1, {
          'chat_vitals.render.curve': '1,10 2.5,40',
          'chat_vitals.ttft.client': 0.25,
          'chat_vitals.ttft.server': 0.75,
          'chat_vitals.stall.server': 0.5,
          'app.prompt': 'v7',
        }),
        client(1),
        reaction('chat.signal', 1, { 'chat_vitals.signal.kind': 'copy' }),
      ),
    )
    await it.post(
      request({ 'service.name': 'gateway' }, 'http', [
        server(hex(1, 32), hex(0xc1, 16), 'POST /chat'),
        server(other, undefined, 'elsewhere'),
      ]),
    )
    // A late thumb comes from another session and belongs to this one's turn.
    await it.post(
      browser(
        reaction('chat.feedback', 1, {
          'session.id': 's9',
          'chat_vitals.feedback.id': 'f',
          'chat_vitals.feedback.revision': 1n,
          'gen_ai.evaluation.score.label': 'up',
        }),
      ),
    )
    const { turns } = await it.get('/api/sessions/s1')
    expect(turns.map((it: { id: string }) => it.id)).toEqual(['t1', 't2'])
    expect(turns[0]).toMatchObject({
      seq: 1,
      ttft: 1000,
      ttftParts: { client: 250, server: 750 },
      render: {
        curve: [
          [1000, 10],
          [2500, 40],
        ],
        stallBy: { server: 500 },
      },
      requests: [{ status: 200, model: 'qwen3-max', chunks: 12, startMs: 20, firstChunkMs: 500 }],
      feedback: [{ label: 'up' }],
      signals: [{ kind: 'copy' }],
      attributes: { 'app.prompt': 'v7' },
    })
    expect(turns[0].spans.map((it: { name: string }) => it.name)).toEqual(['chat.turn', 'POST', 'POST /chat'])
    expect(turns[0].render.qoe).toBeUndefined()
    expect(turns[1].correction).toEqual({ kind: 'rephrase', score: 0.83, of: 't1', ofNumber: 1 })
    expect(turns[1].spans.find((it: { linked: boolean }) => it.linked)).toMatchObject({
      name: 'elsewhere',
      service: 'gateway',
    })
  })

  test('web vitals come with their page view', async () => {
    const it = await backend()
    const vital = {
      'browser.web_vital.name': 'lcp',
      'browser.web_vital.value': 1800,
      'browser.web_vital.rating': 'good',
    }
    const page = span({
      trace: hex(7, 32),
      id: hex(7, 16),
      name: 'browser.page',
      start: T0,
      end: T0 + 9,
      attributes: { 'session.id': 's1', 'chat_vitals.page.id': 'p1', 'url.full': 'http://localhost/' },
      events: [{ name: 'browser.web_vital', at: T0 + 5, attributes: vital }],
    })
    await it.post(browser(turn(1), page))
    const { pages } = await it.get('/api/sessions/s1')
    expect(pages).toEqual([
      expect.objectContaining({
        pageId: 'p1',
        url: 'http://localhost/',
        vitals: [{ name: 'lcp', value: 1800, rating: 'good' }],
      }),
    ])
  })

  test('an unknown session is 404', async () => {
    const it = await backend()
    const response = await fetch(`${it.url}/api/sessions/nobody`)
    expect(response.status).toBe(404)
  })
})

test('a curve is read as points in seconds, as flat ms, and as nothing when it is rubbish', () => {
  expect(readCurve('0.8,12 1.25,40')).toEqual([
    [800, 12],
    [1250, 40],
  ])
  expect(readCurve([800, 12, 1250, 40])).toEqual([
    [800, 12],
    [1250, 40],
  ])
  expect(readCurve('[800,12,1250,40]')).toEqual([
    [800, 12],
    [1250, 40],
  ])
  for (const rubbish of [undefined, '', 'x,y', '{}', 7, [null, 1], '3']) expect(readCurve(rubbish)).toEqual([])
})

test('generated sessions say that they are, and the same seed makes the same', async () => {
  const options = { sessions: 2, seed: 3, now: T0 }
  const batches = makeBatches(options)
  expect(makeBatches(options)).toEqual(batches)
  for (const batch of batches)
    expect(batch.resourceSpans[0].resource.attributes).toContainEqual({
      key: 'chat_vitals.generated',
      value: { boolValue: true },
    })
  const it = await backend()
  for (const batch of batches) expect(await (await it.post(batch)).json()).toEqual({ partialSuccess: {} })
  expect((await it.get('/api/health')).generated).toBe(true)
})

describe('pages', () => {
  test.each(['/', '/sessions', '/sessions/abc', '/overview'])('%s is the page', async (path) => {
    const it = await backend()
    const response = await fetch(it.url + path)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('only files of the pages are served', async () => {
    const it = await backend()
    expect((await fetch(`${it.url}/main.mjs`)).headers.get('content-type')).toContain('text/javascript')
    for (const path of ['/server.mjs', '/..%2fserver.mjs', '/%2e%2e/server.mjs', '/nothing.css', '/constructor'])
      expect((await fetch(it.url + path)).status).toBe(404)
  })
})
