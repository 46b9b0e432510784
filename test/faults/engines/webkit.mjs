// WebKitGTK on a display of its own, as the trials drive it.
import { startDisplay } from '../../support/display.mjs'
import { startWebKit } from '../../support/webkit.mjs'
import { createTabs } from './serial.mjs'

export const name = 'WebKitGTK'
/** Commands go one after the other. */
export const serial = true
const forgets = 'a driven WebKitGTK keeps nothing on disk: there is no next visit after its end'
/** The browser goes on without its driver when a page has crashed. */
export const mute = true
export const cannot = {
  kill: forgets,
  quit: forgets,
  hide: forgets,
  pid: 'its driver ends the session with the page that crashes',
  freeze: 'WebKitGTK does not freeze tabs',
  block: 'its driver cannot block addresses',
  offline: 'its driver cannot take a tab offline',
  quota: 'its driver cannot set a quota',
  prerender: 'WebKitGTK does not prerender',
}

export async function start() {
  const screen = await startDisplay()
  const webkit = await startWebKit(screen).catch(async (error) => {
    await screen.close()
    throw error
  })
  // An error of the session, not of what was asked of it: its browser is gone.
  let dead = false
  const send = (...all) =>
    webkit.send(...all).catch((error) => {
      dead ||= /invalid session id|fetch failed/.test(error.message)
      throw error
    })
  const home = await send('window', undefined, 'GET')
  const { open } = createTabs({
    root: webkit.pid,
    process: 'WebKitWebProcess',
    home,
    select: (handle) => send('window', { handle }),
    execute: (code) => send('execute/sync', { script: 'return window.eval(arguments[0])', args: [code] }),
    go: (url) => send('url', { url }),
    back: () => send('back'),
    actions: (actions) => send('actions', { actions }),
    find: (value) => send('element', { using: 'css selector', value }),
    shut: () => send('window', undefined, 'DELETE'),
    fresh: (type) => send('window/new', { type }).then(({ handle }) => handle),
  })
  return {
    open,
    ended: () => dead,
    pid: webkit.pid,
    async close() {
      await webkit.close()
      await screen.close()
    },
  }
}
