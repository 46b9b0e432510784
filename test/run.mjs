// `npm test`: installs what is missing, builds, runs the unit tests (happy-dom), the browser tests (real
// Chromium against the built bundles) and the situations (whole pages, used like a person does). `node test/run.mjs unit|browser|situations|packed|uis|apps|streams [filter…]` runs one kind; those after
// situations, which install from the registry or take long, only so. Last line: totals.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [kind, ...filters] = process.argv.slice(2)
const known = ['unit', 'browser', 'situations', 'packed', 'uis', 'apps', 'streams'].includes(kind)
const kinds = known ? [kind] : ['unit', 'browser', 'situations']
if (kind && !known) filters.unshift(kind)

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`chat-vitals needs Node 20 or later, this is ${process.version}`)
  process.exit(1)
}

const run = (command, args, options = {}) => {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) console.error(`${command}: ${error.message}`)
  return status ?? 1
}
const must = (what, command, args) => {
  console.log(`\n> ${what}`)
  const status = run(command, args)
  if (status !== 0) {
    console.error(`\n${what} failed`)
    process.exit(status)
  }
}

const installed = `${root}node_modules/.package-lock.json`
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(`${root}package-lock.json`).mtimeMs) {
  must('npm ci', 'npm', ['ci', '--no-audit', '--no-fund'])
}
must('build', 'npm', ['run', '--silent', 'build'])

if (kinds.some((one) => one !== 'unit')) {
  const { findChromium } = await import('./support/browsers.mjs')
  try {
    console.log(`\n> Chromium: ${await findChromium({ install: true })}`)
  } catch (error) {
    console.error(`\n${error.message}`)
    process.exit(1)
  }
}

const total = { passed: 0, failed: 0, skipped: 0 }
mkdirSync(`${root}.cache`, { recursive: true })
let failed = false
const failures = []
for (const project of kinds) {
  const report = `${root}.cache/test-${project}.json`
  rmSync(report, { force: true })
  console.log(`\n> ${project} tests`)
  const status = run(process.execPath, [
    `${root}node_modules/vitest/vitest.mjs`,
    'run',
    '-c',
    'test/vitest.config.ts',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...filters,
  ])
  if (status !== 0) failed = true
  if (!existsSync(report)) {
    failed = true
    continue
  }
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  )
  // Named again at the end: the place where they failed is far up by then.
  for (const { name: file, status: state, message, assertionResults } of testResults) {
    const broken = assertionResults.filter((one) => one.status === 'failed')
    if (state === 'failed' && broken.length === 0) failures.push(`${file}: ${message}`)
    for (const one of broken) failures.push(`${file}: ${one.fullName}\n    ${one.failureMessages.join('\n    ')}`)
  }
  total.passed += numPassedTests
  total.failed += numFailedTests
  total.skipped += numPendingTests
  if (numFailedTestSuites > 0) failed = true
}
for (const failure of failures) console.error(`failed: ${failure.replaceAll(root, '')}`)
const none = total.passed + total.failed === 0
if (none) console.error('no test ran')
// A suite that broke before its first test has no failed test to count, and must still show.
if (failed && total.failed === 0) total.failed = 1
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`)
process.exit(failed || none ? 1 : 0)
