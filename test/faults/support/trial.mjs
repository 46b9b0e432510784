// One trial: a site, a collector and a browser of its own origin, words for what happens to them, and the reconciling of
// the ledger with what the collector holds.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chatPage } from './page.mjs'
import { startSite } from './site.mjs'

/** Waits of the library that trials run scaled; what is not named (gestures, ages, paint) stays as it is. */
const scaled = [
  'settle', 'followUp', 'heartbeat', 'suspended', 'suspendedBlind', 'checkpoint', 'fetchLater', 'storeOpen', 'stopMost',
  'sendTimeout', 'sendEvery', 'backoffFirst', 'backoffMost', 'retryAfterMost', 'leaderTakeover',
] // prettier-ignore
export const scale = 0.1

/** What a page without the library finds of it on the device: ids of turns that wait, and what was dropped. */
const peek = async () => {
  const found = { traces: [], dropped: 0, rows: 0, others: [] }
  let storage
  try {
    storage = localStorage
  } catch {
    return found
  }
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
        const tx = db.transaction(['records', 'meta'])
        tx.objectStore('records').getAll().onsuccess = ({ target }) => {
          for (const row of target.result) {
            found.rows++
            if (row?.v === 1) add(row.record)
            else found.others.push(row?.v)
          }
        }
        tx.objectStore('meta').get('device').onsuccess = ({ target }) => (found.dropped = target.result?.dropped ?? 0)
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
 * @param {{ row: object, engine: object, browser: object, n: number, realTime: boolean, support: object }} given
 * @returns {Promise<object>} what became of the turns, and the promises that were broken
 */
export async function runTrial({ row, engine, browser: shared, n, realTime, support }) {
  const problems = []
  const facts = {}
  const tabs = []
  const site = await startSite()
  const collector = await support.startCollector()
  site.pages['/v1/traces'] = collector.handle
  site.pages['/blank'] = { html: '<!doctype html><title>blank</title>' }
  const timing = { ...support.timing }
  if (!realTime) for (const name of scaled) timing[name] *= scale
  const profile = row.own ? await mkdtemp(join(tmpdir(), 'chat-vitals-faults-')) : undefined
  let browser = profile ? await engine.start({ profile }) : shared
  let visits = 0
  // Makes every prompt another: the same one at once is a double click, not a second turn.
  let sends = 0

  const t = {
    n,
    site,
    collector,
    timing,
    realTime,
    facts,
    sleep,
    engine,
    /** The kinds of a fault take turns over the trials. */
    pick: (kinds) => kinds[n % kinds.length],
    expect(holds, promise) {
      if (!holds) problems.push(promise)
    },
    get browser() {
      return browser
    },
    async until(holds, what, ms = realTime ? 60_000 : 20_000) {
      const end = Date.now() + ms
      for (;;) {
        if (await holds()) return
        if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`)
        await sleep(20)
      }
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
      else tabs.push((tab = await browser.open(to, target)))
      if (!bare) await t.ready(tab)
      return tab
    },
    ready: (tab) =>
      t.until(
        () => tab.run('typeof turns === "object" && typeof delivery === "object"').catch(() => false),
        'the engine',
      ),
    /** A further tab without the library. */
    async blank(origin = site.url) {
      const tab = await browser.open(`${origin}/blank`)
      return tab
    },
    /** Types a prompt and presses Enter; back when the turn is in the ledger. */
    async send(tab, program = {}) {
      const before = site.calls.length
      const key = await tab.run(
        (text) => {
          const box = document.querySelector('#prompt')
          box.focus()
          box.value = text
          return noted.length
        },
        JSON.stringify({ ...program, nth: ++sends }),
      )
      // Two keys at once are one gesture: nobody sends that fast.
      await sleep(60)
      await tab.enter()
      await t.until(() => tab.run((was) => noted.length > was, key), 'a turn of the ledger')
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
    turns: () => collector.unique('chat.turn'),
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

  const result = { n, opened: 0, delivered: 0, pending: 0, dropped: 0, unexplained: 0, duplicates: 0, raw: 0 }
  try {
    const most = realTime ? 1_200_000 : (row.mostMs ?? 120_000)
    const late = sleep(most, undefined, { ref: false }).then(() => {
      throw new Error(`the trial did not end within ${most} ms`)
    })
    await Promise.race([row.trial(t), late])
    // What the page itself says comes first: it may be all there is.
    let memory = 0
    let dropped = 0
    for (const tab of tabs) {
      const told = await tab
        .run(
          `({ noted: [...noted], troubles: [...troubles], counts: globalThis.delivery?.counts(), turns: turns.map(({ call, bytes, hash, whole }) => ({ call, bytes, hash, whole })) })`,
        )
        .catch(() => undefined)
      if (!told) continue
      for (const trace of told.noted) site.ledger.add(trace)
      for (const trouble of told.troubles) problems.push(`the page saw ${trouble}`)
      for (const { call, bytes, hash, whole } of told.turns) {
        if (!whole || call == null || Number.isNaN(call) || !site.calls[call]?.ended) continue
        if (bytes !== site.calls[call].bytes || hash !== site.calls[call].hash)
          problems.push('the page got other bytes')
      }
      memory += told.counts?.pending ?? 0
      dropped += Object.values(told.counts?.dropped ?? {}).reduce((sum, one) => sum + one, 0)
    }
    const found = await t.peek()
    const spans = collector.spans.filter((span) => span.name === 'chat.turn')
    const keys = new Map()
    for (const span of spans) {
      const key = span.traceId + span.spanId
      const copies = keys.get(key) ?? new Map()
      const revision = span.attributes['chat_vitals.turn.revision']
      if ((copies.get(revision) ?? span.raw) !== span.raw) problems.push('copies of one revision differ')
      copies.set(revision, span.raw)
      keys.set(key, copies)
    }
    const delivered = new Set(spans.map((span) => span.traceId))
    const strangers = [...delivered].filter((trace) => !site.ledger.has(trace))
    if (strangers.length) problems.push(`${strangers.length} turns arrived that nobody opened`)
    const missing = [...site.ledger].filter((trace) => !delivered.has(trace))
    const stored = new Set(found.traces)
    const waiting = missing.filter((trace) => stored.has(trace)).length
    result.opened = site.ledger.size
    result.delivered = site.ledger.size - missing.length
    result.pending = Math.min(missing.length, Math.max(waiting, row.memory ? memory : 0))
    result.dropped = Math.min(missing.length - result.pending, Math.max(dropped, found.dropped))
    result.unexplained = missing.length - result.pending - result.dropped
    result.duplicates = keys.size - delivered.size
    result.raw = spans.length - keys.size
    if (result.opened === 0) problems.push('no turn was opened: nothing was measured')
    if (result.unexplained) problems.push(`${result.unexplained} turns are unaccounted for`)
    if (result.duplicates) problems.push(`${result.duplicates} turns are there twice`)
    if (result.pending && !row.keeps) problems.push(`${result.pending} turns are still pending`)
    if (result.dropped && !row.drops) problems.push(`${result.dropped} turns were dropped`)
  } catch (error) {
    problems.push(error.message)
    result.opened = site.ledger.size
    result.delivered = new Set(t.turns().map((span) => span.traceId)).size
  }
  // A row's own browser ends with it; of a shared one, the tabs.
  if (profile) await browser.close().catch(() => {})
  else for (const tab of tabs) await tab.close().catch(() => {})
  if (profile) await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  await Promise.all([site.close(), collector.close()])
  return { ...result, facts, problems }
}
