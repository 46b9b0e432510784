// An X server without a screen, for browsers that are to be seen by nobody.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Why there can be none. */
export const missingDisplay = () =>
  (process.env.PATH ?? '').split(':').some((path) => existsSync(join(path, 'Xvfb')))
    ? undefined
    : 'Xvfb was not found (Debian: `apt install xvfb`)'

/**
 * Picks its number itself. `folder`: where it writes its picture, if anywhere.
 * @param {{ size?: [number, number], folder?: string }} [options]
 * @returns {Promise<{ display: string, close(): Promise<void> }>}
 */
export async function startDisplay({ size = [1200, 900], folder } = {}) {
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', `${size.join('x')}x24`, '-nolisten', 'tcp', '-noreset'].concat(
      folder ? ['-fbdir', folder] : [],
    ),
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  )
  const gone = new Promise((resolve) => server.once('exit', resolve))
  const display = await new Promise((resolve, reject) => {
    server.once('error', () => reject(new Error(missingDisplay() ?? 'Xvfb did not start')))
    server.once('exit', () => reject(new Error('Xvfb ended before it began')))
    server.stdio[3].once('data', (data) => resolve(`:${String(data).trim()}`))
  })
  return {
    display,
    async close() {
      server.kill()
      await gone
    },
  }
}
