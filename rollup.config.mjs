// Builds what is shipped: the npm entries as ES modules, and the script tag with its lazy parts beside it.
import { readFileSync } from 'node:fs'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import esbuild from 'rollup-plugin-esbuild'

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

const plugins = [
  // 'browser' also as a main field: OpenTelemetry's packages swap their Node files by it.
  nodeResolve({ browser: true, mainFields: ['browser', 'module', 'main'] }),
  // Its own resolver would take Node's files; ours name their endings and need none.
  { ...esbuild({ target: 'es2022', define: { __VERSION__: JSON.stringify(version) } }), resolveId: undefined },
]
const minify = terser({ ecma: 2020, module: true, compress: { passes: 3, unsafe_arrows: true }, mangle: true })

/** Entry names of the package, and the lazy parts of the script tag by their file's name. */
const entries = {
  index: 'index.ts',
  core: 'core.ts',
  intent: 'intent.ts',
  react: 'react.ts',
  'ai-sdk': 'ai-sdk.ts',
  hud: 'hud.ts',
}
const parts = {
  screen: 'watch/screen.ts',
  otel: 'export/lazy.ts',
  intent: 'intent.ts',
  vitals: 'watch/web-vitals.ts',
  hud: 'hud.ts',
}

export default [
  {
    input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, `src/${file}`])),
    external: [/^@opentelemetry\//, 'web-vitals', /^react/],
    plugins,
    output: { dir: 'dist', format: 'es', chunkFileNames: 'parts/[name].js', sourcemap: true },
  },
  {
    input: 'src/script.ts',
    plugins,
    // A failed lazy import must be tried again, so the script resolves its parts itself.
    output: {
      file: 'dist/chat-vitals.global.js',
      format: 'iife',
      sourcemap: true,
      plugins: [minify],
    },
  },
  ...Object.entries(parts).map(([name, file]) => ({
    input: `src/${file}`,
    plugins,
    output: {
      file: `dist/chat-vitals.${name}.js`,
      format: 'es',
      sourcemap: true,
      plugins: [minify],
      inlineDynamicImports: true,
    },
  })),
]
