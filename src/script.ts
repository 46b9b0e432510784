/** The script tag: options from `data-*`, calls queued before it came, lazy parts from beside itself. */
import { createGuard } from './base/guard.ts'
import { rules } from './config.ts'
import type { Options } from './api.ts'
import { adviser, start } from './start.ts'
import type { Kit } from './start.ts'
import { verbs } from './verbs.ts'

const inPage = typeof document !== 'undefined'
// Known only while the classic script runs.
const tag = inPage ? (document.currentScript as HTMLScriptElement | null) : null

/** Files of the lazy parts, written in by the build: under the hash of their content, so that none of another version is loaded. */
declare const __PARTS__: Record<keyof Kit, string>

/** Browsers remember a failed import by its address, so that every further try needs another query. */
const part =
  (name: keyof Kit) =>
  (attempt: number): Promise<unknown> =>
    import(new URL(__PARTS__[name] + (attempt ? `?try=${attempt}` : ''), tag?.src || location.href).href)

/** `data-sample-rate="0.5"` → `sampleRate: 0.5`; JSON where it is JSON, `true` for an empty attribute. */
function optionsOf(data: DOMStringMap, foreign: (name: string) => void): Options {
  const options: Record<string, unknown> = {}
  for (const [name, text = ''] of Object.entries(data)) {
    if (!(name in rules)) {
      foreign(name)
      continue
    }
    let value: unknown = text === '' ? true : text
    // Ids and names that look like numbers stay text; only what can be no text option is parsed.
    if (/^(?:true|false|null|[[{].*)$/s.test(text) || (name === 'sampleRate' && text !== '')) {
      try {
        value = JSON.parse(text)
      } catch {
        // Not JSON after all: the check of the options says what is wrong with it.
      }
    }
    // Lists may be written with commas: data-propagate-to="https://a.example, https://b.example".
    if (typeof value === 'string' && /^(?:propagateTo|requests|sessionKeys)$/.test(name)) value = value.split(/\s*,\s*/)
    options[name] = value
  }
  return options
}

type Queued = [verb: string, ...args: unknown[]]
interface Global {
  q?: Queued[]
  [verb: string]: unknown
}
const page = globalThis as unknown as { chatVitals?: Global }

if (inPage) {
  const kit = Object.fromEntries(
    Object.keys(__PARTS__).map((name) => [name, part(name as keyof Kit)]),
  ) as unknown as Kit
  const foreign: string[] = []
  // Others put theirs on the tag, too: those start nothing.
  const options = optionsOf(tag?.dataset ?? {}, (name) => {
    if (!/nscript|cfasync|turbo/.test(name)) foreign.push('data-' + name)
  })
  const init = (own?: Options) => start(own, kit, options)
  const advise = adviser(kit, createGuard())
  if (foreign[0]) advise(foreign)

  // Of a copy that came before us it is no list any more, but that copy's own way in.
  const queue = Array.isArray(page.chatVitals?.q) ? page.chatVitals.q : []
  const api = { ...verbs, init } as unknown as Global
  page.chatVitals = api
  const call = ([verb, ...args]: Queued) => {
    const run = api[verb]
    if (typeof run === 'function') (run as (...args: unknown[]) => unknown)(...args)
    else advise([verb + '()'])
  }
  // What was queued may hold the page's own init, which then must come before the tag's options start it.
  const first = queue.findIndex(([verb]) => verb === 'init')
  if (first >= 0) call(queue.splice(first, 1)[0]!)
  else if (Object.keys(options).length > 0) init()
  for (const one of queue) call(one)
  // Snippets keep pushing to the queue they know.
  api.q = { push: (one: Queued) => call(one) } as unknown as Queued[]
}
