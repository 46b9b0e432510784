/** What is called before `init`: child effects run before their provider's, modules before the code that starts. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFeed } from '../../../src/network/feed.ts'
import type { CallPort } from '../../../src/turn/marks.ts'
import type { Kit } from '../../../src/start.ts'

const given: [string, ...unknown[]][] = []
let options: any
/** An engine that writes down what it is told. */
const kit = {
  engine: () =>
    Promise.resolve({
      createEngine(all: any) {
        options = all
        const note =
          (verb: string) =>
          (...args: unknown[]) =>
            void given.push([verb, ...args])
        const quiet = () => {}
        return {
          feedback: note('feedback'),
          bind: note('bind'),
          call: quiet,
          feed: (call: CallPort) => createFeed(call, { clock: all.clock, guard: all.guard }),
          gesture: quiet,
          signal: note('signal'),
          watch: quiet,
          page: quiet,
          end: quiet,
          feed: (call: any) => createFeed(call, all),
        }
      },
    }),
  advice: () => import('../../../src/advice.ts'),
} as unknown as Kit

let start: typeof import('../../../src/start.ts').start
let verbs: typeof import('../../../src/verbs.ts').verbs
const warned = () => vi.mocked(console.warn).mock.calls.map(([text]) => text as string)
beforeEach(async () => {
  given.length = 0
  Reflect.deleteProperty(globalThis, Symbol.for('chat-vitals:early'))
  vi.stubGlobal('MathMLElement', class {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  ;({ start } = await import('../../../src/start.ts'))
  ;({ verbs } = await import('../../../src/verbs.ts'))
})
afterEach(async () => {
  await verbs.stop()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('calls of the npm import before init vanished; they are taken up in order', async () => {
  verbs.identify({ user: 'u-1', conversation: 'c-1' })
  verbs.bind('msg-1')
  verbs.feedback('up', { message: 'msg-1' })
  const settled = vi.fn()
  const others = vi.fn()
  verbs.onTurn(settled)
  verbs.onTurn(others)()
  start({ service: 'shop' }, kit)
  await vi.waitFor(() => expect(given).toHaveLength(2))
  expect(given).toEqual([
    ['bind', 'msg-1', undefined],
    ['feedback', 'up', { message: 'msg-1' }],
  ])
  expect(options.identity).toEqual({ user: 'u-1', conversation: 'c-1' })
  options.settled({ id: 't-1' })
  expect(settled).toHaveBeenCalledOnce()
  expect(others).not.toHaveBeenCalled()
  expect(warned()).toEqual([])
})

test('a consent taken back before init watches nothing', () => {
  const { fetch } = globalThis
  verbs.consent('denied')
  start({}, kit)
  expect(globalThis.fetch).toBe(fetch)
})

test('no more than 20 calls are kept, and a turn opened before init measured nothing: both are said', async () => {
  verbs.turn({ prompt: 'Hi' }).end()
  for (let i = 0; i < 30; i++) verbs.bind(`msg-${i}`)
  start({}, kit)
  await vi.waitFor(() => expect(warned()).toHaveLength(2))
  expect(warned().join()).toContain('turn() came before init')
  expect(warned().join()).toContain('only the first 20 were kept')
  await vi.waitFor(() => expect(given).toHaveLength(20))
})

test('init with a getter that throws, of the page’s options, gives a handle', async () => {
  const wrong = Object.defineProperty({}, 'endpoint', {
    enumerable: true,
    get() {
      throw new Error('not yet')
    },
  })
  const handle = start(wrong, kit, { service: 'tag' })
  await vi.waitFor(() => expect(warned().join()).toContain('option endpoint is not usable'))
  // The engine comes with the first need of it.
  handle.bind('msg-1')
  await vi.waitFor(() => expect(options.config.service).toEqual({ name: 'tag' }))
  expect(handle.session().pageId).not.toBe('')
})

// The exported fetch called the page's, which was itself: the call never went out.
test('a fetch of ours in the place of the page’s own leads to the browser’s, before init, after it and after stop', async () => {
  const native = globalThis.fetch
  const calls: unknown[] = []
  globalThis.fetch = ((input: unknown) => (calls.push(input), Promise.resolve(new Response('ok')))) as typeof fetch
  const own = globalThis.fetch
  try {
    const handle = start({}, kit)
    globalThis.fetch = handle.fetch
    await fetch('/one')
    globalThis.fetch = verbs.fetch
    await fetch('/two')
    globalThis.fetch = (...args) => handle.fetch(...args)
    await fetch('/three')
    await handle.stop()
    await fetch('/four')
    expect(calls).toEqual(['/one', '/two', '/three', '/four'])
  } finally {
    globalThis.fetch = own
    globalThis.fetch = native
  }
})

test('init with members that it inherits, and a frozen one of a class, reach the browser as they are', async () => {
  const native = globalThis.fetch
  const asked: RequestInit[] = []
  globalThis.fetch = ((_: unknown, init: RequestInit) => (
    asked.push(init),
    Promise.resolve(new Response('ok'))
  )) as typeof fetch
  const own = globalThis.fetch
  class Call {
    method = 'POST'
    body = '{"messages":[],"stream":true}'
  }
  try {
    const handle = start({}, kit)
    // Spread, it lost what it inherits: a body under GET, and the host's call failed.
    await fetch('/v1/chat', Object.assign(Object.create({ method: 'POST' }), { body: '{"messages":[],"stream":true}' }))
    // A proxy that says otherwise of a member that cannot change throws.
    await fetch('/v1/chat', Object.freeze(new Call()))
    expect(asked.map(({ method }) => method)).toEqual(['POST', 'POST'])
    await handle.stop()
  } finally {
    globalThis.fetch = own
    globalThis.fetch = native
  }
})
