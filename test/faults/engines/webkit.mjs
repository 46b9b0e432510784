// WebKitGTK on a display of its own, driven by its WebDriver.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { childrenOf } from './processes.mjs'
import { createTabs } from './serial.mjs'

export const name = 'WebKitGTK'
export const jobs = 1
const forgets = 'a driven WebKitGTK keeps nothing on disk: there is no next visit after its end'
export const cannot = {
  kill: forgets,
  quit: forgets,
  hide: forgets,
  crash: 'its driver ends the session with the page that crashes',
  pid: 'its driver ends the session with the page that crashes',
  freeze: 'WebKitGTK does not freeze tabs',
  block: 'its driver cannot block addresses',
  offline: 'its driver cannot take a tab offline',
  quota: 'its driver cannot set a quota',
  prerender: 'WebKitGTK does not prerender',
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

/** An X server without a screen; picks its number itself. */
const startDisplay = () => {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1200x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  return new Promise((resolve, reject) => {
    child.once('error', () => reject(new Error('Xvfb was not found (Debian: `apt install xvfb`)')))
    child.stdio[3].once('data', (data) => resolve({ display: `:${String(data).trim()}`, child }))
  })
}

export async function start() {
  const browser =
    process.env.MINIBROWSER_PATH ??
    readdirSync('/usr/lib', { withFileTypes: true })
      .flatMap((entry) => ['4.1', '4.0'].map((version) => `/usr/lib/${entry.name}/webkit2gtk-${version}/MiniBrowser`))
      .find((one) => existsSync(one))
  if (!browser) throw new Error('WebKitGTK was not found (Debian: `apt install webkit2gtk-driver`)')
  const { display, child: screen } = await startDisplay()
  const port = await freePort()
  const child = spawn(process.env.WEBKIT_DRIVER_PATH ?? 'WebKitWebDriver', ['-p', String(port)], {
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
  let session
  for (let tries = 0; !session && tries < 50; tries++) {
    await sleep(100)
    const wish = { 'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] } }
    session = await call('POST', '/session', { capabilities: { alwaysMatch: wish } }).catch((error) => {
      if (tries === 49 || !/fetch failed/.test(error.message)) throw error
    })
  }
  const base = `/session/${session.sessionId}`
  const post = (route, body = {}) => call('POST', `${base}/${route}`, body)
  const home = await call('GET', `${base}/window`)
  const { open } = createTabs({
    root: child.pid,
    process: 'WebKitWebProcess',
    home,
    select: (handle) => post('window', { handle }),
    execute: (code) => post('execute/sync', { script: 'return window.eval(arguments[0])', args: [code] }),
    go: (url) => post('url', { url }),
    back: () => post('back'),
    actions: (actions) => post('actions', { actions }),
    shut: () => call('DELETE', `${base}/window`),
    fresh: (type) => post('window/new', { type }).then(({ handle }) => handle),
  })
  return {
    open,
    pid: child.pid,
    async close() {
      await Promise.race([call('DELETE', base).catch(() => {}), sleep(3000)])
      const left = childrenOf(child.pid, 'MiniBrowser')
      child.kill()
      await gone
      for (const pid of left)
        try {
          process.kill(pid)
        } catch {
          // Gone with its driver.
        }
      screen.kill()
    },
  }
}
