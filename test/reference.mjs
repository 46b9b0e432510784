// `npm run reference` writes the generated parts of README.md: the attribute table, the record table and the sizes.
// With --check it writes nothing and exits 1 when a table in README.md is not what the code says. Sizes need dist/.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import { build } from 'esbuild'
import { rollup } from 'rollup'

const root = fileURLToPath(new URL('..', import.meta.url))
const cell = (text) =>
  String(text ?? '')
    .replaceAll('|', '\\|')
    .replace(/\s+/g, ' ')
    .trim()
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')

/** Bundles a module of src and imports it, so that the table is made from the code itself. */
async function load(file) {
  const { outputFiles } = await build({ entryPoints: [root + file], bundle: true, write: false, format: 'esm' })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`)
}

/** name, type, unit, span, meaning, source in the record, when it is missing. */
async function attributes() {
  const { attributeReference } = await load('src/delivery/attributes.reference.ts')
  return table(
    ['attribute', 'type', 'unit', 'on', 'meaning and source', 'missing when'],
    attributeReference().map((row) => [
      `\`${row.name}\``,
      row.type,
      row.unit,
      row.spans.join(', '),
      row.about,
      row.missing || 'never',
    ]),
  )
}

/** The fields of every exported interface of record.ts, with what their comments say. */
function records() {
  const source = readFileSync(`${root}src/turn/record.ts`, 'utf8')
  const rows = []
  for (const [, name, body] of source.matchAll(/^export interface (\w+)(?: extends \w+)? \{\n([\s\S]*?)^\}/gm)) {
    for (const [, doc = '', field, optional, type] of body.matchAll(
      /(?:\/\*\*([\s\S]*?)\*\/\s*)?^ {2}(\w+)(\?)?: (.+)$/gm,
    )) {
      const about = doc
        .replace(/^\s*\*/gm, '')
        .replace(/\s+/g, ' ')
        .trim()
      const missing = /Missing (.*?)\.?$/.exec(about)?.[1]
      const unit = /epoch ms/i.test(about)
        ? 'epoch ms'
        : field.endsWith('Ms') || name === 'Moments' || name === 'TtftParts' || /(?:^|, |in )ms\b/.test(about)
          ? 'ms'
          : ''
      rows.push([
        `\`${name}.${field}\``,
        `\`${type}\``,
        unit,
        about.replace(/Missing .*$/, ''),
        missing ?? (optional ? 'it does not exist' : 'never'),
      ])
    }
  }
  return table(['field', 'type', 'unit', 'meaning', 'missing when'], rows)
}

const brotli = (code) => brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length
/** kB of 1000 bytes, brotli 11; of the parts, by their names with a star for the hash, what dist/parts.json tells. */
export const sizeOf = (file) => {
  const part = /^chat-vitals\.(\w+)-\*\.js$/.exec(file)?.[1]
  const parts = JSON.parse(readFileSync(`${root}dist/parts.json`, 'utf8'))
  return brotli(readFileSync(`${root}dist/${part ? parts[part].file : file}`)) / 1000
}
/** Files that a full session of the script tag loads, and when. */
export const files = {
  'chat-vitals.global.js': 'the script tag: the taps, gestures and ids that must be there at once',
  'chat-vitals.engine-*.js':
    'turns, streams, the text on screen and when it was painted, what is done with answers; at the first sign of a chat',
  'chat-vitals.outlet-*.js': 'what is stored and sent, spans and OTLP; after load, when idle, or with the engine',
  'chat-vitals.intent-*.js': 'the verdict on rephrasing; with the second prompt',
  'chat-vitals.en-*.js': 'its words for English; those of other languages with the first prompt in them',
  'chat-vitals.vitals-*.js': 'the web-vitals package; after load, when idle',
}
/** Files that a session loads only when it needs them, and when; not in the sum. */
const seldom = {
  'chat-vitals.followers-*.js': 'answers by XMLHttpRequest, EventSource and WebSocket; with the first of them',
  'chat-vitals.writers-*.js': 'spans for an exporter of the page’s own; only where there is one',
  'chat-vitals.recovery-*.js': 'what pages that died have left; only when there is something',
  'chat-vitals.advice-*.js': 'what is wrong with the options, in sentences; only then, and to look at selectors',
  'chat-vitals.hud.js': 'the last turn in a corner; only when the page asks for it',
}
/** kB of an application that imports the package and nothing else: what its page loads first, and all chunks but the advice. */
export async function imported() {
  const [virtual, code] = ['the application', `import { init } from '${root}dist/index.js'; init({ service: 'chat' })`]
  const sum = (chunks) => {
    const kB = ({ text }) => brotli(text) / 1000
    const first = new Set()
    const enter = (name) => {
      const chunk = chunks.find((one) => one.name.endsWith(name))
      if (!chunk || first.has(chunk)) return
      first.add(chunk)
      for (const other of chunk.imports) enter(other)
    }
    enter(chunks.find((one) => one.entry).name)
    const total = (some) => [...some].reduce((all, one) => all + kB(one), 0)
    // The advice comes only where an option is wrong; of the detector's words those of English count.
    return {
      first: total(first),
      all: total(chunks.filter(({ name }) => !/\b(advice|zh|ja|ko|latin|ru)\b/.test(name))),
    }
  }
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    outdir: root,
    absWorkingDir: root,
    logLevel: 'error',
  })
  const esbuild = outputFiles.map(({ path, text }) => {
    const [, { imports, entryPoint }] = Object.entries(metafile.outputs).find(([name]) => path.endsWith(name))
    const still = imports.filter(({ kind }) => kind === 'import-statement').map(({ path: to }) => to)
    return { name: path, text, imports: still, entry: entryPoint === '<stdin>' }
  })
  const bundle = await rollup({
    input: virtual,
    plugins: [
      { resolveId: (id) => (id === virtual ? id : null), load: (id) => (id === virtual ? code : null) },
      nodeResolve({ browser: true }),
    ],
  })
  const { output } = await bundle.generate({ format: 'es', plugins: [terser({ module: true })] })
  await bundle.close()
  const chunks = output
    .filter(({ type }) => type === 'chunk')
    .map(({ fileName: name, code: text, imports, isEntry: entry }) => ({ name, text, imports, entry }))
  return { rollup: sum(chunks), esbuild: sum(esbuild) }
}
async function sizes() {
  const rowsOf = (some) => Object.entries(some).map(([file, what]) => [`\`${file}\``, sizeOf(file).toFixed(1), what])
  const all = Object.keys(files).reduce((sum, file) => sum + sizeOf(file), 0)
  const imports = Object.entries(await imported()).map(([name, { first, all: chunks }]) => [
    name,
    first.toFixed(1),
    chunks.toFixed(1),
  ])
  return (
    table(['file', 'kB brotli', 'what and when'], [...rowsOf(files), ['all', all.toFixed(1), ''], ...rowsOf(seldom)]) +
    '\n\nThe npm import, bundled with nothing beside it:\n\n' +
    table(['bundler', 'first chunk, kB brotli', 'all chunks but the advice'], imports)
  )
}

/** README.md with its generated parts as the code says now. */
export async function written(readme) {
  let text = readme
  const parts = {
    attributes: await attributes(),
    records: records(),
    ...(existsSync(`${root}dist`) && { sizes: await sizes() }),
  }
  for (const [name, part] of Object.entries(parts)) {
    const [begin, end] = [`<!-- ${name}: generated by npm run reference -->`, `<!-- end of ${name} -->`]
    const from = text.indexOf(begin)
    const to = text.indexOf(end)
    if (from < 0 || to < from) throw new Error(`README.md has no place for ${name}: ${begin} … ${end}`)
    text = `${text.slice(0, from + begin.length)}\n\n${part}\n\n${text.slice(to)}`
  }
  if (existsSync(`${root}dist`))
    text = text.replace(/(<!-- first -->).*?(<!-- \/first -->)/, `$1${sizeOf('chat-vitals.global.js').toFixed(1)}$2`)
  return text
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = `${root}README.md`
  const now = readFileSync(file, 'utf8')
  const right = await written(now)
  if (process.argv.includes('--check')) {
    if (now !== right) console.error('README.md is not current: run `npm run reference`')
    process.exit(now === right ? 0 : 1)
  }
  writeFileSync(file, right)
}
