// Builds dist/viewer: the command, its pages and all they need in files of their own. DuckDB stays outside: it is native,
// and whoever only measures must not install it.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const out = here('../../dist/viewer')
rmSync(out, { recursive: true, force: true })
mkdirSync(`${out}/pages`, { recursive: true })

await build({
  entryPoints: { cli: here('cli.mjs') },
  outdir: out,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minify: true,
  external: ['@duckdb/node-api'],
  // protobufjs asks for its optional parts by `require`.
  banner: {
    js: `import { createRequire as __require } from 'node:module'; const require = __require(import.meta.url);`,
  },
  legalComments: 'linked',
})
await build({
  entryPoints: [here('pages/main.mjs'), here('pages/app.css')],
  outdir: `${out}/pages`,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  // In the demo the server hands it out at this address.
  plugins: [
    {
      name: 'htm',
      setup: (it) =>
        it.onResolve({ filter: /^\/htm\.mjs$/ }, () => ({
          path: here('../../node_modules/htm/preact/standalone.module.js'),
        })),
    },
  ],
  legalComments: 'none',
})
for (const name of ['index.html', 'icon.svg']) copyFileSync(here(`pages/${name}`), `${out}/pages/${name}`)
