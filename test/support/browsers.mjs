// Finds a Chromium for the browser tests, and gets one where none is: playwright's own, else Debian's.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium } from 'playwright'

/** Without them a fresh browser talks to its maker and asks for a sandbox that containers do not have. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const known = () =>
  [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    chromium.executablePath(),
  ].find((path) => path && existsSync(path))

/** Path of the browser's executable; throws with the ways to get one when there is none. */
export async function findChromium({ install = false } = {}) {
  let path = known()
  if (!path && install) {
    console.log('no Chromium found, trying `npx playwright install chromium`')
    spawnSync('npx', ['playwright', 'install', 'chromium'], { stdio: 'inherit', timeout: 300_000 })
    path = known()
  }
  if (!path && install && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('trying Debian’s chromium')
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env })
    spawnSync('apt-get', ['install', '-y', '-qq', 'chromium', 'fonts-noto-cjk'], { stdio: 'inherit', env })
    path = known()
  }
  if (path) return path
  throw new Error(
    'The browser tests need Chromium and none was found. Get one with `npx playwright install --with-deps chromium`, ' +
      'or install your system’s chromium package, or set CHROMIUM_PATH.',
  )
}
