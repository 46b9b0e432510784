// One server for the benchmarks that need nothing but pages, the built files and a stream: routes in, address out.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

/**
 * @param {Record<string, (request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse, url: URL) => unknown>} routes
 *   by path; a string is a page. What is not routed is a file of `dist`, or of `also`
 * @param {URL} [also]
 */
export async function startSite(routes, also) {
  const folders = [new URL('../../../dist/', import.meta.url), ...(also ? [also] : [])]
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://here')
    const route = routes[url.pathname]
    if (typeof route === 'string') return response.writeHead(200, { 'content-type': 'text/html' }).end(route)
    if (route) return route(request, response, url)
    let file
    for (const folder of folders) file ??= await readFile(new URL(`.${url.pathname}`, folder)).catch(() => undefined)
    response.writeHead(file ? 200 : 404, { 'content-type': 'text/javascript' }).end(file)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  }
}

/** Reads a body to its end and forgets it. */
export const drained = async (request) => {
  for await (const _ of request);
}
/** Writes `piece` again and again, as fast as the reader lets. `written`: bytes. `closedAt`: epoch ms, 0 until then. */
export function pour(response, piece, most = Infinity) {
  const state = { written: 0, closedAt: 0 }
  let go = () => {}
  response.on('drain', () => go())
  response.on('close', () => {
    state.closedAt = performance.timeOrigin + performance.now()
    go()
  })
  const run = async () => {
    while (state.written < most && !response.destroyed) {
      state.written += piece.length
      if (!response.write(piece)) await new Promise((resolve) => (go = resolve))
    }
  }
  return Object.assign(state, { done: run() })
}
/** A collector that takes everything. */
export const collector = async (request, response) => {
  await drained(request)
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
}
