/** One message on screen: what it shows in each of its states. What its buttons do is decided elsewhere. */
import { icon } from './icons.js'
import { markdownInto } from './markdown.js'
import { word } from './words.js'

/** @param {string} tag @param {string} [className] @param {(string | Node)[]} children */
export function make(tag, className = '', ...children) {
  const node = document.createElement(tag)
  if (className) node.className = className
  node.append(...children)
  return node
}

/** @param {string} action @param {any} name @param {string} label */
export function button(action, name, label) {
  const node = /** @type {HTMLButtonElement} */ (make('button', 'act', icon(name)))
  node.type = 'button'
  node.dataset.action = action
  node.setAttribute('aria-label', label)
  node.title = label
  return node
}

/** @param {import('./store.js').Message} message */
export function messageView(message) {
  return message.role === 'user' ? userView(message) : answerView(message)
}

/** @param {import('./store.js').Message} message */
function userView(message) {
  const element = make('article', 'msg user')
  element.dataset.messageId = message.id
  element.dataset.role = 'user'
  element.setAttribute('aria-label', word('you'))
  const bubble = make('div', 'bubble', message.text)
  const acts = make('div', 'acts', button('edit', 'edit', word('edit')), button('copy', 'copy', word('copy')))
  element.append(bubble, acts)
  return { element, draw() {} }
}

/** @param {import('./store.js').Message} message */
function answerView(message) {
  const element = make('article', 'msg assistant')
  element.dataset.messageId = message.id
  element.dataset.role = 'assistant'
  element.setAttribute('aria-label', word('assistant'))

  const thought = /** @type {HTMLDetailsElement} */ (make('details', 'thought'))
  const label = make('span')
  const inner = make('div', 'thought-text')
  const thoughtText = document.createTextNode('')
  inner.append(thoughtText)
  thought.append(make('summary', '', icon('chevron'), label), inner)
  const tools = make('div', 'tools-used')
  const answer = make('div', 'answer')
  const dots = make('div', 'dots', make('i'), make('i'), make('i'))
  dots.setAttribute('aria-hidden', 'true')
  const write = markdownInto(answer)

  const up = button('up', 'thumbUp', word('good'))
  const down = button('down', 'thumbDown', word('bad'))
  const acts = make(
    'div',
    'acts',
    button('copy', 'copy', word('copy')),
    up,
    down,
    button('regenerate', 'again', word('regenerate')),
    button('share', 'share', word('share')),
  )
  let opened = false

  function draw() {
    const { text, reasoning = '', tools: used = [], end } = message
    const streaming = !end
    element.classList.toggle('streaming', streaming)
    element.setAttribute('aria-busy', String(streaming))

    const thinking = streaming && !text
    if (reasoning && !thought.isConnected) element.prepend(thought)
    if (reasoning) {
      // Open while it thinks, closed when the answer begins; afterwards the reader's choice stands.
      if (thinking && !opened) thought.open = opened = true
      if (!thinking && opened) {
        thought.open = false
        opened = false
      }
      const now = thinking ? word('thinking') : word('thought', { s: ((message.thoughtMs ?? 0) / 1000).toFixed(1) })
      if (label.textContent !== now) label.textContent = now
      thought.classList.toggle('busy', thinking)
      if (reasoning.startsWith(thoughtText.data)) thoughtText.appendData(reasoning.slice(thoughtText.data.length))
      else thoughtText.data = reasoning
    }

    if (used.length && !tools.isConnected) element.append(tools)
    for (const [at, name] of used.entries()) {
      const busy = thinking && at === used.length - 1
      const line = tools.children[at] ?? tools.appendChild(make('div', 'tool', icon('tool'), make('span')))
      const known = word(`tool${busy ? '' : 'Done'}_${name}`) || word(busy ? 'tool' : 'toolDone', { name })
      const words = /** @type {Element} */ (line.lastElementChild)
      if (words.textContent !== known) words.textContent = known
      line.classList.toggle('busy', busy)
    }

    if (text) {
      if (!answer.isConnected) element.append(answer)
      write(text, !streaming)
    }
    if (thinking) element.append(dots)
    else dots.remove()

    if (!streaming) settle()
  }

  function settle() {
    element.querySelector('.ending')?.remove()
    acts.remove()
    const { end, error, text } = message
    if (end === 'error') {
      const retry = make('button', 'retry', icon('again'), word('retry'))
      retry.dataset.action = 'regenerate'
      const box = make(
        'div',
        'ending failed',
        icon('alert'),
        make('div', '', make('b', '', word('failed')), make('p', '', error ?? '')),
        retry,
      )
      box.setAttribute('role', 'alert')
      element.append(box)
    } else {
      const note = { stopped: 'stopped', cut: 'cut', length: 'lengthEnd', empty: 'emptyEnd' }[end ?? '']
      if (note) element.append(make('p', 'ending', word(note)))
    }
    acts.classList.toggle('bare', !text)
    if (end !== 'error' || text) element.append(acts)
    vote()
  }

  function vote() {
    up.setAttribute('aria-pressed', String(message.vote === 'up'))
    down.setAttribute('aria-pressed', String(message.vote === 'down'))
  }

  return { element, draw, vote }
}
