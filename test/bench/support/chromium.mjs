// A Chromium of its own, driven by the DevTools protocol over a pipe: with a driver in between, tabs are never really hidden.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromiumFlags, findChromium } from '../../support/browsers.mjs'

/**
 * @typedef {object} Tab
 * @property {(method: string, params?: object) => Promise<any>} send
 * @property {(method: string, listener: (params: any) => void) => () => void} on returns how to stop
 * @property {<T>(code: string | ((...args: any[]) => T), ...args: any[]) => Promise<Awaited<T>>} run in the page; awaits its promise
 * @property {() => Promise<void>} show brings it to the front: the tab before it is hidden
 * @property {() => Promise<void>} close
 * @param {{ args?: string[], size?: [number, number], profile?: string }} [options] a profile that is given is kept
 * @returns {Promise<{
 *   tab(url?: string, target?: object): Promise<Tab>, send: Tab['send'], pid: number, gone: Promise<void>, close(): Promise<void>
 * }>}
 */
export async function launch({ args = [], size = [900, 700], profile: kept } = {}) {
  const profile = kept ?? (await mkdtemp(join(tmpdir(), 'chat-vitals-bench-')))
  const child = spawn(
    await findChromium(),
    [
      '--headless=new',
      ...chromiumFlags,
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
      `--window-size=${size}`,
      ...args,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  )
  const [, , , out, input] = child.stdio
  let ids = 0
  const calls = new Map()
  const listeners = new Map()
  let rest = Buffer.alloc(0)
  input.on('data', (data) => {
    rest = Buffer.concat([rest, data])
    for (let end; (end = rest.indexOf(0)) >= 0; rest = rest.subarray(end + 1)) {
      const message = JSON.parse(rest.subarray(0, end).toString())
      const call = calls.get(message.id)
      if (!call) {
        for (const listener of listeners.get(`${message.sessionId} ${message.method}`) ?? []) listener(message.params)
        continue
      }
      calls.delete(message.id)
      if (message.error) call.reject(new Error(`${call.method}: ${message.error.message}`))
      else call.resolve(message.result)
    }
  })
  const sendTo =
    (sessionId) =>
    (method, params = {}) =>
      new Promise((resolve, reject) => {
        calls.set(++ids, { resolve, reject, method })
        out.write(JSON.stringify({ id: ids, method, params, sessionId }) + '\0')
      })
  const send = sendTo()
  // Killed on purpose, maybe: who still waits for an answer is told.
  out.on('error', () => {})
  const gone = new Promise((resolve) =>
    child.once('exit', () => {
      for (const { reject, method } of calls.values()) reject(new Error(`${method}: the browser is gone`))
      calls.clear()
      resolve()
    }),
  )

  const tab = async (url = 'about:blank', target = {}) => {
    const { targetId } = await send('Target.createTarget', { url: 'about:blank', ...target })
    const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true })
    const to = sendTo(sessionId)
    const on = (method, listener) => {
      const key = `${sessionId} ${method}`
      listeners.set(key, [...(listeners.get(key) ?? []), listener])
      return () =>
        listeners.set(
          key,
          listeners.get(key).filter((one) => one !== listener),
        )
    }
    const run = async (code, ...given) => {
      const expression = typeof code === 'string' ? code : `(${code})(...${JSON.stringify(given)})`
      const { result, exceptionDetails } = await to('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      })
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
      return result.value
    }
    await to('Page.enable')
    if (url !== 'about:blank') {
      const loaded = new Promise((resolve) => on('Page.loadEventFired', resolve))
      await to('Page.navigate', { url })
      await loaded
    }
    return {
      targetId,
      send: to,
      on,
      run,
      show: () => send('Target.activateTarget', { targetId }).then(() => sleep(50)),
      close: () => send('Target.closeTarget', { targetId }).then(() => {}),
    }
  }
  return {
    tab,
    send,
    pid: child.pid,
    gone,
    async close() {
      await Promise.race([send('Browser.close').catch(() => {}), sleep(3000)])
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000)
      await gone
      clearTimeout(timer)
      if (!kept) await rm(profile, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
