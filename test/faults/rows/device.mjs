// Faults of the device: storage, clocks, other tabs and applications, consent, files that are missing or of another release.
import { plainly } from '../support/site.mjs'

const filled = `{
  // Real letters until the browser itself says that it is full.
  let size = 1 << 20
  for (let i = 0; size >= 1; i++) try { localStorage['fill' + i] = 'x'.repeat(size) } catch { size >>= 1 }
}`
/** Another page's upgrade that does not end: every open waits behind it. */
const heldOpen = async () => {
  await new Promise((resolve) => {
    const request = indexedDB.open('chat-vitals', 1)
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore('held')
      const spin = () => {
        if (!window.letGo) store.get(0).onsuccess = spin
      }
      spin()
      resolve()
    }
  })
}
/** Writes into the library's database what `rows` says, [row, key], making it if need be. */
const plant = async (rows, version = 1) => {
  await new Promise((resolve, reject) => {
    const request = indexedDB.open('chat-vitals', version)
    request.onupgradeneeded = () => {
      const make = (name) => request.result.createObjectStore(name)
      const records = make('records')
      records.createIndex('queue', ['v', 'to', 'state', 'at'])
      records.createIndex('age', ['v', 'at', 'bytes'])
      make('contexts').createIndex('age', ['v', 'at'])
      make('meta')
    }
    request.onerror = reject
    request.onsuccess = () => {
      const tx = request.result.transaction('records', 'readwrite')
      for (const [row, key] of rows) tx.objectStore('records').put(row, key)
      tx.oncomplete = () => {
        request.result.close()
        resolve()
      }
    }
  })
}
/** Sound rows as they lie on a device: a page view of the shop so large, and an open turn of a page that is no more. */
const rowOf = (to, state, bytes, record) => [
  {
    v: 1,
    to,
    state,
    rev: 1,
    at: Date.now(),
    seen: 1,
    pageId: record.pageId,
    bytes,
    resource: { 'service.name': to },
    record: { v: 1, rev: 1, sessionId: 'f'.repeat(32), startedAt: Date.now() - 5000, ...record },
  },
  record.id,
]
const hex = (n, length) => (n + 1).toString(16).padStart(length, '0')
const idsOf = (i) => ({ id: hex(i, 16), pageId: hex(i + 100, 16), traceId: hex(i, 32), spanId: hex(i, 16) })
const over = (i, bytes) =>
  rowOf('shop', 'ready', bytes, {
    kind: 'page',
    ...idsOf(i),
    at: Date.now(),
    url: 'http://127.0.0.1/',
    vitals: [],
    opened: 0,
  })
const left = (i) =>
  rowOf('faults', 'open', 900, {
    kind: 'turn',
    ...idsOf(i),
    seq: 1,
    trigger: 'submit',
    moments: { submit: 0, request: 5 },
    requests: [],
    render: { frames: 0, chars: 0, curve: [] },
  })
const short = { words: 6, every: 10 }

export const device = [
  {
    row: 21,
    title: 'storage full',
    injected:
      'a quota of one byte by the browser, localStorage filled to the brim by the page; the collector up, or down for a while, with three turns or 600',
    needs: ['quota'],
    drops: true,
    async trial(t) {
      const kind = t.pick(['up', 'down', 'flood'])
      const tab = await t.visit({ bare: true, before: filled, library: '' })
      await tab.quota(t.site.url, 1)
      await t.visit({ tab })
      if (kind !== 'up') await t.collector.down()
      if (kind === 'flood') await tab.run('many(600)')
      else for (let i = 0; i < 3; i++) await t.chat(tab, short)
      if (kind === 'down') await t.sleep(1000)
      if (kind !== 'up') await t.collector.up()
      const full = await tab.run(() => {
        try {
          localStorage.more = 'x'.repeat(5000)
        } catch {
          return true
        }
      })
      const { rows } = await t.peek()
      t.expect(full && rows === 0, `storage was not full: ${rows} rows`)
      await t.quiet(tab)
      const { dropped, delivered, opened } = await t.counts(tab)
      if (kind === 'flood') {
        t.facts.dropped = dropped.memory
        t.expect(
          dropped.memory > 0 && dropped.memory + delivered === opened,
          `${opened} opened, dropped ${JSON.stringify(dropped)}`,
        )
        const seqs = t.turns().map((span) => span.attributes['chat_vitals.turn.seq'])
        t.expect(Math.min(...seqs) === opened - seqs.length + 1, 'the oldest were not the ones to go')
      } else {
        await t.delivered('turns that could not be stored')
        t.expect(!Object.keys(dropped).length, `dropped ${JSON.stringify(dropped)}`)
      }
      await tab.quota(t.site.url)
    },
  },
  {
    row: 22,
    title: 'storage disabled, opaque origin, open hangs',
    injected: 'CSP sandbox; `storage: false`; storage that throws; another page’s endless upgrade of the database',
    memory: true,
    async trial(t) {
      const kind = t.pick(['sandbox', 'off', 'throws', 'hangs'])
      const throws = `for (const name of ['indexedDB', 'localStorage']) Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError') } })`
      let holder
      if (kind === 'hangs') {
        holder = await t.blank()
        await holder.run(heldOpen)
      }
      const tab = await t.visit({
        ...(kind === 'sandbox' && {
          headers: { 'content-security-policy': 'sandbox allow-scripts allow-forms' },
          init: { propagateTo: [t.site.url] },
        }),
        ...(kind === 'hangs' && { timing: { storeOpen: 200 } }),
        ...(kind === 'off' && { init: { storage: false } }),
        ...(kind === 'throws' && { before: throws }),
      })
      await t.chat(tab, short)
      await t.chat(tab, short)
      await t.delivered(`turns without storage (${kind})`)
      await t.quiet(tab)
      const stores = t.of('delivery.store')
      t.expect(stores.at(-1) === 'memory', `store is ${stores}`)
      if (holder) {
        await holder.run('window.letGo = true, 0')
        await holder.close()
      }
    },
  },
  {
    row: 23,
    title: 'store corrupted, or of a newer version',
    injected:
      'rows that are no records, rows and a tail of version 2, a tail cut in half; the whole database at version 2; one of that name that is somebody else’s',
    async trial(t) {
      const kind = t.pick(['rows', 'newer', 'foreign'])
      const tab = await t.visit({ bare: true, library: '' })
      const row = {
        v: 1,
        to: 'faults',
        state: 'ready',
        rev: 1,
        at: Date.now(),
        seen: 1,
        pageId: 'p',
        bytes: 9,
        resource: {},
      }
      await tab.run(
        kind === 'foreign' ? heldOpen : plant,
        [
          [{ ...row, record: null }, 'none'],
          [{ ...row, record: { v: 1, id: 7 } }, 'numbers'],
          [{ ...row, state: 'open', record: 'text' }, 'text'],
          [{ ...row, v: 2, record: { v: 2, id: 'new' } }, 'new'],
          ['no row at all', 'bare'],
        ],
        kind === 'newer' ? 2 : 1,
      )
      if (kind === 'foreign') {
        await tab.run('window.letGo = true, 0')
        await t.sleep(100)
      }
      await tab.run(() => {
        localStorage['chat-vitals:tail:aaaa'] = '{"v":1,"to":"faults","entr'
        localStorage['chat-vitals:tail:bbbb'] = '{"v":2,"what":"ever"}'
      })
      await t.visit({ tab })
      await t.chat(tab, short)
      await t.chat(tab, short)
      await t.delivered('turns beside a corrupted store')
      await t.quiet(tab)
      const keys = await tab.run('Object.keys(localStorage)')
      t.expect(keys.includes('chat-vitals:tail:bbbb'), 'a newer library’s tail was touched')
      t.expect(kind !== 'rows' || !keys.includes('chat-vitals:tail:aaaa'), 'half a tail is still there')
      if (kind !== 'rows')
        return t.expect(t.of('delivery.store').at(-1) === 'memory', 'a database that is not ours was used')
      const { others, rows } = await t.peek()
      t.expect(others.includes(2), 'a newer library’s row was touched')
      const dropped = (await t.peek()).dropped
      t.facts.quarantined = dropped
      t.expect(dropped >= 3, `of three bad rows and a bad tail ${dropped} were counted (${rows} rows)`)
    },
  },
  {
    row: 24,
    title: 'of several tabs the sender is killed mid-flush',
    injected: 'SIGKILL of the renderer whose request hangs at the collector; with Web Locks, and without',
    own: true,
    needs: ['pid'],
    async trial(t) {
      const before = t.n % 2 ? `Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })` : ''
      // Scaled less than other waits: five tabs at once are slow on a busy machine.
      const timing = t.realTime ? {} : { leaderTakeover: 3000, leaderLook: 750, leaderLease: 2000 }
      const tabs = []
      for (let i = 0; i < 2 + (t.n % 4); i++)
        tabs.push(await t.visit({ before, timing, init: { endpoint: `/v1/traces` } }))
      t.collector.next({ hang: true, keep: t.n % 3 === 0 })
      let sender
      t.site.pages['/v1/traces'] = (request, response) => {
        sender ??= request.headers.referer
        t.collector.handle(request, response)
      }
      await Promise.all(tabs.map((tab) => t.chat(tab, short)))
      await t.until(() => sender && t.collector.requests.length > 0, 'a sender mid-flush')
      // Until the other tabs' turns are over too.
      await t.sleep(300)
      const index = (await Promise.all(tabs.map((tab) => tab.run('location.href')))).indexOf(sender)
      const pid = await tabs[index].pid()
      const killedAt = Date.now()
      process.kill(pid, 'SIGKILL')
      t.forget(tabs[index])
      for (const [i, tab] of tabs.entries()) if (i !== index) await t.chat(tab, short)
      await t.delivered('the turns of all tabs')
      const next = t.collector.requests.find((request) => request.at > killedAt)
      t.facts.takeoverMs = next.at - killedAt
      const most = timing.leaderTakeover ?? t.timing.leaderTakeover
      t.expect(next.at - killedAt <= most + 1000, `taken over after ${next.at - killedAt} ms`)
    },
  },
  {
    row: 26,
    title: 'wall clock steps',
    injected: 'Date.now of the page moves an hour ahead, or back, mid-stream',
    async trial(t) {
      const step = t.pick([3_600_000, -3_600_000])
      const before = 'window.step = 0; { const now = Date.now; Date.now = () => now() + step }'
      const tab = await t.visit({ before })
      await t.chat(tab)
      const from = Date.now()
      await t.send(tab, { words: 40, every: 20 })
      await t.streaming(tab, 60)
      await tab.run((ms) => void (window.step = ms), step)
      await t.heard(tab)
      const took = Date.now() - from
      await t.chat(tab, short)
      await t.delivered()
      const turn = t.turn([...t.site.ledger][1])
      const last = turn['chat_vitals.time_to.last_text'] * 1000
      t.expect(last > 400 && last < took + 500, `the turn took ${last} ms, by this clock ${took}`)
      const skew = turn['chat_vitals.clock_skew'] * 1000
      t.expect(Math.abs(skew - step) < 100, `skew is ${skew}, the step was ${step}`)
      const { startMs } = t.turns().find((span) => span.traceId === [...t.site.ledger][1])
      t.expect(Math.abs(startMs - from) < 5000, 'its start is of before the step')
    },
  },
  {
    row: 27,
    title: 'sleep mid-stream',
    injected:
      'SIGSTOP of the renderer, with the network gone before or text on its way; or a server that is silent for as long',
    own: true,
    needs: ['stop'],
    async trial(t) {
      const ms = t.realTime ? 600_000 : t.timing.suspendedBlind * 1.5
      const silent = t.n % 3 === 2
      const tab = await t.visit()
      await t.chat(tab)
      const pid = await tab.pid()
      const words = 40
      await t.send(tab, { words, every: 25, ...(silent && { silent: ms, words: 20 }) })
      await t.streaming(tab, 20)
      if (!silent) {
        await t.sleep(200)
        // The network goes first, and nothing is on its way to the screen when the machine stops; or in the same moment.
        t.site.pause(true)
        if (t.n % 3 === 0) await t.sleep(150)
        process.kill(pid, 'SIGSTOP')
        const awake = await Promise.race([tab.run('true'), t.sleep(ms)])
        t.expect(!awake, 'the page was not asleep')
        process.kill(pid, 'SIGCONT')
        // The network wakes up after the machine.
        await t.sleep(500)
        t.site.pause(false)
      }
      await t.heard(tab)
      await t.delivered()
      const turn = t.turn([...t.site.ledger][1])
      const gap = turn['chat_vitals.gap.max'] * 1000
      const hidden = (turn['chat_vitals.hidden_duration'] ?? 0) * 1000
      t.facts.gapMs = gap
      if (silent) t.expect(gap > ms * 0.9 && hidden < 200, `silent for ${ms} ms: gap ${gap}, taken out ${hidden}`)
      else t.expect(gap < ms / 2 && hidden > ms / 2, `asleep for ${ms} ms: gap ${gap}, taken out ${hidden}`)
    },
  },
  {
    row: 38,
    title: 'huge session',
    injected: '60 turns on one page, a clock that runs through three days of them; the 2,000 are among the loads',
    async trial(t) {
      const tab = await t.visit({ before: 'window.step = 0; { const now = Date.now; Date.now = () => now() + step }' })
      for (let i = 0; i < 60; i++) {
        if (i % 10 === 9) await tab.run('window.step += 12 * 3_600_000, 0')
        await tab.run('many(1)')
      }
      await t.until(() => t.site.ledger.size === 60, 'all turns of the ledger')
      await t.delivered()
      const seqs = t.turns().map((span) => span.attributes['chat_vitals.turn.seq'])
      t.expect(new Set(seqs).size === 60 && Math.max(...seqs) === 60, 'seq has a gap')
      const sessions = new Set(t.turns().map((span) => span.attributes['session.id']))
      t.expect(sessions.size === 7, `${sessions.size} sessions, there were 7`)
    },
  },
  {
    row: 40,
    title: 'consent withdrawn, or stop(), mid-turn',
    injected: '`consent("denied")` with the collector down, or `stop()`, while text streams',
    drops: true,
    memory: true,
    async trial(t) {
      const withdrawn = t.n % 2 === 0
      if (withdrawn) await t.collector.down()
      const tab = await t.visit({ timing: { stopMost: 2000 } })
      await t.chat(tab)
      await t.send(tab, { words: 60, every: 20 })
      await t.streaming(tab)
      if (withdrawn) {
        await tab.run('handle.consent("denied")')
        await t.sleep(500)
        const { dropped } = await t.counts(tab)
        t.expect(dropped.consent === 2, `dropped is ${JSON.stringify(dropped)}`)
        await t.heard(tab)
        await t.collector.up()
        await t.sleep(500)
        const { rows, traces } = await t.peek()
        t.expect(rows === 0 && traces.length === 0, `${rows} rows are left on the device`)
        t.expect(t.collector.requests.length === 0, 'something was sent after all')
        return
      }
      const took = await tab.run(
        '{ const from = performance.now(); handle.stop().then(() => performance.now() - from) }',
      )
      t.facts.stopMs = took
      t.expect(took <= 2000, `stop() took ${took} ms`)
      await t.delivered('what stop() flushed')
      t.expect(t.of('turn.outcome')[1] === 'cancelled', `the open turn is ${t.of('turn.outcome')[1]}`)
      // The page's stream goes on.
      await t.heard(tab)
      t.expect(await tab.run('turns.at(-1).whole'), 'the page’s stream was cut')
    },
  },
  {
    row: 41,
    title: 'a lazy part is missing, blocked or slow',
    injected: 'the engine, or what stores and sends, answers 404 at first, or late',
    async trial(t) {
      const [part, fault] = t.pick([
        ['outlet', { status: 404 }],
        ['engine', { status: 404 }],
        ['outlet', { delay: 1500 }],
        ['engine', { delay: 1500 }],
      ])
      t.site.files[part] = fault
      const bare = part === 'outlet'
      const tab = await t.visit({ bare })
      if (bare) await t.until(() => tab.run('typeof turns === "object"').catch(() => false), 'the page')
      await t.chat(tab, short)
      if (fault.status) {
        await t.sleep(1500)
        const hints = await tab.run('said.filter((text) => text.includes("did not load")).length')
        t.expect(hints === 1, `${hints} hints`)
        t.expect(t.turns().length === 0, 'something was sent without the part')
        const tries = t.site.asked.filter((path) => plainly(path.slice(1)) === `chat-vitals.${part}.js`).length
        t.expect(tries >= 1 && tries <= 4, `${tries} tries in two seconds`)
      }
      delete t.site.files[part]
      await t.delivered(`the turns that waited for ${part}`)
      await t.ready(tab)
      await t.quiet(tab)
    },
  },
  {
    row: 45,
    title: 'two applications on one origin',
    injected:
      'two services with a collector each; one’s answers 429 with an hour of Retry-After, its rows are over the cap of the device, its user withdraws consent or had never given it; the other’s turns wait on the device',
    drops: true,
    async trial(t) {
      const kind = t.pick(['refuses', 'withdrawn', 'full', 'denied'])
      const [shop, help] = [t.collector, await t.another()]
      const open = (service, endpoint, more) => t.visit({ init: { service, endpoint: endpoint.url }, ...more })
      const arrived = () => help.unique('chat.turn').length
      if (kind === 'refuses') {
        shop.always({ status: t.n % 8 ? 503 : 429, headers: { 'retry-after': '3600' } })
        const one = await open('shop', shop)
        await t.chat(one, short)
        await t.until(() => shop.requests.length > 0, 'the refused request')
        await t.chat(await open('help', help), short)
        await t.until(() => arrived() === 1, 'the turn of the application whose collector takes it', 20_000)
        t.expect(
          shop.requests.length === 1,
          `the collector that asked for a pause had ${shop.requests.length} requests`,
        )
        shop.always({})
        await t.close(one)
        await open('shop', shop, { before: '{ const now = Date.now; Date.now = () => now() + 3_700_000 }' })
        await t.delivered('what the other collector had refused')
      } else {
        // The other's turn waits on the device, of a page that is still there or gone.
        await help.down()
        const tab = await open('help', help)
        await t.chat(tab, short)
        const gone = t.n % 8 < 4
        await t.until(async () => (await t.peek()).ready > 0, 'its row')
        if (gone) await t.close(tab)
        const [trace] = t.site.ledger
        if (kind === 'full') {
          const blank = await t.blank()
          await blank.run(
            plant,
            Array.from({ length: 12 }, (_, i) => over(i, 600_000)),
          )
          await blank.close()
          shop.always({ status: 503, headers: { 'retry-after': '3600' } })
        }
        const one = await open(
          'shop',
          shop,
          kind === 'denied' ? { init: { service: 'shop', endpoint: shop.url, consent: 'denied' }, bare: true } : {},
        )
        if (kind === 'withdrawn') {
          await shop.down()
          await t.chat(one, short)
          await t.until(async () => (await t.peek()).ready > 1, 'rows of both')
          await one.run('handle.consent("denied")')
        }
        if (kind === 'full') await t.until(async () => (await t.peek()).rows < 12, 'the end of what is over the cap')
        await t.sleep(800)
        const { traces, ready, rows } = await t.peek()
        t.facts[kind] = rows
        t.expect(traces.includes(trace), `${kind}: the other application’s turn is no longer on the device`)
        if (kind === 'withdrawn') t.expect(ready === 1, `${ready} turns are left, one is the other’s`)
        await help.up()
        if (gone) await open('help', help)
        await t.until(() => arrived() === 1, 'the other application’s turn', 20_000)
        if (kind === 'withdrawn') await shop.up()
      }
      const strange = [shop, help].map(
        (one, i) => one.unique().filter(({ resource }) => resource['service.name'] !== ['shop', 'help'][i]).length,
      )
      t.expect(!strange[0] && !strange[1], `spans at the other’s collector: ${strange}`)
    },
  },
  {
    row: 46,
    title: 'consent withdrawn while work is under way',
    injected:
      '`consent("denied")` in the answer of one request to the database after the other while a page recovers what a dead one left; in the task that binds, rates and stops; while a request to the collector hangs; granted again later',
    drops: true,
    async trial(t) {
      const kind = t.pick(['recovery', 'idle write', 'send'])
      /** Nothing of the library may be on the device while it is denied; afterwards another session. */
      const deniedThenGranted = async (tab, session, when) => {
        await t.sleep(1000)
        const { kept } = await t.peek()
        t.expect(!kept.length, `${when}: ${kept.join(', ')} on the device while consent is denied`)
        await tab.run('handle.consent("granted")')
        t.expect(
          (await tab.run('handle.session().id')) !== session,
          `${when}: the session goes on after the next grant`,
        )
      }
      const start = { timing: { settle: 100, followUp: 100 } }
      if (kind === 'recovery') {
        await t.collector.down()
        /** Withdraws when the database has answered for the nth time. */
        const before = `{
          window.answers = 0
          window.most = Infinity
          const look = () => { if (++answers === most) { window.was = handle.session().id; handle.consent('denied') } }
          for (const [of, names] of [[IDBObjectStore, ['get', 'getAllKeys', 'put', 'count', 'openCursor']], [IDBIndex, ['getAll', 'openKeyCursor']]])
            for (const name of names) {
              const real = of.prototype[name]
              of.prototype[name] = function (...all) {
                const request = real.apply(this, all)
                request.addEventListener('success', look, { once: true })
                return request
              }
            }
        }`
        let all = Infinity
        let tried = 0
        for (let most = 1 + (Math.floor(t.n / 3) % 3); most <= Math.min(all, 30); most += 3) {
          const blank = await t.blank()
          await blank.run(plant, [left(most)])
          await blank.close()
          const tab = await t.visit({
            before: `${before}; most = ${most === 1 + (Math.floor(t.n / 3) % 3) ? 'Infinity' : most}`,
            bare: true,
            ...start,
          })
          await t.until(() => tab.run('typeof turns === "object"').catch(() => false), 'the page')
          await t.until(() => tab.run('answers >= Math.min(most, 12)'), 'answers of the database')
          await t.sleep(400)
          // Not every visit asks as often: then it has been withdrawn at each.
          if (all !== Infinity && (await tab.run('answers < most'))) {
            await t.close(tab)
            break
          }
          if (all === Infinity) {
            // The first visit counts them, and cleans up.
            all = await tab.run('answers')
            await tab.run('handle.consent("denied")')
            await t.sleep(600)
          } else {
            tried++
            await deniedThenGranted(tab, await tab.run('was'), `after answer ${most} of ${all}`)
            await tab.run('handle.consent("denied")')
            await t.sleep(300)
          }
          await t.close(tab)
        }
        t.facts.tried = tried
        t.expect(tried >= 3, `withdrawn at ${tried} moments only`)
        await t.collector.up()
        await t.chat(await t.visit(), short)
        await t.delivered('the turn after it')
        return
      }
      const tab = await t.visit(start)
      const session = await tab.run('handle.session().id')
      if (kind === 'idle write') {
        await t.collector.down()
        await t.chat(tab, short)
        await t.send(tab, { endless: true })
        await t.streaming(tab)
        await tab.run(
          'handle.bind("m-1"); handle.feedback("up", { message: "m-1" }); handle.signal("handoff"); turns.at(-1).abort.abort(); handle.consent("denied")',
        )
      } else {
        t.collector.next({ hang: true, keep: false })
        await t.chat(tab, short)
        await t.until(() => t.collector.requests.length === 1, 'a request under way')
        await tab.run('handle.consent("denied")')
      }
      await deniedThenGranted(tab, session, kind)
      if (kind === 'idle write') await t.collector.up()
      await t.chat(tab, short)
      const [trace] = [...t.site.ledger].slice(-1)
      await t.until(() => t.turn(trace)['session.id'], 'the turn after the next grant')
      t.expect(t.turn(trace)['session.id'] !== session, 'the turn after the next grant is of the old session')
      const sent = t.collector.spans.filter(({ attributes }) => attributes['session.id'] === session)
      t.expect(!sent.length, `${sent.length} spans of before were sent after all`)
    },
  },
  {
    row: 47,
    title: 'a page between two deployments',
    injected:
      'a release with other files, deployed while the browser has the old parts in its cache, or the old first script, with its old parts or without; each file tells of which release it is',
    async trial(t) {
      const kind = t.pick(['new script', 'old script', 'old script alone'])
      const first = 'chat-vitals.global.js'
      const scripts = () => t.site.asked.filter((path) => path === `/${first}`).length
      const keep = 'max-age=86400'
      t.site.deploy('a', (file) =>
        file === first ? (kind === 'new script' ? 'no-cache' : keep) : kind === 'old script alone' ? 'no-store' : keep,
      )
      const tab = await t.visit()
      await t.chat(tab, short)
      await t.delivered('the turn of the old release')
      t.site.deploy('b', () => 'no-cache')
      const asked = scripts()
      const right = kind === 'new script' ? 'b' : 'a'
      await t.visit({ tab, bare: true })
      await t.until(() => tab.run('typeof turns === "object"').catch(() => false), 'the page')
      t.expect(scripts() - asked === Number(kind === 'new script'), 'the cache did not have the first script')
      await t.chat(tab, short)
      await t.sleep(1500)
      if (kind === 'old script alone') {
        const hints = await tab.run('said.filter((text) => text.includes("did not load")).length')
        t.expect(hints === 1, `${hints} hints`)
        // The release is there again, or was on another server all along.
        t.site.deploy('a', () => 'no-cache')
      }
      await t.delivered('the turn between two deployments')
      const loaded = await tab.run('loaded')
      t.facts[kind] = loaded.length
      t.expect(loaded.length > 2, `only ${loaded} ran`)
      const mixed = loaded.filter((one) => !one.startsWith(right))
      t.expect(!mixed.length, `${mixed.join(', ')} in a page of release ${right}`)
    },
  },
]
