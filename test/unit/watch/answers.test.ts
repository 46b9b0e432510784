import { beforeEach, expect, test } from 'vitest'
import { createAnswers, messageIds } from '../../../src/watch/answers.ts'
import type { Answers } from '../../../src/watch/answers.ts'

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
