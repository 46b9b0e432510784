// Chromium, driven by the DevTools protocol over a pipe.
import { setTimeout as sleep } from 'node:timers/promises'
import { launch } from '../../bench/support/chromium.mjs'
import { busiest } from '../../support/processes.mjs'

export const name = 'Chromium'

/** `pagehide` runs in a tab that the driver closes, and what it sends gets out. */
export const goodbye = true

/** The browser's own surfaces are renderers too. */
const isPage = (command) => command.includes('--type=renderer') && !/--(?:top-chrome|extension-process)/.test(command)

/** What cannot be done to a tab of this engine, and why. */
export const cannot = {}

/** @param {{ profile?: string }} [options] a profile that outlives the browser */
export async function start({ profile } = {}) {
  const browser = await launch({
    profile,
    args: [
      '--disable-features=SpareRendererForSitePerProcess',
      '--disable-popup-blocking',
      '--hide-crash-restore-bubble',
    ],
  })

  const open = async (url, target = { newWindow: true }) => {
    const page = await browser.tab('about:blank', target)
    const { send, on } = page
    await Promise.all([send('Network.enable'), send('Runtime.enable'), send('Inspector.enable')])
    const crashed = new Promise((resolve) => on('Inspector.targetCrashed', resolve))
    // A page that is no more answers nothing.
    const run = (...code) =>
      Promise.race([
        page.run(...code),
        crashed.then(() => {
          throw new Error('the page has crashed')
        }),
      ])
    const loading = () => new Promise((resolve) => on('Page.loadEventFired', resolve))
    const goto = async (to) => {
      const loaded = loading()
      await send('Page.navigate', { url: to })
      await Promise.race([loaded, sleep(10_000)])
    }
    on('Fetch.requestPaused', ({ requestId }) => {
      send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' }).catch(() => {})
    })
    if (url) await goto(url)
    const state = async (windowState) => {
      const { windowId } = await browser.send('Browser.getWindowForTarget', { targetId: page.targetId })
      await browser.send('Browser.setWindowBounds', { windowId, bounds: { windowState } })
    }
    const tab = {
      run,
      goto,
      /** By script, as a link does it; does not wait. */
      leave: (to) => run(`setTimeout(() => { location.href = ${JSON.stringify(to)} }, 0), 0`),
      async back() {
        const { currentIndex, entries } = await send('Page.getNavigationHistory')
        await send('Page.navigateToHistoryEntry', { entryId: entries[currentIndex - 1].id })
      },
      async enter() {
        const key = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13 }
        await send('Input.dispatchKeyEvent', { type: 'keyDown', text: '\r', ...key })
        await send('Input.dispatchKeyEvent', { type: 'keyUp', ...key })
      },
      async click(selector) {
        const [x, y] = await run((s) => {
          const element = document.querySelector(s)
          element.scrollIntoView({ block: 'center' })
          const box = element.getBoundingClientRect()
          return [box.x + box.width / 2, box.y + box.height / 2]
        }, selector)
        const at = { x, y, button: 'left', clickCount: 1 }
        await send('Input.dispatchMouseEvent', { type: 'mousePressed', ...at })
        await send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...at })
      },
      close: page.close,
      async crash() {
        send('Page.crash').catch(() => {})
        await crashed
      },
      /** Its window is minimised. */
      hide: () => state('minimized'),
      async show() {
        await state('normal')
        await page.show()
      },
      freeze: () => send('Page.setWebLifecycleState', { state: 'frozen' }),
      thaw: () => send('Page.setWebLifecycleState', { state: 'active' }),
      offline: (offline) =>
        send('Network.emulateNetworkConditions', { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 }),
      /** As an extension blocks: the request fails before it leaves. None: nothing is blocked any more. */
      block: (urls) =>
        urls.length
          ? send('Fetch.enable', { patterns: urls.map((urlPattern) => ({ urlPattern })) })
          : send('Fetch.disable'),
      quota: (origin, quotaSize) => send('Storage.overrideQuotaForOrigin', { origin, quotaSize }),
      /** Of its renderer: the one that works while the page is kept busy. */
      pid: () =>
        busiest(browser.pid, isPage, () =>
          run('{ const until = performance.now() + 400; while (performance.now() < until); } 0'),
        ),
      heap: async () => {
        await send('HeapProfiler.collectGarbage')
        return (await send('Runtime.getHeapUsage')).usedSize
      },
    }
    return tab
  }

  let dead = false
  browser.gone.then(() => (dead = true))
  return {
    open,
    ended: () => dead,
    /** A tab that nobody is attached to: with a driver attached, nothing is prerendered. */
    async openAlone(url) {
      const { targetId } = await browser.send('Target.createTarget', { url, newWindow: true })
      return { close: () => browser.send('Target.closeTarget', { targetId }).catch(() => {}) }
    },
    pid: browser.pid,
    async kill() {
      process.kill(browser.pid, 'SIGKILL')
      await browser.gone
    },
    async quit() {
      browser.send('Browser.close').catch(() => {})
      await browser.gone
    },
    close: browser.close,
  }
}
