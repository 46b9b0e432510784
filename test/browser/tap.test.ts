import { build } from 'esbuild'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '../support/browser.ts'
import type {} from '../support/tap-entry.ts'
import { DONE, payload, startTapServer } from '../support/tap-server.ts'
import type { TapServer } from '../support/tap-server.ts'

let browser: Browser
let server: TapServer
let script: string
let page: Page
let problems: string[] = []

beforeAll(async () => {
  server = await startTapServer()
  const bundle = await build({
    entryPoints: [new URL('../support/tap-entry.ts', import.meta.url).pathname],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  })
  script = bundle.outputFiles[0]!.text
  browser = await launchChromium()
  page = await browser.newPage()
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    if (message.type() == 'error' || message.type() == 'warning') problems.push(message.text())
  })
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})
// A new document each time: what a test left running in the page ends with it.
beforeEach(async () => {
  await page.goto(server.origin)
  await page.addScriptTag({ content: script })
  problems = []
})

const N = 20
const streamText = Array.from({ length: N }, (_, i) => payload(i)).join('') + DONE
const streamBytes = Buffer.from(streamText)
const answerText = Array.from({ length: N }, (_, i) => `第${i}段 👍 `).join('')

/** Ways to read a body; each gives all its bytes. They run in the page. */
const READERS: Record<string, string> = {
  getReader: `const r = response.body.getReader(); for (;;) { const { done, value } = await r.read(); if (done) break; take(value) }`,
  BYOB: `const r = response.body.getReader({ mode: 'byob' }); let buffer = new ArrayBuffer(50)
    for (;;) { const { done, value } = await r.read(new Uint8Array(buffer)); if (done) break; take(value.slice()); buffer = value.buffer }`,
  'for await': `for await (const value of response.body) take(value)`,
  values: `for await (const value of response.body.values({ preventCancel: true })) take(value)`,
  pipeThrough: `const out = response.body.pipeThrough(new TransformStream()); const r = out.getReader()
    for (;;) { const { done, value } = await r.read(); if (done) break; take(value) }`,
  'pipeThrough(TextDecoderStream)': `for await (const value of response.body.pipeThrough(new TextDecoderStream())) take(new TextEncoder().encode(value))`,
  pipeTo: `await response.body.pipeTo(new WritableStream({ write: take }))`,
  'pipeTo with preventCancel': `await response.body.pipeTo(new WritableStream({ write: take }), { preventCancel: true })`,
  'tee, both read': `const [a, b] = response.body.tee(); const other = (async () => { let n = 0; for await (const v of b) n += v.length; return n })()
    for await (const value of a) take(value); if (await other !== bytes.length) throw new Error('branches differ')`,
  'tee, one branch cancelled': `const [a, b] = response.body.tee(); b.cancel(); for await (const value of a) take(value)`,
  'clone, both read': `const copy = response.clone(); const other = copy.text(); for await (const value of response.body) take(value)
    if (new TextEncoder().encode(await other).length !== bytes.length) throw new Error('clone differs')`,
  'clone of a clone': `for await (const value of response.clone().clone().body) take(value)`,
  'read some, release, read on': `let r = response.body.getReader(); take((await r.read()).value); r.releaseLock()
    r = response.body.getReader(); for (;;) { const { done, value } = await r.read(); if (done) break; take(value) }`,
  text: `take(new TextEncoder().encode(await response.text()))`,
  arrayBuffer: `take(new Uint8Array(await response.arrayBuffer()))`,
  blob: `take(new Uint8Array(await (await response.blob()).arrayBuffer()))`,
  'new Response(body)': `take(new TextEncoder().encode(await new Response(response.body).text()))`,
  'prototype call': `const r = ReadableStream.prototype.getReader.call(response.body)
    for (;;) { const { done, value } = await r.read(); if (done) break; take(value) }`,
}
/** Read styles that give the end only. */
const UNSEEN = ['blob', 'new Response(body)', 'prototype call', 'pipeTo with preventCancel']

/** Runs `code` in the page as an async function body; `arg` is its argument. */
const run = <T>(code: string, arg?: unknown): Promise<T> =>
  page.evaluate(
    ([source, given]) => {
      const make = Object.getPrototypeOf(async () => {}).constructor as FunctionConstructor
      return make('arg', source as string)(given) as Promise<unknown>
    },
    [code, arg] as const,
  ) as Promise<T>

const read = (style: string, path: string) =>
  run<{ hex: string }>(
    `const response = await fetch(arg); const bytes = []; const take = (v) => { bytes.push(...v) }
     ${READERS[style]}
     return { hex: bytes.map((b) => b.toString(16).padStart(2, '0')).join('') }`,
    path,
  )

/** Waits in the page until its last call has ended. */
const ended = () =>
  run<ReturnType<typeof tap.last>>(
    `for (let i = 0; i < 200 && !tap.last()?.ends.length; i++) await new Promise((r) => setTimeout(r, 25)); return tap.last()`,
  )

describe('every way to read a body', () => {
  test.each(Object.keys(READERS))('%s: the same bytes, every chunk and one end', async (style) => {
    const bare = await read(style, '/stream?id=bare')
    expect(bare.hex).toBe(streamBytes.toString('hex'))
    await run(`tap.start()`)
    expect(await read(style, '/stream?id=tapped')).toEqual(bare)
    const heard = await ended()
    expect(heard).toMatchObject({ status: 200, requestId: 'r-1', ends: [{ how: 'done' }] })
    if (!UNSEEN.includes(style)) expect(heard).toMatchObject({ answer: answerText, bytes: streamBytes.length })
    expect(await run('return tap.errors()')).toBe(0)
    expect(problems).toEqual([])
  })

  // Answers read whole were never heard: three that the user read became three abandoned turns.
  test('json is heard when it is there', async () => {
    expect(await run(`tap.start(); return (await fetch('/json', { method: 'POST' })).json()`)).toEqual({
      choices: [{ message: { content: 'whole' } }],
    })
    expect(await ended()).toMatchObject({ answer: 'whole', ends: [{ how: 'done' }] })
    await run(`await (await fetch('/stream?n=1')).json().catch(() => {})`)
    expect(await ended()).toMatchObject({ ends: [{ how: 'done' }] })
    // The page's own data, fetched whole, is no answer.
    await run(`await (await fetch('/json')).json()`)
    expect(await ended()).toMatchObject({ answer: '', contents: 0, ends: [{ how: 'done' }] })
  })
})

test('the Response is the very one, with brand, address and body', async () => {
  const result = await run(`
    const native = fetch
    let original
    window.fetch = (...args) => native(...args).then((r) => (original = r))
    tap.start()
    const response = await fetch('/stream?n=2')
    const same = response === original && response.body === original.body
    const names = Object.keys(response).concat(Object.keys(response.body))
    const cache = await caches.open('t').catch(() => undefined)
    const copy = response.clone()
    if (cache) await cache.put('/cached', copy)
    const cached = cache ? await (await cache.match('/cached')).text() : await copy.text()
    return [same, names, response.url, response.type, response instanceof Response, response.body instanceof ReadableStream,
      cached === (await response.text()), fetch.name, fetch.length]`)
  expect(result).toEqual([true, [], server.origin + '/stream?n=2', 'basic', true, true, true, 'fetch', 1])
})

test('the call is told before, with its body, and headers are added in every form', async () => {
  const forms: Record<string, string> = {
    none: `fetch('/echo', { method: 'post', body })`,
    object: `fetch('/echo', { method: 'POST', body, headers: { 'X-Own': '1', Accept: 'text/event-stream' } })`,
    array: `fetch('/echo', { method: 'POST', body, headers: [['X-Own', '1'], ['Accept', 'text/event-stream']] })`,
    Headers: `fetch('/echo', { method: 'POST', body, headers: new Headers({ 'X-Own': '1' }) })`,
    URL: `fetch(new URL('/echo', location), { method: 'POST', body })`,
    Request: `fetch(new Request('/echo', { method: 'POST', body, headers: { 'X-Own': '1' } }))`,
    'Request and init': `fetch(new Request('/echo', { headers: { 'X-Lost': '1' } }), { method: 'POST', body, headers: { 'X-Own': '1' } })`,
    'Request as init': `fetch('/echo', new Request('/other', { method: 'POST', headers: { 'X-Own': '1' } }))`,
    getters: `fetch('/echo', { get method() { return 'POST' }, get body() { return body }, headers: { 'X-Own': '1' } })`,
    'own class': `fetch('/echo', new (class { #m = 'POST'; get method() { return this.#m } get body() { return body } headers = { 'X-Own': '1' } })())`,
  }
  for (const [form, code] of Object.entries(forms)) {
    const bare = await run<{ method: string; body: string; headers: Record<string, string> }>(
      `const body = '{"messages":[]}'; return (await ${code}).json()`,
    )
    const result = await run<typeof bare>(
      `window.t ??= tap.start({ headers: { traceparent: '00-a-b-01' } }); const body = '{"messages":[]}'; return (await ${code}).json()`,
    )
    await run('window.t.stop(); delete window.t')
    expect(result, form).toEqual({ ...bare, headers: { ...bare.headers, traceparent: '00-a-b-01' } })
    const { call } = (await ended())!
    expect(call, form).toMatchObject({ method: 'POST', url: server.origin + '/echo', transport: 'fetch' })
    if (!/^Request( as init)?$/.test(form)) expect(call.body, form).toBe('{"messages":[]}')
  }
})

// Pages keep a Request and send copies of it: our header was written into it, and stayed in every later call.
test('a Request of the page is never written to, and sends what it would have sent', async () => {
  const echoed = `const kept = new Request('/echo', {
      method: 'POST', body: '{"messages":[]}', headers: { 'X-Own': '1' }, referrer: '/from?here', referrerPolicy: 'unsafe-url',
    })
    const all = []
    const names = []
    const { signal } = new AbortController()
    for (const args of [[], [{}], [{ signal: undefined }], [{ signal }], [{ referrerPolicy: 'no-referrer' }]]) {
      const one = kept.clone()
      all.push(await (await fetch(one, ...args)).json())
      names.push([...one.headers.keys()].join(), one.bodyUsed)
    }
    return [all, names]`
  type Result = [{ headers: Record<string, string> }[], unknown[]]
  const [bare, names] = await run<Result>(echoed)
  await run(`tap.start({ headers: { traceparent: '00-a-b-01' } })`)
  const [seen, namesThen] = await run<Result>(echoed)
  expect(seen).toEqual(bare.map((one) => ({ ...one, headers: { ...one.headers, traceparent: '00-a-b-01' } })))
  expect(namesThen).toEqual(names)
  // With anything in it, an init takes the Request's own referrer away: so it is without us.
  const referers = bare.map(({ headers }) => headers.referer?.replace(server.origin, ''))
  expect(referers).toEqual(['/from?here', '/from?here', '/from?here', '/', undefined])
})

// A redirect to another origin turns a plain call into one with a preflight, for the sake of our header alone.
describe('a call that only our header breaks', () => {
  const call = `const call = async (url = '/moved?n=' + Math.random()) => {
    try { return (await (await fetch(url, { method: 'POST', body: '{"messages":[]}' })).json()).choices[0].message.content } catch (error) { return error.name }
  }`
  const START = `${call}; tap.start({ headers: { traceparent: '00-a-b-01' } })`

  test('may fail once; that address then goes without, with one hint', async () => {
    server.elsewhere.length = 0
    const bare = await run(`${call}; return [await call(), await call()]`)
    expect(bare).toEqual(['whole', 'whole'])
    server.elsewhere.length = 0
    const all = await run(`${START}; const all = []; for (let i = 0; i < 5; i++) all.push(await call()); return all`)
    expect(all).toEqual(['TypeError', 'whole', 'whole', 'whole', 'whole'])
    // Nothing was asked twice: one preflight that said no, and a request for each further call.
    expect(server.elsewhere).toEqual(['OPTIONS traceparent', 'POST -', 'POST -', 'POST -', 'POST -'])
    expect(problems.filter((text) => text.startsWith('[chat-vitals]'))).toEqual([
      expect.stringContaining('propagateTo: false'),
    ])
    // Another address keeps its header.
    expect(await run(`return (await (await fetch('/echo', { method: 'POST' })).json()).headers.traceparent`)).toBe(
      '00-a-b-01',
    )
  })

  test('an address that fails without the header as well gets it again', async () => {
    const sent = await run<(string | null)[]>(`
      let online = true; const sent = []; const native = fetch
      window.fetch = (input, init) => {
        sent.push(new Headers(init?.headers).get('traceparent'))
        return online ? native(input, init) : Promise.reject(new TypeError('offline'))
      }
      ${START}
      online = false; await call('/json'); await call('/json')
      online = true; await call('/json'); await call('/json')
      return sent`)
    expect(sent).toEqual(['00-a-b-01', null, '00-a-b-01', '00-a-b-01'])
    expect(problems).toEqual([])
  })

  test('what the page gives up itself is no failure', async () => {
    const sent = await run<(string | null)[]>(`
      const sent = []; const native = fetch
      window.fetch = (input, init) => { sent.push(new Headers(init?.headers).get('traceparent')); return native(input, init) }
      ${START}
      for (const signal of [AbortSignal.abort(), AbortSignal.timeout(1)]) await fetch('/stream?n=400&ms=10', { signal }).then((r) => r.text()).catch(() => {})
      await call('/stream?n=1')
      return sent`)
    expect(sent).toEqual(['00-a-b-01', '00-a-b-01', '00-a-b-01'])
  })
})

test("the host's own header stays, its objects stay as they were", async () => {
  const result = await run<unknown[]>(`
    tap.start({ headers: { traceparent: 'ours', 'x-more': '1' } })
    const init = { headers: { TraceParent: 'theirs' } }
    const echo = await (await fetch('/echo', init)).json()
    const once = { headers: (function* () { yield ['x-own', '1'] })() }
    const generated = await (await fetch('/echo', once)).json()
    return [echo.headers.traceparent, echo.headers['x-more'], Object.keys(init.headers), generated.headers['x-own'], generated.headers.traceparent]`)
  expect(result).toEqual(['theirs', '1', ['TraceParent'], '1', undefined])
})

test('forms are told as the JSON of their string fields; streams and skipped or plain calls are left alone', async () => {
  const bodies = await run<unknown[]>(`
    tap.start()
    const form = new FormData(); form.append('prompt', '你好'); form.append('file', new Blob(['x']))
    await (await fetch('/echo', { method: 'POST', body: form })).json()
    await (await fetch('/echo', { method: 'POST', body: new URLSearchParams({ q: 'a b' }) })).json()
    await (await fetch('/echo', { method: 'POST', body: new Blob(['x']) })).json()
    await fetch('/skip'); await fetch('/plain')
    return tap.heard.map((h) => h.call.body ?? null)`)
  expect(bodies).toEqual(['{"prompt":"你好"}', '{"q":"a b"}', null])
})

describe('ends', () => {
  const LONG = '/stream?n=400&ms=10'
  const START = `tap.start(); const control = new AbortController()
    const response = await fetch('${LONG}', { signal: control.signal }); const reader = response.body.getReader(); await reader.read();`
  const cases: Record<string, [code: string, how: string, errorType?: string]> = {
    'reader.cancel()': [`${START} await reader.cancel()`, 'cancelled'],
    'stream cancel': [`${START} reader.releaseLock(); await response.body.cancel()`, 'cancelled'],
    'break out of for await': [`tap.start(); for await (const v of (await fetch('${LONG}')).body) break`, 'cancelled'],
    'cancel behind pipeThrough': [
      `tap.start(); const out = (await fetch('${LONG}')).body.pipeThrough(new TextDecoderStream()).getReader(); await out.read(); await out.cancel()`,
      'cancelled',
    ],
    'both branches cancelled': [
      `tap.start(); const [a, b] = (await fetch('${LONG}')).body.tee(); a.cancel(); b.cancel()`,
      'cancelled',
    ],
    'abort while reading': [
      `${START} control.abort(); return reader.read().catch((e) => e.name)`,
      'aborted',
      'AbortError',
    ],
    'abort behind pipeThrough': [
      `tap.start(); const control = new AbortController()
       const out = (await fetch('${LONG}', { signal: control.signal })).body.pipeThrough(new TextDecoderStream()).getReader()
       await out.read(); control.abort(); return out.read().then(() => out.read()).catch((e) => e.name)`,
      'aborted',
      'AbortError',
    ],
    'abort with a word': [`${START} control.abort('bye'); return reader.read().catch((e) => e)`, 'aborted'],
    'abort before the headers': [
      `tap.start(); const control = new AbortController(); const p = fetch('${LONG}', { signal: control.signal }); control.abort(); return p.catch((e) => e.name)`,
      'aborted',
      'AbortError',
    ],
    'abort of a Request': [
      `tap.start(); const control = new AbortController(); const p = fetch(new Request('${LONG}', { signal: control.signal })); control.abort(); return p.catch((e) => e.name)`,
      'aborted',
      'AbortError',
    ],
    timeout: [
      `tap.start(); const r = await fetch('${LONG}', { signal: AbortSignal.timeout(300) }); return r.text().catch((e) => e.name)`,
      'timeout',
      'TimeoutError',
    ],
    'no server': [`tap.start(); return fetch('http://127.0.0.1:1/').catch((e) => e.name)`, 'failed', 'TypeError'],
    'cut connection': [
      `tap.start(); const r = await fetch('/cut?n=3'); return r.text().catch((e) => e.name)`,
      'failed',
      'TypeError',
    ],
    'cut behind pipeTo': [
      `tap.start(); const r = await fetch('/cut?n=3'); return r.body.pipeTo(new WritableStream()).catch((e) => e.name)`,
      'failed',
      'TypeError',
    ],
    'the far end of a pipe fails': [
      `tap.start(); const r = await fetch('${LONG}'); return r.body.pipeTo(new WritableStream({ write() { throw new RangeError() } })).catch((e) => e.name)`,
      'cancelled',
    ],
  }
  test.each(Object.keys(cases))('%s', async (name) => {
    const [code, how, errorType] = cases[name]!
    const tapped = await run(code)
    const heard = await ended()
    expect(heard!.ends).toEqual([{ how, errorType }])
    // The page sees what it sees without us.
    expect(await run(code.replace('tap.start()', ''))).toEqual(tapped)
    expect(await run('return tap.errors()')).toBe(0)
  })

  test('a released lock, a bad view and a second read of a used body are no end', async () => {
    await run(`tap.start(); window.response = await fetch('${LONG}')
      let r = response.body.getReader(); const pending = r.read().then(() => r.read()).catch(() => {}); await new Promise((ok) => setTimeout(ok, 30)); r.releaseLock(); await pending
      r = response.body.getReader({ mode: 'byob' }); await r.read(new Uint8Array(0)).catch(() => {}); r.releaseLock()
      await response.text().catch(() => {})`)
    expect(await run('return tap.last().ends')).toEqual([])
    await run('await response.body.cancel()')
    expect((await ended())!.ends).toEqual([{ how: 'cancelled' }])
  })

  test('a body that nobody reads', async () => {
    await run(`tap.start(); window.kept = await fetch('/json')`)
    expect((await ended())!.ends).toEqual([{ how: 'done' }])
  })

  test('a refused request', async () => {
    expect(await run(`tap.start(); const r = await fetch('/refuse'); return [r.status, await r.text()]`)).toEqual([
      429,
      'slow down',
    ])
    expect(await ended()).toMatchObject({ status: 429, answer: '', ends: [{ how: 'done' }] })
  })
})

test('error identity: pipe, read and signal give the same object', async () => {
  const same = await run(`
    tap.start(); const control = new AbortController(); const why = new RangeError('mine')
    const r = await fetch('/stream?n=400&ms=10', { signal: control.signal }); const out = r.body.pipeThrough(new TransformStream()).getReader()
    control.abort(why); let e; try { for (;;) await out.read() } catch (error) { e = error }
    return e === why`)
  expect(same).toBe(true)
})

test("the page's own unhandledrejection is kept, and none is added", async () => {
  const code = `
    const seen = []; const note = (e) => { seen.push(e.reason.name); e.preventDefault() }
    addEventListener('unhandledrejection', note)
    const control = new AbortController(); control.abort()
    void fetch('/stream', { signal: control.signal })
    fetch('/stream', { signal: control.signal }).catch(() => {})
    const c2 = new AbortController(); const r = await fetch('/stream?n=400&ms=10', { signal: c2.signal }); const reader = r.body.getReader()
    reader.read().then(() => { c2.abort(); void reader.read() })
    const r3 = await fetch('/cut?n=2'); r3.body.pipeThrough(new TransformStream()).getReader().read().catch(() => {})
    await new Promise((ok) => setTimeout(ok, 300)); removeEventListener('unhandledrejection', note); return seen.sort()`
  const bare = await run(code)
  expect(bare).toEqual(['AbortError', 'AbortError'])
  await run('tap.start()')
  expect(await run(code)).toEqual(bare)
})

test('a cancel reaches the server before the stream would have ended', async () => {
  const lags: Record<string, number[]> = { bare: [], tapped: [] }
  for (let i = -2; i < 12; i++) {
    const kind = i % 2 ? 'tapped' : 'bare'
    const id = `cancel-${i}`
    if (kind == 'tapped') await run('window.t = tap.start()')
    const at = await run<number>(
      `const r = await fetch('/stream?n=600&ms=10&id=${id}'); const reader = ${i % 4 < 2 ? 'r.body.getReader()' : 'r.body.pipeThrough(new TextDecoderStream()).getReader()'}
       await reader.read(); const at = Date.now(); await reader.cancel(); return at`,
    )
    if (kind == 'tapped') await run('window.t.stop()')
    await expect.poll(() => server.watched.get(id)!.closedAt, { timeout: 20_000 }).toBeDefined()
    expect(server.watched.get(id)!.finished).toBe(false)
    // The first two warm up.
    if (i >= 0) lags[kind]!.push(server.watched.get(id)!.closedAt! - at)
  }
  const median = (all: number[]) => all.sort((a, b) => a - b)[all.length >> 1]
  console.log(`cancel seen by the server after, ms, median: bare ${median(lags.bare!)}, tapped ${median(lags.tapped!)}`)
})

test('backpressure: a page that does not read makes the server wait', async () => {
  await run('tap.start()')
  for (const [id, how] of [
    ['idle', ''],
    ['pipe', '.pipeThrough(new TransformStream())'],
    ['tee', '.tee()[0].getReader().read()'],
  ]) {
    await run(
      `window.kept = await fetch('/flood?id=${id}'); window.out = kept.body${how}; await new Promise((ok) => setTimeout(ok, 500))`,
    )
    const note = server.watched.get(id!)!
    // Buffers on the way hold some; 64 MiB would be all of it.
    expect(note.finished, id).toBe(false)
    expect(note.sent, id).toBeLessThan(1 << 25)
  }
})

test('stop puts everything back; under another wrapper it becomes a pass-through', async () => {
  const result = await run(`
    const before = [fetch, XMLHttpRequest.prototype.send, XMLHttpRequest.prototype.open, EventSource, WebSocket.prototype.send]
    const now = () => [fetch, XMLHttpRequest.prototype.send, XMLHttpRequest.prototype.open, EventSource, WebSocket.prototype.send]
    let t = tap.start(); const changed = now().every((f, i) => f !== before[i]); t.stop(); t.stop()
    const back = now().every((f, i) => f === before[i])
    t = tap.start(); const ours = fetch; let outer = 0
    window.fetch = (...args) => { outer++; return ours(...args) }
    await (await fetch('/json')).json(); const heardOver = tap.heard.length
    t.stop(); await (await fetch('/json')).json()
    return [changed, back, heardOver, tap.heard.length, outer]`)
  expect(result).toEqual([true, true, 1, 1, 2])
})

test('a fetch captured before us is followed through wrap, and never twice', async () => {
  const result = await run(`
    const captured = fetch; const t = tap.start(); const mine = t.wrap(captured); const twice = t.wrap(fetch)
    await (await mine('/json')).json(); const one = tap.heard.length
    await (await twice('/json')).json()
    return [one, tap.heard.length]`)
  expect(result).toEqual([1, 2])
})

// Only while the outer wrapper ran its original did the inner one know of it: what waited in between was counted twice.
test.each(['await null; return before(input, init)', "await null; return before(input + '?key=1', init)"])(
  'a call through wrap is seen once, though the page has put something that waits below: %s',
  async (below) => {
    const heard: any = await page.evaluate(`(async () => {
      const t = tap.start({ headers: { traceparent: '00-${'1'.repeat(32)}-${'2'.repeat(16)}-01' } })
      const before = globalThis.fetch
      globalThis.fetch = async (input, init) => { ${below} }
      const mine = t.wrap((...args) => globalThis.fetch(...args))
      const ask = () => mine('/sse', { method: 'POST', body: '{"messages":[]}' }).then((r) => r.text())
      const [first, second] = await Promise.all([ask(), ask()])
      // And what the page calls itself is seen as ever.
      await (await fetch('/sse', { method: 'POST', body: '{"messages":[]}' })).text()
      globalThis.fetch = before
      t.stop()
      return { many: tap.heard.length, ends: tap.heard.map(({ ends }) => ends.length), same: first === second, native: String(fetch) }
    })()`)
    expect(heard).toMatchObject({
      many: 3,
      ends: [1, 1, 1],
      same: true,
      native: expect.stringContaining('[native code]'),
    })
  },
)

test('a throw in our port never reaches the page', async () => {
  const code = `
    const a = await (await fetch('/stream?late')).text(); const b = await (await fetch('/stream')).text()
    let c = ''; for await (const v of (await fetch('/stream?late')).body.pipeThrough(new TextDecoderStream())) c += v
    const d = await new Promise((ok) => { const x = new XMLHttpRequest(); x.open('GET', '/stream?late'); x.onload = () => ok(x.responseText); x.send() })
    const s = new WebSocket(location.origin.replace('http', 'ws') + '/late'); await new Promise((ok) => (s.onopen = ok)); s.send('x')
    const e = await new Promise((ok) => (s.onmessage = (m) => ok(m.data))); s.close()
    return [a, b, c, d, e]`
  const bare = await run(code)
  await run('tap.start({ throwing: true })')
  expect(await run(code)).toEqual(bare)
  expect(await run<number>('return tap.errors()')).toBeGreaterThan(5)
  expect(problems).toEqual([])
})

describe('other transports', () => {
  test('XHR: growth, headers, ends', async () => {
    const result = await run<[string, number]>(`
      tap.start({ headers: { traceparent: 'tp' } })
      return new Promise((ok) => { const x = new XMLHttpRequest(); let n = 0; x.onprogress = () => n++; x.open('POST', '/stream?ms=20')
        x.setRequestHeader('Accept', 'text/event-stream'); x.onload = () => ok([x.responseText, n]); x.send('{"messages":[]}') })`)
    expect(result[0]).toBe(streamText)
    const heard = (await ended())!
    expect(heard).toMatchObject({ status: 200, requestId: 'r-1', answer: answerText, ends: [{ how: 'done' }] })
    expect(heard.call).toMatchObject({
      transport: 'xhr',
      method: 'POST',
      accept: 'text/event-stream',
      body: '{"messages":[]}',
    })
    expect(heard.contents).toBeGreaterThan(2)
    const headers = await run<Record<string, string>>(`
      return new Promise((ok) => { const x = new XMLHttpRequest(); x.open('POST', '/echo'); x.onload = () => ok(JSON.parse(x.responseText).headers); x.send() })`)
    expect(headers.traceparent).toBe('tp')
    await run(
      `const x = new XMLHttpRequest(); x.open('GET', '/stream?n=400&ms=10'); x.send(); await new Promise((ok) => setTimeout(ok, 100)); x.abort()`,
    )
    expect((await ended())!.ends).toEqual([{ how: 'aborted' }])
    await run(
      `const x = new XMLHttpRequest(); x.open('GET', '/stream?n=400&ms=10'); x.timeout = 100; x.send(); await new Promise((ok) => (x.onloadend = ok))`,
    )
    expect((await ended())!.ends[0]!.how).toBe('timeout')
    expect(await run('return tap.errors()')).toBe(0)
  })

  test('EventSource: messages, the page closing, the server closing', async () => {
    const kept = await run(`
      tap.start(); const es = new EventSource('/stream?ms=2')
      await new Promise((ok) => (es.onmessage = (m) => m.data === '[DONE]' && ok())); es.close()
      return [es instanceof EventSource, EventSource.CLOSED, EventSource.name, es.constructor.prototype === EventSource.prototype, es.readyState]`)
    expect(kept).toEqual([true, 2, 'EventSource', true, 2])
    expect(await ended()).toMatchObject({
      call: { transport: 'eventsource' },
      answer: answerText,
      ends: [{ how: 'done' }],
    })
    await run(
      `const es = new EventSource('/stream?n=400&ms=10'); await new Promise((ok) => (es.onmessage = ok)); es.close()`,
    )
    expect((await ended())!.ends).toEqual([{ how: 'cancelled' }])
    await run(`window.es = new EventSource('/cut?n=2')`)
    expect((await ended())!.ends).toEqual([{ how: 'cut' }])
    await run(`es.close()`)
  })

  test('WebSocket: a send begins a call, its format ends it, the socket lives on', async () => {
    const messages = await run(`
      tap.start(); const s = new WebSocket(location.origin.replace('http', 'ws') + '/ws'); const got = []
      await new Promise((ok) => (s.onopen = ok)); s.onmessage = (m) => got.push(m.data)
      for (let i = 1; i < 3; i++) { s.send('{"prompt":"hi"}'); while (got.length < i * 3) await new Promise((ok) => setTimeout(ok, 10)) }
      s.close(); return got.length`)
    expect(messages).toBe(6)
    expect(await run('return tap.heard.length')).toBe(2)
    expect(await ended()).toMatchObject({
      call: { transport: 'websocket', body: '{"prompt":"hi"}' },
      answer: 'Hi 你',
      ends: [{ how: 'done' }],
    })
  })
})
