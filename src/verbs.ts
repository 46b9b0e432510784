/** The verbs as users call them: for the page's instance, before there is one, and where there can be none. */
import type { Handle, ManualTurn } from './api.ts'
import type { Stop } from './base/listen.ts'

/** Where the page's one instance is known, also to another copy of the library. */
const instance = Symbol.for('chat-vitals')
/** What was called before `init`: children are there before the provider that starts. False once it was taken up. */
const early = Symbol.for('chat-vitals:early')
/** @param advise says what was called too early, by a name that advice.ts knows */
type Take = (handle: Handle, advise: (misuse: string) => void) => unknown
const page = globalThis as { [instance]?: Handle; [early]?: Take[] | false }
const mostEarly = 20
/** Verbs that ask or end something: before `init` there is nothing to keep of them. */
const unkept = /^(?:session|fetch|flush|stop)$/

type Fetch = typeof globalThis.fetch
/** Calls the page's fetch; where that leads back here, for pages may put ours in the place of their own, `own`. */
export function pageFetch(own: Fetch | undefined): Fetch {
  let inside = false
  return (...args) => {
    if (inside) return own!(...args)
    inside = true
    try {
      return globalThis.fetch(...args)
    } finally {
      inside = false
    }
  }
}

export const noTurn: ManualTurn = {
  id: '',
  traceparent: '',
  headers: () => ({}),
  chunk() {},
  text() {},
  end() {},
}
/** Outside a browser, in one that is too old, and before `init`. */
export const inert: Handle = {
  turn: () => noTurn,
  feedback() {},
  identify() {},
  consent() {},
  session: () => ({ id: '', pageId: '', startedAt: 0, sampled: false }),
  fetch: pageFetch(globalThis.fetch),
  onTurn: () => () => {},
  flush: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  bind() {},
  signal() {},
}

/** What Chrome has since 109, Firefox since 113, Safari since 16.4; and a source of ids. */
export const isSupported = (): boolean =>
  typeof document !== 'undefined' &&
  'MathMLElement' in globalThis &&
  'CompressionStream' in globalThis &&
  typeof globalThis.crypto?.getRandomValues === 'function'

export const running = (): Handle | undefined => page[instance]

/** From now on the verbs are this handle's, beginning with what was called before. Returns how to give that up. */
export function install(handle: Handle, advise: (misuse: string) => void, run: (fn: () => void) => void): Stop {
  page[instance] = handle
  const line = page[early] || []
  page[early] = false
  for (const take of line) run(() => take(handle, advise))
  if (line.length > mostEarly) advise('early()')
  return () => {
    if (page[instance] === handle) delete page[instance]
  }
}

/** For the page's instance; before `init` what tells something is kept for it. */
export const verbs = Object.fromEntries(
  Object.keys(inert).map((verb) => [
    verb,
    (...args: unknown[]) => {
      const on = (handle: Handle) =>
        (handle as unknown as Record<string, (...args: unknown[]) => unknown>)[verb]!(...args)
      const handle = running()
      if (handle || !isSupported() || unkept.test(verb)) return on(handle ?? inert)
      const line = (page[early] ??= [])
      if (!line || line.length > mostEarly) return on(inert)
      let made: unknown
      let gone = false
      line.push((handle, advise) => gone || (verb === 'turn' ? advise('turn()') : (made = on(handle))))
      return verb === 'onTurn'
        ? () => {
            gone = true
            ;(made as Stop | undefined)?.()
          }
        : on(inert)
    },
  ]),
) as unknown as Handle
