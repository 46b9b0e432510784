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
  <textarea></textarea><button id=go>${icon}</button></form><button id=stop class="stopButton">${icon}</button>
  <div id=shadow></div>`

beforeEach(async () => {
  page = await pages.open(BODY)
  await page.evaluate(() => {
    const global = globalThis as any
    global.gestures = []
    global.controls = []
    global.emptied = 0
    const port = {
      gesture: ({ element, ...gesture }: any) => global.gestures.push({ ...gesture, id: element?.id }),
      composerEmptied: () => global.emptied++,
    }
    global.actions = kit.watchActions({
      port,
      clock: kit.clock,
      guard: kit.guard,
      on: (control: string) => global.controls.push(control),
      answer: '.message',
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
  await page.click('#go rect')
  expect(await gestures()).toMatchObject([{ kind: 'submit', sure: false, prompt: 'Hi' }])
  await expect.poll(() => page.evaluate(() => (globalThis as any).emptied)).toBe(1)
})

test('the same click with nothing to send may be a stop', async () => {
  await page.click('#go rect')
  expect(await kinds()).toEqual(['other'])
})

test('controls are known by label, test id, class, title and text, in more than one language', async () => {
  for (const id of ['stop', 'b4', 'b5', 'b6', 'b1', 'b2', 'b3']) await page.click('#' + id)
  expect(await gestures()).toMatchObject([
    { kind: 'stop', sure: true, id: 'stop' },
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

/** Puts `html` where the chat was; those who watch stay. */
const show = (html: string) => page.evaluate((html) => void (document.body.innerHTML = html), html)

// A word somewhere in it made each a control.
test('suggestions that begin with the word of a control are none, nor is what stands elsewhere on the page', async () => {
  await show(`<nav><ul><li><button id=profile><i class="fa fa-pencil"></i></button><button id=reload aria-label="Retry">x</button></ul></nav>
    <main><section><div class=message>An answer of some words</div></section>
    <button id=c1 class="chip edit">Edit my travel plan</button><button id=c2>Share the plan with my boss</button>
    <button id=c3><i class="fa fa-stop"></i> Stop wasting time</button><form><textarea></textarea></form></main>`)
  await page.focus('textarea')
  for (const id of ['c1', 'c2', 'c3', 'profile', 'reload']) await page.click('#' + id)
  expect(await kinds()).toEqual(['other', 'other', 'other', 'other', 'other'])
  expect((await gestures()).at(-1).place).toBe('elsewhere')
  expect(await page.evaluate(() => (globalThis as any).controls)).not.toContain('share')
})

test('what has no label is known by one class among many, by its id, by the name of its icon', async () => {
  const long = Array.from({ length: 30 }, (_, i) => `utility-${i}`).join(' ')
  await show(`<main><section><div class=message>An answer<button id=b1 class="${long} edit-message ml-auto">${icon}</button>
    <button id=b2><svg class="lucide lucide-refresh-cw" width=20 height=20><path d="M3 12a9"></path></svg></button>
    <button id=b3><svg width=20 height=20><use href="/sprite.svg#icon-pencil"></use><rect width=20 height=20></rect></svg></button></div></section>
    <form onsubmit="return false"><textarea></textarea><button id=stop-button>${icon}</button>
    <button id=b4><span class="material-icons">stop</span></button></form></main>`)
  await page.focus('textarea')
  for (const id of ['b1', 'b2', 'b3', 'stop-button', 'b4']) await page.click('#' + id)
  expect(await gestures()).toMatchObject([
    { kind: 'edit', sure: false, place: 'answer', id: 'b1' },
    { kind: 'regenerate', sure: false, place: 'answer' },
    { kind: 'edit', sure: false, place: 'answer' },
    { kind: 'stop', sure: true, place: 'composer', id: 'stop-button' },
    { kind: 'stop', sure: true, place: 'composer' },
  ])
})

test('a name may stand in another element, or around a shadow root', async () => {
  await show(
    `<main><span id=name>Regenerate response</span><button id=b1 aria-labelledby=name>${icon}</button><x-button id=b2 label="Stop generating"></x-button></main>`,
  )
  await page.evaluate(() => {
    document.querySelector('x-button')!.attachShadow({ mode: 'open' }).innerHTML = '<button>o</button>'
  })
  await page.click('#b1')
  await page.click('#b2 >> button')
  expect(await kinds()).toEqual(['regenerate', 'stop'])
})

test('regenerate beside the composer is not said to stand where it stands: its answer may be gone', async () => {
  await show(`<main><div id=log><div><p class=message>An answer</p></div></div>
    <form onsubmit="return false"><textarea></textarea><button>Send</button><button type=button id=again>Regenerate</button></form></main>`)
  await page.fill('textarea', 'Hi')
  await page.press('textarea', 'Enter')
  await page.fill('textarea', '')
  await page.click('#again')
  expect((await gestures()).at(-1)).toMatchObject({ kind: 'regenerate', sure: true, place: 'composer', id: undefined })
})

test('what is sent from a field that opened among the messages is an edit, by whatever button', async () => {
  await show(`<main><div id=log><div class=user>Hi<div id=editor hidden><textarea id=inner></textarea><button id=ok>Confirm</button></div></div>
    <div class=message>An answer</div></div><form onsubmit="return false"><textarea id=outer></textarea></form></main>`)
  await page.fill('#outer', 'Hi')
  await page.press('#outer', 'Enter')
  await page.evaluate(() => (document.querySelector<HTMLElement>('#editor')!.hidden = false))
  await page.fill('#inner', 'Hi there')
  await page.click('#ok')
  // What comes within 50 ms is the same send.
  await page.evaluate(() => kit.wait(100))
  await page.press('#inner', 'Enter')
  expect(await gestures()).toMatchObject([
    { kind: 'submit', place: 'composer', prompt: 'Hi' },
    { kind: 'edit', place: 'answer', prompt: 'Hi there' },
    { kind: 'edit', place: 'answer', prompt: 'Hi there' },
  ])
})

test('Escape may be a stop, and is not sure', async () => {
  await page.press('textarea', 'Escape')
  expect(await gestures()).toMatchObject([{ kind: 'stop', sure: false }])
})

test('a composer is known again by its markup, and not by what was written in it', async () => {
  const composerOf = async (html: string, text: string) => {
    await show(`<main><form onsubmit="return false">${html}</form></main>`)
    await page.click('.q')
    await page.keyboard.type(text)
    await page.keyboard.press('Enter')
    return (await gestures()).at(-1).composer as string
  }
  const one = await composerOf('<textarea class=q id=input-17 placeholder="Ask me"></textarea>', 'first words')
  const again = await composerOf('<textarea class=q id=input-18 placeholder="Ask me"></textarea>', 'other words')
  const other = await composerOf('<textarea class=q id=input-18 placeholder="Your comment"></textarea>', 'first words')
  expect(one).toBe(again)
  expect(other).not.toBe(one)
  expect(one).not.toContain('words')
})

test('a page that clears its composer when the server has answered is seen to', async () => {
  await page.fill('textarea', 'Hi')
  await page.press('textarea', 'Enter')
  const emptied = () => page.evaluate(() => (globalThis as any).emptied)
  await page.evaluate(() => kit.wait(300))
  expect(await emptied()).toBe(0)
  await page.evaluate(() => {
    setTimeout(() => (document.querySelector('textarea')!.value = ''), 800)
  })
  await expect.poll(emptied, { timeout: 4000 }).toBe(1)
})

// It was sure in a composer that the page had named, and opened a turn for a new line.
test('Enter in a named composer is sure once that has emptied', async () => {
  await page.evaluate(() => {
    const global = globalThis as any
    global.actions.stop()
    global.gestures = []
    const port = {
      gesture: ({ kind, sure, prompt }: any) => global.gestures.push({ kind, sure, prompt }),
      composerEmptied() {},
    }
    kit.watchActions({ port, clock: kit.clock, guard: kit.guard, on() {}, ui: { input: 'textarea' } })
    // Its Enter is the textarea's own.
    document.querySelector('form')!.innerHTML = '<textarea></textarea>'
  })
  await page.fill('textarea', 'one')
  await page.press('textarea', 'Enter')
  await page.evaluate(() => kit.wait(200))
  expect(await gestures()).toEqual([{ kind: 'submit', sure: false, prompt: 'one' }])
  await page.evaluate(() => {
    document.querySelector('textarea')!.addEventListener('keydown', (event) => {
      event.preventDefault()
      ;(event.target as HTMLTextAreaElement).value = ''
    })
  })
  await page.press('textarea', 'Enter')
  await expect.poll(async () => (await gestures()).at(-1)).toEqual({ kind: 'submit', sure: true, prompt: 'one' })
})

test.each([
  [
    'ProseMirror',
    '<div class="ProseMirror q" contenteditable=true><p data-placeholder="Ask" class="is-empty"><br></p></div>',
    '',
  ],
  [
    'Lexical',
    '<div><div class=q contenteditable=true role=textbox data-lexical-editor=true><p><br></p></div><div class=placeholder>Ask</div></div>',
    '',
  ],
  [
    'Slate',
    '<div class=q data-slate-editor=true role=textbox contenteditable=true><p><span data-slate-placeholder=true contenteditable=false style="position:absolute">Ask</span><span data-slate-zero-width=n>\u200b<br></span></p></div>',
    'p',
  ],
  [
    'CodeMirror',
    '<div class=cm-editor><div class="cm-content q" role=textbox contenteditable=true><div class=cm-line><span class=cm-placeholder contenteditable=false>Ask</span></div></div></div>',
    '.cm-line',
  ],
])(
  '%s: what it shows in an empty composer is no prompt, what is typed is, and it is seen to empty',
  async (_, html, clear) => {
    await show(html)
    await page.click('.q')
    await page.keyboard.press('Enter')
    expect(await gestures()).toEqual([])
    await show(html)
    await page.evaluate((clear) => {
      const field = document.querySelector<HTMLElement>('.q')!
      const part = clear ? field.querySelector(clear)! : field
      field.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter') return
        event.preventDefault()
        setTimeout(() => (part.innerHTML = (globalThis as any).empty), 30)
      })
      ;(globalThis as any).empty = part.innerHTML
      if (clear) part.innerHTML = '<br>'
      field.focus()
    }, clear)
    await page.keyboard.type('Hello')
    await page.keyboard.press('Enter')
    expect(await gestures()).toMatchObject([{ kind: 'submit', prompt: 'Hello' }])
    await expect.poll(() => page.evaluate(() => (globalThis as any).emptied)).toBe(1)
  },
)

test('what is typed into a field that searches is never sent', async () => {
  await show(
    `<form role=search onsubmit="return false"><input id=a><button>Go</button></form><input id=b type=search><input id=c role=searchbox>`,
  )
  for (const id of ['a', 'b', 'c']) {
    await page.fill('#' + id, 'shoes')
    await page.press('#' + id, 'Enter')
  }
  expect(await kinds()).not.toContain('submit')
})
