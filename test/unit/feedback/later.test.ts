/** Messages whose ids come, or change, after their turns, and messages that are made anew. */
import { expect, test } from 'vitest'
import type { TurnRef } from '../../../src/turn/record.ts'
import { openPage, refTo } from './page.ts'

const moment = () => new Promise((done) => setTimeout(done))
function open() {
  const contexts = new Map<string, TurnRef>()
  const page = openPage({ contexts, signals: false })
  const stop = page.reactions.watch()!
  return { contexts, page, stop, list: document.querySelector('main')! }
}

// Bound was what stood there when the turn settled: after a reload, a thumb named an id that nobody knew.
test('an id that changes after the turn is its turn’s, as the one before is', async () => {
  const { contexts, page, list } = open()
  page.answer('t1', 'tmp-1')
  page.answer('t2', 'tmp-2')
  ;(list.children[0] as HTMLElement).dataset.messageId = 'db-1'
  ;(list.children[1] as HTMLElement).dataset.messageId = 'db-2'
  await moment()
  expect([contexts.get('tmp-1'), contexts.get('db-1'), contexts.get('db-2')]).toEqual([
    refTo('t1'),
    refTo('t1'),
    refTo('t2'),
  ])
})

test('an id that comes from nothing is the message’s, and not that of the conversation around it', async () => {
  const { contexts, page, list } = open()
  list.innerHTML = '<p>When is the last ferry?</p>'
  const { element } = page.answer('t1', '')
  list.id = 'conversation-7'
  await moment()
  expect(contexts.has('conversation-7')).toBe(false)
  element.parentElement!.id = 'message-7'
  await moment()
  expect(contexts.get('message-7')).toEqual(refTo('t1'))
})

test('a message that the page makes anew under another id is known by its text, another is not', async () => {
  const { contexts, page, list } = open()
  page.answer('t1', 'tmp-1')
  page.answer('t2', 'tmp-2')
  const made = (index: number, id: string, words?: string) => {
    const copy = list.children[index]!.cloneNode(true) as HTMLElement
    copy.dataset.messageId = id
    if (words) copy.firstElementChild!.textContent = words
    list.children[index]!.replaceWith(copy)
    return copy
  }
  const second = made(1, 'db-2')
  await moment()
  made(0, 'other', 'What was never answered')
  await moment()
  expect(contexts.get('db-2')).toEqual(refTo('t2'))
  expect(contexts.has('other')).toBe(false)
  // It is followed on, and a thumb in it finds its turn.
  second.dataset.messageId = 'db-3'
  await moment()
  expect(contexts.get('db-3')).toEqual(refTo('t2'))
  expect(page.reactions.answer(second.querySelector('button')!)).toBe(second.firstElementChild)
})

test('of twenty-one answers the oldest is given up, and after stop all are', async () => {
  const { contexts, page, list, stop } = open()
  for (let i = 0; i < 21; i++) page.answer(`t${i}`, `tmp-${i}`)
  const rename = (index: number, id: string) => ((list.children[index] as HTMLElement).dataset.messageId = id)
  rename(0, 'late-0')
  rename(1, 'late-1')
  await moment()
  expect([contexts.has('late-0'), contexts.has('late-1')]).toEqual([false, true])
  stop()
  rename(1, 'later-1')
  await moment()
  expect(contexts.has('later-1')).toBe(false)
})
