/** What a click reads of the control it was on and of those around it. */
import { expect, test } from 'vitest'
import { sayingsOf } from '../../../src/input/sayings.ts'

test('a control says its label, title, test ids and short text', () => {
  const button = document.createElement('button')
  button.setAttribute('aria-label', 'Stop')
  button.title = 'Stop it'
  button.dataset.testid = 'stop-button'
  button.textContent = ' Stop now '
  expect(sayingsOf(button)).toEqual(['Stop', 'Stop it', 'stop-button', '', 'Stop now'])
})

// Each click read the whole conversation, up to four times: it may be one of the controls around it.
test('of a whole conversation no more is read than a label is long', () => {
  const log = document.createElement('div')
  let read = 0
  for (let i = 0; i < 1000; i++) {
    const text = document.createTextNode('word ')
    Object.defineProperty(text, 'data', { get: () => (read++, 'word ') })
    // Some in paragraphs of their own, some side by side.
    if (i % 2) log.append(text)
    else log.appendChild(document.createElement('p')).append(text)
  }
  expect(sayingsOf(log).at(-1)).toBe('')
  expect(read).toBeLessThan(20)
})
