// Firefox as the paint benchmark drives it.
import { startFirefox } from '../../support/firefox.mjs'
import { keyActions } from '../../support/webdriver.mjs'

/** @returns {Promise<import('../../support/webdriver.mjs').Driven>} */
export async function launchFirefox(screen) {
  const { send, version, close } = await startFirefox(screen)
  return {
    version,
    // Rounds to 1 ms, up or down by chance.
    clockLag: 0,
    open: (url) => send('Navigate', { url }),
    inFrame: () => send('SwitchToFrame', { id: 0 }),
    run: (code) =>
      send('ExecuteScript', { script: `return ${code}`, args: [], sandbox: null }).then(({ value }) => value),
    type: (text) => send('PerformActions', { actions: keyActions(text) }),
    async other() {
      const { value: own } = await send('GetWindowHandle')
      const { handle } = await send('NewWindow', { type: 'tab' })
      const to = (handle, focus) => send('SwitchToWindow', { handle, focus })
      return {
        show: () => to(handle, true).then(() => to(own, false)),
        hide: () => to(own, true),
        async close() {
          await to(handle, false)
          await send('CloseWindow')
          await to(own, true)
        },
      }
    },
    close,
  }
}
