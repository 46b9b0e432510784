// @vitest-environment node
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { startBackend } from '../../../demo/backend/server.mjs'
import { backend, browser, freshFile, hex, reaction, span, turn } from './support.ts'

const outcome = (revision: bigint, it: string) =>
  turn(1, { 'chat_vitals.turn.revision': revision, 'chat_vitals.turn.outcome': it })

test('of copies of a turn the highest revision is kept, whatever order they came in', async () => {
  const it = await backend()
  await it.post(browser(outcome(2n, 'stopped')))
  await it.post(browser(outcome(3n, 'abandoned'), outcome(1n, 'lost')))
  await it.post(browser(outcome(2n, 'stopped')))
  const { turns } = await it.get('/api/sessions/s1')
  expect(turns).toHaveLength(1)
  expect(turns[0]).toMatchObject({ outcome: 'abandoned', revision: 3, copies: 4 })
})

test('the raw duplicate rate is shown, and the rates count each turn once', async () => {
  const it = await backend()
  await it.post(browser(turn(1), turn(2), turn(2)))
  await it.post(browser(turn(1)))
  const { totals, quality } = await it.get('/api/overview')
  expect(totals.turns).toBe(2)
  expect(quality.duplicates).toMatchObject({ k: 2, n: 4, value: 0.5 })
})

test('a toggled thumb counts as its last state', async () => {
  const it = await backend()
  const thumb = (label: string, revision: bigint) =>
    reaction('chat.feedback', 1, {
      'chat_vitals.feedback.id': 'f1',
      'chat_vitals.feedback.revision': revision,
      'gen_ai.evaluation.name': 'thumb',
      'gen_ai.evaluation.score.label': label,
    })
  await it.post(browser(turn(1), thumb('up', 1n), thumb('down', 2n)))
  expect((await it.get('/api/overview')).totals).toMatchObject({ good: { k: 0, n: 1 }, participation: { k: 1, n: 1 } })
  await it.post(browser(thumb('retracted', 3n)))
  expect((await it.get('/api/overview')).totals).toMatchObject({ good: { k: 0, n: 0 }, participation: { k: 0, n: 1 } })
})

test('a page view without a revision is kept as it was seen last', async () => {
  const it = await backend()
  const page = (end: number) =>
    span({
      trace: hex(9, 32),
      id: hex(9, 16),
      name: 'browser.page',
      start: 1e12,
      end,
      attributes: { 'session.id': 's1', 'chat_vitals.page.id': 'p1' },
    })
  await it.post(browser(page(1e12 + 9000)))
  await it.post(browser(page(1e12 + 4000), turn(1)))
  expect((await it.get('/api/sessions/s1')).pages[0].durationMs).toBe(9000)
})

test('many senders at once lose nothing', async () => {
  const it = await backend()
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) => it.post(browser(turn(i * 2 + 1), turn(i * 2 + 2)))),
  )
  expect(answers.every((answer) => answer.ok)).toBe(true)
  expect((await it.get('/api/health')).turns).toBe(80)
})

test('what was stored is there after a restart', async () => {
  const file = freshFile()
  const first = await backend({ file })
  await first.post(browser(turn(1), turn(2)))
  await first.close()
  const second = await backend({ file })
  await second.post(browser(turn(2), turn(3)))
  expect((await second.get('/api/sessions/s1')).turns.map((it: { seq: number }) => it.seq)).toEqual([1, 2, 3])
})

test('what was answered with 200 survives kill -9', async () => {
  const file = freshFile()
  const module = new URL('../../../demo/backend/server.mjs', import.meta.url).href
  const code = `const { startBackend } = await import(${JSON.stringify(module)})
    console.log((await startBackend({ port: 0, file: ${JSON.stringify(file)} })).url)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  try {
    const [url] = (await once(createInterface(child.stdout), 'line')) as [string]
    for (const n of [1, 2, 3]) {
      const body = JSON.stringify(browser(turn(n)))
      const sent = await fetch(`${url}/v1/traces`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
      })
      expect(sent.status).toBe(200)
    }
  } finally {
    child.kill('SIGKILL')
    await gone
  }
  const again = await backend({ file })
  expect((await again.get('/api/health')).turns).toBe(3)
})

test('a taken port is a clear message, and leaves the file free', async () => {
  const it = await backend()
  const file = freshFile()
  const port = Number(new URL(it.url).port)
  await expect(startBackend({ port, file })).rejects.toThrow(`Port ${port} is taken`)
  expect((await (await backend({ file })).get('/api/health')).status).toBe('ok')
})
