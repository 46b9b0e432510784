/** The server of the transports' pages: one script of an answer, told in the words of each transport. */
import { setTimeout as sleep } from 'node:timers/promises'
import { completionChunk, sse } from '../../support/dialects.ts'
import type { Call, Play } from '../../support/stage.ts'
import type { ServerSocket } from '../../support/websocket.ts'

/** What the answer does; the prompt names it. */
export const KINDS = ['usual', 'error', '429', 'cut', 'empty', 'stall', 'long'] as const
export type Kind = (typeof KINDS)[number]

const NOUNS = ['rye', 'barley', 'oats', 'spelt', 'millet', 'maize', 'rice', 'wheat', 'buckwheat', 'sorghum', 'emmer', 'teff']

/** @returns pieces with the wait before each; no two prompts have the same answer */
export function wordsOf(prompt: string): { kind: Kind; pieces: { after: number; text: string }[] } {
  const [, number = '0', kind = 'usual'] = /(\d+)\W+(\w+)/.exec(prompt) ?? []
  const n = Number(number)
  const noun = (i: number) => NOUNS[(n * 5 + i * 7) % NOUNS.length]!
  const count = kind == 'long' ? 60 : 18
  const words = kind == 'empty' || kind == '429' ? [] : Array.from({ length: count }, (_, i) => (i ? ` ${noun(i)}${i % 3 ? '' : ` ${n + i} parts`}` : `Take ${noun(0)}`))
  const kept = kind == 'error' || kind == 'cut' ? words.slice(0, 7) : words
  return {
    kind: kind as Kind,
    pieces: kept.map((text, i) => ({ text, after: i ? (kind == 'stall' && i == 9 ? 8000 : 70) : 400 })),
  }
}

interface Voice {
  alive(): boolean
  text(text: string): void
  fail(code: string): void
  done(): void
  cut(): void
}

async function tell(prompt: string, voice: Voice): Promise<void> {
  const { kind, pieces } = wordsOf(prompt)
  if (kind == '429') {
    await sleep(200)
    return voice.alive() ? voice.fail('429') : undefined
  }
  for (const { text, after } of pieces) {
    await sleep(after)
    if (!voice.alive()) return
    voice.text(text)
  }
  await sleep(kind == 'empty' ? 400 : 30)
  if (!voice.alive()) return
  if (kind == 'error') voice.fail('server_overloaded')
  else if (kind == 'cut') voice.cut()
  else voice.done()
}

/** A stream in the body of a response. */
function body(call: Call, type: string, say: { text(text: string): string; fail?(code: string): string; done?: string; opening?: string }): Promise<void> {
  const { response } = call
  const prompt = promptOf(call)
  if (wordsOf(prompt).kind == '429') {
    call.json({ error: { code: '429', message: 'too many' } }, 429)
    return Promise.resolve()
  }
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  response.flushHeaders()
  if (say.opening) response.write(say.opening)
  return tell(prompt, {
    alive: () => !response.destroyed,
    text: (text) => void response.write(say.text(text)),
    fail: (code) => (say.fail ? void response.end(say.fail(code)) : void response.destroy()),
    done: () => void response.end(say.done),
    cut: () => void response.destroy(),
  })
}

const jobs = new Map<string, string>()
const threads = new Map<string, { updates: { n: number; type: string; body: string }[]; broken: boolean; wake: () => void }>()
let last = 0

function promptOf({ path, query, body: text }: Call): string {
  if (path == '/sse') return query.get('q') ?? ''
  if (path.startsWith('/jobs/')) return jobs.get(path.slice(6)) ?? ''
  const asked = JSON.parse(text || '{}')
  const last = asked.messages?.findLast(({ role }: { role: string }) => role == 'user')
  return last?.content ?? last?.parts?.[0]?.text ?? asked.question ?? asked.prompt ?? ''
}

export const http: Play['http'] = async (call) => {
  const { path, method, json, query, response } = call
  if (path == '/v1/chat/completions')
    return body(call, 'text/event-stream', {
      opening: sse(completionChunk({ role: 'assistant', content: '' })),
      text: (content) => sse(completionChunk({ content })),
      fail: (code) => sse({ error: { code, message: 'no' } }),
      done: sse(completionChunk({}, 'stop')) + 'data: [DONE]\n\n',
    })
  if (path == '/api/chat')
    return body(call, 'text/event-stream', {
      opening: [{ type: 'start', messageId: `m-${++last}` }, { type: 'start-step' }, { type: 'text-start', id: 't' }].map((one) => sse(one)).join(''),
      text: (delta) => sse({ type: 'text-delta', id: 't', delta }),
      fail: (errorText) => sse({ type: 'error', errorText }),
      done: [{ type: 'text-end', id: 't' }, { type: 'finish-step' }, { type: 'finish', finishReason: 'stop' }, '[DONE]'].map((one) => sse(one)).join(''),
    })
  if (path == '/ask') return body(call, 'text/event-stream', { opening: sse({ k: 'hi' }), text: (say) => sse({ k: 'part', v: { say } }), fail: (code) => sse({ k: 'oops', v: { code } }), done: sse({ k: 'bye' }) })
  if (path == '/jobs' && method == 'POST') {
    const { input } = JSON.parse(call.body)
    if (wordsOf(input).kind == '429') return json({ detail: 'too many' }, 429)
    jobs.set(String(++last), input)
    return json({ job: String(last) })
  }
  if (path.startsWith('/jobs/')) return body(call, 'text/event-stream', { opening: sse({ status: 'queued' }), text: (delta) => sse({ status: 'running', output: { delta } }), fail: (reason) => sse({ status: 'failed', reason }), done: sse({ status: 'complete' }) })
  if (path == '/sse') return body(call, 'text/event-stream', { text: (t) => sse({ t }, 'piece'), fail: (code) => sse({ code }, 'bad'), done: sse({}, 'end') })
  if (path == '/plain') return body(call, 'text/plain; charset=utf-8', { text: (text) => text })
  if (path == '/threads' && method == 'POST') {
    const { text } = JSON.parse(call.body)
    if (wordsOf(text).kind == '429') return json({ detail: 'too many' }, 429)
    const id = String(++last)
    const thread = { updates: [] as { n: number; type: string; body: string }[], broken: false, wake: () => {} }
    threads.set(id, thread)
    const put = (type: string, words: string) => {
      thread.updates.push({ n: thread.updates.length + 1, type, body: words })
      thread.wake()
    }
    void tell(text, {
      alive: () => true,
      text: (words) => put('say', words),
      fail: (code) => put('fault', code),
      done: () => put('over', ''),
      cut: () => {
        thread.broken = true
        thread.wake()
      },
    })
    return json({ thread: id })
  }
  if (path.startsWith('/threads/')) {
    const thread = threads.get(path.slice(9))
    if (!thread) return json({}, 404)
    const after = Number(query.get('after'))
    if (thread.updates.length <= after && !thread.broken)
      await Promise.race([new Promise<void>((done) => (thread.wake = done)), sleep(5000), new Promise((done) => response.on('close', done))])
    if (response.destroyed) return
    const updates = thread.updates.slice(after)
    return !updates.length && thread.broken ? void response.destroy() : json({ updates })
  }
}

/** How each socket's path asks and answers. `asked`: the prompt in what the page said, `null` to stop. */
const SPOKEN: Record<string, { asked(data: string | Buffer): string | null | undefined; text(text: string): string | Buffer; fail(code: string): string | Buffer; done: string | Buffer; ping?: string; hello?: string }> = {
  '/text': {
    asked: (data) => (({ type, prompt }) => (type == 'stop' ? null : prompt))(JSON.parse(String(data))),
    text: (text) => JSON.stringify({ type: 'delta', text }),
    fail: (code) => JSON.stringify({ type: 'error', code }),
    done: '{"type":"end"}',
    ping: '{"type":"ping"}',
  },
  '/binary': {
    asked: (data) => (data[0] == 2 ? null : String(data.slice(1))),
    text: (text) => Buffer.concat([Buffer.from([1]), Buffer.from(text)]),
    fail: (code) => Buffer.concat([Buffer.from([2]), Buffer.from(code)]),
    done: Buffer.from([3]),
  },
  '/socket.io/': {
    hello: '0{"sid":"s1","upgrades":[],"pingInterval":25000,"pingTimeout":20000}',
    asked: (data) => {
      const text = String(data)
      if (!text.startsWith('42')) return undefined
      const [name, value] = JSON.parse(text.slice(2))
      return name == 'cancel' ? null : value.content
    },
    text: (token) => `42${JSON.stringify(['token', { token }])}`,
    fail: (code) => `42${JSON.stringify(['failure', { code }])}`,
    done: '42["finished",{}]',
    ping: '2',
  },
  '/hub': {
    asked: (data) => {
      const { type, target, arguments: given } = JSON.parse(String(data).slice(0, -1))
      return type != 1 ? undefined : target == 'Cancel' ? null : given[0]
    },
    text: (text) => `${JSON.stringify({ type: 1, target: 'Token', arguments: [text] })}\x1e`,
    fail: (code) => `${JSON.stringify({ type: 1, target: 'Failed', arguments: [{ code }] })}\x1e`,
    done: '{"type":1,"target":"Completed","arguments":[]}\x1e',
    ping: '{"type":6}\x1e',
  },
  '/stomp': {
    asked: (data) => {
      const text = String(data)
      if (!text.startsWith('SEND')) return undefined
      return text.includes('/app/stop') ? null : JSON.parse(text.slice(text.indexOf('\n\n') + 2, -1)).prompt
    },
    ...(() => {
      const message = (value: object) => `MESSAGE\nsubscription:sub-0\ndestination:/user/queue/chat\ncontent-type:application/json\n\n${JSON.stringify(value)}\0`
      return { text: (text: string) => message({ kind: 'text', text }), fail: (code: string) => message({ kind: 'fail', code }), done: message({ kind: 'done' }), ping: '\n' }
    })(),
  },
  '/socket/websocket': {
    asked: (data) => {
      const [, , , event, value] = JSON.parse(String(data))
      return event == 'ask' ? value.body : event == 'stop' ? null : undefined
    },
    text: (text) => JSON.stringify(['1', null, 'chat:7', 'chunk', { body: text }]),
    fail: (reason) => JSON.stringify(['1', null, 'chat:7', 'failed', { reason }]),
    done: JSON.stringify(['1', null, 'chat:7', 'finish', {}]),
    ping: JSON.stringify([null, '9', 'phoenix', 'phx_reply', { status: 'ok', response: {} }]),
  },
  '/graphql': {
    asked: (data) => {
      const { type, payload } = JSON.parse(String(data))
      return type == 'subscribe' ? payload.variables.q : type == 'complete' ? null : undefined
    },
    text: (piece) => JSON.stringify({ id: '1', type: 'next', payload: { data: { answer: { piece } } } }),
    fail: (code) => JSON.stringify({ id: '1', type: 'error', payload: [{ message: 'no', extensions: { code } }] }),
    done: '{"id":"1","type":"complete"}',
    ping: '{"type":"ping"}',
  },
}
const spoken = (socket: ServerSocket) => SPOKEN[socket.path.replace(/\?.*/, '')]!
const running = new WeakMap<ServerSocket, object>()

export const opened: Play['opened'] = async (socket) => {
  const { hello, ping } = spoken(socket)
  if (hello) socket.send(hello)
  while (ping && socket.open) {
    await sleep(3000)
    socket.send(ping)
  }
}

export const socket: Play['socket'] = (data, socket) => {
  const { asked, text, fail, done } = spoken(socket)
  let prompt: string | null | undefined
  try {
    prompt = asked(data)
  } catch {
    return
  }
  if (prompt === undefined) return
  if (prompt === null) return void running.delete(socket)
  const me = {}
  running.set(socket, me)
  return tell(prompt, {
    alive: () => socket.open && running.get(socket) === me,
    text: (words) => socket.send(text(words)),
    fail: (code) => socket.send(fail(code)),
    done: () => socket.send(done),
    cut: () => socket.drop(),
  })
}
