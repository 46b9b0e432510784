/** Brings up the demo's servers, in the order in which they need each other, and says where to look. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { startBackend } from './backend/server.mjs'
import { startChat } from './chat/server.mjs'
import { modelFrom, startModel } from './model/server.mjs'
import { SCRIPTED } from './model/scripted.mjs'

/**
 * @param {object} options
 * @param {{ PORT_CHAT: number, PORT_OTLP: number, PORT_MODEL?: number }} options.ports
 * @param {string} options.file The backend's database, kept between runs.
 * @param {boolean} [options.otel] The page writes to an OpenTelemetry pipeline of its own.
 * @param {Record<string, string | undefined>} [options.env] For the model: MODEL_BASE_URL, MODEL_API_KEY, MODEL.
 */
export async function up({ ports, file, otel = false, env = {} }) {
  const model = modelFrom(env)
  mkdirSync(dirname(file), { recursive: true })
  /** What is up, to be closed in reverse. @type {{ close: () => Promise<void> }[]} */
  const parts = []
  /** @template {{ close: () => Promise<void> }} T @param {Promise<T>} starting */
  const add = async (starting) => {
    const part = await starting
    parts.push(part)
    return part
  }
  // The backend comes last: the others have spans to send until their own end.
  const close = async () => {
    for (const part of parts.splice(0).toReversed()) await part.close()
  }
  try {
    await add(startBackend({ port: ports.PORT_OTLP, file, chat: `http://localhost:${ports.PORT_CHAT}/` }))
    const backend = `http://localhost:${ports.PORT_OTLP}`
    const own = ports.PORT_MODEL
      ? await add(startModel({ port: ports.PORT_MODEL, collector: `${backend}/v1/traces`, model }))
      : undefined
    const chat = await add(startChat({ port: ports.PORT_CHAT, backend, model, modelUrl: own?.url, otel }))
    const scripted = model.name === SCRIPTED
    const lines = [
      '',
      '  chat-vitals demo',
      '',
      `  Chat       ${chat.url}`,
      `  Sessions   ${backend}/sessions`,
      `  Overview   ${backend}/overview`,
      '',
      scripted ? '  Model      scripted answers. For a real one:' : `  Model      ${model.name} at ${model.provider}`,
      ...(scripted
        ? ['             MODEL_BASE_URL=http://localhost:11434/v1 MODEL=qwen3 npm start   (MODEL_API_KEY where needed)']
        : []),
      ...(otel ? ['  Spans      by chat-vitals/otel, in an OpenTelemetry pipeline of the page'] : []),
      ...(own ? [`             on its own origin, ${own.url}`] : []),
      '',
      '  Ctrl-C ends it all. Sessions are kept in .demo/',
      '',
    ]
    return { welcome: lines.join('\n'), chat: chat.url, backend, close }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}
