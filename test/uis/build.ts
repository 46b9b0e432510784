/** Bundles the test pages for the browser, and only when their sources or packages changed. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

export const UIS = ['plain', 'markdown', 'deep-chat', 'assistant-ui'] as const
export type Ui = (typeof UIS)[number]

const ROOT = resolve(import.meta.dirname, '../..')

/** Builds into `.cache/test-uis/` and gives that folder. */
export async function buildUis(): Promise<string> {
  const outdir = join(ROOT, '.cache/test-uis')
  const stamp = join(outdir, 'stamp')
  const sources = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((one) => one.isFile())
    .map(({ name }) => name)
    .toSorted()
  const hash = createHash('sha256')
  for (const name of sources) hash.update(name).update(readFileSync(join(import.meta.dirname, name)))
  // What it takes of the library itself.
  for (const name of ['react', 'index', 'start', 'verbs']) hash.update(readFileSync(join(ROOT, 'src', `${name}.ts`)))
  for (const name of ['react', 'react-dom', '@assistant-ui/react', 'deep-chat', 'marked', 'dompurify'])
    hash.update(JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version)
  const wanted = hash.digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return outdir
  await build({
    entryPoints: sources
      .filter((name) => UIS.includes(name.replace(/\.tsx?$/, '') as Ui))
      .map((name) => join(import.meta.dirname, name)),
    outdir,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  })
  writeFileSync(stamp, wanted)
  return outdir
}
