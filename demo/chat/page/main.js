/** The chat page: wires the conversations, the composer, the transcript and the model together. */
import { icon } from './icons.js'
import { button, make, messageView } from './message.js'
import { newId, openStore, setting } from './store.js'
import { handedOff, inConversation, sessionAddress, vote, whenLoaded } from './vitals.js'
import { ask, WIRES } from './wire.js'
import { cards, isChinese, speak, tries, word } from './words.js'

/** @typedef {import('./store.js').Conversation} Conversation @typedef {import('./store.js').Message} Message */

const $ = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id))
const { backend = '', modelUrl = '', model = '' } = document.body.dataset
const store = openStore()
const narrow = matchMedia('(max-width: 820px)')
const language = setting('language')
const theme = setting('theme')
const format = setting('format')

/** The conversation on screen; undefined while a new one has no message yet. @type {string | undefined} */
let currentId = location.hash.slice(1) || undefined
/** Answers that stream, by conversation: one goes on while the user reads another. @type {Map<string, { abort: AbortController, message: Message }>} */
const running = new Map()
/** What the transcript shows, by message id. @type {Map<string, ReturnType<typeof messageView>>} */
const views = new Map()
/** Whether the transcript follows the newest text; the reader's scrolling decides. */
let following = true

const current = () => store.get(currentId)
/** @param {string} selector @param {ParentNode} [within] */
const focus = (selector, within = document) =>
  /** @type {HTMLElement | null} */ (within.querySelector(selector))?.focus()

// ---- asking

/** @param {string} text @param {Conversation} [into] */
function send(text, into = current()) {
  let conversation = into
  if (!conversation) {
    conversation = { id: newId(), title: titleOf(text), at: Date.now(), messages: [] }
    store.add(conversation)
    open(conversation.id)
  }
  // A new message interrupts the answer that is still being written.
  halt(conversation.id)
  conversation.messages.push({ id: newId(), role: 'user', text })
  answer(conversation)
}

/** Has the last user message answered. @param {Conversation} conversation */
function answer(conversation) {
  /** @type {Message} */
  const message = { id: newId(), role: 'assistant', text: '' }
  const said = conversation.messages.filter((one) => one.text).map(({ role, text }) => ({ role, text }))
  conversation.messages.push(message)
  store.touch(conversation)
  const abort = new AbortController()
  running.set(conversation.id, { abort, message })
  following = true
  drawTranscript()
  drawList()
  drawComposer()
  tell('answering')
  inConversation(conversation.id)
  void run(conversation, message, said, abort)
}

/** @param {Conversation} conversation @param {Message} message @param {import('./wire.js').Said[]} said @param {AbortController} abort */
async function run(conversation, message, said, abort) {
  const wire = WIRES.find((one) => one.id === $('format').value) ?? WIRES[0]
  /** @type {number | undefined} */
  let thoughtFrom
  try {
    const outcome = await ask({
      wire,
      base: modelUrl,
      model,
      said,
      signal: abort.signal,
      on(heard) {
        if (message.end) return
        if (heard.type === 'tool') {
          message.tools ??= []
          // Cumulative formats name the same call with every chunk.
          if (!message.text && message.tools.at(-1) !== heard.name) message.tools.push(heard.name)
        } else if (heard.type === 'reasoning') {
          thoughtFrom ??= performance.now()
          message.reasoning = (message.reasoning ?? '') + heard.text
        } else {
          const whole = heard.type === 'whole'
          if (whole && heard.reasoning) {
            thoughtFrom ??= performance.now()
            message.reasoning = heard.reasoning
          }
          if (heard.text && !message.text && thoughtFrom) message.thoughtMs = performance.now() - thoughtFrom
          if (whole) message.text = heard.text
          else if (heard.type === 'text') message.text += heard.text
        }
        drawSoon(message)
        store.saveSoon()
      },
    })
    if (message.end) {
      // Stopped in the very moment it ended.
    } else if ('error' in outcome) {
      message.end = 'error'
      const known = { unreachable: 'refusedConnection', broken: 'offline' }[outcome.error]
      message.error = known ? word(known) : outcome.error
    } else {
      message.end = outcome.finish === 'stop' ? (message.text ? 'done' : 'empty') : outcome.finish
    }
  } catch {
    message.end ??= 'stopped'
  }
  if (running.get(conversation.id)?.message === message) running.delete(conversation.id)
  finish(message)
}

/** @param {Message} message */
function finish(message) {
  store.save()
  views.get(message.id)?.draw()
  follow()
  drawComposer()
  drawList()
  if (message.end === 'done') tell('answered')
}

/** Stops what is being written in a conversation. @param {string | undefined} id */
function halt(id) {
  const run = id && running.get(id)
  if (!run) return
  run.message.end = 'stopped'
  running.delete(id)
  run.abort.abort()
}

/** Answers again from a message on. @param {Conversation} conversation @param {number} at Index of the answer to replace. */
function again(conversation, at) {
  halt(conversation.id)
  conversation.messages.splice(at)
  answer(conversation)
}

const titleOf = (/** @type {string} */ text) => {
  const plain = text
    .replace(/(^|\s)\/[a-z0-9]+(\s+\d+)?(?=\s|$)/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return (plain || text.trim()).slice(0, 60)
}

// ---- the transcript

function drawTranscript() {
  const conversation = current()
  const messages = conversation?.messages ?? []
  $('hello').hidden = messages.length > 0
  const wanted = new Set(messages.map((message) => message.id))
  for (const [id, view] of views) {
    if (wanted.has(id)) continue
    view.element.remove()
    views.delete(id)
  }
  for (const message of messages) {
    if (views.has(message.id)) continue
    const view = messageView(message)
    views.set(message.id, view)
    view.draw()
    $('messages').append(view.element)
  }
  document.title = conversation ? `${conversation.title} · Juniper` : 'Juniper Assistant'
  $('title').textContent = conversation?.title ?? word('newChat')
  follow()
}

/** @type {Set<Message>} */
const dirty = new Set()
let frame = 0

/** Draws at the next frame what came since the last one. @param {Message} message */
function drawSoon(message) {
  dirty.add(message)
  frame ||= requestAnimationFrame(() => {
    frame = 0
    for (const one of dirty) views.get(one.id)?.draw()
    dirty.clear()
    follow()
  })
}

function follow() {
  if (following) $('scroll').scrollTop = $('scroll').scrollHeight
}

let lastTop = 0
$('scroll').addEventListener(
  'scroll',
  () => {
    const { scrollTop, scrollHeight, clientHeight } = $('scroll')
    // Only the reader scrolls up; a transcript that grew faster than it was scrolled has not moved.
    if (scrollHeight - scrollTop - clientHeight < 80) following = true
    else if (scrollTop < lastTop) following = false
    lastTop = scrollTop
    $('jump').hidden = following
  },
  { passive: true },
)
new ResizeObserver(follow).observe($('scroll'))

/** @param {Element} from */
function messageOf(from) {
  const element = from.closest('.msg')
  const conversation = current()
  const at = conversation?.messages.findIndex((one) => one.id === /** @type {any} */ (element)?.dataset.messageId) ?? -1
  return conversation && element && at >= 0
    ? { element, conversation, at, message: conversation.messages[at] }
    : undefined
}

/** @param {Element} element @param {Message} message @param {() => void} done */
function editor(element, message, done) {
  const box = /** @type {HTMLTextAreaElement} */ (make('textarea'))
  box.rows = 1
  box.value = message.text
  box.setAttribute('aria-label', word('edit'))
  const save = /** @type {HTMLButtonElement} */ (make('button', 'primary', word('save')))
  save.type = 'submit'
  save.dataset.action = 'edit-send'
  const cancel = /** @type {HTMLButtonElement} */ (make('button', '', word('cancel')))
  cancel.type = 'button'
  const form = make('form', 'editing', box, make('div', '', cancel, save))
  const close = () => {
    form.remove()
    element.classList.remove('is-edited')
    focus('[data-action=edit]', element)
  }
  cancel.onclick = close
  form.onkeydown = (event) => {
    if (event.key === 'Escape') close()
    if (
      event.key === 'Enter' &&
      !event.shiftKey &&
      !event.isComposing &&
      event.keyCode !== 229 &&
      event.target === box
    ) {
      event.preventDefault()
      save.click()
    }
  }
  form.onsubmit = (event) => {
    event.preventDefault()
    const text = box.value.trim()
    if (!text) return
    message.text = text
    close()
    done()
  }
  box.oninput = () => grow(box)
  element.classList.add('is-edited')
  element.prepend(form)
  grow(box)
  box.focus()
}

// ---- the composer

/** @param {HTMLTextAreaElement} box */
function grow(box) {
  box.style.height = 'auto'
  box.style.height = `${Math.min(box.scrollHeight, 220)}px`
}

function drawComposer() {
  const busy = running.has(currentId ?? '')
  const text = $('prompt').value.trim()
  $('stop').hidden = !busy
  $('send').hidden = busy && !text
  $('send').disabled = !text
}

$('prompt').addEventListener('input', () => {
  grow($('prompt'))
  drawComposer()
})
$('prompt').addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
  // 229 and isComposing: the Enter that picks a word in an input method sends nothing.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
  event.preventDefault()
  $('composer').requestSubmit()
})
$('composer').addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault()
  const text = $('prompt').value.trim()
  if (!text) return
  $('prompt').value = ''
  grow($('prompt'))
  send(text)
})

/** @param {string} text */
function write(text) {
  $('prompt').value = text
  grow($('prompt'))
  drawComposer()
  $('prompt').focus()
}

// ---- the Try menu

/** @param {boolean} on */
function tryMenu(on) {
  const menu = $('try-menu')
  const opener = document.querySelector('[data-action=try]')
  if (menu.hidden === !on) return
  menu.hidden = !on
  opener?.setAttribute('aria-expanded', String(on))
  if (!on) return
  menu.replaceChildren(
    ...tries().map(([name = '', prompt = '']) => {
      const item = make('button', '', make('span', '', name), make('code', '', /\/.*$/.exec(prompt)?.[0] ?? ''))
      item.setAttribute('role', 'menuitem')
      item.tabIndex = -1
      item.onclick = () => {
        tryMenu(false)
        write(prompt)
      }
      return item
    }),
  )
  menu.firstElementChild.focus()
}
$('try-menu').addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
  const items = [...$('try-menu').children]
  const at = items.indexOf(document.activeElement)
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key]
  if (next === undefined) return
  event.preventDefault()
  items.at(next % items.length).focus()
})

// ---- the side: conversations

/** @param {string | undefined} id */
function open(id) {
  if (currentId !== id) {
    currentId = id
    history.replaceState(null, '', id ? `#${id}` : location.pathname + location.search)
    for (const view of views.values()) view.element.remove()
    views.clear()
    following = true
  }
  if (id) inConversation(id)
  drawTranscript()
  drawList()
  drawComposer()
  side(false)
}

function drawList() {
  const today = new Date().setHours(0, 0, 0, 0)
  const rows = []
  let group = ''
  for (const conversation of store.all()) {
    const now = conversation.at >= today ? word('today') : word('earlier')
    if (now !== group) {
      group = now
      rows.push(make('li', 'group', group))
    }
    const link = /** @type {HTMLAnchorElement} */ (make('a', '', conversation.title))
    link.href = `#${conversation.id}`
    link.dataset.action = 'open'
    if (conversation.id === currentId) link.setAttribute('aria-current', 'page')
    const row = make('li', running.has(conversation.id) ? 'busy' : '', link)
    row.append(
      button('rename', 'edit', `${word('rename')}: ${conversation.title}`),
      button('remove', 'trash', `${word('remove')}: ${conversation.title}`),
    )
    row.dataset.id = conversation.id
    rows.push(row)
  }
  // A row that is being renamed is not pulled away from under the keyboard.
  if (!$('conversations').querySelector('input')) $('conversations').replaceChildren(...rows)
}

/** @param {HTMLElement} row @param {Conversation} conversation */
function rename(row, conversation) {
  const box = /** @type {HTMLInputElement} */ (make('input'))
  box.value = conversation.title
  box.setAttribute('aria-label', word('rename'))
  const done = (/** @type {boolean} */ keep) => {
    box.onblur = null
    box.remove()
    if (keep && box.value.trim()) conversation.title = box.value.trim().slice(0, 80)
    store.save()
    drawList()
    drawTranscript()
  }
  box.onkeydown = (event) => {
    if (event.isComposing) return
    if (event.key === 'Enter') done(true)
    if (event.key === 'Escape') done(false)
  }
  box.onblur = () => done(true)
  row.replaceChildren(box)
  box.select()
}

/** @param {boolean} on The drawer of narrow screens. */
function side(on) {
  const shown = on || !narrow.matches
  document.body.classList.toggle('side-open', on && narrow.matches)
  $('side').inert = !shown
  document.querySelector('[data-action=open-side]')?.setAttribute('aria-expanded', String(on && narrow.matches))
  if (on && narrow.matches) focus('[data-action=close-side]')
}
narrow.addEventListener('change', () => side(false))

// ---- words, looks, notices

/** Says something to those who listen instead of looking. @param {string} key */
function tell(key) {
  $('say').textContent = word(key)
}

/** @type {number | undefined} */
let toastTimer
/** @param {string} text @param {() => void} [undo] */
function toast(text, undo) {
  clearTimeout(toastTimer)
  const box = $('toast')
  box.replaceChildren(text)
  if (undo) {
    const back = make('button', '', word('undo'))
    back.onclick = () => {
      undo()
      box.hidden = true
    }
    box.append(back)
  }
  box.hidden = false
  toastTimer = setTimeout(() => (box.hidden = true), undo ? 6000 : 2600)
}

/** @param {string} text @param {HTMLElement} from */
async function copy(text, from) {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    return
  }
  const sign = from.querySelector('.i')
  if (!sign) return
  const tick = icon('check')
  sign.replaceWith(tick)
  tell('copied')
  setTimeout(() => tick.replaceWith(sign), 1500)
}

function drawWords() {
  for (const node of document.querySelectorAll('[data-word]')) {
    node.textContent = word(/** @type {HTMLElement} */ (node).dataset.word ?? '')
  }
  for (const node of document.querySelectorAll('[data-word-label]')) {
    node.setAttribute('aria-label', word(/** @type {HTMLElement} */ (node).dataset.wordLabel ?? ''))
    if (node.tagName === 'BUTTON') node.setAttribute('title', node.getAttribute('aria-label') ?? '')
  }
  $('prompt').placeholder = word('prompt')
  $('session').title = word('sessionHint')
  $('cards').replaceChildren(
    ...cards().map(([name = '', line = '', prompt = '']) => {
      const card = make('button', '', make('b', '', name), make('span', '', line))
      card.dataset.action = 'suggest'
      card.onclick = () => send(prompt)
      return card
    }),
  )
  drawTheme()
}

function drawTheme() {
  const dark = document.documentElement.dataset.theme === 'dark'
  $('theme-name').textContent = word(dark ? 'light' : 'dark')
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', dark ? '#151816' : '#fbfaf7')
}

function drawSession() {
  $('session').href = sessionAddress(backend)
}

// ---- one listener for all buttons

/** @type {Record<string, (from: HTMLElement) => void>} */
const actions = {
  'new-chat': () => {
    open(undefined)
    $('prompt').focus()
  },
  'open-side': () => side(true),
  'close-side': () => side(false),
  open: (from) => open(from.closest('li')?.dataset.id),
  rename(from) {
    const row = /** @type {HTMLElement} */ (from.closest('li'))
    const conversation = store.get(row.dataset.id)
    if (conversation) rename(row, conversation)
  },
  remove(from) {
    const conversation = store.get(from.closest('li')?.dataset.id)
    if (!conversation) return
    halt(conversation.id)
    const back = store.remove(conversation)
    if (conversation.id === currentId) open(undefined)
    drawList()
    toast(word('removed'), () => {
      back()
      drawList()
    })
  },
  language() {
    language.set(isChinese() ? 'en' : 'zh')
    speak(isChinese() ? 'en' : 'zh')
    for (const view of views.values()) view.element.remove()
    views.clear()
    drawWords()
    drawTranscript()
    drawList()
  },
  theme() {
    const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark'
    document.documentElement.dataset.theme = next
    theme.set(next)
    drawTheme()
  },
  human() {
    handedOff()
    side(false)
    toast(word('handed'))
  },
  try: () => tryMenu($('try-menu').hidden),
  stop() {
    halt(currentId)
    $('prompt').focus()
  },
  jump() {
    following = true
    follow()
  },
  copy(from) {
    const found = messageOf(from)
    if (found) void copy(found.message.text, from)
  },
  'copy-code': (from) => void copy(from.closest('figure')?.querySelector('code')?.textContent ?? '', from),
  share(from) {
    const found = messageOf(from)
    if (!found) return
    void copy(found.message.text, from)
    toast(word('linkCopied'))
  },
  up: (from) => thumb(from, 'up'),
  down: (from) => thumb(from, 'down'),
  regenerate(from) {
    const found = messageOf(from)
    if (found) again(found.conversation, found.at)
  },
  edit(from) {
    const found = messageOf(from)
    if (!found || found.element.querySelector('form')) return
    const { element, message, conversation, at } = found
    editor(element, message, () => {
      const bubble = element.querySelector('.bubble')
      if (bubble) bubble.textContent = message.text
      if (at === 0) conversation.title = titleOf(message.text)
      again(conversation, at + 1)
    })
  },
}

/** @param {HTMLElement} from @param {'up' | 'down'} value */
function thumb(from, value) {
  const found = messageOf(from)
  if (!found) return
  const { message, element } = found
  // The same thumb again takes the vote back.
  message.vote = message.vote === value ? undefined : value
  vote(message.vote ?? null, element)
  const view = views.get(message.id)
  if (view && 'vote' in view) view.vote()
  store.save()
  if (message.vote) toast(word('thanks'))
}

document.addEventListener('click', (event) => {
  const from = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[data-action]'))
  if (!(/** @type {Element} */ (event.target).closest('.try'))) tryMenu(false)
  const action = actions[from?.dataset.action ?? '']
  // The second half of a double click on Send would stop what the first has begun: Stop stands in its place.
  if (!from || !action || (from.dataset.action === 'stop' && event.detail > 1)) return
  if (from.tagName === 'A') event.preventDefault()
  action(from)
})
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  if (!$('try-menu').hidden) {
    tryMenu(false)
    focus('[data-action=try]')
  } else if (document.body.classList.contains('side-open')) {
    side(false)
    focus('[data-action=open-side]')
  }
})
addEventListener('hashchange', () => open(location.hash.slice(1) || undefined))

// ---- start

speak(language.get() ?? navigator.language)
for (const holder of document.querySelectorAll('[data-icon]')) {
  holder.prepend(icon(/** @type {any} */ (/** @type {HTMLElement} */ (holder).dataset.icon)))
}
$('format').replaceChildren(...WIRES.map((wire) => new Option(wire.name, wire.id)))
const asked = new URLSearchParams(location.search).get('format') ?? format.get()
if (WIRES.some((wire) => wire.id === asked)) $('format').value = asked
$('format').addEventListener('change', () => format.set($('format').value))
$('session').addEventListener('pointerdown', drawSession)
$('session').addEventListener('focus', drawSession)
if (!current()) currentId = undefined
drawWords()
open(currentId)
whenLoaded(() => {
  drawSession()
  if (currentId) inConversation(currentId)
})
if (!narrow.matches) $('prompt').focus()
