// What the demo's tests share: a collector that keeps what it got, and a way to ask as the chat page does.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ask, WIRES } from '../../../demo/chat/page/wire.js'

export interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  status: { code?: number }
  attributes: Record<string, any>
  events: string[]
}

const plain = (value: any): any =>
  value?.arrayValue ? value.arrayValue.values.map(plain) : Object.values(value ?? {})[0]

/** Takes OTLP/JSON on a free port. */
export async function startCollector() {
  const spans: Span[] = []
  const server = createServer(async (req, res) => {
    const parts = []
    for await (const part of req) parts.push(part)
    const body = JSON.parse(Buffer.concat(parts as Uint8Array[]).toString())
    for (const resource of body.resourceSpans)
      for (const scope of resource.scopeSpans)
        for (const span of scope.spans)
          spans.push({
            ...span,
            attributes: Object.fromEntries((span.attributes ?? []).map((one: any) => [one.key, plain(one.value)])),
            events: (span.events ?? []).map((one: any) => one.name),
          })
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    spans,
    /** A span of this trace, once it has come. */
    async span(traceId: string, name: string) {
      for (;;) {
        const found = spans.find((span) => span.traceId === traceId && span.name === name)
        if (found) return found
        await new Promise((later) => setTimeout(later, 20))
      }
    },
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

/** Asks in a wire format and returns all that the page would know of the answer. */
export async function hear(base: string, format: string, prompt: string, signal = new AbortController().signal) {
  const wire = WIRES.find((one: any) => one.id === format)!
  const got = { text: '', reasoning: '', tools: [] as string[], chunks: 0, outcome: {} as any }
  got.outcome = await ask({
    wire,
    base,
    model: 'scripted-1',
    said: [{ role: 'user', text: prompt }],
    signal,
    on(heard: any) {
      got.chunks++
      if (heard.type === 'text') got.text += heard.text
      else if (heard.type === 'reasoning') got.reasoning += heard.text
      else if (heard.type === 'tool') got.tools.push(heard.name)
      else Object.assign(got, { text: heard.text, reasoning: heard.reasoning })
    },
  })
  return got
}

export const formats: string[] = WIRES.map((wire: any) => wire.id)
