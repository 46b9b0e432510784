/** A real page with the watchers of src in it, driven by functions that run there; starts no turns engine. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright'
import { launchChromium } from './browser.ts'

export interface WatchPages {
  /** Opens the page; `head` and `headers` come with it. */
  open(body: string, options?: { head?: string; headers?: Record<string, string> }): Promise<Page>
  browser: Browser
  close(): Promise<void>
}

/** @param kit what is bundled into the page */
export async function watchPages(kit = 'watch-kit.ts'): Promise<WatchPages> {
  const { outputFiles } = await build({
    entryPoints: [new URL(kit, import.meta.url).pathname],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  })
  const script = outputFiles[0]!.text
  let page: { html: string; headers: Record<string, string> } = { html: '', headers: {} }
  const server = createServer((request, response) => {
    if (request.url == '/kit.js') {
      response.setHeader('content-type', 'text/javascript')
      response.end(script)
    } else {
      response.setHeader('content-type', 'text/html; charset=utf-8')
      for (const [name, value] of Object.entries(page.headers)) response.setHeader(name, value)
      response.end(page.html)
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const browser = await launchChromium()
  const context = await browser.newContext({ viewport: { width: 800, height: 600 } })
  return {
    browser,
    async open(body, { head = '', headers = {} } = {}) {
      page = {
        html: `<!doctype html><html><head>${head}<script src="/kit.js"></script></head><body>${body}</body></html>`,
        headers,
      }
      const tab = await context.newPage()
      await tab.goto(`http://127.0.0.1:${port}/`)
      return tab
    },
    async close() {
      await browser.close()
      server.close()
    },
  }
}
