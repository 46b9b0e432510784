/** What a click reads of the control it was on and of those around it. */
import { expect, test } from 'vitest'
import { hintsOf, namesOf } from '../../../src/input/sayings.ts'

test('a control says its label, title and short text, and what its author called it', () => {
  const button = document.createElement('button')
  button.setAttribute('aria-label', 'Stop')
  button.title = 'Stop it'
  button.dataset.testid = 'stop-button'
  button.className = 'round'
  button.textContent = ' Stop now '
  expect(namesOf(button)).toEqual(['Stop', 'Stop it', 'Stop now'])
  expect(hintsOf(button)).toEqual(['stop-button', '', '', '', '', 'round'])
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
  expect(namesOf(log)).toEqual([])
  expect(read).toBeLessThan(20)
})
