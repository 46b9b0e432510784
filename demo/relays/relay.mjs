// Stands behind a collector: takes its spans as OTLP/HTTP JSON, and sends the feedback among them on. The keys are in its
// environment and nowhere else. `node demo/relays/relay.mjs`; see README.md beside it.
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { OtlpError, readTraces } from '../backend/otlp.mjs'
import { feedbacksOf } from './feedback.mjs'
import { datadog, langfuse, mlflow, phoenix } from './targets.mjs'

/** @typedef {import('./feedback.mjs').Feedback} Feedback @typedef {import('./targets.mjs').Request} Request */

const MAX_BODY = 16 * 1024 * 1024
/** Feedbacks whose last revision is remembered, so that what a collector sends twice is not told twice. */
const MOST = 20_000
/** Worth another attempt. */
const AGAIN = new Set([408, 425, 429, 500, 502, 503, 504])

/** The tools that the environment names. @param {Record<string, string | undefined>} env */
export function targetsOf(env) {
  /** @type {Record<string, (feedback: Feedback) => Request>} */
  const targets = {}
  const { LANGFUSE_BASE_URL, LANGFUSE_PUBLIC_KEY: publicKey, LANGFUSE_SECRET_KEY: secretKey } = env
  if (publicKey && secretKey)
    targets.langfuse = (it) =>
      langfuse(it, { url: LANGFUSE_BASE_URL ?? 'https://cloud.langfuse.com', publicKey, secretKey })
  const { PHOENIX_BASE_URL, PHOENIX_API_KEY, MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN } = env
  if (PHOENIX_BASE_URL) targets.phoenix = (it) => phoenix(it, { url: PHOENIX_BASE_URL, apiKey: PHOENIX_API_KEY })
  if (MLFLOW_TRACKING_URI)
    targets.mlflow = (it) => mlflow(it, { url: MLFLOW_TRACKING_URI, token: MLFLOW_TRACKING_TOKEN })
  const { DD_API_KEY, DD_SITE, DD_LLMOBS_ML_APP: mlApp } = env
  if (DD_API_KEY && mlApp) targets.datadog = (it) => datadog(it, { apiKey: DD_API_KEY, site: DD_SITE, mlApp })
  return targets
}

/**
 * @param {{ targets: Record<string, (feedback: Feedback) => Request>, port?: number, host?: string, log?: (line: string) => void }} options
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function startRelay({ targets, port = 0, host = '127.0.0.1', log = console.log }) {
  // Target and feedback id → the revision told, oldest first.
  const told = new Map()

  // The same → the last that is under way: one at a time, so that a slow answer does not bring back what was retracted.
  const queues = new Map()

  /** False when it should be tried again. @param {string} name @param {Feedback} feedback @returns {Promise<boolean>} */
  function tell(name, feedback) {
    const key = `${name} ${feedback.id}`
    const turn = Promise.resolve(queues.get(key))
      .catch(() => {})
      .then(() => tellNow(key, name, feedback))
      .finally(() => queues.get(key) === turn && queues.delete(key))
    queues.set(key, turn)
    return turn
  }

  /** @param {string} key @param {string} name @param {Feedback} feedback */
  async function tellNow(key, name, feedback) {
    if (told.get(key) >= feedback.revision) return true
    const { method, url, headers, body } = targets[name](feedback)
    const response = await fetch(url, {
      method,
      headers,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    }).catch((error) => ({ status: 503, ok: false, text: async () => String(error.cause ?? error) }))
    const { status } = response
    if (AGAIN.has(status)) {
      log(`${name}: ${status}, to be tried again`)
      return false
    }
    // What was taken back before it had arrived is not there to be deleted.
    if (!response.ok && !(method === 'DELETE' && status === 404))
      log(`${name}: ${status}, given up: ${(await response.text()).slice(0, 300)}`)
    const revision = Math.max(told.get(key) ?? 0, feedback.revision)
    told.delete(key)
    told.set(key, revision)
    if (told.size > MOST) told.delete(told.keys().next().value)
    return true
  }

  const server = createServer(async (request, response) => {
    const answer = (/** @type {number} */ status, /** @type {object} */ body) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    try {
      if (request.method !== 'POST' || request.url !== '/v1/traces')
        return answer(404, { message: 'Send traces to POST /v1/traces' })
      const chunks = []
      let size = 0
      for await (const chunk of request) {
        if ((size += chunk.length) > MAX_BODY) return answer(413, { message: 'The body is too large' })
        chunks.push(chunk)
      }
      let body = Buffer.concat(chunks)
      // Collectors compress unless they are told not to.
      if (request.headers['content-encoding'] === 'gzip') body = gunzipSync(body, { maxOutputLength: MAX_BODY })
      const feedbacks = feedbacksOf(readTraces(body.toString('utf8'), Date.now()).rows)
      const done = await Promise.all(
        feedbacks.flatMap((feedback) => Object.keys(targets).map((name) => tell(name, feedback))),
      )
      // The collector keeps the batch and sends it again; what was told is skipped then.
      return done.every(Boolean) ? answer(200, {}) : answer(503, { message: 'A tool did not take it' })
    } catch (error) {
      if (!(error instanceof OtlpError)) log(String(error))
      return answer(error instanceof OtlpError ? error.status : 400, { message: /** @type {Error} */ (error).message })
    }
  })
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve(undefined))
  })
  const { port: taken } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    url: `http://${host}:${taken}/v1/traces`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const targets = targetsOf(process.env)
  const names = Object.keys(targets)
  if (!names.length) {
    console.error('No tool is named in the environment; see demo/relays/README.md')
    process.exit(2)
  }
  const { url } = await startRelay({
    targets,
    port: Number(process.env.PORT ?? 4319),
    host: process.env.HOST ?? '127.0.0.1',
  })
  console.log(`Feedback sent to ${url} goes to ${names.join(', ')}`)
}
