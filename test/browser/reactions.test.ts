/** What users do with an answer once it is there: rated, seen to be rateable, copied, come back to, left for a person; also days later. */
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium } from '../support/browser.ts'
import { startChatSite } from '../support/chat-server.ts'
import type { ChatSite } from '../support/chat-server.ts'
import { startCollector } from '../support/collector.ts'
import type { Collector, ReceivedSpan } from '../support/collector.ts'

let browser: Browser
let collector: Collector
let site: ChatSite

/**
 * A chat with messages of their own ids, kept for a reload as applications keep theirs; under each answer a bar with
 * `bar`. Toggles say so by aria-pressed, as accessible ones do.
 */
const chatSite = (bar: string, options = '', style = '') => `<!doctype html>
<html><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>chat</title>
<style>body { margin: 0 } #log { height: 300px; overflow: auto } .answer { white-space: pre-wrap } ${style}</style>
<script src="/chat-vitals.global.js" data-endpoint="${collector.url}" data-service="reactions" ${options}></script></head><body>
<main id="log"></main><form id="form"><textarea id="prompt"></textarea><button>Send</button></form>
<button id="human" onclick="chatVitals.signal('handoff')">Person</button>
<script>
  const log = document.querySelector('#log'), form = document.querySelector('#form'), box = document.querySelector('#prompt')
  const kept = JSON.parse(localStorage.messages ?? '[]')
  const message = (role, id, html) => {
    const element = document.createElement('article')
    element.className = role
    element.dataset.messageId = id
    element.innerHTML = '<div class="' + (role === 'user' ? 'bubble' : 'answer') + '"></div>'
    element.firstChild.innerHTML = html
    log.append(element)
    return element
  }
  const done = (element) => {
    element.insertAdjacentHTML('beforeend', '<footer>' + ${JSON.stringify(bar)} + '</footer>')
    element.dataset.done = ''
    log.scrollTop = log.scrollHeight
  }
  log.addEventListener('click', ({ target }) => {
    if (target.hasAttribute('aria-pressed')) target.setAttribute('aria-pressed', target.getAttribute('aria-pressed') !== 'true')
  })
  for (const { role, id, html } of kept) {
    const element = message(role, id, html)
    if (role === 'assistant') done(element)
  }
  box.addEventListener('keydown', (e) => { if (e.key === 'Enter') { e.preventDefault(); form.requestSubmit() } })
  form.addEventListener('submit', async (e) => {
    e.preventDefault()
    const prompt = box.value
    box.value = ''
    message('user', 'u' + kept.length, prompt)
    kept.push({ role: 'user', id: 'u' + kept.length, html: prompt })
    const element = message('assistant', 'm' + kept.length, '')
    const response = await fetch('/v1/chat/completions', {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: prompt }] }),
    })
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = '', text = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      const lines = (rest + value).split('\\n')
      rest = lines.pop()
      for (const line of lines) if (line.startsWith('data: {')) text += JSON.parse(line.slice(6)).choices[0]?.delta.content ?? ''
      const html = text.split('|').map((part, i) => i === 1 ? '<pre><code>' + part + '</code></pre>' : '<p>' + part + '</p>').join('')
      element.firstChild.innerHTML = html
      log.scrollTop = log.scrollHeight
    }
    kept.push({ role: 'assistant', id: element.dataset.messageId, html: element.firstChild.innerHTML })
    localStorage.messages = JSON.stringify(kept)
    done(element)
  })
</script></body></html>`

const thumbs = '<button aria-label="Good response" aria-pressed="false">+</button><button title="踩">−</button>'
const more = `${thumbs}<button aria-label="Copy">c</button><button aria-label="Share">s</button>`
const said = `<button class="own" onclick="chatVitals.feedback('down', { message: this, tags: ['slow'] })">Bad response</button>`

beforeAll(async () => {
  collector = await startCollector()
  site = await startChatSite({
    pages: {
      '/thumbs': { html: chatSite(more) },
      '/below': { html: chatSite(thumbs, '', 'footer { margin-top: 2000px }') },
      '/hover': { html: chatSite(thumbs, '', 'footer { opacity: 0 } article:hover footer { opacity: 1 }') },
      '/api': { html: chatSite(said) },
      '/named': { html: chatSite('<i class="a">a</i><i class="b">b</i>', `data-ui='{"up":".a","down":".b"}'`) },
      // A container with an id of its own, history before its first question, a button of the page at its top.
      '/history': {
        html: chatSite(more)
          .replace(
            '<main id="log">',
            '<header><button id="all" title="Share conversation">s</button></header><main id="log" data-id="chat-7">',
          )
          .replace(
            "JSON.parse(localStorage.messages ?? '[]')",
            `[{ role: 'user', id: 'u-old', html: 'Before' }, { role: 'assistant', id: 'm-old', html: 'An old answer' }]`,
          ),
      },
      '/chips': { html: chatSite('<p>Was this helpful?</p><button>What is it like in June?</button>') },
      '/off': { html: chatSite(more, 'data-signals="false"') },
    },
    words: ['An ', 'answer ', 'of ', 'some ', 'words.', '|let code = 1', '|And ', 'what ', 'follows ', 'it.'],
  })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
  await collector?.close()
})

let console_: string[] = []
let session = ''
let page: Page
beforeEach(() => {
  console_ = []
  return () => page.context().close()
})

const ready = async () => {
  await page.waitForFunction(() => typeof (globalThis as any).chatVitals?.session === 'function')
  session = await page.evaluate(() => (globalThis as any).chatVitals.session().id)
}
async function open(path: string): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 800, height: 600 } })
  page = await context.newPage()
  page.on('console', (message) => console_.push(message.text()))
  page.on('pageerror', (error) => console_.push(`error: ${error.message}`))
  await page.goto(site.url + path)
  await ready()
}
const sent = (name: string) => collector.unique(name).filter(({ attributes }) => attributes['session.id'] === session)
const turns = () => sent('chat.turn').toSorted((a, b) => a.startMs - b.startMs)
const feedbacks = () => sent('chat.feedback')
const signals = (kind: string) =>
  sent('chat.signal').filter(({ attributes }) => attributes['chat_vitals.signal.kind'] === kind)
/** Sends a prompt and waits until its turn has arrived. */
async function ask(): Promise<void> {
  const before = turns().length
  await page.locator('#prompt').click()
  await page.keyboard.type('What is it')
  await page.keyboard.press('Enter')
  await collector.until(() => turns().filter((turn) => turn.attributes['chat_vitals.turn.outcome']).length > before)
}
const aboutTurn = (span: ReceivedSpan, turn: ReceivedSpan) => {
  expect(span.links).toMatchObject([{ traceId: turn.traceId, spanId: turn.spanId }])
  expect(span.links).toHaveLength(1)
  expect(span.traceId).not.toBe(turn.traceId)
  expect(span.parentSpanId ?? '').toBe('')
}

test('a rating control in view for a second is told once, with one link to its turn', async () => {
  await open('/thumbs')
  await ask()
  await collector.until(() => signals('exposed').length > 0)
  await ask()
  await collector.until(() => signals('exposed').length > 1)
  signals('exposed').forEach((signal, i) => aboutTurn(signal, turns()[i]!))
  expect(console_).toEqual([])
})

test('a control that is only below the fold is not told, until it is scrolled to', async () => {
  await open('/below')
  // This page does not follow its answer.
  await page.evaluate(() =>
    Object.defineProperty(document.querySelector('#log'), 'scrollTop', { configurable: true, set() {} }),
  )
  await ask()
  await page.waitForTimeout(2500)
  expect(signals('exposed')).toHaveLength(0)
  await page.locator('#log').hover()
  await page.mouse.wheel(0, 5000)
  await collector.until(() => signals('exposed').length === 1, 30_000)
})

test('a bar that shows only under the pointer is told when it did', async () => {
  await open('/hover')
  await ask()
  await page.waitForTimeout(2500)
  expect(signals('exposed')).toHaveLength(0)
  await page.locator('.answer').hover()
  await collector.until(() => signals('exposed').length === 1, 30_000)
})

test('labelled thumbs are taken without code; pressed again, the rating is taken back under the same id', async () => {
  await open('/thumbs')
  await ask()
  const up = page.getByRole('button', { name: 'Good response' })
  await up.click()
  await collector.until(() => feedbacks().length === 1)
  const [first] = feedbacks()
  expect(first!.attributes).toMatchObject({
    'gen_ai.evaluation.score.label': 'up',
    'chat_vitals.feedback.source': 'control',
  })
  aboutTurn(first!, turns()[0]!)
  await up.click()
  await collector.until(() => feedbacks()[0]!.attributes['gen_ai.evaluation.score.label'] === 'retracted')
  await page.getByTitle('踩').click()
  await collector.until(() => feedbacks()[0]!.attributes['gen_ai.evaluation.score.label'] === 'down')
  expect(feedbacks()).toHaveLength(1)
  expect(feedbacks()[0]!.attributes['chat_vitals.feedback.id']).toBe(first!.attributes['chat_vitals.feedback.id'])
})

test('thumbs without a label need one line: their selectors', async () => {
  await open('/named')
  await ask()
  await page.locator('.b').click()
  await collector.until(() => feedbacks().length === 1 && signals('exposed').length === 1)
  expect(feedbacks()[0]!.attributes['gen_ai.evaluation.score.label']).toBe('down')
})

test('what the page says itself stands: its own thumb is not taken a second time', async () => {
  await open('/api')
  await ask()
  await page.locator('.own').click()
  await page.waitForTimeout(1200)
  await collector.until(() => feedbacks().length === 1)
  expect(feedbacks()[0]!.attributes).toMatchObject({
    'chat_vitals.feedback.source': 'api',
    'chat_vitals.feedback.tags': ['slow'],
  })
})

test('after a reload a rating of an older answer still finds its turn, and beside newer answers too', async () => {
  await open('/api')
  await ask()
  await ask()
  const [first, second] = turns()
  // Contexts are written when the page is idle.
  await expect
    .poll(() =>
      page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            const opening = indexedDB.open('chat-vitals', 1)
            opening.onsuccess = () => {
              const keys = opening.result.transaction('contexts').objectStore('contexts').getAllKeys()
              keys.onsuccess = () => {
                opening.result.close()
                resolve(keys.result.filter((key) => String(key).startsWith('m')).length)
              }
            }
          }),
      ),
    )
    .toBe(2)
  await page.reload()
  await ready()
  await page.locator('.own').first().click()
  await collector.until(() => feedbacks().length === 1)
  aboutTurn(feedbacks()[0]!, first!)
  await ask()
  await page.locator('.own').nth(1).click()
  await collector.until(() => feedbacks().length === 2)
  aboutTurn(feedbacks()[1]!, second!)
  expect(feedbacks()[1]!.attributes['chat_vitals.turn.id']).toBe(second!.attributes['chat_vitals.turn.id'])
  // By message id, and by the trace context that the page has kept.
  await page.evaluate(
    ([traceparent]) => {
      const { feedback } = (globalThis as any).chatVitals
      feedback({ csat: 4 }, { message: 'm1' })
      feedback(2, { traceparent })
    },
    [`00-${second!.traceId}-${second!.spanId}-01`],
  )
  await collector.until(() => feedbacks().length === 4)
  const byName = (name: string) => feedbacks().find(({ attributes }) => attributes['gen_ai.evaluation.name'] === name)!
  aboutTurn(byName('csat'), first!)
  aboutTurn(byName('rating'), second!)
  expect(console_).toEqual([])
})

test('a rating of a message that nobody knows goes out alone, and the right form is said once', async () => {
  await open('/thumbs')
  await ask()
  await page.evaluate(() => {
    const { feedback } = (globalThis as any).chatVitals
    feedback('up', { message: 'no-such-message' })
    feedback('down', { message: 'nor-this-one' })
  })
  await collector.until(() => feedbacks().length === 2)
  for (const { links, attributes } of feedbacks()) {
    expect(links).toEqual([])
    expect(attributes['chat_vitals.turn.id']).toBeUndefined()
  }
  const said = () => console_.filter((line) => line.includes('{ traceparent: turn.traceparent }')).length
  await expect.poll(said).toBe(1)
})

test('a value out of range is one error each, sends nothing and throws nothing', async () => {
  await open('/thumbs')
  await ask()
  await page.evaluate(() => {
    const { feedback, flush } = (globalThis as any).chatVitals
    for (const value of [6, { nps: 11 }, { csat: 0 }, { comment: '' }]) feedback(value)
    feedback({ nps: 10 }, { comment: 7, tags: 'slow' })
    return flush()
  })
  await collector.until(() => feedbacks().length > 0)
  expect(feedbacks()).toHaveLength(1)
  expect(feedbacks()[0]!.attributes['gen_ai.evaluation.name']).toBe('nps')
  expect(console_.filter((line) => line.includes('Nothing was sent'))).toHaveLength(4)
  expect(console_).toHaveLength(4)
})

const select = (selector: string) =>
  page.evaluate((selected) => getSelection()!.selectAllChildren(document.querySelector(selected)!), selector)

test.each([
  ['whole', () => select('.answer')],
  ['part', () => select('.answer p')],
  ['code', () => select('.answer code')],
  ['whole', () => page.getByRole('button', { name: 'Copy' }).click()],
])('a copy tells that it was the %s, once per turn', async (how, act) => {
  await open('/thumbs')
  await ask()
  await act()
  await page.keyboard.press('Control+c')
  await collector.until(() => signals('copy').length === 1)
  await select('.answer p')
  await page.keyboard.press('Control+c')
  await page.evaluate(() => (globalThis as any).chatVitals.flush())
  expect(signals('copy')).toHaveLength(1)
  expect(signals('copy')[0]!.attributes['chat_vitals.signal.copied']).toBe(how)
  aboutTurn(signals('copy')[0]!, turns()[0]!)
})

test('a prompt that is copied is no copy of an answer', async () => {
  await open('/thumbs')
  await ask()
  await ask()
  await page.evaluate(() => getSelection()!.selectAllChildren(document.querySelectorAll('.bubble')[1]!))
  await page.keyboard.press('Control+c')
  await page.getByRole('button', { name: 'Share' }).last().click()
  await collector.until(() => signals('share').length === 1)
  expect(signals('copy')).toHaveLength(0)
  aboutTurn(signals('share')[0]!, turns()[1]!)
})

test('three clicks on a prompt, a caret and a text field copy nothing of an answer', async () => {
  await open('/thumbs')
  await ask()
  // Up to the beginning of the answer, as three clicks select.
  await page.evaluate(() => {
    const range = document.createRange()
    range.setStart(document.querySelector('.bubble')!.firstChild!, 0)
    range.setEnd(document.querySelector('.answer p')!, 0)
    getSelection()!.removeAllRanges()
    getSelection()!.addRange(range)
  })
  await page.keyboard.press('Control+c')
  await page.evaluate(() => getSelection()!.collapse(document.querySelector('.answer p')!.firstChild, 2))
  await page.keyboard.press('Control+c')
  await select('.answer p')
  await page.evaluate(() => {
    const field = document.createElement('textarea')
    document.querySelector('.answer')!.append(field)
    field.value = 'mine'
    field.focus()
    field.select()
    document.execCommand('copy')
    field.remove()
  })
  await page.evaluate(() => (globalThis as any).chatVitals.flush())
  expect(signals('copy')).toHaveLength(0)
  // Of what goes beyond the answer only its part counts.
  await page.evaluate(() => {
    const range = document.createRange()
    range.setStart(document.querySelector('.bubble')!.firstChild!, 0)
    range.setEnd(document.querySelector('.answer p')!.firstChild!, 5)
    getSelection()!.removeAllRanges()
    getSelection()!.addRange(range)
  })
  await page.keyboard.press('Control+c')
  await collector.until(() => signals('copy').length === 1)
  expect(signals('copy')[0]!.attributes['chat_vitals.signal.copied']).toBe('part')
})

// The nearest node to all that is marked is the shadow root itself, which has no parent.
test('a copy inside a web component of the answer is told', async () => {
  await open('/thumbs')
  await ask()
  await page.evaluate(() => {
    const host = document.createElement('x-note')
    const root = host.attachShadow({ mode: 'open' })
    root.innerHTML = '<p id="one">An</p><p id="two">answer</p>'
    document.querySelector('.answer')!.append(host)
  })
  await page.locator('#one').scrollIntoViewIfNeeded()
  const from = (await page.locator('#one').boundingBox())!
  const to = (await page.locator('#two').boundingBox())!
  await page.mouse.move(from.x + 1, from.y + from.height / 2)
  await page.mouse.down()
  await page.mouse.move(to.x + 30, to.y + to.height / 2, { steps: 5 })
  await page.mouse.up()
  await page.keyboard.press('Control+c')
  await collector.until(() => signals('copy').length === 1)
  aboutTurn(signals('copy')[0]!, turns()[0]!)
})

test('a thumb on an old message, and sharing the whole conversation, are not the first turn’s', async () => {
  await open('/history')
  await ask()
  await page.waitForTimeout(1500)
  await page.locator('#all').click()
  await page.locator('[data-message-id=m-old]').getByRole('button', { name: 'Good response' }).click()
  await page.locator('[data-message-id=m-old]').getByRole('button', { name: 'Share' }).click()
  await page.waitForTimeout(800)
  await page.evaluate(() => (globalThis as any).chatVitals.flush())
  expect(feedbacks()).toEqual([])
  await page.locator('[data-done]').last().getByRole('button', { name: 'Good response' }).click()
  await collector.until(() => feedbacks().length > 0)
  aboutTurn(feedbacks()[0]!, turns()[0]!)
  expect(signals('share')).toEqual([])
})

// A page passed a message from its history, and the feedback went to the nearest answer.
test('feedback on an element of a message that nobody knows goes out alone, and debug says so', async () => {
  await open('/history')
  await ask()
  await page.evaluate(() => {
    const { feedback } = (globalThis as any).chatVitals
    feedback('down', { message: document.querySelector('[data-message-id=m-old] .answer') })
    feedback(3, { message: document.querySelector('#all') })
    feedback({ csat: 5 }, { message: document.createElement('p') })
    feedback({ nps: 9 }, { message: document.querySelector('#log article:last-child') })
  })
  await collector.until(() => feedbacks().length === 4)
  const linked = feedbacks().filter(({ links }) => links.length)
  expect(linked.map(({ attributes }) => attributes['gen_ai.evaluation.name'])).toEqual(['nps'])
  aboutTurn(linked[0]!, turns()[0]!)
  // The sentence comes with a part of its own.
  const said = () => console_.filter((line) => line.includes('feedback goes out without a turn'))
  await expect.poll(said).toHaveLength(1)
})

test('sharing the whole conversation below its only answer is not sharing that answer', async () => {
  await open('/thumbs')
  await ask()
  await page.evaluate(() =>
    document.querySelector('#log')!.insertAdjacentHTML('afterend', '<button id="all" aria-label="Share">s</button>'),
  )
  await page.locator('#all').click()
  await page.evaluate(() => (globalThis as any).chatVitals.flush())
  expect(signals('share')).toEqual([])
  await page.locator('footer').getByRole('button', { name: 'Share' }).click()
  await collector.until(() => signals('share').length === 1)
  aboutTurn(signals('share')[0]!, turns()[0]!)
})

test('a question and a chip that hold a word of praise neither rate nor count as a control seen', async () => {
  await open('/chips')
  await ask()
  await page.getByText('Was this helpful?').click()
  await page.getByText('What is it like').click()
  await page.waitForTimeout(2500)
  await page.evaluate(() => (globalThis as any).chatVitals.flush())
  expect(feedbacks()).toEqual([])
  expect(signals('exposed')).toEqual([])
})

test('a thumb right before the page is left arrives; one before consent is taken back does not', async () => {
  await open('/thumbs')
  await ask()
  await page.getByRole('button', { name: 'Good response' }).click()
  await page.goto('about:blank')
  await collector.until(() => feedbacks().length === 1)
  expect(feedbacks()[0]!.attributes['chat_vitals.feedback.source']).toBe('control')

  await page.context().close()
  await open('/thumbs')
  await ask()
  await page.getByRole('button', { name: 'Good response' }).click()
  await page.evaluate(() => (globalThis as any).chatVitals.consent('denied'))
  await page.waitForTimeout(700)
  await page.evaluate(() => (globalThis as any).chatVitals.consent('granted'))
  await page.waitForTimeout(700)
  expect(feedbacks()).toEqual([])
})

test('staying with an answer is told in seconds when the next prompt is sent', async () => {
  await open('/thumbs')
  await ask()
  await page.waitForTimeout(1500)
  await ask()
  await collector.until(() => signals('dwell').length === 1)
  aboutTurn(signals('dwell')[0]!, turns()[0]!)
  const value = Number(signals('dwell')[0]!.attributes['chat_vitals.signal.value'])
  const [first, second] = turns()
  const between = (second!.startMs - first!.endMs) / 1000
  expect(value).toBeGreaterThan(1.5)
  expect(value).toBeLessThan(between + 0.5)
})

test('an answer whose beginning comes back into view was scrolled back to', async () => {
  await open('/thumbs')
  await ask()
  for (let i = 0; i < 3; i++) await ask()
  await page.waitForTimeout(1200)
  expect(signals('scroll_back')).toHaveLength(0)
  await page.locator('#log').hover()
  await page.mouse.wheel(0, -3000)
  const ofFirst = () => signals('scroll_back').filter(({ links }) => links[0]?.spanId === turns()[0]!.spanId)
  await collector.until(() => ofFirst().length > 0)
  aboutTurn(ofFirst()[0]!, turns()[0]!)
})

test('a hand-off is about the last turn, and told even where none is known', async () => {
  await open('/thumbs')
  await page.locator('#human').click()
  await collector.until(() => signals('handoff').length === 1)
  expect(signals('handoff')[0]!.links).toEqual([])
  await ask()
  await page.locator('#human').click()
  await page.locator('#human').click()
  await collector.until(() => signals('handoff').length === 2)
  aboutTurn(
    signals('handoff').find(({ links }) => links.length)!,
    turns()[0]!,
  )
})

// Their ids were random: a backend that removes duplicates counted each page's telling.
test('a signal told again after a reload is no further span, and each hand-off without a turn is one', async () => {
  await open('/thumbs')
  for (let i = 0; i < 2; i++) {
    await page.locator('#human').click({ clickCount: 2, delay: 20 })
    await page.waitForTimeout(1100)
  }
  await ask()
  await page.getByRole('button', { name: 'Share' }).click()
  await collector.until(() => signals('share').length === 1 && signals('handoff').length === 2)
  const [{ attributes }] = signals('share') as [ReceivedSpan]
  await page.evaluate(() => (globalThis as any).chatVitals.flush())
  await page.reload()
  await ready()
  const copies = () => collector.spans.filter(({ spanId }) => spanId === signals('share')[0]!.spanId).length
  const before = copies()
  await page.evaluate(() => (globalThis as any).chatVitals.signal('share', { message: 'm1' }))
  await collector.until(() => copies() > before)
  expect(signals('share')).toHaveLength(1)
  expect(signals('share')[0]!.attributes['chat_vitals.page.id']).toBe(attributes['chat_vitals.page.id'])
  expect(console_).toEqual([])
})

test('with signals off nothing of this is told, and what the page says still is', async () => {
  await open('/off')
  await ask()
  await page.getByRole('button', { name: 'Good response' }).click()
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.locator('#human').click()
  await page.waitForTimeout(1500)
  await page.evaluate(() => (globalThis as any).chatVitals.feedback('up'))
  await collector.until(() => feedbacks().length === 1)
  expect(sent('chat.signal')).toEqual([])
  expect(feedbacks()[0]!.attributes['chat_vitals.feedback.source']).toBe('api')
})
