/** The script tag: options from data attributes, calls queued before it came, strict CSP, a second copy, consent, stop. */
import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium } from '../support/browser.ts'
import { chat, chatPage, startChatSite } from '../support/chat-server.ts'
import type { ChatSite } from '../support/chat-server.ts'
import { startCollector } from '../support/collector.ts'
import type { Collector } from '../support/collector.ts'

let browser: Browser
let collector: Collector
let site: ChatSite
const tag = (more = '', file = '/chat-vitals.global.js') =>
  `<script async src="${file}" data-endpoint="${collector.url}" data-service="shop" ${more}></script>`

beforeAll(async () => {
  collector = await startCollector()
  const strict = `default-src 'none'; img-src data:; script-src 'nonce-n1' 'strict-dynamic'; style-src 'self'; connect-src 'self' ${new URL(collector.url).origin}; require-trusted-types-for 'script'; trusted-types 'none'`
  site = await startChatSite({
    pages: {
      '/plain': { html: chatPage({ head: tag('data-attributes=\'{"app.module":"billing"}\' data-sample-rate="1"') }) },
      '/queued': {
        html: chatPage({
          head: `<script>window.chatVitals = { q: [['identify', { user: 'u-7', conversation: 'c-7' }], ['nonsense']] }</script>${tag()}`,
        }),
      },
      '/own-init': {
        html: chatPage({
          head: `<script>window.chatVitals = { q: [['identify', { user: 'u-8' }], ['init', { service: 'mine', endpoint: '${collector.url}' }]] }</script><script src="/chat-vitals.global.js"></script>`,
        }),
      },
      '/csp': {
        html: chatPage({ head: tag('nonce="n1"') }).replaceAll('<script>', '<script nonce="n1">'),
        headers: { 'content-security-policy': strict },
      },
      // Next.js, Cloudflare and Turbo put attributes of their own on script tags.
      '/foreign': {
        html: chatPage({
          head: '<script src="/chat-vitals.global.js" data-nscript="beforeInteractive" data-cfasync="false" data-turbo-track="reload"></script>',
        }),
      },
      '/mistyped': {
        html: chatPage({ head: `<script src="/chat-vitals.global.js" data-endpont="${collector.url}"></script>` }),
      },
      '/named': { html: chatPage({ head: tag('data-requests="/ask"') }) },
      '/debug': {
        html: chatPage({ head: tag('data-debug="true"'), body: '<form id="search"><input name="q"></form>' }),
      },
      '/versioned': { html: chatPage({ head: tag('', '/chat-vitals.global.js?v=2') }) },
      '/twice': { html: chatPage({ head: tag() + tag('', '/chat-vitals.global.js?again') }) },
      '/pending': { html: chatPage({ head: tag('data-consent="pending"') }) },
      '/denied': { html: chatPage({ head: tag('data-consent="denied"') }) },
      '/wrong': { html: chatPage({ head: tag('data-sample-rate="7" data-consent="perhaps" data-storage="off"') }) },
    },
    words: ['Hello', ' there', ', this', ' is', ' it.'],
  })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
  await collector?.close()
})

let console_: string[] = []
let session = ''
beforeEach(() => void (console_ = []))
/** Spans of the page at hand: those of earlier tests may still arrive. */
const sent = (name?: string) => collector.unique(name).filter(({ attributes }) => attributes['session.id'] === session)

async function open(path: string): Promise<Page> {
  const context = await browser.newContext()
  const page = await context.newPage()
  page.on('console', (message) => console_.push(message.text()))
  page.on('pageerror', (error) => console_.push(`error: ${error.message}`))
  await page.goto(site.url + path)
  await page.waitForFunction(() => 'chatVitals' in globalThis && 'feedback' in (globalThis as any).chatVitals)
  session = await page.evaluate(() => (globalThis as any).chatVitals.session().id)
  return page
}
/** What comes from now on is of another session: one that was denied does not return. */
async function renewed(page: Page): Promise<void> {
  const before = session
  session = await page.evaluate(() => (globalThis as any).chatVitals.session().id)
  expect(session).toMatch(/^[0-9a-f]{32}$/)
  expect(session).not.toBe(before)
}
const turnsSent = (n: number) => collector.until(() => sent('chat.turn').length >= n, 15_000)

test('a tag with two data attributes is all it takes', async () => {
  const page = await open('/plain')
  await chat(page)
  await turnsSent(1)
  const [turn] = sent('chat.turn')
  expect(turn!.resource).toMatchObject({ 'service.name': 'shop' })
  expect(turn!.attributes).toMatchObject({
    'app.module': 'billing',
    'chat_vitals.turn.outcome': 'completed',
    'chat_vitals.render.chars': 20,
  })
  const [post] = sent('POST')
  expect(post).toMatchObject({ parentSpanId: turn!.spanId, traceId: turn!.traceId })
  // The request carried the very span that was reported.
  expect(site.calls.at(-1)!.headers.traceparent).toBe(`00-${turn!.traceId}-${post!.spanId}-01`)
  expect(console_).toEqual([])
  await page.context().close()
})

test('calls queued before the script came are replayed, an unknown one is said', async () => {
  const page = await open('/queued')
  await chat(page)
  await turnsSent(1)
  expect(sent('chat.turn')[0]!.attributes).toMatchObject({
    'user.id': 'u-7',
    'gen_ai.conversation.id': 'c-7',
  })
  expect(console_.join()).toContain('there is no chatVitals.nonsense()')
  await page.context().close()
})

test('a call that the page names is a turn before it is answered, without a gesture too', async () => {
  for (const [path, turns] of [
    ['/plain', 0],
    ['/named', 1],
  ] as const) {
    const page = await open(path)
    await page.route('**/ask', () => {})
    await page.evaluate(() => void fetch('/ask', { method: 'POST', body: '{"stream":true,"messages":[]}' }))
    await page.waitForTimeout(300)
    await page.goto('about:blank')
    await collector.until(() => sent().length > 0 && sent('chat.turn').length >= turns, 5000)
    expect(sent('chat.turn').map(({ attributes }) => attributes['chat_vitals.turn.outcome'])).toEqual(
      turns ? ['abandoned'] : [],
    )
    await page.context().close()
  }
})

test('debug mode says of a turn how it is known, and of a search that it was none, and why', async () => {
  const page = await open('/debug')
  await chat(page)
  await turnsSent(1)
  await expect.poll(() => console_.join('\n')).toContain('[chat-vitals] turn 1 completed; gesture trusted: ')
  expect(console_.join()).toContain('wire known: a stream of a known format; screen matched: ')
  await page.evaluate(() => {
    const search = document.querySelector<HTMLFormElement>('#search')!
    search.addEventListener('submit', (event) => {
      event.preventDefault()
      search.reset()
    })
  })
  await page.fill('[name=q]', 'secret words')
  await page.press('[name=q]', 'Enter')
  await expect.poll(() => console_.join('\n'), { timeout: 30_000 }).toContain('[chat-vitals] no turn: a send; ')
  expect(console_.join()).not.toContain('secret')
  await page.context().close()
})

test('a queued init decides the options, wherever it stands in the queue', async () => {
  const page = await open('/own-init')
  await chat(page)
  await turnsSent(1)
  expect(sent('chat.turn')[0]).toMatchObject({
    resource: { 'service.name': 'mine' },
    attributes: { 'user.id': 'u-8' },
  })
  await page.context().close()
})

test('any data attribute started it, and the init of the page was ignored: only options of ours do', async () => {
  const page = await open('/foreign')
  expect(await page.evaluate(() => String(fetch))).toContain('[native code]')
  await page.evaluate((endpoint) => {
    const { identify, init } = (globalThis as any).chatVitals
    // Before init: kept for it.
    identify({ user: 'u-9' })
    init(
      Object.defineProperty({ endpoint, service: 'own' }, 'user', {
        enumerable: true,
        get() {
          throw new Error('not yet')
        },
      }),
    )
  }, collector.url)
  session = await page.evaluate(() => (globalThis as any).chatVitals.session().id)
  await chat(page)
  await turnsSent(1)
  expect(sent('chat.turn')[0]).toMatchObject({ resource: { 'service.name': 'own' }, attributes: { 'user.id': 'u-9' } })
  expect(console_).toEqual([expect.stringContaining('option user is not usable')])
  await page.context().close()
})

test.each([
  ['an exporter', 'the exporter threw', '{ exporter: { export() { throw new Error("no") } } }'],
  ['a requests function', 'option requests threw', '{ requests() { throw new Error("no") } }'],
])('%s that throws lost its spans without a word: it is said once', async (_what, said, options) => {
  const page = await open('/foreign')
  await page.evaluate(`chatVitals.init(${options})`)
  await chat(page)
  await chat(page)
  await expect.poll(() => console_.filter((line) => line.includes(said)), { timeout: 15_000 }).toHaveLength(1)
  expect(console_.filter((line) => line.startsWith('error:'))).toEqual([])
  await page.context().close()
})

// A page that busts its caches by a query asked for parts under the same query, or for those of another deployment.
test('a version in the query of the first script is not one of its parts', async () => {
  const page = await browser.newPage()
  const asked: string[] = []
  page.on('request', (request) => void asked.push(request.url().slice(site.url.length)))
  await page.goto(site.url + '/versioned')
  await chat(page)
  const { engine } = JSON.parse(await readFile(new URL('../../dist/parts.json', import.meta.url), 'utf8'))
  await expect.poll(() => asked).toContain('/' + engine.file)
  expect(asked.filter((path) => /^\/chat-vitals\.(?!global)/.test(path) && !/-[a-z0-9]{6}\.js$/.test(path))).toEqual([])
  await page.close()
})

test('an attribute that is mistyped starts nothing, and is said', async () => {
  const page = await open('/mistyped')
  await expect.poll(() => console_.join()).toContain('there is no option data-endpont; did you mean data-endpoint?')
  await page.context().close()
})

test('feedback on a text node threw inside and was lost: it is about the element around it', async () => {
  const page = await open('/plain')
  await chat(page)
  await turnsSent(1)
  await page.evaluate(() => {
    const { feedback } = (globalThis as any).chatVitals
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    let node = words.nextNode()
    while (node && !node.textContent!.includes('Hello')) node = words.nextNode()
    feedback('up', { message: node })
    feedback(4, { message: { current: document.body } })
  })
  await collector.until(() => sent('chat.feedback').length >= 2, 15_000)
  const thumb = sent('chat.feedback').find(({ attributes }) => attributes['gen_ai.evaluation.name'] === 'thumb')
  expect(thumb!.attributes['chat_vitals.turn.id']).toBe(sent('chat.turn')[0]!.attributes['chat_vitals.turn.id'])
  // The sentence comes with a part of its own.
  await expect.poll(() => console_.join()).toContain('message takes an element or an id')
  expect(console_.filter((line) => line.startsWith('error:'))).toEqual([])
  await page.context().close()
})

test('it works under a strict CSP with nonce, strict-dynamic and Trusted Types', async () => {
  const page = await open('/csp')
  await chat(page)
  await turnsSent(1)
  // The second: by then the lazy part that places beacons is surely here.
  await chat(page)
  await turnsSent(2)
  expect(sent('chat.turn').map(({ attributes }) => attributes['chat_vitals.ttft.method'])).toContain('beacon')
  expect(console_).toEqual([])
  await page.context().close()
})

test('a second copy of the script leaves the first one in charge and warns once', async () => {
  const page = await open('/twice')
  await page.waitForTimeout(300)
  await chat(page)
  await turnsSent(1)
  await page.waitForTimeout(1500)
  expect(sent('chat.turn')).toHaveLength(1)
  expect(console_.filter((line) => line.includes('init was called twice'))).toHaveLength(1)
  await page.context().close()
})

test('with consent pending nothing is sent or stored until it is granted', async () => {
  const page = await open('/pending')
  await chat(page)
  await page.waitForTimeout(3000)
  expect(sent()).toHaveLength(0)
  expect(await page.evaluate(() => indexedDB.databases())).toEqual([])
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])
  await page.evaluate(() => (globalThis as any).chatVitals.consent('granted'))
  await turnsSent(1)
  await page.context().close()
})

test('with consent denied nothing is watched, and the page’s fetch is its own', async () => {
  const page = await open('/denied')
  expect(await page.evaluate(() => String(fetch))).toContain('[native code]')
  await chat(page)
  await page.waitForTimeout(2500)
  expect(sent()).toHaveLength(0)
  await page.context().close()
})

// The part that deletes is never loaded there: what an earlier visit had kept stayed.
test('with consent denied from the start, what earlier visits kept is deleted', async () => {
  const page = await open('/plain')
  await chat(page)
  await turnsSent(1)
  const kept = () =>
    page.evaluate(async () => [
      ...Object.keys(localStorage).filter((key) => key.startsWith('chat-vitals:')),
      ...(await indexedDB.databases()).map(({ name }) => name),
    ])
  expect(await kept()).toContain('chat-vitals')
  await page.goto(`${site.url}/denied`)
  await expect.poll(kept).toEqual([])
  await page.context().close()
})

test('with consent denied the verbs of the page do nothing, until it is granted', async () => {
  const page = await open('/denied')
  const told = await page.evaluate(() => {
    const { turn, feedback } = (globalThis as any).chatVitals
    const made = turn()
    made.chunk('Hi')
    made.text('Hi')
    made.end()
    feedback('up')
    return { id: made.id, headers: made.headers(), stored: Object.keys(localStorage) }
  })
  expect(told).toEqual({ id: '', headers: {}, stored: [] })
  await page.evaluate(() => (globalThis as any).chatVitals.consent('granted'))
  await renewed(page)
  await chat(page)
  await turnsSent(1)
  expect(sent('chat.turn')).toHaveLength(1)
  await page.context().close()
})

test('consent taken back ends what is under way, and what comes after waits for a new one', async () => {
  const page = await open('/plain')
  await chat(page)
  await turnsSent(1)
  await page.evaluate(() => (globalThis as any).chatVitals.consent('denied'))
  await page.evaluate(() => (globalThis as any).chatVitals.consent('pending'))
  await chat(page)
  await page.waitForTimeout(2500)
  expect(sent('chat.turn')).toHaveLength(1)
  await renewed(page)
  expect(sent()).toHaveLength(0)
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([])
  await page.evaluate(() => (globalThis as any).chatVitals.consent('granted'))
  await turnsSent(1)
  await page.context().close()
})

test('what the page hands to a turn of its own never throws into it', async () => {
  const page = await open('/plain')
  await page.evaluate(() => {
    const { turn } = (globalThis as any).chatVitals
    const made = turn({ prompt: 7, conversation: {}, attributes: 'no', trigger: 'submit' })
    made.chunk(5)
    made.text({})
    made.end('no such outcome')
    turn(null)
  })
  await chat(page)
  await turnsSent(1)
  expect(console_.filter((line) => line.startsWith('error:'))).toEqual([])
  await page.context().close()
})

test('wrong options are said, the rest works', async () => {
  const page = await open('/wrong')
  await chat(page)
  await turnsSent(1)
  expect(console_.join('\n')).toContain('option sampleRate')
  expect(console_.join('\n')).toContain('option consent')
  expect(console_.join('\n')).toContain('option storage')
  await page.context().close()
})

test('after stop the page is as if we had never been there', async () => {
  const page = await open('/plain')
  await chat(page)
  await page.evaluate(() => (globalThis as any).chatVitals.stop())
  await turnsSent(1)
  const left = await page.evaluate(() => ({
    natives: [
      fetch,
      XMLHttpRequest.prototype.open,
      WebSocket.prototype.send,
      EventSource,
      Element.prototype.attachShadow,
    ].map((one) => Function.prototype.toString.call(one).includes('[native code]')),
    beacon: document.querySelectorAll('[elementtiming]').length,
  }))
  const after = await page.evaluate(() => {
    const vitals = (globalThis as any).chatVitals
    vitals.consent('pending')
    vitals.turn().chunk('late')
    return String(fetch)
  })
  expect(after).toContain('[native code]')
  expect(left).toEqual({ natives: [true, true, true, true, true], beacon: 0 })
  await page.context().close()
})

test('a feedback of no known form is one clear error, and nothing is thrown or sent', async () => {
  const page = await open('/plain')
  await page.evaluate(() => (globalThis as any).chatVitals.feedback('great'))
  await page.waitForTimeout(1500)
  expect(console_.filter((line) => line.includes("feedback takes 'up', 'down'"))).toHaveLength(1)
  expect(sent('chat.feedback')).toHaveLength(0)
  await page.context().close()
})
