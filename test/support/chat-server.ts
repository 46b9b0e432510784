/** A small chat site for tests of the built bundle: a page made by the test, the library's files, and a stream of Chat Completions. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright'

export interface ChatSite {
  url: string
  /** Headers and addresses of the model calls, in order. */
  calls: { url: string; headers: IncomingHttpHeaders; body: string }[]
  close(): Promise<void>
}

/** A chat page of a few lines, as applications write it: a form, a fetch, text appended to a bubble. */
export const chatPage = (options: { head: string; endpoint?: string; body?: string }): string => `<!doctype html>
<html><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>chat</title>${options.head}</head><body>
<main id="log"></main>
<form id="form"><textarea id="prompt" rows="2" cols="60"></textarea><button>Send</button><button type="button" id="stop">Stop</button></form>
${options.body ?? ''}
<script>
  const log = document.querySelector('#log'), form = document.querySelector('#form'), box = document.querySelector('#prompt')
  let abort
  box.addEventListener('keydown', (e) => { if (e.key === 'Enter' && !e.shiftKey) { e.preventDefault(); form.requestSubmit() } })
  document.querySelector('#stop').addEventListener('click', () => abort?.abort())
  form.addEventListener('submit', async (e) => {
    e.preventDefault()
    const prompt = box.value
    box.value = ''
    const add = (name, text) => { const div = document.createElement('div'); div.className = name; div.textContent = text; log.append(div); return div }
    add('user', prompt)
    const answer = add('assistant', '')
    abort = new AbortController()
    const response = await fetch(${JSON.stringify(options.endpoint ?? '/v1/chat/completions')}, {
      method: 'POST', signal: abort.signal, headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: prompt }] }),
    })
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      const lines = (rest + value).split('\\n')
      rest = lines.pop()
      for (const line of lines) {
        if (!line.startsWith('data: {')) continue
        answer.append(JSON.parse(line.slice(6)).choices[0]?.delta.content ?? '')
      }
    }
    answer.dataset.done = ''
  })
</script></body></html>`

/** Sends a prompt with the Enter key, and waits until the page has the whole answer. */
export async function chat(page: Page): Promise<void> {
  await page.locator('#prompt').click()
  await page.keyboard.type('hi there')
  const before = await page.locator('.assistant[data-done]').count()
  await page.keyboard.press('Enter')
  await page.locator('.assistant[data-done]').nth(before).waitFor()
}

/** @param words what the model says, a piece each; @param everyMs between pieces */
export async function startChatSite(options: {
  pages: Record<string, { html: string; headers?: Record<string, string> }>
  words: string[]
  everyMs?: number
}): Promise<ChatSite> {
  const dist = new URL('../../dist/', import.meta.url)
  const calls: ChatSite['calls'] = []
  const server = createServer(async (request, response) => {
    const url = request.url ?? '/'
    const path = url.replace(/[?#].*/, '')
    const page = options.pages[path]
    if (page) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...page.headers }).end(page.html)
      return
    }
    if (request.method === 'GET') {
      const file = await readFile(new URL(`.${path}`, dist)).catch(() => undefined)
      response
        .writeHead(file ? 200 : 404, { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' })
        .end(file)
      return
    }
    let body = ''
    for await (const chunk of request) body += chunk
    calls.push({ url, headers: request.headers, body })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const send = (delta: object, finish: string | null = null) =>
      response.write(
        `data: ${JSON.stringify({ id: 'chatcmpl-1', model: 'm-1', choices: [{ delta, finish_reason: finish }] })}\n\n`,
      )
    send({ role: 'assistant', content: '' })
    for (const content of options.words) {
      if (response.destroyed) return
      send({ content })
      await sleep(options.everyMs ?? 10)
    }
    send({}, 'stop')
    response.end('data: [DONE]\n\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
