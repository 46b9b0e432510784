/**
 * The same chat page and the same streams with nothing, with us and with each peer, in one run: what is transferred, what
 * starting and an answer cost the main thread, what memory stays, and whether cancel and backpressure are still the page's.
 *
 *     npm run bench:peers -- [--runs 3] [--quick] [--only NAME] [--json FILE]
 *
 * Peers are in test/bench/peers, installed there at the first run; each is bundled by esbuild, minified, in the set-up its
 * own documents give for tracing fetch. What they send is taken by the same server. A new browser for each, sides in turn.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, constants } from 'node:zlib'
import { build } from 'esbuild'
import { launch } from './support/chromium.mjs'
import { flag, median, option, save, table } from './support/report.mjs'
import { drained, pour, startSite } from './support/site.mjs'

const quick = flag('quick')
const runs = Number(option('runs') ?? (quick ? 1 : 3))
const folder = new URL('./peers/', import.meta.url)

const peers = {
  'Faro, with tracing': `
    import { getWebInstrumentations, initializeFaro } from '@grafana/faro-web-sdk'
    import { TracingInstrumentation } from '@grafana/faro-web-tracing'
    initializeFaro({ url: '/collect', app: { name: 'bench' },
      instrumentations: [...getWebInstrumentations(), new TracingInstrumentation()] })`,
  'Datadog RUM': `
    import { datadogRum } from '@datadog/browser-rum'
    datadogRum.init({ applicationId: '00000000-0000-0000-0000-000000000000', clientToken: 'pub0', proxy: '/collect',
      service: 'bench', sessionSampleRate: 100, traceSampleRate: 100, sessionReplaySampleRate: 0,
      trackUserInteractions: true, trackResources: true, trackLongTasks: true, allowedTracingUrls: [location.origin] })`,
  'Sentry, with tracing': `
    import * as Sentry from '@sentry/browser'
    Sentry.init({ dsn: 'http://public@' + location.host + '/1', tracesSampleRate: 1,
      integrations: [Sentry.browserTracingIntegration()], tracePropagationTargets: [location.origin] })`,
  'OpenTelemetry, load + fetch': `
    import { WebTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-web'
    import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
    import { registerInstrumentations } from '@opentelemetry/instrumentation'
    import { DocumentLoadInstrumentation } from '@opentelemetry/instrumentation-document-load'
    import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch'
    new WebTracerProvider({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: '/v1/traces' }))] }).register()
    registerInstrumentations({ instrumentations: [new DocumentLoadInstrumentation(), new FetchInstrumentation()] })`,
  Honeycomb: `
    import { HoneycombWebSDK } from '@honeycombio/opentelemetry-web'
    import { getWebAutoInstrumentations } from '@opentelemetry/auto-instrumentations-web'
    new HoneycombWebSDK({ endpoint: location.origin, apiKey: 'bench', serviceName: 'bench', skipOptionsValidation: true,
      instrumentations: [getWebAutoInstrumentations()] }).start()`,
  Splunk: `
    import { SplunkRum } from '@splunk/otel-web'
    SplunkRum.init({ beaconEndpoint: location.origin + '/collect', allowInsecureBeacon: true, rumAccessToken: 'bench',
      applicationName: 'bench', deploymentEnvironment: 'bench' })`,
}
if (!existsSync(new URL('node_modules', folder))) {
  console.log('installing the peers')
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock'], {
    cwd: fileURLToPath(folder),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status) throw new Error('the peers could not be installed')
}

/** What the page loads from the server, by address. */
const scripts = new Map()
for (const [name, source] of Object.entries(peers)) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(folder) },
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  })
  scripts.set(`/${encodeURIComponent(name)}.js`, Buffer.from(outputFiles[0].contents))
}
const versions = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')).dependencies

/** In the page. */
function chat() {
  window.ask = (how, signal) =>
    fetch('/v1/chat/completions?' + how, {
      method: 'POST',
      signal,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'Tell me more, please' }] }),
    })
  window.answer = async () => {
    const log = document.querySelector('#log')
    if (log.childElementCount > 6) log.textContent = ''
    log.append(Object.assign(document.createElement('div'), { textContent: 'Tell me more, please' }))
    const to = log.appendChild(document.createElement('div'))
    const reader = (await ask('tokens=300')).body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return to.textContent.length
      const lines = (rest + value).split('\n')
      rest = lines.pop()
      for (const line of lines)
        if (line.startsWith('data: {')) to.append(JSON.parse(line.slice(6)).choices[0].delta.content ?? '')
    }
  }
  window.leave = async () => {
    const reader = (await ask('endless=yes')).body.getReader()
    for (let i = 0; i < 3; i++) await reader.read()
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const at = performance.timeOrigin + performance.now()
    await reader.cancel()
    return at
  }
}
const html = (script) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>peers</title>
<script>(${chat})()</script>${script}<div id="log"></div>`

let transferred = new Map()
/** The stream that its reader ends. */
let poured = { written: 0, closedAt: 0 }
const brotli = (body) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length
const event = `data: ${JSON.stringify({ model: 'm', choices: [{ delta: { content: 'word ' } }] })}\n\n`
const routes = new Proxy(
  {
    async '/v1/chat/completions'(request, response, url) {
      await drained(request)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      if (!url.searchParams.has('endless')) {
        for (let i = 0; i < Number(url.searchParams.get('tokens')); i++) {
          response.write(event)
          await sleep(4)
        }
        return response.end('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')
      }
      poured = pour(response, Buffer.from(event.repeat(700)))
    },
  },
  {
    get(own, path) {
      if (own[path]) return own[path]
      return async (request, response, url) => {
        if (request.method !== 'GET') {
          await drained(request)
          return response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
        }
        const side = url.searchParams.get('side')
        if (side !== null) {
          const script =
            side === 'nothing'
              ? ''
              : side === 'chat-vitals'
                ? '<script src="/chat-vitals.global.js" data-endpoint="/v1/traces" data-service="bench"></script>'
                : `<script src="/${encodeURIComponent(side)}.js"></script>`
          return response.writeHead(200, { 'content-type': 'text/html' }).end(html(script))
        }
        const file = new URL(`../../dist${path}`, import.meta.url)
        const body = scripts.get(path) ?? (existsSync(file) ? readFileSync(file) : undefined)
        if (body) transferred.set(path, brotli(body))
        response.writeHead(body ? 200 : 404, { 'content-type': 'text/javascript' }).end(body)
      }
    },
  },
)
const site = await startSite(routes)

const sides = ['nothing', 'chat-vitals', ...Object.keys(peers)].filter(
  (name) => !option('only') || name === option('only') || name === 'nothing',
)
/** A side that hangs is left out, and counted. */
const patience = 60_000
const rows = []
const hung = []
async function measure(side) {
  transferred = new Map()
  const browser = await launch()
  try {
    const tab = await browser.tab()
    await tab.send('Performance.enable')
    const metrics = async () =>
      Object.fromEntries((await tab.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]))
    const before = await metrics()
    const loaded = new Promise((resolve) => tab.on('Page.loadEventFired', resolve))
    await tab.send('Page.navigate', { url: `${site.url}/?side=${encodeURIComponent(side)}` })
    await loaded
    await tab.show()
    await sleep(2500)
    const started = await metrics()
    await tab.run('answer()')
    await sleep(1500)
    const from = await metrics()
    const answers = 3
    for (let i = 0; i < answers; i++) await tab.run('answer()')
    // What they have to store and send is theirs too.
    await sleep(3000)
    const to = await metrics()
    await tab.run("document.querySelector('#log').textContent = ''")
    for (let i = 0; i < 2; i++) await tab.send('HeapProfiler.collectGarbage')
    const heap = (await metrics()).JSHeapUsedSize
    const at = await tab.run('leave()')
    const ahead = poured.written / 2 ** 20
    for (let tries = 0; !poured.closedAt && tries < 150; tries++) await sleep(10)
    const work = (a, b) =>
      ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'].reduce((sum, name) => sum + b[name] - a[name], 0) *
      1000
    return {
      side,
      kb: [...transferred.values()].reduce((sum, bytes) => sum + bytes, 0) / 1000,
      first: ([...transferred.values()][0] ?? 0) / 1000,
      start: work(before, started),
      answer: work(from, to) / answers,
      heap: heap / 1e6,
      cancel: poured.closedAt ? poured.closedAt - at : undefined,
      ahead,
    }
  } finally {
    await browser.close()
  }
}
for (let run = 0; run < runs; run++)
  for (const side of run % 2 ? [...sides].reverse() : sides) {
    let timer
    const late = new Promise((resolve) => (timer = setTimeout(resolve, patience)))
    const row = await Promise.race([measure(side), late])
    clearTimeout(timer)
    if (row) rows.push({ run, ...row })
    else hung.push(side)
    process.stderr.write(`${side} ${run + 1}/${runs}\n`)
  }
await site.close()

const of = (side, what) => median(rows.filter((row) => row.side === side).map((row) => row[what]))
const over = (side, what) => of(side, what) - of('nothing', what)
console.log(`\nn = ${runs} a side, medians; start, answer and memory beyond the page alone\n`)
console.log(
  table(
    [
      '',
      'kB brotli',
      'ratio',
      'start, ms',
      'answer of 300 tokens, ms',
      'memory, MB',
      'cancel at the server, ms',
      'sent ahead of a reader that rests, MiB',
    ],
    sides.map((side) => {
      const cancels = rows.filter((row) => row.side === side).map(({ cancel }) => cancel)
      return [
        side,
        of(side, 'kb'),
        side === 'nothing' ? undefined : of(side, 'kb') / of('chat-vitals', 'kb'),
        side === 'nothing' ? of(side, 'start') : over(side, 'start'),
        side === 'nothing' ? of(side, 'answer') : over(side, 'answer'),
        side === 'nothing' ? of(side, 'heap') : over(side, 'heap'),
        cancels.includes(undefined)
          ? `never (${cancels.filter((one) => one === undefined).length} of ${cancels.length})`
          : median(cancels),
        of(side, 'ahead'),
      ]
    }),
  ),
)
if (hung.length) console.log(`\nleft out, for they hung: ${hung.join(', ')}`)
console.log(
  `\n${Object.entries(versions)
    .map((one) => one.join(' '))
    .join(', ')}`,
)
save({ runs, versions, rows, hung })
// A browser that hangs keeps the process.
process.exit()
