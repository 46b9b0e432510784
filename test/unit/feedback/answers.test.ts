import { beforeEach, expect, test } from 'vitest'
import { createAnswers, messageIds } from '../../../src/feedback/answers.ts'
import type { Answers } from '../../../src/feedback/answers.ts'

const ref = (turnId: string) => ({ turnId, traceId: turnId, spanId: turnId })
const message = (role: string, id: string) =>
  `<article class="${role}" data-message-id="${id}"><div class="text">Words</div><footer><button>x</button></footer></article>`
const $ = (selector: string) => document.querySelector(selector)!
let answers: Answers

// A message of an earlier page view, and two turns of this one.
beforeEach(() => {
  document.body.innerHTML = `<main data-id="chat-7">${message('assistant', 'm0')}${message('user', 'u1')}${message('assistant', 'm1')}${message('user', 'u2')}${message('assistant', 'm2')}</main>`
  answers = createAnswers()
  answers.add($('[data-message-id=m1] .text'), ref('t1'))
  answers.add($('[data-message-id=m2] .text'), ref('t2'))
})

test('a button under an answer is surely about it, and so is the message that holds it', () => {
  expect(answers.near($('[data-message-id=m1] button'))).toMatchObject({ ref: { turnId: 't1' }, sure: true })
  expect(answers.near($('[data-message-id=m2]'))).toMatchObject({ ref: { turnId: 't2' }, sure: true })
})

test('neither an older message nor a prompt is surely about an answer beside it', () => {
  for (const id of ['m0', 'u1', 'u2']) expect(answers.near($(`[data-message-id=${id}] button`))?.sure).toBeFalsy()
})

test('the transcript as a whole is about no answer surely, where it holds several', () => {
  expect(answers.near($('main'))?.sure).toBe(false)
})

test('a message’s ids end where other answers are', () => {
  const answer = $('[data-message-id=m2] .text')
  expect(messageIds(answer)).toEqual(['m2', 'chat-7'])
  expect(messageIds(answer, (scope) => answers.others(scope, answer, 't2'))).toEqual(['m2'])
})

test('what holds several messages names none of them: the id of a list is no message’s', () => {
  // One question after history: no other answer of this page view stands in `chat-7` yet.
  const answer = $('[data-message-id=m1] .text')
  expect(messageIds(answer, () => false)).toEqual(['m1'])
  for (const message of document.querySelectorAll('article')) message.removeAttribute('data-message-id')
  expect(messageIds(answer, () => false)).toEqual([])
})

test('a turn that is open stays one answer, however often it is looked up', () => {
  const [first, second] = [$('[data-message-id=m1] .text'), $('[data-message-id=m2] .text')]
  for (let i = 0; i < 300; i++) answers.add(second, ref('t2'))
  expect(answers.near(first)).toMatchObject({ ref: { turnId: 't1' }, sure: true })
})

// A rating of a message from the history fell to the next answer that was known.
test('a message that nobody knows is not the answer’s beside it, above or below', () => {
  for (const id of ['m0', 'u2']) {
    const near = answers.near($(`[data-message-id=${id}] button`))
    expect([id, near?.sure]).toEqual([id, false])
  }
  // Without ids, by its kind; below the last answer, such as a canned reply.
  document.querySelector('main')!.insertAdjacentHTML('beforeend', message('assistant', 'm9'))
  for (const article of document.querySelectorAll('article')) article.removeAttribute('data-message-id')
  const [first, last] = [$('article:first-child button'), $('article:last-child button')]
  for (const near of [answers.near(first), answers.near(last)]) expect(near?.sure).toBe(false)
})

test('a bar above its answer, and one right below it in a flat list, are its own', () => {
  document.body.innerHTML =
    '<article><header><button>x</button></header><div class="text">Words</div></article>' +
    '<main><p>Ask</p><div>One</div><nav><button>1</button></nav><p>Ask</p><div>Two</div><nav><button>2</button></nav></main>'
  answers.add($('.text'), ref('t3'))
  expect(answers.near($('header button'))).toMatchObject({ ref: { turnId: 't3' }, sure: true })
  const flat = createAnswers()
  document.querySelectorAll('main div').forEach((answer, i) => flat.add(answer, ref(`f${i}`)))
  expect(flat.near($('nav button'))).toMatchObject({ ref: { turnId: 'f0' }, sure: true })
  expect(flat.near($('p:nth-of-type(2)'))).toMatchObject({ sure: false })
})

test('what stands below or above the conversation is in no message with its only answer', () => {
  document.body.innerHTML =
    '<header><button>0</button></header><section><p>Ask</p><article><div class="text">Words</div><nav><button>1</button></nav></article></section><button>2</button>'
  answers.add($('.text'), ref('t4'))
  expect(answers.near($('nav button'))).toMatchObject({ sure: true, together: true })
  expect(answers.near($('body > button'))).toMatchObject({ sure: true, together: false })
  expect(answers.near($('header button'))).toMatchObject({ sure: false, together: false })
})
