/** What is given to the verbs in a wrong way is said once, in a sentence with the right form; nothing throws. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { advise } from '../../../src/advice.ts'
import type { EngineOptions } from '../../../src/engine.ts'
import type { Kit } from '../../../src/start.ts'

let made: EngineOptions | undefined
let start: typeof import('../../../src/start.ts').start
let verbs: any
const warned = () => vi.mocked(console.warn).mock.calls.map(([text]) => (text as string).replace('[chat-vitals] ', ''))
/** The engine and its advice are parts of their own: a busy machine takes a while to load them. */
const soon = (fn: () => void) => vi.waitFor(fn, { timeout: 20_000 })
const native = globalThis.fetch
/** The real engine, without delivery. */
const kit = {
  async engine() {
    const part = await import('../../../src/engine.ts')
    return { ...part, createEngine: (options: EngineOptions) => part.createEngine((made = options)) }
  },
  advice: () => import('../../../src/advice.ts'),
} as unknown as Kit

beforeEach(async () => {
  vi.stubGlobal('MathMLElement', class {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  ;({ start } = await import('../../../src/start.ts'))
  ;({ verbs } = await import('../../../src/verbs.ts'))
})
afterEach(async () => {
  await verbs.stop()
  Object.defineProperty(globalThis, 'fetch', { value: native, writable: true, configurable: true })
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const MESSAGE = 'message, traceparent, comment, tags, attributes'
test.each<[verb: string, args: unknown[], sentence: string]>([
  // It went to the last turn, whatever that was about, without a word.
  ['feedback', ['up', { mesage: 'm-1' }], 'there is no option mesage of feedback; did you mean message?'],
  ['feedback', ['up', { element: 'm-1' }], `there is no option element of feedback; there are ${MESSAGE}`],
  ['feedback', ['up', 'm-1'], "feedback takes its options as an object; write feedback('up', { message: button })"],
  ['feedback', ['up', document.body], "feedback takes its options as an object; write feedback('up', { message:"],
  [
    'feedback',
    ['up', { message: {} }],
    "message takes an element or an id; write { message: button } or { message: 'm",
  ],
  [
    'feedback',
    ['up', { traceparent: 'x' }],
    'traceparent takes that of a turn; write { traceparent: turn.traceparent }',
  ],
  ['identify', ['u42'], "identify takes its options as an object; write identify({ user: 'u-123', conversation: 'c-"],
  ['identify', [42], "identify takes its options as an object; write identify({ user: 'u-123', conversation: 'c-"],
  ['identify', [undefined], "identify takes its options as an object; write identify({ user: 'u-123', conversation: '"],
  ['identify', [{ usr: 'u42' }], 'there is no option usr of identify; did you mean user?'],
  ['identify', [{ email: 'a@b' }], 'there is no option email of identify; there are user, conversation'],
  [
    'identify',
    [{ user: { id: 42 } }],
    'option user of identify is not usable and was left out; write identify({ user: ',
  ],
  ['turn', ['Hi'], "turn takes its options as an object; write turn({ trigger: 'submit', prompt: text })"],
  ['turn', [{ promt: 'Hi' }], 'there is no option promt of turn; did you mean prompt?'],
  [
    'turn',
    [{ trigger: 'click' }],
    "option trigger of turn is not usable and was left out; write turn({ trigger: 'submit'",
  ],
  ['turn', [{ prompt: 42 }], "option prompt of turn is not usable and was left out; write turn({ trigger: 'submit'"],
  ['signal', ['exposured'], 'signal takes exposed, copy, share, dwell, scroll_back, handoff; nothing was sent'],
  ['signal', [], 'signal takes exposed, copy, share, dwell, scroll_back, handoff; nothing was sent'],
  ['signal', ['copy', { mesage: 'm' }], 'there is no option mesage of signal; did you mean message?'],
  ['signal', ['copy', 'm-1'], "signal takes its options as an object; write signal('copy', { message: button })"],
  ['bind', [], "bind takes the id of a message, and that of a turn; write bind('msg-1') or bind('msg-1', turn.id)"],
  ['bind', [document.body], 'bind takes the id of a message, and that of a turn; write'],
  ['bind', ['m-1', {}], 'bind takes the id of a message, and that of a turn; write'],
])('%s(…%j) is said: %s', async (verb, args, sentence) => {
  start({}, kit)
  verbs[verb](...args)
  verbs[verb](...args)
  await soon(() => expect(warned()).toContainEqual(expect.stringContaining(sentence)))
  const about = warned().filter((text) => !text.includes('goes out without a turn'))
  expect(about).toHaveLength(1)
})

test.each<[verb: string, args: unknown[]]>([
  ['feedback', ['up']],
  ['feedback', ['up', null]],
  ['feedback', ['up', { message: 'm-1', comment: 'c', tags: ['t'], attributes: { a: 1 }, traceparent: undefined }]],
  ['identify', [{ user: 'u-1', conversation: null }]],
  ['identify', [{ user: 42 }]],
  ['identify', [{}]],
  ['turn', []],
  ['turn', [null]],
  ['turn', [{ trigger: 'edit', prompt: 'Hi', conversation: 'c', attributes: { a: 1 } }]],
  ['signal', ['handoff', {}]],
  ['bind', ['m-1', undefined]],
])('%s(…%j) is right, and nothing is said', async (verb, args) => {
  start({}, kit)
  verbs[verb](...args)
  await soon(() => expect(made).toBeDefined())
  for (let i = 0; i < 5; i++) await new Promise((done) => setTimeout(done))
  expect(warned().filter((text) => !/goes out without a turn/.test(text))).toEqual([])
})

// `trim` of a number threw inside, and the turn was one that measures nothing.
test('a turn with one wrong option is measured without it', async () => {
  const handle = start({}, kit)
  await handle.flush()
  const turn = verbs.turn({ prompt: 42, attributes: { plan: 'pro' } })
  expect(turn.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  turn.end()
})

test('what is right of an identity stands beside what is wrong', async () => {
  start({}, kit)
  verbs.identify({ user: 'u-1', conversation: {}, mail: 'x' })
  await soon(() => expect(warned()).toHaveLength(2))
  verbs.turn().end()
  await soon(() => expect(made?.identity).toEqual({ user: 'u-1', conversation: undefined }))
})

// Its calls were not seen, and nobody was told.
test.each<[string, PropertyDescriptor]>([
  ['frozen', { value: native, writable: false, configurable: true }],
  ['kept by a setter', { get: () => native, set() {}, configurable: true }],
])('a fetch that is %s is said, and how its calls are seen all the same', async (_, descriptor) => {
  Object.defineProperty(globalThis, 'fetch', descriptor)
  start({}, kit)
  await soon(() => expect(warned()).toHaveLength(1))
  expect(warned()[0]).toMatch(/^the page's fetch cannot be replaced, its calls are not seen; .*fetch: .*\.fetch/)
})

test('names that the page makes up are said of at most 50', async () => {
  start({}, kit)
  for (let i = 0; i < 80; i++) verbs.feedback('up', { [`unknown${i}`]: i })
  await soon(() => expect(warned().length).toBeGreaterThan(49))
  await new Promise((done) => setTimeout(done, 20))
  expect(warned()).toHaveLength(50)
})

test('every misuse has its sentence', () => {
  const said: string[] = []
  const names = [
    'init()',
    'turn()',
    'early()',
    'consent()',
    'requests()',
    'fetch()',
    'signal()',
    'bind()',
    'endpoint()',
  ]
  advise([...names, 'exporter()', 'feedback() alone', 'feedback().message', 'feedback().traceparent'], (text) =>
    said.push(text),
  )
  expect(said.filter((text) => !text.startsWith('there is no'))).toHaveLength(13)
})
