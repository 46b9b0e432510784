// Faults of the page around the library: caches, frames, other scripts, wrapped functions, strange streams and values.
const short = { words: 6, every: 10 }
const base64 = (...chunks) => chunks.map((chunk) => Buffer.from(chunk).toString('base64'))
const delta = (content, finish = null) =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ delta: { content }, finish_reason: finish }] })}\n\n`

/** What other scripts do to a page's functions: each is wrapped once more, and Array's methods do odd work of their own. */
const wraps = `{
  const count = (window.wrapped = { fetch: 0, self: 0 })
  const { fetch: under, XMLHttpRequest: Xhr, EventSource: Source } = window
  // As OpenTelemetry's fetch instrumentation: headers in, the body cloned and read.
  window.fetch = function (input, init = {}) {
    count.fetch++
    const url = String(input.url ?? input)
    if (url.includes('/v1/traces')) count.self++
    return under.call(this, input, init).then((response) => {
      if (!url.includes('/v1/chat')) return response
      const copy = response.clone()
      const reader = copy.body.getReader()
      const read = () => reader.read().then(({ done }) => done || read()).catch(() => {})
      read()
      return response
    })
  }
  window.XMLHttpRequest = class extends Xhr {}
  window.EventSource = class extends Source {}
  const then = Promise.prototype.then
  Promise.prototype.then = function (...all) { return then.apply(this, all) }
  const now = performance.now.bind(performance)
  performance.now = () => now()
  for (const name of ['map', 'filter', 'push', 'slice', 'find', 'forEach']) {
    const real = Array.prototype[name]
    Array.prototype[name] = function (...all) { return real.apply(this, all) }
  }
  Array.prototype.extra = function () {}
}`

export const page = [
  {
    row: 25,
    title: 'back/forward cache mid-turn, restored',
    injected: 'navigation mid-stream, then back through the history',
    needs: ['back'],
    async trial(t) {
      const tab = await t.visit({
        after: 'addEventListener("pageshow", (event) => { window.restored = event.persisted })',
      })
      await t.chat(tab)
      await t.send(tab, { endless: true })
      await t.streaming(tab)
      const [trace] = [...t.site.ledger].slice(-1)
      await tab.leave(t.n % 2 ? `${t.site.elsewhere}/blank` : `${t.site.url}/blank`)
      await t.until(() => tab.run('document.title === "blank"').catch(() => false), 'the other page')
      if (t.engine.goodbye) {
        await t.delivered('what the cached page knew')
        t.facts.delivery = { left: [1, 1], completed: [1, 1] }
      }
      await t.sleep(300)
      await tab.back()
      await t.until(
        () => tab.run('window.restored !== undefined && document.title === "chat"').catch(() => false),
        'the page',
      )
      t.facts.persisted = await tab.run('restored')
      if (!t.facts.persisted) {
        // Where a page that streams is never kept, it is not the library that costs it its place.
        const bare = await t.visit({
          bare: true,
          library: '',
          after: 'addEventListener("pageshow", (event) => { window.restored = event.persisted })',
        })
        await bare.run(`void ask('{"endless":true}'), 0`)
        await t.streaming(bare)
        await bare.leave(`${t.site.url}/blank`)
        await t.until(() => bare.run('document.title === "blank"').catch(() => false), 'the other page')
        await bare.back()
        await t.until(
          () => bare.run('window.restored !== undefined && document.title === "chat"').catch(() => false),
          'the page',
        )
        t.facts.bare = await bare.run('restored')
        t.expect(!t.facts.bare, 'the page was not eligible for the cache, without the library it is')
      }
      t.site.finish()
      await t.sleep(500)
      if (t.facts.persisted) await t.chat(tab, short)
      await t.delivered('both turns, and the one after')
      const turn = t.turn(trace)
      t.expect(turn['chat_vitals.turn.ended_by'] === 'page_left', `ended by ${turn['chat_vitals.turn.ended_by']}`)
      t.expect(turn['chat_vitals.turn.outcome'] === 'abandoned', `outcome is ${turn['chat_vitals.turn.outcome']}`)
      t.expect(t.turns().length === t.site.ledger.size, 'an old turn was started again')
    },
  },
  {
    row: 28,
    title: 'loaded twice, init twice',
    injected:
      'two script tags, another version’s copy, the npm module beside the script; init again, with other options',
    async trial(t) {
      const tag = '<script src="/chat-vitals.global.js"></script>'
      const kind = t.pick(['same', 'module', 'again'])
      const second = {
        same: tag.replace('global.js', 'global.js?again'),
        module:
          '<script type="module">import { init } from "/core.js"; window.second = init({ service: "other" })</script>',
        again: '',
      }[kind]
      const tab = await t.visit({
        library: tag,
        body: `${second}<script>window.first = handle; window.twice = window.chatVitals.init({ endpoint: '/nowhere', service: 'other' })</script>`,
      })
      if (kind === 'module') await t.until(() => tab.run('window.second !== undefined'), 'the module')
      t.expect(await tab.run('twice === first'), 'a second init gave another handle')
      if (kind === 'module') t.expect(await tab.run('second === first'), 'the module’s init gave another handle')
      await t.chat(tab, short)
      await t.chat(tab, short)
      await t.delivered()
      await t.quiet(tab)
      const copies = t.collector.spans.filter((span) => span.name === 'chat.turn').length
      t.expect(copies <= 4, `${copies} spans of two turns`)
      const hints = await tab.run('said.filter((text) => text.includes("init was called twice")).length')
      t.expect(hints === (kind === 'module' ? 2 : 1), `warned ${hints} times`)
      t.expect(!t.site.asked.includes('/nowhere'), 'the second init’s endpoint was used')
    },
  },
  {
    row: 29,
    title: 'host wraps fetch, XHR, Promise, performance, Array',
    injected: 'all of them wrapped before or after init, fetch as a tracing library that clones',
    async trial(t) {
      const first = t.n % 2 === 0
      const tab = await t.visit(first ? { before: wraps } : { after: wraps })
      await t.chat(tab, { words: 15, every: 20 })
      await t.chat(tab, { words: 15, every: 20 })
      await t.delivered()
      await t.quiet(tab)
      const { fetch, self } = await tab.run('wrapped')
      // Two chat calls, the ledger apart; what the library sends passes the host's wrapper only where that was there first.
      t.expect(fetch - self === 2, `${fetch - self} calls of the page, there were two`)
      if (!first) t.expect(self === 0, `${self} of the library's own calls were seen`)
      t.expect(self <= t.collector.requests.length, 'calls of calls')
      for (const trace of t.site.ledger) {
        const turn = t.turn(trace)
        const text = turn['chat_vitals.time_to.first_text']
        t.expect(text > 0 && text < 2, `first text after ${text} s`)
        t.expect(turn['chat_vitals.render.chars'] > 60, `${turn['chat_vitals.render.chars']} characters`)
        t.expect(turn['chat_vitals.turn.outcome'] === 'completed', `outcome is ${turn['chat_vitals.turn.outcome']}`)
      }
    },
  },
  {
    row: 30,
    title: 'stop, abort, cancel, cut',
    injected: 'a click on Stop, the page’s own abort, reader.cancel(), a connection cut by the server; mid-stream',
    async trial(t) {
      const kind = t.pick(['user_stop', 'host_abort', 'cancel', 'network'])
      const tab = await t.visit()
      await t.chat(tab, short)
      const call = await t.send(tab, kind === 'network' ? { words: 40, every: 20, cut: 20 } : { endless: true })
      await t.streaming(tab, 30)
      // An abort soon after a gesture would be the gesture's.
      if (kind === 'host_abort' || kind === 'cancel') await t.sleep(1200)
      if (kind === 'user_stop') await tab.click('#stop')
      if (kind === 'host_abort') await tab.run('turns.at(-1).abort.abort()')
      if (kind === 'cancel') await tab.run('void turns.at(-1).reader.cancel(), 0')
      await t.heard(tab)
      await t.delivered()
      const by = t.of('turn.ended_by')[1]
      const right = { cancel: ['host_abort'], network: ['network', 'stream_error'] }[kind] ?? [kind]
      t.expect(right.includes(by), `${kind} ended by ${by}`)
      const error = await tab.run('turns.at(-1).error ?? null')
      t.expect(
        error === { user_stop: 'AbortError', host_abort: 'AbortError', cancel: null, network: 'TypeError' }[kind],
        `the page got ${error}`,
      )
      if (kind !== 'network') await t.until(() => t.site.calls[call].closed, 'the abort at the server', 5000)
    },
  },
  {
    row: 31,
    title: 'big answers, a blocked main thread',
    injected:
      '1 MB in 2,000 pieces, every one a mutation, and a second of blocking; 10 MB and 100 k pieces are among the loads',
    async trial(t) {
      // As they are: a page that is blocked for a second must not pass for one that slept for ten.
      const tab = await t.visit({ timing: { heartbeat: 1000, suspended: 10_000, suspendedBlind: 30_000 } })
      await t.send(tab, { words: 2000, every: 10, burst: 10, size: 480 })
      await t.streaming(tab, 5000)
      await tab.run('{ const until = performance.now() + 1000; while (performance.now() < until); } 0')
      await t.until(() => tab.run('turns.at(-1).done === true'), 'the end of the answer', 60_000)
      await t.delivered()
      const turn = t.turn([...t.site.ledger][0])
      t.expect(turn['chat_vitals.turn.outcome'] === 'completed', `outcome is ${turn['chat_vitals.turn.outcome']}`)
      t.expect(turn['chat_vitals.render.chars'] > 10_000, `${turn['chat_vitals.render.chars']} characters`)
      t.expect(turn['chat_vitals.gap.max'] >= 0.9, `the longest gap is ${turn['chat_vitals.gap.max']} s`)
      const bytes = t.turns()[0].raw.length
      t.expect(bytes < 6000, `its span has ${bytes} letters`)
    },
  },
  {
    row: 32,
    title: 'malformed streams',
    injected:
      'broken SSE, one byte at a time, a split code point, no final event, HTML in the middle, a cut gzip stream, status 500',
    async trial(t) {
      const text =
        delta('für alle 你好 ') + delta('und mehr davon ') + delta('bis hierhin ', 'stop') + 'data: [DONE]\n\n'
      const bytes = Buffer.from(text)
      const half = Buffer.byteLength(text.slice(0, text.indexOf('你'))) + 1
      const one = [...bytes].map((byte) => Buffer.from([byte]))
      const [kind, program, right] = t.pick([
        ['single bytes', { raw: base64(...one), every: 1 }, 'completed'],
        ['split code point', { raw: base64(bytes.subarray(0, half), bytes.subarray(half)), every: 30 }, 'completed'],
        [
          'broken events',
          {
            raw: base64(
              delta('well, '),
              'data: {"choices":[{\n\n',
              ':::\r\ndata data\n\n',
              delta('then ', 'stop'),
              'data: [DONE]\n\n',
            ),
            every: 20,
          },
          'completed',
        ],
        ['no final event', { raw: base64(delta('well, '), delta('then ')), every: 20 }, 'error'],
        ['html', { raw: base64(delta('well, '), '<!doctype html><h1>502 Bad Gateway</h1>'), every: 20 }, 'error'],
        ['gzip', { gzip: 'cut' }, 'error'],
        ['status', { status: 500 }, 'error'],
        ['cut', { words: 20, cut: 8 }, 'error'],
      ])
      const tab = await t.visit()
      await t.chat(tab, program)
      await t.chat(tab, short)
      await t.delivered()
      const outcome = t.of('turn.outcome')[0]
      t.expect(outcome === right, `${kind}: outcome is ${outcome}`)
      t.facts[kind] = outcome
      const shown = await tab.run('[...turns[0].answer.textContent].filter((letter) => letter.trim()).length')
      const counted = t.of('render.chars')[0] ?? 0
      t.expect(Math.abs(counted - shown) <= 1, `${kind}: ${counted} characters counted, ${shown} are on the page`)
    },
  },
  {
    row: 33,
    title: 'service worker',
    injected: 'a worker that passes the chat stream on and answers for the collector with HTML, later not at all',
    needs: ['worker'],
    async trial(t) {
      t.site.pages['/worker.js'] = (_, response) =>
        response.writeHead(200, { 'content-type': 'text/javascript' }).end(`
          let portal = true
          addEventListener('install', () => skipWaiting())
          addEventListener('activate', (event) => event.waitUntil(clients.claim()))
          addEventListener('message', () => { portal = false })
          addEventListener('fetch', (event) => {
            if (event.request.url.includes('/v1/chat')) event.respondWith(fetch(event.request).then(({ body, headers }) => new Response(body, { headers })))
            else if (portal && event.request.url.includes('/v1/traces')) event.respondWith(new Response('<h1>cached</h1>', { headers: { 'content-type': 'text/html' } }))
          })`)
      const tab = await t.visit({ init: { endpoint: '/v1/traces' } })
      await tab.run(
        `navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready).then(() => 0)`,
      )
      await t.until(() => tab.run('navigator.serviceWorker.controller !== null'), 'the worker')
      await t.chat(tab, { words: 15, every: 20 })
      await t.sleep(1000)
      const { delivered } = await t.counts(tab)
      t.expect(
        delivered === 0 && t.collector.requests.length === 0,
        'the worker’s HTML was taken for an acknowledgement',
      )
      await tab.run('navigator.serviceWorker.controller.postMessage("go"), 0')
      await t.delivered('what the worker had kept')
      await t.quiet(tab)
      const text = t.of('time_to.first_text')[0]
      t.expect(text > 0 && text < 2, `first text after ${text} s`)
      t.expect(t.of('turn.outcome')[0] === 'completed', `outcome is ${t.of('turn.outcome')[0]}`)
      await tab.run('navigator.serviceWorker.getRegistration().then((it) => it?.unregister()).then(() => 0)')
    },
  },
  {
    row: 34,
    title: 'prerender, background tab',
    injected:
      'speculation rules that prerender the chat, which asks at once; a tab opened in the background that asks by script',
    own: true,
    async trial(t) {
      const ask = `addEventListener('load', () => setTimeout(() => ask('{"words":6,"every":10}'), 300))`
      // Where nothing is prerendered there is the background alone.
      if (t.n % 2 || t.engine.cannot.prerender) {
        const front = await t.visit()
        const tab = await t.visit({ target: { background: true }, after: ask })
        await t.until(() => tab.run('turns.length === 1 && turns[0].done'), 'the answer in the background')
        await tab.show?.()
        await t.close(front)
        await t.delivered('the turn of the background')
        return
      }
      const again = `document.addEventListener('prerenderingchange', () => {
        navigator.sendBeacon('/activated', String(performance.getEntriesByType('navigation')[0].activationStart))
        setTimeout(() => ask('{"words":6,"every":10}'), 1500)
      })`
      let activatedAt
      t.site.pages['/activated'] = (request, response) => {
        activatedAt = Date.now()
        response.writeHead(204).end()
      }
      let go = false
      t.site.pages['/go'] = (_, response) => response.writeHead(go ? 200 : 204).end()
      const rules = JSON.stringify({ prerender: [{ source: 'list', urls: ['/next'], eagerness: 'immediate' }] })
      t.site.pages['/first'] = {
        html: `<!doctype html><title>first</title><script type="speculationrules">${rules}</script><script>
          setInterval(() => fetch('/go').then(({ status }) => status === 200 && (location.href = '/next')), 100)
        </script>`,
      }
      await t.visit({ tab: { goto: async () => {} }, path: '/next', after: `${ask};${again}`, bare: true })
      const alone = await t.browser.openAlone(`${t.site.url}/first`)
      await t.until(() => t.site.calls.length === 1, 'the question of the prerendered page')
      await t.sleep(800)
      t.expect(activatedAt === undefined, 'the page was not prerendered')
      t.expect(t.collector.requests.length === 0, 'something was sent before activation')
      go = true
      await t.until(() => activatedAt !== undefined && t.site.calls.length === 2, 'activation')
      await t.delivered('the turns of the prerendered page')
      for (const turn of t.turns())
        t.expect(turn.startMs >= activatedAt - 300, `a turn began ${activatedAt - turn.startMs} ms before activation`)
      await alone.close()
    },
  },
  {
    row: 35,
    title: 'iframe',
    injected: 'the chat in a sandboxed frame, in one of another site, in twenty; removed mid-turn',
    memory: true,
    async trial(t) {
      const kind = t.pick(['removed', 'cross-site', 'sandboxed', 'twenty'])
      const frames = kind === 'twenty' ? 20 : 1
      const origin = kind === 'cross-site' ? t.site.elsewhere : t.site.url
      const program = { words: 6, every: 10, ...(kind !== 'sandboxed' && { endless: true }) }
      // A host has six connections: twenty frames that stream at once would wait for each other, and open their turns by hand.
      const send =
        kind === 'twenty'
          ? `const turn = handle.turn(); note(turn.traceparent); turn.text('some words of an answer')`
          : `ask('${JSON.stringify(program)}')`
      const ask = `addEventListener('load', () => { const wait = setInterval(() => { if (globalThis.delivery) { clearInterval(wait); ${send} } }, 20) })`
      await t.visit({
        tab: { goto: async () => {} },
        path: '/widget',
        bare: true,
        after: ask,
        init: { propagateTo: [t.site.url, t.site.elsewhere] },
      })
      const sandbox = kind === 'sandboxed' ? ' sandbox="allow-scripts allow-forms"' : ''
      const tab = await t.visit({
        bare: true,
        library: '',
        body: `<iframe src="${origin}/widget"${sandbox} width="400" height="300"></iframe>`.repeat(frames),
      })
      await t.until(() => t.site.ledger.size === frames, `${frames} turns of frames`, 60_000)
      await t.sleep(1000)
      if (kind !== 'sandboxed')
        await tab.run('for (const frame of document.querySelectorAll("iframe")) frame.remove(); 0')
      await t.sleep(500)
      // Where the frame had no time to send, the next visit of its site does.
      await t.visit({ origin })
      await t.delivered(`the turns of frames (${kind})`)
      const outcomes = new Set(t.of('turn.outcome'))
      const right = kind === 'sandboxed' ? 'completed' : 'abandoned'
      t.expect(outcomes.size === 1 && outcomes.has(right), `outcomes are ${[...outcomes]}`)
      if (kind === 'sandboxed') t.expect(t.of('delivery.store')[0] === 'memory', `store is ${t.of('delivery.store')}`)
    },
  },
  {
    row: 36,
    title: 'what extensions do to the page',
    injected: 'the answer wrapped in <font> and translated, as a page translator does; foreign elements beside it',
    async trial(t) {
      const kind = t.pick(['translated', 'beside', 'dark'])
      const tab = await t.visit()
      await t.chat(tab, short)
      await t.send(tab, { words: 30, every: 25 })
      await t.streaming(tab, 60)
      await tab.run((kind) => {
        const answer = turns.at(-1).answer
        if (kind === 'dark') document.documentElement.setAttribute('data-darkreader-mode', 'dynamic')
        if (kind === 'beside') {
          const box = document.createElement('grammarly-extension')
          box.textContent = 'a long text that is not of the answer and should not be counted at all '.repeat(5)
          document.body.append(box)
        }
        if (kind !== 'translated') return
        document.documentElement.classList.add('translated-ltr')
        for (const node of Array.from(answer.childNodes)) {
          const font = document.createElement('font')
          const inner = document.createElement('font')
          inner.textContent = node.textContent.replace('word', 'Woertlein')
          font.append(inner)
          node.replaceWith(font)
        }
      }, kind)
      await t.heard(tab)
      await t.delivered()
      const turn = t.turn([...t.site.ledger][1])
      const right = Array.from({ length: 30 }, (_, i) => `word${i}`).join('').length
      const counted = turn['chat_vitals.render.chars']
      t.facts[kind] = counted
      t.expect(
        counted >= right * 0.9 && counted <= right * 1.1,
        `${kind}: ${counted} characters, the host wrote ${right}`,
      )
      if (kind === 'translated') t.expect(turn['chat_vitals.dom_foreign'] === true, 'dom_foreign is not set')
      t.expect(turn['chat_vitals.turn.outcome'] === 'completed', `outcome is ${turn['chat_vitals.turn.outcome']}`)
    },
  },
  {
    row: 37,
    title: 'hostile values',
    injected:
      'attributes, identities, prompts and a beforeSend full of traps; a polluted Object.prototype; 10,000 generated cases are a unit test',
    async trial(t) {
      const kind = t.pick(['attributes', 'before-send', 'polluted'])
      const traps = `{
        ok: 'yes', nan: NaN, big: 10n ** 30n, lone: '\\ud800 x', long: 'y'.repeat(1 << 20), ['__proto__']: { polluted: true },
        get thrower() { throw new Error('no') }, fn() {}, symbol: Symbol('s'), cycle: (() => { const a = []; a.push(a); return a })(),
        proxy: new Proxy({}, { get() { throw new Error('no') }, ownKeys() { throw new Error('no') } }), deep: { a: { b: 1 } }, list: [1, 'a', null],
      }`
      const tab = await t.visit({
        ...(kind === 'attributes' && {
          options: `attributes: () => (${traps}), user: '\\udfff', conversation: '__proto__'`,
        }),
        ...(kind === 'before-send' && {
          options: `beforeSend: (record) => ({ ...record, attributes: ${traps}, extra: record })`,
        }),
        ...(kind === 'polluted' && { before: `Object.prototype.polluted = 'spread'; Array.prototype.odd = 1;` }),
      })
      await t.chat(tab, short)
      await t.chat(tab, short)
      if (kind === 'before-send') await t.quiet(tab)
      else await t.delivered('turns with hostile values')
      t.expect(
        t.collector.requests.every(({ status }) => status === 200),
        'the collector was sent something that is no OTLP',
      )
      const raw = t.collector.spans.map((span) => span.raw).join()
      t.expect(!raw.includes('"polluted"') || kind !== 'polluted', 'the pollution spread')
      for (const span of t.turns()) {
        t.expect(span.raw.length < 20_000, `a span of ${span.raw.length} letters`)
        if (kind === 'attributes') t.expect(span.attributes.ok === 'yes', 'a sound attribute was lost')
      }
      t.expect((await tab.run('({}).polluted === undefined')) || kind === 'polluted', 'a prototype was polluted')
    },
    drops: true,
  },
  {
    row: 48,
    title: 'a chat call that is redirected',
    injected:
      'a redirect to another origin, whose CORS allows content-type and no other header; or two calls that break for other reasons; or the same redirect with `propagateTo: false`',
    async trial(t) {
      const kind = t.pick(['redirected', 'broken', 'without'])
      const seen = []
      const nobody = await t.closedPort()
      let preflights = 0
      let broken = false
      t.site.pages['/moved'] = (request, response) => {
        seen.push(request.headers.traceparent)
        // Browsers ask again by themselves where a kept connection was cut; not where nobody listens.
        if (broken) return response.writeHead(307, { location: `http://127.0.0.1:${nobody}/` }).end()
        if (kind === 'broken') return t.site.model(request, response)
        return response.writeHead(307, { location: `${t.site.elsewhere}/elsewhere` }).end()
      }
      t.site.pages['/elsewhere'] = (request, response) => {
        if (request.method !== 'OPTIONS') return t.site.model(request, response)
        preflights++
        const allowed = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'content-type' }
        return response.writeHead(204, allowed).end()
      }
      const bare = await t.visit({ bare: true, library: '', chat: '/moved' })
      const works = async (tab) => {
        const { turns: had } = await t.type(tab, short)
        await t.until(() => tab.run((was) => turns.length > was && turns.at(-1).done, had), 'the end of the call')
        return tab.run('turns.at(-1).whole === true')
      }
      t.expect(await works(bare), 'the call fails without the library, too')
      await t.close(bare)
      seen.length = 0
      const tab = await t.visit({ chat: '/moved', ...(kind === 'without' && { init: { propagateTo: false } }) })
      const all = []
      for (let i = 0; i < 5; i++) {
        broken = kind === 'broken' && i < 2
        all.push(await works(tab))
        // A turn whose call failed may wait for a further one.
        await t.sleep(100)
      }
      const headers = seen.map(Boolean).join()
      const right = {
        redirected: ['false,true,true,true,true', 'true,false,false,false,false', 1],
        broken: ['false,false,true,true,true', 'true,false,true,true,true', 0],
        without: ['true,true,true,true,true', 'false,false,false,false,false', 0],
      }[kind]
      t.expect(all.join() === right[0], `of the page’s calls succeeded ${all}`)
      t.expect(headers === right[1], `our header was on ${headers}: a call was repeated, or carried it again`)
      const hints = await tab.run('said.filter((text) => text.includes("propagateTo: false")).length')
      t.expect(hints === right[2], `${hints} hints`)
      t.facts.preflights = preflights
      // What carries no header can be noted by its record alone: as many as were sent, by the server's count.
      await t.until(() => t.site.records.size >= seen.length, 'a record of each call')
      for (const trace of t.site.records.values()) t.site.ledger.add(trace)
      t.expect(t.site.ledger.size === 5, `${t.site.ledger.size} turns of five sends`)
      await t.delivered('all turns, with the header and without')
      const outcomes = t.of('turn.outcome').toSorted().join()
      const failed = all.filter((whole) => !whole).length
      const expected = [...Array(5 - failed).fill('completed'), ...Array(failed).fill('error')].join()
      t.expect(outcomes === expected, `outcomes are ${outcomes}`)
    },
  },
]
