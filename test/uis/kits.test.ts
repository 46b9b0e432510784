/**
 * `npm run test:uis`, kits: chat kits from npm that nobody here wrote, no selector, by Enter, driven like a person, compared
 * step by step with a witness in the page. Two are installed apart, under `.cache/uis-kits`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build } from 'esbuild'
import type { Browser } from 'playwright'
import { launchChromium } from '../support/browser.ts'
import { openStage, person } from '../support/stage.ts'
import { expectAnswer, seenBy, witnessOf } from '../support/witness.ts'
import { compare, count, emptyRow, report, table, total } from './compare.ts'
import type { Expected, Row } from './compare.ts'
import { UI_BROWSER } from './drive.ts'
import { http } from './transports/server.ts'
import type { Kind } from './transports/server.ts'

const ROOT = join(import.meta.dirname, '../..')
const APART = join(ROOT, '.cache/uis-kits')
const PACKAGES = { '@ai-sdk/react': '4.0.177', ai: '7.0.173', '@chatscope/chat-ui-kit-react': '2.1.1', 'prop-types': '15.8.1', react: '19.3.1', 'react-dom': '19.3.1' }

interface Kit {
  file: string
  apart?: boolean
  box: string
  answer: string
  host?: string
  decoration?: string
  /** What the kit has; a step without its control is left out, and said so. */
  stop?: string
  regenerate?: string
  thumb?: string
  fresh?: string
  /** A prompt may be sent while an answer runs: what becomes of the first. */
  midStream?: 'superseded' | 'completed'
}
const KITS: Record<string, Kit> = {
  'deep-chat': { file: 'deep-chat.ts', box: '#text-input', answer: '.ai-message', host: 'deep-chat', stop: '.input-button-svg' },
  '@assistant-ui/react': { file: 'assistant-ui.tsx', box: 'textarea[name=input]', answer: '.assistant', decoration: '.bar, .error, p > span[style*="revert"]', stop: '.composer button', thumb: '[title=Like]' },
  '@ai-sdk/react': { file: 'kits/ai-sdk.tsx', apart: true, box: 'form input', answer: '.said:not(:empty)', stop: 'text=Stop', regenerate: 'text=Regenerate', thumb: '[aria-label="Good response"]', fresh: 'text=New chat', midStream: 'completed' },
  '@chatscope/chat-ui-kit-react': { file: 'kits/chatscope.tsx', apart: true, box: '[contenteditable=true]', answer: '.assistant .cs-message__content', midStream: 'superseded' },
}

function installApart(): void {
  const manifest = JSON.stringify({ private: true, type: 'module', dependencies: PACKAGES })
  const file = join(APART, 'package.json')
  mkdirSync(APART, { recursive: true })
  if (existsSync(join(APART, 'node_modules')) && existsSync(file) && readFileSync(file, 'utf8') === manifest) return
  writeFileSync(file, manifest)
  const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: APART, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the kits come from the registry that npm is configured with: ${stderr}`)
}

async function bundle({ file, apart }: Kit): Promise<string> {
  const { outputFiles } = await build({
    ...(apart
      ? { stdin: { contents: readFileSync(join(import.meta.dirname, file), 'utf8'), loader: 'tsx' as const, resolveDir: APART } }
      : { entryPoints: [join(import.meta.dirname, file)] }),
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  })
  return outputFiles[0]!.text.replaceAll('</script', '<\\/script')
}

const rows: Record<string, Row> = {}
let browser: Browser
beforeAll(async () => {
  installApart()
  browser = await launchChromium(UI_BROWSER)
})
afterAll(async () => {
  await browser?.close()
  report('uis-kits', `${table(rows)}\n\n${Object.values(rows).flatMap(({ wrong }) => wrong).join('\n')}`)
})

async function drive(name: string, kit: Kit): Promise<Row> {
  const row = emptyRow()
  const stage = await openStage(browser, { body: '<div id="root"></div>', script: await bundle(kit), http })
  const one = person(stage, kit.box)
  const { page } = one
  const expected: Expected[] = []
  let n = 0
  await page.locator(kit.box).waitFor()
  await sleep(800)
  await witnessOf(page, kit.answer, kit)
  const ask = async (kind: Kind, step: string, outcome: string, ends: number, endedBy?: string) => {
    expected.push({ step, outcome, endedBy })
    await page.locator(kit.box).click()
    await page.keyboard.type(`Recipe ${++n} ${kind} please`)
    await sleep(60)
    await expectAnswer(page)
    await page.keyboard.press('Enter')
    await sleep(ends)
  }
  await ask('usual', 'send', 'completed', 5500, 'done')
  if (kit.thumb) await page.locator(kit.thumb).last().click({ timeout: 5000 })
  await ask('usual', 'send again', 'completed', 5500, 'done')
  if (kit.regenerate) {
    expected.push({ step: 'regenerate', outcome: 'completed', trigger: 'regenerate' })
    await expectAnswer(page, 1)
    await page.locator(kit.regenerate).last().click({ timeout: 5000 })
    await sleep(5500)
  }
  if (kit.stop) {
    await ask('long', 'stop', 'stopped', 1800, 'user_stop')
    await page.locator(kit.stop).last().click({ timeout: 5000 })
    await sleep(4500)
    await ask('long', 'stop before the first word', 'stopped', 150, 'user_stop')
    await page.locator(kit.stop).last().click({ timeout: 5000 })
    await sleep(3000)
  }
  if (kit.midStream) {
    await ask('long', 'a prompt mid-stream, the first', kit.midStream, 1500)
    await ask('usual', 'a prompt mid-stream, the second', 'completed', 9500, 'done')
  }
  await ask('error', 'an error', 'error', 4000)
  await ask('429', '429', 'error', 4000)
  await ask('usual', 'after 429', 'completed', 5500, 'done')
  await ask('cut', 'cut', 'error', 4000)
  await ask('empty', 'an empty answer', 'completed', 4000, 'done')
  await ask('stall', 'a stall of 8 s', 'completed', 13_500, 'done')
  if (kit.fresh) {
    await ask('long', 'a new chat mid-stream', 'abandoned', 1800, 'conversation_switch')
    await page.locator(kit.fresh).click()
    await sleep(3000)
    await ask('usual', 'in the new chat', 'completed', 5500, 'done')
  }
  await sleep(6000)
  const turns = await stage.turns()
  compare(row, name, expected, await seenBy(page), turns, await page.evaluate(() => performance.timeOrigin))
  await page.evaluate(() => (window as never as { chatVitals: { flush(): Promise<void> } }).chatVitals.flush())
  await sleep(500)
  if (kit.thumb && !count(row.thumbs, stage.spans().some((span) => span.name == 'chat.feedback' && span.links?.some(({ traceId }) => traceId == turns[0]?.traceId)))) row.wrong.push(`${name}: the thumb is not the first turn’s`)
  for (const line of stage.lines) if (line.includes('chat-vitals') || line.startsWith('uncaught')) row.wrong.push(`${name}: ${line}`)
  await stage.close()
  return row
}

test.each(Object.entries(KITS))('%s', { timeout: 300_000 }, async (name, kit) => {
  rows[name] = await drive(name, kit)
})

test('shares over all kits', () => {
  expect(Object.keys(rows).length).toBe(Object.keys(KITS).length)
  const short = Object.entries({ outcome: 0.98, trigger: 0.98, ttft: 0.95, chars: 0.95, stalls: 0.95, thumbs: 0.8, evidence: 0.85 } as const)
    .map(([name, bound]) => ({ name, bound, is: total(rows, name as 'ttft') }))
    .filter(({ bound, is }) => is < bound)
  expect(short).toEqual([])
})
