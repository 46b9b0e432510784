// Faults in which the page, the tab or the browser ends: what had been seen by then must arrive.

/** One turn whole, one under way: the state in which all these faults strike. Gives the second one's trace. */
async function midway(t, prepare = async () => {}) {
  // As they are: a page that leaves breaks its stream first, and a busy machine takes its time until it has left.
  const tab = await t.visit({ timing: { settle: 600, followUp: 1000 } })
  await t.chat(tab)
  await prepare(tab)
  // Waiting for its first text, or streaming; for long, or younger than what is written or left with fetchLater of it.
  const waiting = t.n % 4 === 3
  const young = t.n % 4 === 1
  await t.send(tab, waiting ? { wait: 60_000 } : { endless: true, every: 20 })
  if (!waiting) {
    await t.streaming(tab, 60)
    await t.sleep(young ? 150 : 1500)
  } else await t.sleep(1500)
  return { tab, trace: [...t.site.ledger].at(-1), phase: waiting ? 'waiting' : 'streaming', young }
}

/** When the page last showed text, epoch ms. */
const lastSeen = (tab) => tab.run('turns.at(-1).lastAt ?? 0')

/** What arrived of both turns, and how much of the second one is missing. */
function judge(t, trace, seenAt, { endedBy, outcome, phase, young }) {
  const [first] = t.turns()
  t.expect(first?.attributes['chat_vitals.turn.outcome'] !== undefined, 'the first turn has an outcome')
  const turn = t.turn(trace)
  const by = turn['chat_vitals.turn.ended_by']
  t.expect(endedBy.includes(by), `ended by ${by}, not ${endedBy.join(' or ')}`)
  t.expect(outcome.includes(turn['chat_vitals.turn.outcome']), `outcome is ${turn['chat_vitals.turn.outcome']}`)
  const told = turn['chat_vitals.turn.phase']
  // Text of the last second may be among what is lost.
  t.expect(told === phase || (young && turn['chat_vitals.turn.outcome'] === 'lost'), `phase is ${told}, was ${phase}`)
  if (seenAt) {
    const lost = Math.max(0, t.lag(trace, seenAt))
    t.facts.lostMs = Math.max(t.facts.lostMs ?? 0, lost)
    t.expect(lost <= 1000, `${Math.round(lost)} ms of progress lost`)
  }
}
const left = { endedBy: ['page_left'], outcome: ['abandoned'] }
/** Not every engine runs `pagehide` in a tab that is driven: where it did not, the page has died. */
const gone = (t) => {
  t.facts.goodbyes = t.site.goodbyes.length
  return t.engine.goodbye || t.site.goodbyes.length
    ? left
    : { endedBy: ['page_left', 'crash'], outcome: ['abandoned', 'lost'] }
}
const died = { endedBy: ['crash'], outcome: ['lost'] }
/** What the device kept of it has come, beside what fetchLater carried; or the page had ended it itself. */
const recovered = (t, trace) =>
  t.until(() => {
    const turn = t.turn(trace)
    return turn['chat_vitals.delivery.recovered'] || turn['chat_vitals.turn.ended_by'] === 'page_left'
  }, 'the recovered turn')
/** Turns of both kinds for the rate of delivery, as the collector had them before any later visit. */
const tally = (t, trace) => {
  const there = (one) => Number(t.turns().some((span) => span.traceId === one))
  const others = [...t.site.ledger].filter((one) => one !== trace)
  t.facts.delivery = {
    left: [there(trace), 1],
    completed: [others.reduce((sum, one) => sum + there(one), 0), others.length],
  }
}

export const leaving = [
  {
    row: 1,
    title: 'tab closed mid-stream',
    injected: 'the tab is closed by the browser; the collector up, or down until the next visit',
    async trial(t) {
      const down = t.n % 3 === 2
      const { tab, trace, phase, young } = await midway(t)
      const seenAt = await lastSeen(tab)
      if (down) await t.collector.down()
      await t.close(tab)
      if (down) {
        await t.sleep(200)
        await t.collector.up()
        await t.visit()
      }
      // Not every engine lets a driven tab say goodbye: the next visit then tells of it.
      if (!down && !t.engine.goodbye) await t.visit()
      await t.delivered('what the closed tab knew')
      tally(t, trace)
      if (!down && t.engine.goodbye) await t.visit()
      await t.sleep(500)
      judge(t, trace, seenAt, { ...gone(t), phase, young })
    },
  },
  {
    row: 2,
    title: 'navigation mid-stream',
    injected: 'location.href to a page of the same origin, or of another site',
    async trial(t) {
      const { tab, trace, phase, young } = await midway(t)
      const seenAt = await lastSeen(tab)
      await tab.leave(t.n % 2 ? `${t.site.elsewhere}/blank` : `${t.site.url}/blank`)
      if (t.engine.goodbye) {
        await t.delivered('what the left page knew')
        tally(t, trace)
      } else await t.sleep(500)
      await t.visit({ tab })
      await t.delivered('what the left page knew')
      await t.sleep(500)
      judge(t, trace, seenAt, { ...gone(t), phase, young })
    },
  },
  {
    row: 3,
    title: 'renderer crash',
    injected:
      'Page.crash; elsewhere SIGKILL of its process. Where the driver ends with the page, another page of the browser makes the next visit by itself',
    own: ['WebKitGTK'],
    async trial(t) {
      const another = t.engine.mute && (await t.waiter())
      const { tab, trace, phase, young } = await midway(t)
      const seenAt = await lastSeen(tab)
      await tab.crash()
      if (t.engine.goodbye && !young) {
        await t.delivered('what fetchLater carried')
        tally(t, trace)
        const lost = seenAt && t.lag(trace, seenAt)
        t.facts.lostAtOnceMs = lost
        t.expect(lost <= 5000, `${lost} ms of progress lost in what fetchLater sends`)
      }
      if (another) {
        t.forget(tab)
        another.go()
      } else {
        await t.close(tab)
        await t.visit()
      }
      await t.delivered('the turns of the crashed page')
      await recovered(t, trace)
      judge(t, trace, seenAt, { ...died, phase, young })
    },
  },
  {
    row: 4,
    title: 'browser killed',
    injected: 'SIGKILL of the browser by its own pid; started again with the same profile',
    own: true,
    needs: ['kill'],
    async trial(t) {
      const { tab, trace, phase, young } = await midway(t)
      const seenAt = await lastSeen(tab)
      await t.browser.kill()
      await t.again()
      await t.visit()
      await t.delivered('the turns of the killed browser')
      judge(t, trace, seenAt, { ...died, phase, young })
    },
  },
  {
    row: 5,
    title: 'browser quit',
    injected: 'Browser.close, as an orderly shutdown does',
    own: true,
    needs: ['quit'],
    async trial(t) {
      const { tab, trace, phase, young } = await midway(t)
      const seenAt = await lastSeen(tab)
      await t.browser.quit()
      if (t.engine.goodbye && !young) await t.delivered('what fetchLater carried')
      await t.again()
      await t.visit()
      await t.delivered('the turns of the browser that quit')
      await recovered(t, trace)
      // Where pagehide did run, the turn was left; where not, it died.
      judge(t, trace, seenAt, { endedBy: ['crash', 'page_left'], outcome: ['lost', 'abandoned'], phase, young })
    },
  },
  {
    row: 6,
    title: 'power loss',
    injected: 'not injected',
    stated: 'stated in the README: what the operating system had not flushed is gone',
    trial: undefined,
  },
  {
    row: 7,
    title: 'app switch, then swipe-kill',
    injected: 'the window is minimised, a while later SIGKILL of the browser; no phone',
    simulated: true,
    own: true,
    needs: ['hide', 'kill'],
    async trial(t) {
      const { tab, trace, phase, young } = await midway(t)
      const hiddenAt = await lastSeen(tab)
      await tab.hide()
      await t.until(() => tab.run('document.hidden'), 'a hidden page')
      await t.sleep(t.n % 2 ? 2000 : 500)
      await t.browser.kill()
      await t.again()
      await t.visit()
      await t.delivered('the turns of the killed app')
      await recovered(t, trace)
      judge(t, trace, hiddenAt, {
        endedBy: ['page_left', 'unknown', 'crash'],
        outcome: ['abandoned', 'lost'],
        phase,
        young,
      })
    },
  },
  {
    row: 8,
    title: 'frozen, then discarded',
    injected:
      'Page.setWebLifecycleState frozen, then its renderer is killed by pid, as a discard does; or left frozen while it was sending',
    own: true,
    needs: ['freeze'],
    async trial(t) {
      if (t.n % 3 === 2) {
        // Not discarded yet, and in the middle of sending: others must not wait until it is.
        t.collector.next({ hang: true, keep: false })
        const sender = await t.visit()
        await t.chat(sender)
        await t.until(() => t.collector.requests.length === 1, 'a request under way')
        await sender.freeze()
        await t.visit()
        await t.delivered('the turn of the frozen tab')
        const [first, next] = t.collector.requests
        t.facts.takeoverMs = next.at - first.at
        await sender.thaw()
        return
      }
      let pid
      const { tab, trace, phase, young } = await midway(t, async (page) => (pid = await page.pid()))
      const seenAt = await lastSeen(tab)
      await tab.hide()
      await t.until(() => tab.run('document.hidden'), 'a hidden page')
      await tab.freeze()
      await t.sleep(300)
      process.kill(pid, 'SIGKILL')
      await t.until(
        () =>
          tab.run('0').then(
            () => false,
            () => true,
          ),
        'the end of the tab',
      )
      t.forget(tab)
      await t.visit()
      await t.delivered('the turns of the discarded tab')
      await recovered(t, trace)
      judge(t, trace, seenAt, {
        endedBy: ['page_left', 'unknown', 'crash'],
        outcome: ['abandoned', 'lost'],
        phase,
        young,
      })
    },
  },
  {
    row: 10,
    title: 'offline, closed, reopened days later',
    injected: 'the collector does not listen; tab closed; the next visit’s clock is days ahead (Date.now shifted)',
    drops: true,
    async trial(t) {
      const days = t.pick([1, 6.9, 7.5])
      await t.collector.down()
      const { tab, trace } = await midway(t)
      const span = { from: Date.now() }
      await t.sleep(300)
      await t.close(tab)
      // What it sends in leaving must have failed by then.
      await t.sleep(1500)
      await t.collector.up()
      const ahead = days * 86_400_000
      await t.visit({ before: `{ const now = Date.now; Date.now = () => now() + ${ahead} }` })
      if (days > 7) {
        await t.sleep(1500)
        t.expect(t.turns().length === 0, 'what is older than seven days is not sent')
        const { dropped } = await t.peek()
        t.expect(dropped >= 2, `what has expired is counted: ${dropped} of 2`)
        return
      }
      await t.delivered('the turns of days ago')
      for (const turn of t.turns()) {
        t.expect(Math.abs(turn.startMs - span.from) < 60_000, 'its time is that of its beginning')
        const delay = turn.attributes['chat_vitals.delivery.delay']
        t.expect(Math.abs(delay - ahead / 1000) < 60, `delivery.delay is ${delay} s after ${days} days`)
      }
      judge(t, trace, undefined, { ...left, phase: t.n % 4 === 3 ? 'waiting' : 'streaming' })
    },
  },
  {
    row: 42,
    title: 'at rest for longer than a session lives',
    injected: 'a session that lives for six seconds; a tab that nobody touches for longer, then closed or left',
    async trial(t) {
      const { sessionIdle } = { sessionIdle: 6000 }
      const tab = await t.visit({ timing: { sessionIdle } })
      await t.chat(tab, { words: 6, every: 10 })
      const [trace] = t.site.ledger
      const { id, pageId } = await tab.run('handle.session()')
      const pages = () =>
        t.collector.unique('browser.page').filter(({ attributes }) => attributes['chat_vitals.page.id'] === pageId)
      await t.until(() => pages().length === 1, 'the page view')
      await t.delivered()
      await t.sleep(sessionIdle + 1500)
      // Where a driven tab says no goodbye in closing, it does in leaving.
      const leaves = t.n % 2 === 1 || !t.engine.goodbye
      const first = pages()[0].attributes['chat_vitals.page.revision']
      if (leaves) {
        await tab.leave(`${t.site.url}/blank`)
        await t.until(() => tab.run('document.title === "blank"').catch(() => false), 'the other page')
      } else await t.close(tab)
      const blank = await t.blank()
      const session = await blank.run('JSON.parse(localStorage.getItem("chat-vitals:session"))?.id')
      t.expect(session === id, 'closing the tab began a new session on the device')
      await blank.close()
      // What the page knew in the end, now or with the next visit.
      await t.sleep(500)
      await t.visit(leaves ? { tab } : {})
      await t.until(() => pages()[0].attributes['chat_vitals.page.revision'] > first, 'the page view’s end')
      t.expect(t.turn(trace)['session.id'] === id, 'the turn is of another session')
      const sessions = new Set(
        t.collector.spans
          .filter(({ attributes }) => attributes['chat_vitals.page.id'] === pageId)
          .map(({ attributes }) => attributes['session.id']),
      )
      t.expect(sessions.size === 1 && sessions.has(id), `the page view is of ${sessions.size} sessions`)
    },
  },
  {
    row: 43,
    title: 'hidden just after the answer was whole',
    injected: 'another window or tab comes to the front 150 ms after the last text; never shown again, closed or left',
    needs: ['hide'],
    async trial(t) {
      // Longer than they are: to hide a tab takes some drivers a second, and the turn must not be over by then.
      const tab = await t.visit({
        timing: { settle: 4000, followUp: 5000 },
        after: 'handle.onTurn(() => { window.over ??= !document.hidden })',
      })
      await t.send(tab, { words: 12, every: 20 })
      await t.heard(tab)
      await t.sleep(150)
      await tab.hide()
      await t.until(() => tab.run('document.hidden'), 'a hidden page')
      t.expect(!(await tab.run('window.over')), 'the turn was over before the page was hidden')
      await t.sleep(t.n % 3 ? 300 : 2000)
      if (t.n % 2 || !t.engine.goodbye) {
        await tab.leave(`${t.site.url}/blank`)
        await t.until(() => tab.run('document.title === "blank"').catch(() => false), 'the other page')
      } else await t.close(tab)
      await t.sleep(300)
      await t.visit()
      await t.delivered('the turn of the hidden tab')
      await t.sleep(500)
      const [trace] = t.site.ledger
      const turn = t.turn(trace)
      const is = ['outcome', 'ended_by', 'phase'].map((name) => turn[`chat_vitals.turn.${name}`])
      t.facts.outcome = is[0]
      t.expect(is[0] === 'completed' && is[1] === 'done', `the turn is ${is.join(', ')}`)
      t.expect(
        turn['chat_vitals.render.chars'] === 62,
        `${turn['chat_vitals.render.chars']} of 62 characters were seen`,
      )
    },
  },
  {
    row: 44,
    title: 'killed while the user waits',
    injected:
      'SIGKILL of the browser, or a crash of the page, after eight seconds without a word of the answer (half a minute in real time)',
    own: true,
    async trial(t) {
      const another = t.engine.mute && (await t.waiter())
      // As they are: by them the promise is told in seconds.
      const { heartbeat, checkpoint } = { heartbeat: 1000, checkpoint: 750 }
      const tab = await t.visit({ timing: { heartbeat, checkpoint, settle: 600, followUp: 1000 } })
      await t.send(tab, { wait: 120_000 })
      const [trace] = t.site.ledger
      const waited = (t.realTime ? 30_000 : 8000) + ((t.n * 370) % 1000)
      await t.sleep(waited)
      const killedAt = Date.now()
      const kill = t.n % 2 === 0 && !t.engine.cannot.kill
      if (kill) await t.browser.kill()
      else await tab.crash()
      if (another) {
        t.forget(tab)
        another.go()
      } else {
        if (kill) await t.again()
        else await t.close(tab)
        await t.visit()
      }
      await t.delivered('the turn of the killed page')
      await recovered(t, trace)
      const turn = t.turn(trace)
      const is = ['outcome', 'ended_by', 'phase'].map((name) => turn[`chat_vitals.turn.${name}`])
      t.expect(is.join() === 'lost,crash,waiting', `the turn is ${is.join(', ')}`)
      const { endMs } = t.turns().find((span) => span.traceId === trace)
      t.facts.lostMs = killedAt - endMs
      t.expect(
        endMs <= killedAt + 500 && killedAt - endMs <= 2000,
        `the end lies ${Math.round(killedAt - endMs)} ms before the death, after ${waited} ms of waiting`,
      )
    },
  },
]
