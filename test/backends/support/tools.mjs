/** Gets what the backend tests run: built or unpacked once into .cache/bin, by version. What cannot be had throws, with the reason. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from '../../../demo/collector/build.mjs'

const CACHE = fileURLToPath(new URL('../../../.cache/bin/', import.meta.url))
const run = (command, args, cwd = CACHE) => execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })

/** Whole or not at all: what is made is moved to its place when it is ready. */
function once(name, make) {
  const path = join(CACHE, name)
  if (existsSync(path)) return path
  mkdirSync(CACHE, { recursive: true })
  const folder = mkdtempSync(`${path}-`)
  try {
    make(folder)
    renameSync(folder, path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return path
}

export const collector = () => build('collector')
export const jaeger = () => build('jaeger')

/** Debian's Prometheus, unpacked and not installed: no service starts, nothing needs root. */
export function prometheus() {
  const own = ['/usr/bin', '/usr/local/bin'].find((folder) => existsSync(join(folder, 'promtool')))
  if (own) return { prometheus: join(own, 'prometheus'), promtool: join(own, 'promtool') }
  const folder = once('prometheus-2.42', (to) => {
    try {
      run('apt-get', ['download', '-q', 'prometheus'], to)
    } catch {
      run('apt-get', ['update', '-qq'], to)
      run('apt-get', ['download', '-q', 'prometheus'], to)
    }
    const packed = readdirSync(to).find((file) => file.endsWith('.deb'))
    run('dpkg', ['-x', packed, '.'], to)
    rmSync(join(to, packed))
  })
  return { prometheus: join(folder, 'usr/bin/prometheus'), promtool: join(folder, 'usr/bin/promtool') }
}

const venv = (name, packages) => {
  const path = join(CACHE, name)
  // A virtual environment knows its own path, so it cannot be moved into place: its last file says that it is whole.
  const whole = join(path, 'whole')
  if (!existsSync(whole)) {
    rmSync(path, { recursive: true, force: true })
    mkdirSync(CACHE, { recursive: true })
    run('python3', ['-m', 'venv', path])
    run(join(path, 'bin/pip'), ['install', '-q', '--disable-pip-version-check', ...packages])
    mkdirSync(whole)
  }
  return join(path, 'bin/python')
}

/** ClickHouse's engine in a Python: its SQL, without a server. */
export const chdb = () => venv('chdb-26.9.0', ['--no-deps', 'chdb-core==26.9.0'])
/** What the example backend in Python needs. */
export const fastapi = () =>
  venv('fastapi', [
    'fastapi',
    'uvicorn',
    'opentelemetry-sdk',
    'opentelemetry-exporter-otlp-proto-http',
    'opentelemetry-instrumentation-fastapi',
  ])
