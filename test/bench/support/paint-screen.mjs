// TTFT in an engine that has no trace of its compositor: the record's figure beside the pixels of the screen.
import { setTimeout as sleep } from 'node:timers/promises'
import { startScreen } from './screen.mjs'
import { ENTER } from '../../support/webdriver.mjs'

/** In the page: what its clock says beside the machine's. */
const clocks = `(async () => {
  const samples = []
  for (let i = 0; i < 60; i++) {
    const before = performance.now()
    const machine = Number(await (await fetch('/clock')).text())
    samples.push([before - machine, performance.now() - machine])
  }
  return samples
})()`
/** A sighting that lies between two looks further apart, ms, is none. */
const BLIND = 2

/**
 * Truth: the first look, every 0.3 ms, at which the answer's magenta was on the X server's screen. Page and machine have the same
 * clock, read from different points on: the difference is what no request for the machine's time, there and back, contradicts.
 *
 * @param {(screen: { display: string, size: number[] }) => Promise<import('../../support/webdriver.mjs').Driven>} launch
 * @returns {Promise<import('../paint.mjs').Engine>}
 */
export async function startOnScreen(launch) {
  const screen = await startScreen()
  const browser = await launch(screen).catch(async (error) => {
    await screen.close()
    throw error
  })
  // Widest disagreement of two alignments of one page: what they may be off by.
  let drift = 0

  const offsetOf = async () => {
    const samples = await browser.run(clocks)
    const least = Math.max(...samples.map(([low]) => low))
    const most = Math.min(...samples.map(([, high]) => high))
    return (least + most) / 2 + browser.clockLag
  }
  return {
    version: browser.version,
    truth: () =>
      `first look at the framebuffer with its colour, one every 0.3 ms; clocks aligned to ± ${drift.toFixed(1)} ms`,
    skips: ({ slow, hide }) =>
      slow ? 'its CPU cannot be slowed down' : hide && !browser.other && 'its driver cannot hide a page',
    async open(scenario, url) {
      const { name, hide, scroll, unseen } = scenario
      await browser.open(url)
      if (name === 'iframe') await browser.inFrame()
      await sleep(600)
      const offset = await offsetOf()
      // Where the answer shows is known from a first one, that is not counted; of what shall not show, everywhere.
      let rows = Array.from({ length: screen.size[1] / 16 }, (_, i) => i * 16)

      let said = 0
      const run = async () => {
        await browser.run("(document.querySelector('#log').textContent = '', box.focus())")
        await browser.type(`Tell me of ${++said}`)
        await sleep(100)
        if (screen.rows().length) return { why: 'magenta before the answer' }
        const before = await browser.run('records.length')
        const other = hide && (await browser.other())
        await browser.run('box.focus()')
        const end = screen.watch(rows)
        await browser.type(ENTER)
        if (hide) {
          await sleep(20)
          await other.show()
          await sleep(450)
          if (!unseen) await other.hide()
        }
        if (scroll) {
          await sleep(350)
          await browser.run("document.querySelector('#log').scrollTop = 1e6")
        }
        await sleep(500)
        const shown = screen.rows()
        const seen = await end()
        if (hide) await other.close()
        // The record is handed out when the turn has settled.
        for (let tries = 0; tries < 300 && (await browser.run('records.length')) === before; tries++) await sleep(20)
        const { more, record, peers } = await browser.run(
          `({ more: records.length > ${before}, record: records.at(-1), peers })`,
        )
        if (hide && !(peers.hidden < peers.chunk))
          return { why: peers.hidden ? 'hidden too late' : 'it cannot be hidden' }
        const at = seen && (seen.before + seen.at) / 2 + offset - peers.t0 - browser.clockLag
        const why = seen
          ? seen.at - seen.before > BLIND && 'a look came late'
          : shown.length
            ? 'seen elsewhere'
            : 'never seen'
        return { record: more ? record : undefined, peers, at, why, shown }
      }
      if (!unseen) {
        const { shown = [] } = await run()
        // Four rows of the first line's letters.
        if (shown.length) rows = [4, 10, 16, 22].map((down) => shown[0] + down)
      }
      return {
        run,
        async close() {
          const last = await offsetOf()
          drift = Math.max(drift, Math.abs(last - offset))
        },
      }
    },
    async close() {
      await browser.close()
      await screen.close()
    },
  }
}
