// A WebKitGTK of its own on a given display, driven by its WebDriver.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { childrenOf } from './processes.mjs'

const findDriver = () =>
  [process.env.WEBKIT_DRIVER_PATH, '/usr/bin/WebKitWebDriver'].find((one) => one && existsSync(one))
const findBrowser = () => {
  const libraries = existsSync('/usr/lib') ? readdirSync('/usr/lib').map((name) => `/usr/lib/${name}`) : []
  return (
    process.env.MINIBROWSER_PATH ??
    ['/usr/libexec', ...libraries]
      .flatMap((home) => ['4.1', '4.0'].map((version) => `${home}/webkit2gtk-${version}/MiniBrowser`))
      .find((one) => existsSync(one))
  )
}
/** Why there is none. */
export const missingWebKit = () =>
  findDriver() && findBrowser()
    ? undefined
    : 'WebKitGTK was not found (Debian: `apt install webkit2gtk-driver`, or set WEBKIT_DRIVER_PATH and MINIBROWSER_PATH)'

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

/**
 * @typedef {object} WebKit
 * @property {string} version
 * @property {number} pid of the driver; the browser's processes are below it
 * @property {(name: string, body?: object, method?: string) => Promise<any>} send a command of this session
 * @property {() => Promise<void>} close
 *
 * @param {{ display: string }} options
 * @returns {Promise<WebKit>}
 */
export async function startWebKit({ display }) {
  const missing = missingWebKit()
  if (missing) throw new Error(missing)
  const port = await freePort()
  const child = spawn(findDriver(), ['-p', String(port)], {
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
    const response = await fetch(`http://127.0.0.1:${port}${route}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    })
    const { value } = await response.json()
    if (!response.ok) throw new Error(`${route}: ${value.message || value.error}`)
    return value
  }
  const end = async () => {
    // A browser that its driver did not end would stay.
    const left = childrenOf(child.pid, 'MiniBrowser')
    child.kill()
    await gone
    for (const pid of left)
      try {
        process.kill(pid)
      } catch {
        // Gone with its driver.
      }
  }
  const wish = { 'webkitgtk:browserOptions': { binary: findBrowser(), args: ['--automation'] } }
  let session
  for (let tries = 0; !session; tries++) {
    await sleep(100)
    session = await call('POST', '/session', { capabilities: { alwaysMatch: wish } }).catch(async (error) => {
      // The driver is not listening yet.
      if (tries < 50 && /fetch failed/.test(error.message)) return
      await end()
      throw error
    })
  }
  const base = `/session/${session.sessionId}`
  return {
    version: `WebKitGTK ${session.capabilities.browserVersion}`,
    pid: child.pid,
    send: (name, body = {}, method = 'POST') => call(method, `${base}/${name}`, method === 'POST' ? body : undefined),
    async close() {
      await Promise.race([call('DELETE', base).catch(() => {}), sleep(3000)])
      await end()
    },
  }
}
