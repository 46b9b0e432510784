// Builds what is shipped: the npm entries as ES modules, and the script tag with its lazy parts beside it.
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import esbuild from 'rollup-plugin-esbuild'

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))
const entries = ['index', 'core', 'otel', 'intent', 'react', 'ai-sdk', 'hud']
/** The script tag's lazy parts. Each is whole in itself: one that failed to load can be asked for again, all of it. */
const parts = {
  engine: 'engine.ts',
  outlet: 'outlet.ts',
  followers: 'network/followers.ts',
  writers: 'delivery/writer.ts',
  recovery: 'delivery/recovery.ts',
  intent: 'intent/lazy.ts',
  vitals: 'page/web-vitals.ts',
  advice: 'advice.ts',
}
/** File and integrity of each part; the first script loads these files and no others, dist/parts.json tells them. */
const built = {}

const clean = { name: 'clean', buildStart: () => rmSync('dist', { recursive: true, force: true }) }
/** Words of the detector by group of languages; the intent part loads them from beside itself. */
const words = ['en', 'zh', 'ja', 'ko', 'latin', 'ru']
const note = {
  name: 'note',
  generateBundle(_, files) {
    for (const { name, fileName: file, code } of Object.values(files))
      if (name in parts || words.includes(name))
        built[name] = { file, integrity: 'sha384-' + createHash('sha384').update(code).digest('base64') }
  },
}
const tell = {
  name: 'tell',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'parts.json', source: JSON.stringify(built, null, 2) })
  },
}
const plugins = [
  nodeResolve({ browser: true }),
  // Without its resolver: our imports name their endings.
  { ...esbuild({ target: 'es2022', define: { __VERSION__: JSON.stringify(version) } }), resolveId: undefined },
]
const minify = terser({ ecma: 2020, module: true, compress: { passes: 3, unsafe_arrows: true } })
const sourcemap = true

export default [
  {
    input: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
    external: [/^react/, /^@opentelemetry\//, /^web-vitals/],
    plugins: [clean, ...plugins],
    // Next.js takes what imports hooks for a server component, unless it says otherwise.
    output: {
      dir: 'dist',
      chunkFileNames: 'parts/[name].js',
      // Imports for nothing but an earlier request: bundlers warn of them where a package has no side effects.
      hoistTransitiveImports: false,
      banner: ({ name }) => (name === 'react' ? "'use client'" : ''),
      sourcemap,
    },
  },
  ...Object.entries({ ...parts, hud: 'hud.ts' }).map(([name, file]) => ({
    input: { [name]: `src/${file}` },
    plugins,
    output: {
      dir: 'dist',
      // A page names the HUD itself.
      entryFileNames: name in parts ? 'chat-vitals.[name]-[hash:6].js' : 'chat-vitals.[name].js',
      chunkFileNames: 'chat-vitals.[name]-[hash:6].js',
      hashCharacters: 'base36',
      plugins: [minify, note],
      sourcemap,
    },
  })),
  {
    input: 'src/script.ts',
    plugins,
    output: {
      file: 'dist/chat-vitals.global.js',
      format: 'iife',
      // Asked last, when the parts have their names.
      intro: () =>
        `const __PARTS__ = ${JSON.stringify(Object.fromEntries(Object.keys(parts).map((name) => [name, built[name].file])))}`,
      plugins: [minify, tell],
      // Beside it, and not named in it: every page pays for the name.
      sourcemap: 'hidden',
    },
  },
]
