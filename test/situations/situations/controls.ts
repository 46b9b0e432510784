/** What the user does and the page makes of it: queues, approvals, retries, edits, stops, tabs, other conversations. */
import { setTimeout as sleep } from 'node:timers/promises'
import * as say from '../../support/dialects.ts'
import { scriptOf } from '../../support/stage.ts'
import { OTHER_QUESTION, QUESTION, WORDS } from './situation.ts'
import type { Situation } from './situation.ts'

const pieces = say.completions(WORDS)
const script = `const script = ${JSON.stringify(scriptOf(pieces))};`
const stream =
  (ms: number): Situation['http'] =>
  ({ stream }) =>
    stream(pieces, { ms })
const plainPage = `${script} onSend(async (text) => { const show = answering(); await follow(await post('/api/chat', chatBody(text)), script, show) })`

export const CONTROLS: Record<string, Situation> = {
  'Enter writes a new line, only the button sends': {
    attributes: `data-ui='{"input":"#box"}'`,
    body: '<main id="log"></main><form id="f"><textarea id="box"></textarea><button id="go">Send</button></form>',
    script: `${script} f.onsubmit = async (e) => { e.preventDefault(); const text = box.value; box.value = ''; bubble('user', text); const show = answering(); await follow(await post('/api/chat', chatBody(text)), script, show) }`,
    http: stream(80),
    async act({ write, press, click, told }) {
      await write('first line')
      await click('#go')
      await told(1)
      await write('one')
      await press('Enter')
      await write('two')
      await click('#go')
      await told(2)
    },
    want: [{}, {}],
  },
  'a prompt that the page holds back until the answer is over': {
    script: `${script} const line = []; let busy = false; onSend(async (text) => { line.push(text); if (busy) return; busy = true; while (line.length) { const prompt = line.shift(); const show = answering(); await follow(await post('/api/chat', chatBody(prompt)), script, show) } busy = false })`,
    http: stream(1500),
    async act({ say, wait, told }) {
      await say(QUESTION)
      await wait(3000)
      await say(OTHER_QUESTION)
      await told(2, 80)
    },
    want: [
      { stall: 'any', firstChunk: 'any' },
      {
        stall: 'any',
        firstChunk: 'any',
        ttft: 'any',
        more: ({ ttftParts }) =>
          ttftParts && ttftParts.client > 15_000 ? [] : [`its wait is not in client: ${JSON.stringify(ttftParts)}`],
      },
    ],
  },
  'text that is seen and not announced, with a hidden copy for screen readers': {
    script: `${script} document.head.insertAdjacentHTML('beforeend', '<style>.sr-only{position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0 0 0 0)}</style>'); onSend(async (text) => { const show = answering(); show.words.setAttribute('aria-hidden', 'true'); await follow(await post('/api/chat', chatBody(text)), script, show); const copy = document.createElement('span'); copy.className = 'sr-only'; copy.textContent = 'The cook said: ' + show.words.textContent; show.words.after(copy) })`,
    http: stream(120),
  },
  'a client that asks anew when its tab is shown': {
    script: `${script} onSend((text) => { const show = answering(); let control; const ask = async () => { control = new AbortController(); show.words.textContent = ''; try { await follow(await post('/api/chat', chatBody(text), { signal: control.signal }), script, show); document.removeEventListener('visibilitychange', change) } catch {} }; const change = () => (document.hidden ? control.abort() : ask()); document.addEventListener('visibilitychange', change); ask() })`,
    http: ({ stream }) => stream(pieces, { ms: 80, first: 4000 }),
    async act({ say, wait, show, told }) {
      await say(QUESTION)
      await wait(1500)
      await show(false)
      await wait(5000)
      await show(true)
      await told(1, 25)
    },
    want: {
      stall: 'any',
      requests: 2,
      more: ({ hiddenMs }) =>
        hiddenMs > 4500 && hiddenMs < 6500 ? [] : [`hiddenMs ${Math.round(hiddenMs)} for about 5000`],
    },
  },
  'a page that tries again after 503': {
    script: `${script} onSend(async (text) => { const show = answering(); for (let wait = 1000; ; wait *= 2) { const r = await post('/api/chat', chatBody(text)); if (r.ok) return follow(r, script, show); await sleep(wait) } })`,
    http: (() => {
      let calls = 0
      return ({ stream, json }) =>
        calls++ < 2 ? json({ error: 'the kitchen is full' }, 503) : stream(pieces, { ms: 80 })
    })(),
    want: { requests: 3 },
  },
  'a tool that the user approves after a while': {
    script: `const first = ${JSON.stringify(scriptOf(say.asksApproval))}, second = ${JSON.stringify(scriptOf(say.uiMessages(WORDS)))}; onSend(async (text) => { const show = answering(); const messages = [{ id: 'u-4', role: 'user', parts: [{ type: 'text', text }] }]; await follow(await post('/api/chat', { id: 'c-4', messages, stream: true }), first, () => {}); const yes = document.createElement('button'); yes.textContent = 'Approve'; show.words.after(yes); yes.onclick = async () => { yes.remove(); messages.push({ id: 'm-4', role: 'assistant', parts: [{ type: 'tool-throw_away_starter', toolCallId: 'call_4', state: 'approval-responded', approval: { id: 'ap_4', approved: true } }] }); await follow(await post('/api/chat', { id: 'c-4', messages, stream: true }), second, show) } })`,
    http: ({ stream, body }) =>
      stream(body.includes('approval-responded') ? say.uiMessages(WORDS) : say.asksApproval, { ms: 60 }),
    async act({ say, wait, click, told }) {
      await say(QUESTION)
      await wait(8000)
      await click('#log button')
      await told(1, 20)
    },
    want: {
      ttft: 'any',
      more: ({ userMs, ttftUserMs }) => [
        ...(userMs! > 6000 ? [] : [`userMs ${userMs} for about 7000`]),
        ...(ttftUserMs! > 6000 ? [] : [`ttftUserMs ${ttftUserMs}`]),
      ],
    },
  },
  'the Enter that confirms a composition is no send': {
    script: plainPage,
    http: stream(80),
    async act({ write, press, wait, page, told }) {
      await write('なぜ')
      await page.evaluate(() =>
        document
          .querySelector('#box')!
          .dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true })),
      )
      await wait(700)
      await press('Enter')
      await told()
    },
  },
  ...Object.fromEntries(
    [0, 3000].map((after): [string, Situation] => [
      `a message whose lasting id comes ${after} ms after its answer, rated after a reload`,
      {
        script: `${script} const stored = JSON.parse(localStorage.getItem('log') ?? '[]'); const draw = (id, words) => { const show = answering(); show.words.textContent = words; const one = show.words.parentNode; one.dataset.messageId = id; one.insertAdjacentHTML('beforeend', '<button aria-label="Good response">👍</button> <button aria-label="Bad response">👎</button>'); return show }; for (const { id, words } of stored) draw(id, words); onSend(async (text) => { const show = draw('tmp-' + Date.now(), ''); await follow(await post('/api/chat', chatBody(text)), script, show); setTimeout(() => { const one = show.words.parentNode; one.dataset.messageId = 'row-' + (stored.length + 1); stored.push({ id: one.dataset.messageId, words: show.words.textContent }); localStorage.setItem('log', JSON.stringify(stored)) }, ${after}) })`,
        http: stream(80),
        async act({ say, told }) {
          await say(QUESTION)
          await told(1, 15, 5000)
        },
        async also({ page, wait, click, spans }, [turn]) {
          await page.reload()
          await wait(2500)
          await click('button[aria-label="Good response"]')
          await wait(5000)
          await page.evaluate(() => (window as never as { chatVitals: { flush(): Promise<void> } }).chatVitals.flush())
          await wait(500)
          const feedback = spans().filter(({ name }) => name == 'chat.feedback')
          if (!feedback.length) return ['no feedback']
          return feedback.some(({ links }) => links?.some(({ traceId }) => traceId == turn?.traceId))
            ? []
            : ['the feedback has not its turn']
        },
      },
    ]),
  ),
  ...Object.fromEntries(
    ['context', 'graphql'].map((frame): [string, Situation] => [
      `a prompt in a frame: ${frame}`,
      {
        script: `${script} const context = '<context>\\n' + 'The mill closes at noon and opens again at two. '.repeat(100) + '\\n</context>\\n\\n'; const query = 'mutation ask($data: AskInput!) { ask(data: $data) { messages { id content } } }'; onSend(async (text) => { const show = answering(); await follow(await post('/api/chat', ${frame == 'context' ? `chatBody(context + text)` : `{ operationName: 'ask', query, variables: { data: { messages: [{ role: 'user', textMessage: { content: text } }] } }, stream: true }`}), script, show) })`,
        http: stream(60),
        async act({ say, told }) {
          await say(QUESTION)
          await told(1)
          await say('What do gulls eat in winter?')
          await told(2)
        },
        want: [
          {},
          {
            more: ({ correction }) =>
              !correction || ['none', 'unknown'].includes(correction.kind)
                ? []
                : [`correction ${correction.kind} ${correction.score}`],
          },
        ],
      },
    ]),
  ),
  'Regenerate stands below, and the answer goes before it is asked for again': {
    body: '<main id="log"></main><textarea id="box"></textarea><button id="again">Regenerate</button>',
    script: `${script} const messages = []; const ask = async () => { const show = answering(); await follow(await post('/api/chat', { stream: true, messages: [...messages] }), script, show); messages.push({ role: 'assistant', content: show.words.textContent }) }; onSend((text) => { messages.push({ role: 'user', content: text }); ask() }); again.onclick = () => { messages.pop(); log.lastElementChild.remove(); ask() }`,
    http: stream(60),
    async act({ say, click, told }) {
      for (const [i, text] of [QUESTION, OTHER_QUESTION, 'How hot is a stone oven?'].entries()) {
        await say(text)
        await told(i + 1, 15, 1000)
      }
      await click('#again')
      await told(4)
    },
    want: [
      {},
      {},
      {},
      {
        trigger: 'regenerate',
        more: ({ replaces }, turns) =>
          replaces == turns[2]?.id ? [] : [`replaces turn ${turns.findIndex(({ id }) => id == replaces) + 1} for 3`],
      },
    ],
  },
  'another conversation is opened while the answer streams on': {
    body: '<nav><a href="#2" id="other">Sourdough in May</a></nav><main id="log"></main><textarea id="box"></textarea>',
    script: `${script} let current = 0; onSend(async (text) => { const mine = current, show = answering(); await follow(await post('/api/chat', chatBody(text)), script, (piece) => mine == current && show(piece)) }); other.onclick = (e) => { e.preventDefault(); current++; log.innerHTML = '<div class="user"><p>When does the mill open?</p></div><div class="assistant"><p>At two, and it closes again at six.</p></div>' }`,
    http: stream(250),
    async act({ say, wait, click, told }) {
      await say(QUESTION)
      await wait(1900)
      await click('#other')
      await told(1, 15)
    },
    want: { outcome: 'abandoned', endedBy: 'conversation_switch', phase: 'streaming', chars: 'any', finish: undefined },
    async also({ seen }, [turn]) {
      const [answer] = await seen()
      return Math.abs((turn?.render.chars ?? 0) - (answer?.chars ?? 0)) <= 6
        ? []
        : [`${turn?.render.chars} characters, ${answer?.chars} were seen`]
    },
  },
  'a pencil that is known by one class among two hundred letters of others': {
    body: `<main id="log"></main><textarea id="box"></textarea><button id="pen" class="${'inline-flex items-center justify-center gap-2 whitespace-nowrap rounded-md text-sm font-medium ring-offset-background transition-colors focus-visible:outline-none focus-visible:ring-2 focus-visible:ring-ring disabled:pointer-events-none hover:bg-accent h-9 w-9'} edit-message ml-auto"><svg width="9" height="9"></svg></button><div id="ed" hidden><textarea id="again"></textarea><button id="ok">Confirm</button></div>`,
    script: `${script} const ask = async (text) => { const show = answering(); await follow(await post('/api/chat', chatBody(text)), script, show) }; onSend(ask); pen.onclick = () => { ed.hidden = false; again.focus() }; ok.onclick = () => { ed.hidden = true; ask(again.value) }`,
    http: stream(60),
    async act({ say, click, page, told }) {
      await say(QUESTION)
      await told(1)
      await click('#pen')
      await page.locator('#again').fill('Why is my rye bread so flat?')
      await click('#ok')
      await told(2)
    },
    want: [{}, { trigger: 'edit' }],
  },
  'thoughts that stand in the block that later holds the answer': {
    script: `onSend(async (text) => { const at = document.createElement('div'); log.append(at); let think = '', words = ''; for await (const data of events(await post('/api/chat', chatBody(text)))) { if (data == '[DONE]') continue; const { delta } = JSON.parse(data).choices[0]; think += delta.reasoning_content ?? ''; words += delta.content ?? ''; at.innerHTML = (think ? (words ? '<button>Thought for a second</button>' : '<button>Thinking…</button><div><p>' + think + '</p></div>') : '') + (words ? '<p data-answer>' + words + '</p>' : '') } })`,
    http: ({ stream }) =>
      stream(
        [
          ...['cold ', 'rooms ', 'slow ', 'the ', 'yeast '].map((reasoning_content) =>
            say.sse(say.completionChunk({ reasoning_content })),
          ),
          ...pieces,
        ],
        { ms: 80 },
      ),
    want: { more: ({ moments }) => (moments.firstReasoning === undefined ? ['no firstReasoning'] : []) },
  },
  'a page that reads no further than the end word': {
    script: `onSend(async (text) => { const show = answering(); for await (const data of events(await post('/api/chat', chatBody(text)))) { if (data == '[DONE]') break; const { content } = JSON.parse(data).choices[0].delta; if (content) show([0, content]) } })`,
    http: stream(80),
  },
  'a line below the answer that says how long it took': {
    script: `onSend(async (text) => { const r = await post('/query/stream', { query: text, stream: true }); const one = document.createElement('div'); log.append(one); one.innerHTML = '<div><div class="prose"><div data-answer></div></div></div>'; const at = one.querySelector('[data-answer]'); let rest = ''; for await (const more of decoded(r)) { const lines = (rest + more).split('\\n'); rest = lines.pop(); for (const line of lines) at.append(JSON.parse(line).response) } one.insertAdjacentHTML('beforeend', '<div><span>Took 1.4s</span> <span>First word after 0.2s</span></div>') })`,
    http: ({ stream }) =>
      stream(
        WORDS.map((response) => JSON.stringify({ response }) + '\n'),
        { type: 'application/x-ndjson', ms: 80 },
      ),
    want: { finish: 'any' },
  },
  'a conversation that is saved by a post which looks like a chat call': {
    body: '<main id="log"></main><textarea id="box"></textarea><button id="up" aria-label="Good response">+</button>',
    script: `${plainPage}; up.onclick = () => post('/api/v1/chats/7', { chat: { title: 't', messages: [{ role: 'user', content: 'q' }, { role: 'assistant', content: 'a' }] } })`,
    http: ({ path, json, stream }) => (path.startsWith('/api/v1') ? json({ id: 7 }) : stream(pieces, { ms: 60 })),
    async act({ say, click, told, wait }) {
      await say(QUESTION)
      await told(1)
      await click('#up')
      await wait(5000)
    },
  },
}
export { sleep }
