// A Firefox of its own on a given display, driven by Marionette, the protocol it speaks over a plain socket.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { keyActions } from './webdriver.mjs'

const path = [process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox'].find(
  (one) => one && existsSync(one),
)
export const missingFirefox = path
  ? undefined
  : 'it was not found (Debian: `apt install firefox-esr`, or set FIREFOX_PATH)'

const prefs = {
  'marionette.port': 0,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.normandy.enabled': false,
  'browser.aboutwelcome.enabled': false,
}

/** @returns {Promise<import('./webdriver.mjs').Driven>} */
export async function launchFirefox({ display, size: [width, height] }) {
  const profile = await mkdtemp(join(tmpdir(), 'chat-vitals-bench-'))
  await writeFile(
    join(profile, 'user.js'),
    Object.entries(prefs)
      .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${value});\n`)
      .join(''),
  )
  const child = spawn(
    path,
    ['--marionette', '--no-remote', '--profile', profile, '--width', width, '--height', height, 'about:blank'],
    { stdio: 'ignore', env: { ...process.env, DISPLAY: display, WAYLAND_DISPLAY: '', MOZ_ENABLE_WAYLAND: '0' } },
  )
  const gone = new Promise((resolve) => child.once('exit', resolve))
  let port
  for (let tries = 0; !port && tries < 300; tries++) {
    await sleep(100)
    port = Number(await readFile(join(profile, 'MarionetteActivePort'), 'utf8').catch(() => 0))
  }
  if (!port) throw new Error('Firefox did not open its Marionette port')

  const socket = connect(port, '127.0.0.1')
  const calls = new Map()
  let ids = 0
  let rest = Buffer.alloc(0)
  socket.on('data', (data) => {
    rest = Buffer.concat([rest, data])
    // Messages are `length:JSON`; the first one greets.
    for (let colon; (colon = rest.indexOf(':')) > 0;) {
      const end = colon + 1 + Number(rest.subarray(0, colon))
      if (rest.length < end) return
      const [, id, error, result] = [JSON.parse(rest.subarray(colon + 1, end).toString())].flat()
      rest = rest.subarray(end)
      const call = calls.get(id)
      if (!call) continue
      calls.delete(id)
      if (error) call.reject(new Error(`${call.name}: ${error.message}`))
      else call.resolve(result)
    }
  })
  const send = (name, params = {}) =>
    new Promise((resolve, reject) => {
      calls.set(++ids, { resolve, reject, name })
      const message = JSON.stringify([0, ids, `WebDriver:${name}`, params])
      socket.write(`${Buffer.byteLength(message)}:${message}`)
    })
  const { capabilities } = await send('NewSession', {})

  return {
    version: `Firefox ${capabilities.browserVersion}`,
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
    async close() {
      socket.end()
      child.kill()
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
      await gone
      clearTimeout(timer)
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}
