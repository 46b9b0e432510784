/** Finds a real Chromium and launches it for the tests; leaves pages, contexts and closing to the caller. */
import { existsSync } from 'node:fs'
import { chromium } from 'playwright'
import type { Browser, LaunchOptions } from 'playwright'
import { chromiumFlags } from './browsers.mjs'

/** `CHROMIUM_PATH`, Debian's chromium, or undefined: then playwright's own is used. */
export const chromiumPath = (): string | undefined =>
  [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => path && existsSync(path))

export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  const executablePath = options.executablePath ?? chromiumPath()
  if (!executablePath && !existsSync(chromium.executablePath()))
    throw new Error(
      'no Chromium found: install `chromium` with apt, run `npx playwright install chromium`, or set CHROMIUM_PATH',
    )
  return chromium.launch({ ...options, executablePath, args: [...chromiumFlags, ...(options.args ?? [])] })
}
