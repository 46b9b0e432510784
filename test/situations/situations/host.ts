/** What must not happen to the page: headers where none belong, objects written into, calls that break, phantom turns. */
import * as say from '../../support/dialects.ts'
import { scriptOf } from '../../support/stage.ts'
import { OTHER_QUESTION, QUESTION, WORDS } from './situation.ts'
import type { Situation } from './situation.ts'

const pieces = say.completions(WORDS)
const script = `const script = ${JSON.stringify(scriptOf(pieces))};`
const chat = `${script} onSend(async (text) => { const show = answering(); await follow(await post('/api/chat', chatBody(text)), script, show) })`
const nothing = (carried: string[], allowed: string[] = []) =>
  carried.filter((call) => !allowed.includes(call)).map((call) => `traceparent on ${call}`)

/** A redirect to an origin that allows a JSON call and no more. */
const moved: Situation['http'] = async ({ method, path, response, stream, headers }) => {
  const cors = {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'content-type',
  }
  if (path == '/moved') {
    const host = headers.host!.replace('localhost', '127.0.0.1')
    response.writeHead(307, { location: `http://${host}/elsewhere` }).end()
  } else if (method == 'OPTIONS') response.writeHead(204, cors).end()
  else await stream(pieces, { ms: 60, headers: { 'access-control-allow-origin': '*' } })
}
const movedPage = `${script} onSend(async (text) => { const show = answering(); try { await follow(await post('/moved', chatBody(text)), script, show) } catch (e) { show.words.textContent = 'Broken' } })`

export const HOST: Record<string, Situation> = {
  'a call that is moved to a stricter origin breaks once at most': {
    script: movedPage,
    http: moved,
    async act({ say, wait }) {
      for (const text of [QUESTION, OTHER_QUESTION, 'How hot is a stone oven?']) {
        await say(text)
        await wait(3500)
      }
    },
    want: [
      {
        outcome: 'any',
        errorType: /^/,
        endedBy: 'any',
        ttft: 'any',
        chars: 'any',
        finish: 'any',
        stall: 'any',
        firstChunk: 'any',
        more: () => [],
      },
      {},
      {},
    ],
    async also({ page, traced, lines }) {
      const shown = await page.locator('[data-answer]').allTextContents()
      return [
        ...shown.slice(1).flatMap((text, i) => (text == WORDS.join('') ? [] : [`call ${i + 2} shows “${text}”`])),
        ...(traced.length > 1 ? [`${traced.length} calls carried the header`] : []),
        ...(lines.filter((line) => line.includes('chat-vitals')).length == 1
          ? []
          : [`hints: ${lines.filter((line) => line.includes('chat-vitals')).length} for 1`]),
      ]
    },
  },
  'a call that is moved works at once where no header is wanted': {
    attributes: 'data-propagate-to="false"',
    script: movedPage,
    http: moved,
    also: ({ traced }) => nothing(traced.map(({ call }) => call)),
  },
  'one Request object for all calls': {
    script: `${script} const template = new Request('/api/chat', { method: 'POST', headers: { 'content-type': 'application/json' } }); onSend(async (text) => { const show = answering(); await follow(await fetch(template, { body: JSON.stringify(chatBody(text)) }), script, show); window.left = template.headers.get('traceparent') })`,
    http: ({ stream }) => stream(pieces, { ms: 60 }),
    async act({ say, told }) {
      await say(QUESTION)
      await told(1)
      await say(OTHER_QUESTION)
      await told(2)
    },
    want: [{}, {}],
    async also({ page, traced }, turns) {
      const left = await page.evaluate(() => (window as never as { left: string | null }).left)
      return [
        ...(left ? ['a header is left in the page’s Request'] : []),
        ...(traced.length == 2 ? [] : [`${traced.length} traceparents for 2`]),
        ...turns.flatMap((turn, i) =>
          traced[i]?.traceparent.includes(turn.traceId) ? [] : [`call ${i + 1} carries another trace`],
        ),
      ]
    },
  },
  'posts that are no chat, after a click and during an answer': {
    body: '<button id="save">Save draft</button> <button id="login">Sign in</button><main id="log"></main><textarea id="box"></textarea>',
    script: `${chat}; save.onclick = () => post('/save', { draft: { title: 'Loaves' } }); login.onclick = () => post('/login', { user: 'mara', text: 'hello' })`,
    http: ({ path, json, stream }) =>
      path == '/api/chat' ? stream(pieces, { ms: 120 }) : json({ ok: true, text: 'saved' }),
    async act({ say, click, wait, told }) {
      await click('#save')
      await wait(500)
      await click('#login')
      await wait(500)
      await say(QUESTION)
      await wait(1200)
      await click('#save')
      await told()
    },
    also: ({ traced }) => [
      ...nothing(
        traced.map(({ call }) => call),
        ['POST /api/chat'],
      ),
      ...(traced.length == 1 ? [] : [`${traced.length} traceparents for 1`]),
    ],
  },
  'settings and analytics in the second after a send': {
    script: `${script} onSend(async (text) => { post('/settings/update', { theme: 'dark' }); fetch('/track', { method: 'POST', body: 'e=send' }); const show = answering(); await follow(await post('/api/chat', chatBody(text)), script, show) })`,
    http: ({ path, json, stream }) => (path == '/api/chat' ? stream(pieces, { ms: 60 }) : json({})),
    also: ({ traced }) =>
      nothing(
        traced.map(({ call }) => call),
        ['POST /api/chat'],
      ),
  },
  'a fragment of HTML that comes in pieces': {
    body: '<button id="more">Load more</button><main id="log"></main><textarea id="box"></textarea>',
    script: `more.onclick = async () => { for await (const html of decoded(await post('/more', { page: 2 }))) log.insertAdjacentHTML('beforeend', html) }`,
    http: ({ stream }) =>
      stream(
        [
          '<article><h3>Mills</h3><p>Seven mills grind',
          ' all year, and three',
          ' after the harvest only.</p></article>',
        ],
        { type: 'text/html; charset=utf-8', ms: 200 },
      ),
    async act({ click, told }) {
      await click('#more')
      await told(1, 6)
    },
    want: [],
    also: ({ traced }) => nothing(traced.map(({ call }) => call)),
  },
  'a download that comes in pieces': {
    body: '<button id="export">Export</button><main id="log"></main><textarea id="box"></textarea>',
    script: `$('#export').onclick = async () => { for await (const part of decoded(await post('/export', { page: 2 }))) void part }`,
    http: ({ stream }) =>
      stream(['abc\u0001def', 'ghi\u0002jkl', 'mno\u0003pqr'], { type: 'application/octet-stream', ms: 200 }),
    async act({ click, told }) {
      await click('#export')
      await told(1, 6)
    },
    want: [],
    also: ({ traced }) => nothing(traced.map(({ call }) => call)),
  },
  'the handle’s fetch above a fetch that the page has made asynchronous': {
    script: `${script} const before = window.fetch; window.fetch = async (...all) => { await null; return before(...all) }; onSend(async (text) => { const show = answering(); await follow(await chatVitals.fetch('/api/chat', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(chatBody(text)) }), script, show) })`,
    http: ({ stream }) => stream(pieces, { ms: 80 }),
    want: { requests: 1 },
    also: (_, [turn]) => {
      const bytes = pieces.reduce((all, one) => all + Buffer.byteLength(one.bytes), 0)
      return turn?.requests[0]?.bytes === bytes ? [] : [`bytes ${turn?.requests[0]?.bytes} for ${bytes}`]
    },
  },
}
