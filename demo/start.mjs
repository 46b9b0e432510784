/**
 * One command from a fresh clone to a running demo: installs and builds what is missing, then brings up the chat page,
 * its model server and the telemetry backend. Kept in words that an old Node can parse, so that it can say so itself.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const NEEDED = 20

/** A sentence for the person at the terminal, and no stack. */
function giveUp(text) {
  console.error('\n' + text + '\n')
  process.exit(1)
}

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  giveUp('chat-vitals needs Node ' + NEEDED + ' or newer. This is Node ' + process.versions.node + '.')
}

const inRoot = (name) => path.join(ROOT, name)

/** @param {string} file @returns {number} When it was last changed, 0 when it does not exist. */
function changed(file) {
  try {
    return fs.statSync(file).mtimeMs
  } catch {
    return 0
  }
}

/** The latest change of anything in a folder. */
function newest(folder) {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const file = path.join(folder, entry.name)
      return entry.isDirectory() ? newest(file) : changed(file)
    })
    .reduce((a, b) => Math.max(a, b), 0)
}

/** Packages by path as a lockfile has them, without the project itself and what a platform may leave out. */
function locked(file) {
  const packages = JSON.parse(fs.readFileSync(file, 'utf8')).packages
  return Object.keys(packages)
    .filter((name) => name && !packages[name].optional && !packages[name].devOptional && !packages[name].peer)
    .map((name) => name + '@' + packages[name].version)
    .sort()
    .join('\n')
}

function installNeeded() {
  const installed = inRoot('node_modules/.package-lock.json')
  if (!changed(installed)) return true
  if (changed(installed) >= changed(inRoot('package-lock.json'))) return false
  // A checkout touches the file without changing it; what counts is what it asks for.
  return locked(installed) !== locked(inRoot('package-lock.json'))
}

function buildNeeded() {
  const built = changed(inRoot('dist/chat-vitals.global.js'))
  return built < Math.max(newest(inRoot('src')), changed(inRoot('rollup.config.mjs')), changed(inRoot('tsconfig.json')))
}

let running
/** Runs npm with its output in view. Resolves with its exit code. */
function npm(args) {
  // Started by npm, the very same npm is used; npm.cmd needs a shell.
  const own = process.env.npm_execpath
  const direct = own && /\.c?js$/.test(own)
  return new Promise((done) => {
    running = direct
      ? spawn(process.execPath, [own].concat(args), { cwd: ROOT, stdio: 'inherit' })
      : spawn('npm', args, { cwd: ROOT, stdio: 'inherit', shell: process.platform === 'win32' })
    running.once('error', () => done(127))
    running.once('exit', (code) => {
      running = undefined
      done(code === null ? 1 : code)
    })
  })
}

/** Whether something already answers on a port of this machine, on either address of `localhost`. */
function taken(port) {
  const knocks = ['127.0.0.1', '::1'].map(
    (host) =>
      new Promise((answer) => {
        const socket = net.connect({ port: port, host: host })
        const end = (open) => {
          socket.destroy()
          answer(open)
        }
        socket.setTimeout(1000, () => end(false))
        socket.once('connect', () => end(true))
        socket.once('error', () => end(false))
      }),
  )
  return Promise.all(knocks).then((answers) => answers.some(Boolean))
}

function portOf(name, usual) {
  const value = process.env[name]
  if (value === undefined || value === '') return usual
  const port = Number(value)
  if (!Number.isInteger(port) || port < 1 || port > 65535) giveUp(name + ' is not a port: ' + value)
  return port
}

const takenText = (name, port) =>
  'Port ' + port + ' is taken. Stop what runs there, or choose another one: ' + name + '=' + (port + 1) + ' npm start'

async function main() {
  const ports = { PORT_CHAT: portOf('PORT_CHAT', 5173), PORT_OTLP: portOf('PORT_OTLP', 4318) }
  if (process.env.PORT_MODEL) ports.PORT_MODEL = portOf('PORT_MODEL', 0)
  const names = Object.keys(ports)
  for (const name of names) {
    const twin = names.find((other) => other !== name && ports[other] === ports[name])
    if (twin) giveUp(name + ' and ' + twin + ' are both ' + ports[name] + '. They need ports of their own.')
    // Asked before anything else: nobody should wait for an install to hear this.
    if (await taken(ports[name])) giveUp(takenText(name, ports[name]))
  }

  if (installNeeded()) {
    console.log('Installing what the demo needs (npm ci). This takes a minute, once.\n')
    let code = await npm(['ci', '--no-audit', '--no-fund'])
    if (code) {
      // npm ci refuses a lockfile that does not name the packages of every other platform; npm install does not mind.
      console.log('\nnpm ci did not work here, trying npm install.\n')
      code = await npm(['install', '--no-save', '--no-audit', '--no-fund'])
    }
    if (code) giveUp('The install failed (exit code ' + code + '). The messages above say why; it needs a network.')
  }
  if (process.argv.indexOf('--no-build') < 0 && buildNeeded()) {
    console.log('Building the library (npm run build).\n')
    const code = await npm(['run', 'build'])
    if (code) giveUp('The build failed (exit code ' + code + '). The messages above say why.')
  }

  const up = await import('./up.mjs')
  /** Set when the demo is to end, also while it is still coming up. */
  let ending = false
  let demo
  const end = () => {
    // Asked twice, or held up by something: leave anyway.
    if (ending) process.exit(0)
    ending = true
    setTimeout(() => process.exit(0), 1900).unref()
    if (demo)
      demo.close().then(
        () => process.exit(0),
        () => process.exit(0),
      )
  }
  process.removeListener('SIGINT', early)
  process.removeListener('SIGTERM', early)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)

  try {
    demo = await up.up({
      ports: ports,
      file: process.env.DEMO_FILE || inRoot('.demo/telemetry.duckdb'),
      otel: process.argv.indexOf('--otel') > 0,
      env: process.env,
    })
  } catch (error) {
    // Taken between the question above and now.
    const lost = error && error.code === 'EADDRINUSE' && names.find((name) => ports[name] === error.port)
    giveUp(lost ? takenText(lost, ports[lost]) : 'The demo could not start: ' + ((error && error.message) || error))
  }
  if (ending) return void demo.close().then(() => process.exit(0))
  console.log(demo.welcome)
}

/** Ctrl-C while npm is at work: it gets the signal too. */
function early() {
  if (running) running.kill()
  process.exit(130)
}
process.on('SIGINT', early)
process.on('SIGTERM', early)

main().catch((error) => giveUp('The demo could not start: ' + ((error && error.message) || error)))
