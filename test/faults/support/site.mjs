// The site of one trial, on a port and so an origin of its own: pages, the built library, a model that does as its prompt
// says, and the ledger of opened turns.
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'

const dist = new URL('../../../dist/', import.meta.url)
const types = { js: 'text/javascript', html: 'text/html' }
const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*, content-type, traceparent',
  'access-control-expose-headers': 'x-call',
}

/**
 * In place of the part that takes records away, which it is: only that its handle is kept where a trial can read its counts,
 * and that it is told out of band which record is of which trace, and which were dropped.
 */
const outlet = (name) => `
export * from './${name}?real'
import { createOutlet as create } from './${name}?real'
export const createOutlet = (options) => {
  let last = 0
  const made = create({ ...options, dropped: (ids, reason) => globalThis.jot?.('dropped', { ids, reason }) })
  globalThis.delivery = {
    ...made,
    put(record, ...rest) {
      if (record.kind === 'turn' && record.seq > last) {
        last = record.seq
        globalThis.jot?.('record', { id: record.id, trace: record.traceId })
      }
      made.put(record, ...rest)
    },
  }
  return globalThis.delivery
}`

/** Files of the script tag; parts may carry a hash of their content in their names. */
const named = /^(chat-vitals\.\w+)(?:-([\w-]+))?\.js$/
/** `chat-vitals.engine.js` for every release of the engine. */
export const plainly = (name) => name.replace(named, '$1.js')
/** The hash of a file in the other release. */
const other = (hash) => [...hash].reverse().join('')

/**
 * What a prompt may ask of the model, as JSON: `words` pieces `every` ms, the first after `wait` ms; `endless`; `cut` the
 * connection after so many words; be `silent` for ms in the middle; `status`; `raw` chunks in base64 in place of it all.
 * @typedef {{ words?: number, every?: number, wait?: number, endless?: boolean, cut?: number, silent?: number,
 *   status?: number, raw?: string[], gzip?: 'cut', size?: number, burst?: number }} Program
 * @typedef {{ program: Program, bytes: number, hash: number, trace?: string, ended: boolean, closed: boolean }} Call
 */
export async function startSite() {
  /** Ids of the traces of all turns that were opened. */
  const ledger = new Set()
  /** Of every turn that delivery was given: its record's id → its trace. */
  const records = new Map()
  /** Paths of pages whose `pagehide` ran, and could still send. */
  const goodbyes = []
  /** Ids of records that were dropped → the reason. */
  const dropped = new Map()
  /** @type {Call[]} */
  const calls = []
  /** By path: HTML, or a function. */
  const pages = {}
  /** By name of a file of the library, without its hash: what goes wrong with it. */
  const files = {}
  const asked = []
  /**
   * What is on the server: `a` is the release as it was built, `b` another one, whose files differ and so have other
   * hashes in their names. `cache`: what a file's answer says of caching; with it each file tells in `loaded` of which release it is.
   */
  let deployed = { release: 'a' }
  let finished = false
  let paused = false

  const speak = async (response, call) => {
    const { program } = call
    const { words = 12, every = 20, wait = 10, endless, cut = Infinity, silent, size = 0, burst = 1 } = program
    const write = (chunk) => {
      const data = Buffer.from(chunk)
      for (const byte of data.subarray(0, Math.max(0, 1e6 - call.bytes)))
        call.hash = Math.imul(call.hash ^ byte, 0x01000193) >>> 0
      call.bytes += data.length
      return response.write(data)
    }
    await sleep(wait)
    if (program.status) {
      response.writeHead(program.status, { ...cors, 'content-type': 'text/html' }).end('<h1>no</h1>')
      return
    }
    response.writeHead(200, {
      ...cors,
      'content-type': 'text/event-stream',
      'x-call': String(calls.indexOf(call)),
      ...(program.gzip && { 'content-encoding': 'gzip' }),
    })
    if (program.gzip) {
      const all = gzipSync('data: {"choices":[{"delta":{"content":"half of it "}}]}\n\n'.repeat(200))
      response.write(all.subarray(0, all.length >> 1))
      await sleep(50)
      response.destroy()
      return
    }
    if (program.raw) {
      for (const chunk of program.raw) {
        write(Buffer.from(chunk, 'base64'))
        await sleep(every)
      }
      call.ended = true
      response.end()
      return
    }
    const say = (delta, finish = null) =>
      `data: ${JSON.stringify({ id: 'chatcmpl-1', model: 'm-1', choices: [{ delta, finish_reason: finish }] })}\n\n`
    write(say({ role: 'assistant', content: '' }))
    for (let i = 0; endless ? !finished : i < words; i++) {
      while (paused && !finished) await sleep(20)
      if (response.destroyed) return
      if (i >= cut) {
        response.destroy()
        return
      }
      if (silent && i === 4) await sleep(silent)
      const flowing = write(say({ content: `word${i} ${'x'.repeat(size)}` }))
      if (!flowing) await Promise.race([new Promise((resolve) => response.once('drain', resolve)), sleep(5000)])
      if (every && i % burst === 0) await sleep(every)
    }
    write(say({}, 'stop'))
    write('data: [DONE]\n\n')
    call.ended = true
    response.end()
  }

  /** A file as the deployed release has it; `made` of it, if it is there. */
  const there = async (name, made) => {
    const { release, cache } = deployed
    const [, part, hash] = named.exec(name) ?? []
    const built = part && hash && release === 'b' ? `${part}-${other(hash)}.js` : name
    const file = await readFile(new URL(built, dist)).catch(() => undefined)
    if (!file || !part || !cache) return file && made ? made() : file
    if (made) return made()
    let text = file.toString()
    if (release === 'b')
      for (const one of await readdir(dist)) {
        const known = named.exec(one)?.[2]
        if (known) text = text.replaceAll(known, other(known))
      }
    return `${text}\n;(globalThis.loaded ??= []).push('${release} ${part}')`
  }

  const answer = async (request, response) => {
    const { pathname, search } = new URL(request.url, 'http://here')
    asked.push(pathname)
    const page = pages[pathname]
    if (typeof page === 'function') return page(request, response)
    if (request.method === 'OPTIONS') return response.writeHead(204, cors).end()
    if (page) return response.writeHead(200, { 'content-type': 'text/html', ...page.headers }).end(page.html)
    let body = ''
    if (request.method === 'POST') for await (const chunk of request) body += chunk
    if (pathname === '/ledger') {
      ledger.add(body)
      return response.writeHead(204, cors).end()
    }
    if (pathname === '/goodbye') {
      goodbyes.push(body)
      return response.writeHead(204, cors).end()
    }
    if (pathname === '/record') {
      const { id, trace } = JSON.parse(body)
      records.set(id, trace)
      return response.writeHead(204, cors).end()
    }
    if (pathname === '/dropped') {
      const { ids, reason } = JSON.parse(body)
      for (const id of ids) dropped.set(id, reason)
      return response.writeHead(204, cors).end()
    }
    if (pathname === '/v1/chat/completions') {
      const trace = request.headers.traceparent?.split('-')[1]
      if (trace) ledger.add(trace)
      const { messages } = JSON.parse(body)
      const call = {
        program: JSON.parse(messages[0].content),
        bytes: 0,
        hash: 0x811c9dc5,
        trace,
        ended: false,
        closed: false,
      }
      calls.push(call)
      response.on('close', () => (call.closed = !call.ended))
      return speak(response, call)
    }
    const name = pathname.slice(1)
    const plain = plainly(name)
    const fault = files[plain.split('.')[1]]
    if (fault?.delay) await sleep(fault.delay)
    if (fault?.hang) return undefined
    if (fault?.status) return response.writeHead(fault.status, cors).end()
    const file =
      plain === 'chat-vitals.outlet.js' && search !== '?real'
        ? await there(name, () => outlet(name))
        : await there(name)
    return response
      .writeHead(file ? 200 : 404, {
        ...cors,
        'content-type': types[name.split('.').pop()] ?? 'text/plain',
        ...(file && deployed.cache && { 'cache-control': deployed.cache(plain) }),
      })
      .end(file)
  }

  const server = createServer((request, response) => {
    Promise.resolve(answer(request, response)).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 60_000
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  return {
    url: `http://127.0.0.1:${port}`,
    /** The same server under another site's name. */
    elsewhere: `http://localhost:${port}`,
    ledger,
    records,
    dropped,
    goodbyes,
    calls,
    pages,
    files,
    /** Paths, in order. */
    asked,
    deploy: (release, cache) => void (deployed = { release, cache }),
    /** Answers as the model a request that came by another path. */
    model(request, response) {
      request.url = '/v1/chat/completions'
      return answer(request, response)
    },
    /** The network stands still, and goes on. */
    pause: (on) => void (paused = on),
    /** Endless answers come to their end. */
    finish: () => void (finished = true),
    close: () =>
      new Promise((resolve) => {
        finished = true
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
