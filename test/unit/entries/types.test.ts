// @vitest-environment node
/** What the types take and refuse. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('onClick={up} of useFeedback did not compile (TS2322): an event is no options', () => {
  const root = new URL('../../../', import.meta.url).pathname
  const flags =
    '--noEmit --strict --jsx react-jsx --target es2022 --module esnext --moduleResolution bundler --lib es2023,dom,dom.iterable,dom.asynciterable --types react --skipLibCheck --allowImportingTsExtensions --ignoreConfig'
  const { stdout } = spawnSync(
    process.execPath,
    [`${root}node_modules/typescript/bin/tsc`, ...flags.split(' '), `${root}test/unit/entries/press.tsx`],
    { cwd: root, encoding: 'utf8' },
  )
  expect(stdout).toBe('')
})
