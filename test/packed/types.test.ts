/** What an editor and a registry see of the package: its types under both resolutions, its manifest. */
import { readFile, writeFile } from 'node:fs/promises'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { install, pinned, run } from './kit.ts'
import type { Folder } from './kit.ts'

interface Manifest {
  exports: Record<string, string | { types?: string }>
  peerDependencies?: Record<string, string>
}
let folder: Folder
let manifest: Manifest
beforeAll(async () => {
  const own = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest
  const peers = Object.keys(own.peerDependencies ?? {})
  folder = await install({}, await pinned('typescript', '@types/react', ...peers))
  manifest = JSON.parse(await readFile(`${folder.packed}/package.json`, 'utf8')) as Manifest
})
afterAll(() => folder?.remove())

test.each([
  ['bundler', 'ESNext'],
  ['node16', 'Node16'],
])('every entry has its types with moduleResolution %s', async (moduleResolution, module) => {
  const entries = Object.keys(manifest.exports).filter((entry) => typeof manifest.exports[entry] === 'object')
  expect(entries).toContain('.')
  await writeFile(
    `${folder.path}/consumer.ts`,
    `${entries.map((entry, i) => `import * as entry${i} from 'chat-vitals${entry.slice(1)}'`).join('\n')}
import { feedback, init } from 'chat-vitals'
import type { Handle, Options, TurnRecord } from 'chat-vitals'
import { ChatVitals, useFeedback } from 'chat-vitals/react'

const options: Options = { endpoint: '/v1/traces', service: 'shop', propagateTo: false }
const handle: Handle = init(options)
const stop: () => void = handle.onTurn((turn: TurnRecord) => turn.ttft?.toFixed())
feedback('up', { message: 'm-1' })
// @ts-expect-error -- that is no answer's rating
feedback('sideways')
const nothing: null = ChatVitals(options)
const press: ReturnType<typeof useFeedback>['up'] = () => {}
export { nothing, press, stop, ${entries.map((_, i) => `entry${i}`).join(', ')} }
`,
  )
  await writeFile(
    `${folder.path}/tsconfig.json`,
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        target: 'ES2022',
        module,
        moduleResolution,
        types: [],
        lib: ['ES2023', 'DOM', 'DOM.Iterable'],
      },
      files: ['consumer.ts'],
    }),
  )
  expect(run(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'], folder.path)).toBe('')
})

test('publint finds nothing to say', async () => {
  const { messages } = await publint({ pkgDir: folder.packed, pack: false, strict: true })
  const said = messages.filter(({ type }) => type !== 'suggestion')
  expect(said.map((message) => formatMessage(message, manifest as never))).toEqual([])
})
