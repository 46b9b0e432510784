// A Firefox of its own, driven by Marionette, the protocol it speaks over a plain socket.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const find = () =>
  [process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox'].find((one) => one && existsSync(one))
/** Why there is none. */
export const missingFirefox = () =>
  find() ? undefined : 'Firefox was not found (Debian: `apt install firefox-esr`, or set FIREFOX_PATH)'

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

/**
 * @typedef {object} Firefox
 * @property {string} version
 * @property {number} pid
 * @property {(name: string, params?: object) => Promise<any>} send a command; without a prefix, one of WebDriver's
 * @property {() => Promise<void>} kill at once, without a word
 * @property {Promise<void>} gone
 * @property {() => Promise<void>} close ends it, and deletes its profile unless that was given
 *
 * @param {{ display?: string, size?: [number, number], profile?: string }} [options] without a display it is headless
 * @returns {Promise<Firefox>}
 */
export async function startFirefox({ display, size, profile: kept } = {}) {
  const missing = missingFirefox()
  if (missing) throw new Error(missing)
  const profile = kept ?? (await mkdtemp(join(tmpdir(), 'chat-vitals-firefox-')))
  const portFile = join(profile, 'MarionetteActivePort')
  await rm(portFile, { force: true })
  const lines = Object.entries(prefs).map(([key, value]) => `user_pref(${JSON.stringify(key)}, ${value});\n`)
  await writeFile(join(profile, 'user.js'), lines.join(''))
  const child = spawn(
    find(),
    ['--marionette', '--no-remote', '--profile', profile].concat(
      display ? [] : '--headless',
      size ? ['--width', size[0], '--height', size[1]] : [],
      'about:blank',
    ),
    {
      stdio: 'ignore',
      env: {
        ...process.env,
        MOZ_CRASHREPORTER_DISABLE: '1',
        ...(display && { DISPLAY: display, WAYLAND_DISPLAY: '', MOZ_ENABLE_WAYLAND: '0' }),
      },
    },
  )
  const calls = new Map()
  const gone = new Promise((resolve) =>
    child.once('exit', () => {
      for (const { reject, name } of calls.values()) reject(new Error(`${name}: the browser is gone`))
      calls.clear()
      resolve()
    }),
  )
  const dead = () => child.exitCode !== null || child.signalCode
  const close = async () => {
    child.kill()
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
    if (!dead()) await gone
    clearTimeout(timer)
    if (!kept) await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
  let port
  for (let tries = 0; !port && tries < 300 && !dead(); tries++) {
    await sleep(100)
    port = Number(await readFile(portFile, 'utf8').catch(() => 0))
  }
  if (!port) {
    await close()
    throw new Error('Firefox did not open its Marionette port')
  }

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
      if (dead()) return reject(new Error(`${name}: the browser is gone`))
      calls.set(++ids, { resolve, reject, name })
      const message = JSON.stringify([0, ids, name.includes(':') ? name : `WebDriver:${name}`, params])
      socket.write(`${Buffer.byteLength(message)}:${message}`)
    })
  const { capabilities } = await send('NewSession', {})
  return {
    version: `Firefox ${capabilities.browserVersion}`,
    pid: child.pid,
    send,
    gone,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
    async close() {
      socket.end()
      await close()
    },
  }
}
