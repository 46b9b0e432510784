#!/usr/bin/env node
// `npx chat-vitals`: the backend for any page, on one's own machine. Only what a command line needs is here.
import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { readTraces } from './otlp.mjs'
import { startBackend } from './server.mjs'

const HELP = `
  chat-vitals: what the user felt of every streamed answer, to look at

    npx -p chat-vitals -p @duckdb/node-api chat-vitals [options]

  --port 4318          where to listen; OTLP/HTTP (JSON, protobuf) at /v1/traces, pages at /
  --db FILE            where turns are kept: .chat-vitals/turns.duckdb; with --load, memory
  --load FILE.jsonl    what the Collector's file exporter wrote; as often as wanted
  --retain 30d         removes what is older (m, h, d)
  --link NAME=URL      the same trace elsewhere; {trace_id}, {span_id}, {start}, {end} are filled in
  --host ADDRESS       listen beyond this machine; needs --token
  --token SECRET       asked of every sender and reader
`
const LOCAL = ['localhost', '127.0.0.1', '::1']
/** A close that takes longer is cut short: all that was acknowledged is on disk by then. */
const MOST_MS = 2500

function giveUp(text) {
  console.error(`\n${text}\n`)
  process.exit(1)
}

function readOptions() {
  const text = { type: 'string' }
  const many = { type: 'string', multiple: true }
  let values
  try {
    ;({ values } = parseArgs({
      options: {
        port: text,
        db: text,
        load: many,
        retain: text,
        link: many,
        host: text,
        token: text,
        help: { type: 'boolean', short: 'h' },
      },
    }))
  } catch (error) {
    giveUp(`${/** @type {Error} */ (error).message}\n${HELP}`)
  }
  if (values.help) {
    console.log(HELP)
    process.exit(0)
  }
  const port = Number(values.port ?? 4318)
  if (!Number.isInteger(port) || port < 0 || port > 65535) giveUp(`--port is no port: ${values.port}`)
  const [, amount, unit] = /^(\d+)([mhd])$/.exec(values.retain ?? '0d') ?? []
  if (!unit) giveUp(`--retain is a number with m, h or d, such as 30d: ${values.retain}`)
  if (values.host && !LOCAL.includes(values.host) && !values.token)
    giveUp(
      '--host opens this to others: whoever reaches it could read what your users did, and write to it.\nGive a secret with --token; senders send it as "Authorization: Bearer …", readers open the address with ?token=….',
    )
  for (const file of values.load ?? []) if (!existsSync(file)) giveUp(`--load: there is no ${file}`)
  for (const link of values.link ?? [])
    if (!/^[^=]+=https?:\/\//.test(link)) giveUp(`--link is NAME=https://…/{trace_id}: ${link}`)
  return {
    port,
    file: values.db ?? (values.load ? ':memory:' : '.chat-vitals/turns.duckdb'),
    load: values.load ?? [],
    retainMs: Number(amount) * { m: 6e4, h: 36e5, d: 864e5 }[unit] || undefined,
    links: values.link,
    host: LOCAL.includes(values.host ?? '') ? undefined : values.host,
    token: values.token,
  }
}

/** Lines of OTLP/JSON, as the Collector's file exporter writes them. @returns {Promise<{ spans: number, bad: number }>} */
async function load(file, store) {
  const told = { spans: 0, bad: 0 }
  let rows = []
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (!line.trim()) continue
    try {
      rows.push(...readTraces(line, Date.now()).rows)
    } catch {
      told.bad++
    }
    if (rows.length < 2000) continue
    told.spans += rows.length
    await store.write(rows.splice(0))
  }
  told.spans += rows.length
  await store.write(rows)
  return told
}

async function main() {
  const options = readOptions()
  const since = performance.now()
  let first = true
  const backend = await startBackend({
    ...options,
    onTurn(turns) {
      if (first) console.log(`  The first turn has arrived (${turns} in all): ${backend.url}/sessions`)
      first = false
    },
  })
  let ending = false
  const end = () => {
    // Asked twice, or held up by something: leave anyway.
    if (ending) process.exit(0)
    ending = true
    setTimeout(() => process.exit(0), MOST_MS)
    void backend.close().then(
      () => process.exit(0),
      () => process.exit(0),
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)
  for (const file of options.load) {
    const { spans, bad } = await load(file, backend.store)
    console.log(`  ${file}: ${spans} spans${bad ? `, ${bad} lines that are no OTLP/JSON` : ''}`)
  }
  const { turns } = backend.store.counts()
  console.log(
    [
      '',
      `  chat-vitals   ${backend.url}/sessions`,
      `  OTLP/HTTP     ${backend.url}/v1/traces   JSON or protobuf, from pages of this machine and any backend`,
      `  kept in       ${options.file}, ${turns} turns, open in ${Math.round(performance.now() - since)} ms`,
      '',
      '  Paste this into your page:',
      '',
      `  <script async src="${backend.url}/chat-vitals.global.js"`,
      `    data-endpoint="${backend.url}/v1/traces" data-service="my-chat"></script>`,
      '',
      '  Ctrl-C ends it.',
      '',
    ].join('\n'),
  )
}

main().catch((error) => giveUp(/** @type {Error} */ (error).message))
