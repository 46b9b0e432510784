/** Puts an HTTP server on a port of this machine, with a stop that leaves no connection behind. */

/**
 * @param {import('node:http').Server} server
 * @param {{ port?: number, host?: string }} where Port 0: any free one.
 * @returns {Promise<{ url: string, port: number, close: () => Promise<void> }>}
 */
export async function listen(server, { port = 0, host = '127.0.0.1' }) {
  await new Promise((ready, failed) => {
    server.once('error', failed)
    server.listen(port, host, () => {
      server.off('error', failed)
      ready(undefined)
    })
  })
  const taken = /** @type {import('node:net').AddressInfo} */ (server.address()).port
  return {
    url: `http://${host === '127.0.0.1' || host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${taken}`,
    port: taken,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
