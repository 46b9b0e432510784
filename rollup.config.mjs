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
/**
 * Modules of web-vitals that our use of it never reaches, whose soft navigations we do not ask for, and which begins anew after the back/forward cache,
 * where our page view has ended. test/browser/web-vitals.test.ts holds it to the whole package.
 */
const standInsOfVitals = {
  'softNavs.js': 'export const checkSoftNavsEnabled = () => false; export const storeSoftNavEntry = () => {}',
  'bfcache.js': 'export const getBFCacheRestoreTime = () => -1; export const onBFCacheRestore = () => {}',
  'doubleRAF.js': 'export default {}',
  'generateUniqueID.js': 'export const generateUniqueID = () => {}',
  'initMetric.js': `export const initMetric = (name, value = -1) =>
    ({ name, value, rating: 'good', delta: 0, entries: [], navigationType: 'navigate' })`,
}
const neverInVitals =
  /entry\.entryType === '(?:soft-navigation|interaction-contentful-paint)'|navigation === 'soft-navigation'|opts\.reportAllChanges/g

const slim = {
  name: 'slim',
  load(id) {
    const code = standInsOfVitals[id.split('/web-vitals/dist/modules/lib/')[1]]
    // With a default, whatever else is asked of it is there as undefined.
    return code && { code, syntheticNamedExports: code.includes('export default') }
  },
  transform(code, id) {
    // Blanks, so that positions stay, here and below.
    if (id.includes('/web-vitals/'))
      return { code: code.replace(neverInVitals, ({ length }) => 'false'.padEnd(length)), map: null }
    return null
  },
}
const minify = terser({
  ecma: 2020,
  module: true,
  compress: { passes: 3, unsafe_arrows: true },
  mangle: { properties: { regex: /^_/ } },
})

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
  engine: 'full.ts',
  otel: 'delivery/lazy.ts',
  recovery: 'delivery/recovery.ts',
  intent: 'intent.ts',
  vitals: 'page/web-vitals.ts',
  advice: 'advice.ts',
  hud: 'hud.ts',
}

export default [
  {
    input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, `src/${file}`])),
    external: [/^react/],
    plugins: [slim, ...plugins],
    treeshake: { propertyReadSideEffects: false },
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
    plugins: [slim, ...plugins],
    // Reading a property does nothing else, in our code and theirs.
    treeshake: { propertyReadSideEffects: false },
    output: {
      file: `dist/chat-vitals.${name}.js`,
      format: 'es',
      sourcemap: true,
      plugins: [minify],
      inlineDynamicImports: true,
    },
  })),
]
