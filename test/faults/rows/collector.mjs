// Faults between the page and its collector: what was recorded must arrive once the way is free, and not hammer at it before.

/** Some turns whole, on a page that stays. */
async function some(t, visit = {}, most = 2) {
  const tab = await t.visit(visit)
  for (let i = 0; i < most; i++) await t.chat(tab, { words: 6, every: 10 })
  return tab
}
/** Times between the requests that the collector saw, ms. */
const gaps = ({ requests }) => requests.slice(1).map((request, i) => request.at - requests[i].at)
const whole = (t) => {
  const outcomes = t.of('turn.outcome')
  t.expect(
    outcomes.every((one) => one === 'completed'),
    `outcomes are ${outcomes}`,
  )
}
/** A page whose endpoint is bad, closed again; then one with a good endpoint, which sends for both. */
async function badThenGood(t, endpoint) {
  const tab = await some(t, { init: { endpoint } })
  await t.sleep(t.timing.sendEvery * 8)
  const { delivered, pending, opened } = await t.counts(tab)
  t.expect(delivered === 0 && pending === opened, `${delivered} of ${opened} were taken for delivered`)
  await t.close(tab)
  await t.sleep(300)
  t.expect(t.turns().length === 0, 'the collector has nothing yet')
  t.collector.always({})
  const good = await t.visit()
  // The pause that the failures have earned is waited for.
  await t.delivered('what had waited for a way to the collector')
  whole(t)
  return good
}

export const collector = [
  {
    row: 9,
    title: 'offline, then online',
    injected:
      'the tab offline by the browser (chat included), or the collector’s listener closed while navigator.onLine says true',
    async trial(t) {
      const tab = await t.visit()
      await t.chat(tab)
      await t.delivered()
      const byTab = t.n % 2 === 0 && !t.engine.cannot.offline
      if (byTab) await tab.offline(true)
      else await t.collector.down()
      for (let i = 0; i < 3; i++) {
        const before = await tab.run('noted.length')
        await t.chat(tab, { words: 6, every: 10 })
        t.expect((await tab.run('noted.length')) === before + 1, 'the turn is in the ledger')
      }
      // Ten minutes, scaled: long enough for the back-off to grow.
      await t.sleep(t.realTime ? 600_000 : t.n % 4 < 2 ? 4000 : 1500)
      for (const id of await tab.run('[...noted]')) t.site.ledger.add(id)
      t.expect(t.turns().length === 1, 'nothing arrived while offline')
      const seen = t.collector.requests.length
      if (byTab) await tab.offline(false)
      else await t.collector.up()
      await t.until(() => t.collector.requests.length > seen, 'the first probe', t.realTime ? 360_000 : 40_000)
      const probe = t.collector.requests[seen].at
      await t.delivered('the turns from offline')
      const last = t.collector.requests.at(-1).at
      t.facts.afterProbeMs = last - probe
      t.expect(last - probe <= 5000, `the last turn came ${last - probe} ms after the first successful probe`)
      await t.quiet(tab)
    },
  },
  {
    row: 11,
    title: '429 or 503 with Retry-After',
    injected:
      'Retry-After in seconds, as a date, absurdly large, and no time at all; from the page’s origin and from another',
    async trial(t) {
      const status = t.n % 2 ? 429 : 503
      const retryAfterMost = 2500
      const date = (ms) => new Date(Date.now() + ms).toUTCString()
      const text = t.pick(['2', date(5000), '999999999', 'soon', date(9e9), '-5'])
      const headers = { 'retry-after': text }
      t.collector.next({ status, headers })
      const endpoint = t.n % 3 ? t.collector.url : '/v1/traces'
      const tab = await some(t, { init: { endpoint }, timing: { retryAfterMost } }, 1)
      await t.until(() => t.collector.requests.length > 0, 'the refused request')
      // A second turn and a second tab must wait as well.
      await t.chat(tab, { words: 6, every: 10 })
      await t.visit({ init: { endpoint }, timing: { retryAfterMost } })
      await t.delivered()
      const [gap] = gaps(t.collector)
      t.facts.gapMs = gap
      const asked = /^\d/.test(text) ? text * 1000 : Date.parse(text) - t.collector.requests[0].at
      const leastMs = Math.max(0, Math.min(asked || 0, retryAfterMost))
      t.expect(gap >= leastMs - 5, `asked to wait ${leastMs} ms, came after ${gap}`)
      t.expect(gap <= leastMs + 4000, `asked to wait ${leastMs} ms, came only after ${gap}`)
      whole(t)
    },
  },
  {
    row: 12,
    title: '429, 500, 502, 503, 504, 408 without a header',
    injected: 'the status four times in a row, then a good answer',
    async trial(t) {
      const status = t.pick([429, 500, 502, 503, 504, 408])
      t.collector.next(...Array.from({ length: 4 }, () => ({ status })))
      const tab = await some(t)
      await t.delivered()
      await t.quiet(tab)
      // Full jitter: each pause is anything from nothing to twice the one before; their most is what can be held to it.
      const { backoffFirst, sendEvery } = t.timing
      gaps(t.collector)
        .slice(0, 4)
        .forEach((gap, i) => t.expect(gap <= backoffFirst * 2 ** i + sendEvery + 2000, `pause ${i + 1} was ${gap} ms`))
      t.expect(t.collector.inFlight.most <= 1, `${t.collector.inFlight.most} requests at once`)
      t.expect(t.collector.requests.length <= 8, `${t.collector.requests.length} requests`)
      whole(t)
    },
  },
  {
    row: 13,
    title: '400, 401, 403, 404, 413, 422',
    injected: 'the status to everything, then a good answer; 413 to more than one turn at once',
    drops: true,
    async trial(t) {
      const status = t.pick([400, 401, 403, 404, 413, 422])
      if (status === 413) {
        // Four records at once, and only one at a time is taken.
        await t.collector.down()
        const tab = await some(t, {}, 4)
        t.collector.always({ mostTurns: 1 })
        await t.collector.up()
        await t.delivered('the halves')
        await t.quiet(tab)
        const sizes = t.collector.requests.map((one) => one.spans.filter((span) => span.name === 'chat.turn').length)
        t.expect(sizes[0] > 1, 'nothing was too large')
        const halved = sizes.every((size, i) => t.collector.requests[i].status !== 413 || sizes[i + 1] <= size / 2)
        t.expect(halved, `numbers of turns were ${sizes}`)
        return
      }
      t.collector.always({ status })
      const tab = await some(t, {}, 1)
      await t.quiet(tab)
      await t.sleep(1500)
      const { dropped } = await t.counts(tab)
      t.expect(dropped[`http_${status}`] === 1, `dropped is ${JSON.stringify(dropped)}`)
      // Of each record one try, and one more; the turn, the page view, and each may be refused in company first.
      t.expect(t.collector.requests.length <= 6, `${t.collector.requests.length} requests: a hot loop`)
      t.collector.always({})
      await t.chat(tab, { words: 6, every: 10 })
      await t.until(() => t.turns().length === 1, 'the turn after it')
      const told = t.turns()[0].attributes['chat_vitals.delivery.dropped']
      t.expect(told >= 1, `the next turn says that ${told} were dropped`)
    },
  },
  {
    row: 14,
    title: '200 with partial success',
    injected: '`rejectedSpans: 1` in the answer',
    async trial(t) {
      t.collector.next({ body: '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}' })
      // A busy machine must not make it give up an answer that is there.
      const tab = await some(t, { init: { webVitals: false }, timing: { sendTimeout: 10_000 } }, 1)
      await t.delivered()
      await t.quiet(tab)
      await t.sleep(t.timing.sendEvery * 5)
      t.expect(t.collector.requests.length === 1, `${t.collector.requests.length} requests: it was sent again`)
      const { rejectedSpans } = await t.counts(tab)
      t.expect(rejectedSpans === 1, `rejected spans are counted as ${rejectedSpans}`)
      const said = await tab.run('said.filter((text) => text.includes("rejected 1 span"))')
      t.expect(said.length === 1, `said ${said.length} times`)
    },
  },
  {
    row: 15,
    title: 'collector slow, hanging, dripping',
    injected:
      'no answer at all; an answer later than the time-out; a byte of it now and then; on the page’s own origin, three tabs',
    async trial(t) {
      const { sendTimeout } = t.timing
      const [kind, reply] = t.pick([
        ['hangs', { hang: true, keep: false }],
        ['is slow', { delayMs: sendTimeout * 3, keep: false }],
        ['drips', { dripMs: sendTimeout / 2, body: '{                    }', keep: false }],
      ])
      t.collector.next(reply, reply)
      const tabs = [await some(t, { init: { endpoint: '/v1/traces' } }, 1)]
      for (let i = 0; i < 2; i++) tabs.push(await some(t, { init: { endpoint: '/v1/traces' } }, 1))
      await t.until(() => t.collector.requests.length > 0, 'a request that gets no answer')
      // Six connections a host: were several of them ours, the page's own calls would wait.
      const own = await tabs[0].run(async () => {
        const from = performance.now()
        await Promise.all(Array.from({ length: 5 }, () => fetch('/blank').then((response) => response.text())))
        return performance.now() - from
      })
      t.facts.ownMs = own
      t.expect(own < sendTimeout, `five calls of the page took ${Math.round(own)} ms while the collector ${kind}`)
      t.expect(t.collector.inFlight.most === 1, `${t.collector.inFlight.most} requests at once from three tabs`)
      await t.delivered(`what waited while the collector ${kind}`)
      const [gap] = gaps(t.collector)
      // By the collector's clock, which sees each request a little after it went out.
      t.expect(gap >= sendTimeout - 500, `given up after ${gap} ms, not ${sendTimeout}`)
      whole(t)
    },
  },
  {
    row: 16,
    title: 'reset after the upload, answer lost',
    injected: 'the collector keeps the spans and cuts the connection; or cuts it after 100 bytes and keeps nothing',
    async trial(t) {
      const [kind, reply] = t.pick([
        ['kept', { reset: true }],
        ['cut', { resetAfterBytes: 100 }],
      ])
      t.collector.next(reply)
      const tab = await some(t)
      await t.delivered()
      await t.quiet(tab)
      const copies = t.collector.spans.filter((span) => span.name === 'chat.turn').length
      if (kind === 'kept') t.expect(copies > t.site.ledger.size, 'the kept upload was sent again')
      else t.expect(copies === t.site.ledger.size, 'what was cut was sent once')
      whole(t)
    },
  },
  {
    row: 17,
    title: 'no name, no TLS, refused, captive portal',
    injected:
      'an endpoint that does not resolve, speaks no TLS, refuses, or says 200 with HTML, text, a list, or after a redirect; then a good one',
    async trial(t) {
      const html = { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Welcome</h1>', keep: false }
      const portal = (reply) => async () => t.collector.always(reply)
      const [endpoint, before] = t.pick([
        ['http://collector.invalid/v1/traces'],
        [t.collector.url.replace('http:', 'https:')],
        [`http://127.0.0.1:${await t.closedPort()}/v1/traces`],
        [t.collector.url, portal(html)],
        [t.collector.url, portal({ body: 'welcome', headers: { 'content-type': 'text/plain' }, keep: false })],
        [t.collector.url, portal({ body: '[]', keep: false })],
        ['/moved'],
      ])
      // Another origin's door, which takes anything.
      t.site.pages['/moved'] = (_, response) =>
        response.writeHead(307, { location: `${t.site.elsewhere}/portal`, 'access-control-allow-origin': '*' }).end()
      t.site.pages['/portal'] = (request, response) =>
        response
          .writeHead(request.method === 'OPTIONS' ? 204 : 200, {
            'access-control-allow-origin': '*',
            'access-control-allow-headers': 'content-type,content-encoding',
          })
          .end()
      await before?.()
      await badThenGood(t, endpoint)
    },
  },
  {
    row: 18,
    title: 'ad blocker',
    injected:
      'requests to the collector fail as blocked by the client (by a script of the blocker’s where the driver cannot block); a first-party path beside it; a sendBeacon that says true and sends nothing',
    memory: true,
    async trial(t) {
      const script = t.engine.cannot.block !== undefined
      const before = `{ let beacons = 0; navigator.sendBeacon = () => (window.beacons = ++beacons, true) }
        if (${script}) {
          window.blocked = true
          const real = window.fetch
          window.fetch = (input, init) =>
            window.blocked && String(input.url ?? input).startsWith('${t.collector.url}')
              ? Promise.reject(new TypeError('blocked')) : real(input, init)
        }`
      const firstParty = t.n % 2 === 1
      const endpoint = firstParty ? '/v1/traces' : t.collector.url
      const tab = await t.visit({ before, init: { endpoint } })
      if (!script) await tab.block([`${t.collector.url}*`])
      for (let i = 0; i < 2; i++) await t.chat(tab, { words: 6, every: 10 })
      if (!firstParty) {
        await t.sleep(2500)
        const { delivered, pending } = await t.counts(tab)
        t.expect(delivered === 0 && pending === 2, `blocked: ${delivered} delivered, ${pending} pending`)
        t.expect(t.collector.requests.length === 0, 'something came through')
        t.expect((await tab.run('globalThis.beacons ?? 0')) === 0, 'a beacon was sent')
        await (script ? tab.run('window.blocked = false, 0') : tab.block([]))
      }
      await t.delivered()
      await t.quiet(tab)
      whole(t)
    },
  },
  {
    row: 19,
    title: 'CSP connect-src blocks',
    injected: 'a Content-Security-Policy without the collector; turns for some seconds; then a visit without it',
    async trial(t) {
      const headers = { 'content-security-policy': `connect-src 'self'` }
      const tab = await some(t, { headers, init: { endpoint: t.collector.url } }, 3)
      await t.sleep(3000)
      const { violations, hints } = await tab.run(
        '({ violations, hints: said.filter((text) => text.includes("[chat-vitals]") && text.includes("connect-src")).length })',
      )
      t.facts.violations = violations
      t.expect(hints === 1, `${hints} hints`)
      t.expect(violations <= 1, `${violations} violations on the page’s account within five minutes`)
      const { delivered, pending } = await t.counts(tab)
      t.expect(delivered === 0 && pending === 3, `${delivered} delivered, ${pending} pending`)
      await t.close(tab)
      // After the five minutes, which a clock that is ahead stands for.
      await t.visit({ before: '{ const now = Date.now; Date.now = () => now() + 310_000 }' })
      await t.delivered('what the policy had kept back')
      whole(t)
    },
  },
  {
    row: 20,
    title: 'CORS or preflight fails',
    injected: 'a collector that allows no other origin; then it does',
    async trial(t) {
      t.collector.always({ closed: true, keep: false })
      const tab = await some(t)
      await t.sleep(1500)
      const { delivered, pending } = await t.counts(tab)
      t.expect(delivered === 0 && pending === 2, `${delivered} delivered, ${pending} pending`)
      t.expect(t.collector.preflights.length > 0, 'there was a preflight')
      const asked = t.collector.preflights.filter((names) => names && names !== 'content-type')
      t.expect(asked.length === 0, `asked for the headers ${asked}`)
      t.collector.always({})
      await t.delivered()
      await t.quiet(tab)
      whole(t)
    },
  },
  {
    row: 39,
    title: 'keepalive budget used by the host',
    injected: '60 KiB of the page’s own in flight with keepalive when it leaves mid-stream',
    async trial(t) {
      t.site.pages['/slow'] = (request) => request.resume()
      const tab = await t.visit()
      await t.chat(tab)
      await t.send(tab, { endless: true })
      await t.streaming(tab)
      const [trace] = [...t.site.ledger].slice(-1)
      await tab.run(
        `void fetch('/slow', { method: 'POST', body: 'x'.repeat(60 * 1024), keepalive: true }).catch(() => {}), 0`,
      )
      await t.sleep(100)
      if (t.n % 2) await tab.leave(`${t.site.elsewhere}/blank`)
      else await t.close(tab)
      await t.sleep(1000)
      t.facts.delivery = { left: [Number(t.turns().some((span) => span.traceId === trace)), 1], completed: [0, 0] }
      await t.visit(t.n % 2 ? { tab } : {})
      await t.delivered()
      t.expect(t.turn(trace)['chat_vitals.turn.ended_by'] === 'page_left', 'the turn was left')
    },
  },
]
