/** Answers by sockets and by jobs: heartbeats, silences, first pieces elsewhere, errors told beside the answer. */
import { setTimeout as sleep } from 'node:timers/promises'
import { completionChunk, letters, socketIo, sse } from '../../support/dialects.ts'
import { OTHER_QUESTION, QUESTION, WORDS, TEXT } from './situation.ts'
import type { Situation } from './situation.ts'
import type { ServerSocket } from '../../support/websocket.ts'

const open = `const ws = new WebSocket('ws://' + location.host + '/ws'); let show; const on = {}; ws.onmessage = ({ data }) => { if (!data.startsWith?.('42')) return; const [name, ...values] = JSON.parse(data.slice(2)); on[name]?.(...values) };`
const token = `on.token = ({ token }) => (show ??= answering())([0, token]);`
const ask = `ws.send('42' + JSON.stringify(['ask', { message: text }]))`
const asked = (data: string | Buffer) => String(data).includes('"ask"')

/** All words, each in a frame; before the ninth a silence. */
async function tell(
  socket: ServerSocket,
  frame: (word: string, i: number) => string,
  { first = 250, every = 60, silence = 0 } = {},
) {
  await sleep(first)
  for (const [i, word] of WORDS.entries()) {
    if (i == 8 && silence) await sleep(silence)
    socket.send(frame(word, i))
    await sleep(every)
  }
}
const plain = (word: string) => socketIo('token', { token: word })
const finish = 'any'

export const SOCKETS: Record<string, Situation> = {
  'a heartbeat that the page sends mid-answer': {
    script: `${open} on.chunk = (o) => { const t = o.choices[0].delta.content; if (t) (show ??= answering())([0, t]) }; onSend((text) => { ${ask}; setTimeout(() => ws.send('42["heartbeat",{}]'), 900) })`,
    async socket(data, socket) {
      if (!asked(data)) return
      await tell(socket, (word) => socketIo('chunk', completionChunk({ content: word })), { silence: 1500 })
      socket.send(socketIo('chunk', completionChunk({}, 'stop')))
    },
    want: { stall: 'any' },
  },
  'a first piece in the event that begins the answer': {
    script: `${open} on.stream_start = ({ output }) => { show = answering(); show([0, output]) }; on.stream_token = ({ token }) => show([0, token]); onSend((text) => { ${ask} })`,
    async socket(data, socket) {
      if (!asked(data)) return
      socket.send(socketIo('task_start', {}))
      await tell(socket, (word, i) =>
        i
          ? socketIo('stream_token', { id: 'm', token: word, isSequence: false, isInput: false })
          : socketIo('stream_start', {
              id: 'm',
              name: 'Cook',
              type: 'assistant_message',
              output: word,
              streaming: true,
            }),
      )
      socket.send(socketIo('update_message', { id: 'm', output: TEXT }))
      socket.send(socketIo('task_end', {}))
    },
    want: { finish },
  },
  'six quiet seconds in a socket’s answer that has no end word': {
    script: `${open} ${token} onSend((text) => { ${ask} })`,
    socket: (data, socket) => asked(data) && tell(socket, plain, { silence: 6000 }),
    want: { finish, stall: 'any' },
    seconds: 30,
  },
  'a job, and its answer by a fetched GET of diffs': {
    script: `onSend(async (text) => { await post('/queue/join', { data: [text], fn_index: 3, session_hash: 'h' }); const show = answering(); for await (const data of events(await fetch('/queue/data?session_hash=h', { headers: { accept: 'text/event-stream' } }))) { const o = JSON.parse(data); if (o.msg == 'process_generating') show([0, o.output.data[0][0][2]]) } })`,
    http: ({ path, json, stream }) =>
      path == '/queue/join'
        ? json({ event_id: 'e3' })
        : stream(
            [
              sse({ msg: 'estimation', event_id: 'e3', rank: 0 }),
              ...WORDS.map((word) =>
                sse({
                  msg: 'process_generating',
                  event_id: 'e3',
                  output: { data: [[['append', [0, 'content'], word]]], is_generating: true },
                  success: true,
                }),
              ),
              sse({ msg: 'process_completed', event_id: 'e3', output: { data: [] }, success: true }),
            ],
            { ms: 80 },
          ),
    want: { finish },
  },
  'bytes on a socket, sent by the button': {
    body: '<main id="log"></main><textarea id="box"></textarea><button id="go" aria-label="Send">↑</button>',
    script: `const ws = new WebSocket('ws://' + location.host + '/ws'); ws.binaryType = 'arraybuffer'; let show; ws.onmessage = ({ data }) => (show ??= answering())([0, new TextDecoder().decode(new Uint8Array(data).subarray(1))]); go.onclick = () => { const text = box.value; box.value = ''; bubble('user', text); ws.send(new TextEncoder().encode('\\x02' + text)) }`,
    async socket(_, socket) {
      await sleep(300)
      for (const word of WORDS) {
        socket.send(Buffer.concat([Buffer.from([9]), Buffer.from(word)]))
        await sleep(60)
      }
    },
    async act({ write, click, told }) {
      await write(QUESTION)
      await click('#go')
      await told()
    },
    want: { finish, firstChunk: 'any' },
  },
  'bytes on a socket, sent by Enter': {
    script: `const ws = new WebSocket('ws://' + location.host + '/ws'); ws.binaryType = 'arraybuffer'; let show; ws.onmessage = ({ data }) => (show ??= answering())([0, new TextDecoder().decode(new Uint8Array(data).subarray(1))]); onSend((text) => ws.send(new TextEncoder().encode('\\x02' + text)))`,
    async socket(_, socket) {
      await sleep(300)
      for (const word of WORDS) {
        socket.send(Buffer.concat([Buffer.from([9]), Buffer.from(word)]))
        await sleep(60)
      }
    },
    want: { finish, firstChunk: 'any' },
  },
  'a post that starts a task, the answer on a socket on which nothing was sent, with a silence': {
    script: `${open} on.events = ({ data }) => { const t = data.choices[0].delta.content; if (t) (show ??= answering())([0, t]) }; onSend((text) => post('/api/chat/completions', chatBody(text)).then((r) => r.json()))`,
    async http({ json, sockets }) {
      json({ status: true, task_id: 't3' })
      for (const socket of sockets) {
        await tell(socket, (word) => socketIo('events', { chat_id: 'c', data: completionChunk({ content: word }) }), {
          silence: 6000,
        })
        socket.send(socketIo('events', { chat_id: 'c', data: completionChunk({}, 'stop') }))
      }
    },
    want: { stall: 'any' },
    seconds: 30,
  },
  'an error told on the socket and painted': {
    script: `${open} on.events = ({ type, data }) => type == 'chat:message:error' && bubble('assistant error', data.error.content); onSend((text) => post('/api/chat/completions', chatBody(text)).then((r) => r.json()))`,
    async http({ json, sockets }) {
      json({ status: true, task_id: 't3' })
      await sleep(300)
      for (const socket of sockets)
        socket.send(
          socketIo('events', {
            type: 'chat:message:error',
            data: { error: { content: 'The oven is too full for now, status 500' }, done: true },
          }),
        )
    },
    want: { outcome: 'error', ttft: 'none', chars: 0 },
  },
  'a piece deep in the frames of a framework': {
    script: `const ws = new WebSocket('ws://' + location.host + '/ws'); let show; ws.onmessage = ({ data }) => { const o = JSON.parse(data).custom?.shinyChatMessage; if (o?.obj.content) (show ??= answering())([0, o.obj.content]) }; onSend((text) => ws.send(JSON.stringify({ method: 'update', data: { chat_user_input: text } })))`,
    async socket(_, socket) {
      socket.send('{"busy":"busy"}')
      await tell(socket, (content) =>
        JSON.stringify({
          values: {},
          inputMessages: [],
          errors: {},
          custom: {
            shinyChatMessage: {
              id: 'chat',
              handler: 'shiny-chat-append-message-chunk',
              obj: { content, role: 'assistant', content_type: 'markdown', chunk_type: null },
            },
          },
        }),
      )
      socket.send('{"busy":"idle"}')
    },
    want: { finish },
  },
  'stopped before the first word, by a button that has only an id': {
    body: '<main id="log"></main><textarea id="box"></textarea><button id="stop-button" hidden><svg width="16" height="16"><rect width="16" height="16"/></svg></button>',
    script: `${open} ${token} const stop = $('#stop-button'); on.task_end = () => { show = undefined; stop.hidden = true }; on.new_message = ({ output }) => bubble('assistant', output); onSend((text) => { stop.hidden = false; ${ask} }); stop.onclick = () => ws.send('42["stop"]')`,
    async socket(data, socket) {
      if (String(data).includes(QUESTION)) {
        await tell(socket, plain)
        socket.send(socketIo('task_end', {}))
      }
      if (!String(data).includes('"stop"')) return
      await sleep(60)
      socket.send(
        socketIo('new_message', {
          id: 'n',
          name: 'System',
          type: 'system_message',
          output: 'You have stopped this task.',
        }),
      )
      socket.send(socketIo('task_end', {}))
    },
    async act({ say, wait, click, told }) {
      await say(QUESTION)
      await told(1, 12)
      await say(OTHER_QUESTION)
      await wait(900)
      await click('#stop-button')
      await told(2)
    },
    want: [{ finish }, { outcome: 'stopped', endedBy: 'user_stop', ttft: 'none', chars: 0, phase: 'waiting' }],
  },
  'twelve frames of thoughts before the first word': {
    script: `${open} on.events = ({ data }) => { if (data.delta && !/reason/.test(data.type)) setTimeout(() => { const one = document.createElement('span'); one.textContent = data.delta; (show ??= answering()).words.append(one) }, 15) }; onSend((text) => { ws.send('42["typing",{"typing":false}]'); post('/api/chat/completions', chatBody(text)).then((r) => r.json()) })`,
    async http({ json, sockets }) {
      json({ status: true, task_id: 't3' })
      await sleep(200)
      const event = (type: string, more: object) => socketIo('events', { chat_id: 'c', data: { type, ...more } })
      for (const socket of sockets) {
        for (let i = 0; i < 12; i++) {
          socket.send(event('response.reasoning_text.delta', { delta: `idea${i} ` }))
          await sleep(40)
        }
        await tell(socket, (delta) => event('response.output_text.delta', { delta }), { first: 40 })
        socket.send(event('response.completed', { response: { id: 'r3' } }))
      }
    },
    want: { finish },
  },
  'a second piece that comes late': {
    script: `${open} on.token = ({ token }) => setTimeout(() => (show ??= answering())([0, token]), 5); onSend((text) => { ${ask} })`,
    async socket(data, socket) {
      if (!asked(data)) return
      await sleep(250)
      for (const [i, word] of WORDS.entries()) {
        socket.send(plain(word))
        await sleep(i ? 60 : 1200)
      }
    },
    want: {
      finish,
      ttft: 'seen',
      stall: 'any',
      more: (turn) => (turn.ttft! < 700 ? [] : ['the ttft is that of the second piece']),
    },
  },
}
export { letters }
