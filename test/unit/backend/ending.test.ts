// @vitest-environment node
// 0.1.0 never ended on Ctrl-C while spans came in: its close waited for what waited for it, and the file stayed locked.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request as ask } from 'node:http'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { backend, browser, freshFile, hex, turn } from './support.ts'

const CLI = new URL('../../../demo/backend/cli.mjs', import.meta.url).pathname

test.each(['SIGINT', 'SIGKILL'] as const)(
  '%s while four senders send: gone within 3 s, all that was acknowledged is in the file',
  async (signal) => {
    const file = freshFile()
    const child = spawn(process.execPath, [CLI, '--port', '0', '--db', file], { stdio: ['ignore', 'pipe', 'inherit'] })
    const gone = once(child, 'exit')
    let url = ''
    for await (const line of createInterface(child.stdout))
      if ((url = /http:\/\/\S+(?=\/sessions)/.exec(line)?.[0] ?? '')) break
    child.stdout.resume()
    const agent = new Agent({ keepAlive: true, maxSockets: 4 })
    let next = 1
    let acknowledged = 0
    let over = false
    const post = (body: string) =>
      new Promise<number>((resolve) => {
        const sent = ask(
          `${url}/v1/traces`,
          { method: 'POST', agent, headers: { 'Content-Type': 'application/json' } },
          (answer) => {
            answer.resume()
            answer.on('end', () => resolve(answer.statusCode ?? 0))
            answer.on('error', () => resolve(0))
          },
        )
        sent.on('error', () => resolve(0))
        sent.end(body)
      })
    const sender = async () => {
      while (!over) {
        const turns = Array.from({ length: 50 }, () => turn(next++, { 'session.id': hex(next >> 3, 32) }))
        if ((await post(JSON.stringify(browser(...turns)))) === 200) acknowledged += turns.length
      }
    }
    const senders = Array.from({ length: 4 }, sender)
    while (acknowledged < 1000) await new Promise((later) => setTimeout(later, 20))
    const asked = performance.now()
    child.kill(signal)
    await gone
    expect(performance.now() - asked).toBeLessThan(3000)
    over = true
    await Promise.all(senders)
    agent.destroy()
    const again = await backend({ file })
    expect((await again.get('/api/health')).turns).toBeGreaterThanOrEqual(acknowledged)
  },
)

test('a queue that is full is said, not grown: 503 with Retry-After', async () => {
  const it = await backend()
  const body = JSON.stringify(browser(turn(1)))
  // As much as is taken at once, under way: of each body all but its end has come.
  const slow = Array.from({ length: 4 }, () => {
    const padded = body.padEnd(16 * 1024 * 1024)
    const sent = ask(`${it.url}/v1/traces`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Content-Length': padded.length, Expect: '100-continue' },
    })
    const answered = once(sent, 'response').then(([answer]) => {
      answer.resume()
      return answer.statusCode as number
    })
    return { taken: once(sent, 'continue'), end: () => sent.end(padded), answered }
  })
  for (const { taken } of slow) await taken
  const refused = await it.post(body)
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('1')
  for (const { end } of slow) end()
  expect(await Promise.all(slow.map(({ answered }) => answered))).toEqual([200, 200, 200, 200])
  expect((await it.post(body)).status).toBe(200)
  expect((await it.get('/api/health')).turns).toBe(1)
})

test('a file of 0.1.0 is taken over', async () => {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const file = freshFile()
  const instance = await DuckDBInstance.create(file)
  const old = await instance.connect()
  const columns =
    'trace_id VARCHAR, span_id VARCHAR, revision BIGINT, parent VARCHAR, name VARCHAR, kind VARCHAR, service VARCHAR, scope VARCHAR, session_id VARCHAR, start_ns BIGINT, end_ns BIGINT, status VARCHAR, attributes JSON, resource JSON, events JSON, links JSON, received_at BIGINT, copies BIGINT'
  await old.run(`CREATE TABLE spans (${columns}, PRIMARY KEY (trace_id, span_id))`)
  const attributes = {
    'session.id': 's1',
    'chat_vitals.turn.id': 't1',
    'chat_vitals.turn.revision': 2,
    'chat_vitals.time_to.first_text': 1.5,
    'chat_vitals.render.curve': '1.5,3 2,40',
    'app.plan': 'gold',
  }
  await old.run(
    `INSERT INTO spans VALUES ('${hex(1, 32)}', '${hex(1, 16)}', 2, NULL, 'chat.turn', 'INTERNAL', 'shop', 'chat-vitals', 's1', 1780000000000000000, 1780000003000000000, NULL, '${JSON.stringify(attributes)}', '{"service.name":"shop"}', '[]', '[]', 1780000004000, 3)`,
  )
  old.closeSync()
  instance.closeSync()
  const it = await backend({ file })
  const { turns } = await it.get('/api/sessions/s1')
  expect(turns).toHaveLength(1)
  expect(turns[0]).toMatchObject({
    id: 't1',
    ttft: 1500,
    revision: 2,
    copies: 3,
    attributes: { 'app.plan': 'gold' },
    render: {
      curve: [
        [1500, 3],
        [2000, 40],
      ],
    },
  })
})
