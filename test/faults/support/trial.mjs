// One trial: a site, a collector and a browser of its own origin, words for what happens to them, and the reconciling of
// the ledger with what the collector holds.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chatPage } from './page.mjs'
import { reckon, tell } from './reckon.mjs'
import { startSite } from './site.mjs'

/** Waits of the library that trials run scaled; what is not named (gestures, ages, paint and its end, the database) stays as it is. */
const scaled = [
  'followUp', 'retry', 'heartbeat', 'suspended', 'suspendedBlind', 'checkpoint', 'fetchLater', 'stopMost',
  'sendTimeout', 'sendEvery', 'backoffFirst', 'backoffMost', 'retryAfterMost', 'loadAgain', 'leaderTakeover', 'leaderLook',
  'leaderLease', 'signOfLife', 'silent', 'recoverEvery', 'tidyEvery',
] // prettier-ignore
export const scale = 0.1

/** What a page without the library finds of it on the device: ids of turns that wait, and what was dropped. */
const peek = async () => {
  const found = { traces: [], dropped: 0, rows: 0, ready: 0, others: [], kept: [] }
  let storage
  try {
    storage = localStorage
  } catch {
    return found
  }
  // All there is of it, whoever's and whatever it is for.
  found.kept.push(...Object.keys(storage).filter((key) => key.startsWith('chat-vitals:')))
  const add = (record) => record?.kind === 'turn' && found.traces.push(record.traceId)
  for (const key of Object.keys(storage)) {
    if (!key.startsWith('chat-vitals:tail:')) continue
    try {
      for (const { saved, record } of JSON.parse(storage[key]).entries) if (!saved) add(record)
    } catch {}
  }
  const known = (await indexedDB.databases?.()) ?? [{ name: 'chat-vitals', version: 1 }]
  if (!known.some(({ name, version }) => name === 'chat-vitals' && version === 1)) return found
  await new Promise((resolve) => {
    const request = indexedDB.open('chat-vitals', 1)
    setTimeout(resolve, 2000)
    request.onerror = resolve
    request.onsuccess = () => {
      const db = request.result
      try {
        const tx = db.transaction(['records', 'contexts', 'meta'])
        for (const name of ['records', 'contexts', 'meta'])
          tx.objectStore(name).getAllKeys().onsuccess = ({ target }) =>
            found.kept.push(...target.result.map((key) => `${name}/${key}`))
        tx.objectStore('records').getAll().onsuccess = ({ target }) => {
          for (const row of target.result) {
            found.rows++
            if (row?.state === 'ready' && row.record?.kind === 'turn') found.ready++
            if (row?.v === 1) add(row.record)
            else found.others.push(row?.v)
          }
        }
        // A count for each application of the origin.
        tx.objectStore('meta').getAll().onsuccess = ({ target }) => {
          found.dropped = target.result.reduce((sum, { dropped = 0 }) => sum + dropped, 0)
        }
        tx.oncomplete = () => {
          db.close()
          resolve()
        }
      } catch {
        db.close()
        resolve()
      }
    }
  })
  return found
}

/**
 * @param {{ row: object, engine: object, share: () => Promise<object>, n: number, realTime: boolean, support: object }} given `share`
 *   gives the browser of rows that need none of their own
 * @returns {Promise<object>} what became of the turns, and the promises that were broken
 */
export async function runTrial({ row, engine, share, n, realTime, support }) {
  const problems = []
  const facts = {}
  const tabs = []
  const site = await startSite()
  const collector = await support.startCollector()
  /** Of the applications of this origin, each its own. */
  const collectors = [collector]
  site.pages['/v1/traces'] = collector.handle
  site.pages['/blank'] = { html: '<!doctype html><title>blank</title>' }
  const timing = { ...support.timing }
  if (!realTime) for (const name of scaled) timing[name] *= scale
  const own = Array.isArray(row.own) ? row.own.includes(engine.name) : row.own
  const profile = own ? await mkdtemp(join(tmpdir(), 'chat-vitals-faults-')) : undefined
  let browser
  // Aborted when the trial is over, by its end or by the clock: whatever waits then waits no longer.
  const over = new AbortController()
  const ended = new Promise((_, reject) => over.signal.addEventListener('abort', () => reject(over.signal.reason)))
  ended.catch(() => {})
  const pause = (ms) => sleep(ms, undefined, { signal: over.signal })
  let visits = 0
  // Nothing can be asked of the browser in the end.
  let lone = false
  // Makes every prompt another: the same one at once is a double click, not a second turn.
  let sends = 0

  /** A tab that answers nothing any more once the trial is over. */
  const opened = async (to, target) => {
    const tab = await Promise.race([browser.open(to, target), ended])
    const { run } = tab
    tab.run = (...code) => Promise.race([run(...code), ended])
    return tab
  }

  const t = {
    n,
    site,
    collector,
    timing,
    realTime,
    facts,
    sleep: pause,
    engine,
    /** The kinds of a fault take turns over the trials. */
    pick: (kinds) => kinds[n % kinds.length],
    expect(holds, promise) {
      if (!holds) problems.push(promise)
    },
    get browser() {
      return browser
    },
    /** Patient: how long something may take is a promise only where a row says so, and machines are shared. */
    async until(holds, what, ms = 60_000) {
      const end = Date.now() + ms
      for (;;) {
        if (await Promise.race([holds(), ended])) return
        if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`)
        await pause(20)
      }
    },
    /** The collector of another application. */
    async another() {
      const one = await support.startCollector()
      collectors.push(one)
      return one
    },
    /** Where nobody listens. */
    async closedPort() {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address()
      server.close()
      await once(server, 'close')
      return port
    },
    /** Opens the chat, with the library in it, and waits for its engine. */
    async visit({ tab, path, headers, target, bare, query = '', ...page } = {}) {
      const where = path ?? `/chat${++visits}`
      page.init = { endpoint: collector.url, service: 'faults', ...page.init, timing: { ...timing, ...page.timing } }
      site.pages[where] = { html: chatPage(page), headers: { 'referrer-policy': 'unsafe-url', ...headers } }
      const to = (page.origin ?? site.url) + where + query
      if (tab) await tab.goto(to)
      else tabs.push((tab = await opened(to, target)))
      if (!bare) await t.ready(tab)
      return tab
    },
    ready: (tab) =>
      t.until(
        () => tab.run('typeof turns === "object" && typeof delivery === "object"').catch(() => false),
        'the engine',
      ),
    /** A page that makes a visit by itself when it is told to: for a browser whose driver will be gone. */
    async waiter() {
      let go = false
      lone = true
      site.pages['/go'] = (_, response) => response.writeHead(go ? 200 : 204).end()
      site.pages['/wait'] = {
        html: `<script>setInterval(() => fetch('/go').then(({ status }) => status === 200 && (location.href = '/again')), 100)</script>`,
      }
      await t.visit({ tab: { goto: async () => {} }, path: '/again', bare: true })
      await opened(`${site.url}/wait`)
      return { go: () => (go = true) }
    },
    /** A further tab without the library. */
    async blank(origin = site.url) {
      return opened(`${origin}/blank`)
    },
    /** Types a prompt and presses Enter; gives what was in the page's ledger and how many turns it had. */
    async type(tab, program = {}) {
      const had = await tab.run(
        (text) => {
          const box = document.querySelector('#prompt')
          box.focus()
          box.value = text
          return { noted: noted.length, turns: turns.length }
        },
        JSON.stringify({ ...program, nth: ++sends }),
      )
      // Two keys at once are one gesture: nobody sends that fast.
      await pause(60)
      await tab.enter()
      return had
    },
    /** The same; back when the turn is in the ledger. */
    async send(tab, program) {
      const before = site.calls.length
      const had = await t.type(tab, program)
      await t.until(() => tab.run((was) => noted.length > was, had.noted), 'a turn of the ledger')
      return before
    },
    /** Until the page shows text of its last answer. */
    streaming: (tab, letters = 20) =>
      t.until(() => tab.run((least) => turns.at(-1)?.answer.textContent.length >= least, letters), 'text on the page'),
    /** Until the page has its last answer. */
    heard: (tab) => t.until(() => tab.run('turns.at(-1).done === true'), 'the end of the answer'),
    async chat(tab, program) {
      await t.send(tab, program)
      await t.heard(tab)
    },
    counts: (tab) => tab.run('delivery.counts()'),
    /** Spans of turns, the highest revision of each. */
    turns: () => collectors.flatMap((one) => one.unique('chat.turn')),
    turn: (trace) => t.turns().find((span) => span.traceId === trace)?.attributes ?? {},
    /** Attribute without its prefix, of all delivered turns in the order of their opening. */
    of: (name) => [...site.ledger].map((trace) => t.turn(trace)['chat_vitals.' + name]),
    /** Until the collector holds every turn of the ledger. */
    delivered: (what = 'all turns at the collector') =>
      t
        .until(() => {
          const held = new Set(t.turns().map((span) => span.traceId))
          return site.ledger.size > 0 && [...site.ledger].every((trace) => held.has(trace))
        }, `${what} (${site.ledger.size} opened)`)
        .catch((error) => {
          throw new Error(`${error.message}; ${t.turns().length} there, ${collector.requests.length} requests`)
        }),
    /** Until the page has heard that it has nothing left. */
    quiet: (tab) =>
      t.until(async () => {
        const { pending } = await t.counts(tab)
        return pending === 0
      }, 'nothing pending on the page'),
    /** The browser that is started again with the same profile. */
    async again() {
      browser = await engine.start({ profile })
      tabs.length = 0
    },
    forget: (tab) => void tabs.splice(tabs.indexOf(tab), 1),
    async close(tab) {
      t.forget(tab)
      await tab.close()
    },
    async peek() {
      const tab = await t.blank()
      const found = await tab.run(peek)
      await tab.close()
      return found
    },
    /** How far the record lies behind what the user had seen, ms: `at` is epoch. */
    lag: (trace, at) => {
      const span = t.turns().find((one) => one.traceId === trace)
      return at - (span.startMs + 1000 * (span.attributes['chat_vitals.time_to.last_text'] ?? 0))
    },
  }

  let result = { opened: 0, delivered: 0, pending: 0, dropped: 0, unexplained: 0, duplicates: 0, raw: 0, reasons: {} }
  const most = realTime ? 1_200_000 : (row.mostMs ?? 180_000)
  let late = false
  const timer = setTimeout(() => {
    late = true
    over.abort(new Error(`the trial did not end within ${most} ms`))
  }, most)
  try {
    browser = profile ? await engine.start({ profile }) : await share()
    await Promise.race([row.trial(t), ended])
    const told = []
    for (const tab of tabs) told.push(await tab.run(tell).catch(() => undefined))
    const { traces } = lone ? { traces: [] } : await t.peek()
    const { problems: found, ...figures } = reckon({
      row,
      site,
      collector: { spans: collectors.flatMap((one) => one.spans) },
      told: told.filter(Boolean),
      stored: traces,
    })
    problems.push(...found)
    result = figures
  } catch (error) {
    problems.push(error.message)
    result.opened = site.ledger.size
    result.delivered = new Set(t.turns().map((span) => span.traceId)).size
  } finally {
    clearTimeout(timer)
    // What the trial still waits for comes to nothing.
    over.abort(new Error('the trial is over'))
    // A row's own browser ends with it; of a shared one, the tabs.
    if (profile) await browser?.close().catch(() => {})
    else for (const tab of tabs) await Promise.race([tab.close().catch(() => {}), sleep(5000)])
    if (profile) await rm(profile, { recursive: true, force: true, maxRetries: 5 }).catch(() => {})
    await Promise.all([site, ...collectors].map((one) => one.close()))
  }
  return { n, ...result, late, facts, problems }
}
