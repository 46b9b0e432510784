// What is too big for a row's trials: many turns, big answers, and the delivery of turns that were left beside completed ones.

const memoryMost = 2 * 1024 * 1024

/** Heap of the page beyond what it was, once everything that can go is gone. */
async function grown(t, tab, work) {
  const before = await tab.heap()
  await work()
  // What is being written and noted comes to its end.
  await t.sleep(3000)
  const grew = (await tab.heap()) - before
  t.facts.heapBytes = grew
  return grew
}

/** @type {import('./rows/index.mjs').FaultRow[]} */
export const loads = [
  {
    row: 'tabs',
    title: '5 tabs × 400 turns, one sender killed',
    injected: 'turns by hand in all tabs at once; SIGKILL of the renderer that sends',
    once: true,
    alone: true,
    own: true,
    mostMs: 200_000,
    needs: ['pid'],
    async trial(t) {
      const tabs = []
      for (let i = 0; i < 5; i++) tabs.push(await t.visit({ init: { endpoint: '/v1/traces' } }))
      let sender
      t.site.pages['/v1/traces'] = (request, response) => {
        sender = request.headers.referer
        t.collector.handle(request, response)
      }
      const work = tabs.map((tab) => tab.run('many(400)').catch(() => {}))
      await t.until(() => t.site.ledger.size > 600 && sender, 'enough turns', 120_000)
      const where = await Promise.all(tabs.map((tab) => tab.run('location.href')))
      const index = where.indexOf(sender)
      t.expect(index >= 0, 'the sender is one of the tabs')
      process.kill(await tabs[index].pid(), 'SIGKILL')
      t.forget(tabs[index])
      await Promise.all(work.filter((_, i) => i !== index))
      t.expect(t.site.ledger.size > 1600, `${t.site.ledger.size} turns were opened`)
      // Open turns of the killed tab are found when a page comes.
      await t.visit({ init: { endpoint: '/v1/traces' } })
      await t.until(() => t.turns().length >= t.site.ledger.size, 'all turns', 60_000)
    },
  },
  {
    row: 'offline',
    title: '2,000 turns offline, then online',
    injected: 'the collector does not listen while 2,000 turns are made on one page',
    once: true,
    alone: true,
    mostMs: 240_000,
    async trial(t) {
      const tab = await t.visit()
      await tab.run('many(20)')
      await t.delivered()
      await t.quiet(tab)
      await t.collector.down()
      const work = async () => {
        for (let i = 0; i < 20; i++) await tab.run('many(100)')
      }
      const grew = tab.heap ? await grown(t, tab, work) : await work()
      if (tab.heap) t.expect(grew <= memoryMost, `${grew} bytes of memory for 2,000 waiting turns`)
      t.facts.storageBytes = await tab.run('navigator.storage.estimate().then(({ usage }) => usage)')
      await t.collector.up()
      await t.until(() => t.turns().length === 2020, 'all turns', 120_000)
      await t.quiet(tab)
      const seqs = new Set(t.turns().map((span) => span.attributes['chat_vitals.turn.seq']))
      t.expect(seqs.size === 2020 && Math.max(...seqs) === 2020, 'seq has a gap')
    },
  },
  {
    row: 'ten-megabytes',
    title: 'an answer of 10 MB',
    injected: '20,000 pieces of 500 letters',
    once: true,
    alone: true,
    mostMs: 200_000,
    async trial(t) {
      const tab = await t.visit()
      await t.send(tab, { words: 20_000, size: 490, every: 1, burst: 40 })
      await t.until(() => tab.run('turns.at(-1).done === true'), 'the end of the answer', 150_000)
      await t.delivered()
      const turn = t.turn([...t.site.ledger][0])
      t.expect(turn['chat_vitals.turn.outcome'] === 'completed', `outcome is ${turn['chat_vitals.turn.outcome']}`)
      t.expect(turn['chat_vitals.render.chars'] > 10_000, `${turn['chat_vitals.render.chars']} characters`)
    },
  },
  {
    row: 'tokens',
    title: 'an answer of 100 k tokens',
    injected: '100,000 pieces, each a mutation',
    once: true,
    alone: true,
    mostMs: 200_000,
    async trial(t) {
      const tab = await t.visit()
      await t.send(tab, { words: 100_000, every: 1, burst: 100 })
      await t.until(() => tab.run('turns.at(-1).done === true'), 'the end of the answer', 150_000)
      await t.delivered()
      const turn = t.turn([...t.site.ledger][0])
      t.expect(turn['chat_vitals.turn.outcome'] === 'completed', `outcome is ${turn['chat_vitals.turn.outcome']}`)
      t.facts.chars = turn['chat_vitals.render.chars']
    },
  },
  {
    row: 'left',
    title: 'delivery of turns that were left, beside completed ones',
    injected: '60 tabs, a whole turn in each and then one that is left mid-stream; nobody comes back',
    once: true,
    alone: true,
    mostMs: 200_000,
    async trial(t) {
      const left = new Set()
      const one = async (i) => {
        const tab = await t.visit()
        await t.chat(tab, { words: 6, every: 10 })
        await t.send(tab, { endless: true })
        if (i % 3) await t.streaming(tab)
        left.add(await tab.run('noted.at(-1)'))
        await t.close(tab)
      }
      for (let i = 0; i < 60; i += 4) await Promise.all([0, 1, 2, 3].map((k) => one(i + k)))
      await t.until(() => t.turns().length >= 120, 'all turns', 10_000).catch(() => {})
      const there = new Set(t.turns().map((span) => span.traceId))
      const all = [...t.site.ledger]
      const count = (list) => [list.filter((trace) => there.has(trace)).length, list.length]
      t.facts.delivery = { left: count([...left]), completed: count(all.filter((trace) => !left.has(trace))) }
      if (t.engine.goodbye)
        t.expect(t.facts.delivery.left[0] === 60, `${t.facts.delivery.left[0]} of 60 turns that were left arrived`)
      // What was not said in leaving is said at the next visit.
      await t.visit()
      await t.delivered()
    },
  },
]
