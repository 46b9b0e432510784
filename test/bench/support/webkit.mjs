// WebKitGTK as the paint benchmark drives it.
import { startWebKit } from '../../support/webkit.mjs'
import { keyActions } from '../../support/webdriver.mjs'

/** @returns {Promise<import('../../support/webdriver.mjs').Driven>} */
export async function launchWebKit({ display, size: [width, height] }) {
  const { send, version, close } = await startWebKit({ display })
  await send('window/rect', { x: 0, y: 0, width, height })
  return {
    version,
    // Rounds down to 1 ms.
    clockLag: 0.5,
    open: (url) => send('url', { url }),
    inFrame: () => send('frame', { id: 0 }),
    run: (code) => send('execute/sync', { script: `return ${code}`, args: [] }),
    type: (text) => send('actions', { actions: keyActions(text) }),
    close,
  }
}
