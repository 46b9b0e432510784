/**
 * Builds the Collector of manifest.yaml, or Jaeger, from source once: `node demo/collector/build.mjs [jaeger]` prints the
 * path of the binary. Kept in .cache/bin by version; needs Go ≥ 1.25 and, the first time, some minutes and 2 GB of memory.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MANIFEST = fileURLToPath(new URL('manifest.yaml', import.meta.url))
const CACHE = fileURLToPath(new URL('../../.cache/bin/', import.meta.url))
const COLLECTOR = '0.161.0'
const JAEGER = '1.76.0'

/** Runs a command with its output in view; throws when it fails. */
function run(command, args, { cwd, env = {} }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 2, 2], env: { ...process.env, ...env } })
    child.once('error', (error) => reject(new Error(`${command}: ${error.message}. Is Go installed?`)))
    child.once('exit', (code) =>
      code === 0 ? resolve(undefined) : reject(new Error(`${command} ${args.join(' ')} ended with ${code}`)),
    )
  })
}

const STATIC = { CGO_ENABLED: '0' }
const SMALL = ['-trimpath', '-ldflags=-s -w']

const BUILDS = {
  collector: {
    // What it is made of is part of what it is.
    name: () =>
      `otelcol-${COLLECTOR}-${createHash('sha1').update(readFileSync(MANIFEST)).digest('hex').slice(0, 8)}`,
    async build(cwd, to) {
      await run('go', ['install', `go.opentelemetry.io/collector/cmd/builder@v${COLLECTOR}`], { cwd, env: { GOBIN: cwd } })
      await run(join(cwd, 'builder'), ['--config', MANIFEST, '--skip-compilation'], { cwd })
      await run('go', ['build', ...SMALL, '-o', to, '.'], { cwd: join(cwd, 'build'), env: STATIC })
    },
  },
  jaeger: {
    name: () => `jaeger-${JAEGER}`,
    async build(cwd, to) {
      const main = 'github.com/jaegertracing/jaeger/cmd/jaeger'
      writeFileSync(join(cwd, 'go.mod'), 'module jaeger.build\n\ngo 1.25\n')
      await run('go', ['get', '-tool', `${main}@v${JAEGER}`], { cwd })
      await run('go', ['build', ...SMALL, '-o', to, main], { cwd, env: STATIC })
    },
  },
}

/** @param {'collector' | 'jaeger'} what @returns {Promise<string>} path of the binary */
export async function build(what) {
  const { name, build: make } = BUILDS[what]
  const path = join(CACHE, name())
  if (existsSync(path)) return path
  console.error(`Building ${name()} from source; this takes some minutes, once.`)
  mkdirSync(CACHE, { recursive: true })
  const folder = mkdtempSync(join(tmpdir(), 'chat-vitals-build-'))
  try {
    await make(folder, `${path}.part`)
    // Whole or not at all: a build that is interrupted must not look like one.
    renameSync(`${path}.part`, path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return path
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const what = process.argv[2] ?? 'collector'
  if (!Object.hasOwn(BUILDS, what)) {
    console.error(`usage: node demo/collector/build.mjs [${Object.keys(BUILDS).join(' | ')}]`)
    process.exit(2)
  }
  console.log(await build(/** @type {'collector' | 'jaeger'} */ (what)))
}
