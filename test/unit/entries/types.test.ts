// @vitest-environment node
/** What the types take and refuse. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** What the compiler says of a file beside this one. */
function compile(file: string): string {
  const root = new URL('../../../', import.meta.url).pathname
  const flags =
    '--noEmit --strict --jsx react-jsx --target es2022 --module esnext --moduleResolution bundler --lib es2023,dom,dom.iterable,dom.asynciterable --types react --skipLibCheck --allowImportingTsExtensions --ignoreConfig'
  return spawnSync(
    process.execPath,
    [`${root}node_modules/typescript/bin/tsc`, ...flags.split(' '), `${root}test/unit/entries/${file}`],
    { cwd: root, encoding: 'utf8' },
  ).stdout
}

test('onClick={up} of useFeedback did not compile (TS2322): an event is no options', () => {
  expect(compile('press.tsx')).toBe('')
})

test('an exporter is one of OpenTelemetry, a pipeline of the page or a writer of spans, and nothing else', () => {
  expect(compile('exporters.ts')).toBe('')
})
