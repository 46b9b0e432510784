// Firefox, headless, driven by Marionette, the protocol it speaks over a plain socket.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTabs } from './serial.mjs'

export const name = 'Firefox'
/** Commands go one after the other: trials do too. */
export const jobs = 1
export const cannot = {
  freeze: 'Firefox does not freeze tabs',
  block: 'its driver cannot block addresses',
  offline: 'its driver cannot take a tab offline',
  quota: 'its driver cannot set a quota',
  prerender: 'Firefox does not prerender',
}

const prefs = {
  'marionette.port': 0,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.normandy.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.sessionstore.resume_from_crash': false,
  'toolkit.startup.max_resumed_crashes': -1,
  'browser.tabs.closeWindowWithLastTab': true,
  'browser.warnOnQuit': false,
  'dom.ipc.processPrelaunch.enabled': false,
}

/** @param {{ profile?: string }} [options] a profile that outlives the browser */
export async function start({ profile: kept } = {}) {
  const path = [process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox'].find(
    (one) => one && existsSync(one),
  )
  if (!path) throw new Error('Firefox was not found (Debian: `apt install firefox-esr`, or set FIREFOX_PATH)')
  const profile = kept ?? (await mkdtemp(join(tmpdir(), 'chat-vitals-faults-')))
  await rm(join(profile, 'MarionetteActivePort'), { force: true })
  const lines = Object.entries(prefs).map(([key, value]) => `user_pref(${JSON.stringify(key)}, ${value});\n`)
  await writeFile(join(profile, 'user.js'), lines.join(''))
  const child = spawn(path, ['--headless', '--marionette', '--no-remote', '--profile', profile, 'about:blank'], {
    stdio: 'ignore',
    env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1' },
  })
  const calls = new Map()
  const gone = new Promise((resolve) =>
    child.once('exit', () => {
      for (const { reject, name } of calls.values()) reject(new Error(`${name}: the browser is gone`))
      calls.clear()
      resolve()
    }),
  )
  let port
  for (let tries = 0; !port && tries < 300; tries++) {
    await sleep(100)
    port = Number(await readFile(join(profile, 'MarionetteActivePort'), 'utf8').catch(() => 0))
  }
  if (!port) throw new Error('Firefox did not open its port')

  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
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
      if (child.exitCode !== null || child.signalCode) return reject(new Error(`${name}: the browser is gone`))
      calls.set(++ids, { resolve, reject, name })
      const message = JSON.stringify([0, ids, name.includes(':') ? name : `WebDriver:${name}`, params])
      socket.write(`${Buffer.byteLength(message)}:${message}`)
    })
  await send('NewSession', {})
  const home = (await send('GetWindowHandle')).value
  const { open } = createTabs({
    root: child.pid,
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
    shut: () => send('CloseWindow'),
    fresh: (type) => send('NewWindow', { type }).then(({ handle }) => handle),
  })

  return {
    open,
    pid: child.pid,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
    async quit() {
      send('Marionette:Quit', { flags: ['eAttemptQuit'] }).catch(() => {})
      await gone
    },
    async close() {
      socket.end()
      child.kill()
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
      if (child.exitCode === null && !child.signalCode) await gone
      clearTimeout(timer)
      if (!kept) await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}
