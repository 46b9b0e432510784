/** What the actions watcher says of real keys and clicks. */
import type { Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { watchPages } from '../support/watch-page.ts'
import type { WatchPages } from '../support/watch-page.ts'

/* oxlint-disable typescript/no-explicit-any -- what runs in the page is not typed here */
declare const kit: any

let pages: WatchPages
let page: Page
beforeAll(async () => {
  pages = await watchPages()
})
afterAll(() => pages?.close())

const icon = '<svg width=20 height=20><rect width=20 height=20></rect></svg>'
const BODY = `<main><div class=message>An answer</div>
  <button id=b1 aria-label="Copy">${icon}</button><span id=b2 title="Thumbs up" onclick="1">${icon}</span>
  <button id=b3 data-testid="bad-response-button">${icon}</button><button id=b4>重新生成</button>
  <button id=b5>新对话</button><a id=b6 title="Edit message">${icon}</a></main>
  <form onsubmit="event.preventDefault(); document.querySelector('textarea').value = ''">
  <textarea></textarea><button id=send>${icon}</button></form><button id=stop class="stopButton">${icon}</button>
  <div id=shadow></div>`

beforeEach(async () => {
  page = await pages.open(BODY)
  await page.evaluate(() => {
    const global = globalThis as any
    global.gestures = []
    global.controls = []
    global.emptied = 0
    const port = {
      gesture: ({ element, ...gesture }: any) => global.gestures.push({ ...gesture, id: element.id }),
      composerEmptied: () => global.emptied++,
    }
    global.actions = kit.watchActions({
      port,
      clock: kit.clock,
      guard: kit.guard,
      on: (control: string) => global.controls.push(control),
    })
  })
  return async () => {
    expect(await page.evaluate(() => kit.said)).toEqual([])
    await page.close()
  }
})
const gestures = () => page.evaluate(() => (globalThis as any).gestures)
const kinds = async () => (await gestures()).map((gesture: any) => gesture.kind)

test('Enter in the composer is a send, with its text and the time of the key', async () => {
  await page.fill('textarea', 'What is the sea?')
  const before = await page.evaluate(() => performance.now())
  await page.press('textarea', 'Enter')
  const [gesture] = await gestures()
  expect(gesture).toMatchObject({ kind: 'submit', prompt: 'What is the sea?' })
  expect(gesture.at).toBeGreaterThanOrEqual(before - 1)
})

test('Shift+Enter, an empty composer and a key of an input method send nothing', async () => {
  await page.press('textarea', 'Enter')
  await page.fill('textarea', 'two lines')
  await page.press('textarea', 'Shift+Enter')
  const client = await page.context().newCDPSession(page)
  await client.send('Input.dispatchKeyEvent', { type: 'keyDown', key: 'Enter', windowsVirtualKeyCode: 229 })
  expect(await gestures()).toEqual([])
})

test('Enter in a form also clicks its button: one gesture', async () => {
  await page.evaluate(() => {
    document.querySelector('form')!.innerHTML = '<input><button>Ask</button>'
  })
  await page.fill('input', 'Hi')
  await page.press('input', 'Enter')
  expect(await kinds()).toEqual(['submit'])
})

test('a click on an unlabelled button while the composer holds text is a send, and the composer is seen to empty', async () => {
  await page.fill('textarea', 'Hi')
  await page.click('#send rect')
  expect(await gestures()).toMatchObject([{ kind: 'submit', sure: false, prompt: 'Hi' }])
  await expect.poll(() => page.evaluate(() => (globalThis as any).emptied)).toBe(1)
})

test('the same click with nothing to send may be a stop', async () => {
  await page.click('#send rect')
  expect(await kinds()).toEqual(['other'])
})

test('controls are known by label, test id, class, title and text, in more than one language', async () => {
  for (const id of ['stop', 'b4', 'b5', 'b6', 'b1', 'b2', 'b3']) await page.click('#' + id)
  expect(await gestures()).toMatchObject([
    { kind: 'stop', sure: false, id: 'stop' },
    { kind: 'regenerate', sure: true, id: 'b4' },
    { kind: 'new_conversation', sure: true },
    { kind: 'edit', sure: true, id: 'b6' },
  ])
  expect(await page.evaluate(() => (globalThis as any).controls)).toEqual([
    'stop',
    'regenerate',
    'newConversation',
    'edit',
    'copy',
    'up',
    'down',
  ])
})

test('words of ordinary text, of a question and of a name alone are no thumbs', async () => {
  await page.evaluate(() => {
    const list = document.createElement('section')
    list.innerHTML = `<p id=t1>Was this helpful?</p><button id=t2>What is it like in June?</button><p id=t3>I like it</p>
      <button id=t4 class="helpful">x</button><a id=t5 href="https://example.com/">Helpful tips</a>
      <button id=t6><span id=t7 class="like-icon">Like</span></button>`
    list.addEventListener('click', (event) => event.preventDefault())
    document.body.append(list)
  })
  for (const id of ['t1', 't2', 't3', 't4', 't5']) await page.click('#' + id)
  expect(await page.evaluate(() => (globalThis as any).controls)).toEqual([])
  await page.click('#t7')
  expect(await page.evaluate(() => (globalThis as any).controls)).toEqual(['up'])
})

test('inside a shadow root the true target is found', async () => {
  await page.evaluate(() => {
    const root = document.querySelector('#shadow')!.attachShadow({ mode: 'open' })
    root.innerHTML = '<div contenteditable=true id=field></div><button id=inner aria-label="Send message">x</button>'
  })
  await page.click('#field')
  await page.keyboard.type('Hello')
  await page.click('#inner')
  expect(await gestures()).toMatchObject([{ kind: 'submit', sure: true, prompt: 'Hello', id: 'inner' }])
})

test('what a script clicks is no gesture', async () => {
  await page.evaluate(() => document.querySelector<HTMLElement>('#b4')!.click())
  expect(await gestures()).toEqual([])
})

test('after stop nothing is heard', async () => {
  await page.evaluate(() => (globalThis as any).actions.stop())
  await page.click('#b4')
  expect(await gestures()).toEqual([])
})
