import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, vi } from 'vitest'
import { request, span } from '../../../demo/backend/fixtures.mjs'
import { startBackend } from '../../../demo/backend/server.mjs'

// A database is opened and written for real; a busy machine may take its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

/** A database file of this test alone. */
export function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chat-vitals-backend-'))
  undo.push(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'spans.duckdb')
}

/** A running backend that ends with the test. */
export async function backend({ file = ':memory:' } = {}) {
  const running = await startBackend({ port: 0, file })
  let open = true
  const close = async () => {
    if (open) await running.close()
    open = false
  }
  undo.push(close)
  const get = async (path: string) => (await fetch(running.url + path)).json()
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${running.url}/v1/traces`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
    })
  return { url: running.url, close, get, post }
}

const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0')
export const T0 = Date.UTC(2026, 5, 1, 12)

/** Turn number `n` of a session, as the browser's span; attributes on top win. */
export function turn(n: number, attributes: Record<string, unknown> = {}, { start = T0 + n * 60_000, ms = 3000 } = {}) {
  return span({
    trace: hex(n, 32),
    id: hex(n, 16),
    name: 'chat.turn',
    start,
    end: start + ms,
    attributes: {
      'session.id': 's1',
      'chat_vitals.page.id': 'p1',
      'chat_vitals.turn.id': `t${n}`,
      'chat_vitals.turn.seq': BigInt(n),
      'chat_vitals.turn.revision': 1n,
      'chat_vitals.turn.trigger': 'submit',
      'chat_vitals.turn.outcome': 'completed',
      'chat_vitals.turn.ended_by': 'done',
      'chat_vitals.time_to.first_text': 1,
      'chat_vitals.ttft.hidden': 0,
      ...attributes,
    },
  })
}

let serial = 0xf000
/** A feedback or signal about turn `n`. */
export function reaction(name: 'chat.feedback' | 'chat.signal', n: number, attributes: Record<string, unknown>) {
  serial++
  return span({
    trace: hex(serial, 32),
    id: hex(serial, 16),
    name,
    start: T0 + n * 60_000 + 5000,
    end: T0 + n * 60_000 + 5000,
    attributes: { 'session.id': 's1', 'chat_vitals.page.id': 'p1', 'chat_vitals.turn.id': `t${n}`, ...attributes },
    links: [{ traceId: hex(n, 32), spanId: hex(n, 16) }],
  })
}

export const browser = (...spans: unknown[]) => request({ 'service.name': 'shop' }, 'chat-vitals', spans)
export { hex, request, span }
