/** The chat page's server: the page, the built library beside it, and the model's addresses on the same origin. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { listen } from '../model/listen.mjs'
import { modelRoutes } from '../model/server.mjs'

const PAGE = fileURLToPath(new URL('./page/', import.meta.url))
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const VENDOR = {
  '/vendor/marked.js': join(ROOT, 'node_modules/marked/lib/marked.esm.js'),
  '/vendor/purify.js': join(ROOT, 'node_modules/dompurify/dist/purify.es.mjs'),
}
const TYPES = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.map': 'application/json',
}

/**
 * @param {object} [options]
 * @param {number} [options.port]
 * @param {string} [options.host]
 * @param {string} [options.backend] Origin of the collector and its session pages.
 * @param {import('../model/events.mjs').Model} [options.model]
 * @param {string} [options.modelUrl] Origin of a model server elsewhere; then this one's own addresses are unused.
 * @param {string} [options.dist] Folder of the built library.
 * @param {boolean} [options.otel] The page has OpenTelemetry's SDK, and the library writes to its pipeline.
 */
export async function startChat({
  port = 0,
  host,
  backend = 'http://localhost:4318',
  model,
  modelUrl = '',
  dist = join(ROOT, 'dist'),
  otel = false,
} = {}) {
  const collector = `${backend}/v1/traces`
  const routes = modelRoutes({ collector, model })
  const pipeline = otel ? await bundle('chat/otel.js') : undefined
  const reach = [`'self'`, backend, modelUrl].filter(Boolean).join(' ')
  const policy = [
    `default-src 'self'`,
    // What a model writes is shown, never run, and must not be able to call home through an image.
    `script-src 'self'`,
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data:`,
    `connect-src ${reach}`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `frame-ancestors 'self'`,
  ].join('; ')
  const fill = {
    collector,
    backend,
    modelUrl,
    model: routes.model.name,
    library: otel ? 'type="module" src="/chat-vitals.otel.js"' : 'src="/chat-vitals.global.js"',
    propagate: modelUrl ? ` data-propagate-to="${attribute(modelUrl)}"` : '',
  }

  const server = createServer((req, res) => {
    if (routes.handle(req, res)) return
    void page(req, res).catch(() => res.destroy())
  })

  /** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res */
  async function page(req, res) {
    const { pathname } = new URL(req.url ?? '/', 'http://localhost')
    const head = { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff', 'content-security-policy': policy }
    if (req.method !== 'GET' && req.method !== 'HEAD') return void res.writeHead(405, { allow: 'GET, HEAD' }).end()
    if (pathname === '/' || pathname === '/index.html') {
      const html = (await readFile(join(PAGE, 'index.html'), 'utf8'))
        .replaceAll('{{library}}', fill.library)
        .replaceAll('{{propagate}}', fill.propagate)
        .replace(/\{\{(\w+)\}\}/g, (_all, name) => attribute(fill[/** @type {keyof typeof fill} */ (name)] ?? ''))
      return void res.writeHead(200, { ...head, 'content-type': 'text/html; charset=utf-8' }).end(html)
    }
    const file =
      VENDOR[/** @type {keyof typeof VENDOR} */ (pathname)] ??
      (pathname.startsWith('/page/') ? inside(PAGE, pathname.slice(6)) : inside(dist, pathname.slice(1)))
    const bytes = pathname === '/chat-vitals.otel.js' ? pipeline : file && (await readFile(file).catch(() => undefined))
    const ending = /** @type {keyof typeof TYPES} */ (extname(pathname))
    const type = TYPES[ending] ?? (bytes ? 'application/octet-stream' : 'text/plain')
    // A missing library keeps its type: the browser then reports one missing file, not a forbidden one besides.
    res.writeHead(bytes ? 200 : 404, { ...head, 'content-type': type }).end(bytes ?? '')
  }

  const { url, close } = await listen(server, { port, host }).catch(async (error) => {
    await routes.close()
    throw error
  })
  return {
    url,
    async close() {
      await routes.close()
      await close()
    },
  }
}

/** What an application's bundler makes of a file of the demo. @param {string} file */
async function bundle(file) {
  // Only here, so that the demo without it needs nothing but what the library is built with.
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'demo', file)],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    absWorkingDir: ROOT,
    logLevel: 'error',
  })
  return outputFiles[0].text
}

/** A path that stays in its folder, or nothing. @param {string} folder @param {string} path */
function inside(folder, path) {
  let plain
  try {
    plain = normalize(decodeURIComponent(path))
  } catch {
    return undefined
  }
  return plain.startsWith('..') || plain.startsWith('/') || plain.includes('\0') ? undefined : join(folder, plain)
}

const attribute = (/** @type {string} */ text) =>
  text.replace(/[&"<>]/g, (sign) => ({ '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' })[sign] ?? sign)
