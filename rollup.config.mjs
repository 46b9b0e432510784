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
 * Modules of the OpenTelemetry SDK that our use of it never reaches, and what stands in for them in the script tag's
 * lazy part. test/unit/delivery/slim.test.ts holds what it writes to what the whole SDK writes, to the letter.
 */
const standIns = {
  // What the page has registered globally is none of our spans' business: no logger, no active context, no meter. Ids
  // are checked before they come here, nothing is sampled out, and the enums' values are those of the specification.
  'api/build/esm/index.js': `
    import { deleteSpan, getSpan, setSpanContext } from './trace/context-utils.js'
    export { ROOT_CONTEXT, createContextKey } from './context/context.js'
    const nothing = () => {}
    export const trace = { deleteSpan, getSpan, setSpanContext, isSpanContextValid: () => true, wrapSpanContext: nothing }
    export const diag = { debug: nothing, error: nothing, warn: nothing }
    export const SamplingDecision = { NOT_RECORD: 0, RECORD: 1, RECORD_AND_SAMPLED: 2 }
    export const SpanKind = { INTERNAL: 0 }
    export const SpanStatusCode = { UNSET: 0, OK: 1, ERROR: 2 }
    export const TraceFlags = { NONE: 0, SAMPLED: 1 }
    export { nothing as createNoopMeter }
    export default {}`,
  // Defaults from environment variables, which browsers have not; what is left is the provider beneath.
  'sdk-trace-base/build/esm/BasicTracerProvider-shim.js':
    "export { TracerProvider as BasicTracerProvider } from '@opentelemetry/sdk-trace'",
  // We have one processor.
  'sdk-trace/build/esm/MultiSpanProcessor.js': 'export function MultiSpanProcessor([one]) { return one }',
  // Metrics about tracing: there is no meter.
  'sdk-trace/build/esm/TracerMetrics.js': 'export class TracerMetrics { startSpan() {} }',
  // Resource, sampler and ids are ours; nobody looks at the spans with Node's console.
  'resources/build/esm/ResourceImpl.js': 'export default {}',
  'sdk-trace/build/esm/sampler/ParentBasedSampler.js': 'export default {}',
  'sdk-trace/build/esm/platform/browser/RandomIdGenerator.js': 'export default {}',
  'sdk-trace/build/esm/inspect.js': 'export default {}',
}
/**
 * The same for web-vitals, whose soft navigations we do not ask for, and which begins anew after the back/forward cache,
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

/** Methods of the SDK's classes that neither we nor an exporter call; those with computed names are for Node's console. */
const uncalled = ['recordException', 'updateName', 'addLinks', 'startActiveSpan', 'forceFlush', 'shutdown']
const slim = {
  name: 'slim',
  load(id) {
    const code =
      standIns[id.split('@opentelemetry/').pop()] ?? standInsOfVitals[id.split('/web-vitals/dist/modules/lib/')[1]]
    // With a default, whatever else is asked of it is there as undefined.
    return code && { code, syntheticNamedExports: code.includes('export default') }
  },
  transform(code, id) {
    // Blanks, so that positions stay, here and below.
    if (id.includes('/web-vitals/'))
      return { code: code.replace(neverInVitals, ({ length }) => 'false'.padEnd(length)), map: null }
    if (!id.includes('@opentelemetry/sdk-trace/')) return null
    for (const { declaration } of this.parse(code).body) {
      for (const { type, computed, key, start, end } of declaration?.body?.body ?? []) {
        if (type === 'MethodDefinition' && (computed || uncalled.includes(key.name)))
          code = code.slice(0, start) + code.slice(start, end).replace(/\S/g, ' ') + code.slice(end)
      }
    }
    return { code, map: null }
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
  engine: 'engine.ts',
  outlet: 'outlet.ts',
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
