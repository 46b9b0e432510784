/** `chat-vitals/react` in React itself: what starts, what is said, what a message's thumb shows. */
import { StrictMode, act, createElement as h, useRef } from 'react'
import { createRoot } from 'react-dom/client'
import type { Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Options } from '../../../src/api.ts'
import type { Thumb } from '../../../src/react.ts'

let entry: typeof import('../../../src/react.ts')
let index: typeof import('../../../src/index.ts')
let box: HTMLElement
let root: Root
/** Denied: the page has its instance, and nothing is watched. */
const options: Options = { service: 'shop', consent: 'denied', storage: false }
const warned = () => vi.mocked(console.warn).mock.calls.map(([text]) => text as string)
const quiet = () => new Promise((done) => setTimeout(done, 50))

beforeEach(async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  vi.stubGlobal('MathMLElement', class {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  index = await import('../../../src/index.ts')
  entry = await import('../../../src/react.ts')
  box = document.createElement('div')
  document.body.replaceChildren(box)
  root = createRoot(box)
})
afterEach(async () => {
  await act(async () => root.unmount())
  await index.stop()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})
const show = (...children: Parameters<typeof h>[]) =>
  act(async () => root.render(h(StrictMode, {}, ...children.map((one, key) => h(one[0], { key, ...one[1] })))))

// Strict mode mounts twice, and said of our own component: init was called twice on this page.
test('strict mode’s second mount of the component is silent', async () => {
  await show([entry.ChatVitals, options])
  expect(index.session().pageId).not.toBe('')
  await quiet()
  expect(warned()).toEqual([])
})

test('so is the component when it comes back, as another layout brings it, with the same options written anew', async () => {
  const written = () => ({
    ...options,
    requests: ['/chat', /ask$/],
    attributes: { plan: 'pro' },
    beforeSend: (r: any) => r,
  })
  await show([entry.ChatVitals, written()])
  await show()
  await show([entry.ChatVitals, written()])
  await quiet()
  expect(warned()).toEqual([])
})

test.each<[string, () => unknown]>([
  [
    'another component with other options',
    () => show([entry.ChatVitals, options], [entry.ChatVitals, { service: 'other' }]),
  ],
  [
    'an init of the page’s own',
    async () => (await show([entry.ChatVitals, options]), index.init({ service: 'other' })),
  ],
  [
    'a component after an init',
    async () => (index.init(options), await show([entry.ChatVitals, { service: 'other' }])),
  ],
])('%s is a second init, and said', async (_, begin) => {
  await begin()
  await vi.waitFor(() => expect(warned().join()).toContain('init was called twice'), { timeout: 20_000 })
})

test('after stop() the component starts anew', async () => {
  await show([entry.ChatVitals, options])
  const { pageId } = index.session()
  await index.stop()
  await show()
  await show([entry.ChatVitals, options])
  expect(index.session().pageId).not.toBe('')
  expect(index.session().pageId).not.toBe(pageId)
  await quiet()
  expect(warned()).toEqual([])
})

/** One message's thumb, pressed by its buttons. */
function Message({ id, value }: { id?: string; value?: Thumb | null }) {
  const element = useRef(null)
  const vitals = entry.useFeedback(id ?? element, { value })
  return h('p', { ref: element, 'data-value': String(vitals.value) }, [
    h('button', { key: 'up', onClick: vitals.up }),
    h('button', { key: 'down', onClick: vitals.down }),
  ])
}
const value = () => box.querySelector('p')!.dataset.value
const press = (name: 'up' | 'down') => act(async () => box.querySelectorAll('button')[name === 'up' ? 0 : 1]!.click())

test('a thumb is set, changed and taken back', async () => {
  await show([Message, {}])
  expect(value()).toBe('null')
  for (const [name, then] of [
    ['up', 'up'],
    ['down', 'down'],
    ['down', 'null'],
  ] as const) {
    await press(name)
    expect(value()).toBe(then)
  }
})

// The hook knew no thumb but its own: after a reload a rated message showed none, and the first press rated it again.
test('a stored thumb stands from the start, and a press on it takes it back', async () => {
  await show([Message, { id: 'm-1', value: 'up' }])
  expect(value()).toBe('up')
  await press('up')
  expect(value()).toBe('null')
})

test('a stored thumb that is loaded later is taken over, and one that was pressed stays over a new rendering', async () => {
  await show([Message, { id: 'm-1' }])
  await show([Message, { id: 'm-1', value: 'down' }])
  expect(value()).toBe('down')
  await press('up')
  await show([Message, { id: 'm-1', value: 'down' }])
  expect(value()).toBe('up')
})

// A row that a list uses again showed the thumb of the message before.
test('another message in the same place has its own thumb', async () => {
  await show([Message, { id: 'm-1' }])
  await press('up')
  await show([Message, { id: 'm-2' }])
  expect(value()).toBe('null')
  await show([Message, { id: 'm-3', value: 'down' }])
  expect(value()).toBe('down')
})
