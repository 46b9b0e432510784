// A WebKitGTK of its own on a given display, driven by its WebDriver.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { keyActions } from './webdriver.mjs'

const driver = [process.env.WEBKIT_DRIVER_PATH, '/usr/bin/WebKitWebDriver'].find((one) => one && existsSync(one))
const homes = [
  '/usr/libexec',
  ...(existsSync('/usr/lib') ? readdirSync('/usr/lib') : []).map((name) => `/usr/lib/${name}`),
]
const browser =
  process.env.MINIBROWSER_PATH ??
  homes
    .flatMap((home) => ['4.1', '4.0'].map((version) => `${home}/webkit2gtk-${version}/MiniBrowser`))
    .find((one) => existsSync(one))
export const missingWebKit =
  driver && browser
    ? undefined
    : 'it was not found (Debian: `apt install webkit2gtk-driver`, or set WEBKIT_DRIVER_PATH and MINIBROWSER_PATH)'

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

/** @returns {Promise<import('./webdriver.mjs').Driven>} */
export async function launchWebKit({ display, size: [width, height] }) {
  const port = await freePort()
  const child = spawn(driver, ['-p', port], {
    stdio: 'ignore',
    env: {
      ...process.env,
      DISPLAY: display,
      WAYLAND_DISPLAY: '',
      GDK_BACKEND: 'x11',
      LIBGL_ALWAYS_SOFTWARE: '1',
      // Containers do not have what the sandbox needs.
      ...(process.getuid?.() === 0 && { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' }),
    },
  })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const call = async (method, route, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${route}`, { method, ...body })
    const { value } = await response.json()
    if (!response.ok) throw new Error(`${route}: ${value.message || value.error}`)
    return value
  }
  const post = (route, body) => call('POST', route, { body: JSON.stringify(body) })
  const begin = { 'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] } }
  let session
  for (let tries = 0; !session && tries < 50; tries++) {
    await sleep(100)
    session = await post('/session', { capabilities: { alwaysMatch: begin } }).catch((error) => {
      if (tries === 49 || !/fetch failed/.test(error.message)) throw error
    })
  }
  const send = (name, body = {}) => post(`/session/${session.sessionId}/${name}`, body)
  await send('window/rect', { x: 0, y: 0, width, height })

  return {
    version: `WebKitGTK ${session.capabilities.browserVersion}`,
    // Rounds down to 1 ms.
    clockLag: 0.5,
    open: (url) => send('url', { url }),
    inFrame: () => send('frame', { id: 0 }),
    run: (code) => send('execute/sync', { script: `return ${code}`, args: [] }),
    type: (text) => send('actions', { actions: keyActions(text) }),
    async close() {
      await call('DELETE', `/session/${session.sessionId}`).catch(() => {})
      child.kill()
      await gone
    },
  }
}
