// A screen of its own, an X server that draws into a file, and the moment at which magenta comes to be on it.
import { openSync, readSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { startDisplay } from '../../support/display.mjs'

const size = [1024, 768]
/** Between two looks, ms. */
const EVERY = 0.3
/** Ms of the machine's monotonic clock: the same in every process and thread. */
export const machineNow = () => Number(process.hrtime.bigint()) / 1e6

/** Reads the X server's picture, an X window dump: how many pixels of a row are magenta, or on their way there. */
function openPicture(file) {
  const fd = openSync(file)
  const head = Buffer.alloc(80)
  readSync(fd, head, 0, 80, 0)
  const stride = head.readUInt32BE(48)
  const from = head.readUInt32BE(0) + head.readUInt32BE(76) * 12
  const row = Buffer.alloc(size[0] * 4)
  return (y) => {
    readSync(fd, row, 0, row.length, from + y * stride)
    let found = 0
    for (let i = 0; i < row.length; i += 4) if (row[i + 2] - row[i + 1] > 60 && row[i] - row[i + 1] > 60) found++
    return found
  }
}

if (!isMainThread && workerData?.picture) {
  const { picture, stop } = workerData
  const look = openPicture(picture)
  parentPort.on('message', (rows) => {
    let before = machineNow()
    let seen
    // It sleeps by waiting for what ends the watch.
    while (!seen && Atomics.wait(stop, 0, 0, EVERY) === 'timed-out') {
      const at = machineNow()
      if (rows.some((y) => look(y) > 2)) seen = { before, at }
      else before = at
    }
    parentPort.postMessage(seen)
  })
}

/** @returns {Promise<{ display: string, size: number[], rows(): number[], watch(rows: number[]): () => Promise<{ before: number, at: number } | undefined>, close(): Promise<void> }>}
 *  `rows` that hold magenta now. `watch` returns how to end it: magenta came after `before` and was there `at` */
export async function startScreen() {
  const folder = await mkdtemp(join(tmpdir(), 'chat-vitals-screen-'))
  const server = await startDisplay({ size, folder }).catch(async (error) => {
    await rm(folder, { recursive: true, force: true })
    throw error
  })
  const picture = join(folder, 'Xvfb_screen0')
  const look = openPicture(picture)
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL(import.meta.url), { workerData: { picture, stop } })
  return {
    display: server.display,
    size,
    rows: () => Array.from({ length: size[1] }, (_, y) => y).filter((y) => look(y) > 2),
    watch(rows) {
      Atomics.store(stop, 0, 0)
      const seen = new Promise((resolve) => worker.once('message', resolve))
      worker.postMessage(rows)
      return () => {
        Atomics.store(stop, 0, 1)
        Atomics.notify(stop, 0)
        return seen
      }
    },
    async close() {
      await worker.terminate()
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
