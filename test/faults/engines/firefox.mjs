// Firefox, headless, as the trials drive it.
import { startFirefox } from '../../support/firefox.mjs'
import { createTabs } from './serial.mjs'

export const name = 'Firefox'
/** Commands go one after the other. */
export const serial = true
export const cannot = {
  freeze: 'Firefox does not freeze tabs',
  block: 'its driver cannot block addresses',
  offline: 'its driver cannot take a tab offline',
  quota: 'its driver cannot set a quota',
  prerender: 'Firefox does not prerender',
}

/** @param {{ profile?: string }} [options] a profile that outlives the browser */
export async function start({ profile } = {}) {
  const firefox = await startFirefox({ profile })
  const { send, gone } = firefox
  const home = (await send('GetWindowHandle')).value
  const { open } = createTabs({
    root: firefox.pid,
    process: '-contentproc',
    home,
    select: (handle, focus = false) => send('SwitchToWindow', { handle, focus }),
    execute: (code) =>
      send('ExecuteScript', { script: 'return window.eval(arguments[0])', args: [code], sandbox: null }).then(
        (it) => it.value,
      ),
    go: (url) => send('Navigate', { url }),
    back: () => send('Back'),
    actions: (actions) => send('PerformActions', { actions }),
    find: (value) => send('FindElement', { using: 'css selector', value }).then((it) => it.value),
    shut: () => send('CloseWindow'),
    fresh: (type) => send('NewWindow', { type }).then(({ handle }) => handle),
  })

  let dead = false
  gone.then(() => (dead = true))
  return {
    open,
    ended: () => dead,
    pid: firefox.pid,
    kill: firefox.kill,
    async quit() {
      send('Marionette:Quit', { flags: ['eAttemptQuit'] }).catch(() => {})
      await gone
    },
    close: firefox.close,
  }
}
