// Tabs of a driver that knows only one current window: each command switches to its tab first, one after the other.
import { setTimeout as sleep } from 'node:timers/promises'
import { busiest } from '../../support/processes.mjs'
import { ENTER, keyActions } from '../../support/webdriver.mjs'

/**
 * @param {{ select(handle: string, focus?: boolean): Promise<unknown>, execute(code: string): Promise<any>, go(url: string): Promise<unknown>,
 *   back(): Promise<unknown>, actions(list: object[]): Promise<unknown>, find(selector: string): Promise<object>, shut(): Promise<unknown>, fresh(type: 'tab' | 'window'): Promise<string>,
 *   root: number, process: string, home: string }} driver
 */
export function createTabs(driver) {
  let line = Promise.resolve()
  const inLine = (work) => {
    const done = line.then(work)
    line = done.catch(() => {})
    return done
  }
  const on = (handle, work, focus) => inLine(() => driver.select(handle, focus).then(work))

  const open = async (url, target = {}) => {
    const handle = await inLine(async () => {
      await driver.select(driver.home)
      return driver.fresh(target.background ? 'tab' : 'window')
    })
    let cover
    const tab = {
      run: (code, ...args) =>
        on(handle, () => driver.execute(typeof code === 'string' ? code : `(${code})(...${JSON.stringify(args)})`)),
      goto: (to) => on(handle, () => driver.go(to)),
      leave: (to) => tab.run(`setTimeout(() => { location.href = ${JSON.stringify(to)} }, 0), 0`),
      back: () => on(handle, () => driver.back()),
      enter: () => on(handle, () => driver.actions(keyActions(ENTER))),
      async click(selector) {
        // By the element, not by its place: the page scrolls with its answer.
        await on(handle, async () => {
          const origin = await driver.find(selector)
          const actions = [
            { type: 'pointerMove', origin, x: 0, y: 0, duration: 0 },
            { type: 'pointerDown', button: 0 },
            { type: 'pointerUp', button: 0 },
          ]
          await driver.actions([{ type: 'pointer', id: 'mouse', actions }])
        })
      },
      close: () => on(handle, () => driver.shut()),
      /** A further tab of the window comes to the front. */
      async hide() {
        cover = await on(handle, () => driver.fresh('tab'), true)
        await on(cover, () => {}, true)
      },
      async show() {
        if (cover) await on(cover, () => driver.shut())
        cover = undefined
        await on(handle, () => {}, true)
      },
      /** Of the process that works while the page is kept busy. */
      pid: () =>
        busiest(
          driver.root,
          (command) => command.includes(driver.process),
          () => tab.run('{ const until = performance.now() + 400; while (performance.now() < until); } 0'),
        ),
      async crash() {
        process.kill(await tab.pid(), 'SIGKILL')
        await sleep(300)
      },
    }
    if (url) await tab.goto(url)
    return tab
  }
  return { open, inLine }
}
