// The soak: one page, many turns of every kind, and a collector that fails in every way, for as long as is said; memory is
// sampled once half a minute, after all that can go has gone. `npm run test:faults -- --soak 30` (minutes).

/** Samples from which the growth is told: so many once a third of the time is over, and at the end. A page warms up for minutes. */
const few = 8
const sampleMs = 30_000
/** Of the median of the last samples over that of the first. */
const growthMost = 256 * 1024

const base64 = (...chunks) => chunks.map((chunk) => Buffer.from(chunk).toString('base64'))
const piece = (content, finish = null) =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ delta: { content }, finish_reason: finish }] })}\n\n`

/** A turn each; the page has its answer when it is back. */
const turns = [
  (t, tab) => t.chat(tab, { words: 40, every: 15 }),
  (t, tab) => t.chat(tab, { words: 200, every: 5, size: 40 }),
  async (t, tab) => {
    await t.send(tab, { endless: true })
    await t.streaming(tab)
    await tab.click('#stop')
    await t.heard(tab)
  },
  async (t, tab) => {
    await t.send(tab, { endless: true })
    await t.streaming(tab)
    await t.sleep(1200)
    await tab.run('turns.at(-1).abort.abort()')
    await t.heard(tab)
  },
  (t, tab) => t.chat(tab, { words: 30, every: 15, cut: 12 }),
  (t, tab) => t.chat(tab, { words: 12, every: 15, silent: 1500 }),
  (t, tab) => t.chat(tab, { status: 500 }),
  (t, tab) =>
    t.chat(tab, { raw: base64(piece('well, '), 'data: {"choices":[{\n\n', piece('then ', 'stop')), every: 20 }),
  (t, tab) => t.chat(tab, { raw: base64(piece('no end '), '<h1>502</h1>'), every: 20 }),
  (_, tab) => tab.run('many(5)'),
  async (t, tab) => {
    await t.send(tab, { words: 60, every: 20 })
    await t.streaming(tab)
    await tab.run('{ const until = performance.now() + 400; while (performance.now() < until); } 0')
    await t.heard(tab)
  },
  async (t, tab) => {
    await t.send(tab, { words: 30, every: 20 })
    await t.streaming(tab)
    await tab.run(`void handle.feedback('up'), handle.feedback('down', { comment: 'no' }), 0`)
    await t.heard(tab)
  },
]

/** What the collector, the network or the window does meanwhile; undone by what it returns. */
const faults = [
  (t) => void t.collector.next({ status: 503 }, { status: 429, headers: { 'retry-after': '1' } }),
  (t) => void t.collector.next({ hang: true, keep: false }),
  (t) => void t.collector.next({ reset: true }),
  (t) => void t.collector.next({ resetAfterBytes: 100 }),
  (t) => void t.collector.next({ delayMs: 700 }),
  (t) => void t.collector.next({ body: '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no"}}' }),
  (t) =>
    void t.collector.next({ status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Hi</h1>', keep: false }),
  async (t) => {
    await t.collector.down()
    return () => t.collector.up()
  },
  async (t, tab) => {
    if (t.engine.cannot.hide) return
    await tab.hide()
    return () => tab.show()
  },
]

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1]

/**
 * @param {number} minutes
 * @returns {import('./rows/index.mjs').FaultRow}
 */
export const soak = (minutes) => ({
  row: 'soak',
  title: `${minutes} minutes of mixed turns and faults in one page`,
  injected: 'twelve kinds of turns in rotation, nine faults of collector, network and window',
  once: true,
  alone: true,
  drops: true,
  mostMs: (minutes + 5) * 60_000,
  async trial(t) {
    const tab = await t.visit()
    const begun = Date.now()
    const samples = []
    let undo
    let sampledAt = -Infinity
    for (let i = 0; Date.now() - begun < minutes * 60_000; i++) {
      // Faults come and go beside the turns, in another rhythm.
      if (i % 5 === 2) undo = await faults[Math.floor(i / 5) % faults.length](t, tab)
      if (i % 5 === 4) {
        await undo?.()
        undo = undefined
      }
      const hidden = await tab.run('document.hidden')
      // Turns of a hidden page are over only once it is seen again.
      await (hidden ? tab.run('void many(3), 0') : turns[i % turns.length](t, tab))
      // What the page itself would keep of old turns is not what is measured.
      await tab.run(`log.replaceChildren(), turns.splice(0, turns.length - 1), noted.splice(0), said.splice(0), 0`)
      if (i % 5 === 4 && Date.now() - sampledAt > sampleMs && tab.heap) {
        sampledAt = Date.now()
        samples.push([Math.round((sampledAt - begun) / 1000), await tab.heap(), t.site.ledger.size])
      }
    }
    await undo?.()
    t.collector.always({})
    await t.quiet(tab)
    t.facts.minutes = (Date.now() - begun) / 60_000
    t.facts.samples = samples
    const warm = samples.filter(([at]) => at > (minutes * 60) / 3).map(([, bytes]) => bytes)
    if (warm.length >= 2 * few) {
      t.facts.growthBytes = median(warm.slice(-few)) - median(warm.slice(0, few))
      t.expect(t.facts.growthBytes <= growthMost, `memory grew by ${t.facts.growthBytes} bytes`)
    }
    t.facts.counts = await t.counts(tab)
    const seqs = new Set(t.turns().map((span) => span.attributes['chat_vitals.turn.seq']))
    t.expect(seqs.size === Math.max(...seqs), `of ${Math.max(...seqs)} turns ${seqs.size} are there`)
  },
})
