// Builds what is shipped: the npm entries as ES modules, and the script tag with its lazy parts beside it.
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import esbuild from 'rollup-plugin-esbuild'

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))
const entries = ['index', 'core', 'otel', 'intent', 'react', 'ai-sdk', 'hud']
/** The script tag's lazy parts. Each is whole in itself, so that one that failed to load can be asked for again. */
const parts = {
  engine: 'full.ts',
  send: 'delivery/lazy.ts',
  recovery: 'delivery/recovery.ts',
  intent: 'intent.ts',
  vitals: 'page/web-vitals.ts',
  advice: 'advice.ts',
}
/** File and integrity by the part's name: what the first script loads, and what dist/parts.json tells. */
const built = {}

const plugins = [
  nodeResolve({ browser: true }),
  // Its own resolver is not needed: our imports name their endings.
  { ...esbuild({ target: 'es2022', define: { __VERSION__: JSON.stringify(version) } }), resolveId: undefined },
]
const clean = { name: 'clean', buildStart: () => rmSync('dist', { recursive: true, force: true }) }
const note = {
  name: 'note',
  generateBundle(_, files) {
    for (const { name, fileName: file, code } of Object.values(files))
      if (name in parts)
        built[name] = { file, integrity: `sha384-${createHash('sha384').update(code).digest('base64')}` }
  },
}
const tell = {
  name: 'tell',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'parts.json', source: JSON.stringify(built, null, 2) + '\n' })
  },
}
const minify = terser({ ecma: 2020, module: true, compress: { passes: 3, unsafe_arrows: true } })
const sourcemap = true

export default [
  {
    input: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
    external: [/^react/, /^@opentelemetry\//, /^web-vitals/],
    plugins: [clean, ...plugins],
    output: {
      dir: 'dist',
      chunkFileNames: 'parts/[name].js',
      sourcemap,
      // A server component may import it: it is the page's. Bundlers drop directives of modules, not of what they are given.
      banner: ({ name }) => (name === 'react' ? "'use client'" : ''),
    },
  },
  ...Object.entries({ ...parts, hud: 'hud.ts' }).map(([name, file]) => ({
    input: { [name]: `src/${file}` },
    plugins,
    // Reading a property does nothing else, in our code and theirs.
    treeshake: { propertyReadSideEffects: false },
    output: {
      dir: 'dist',
      // The page itself names the HUD.
      hashCharacters: 'base36',
      entryFileNames: name in parts ? 'chat-vitals.[name]-[hash].js' : 'chat-vitals.[name].js',
      sourcemap,
      plugins: [minify, note],
      inlineDynamicImports: true,
    },
  })),
  {
    input: 'src/script.ts',
    plugins,
    output: {
      file: 'dist/chat-vitals.global.js',
      format: 'iife',
      sourcemap,
      // Last, when the parts have their names: this script loads these and no others.
      intro: () =>
        `const __PARTS__ = ${JSON.stringify(Object.fromEntries(Object.entries(built).map(([name, { file }]) => [name, file])))}`,
      plugins: [minify, tell],
    },
  },
]
