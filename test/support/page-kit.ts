/**
 * What pages under test share, as the text of a script: bubbles, a composer that empties, readers of streams, six ways
 * to paint an answer, and an observer of the page's own. Page code; it knows nothing of the library.
 */

/** Runs as a classic script in the page. */
export const PAGE_KIT = String.raw`
const $ = (selector) => document.querySelector(selector)
const log = $('#log'), box = $('#box')
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))
const bubble = (who, text = '', into = log) => {
  const one = document.createElement('div'), words = document.createElement('p')
  one.className = who
  words.textContent = text
  one.append(words)
  into.append(one)
  return words
}
/** Enter in the composer: it empties, the words stand in a bubble, and 'then' is asked. */
const onSend = (then, input = box) => input.addEventListener('keydown', (event) => {
  if (event.key != 'Enter' || event.shiftKey || event.isComposing || event.keyCode == 229) return
  event.preventDefault()
  const text = input.value
  if (!text.trim()) return
  input.value = ''
  if (log) bubble('user', text)
  then(text)
})
const post = (url, body, more) => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), ...more })
const chatBody = (text) => ({ model: 'm', stream: true, messages: [{ role: 'user', content: text }] })
/** The decoded text of a body, as it comes. */
async function* decoded(response) {
  const reader = response.body.getReader(), decoder = new TextDecoder()
  for (;;) { const { done, value } = await reader.read(); if (done) return; yield decoder.decode(value, { stream: true }) }
}
/** The data of each server-sent event. */
async function* events(response) {
  let rest = ''
  for await (const more of decoded(response)) {
    rest += more
    for (let at; (at = rest.indexOf('\n\n')) >= 0;) {
      const data = rest.slice(0, at).split('\n').filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart())
      rest = rest.slice(at + 2)
      if (data.length) yield data.join('\n')
    }
  }
}
/** Reads a body of which the page knows what stands in it: [end byte, text, thought] of each piece. */
async function follow(response, script, show) {
  const left = [...script], reader = response.body.getReader()
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    bytes += value.length
    while (left.length && left[0][0] <= bytes) show(left.shift())
  }
}
/** Answer text and thoughts as they come; thoughts in a details before the text. */
const answering = (into = log, way = 'append') => {
  const words = bubble('assistant', '', into)
  words.dataset.answer = ''
  const paint = PAINT[way](words)
  let thoughts
  const show = ([, text, thought]) => {
    if (thought) {
      if (!thoughts) { const box = document.createElement('details'); box.open = true; box.innerHTML = '<summary>Thinking…</summary><p></p>'; words.before(box); thoughts = box.lastChild }
      thoughts.append(thought)
    }
    if (text) paint(text)
  }
  show.words = words
  return show
}
/**
 * The page's own witness: when text in [data-answer] grew on screen (a task after the frame that showed it), and the
 * gesture before it. Times on the page's clock.
 */
const observed = (window.observed = [])
{
  let gesture = 0, dirty = new Set(), asked = false
  const seen = new WeakMap(), count = (text) => [...text].filter((c) => !/[\s\p{M}\u200b-\u200d\u2060]/u.test(c)).length
  for (const type of ['keydown', 'click']) addEventListener(type, (e) => { if (e.isTrusted && (type == 'click' || e.key == 'Enter')) gesture = e.timeStamp }, true)
  const look = (at) => {
    for (const one of dirty) {
      const entry = seen.get(one), chars = count(one.textContent)
      if (chars > entry.chars) { entry.first ??= at; entry.last = at; entry.frames.push([at, chars]); entry.chars = chars }
    }
    dirty.clear()
  }
  const channel = new MessageChannel()
  channel.port1.onmessage = () => { asked = false; look(performance.now()) }
  window.watchAnswers = (root) => new MutationObserver((all) => {
    for (const { target, addedNodes } of all) {
      const near = (target.nodeType == 1 ? target : target.parentElement)?.closest?.('[data-answer]')
      const found = [...(near ? [near] : []), ...[...addedNodes].flatMap((n) => (n.nodeType == 1 ? [...(n.matches('[data-answer]') ? [n] : []), ...n.querySelectorAll('[data-answer]')] : []))]
      for (const one of found) {
        if (!seen.has(one)) { const entry = { gesture, chars: 0, frames: [], way: one.dataset.answer }; seen.set(one, entry); observed.push(entry) }
        dirty.add(one)
      }
    }
    if (dirty.size && !asked) { asked = true; requestAnimationFrame(() => channel.port2.postMessage(0)) }
  }).observe(root, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['data-answer'] })
  watchAnswers(document)
}
const escaped = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c])
/** Six ways to paint: each takes the element and gives a function that takes the next text. */
const PAINT = {
  append: (at) => (text) => at.append(text),
  /** The whole paragraph anew each time. */
  html: (at) => { let all = ''; return (text) => { at.innerHTML = escaped((all += text)) } },
  /** One text node that grows. */
  data: (at) => { const node = at.appendChild(document.createTextNode('')); return (text) => node.appendData(text) },
  /** A span for each piece, faded in. */
  spans: (at) => (text) => { const one = document.createElement('span'); one.textContent = text; one.style.opacity = 0.2; at.append(one); requestAnimationFrame(() => { one.style.opacity = 1 }) },
  /** A new element each time, as a list with changing keys does. */
  remount: (at) => { let all = ''; let now = at.appendChild(document.createElement('span')); return (text) => { const next = document.createElement('span'); next.textContent = all += text; now.replaceWith(next); now = next } },
  /** Some letters a frame, behind the stream. */
  typed: (at) => { let waits = '', runs = false; const node = at.appendChild(document.createTextNode('')); const step = () => { node.appendData(waits.slice(0, 3)); waits = waits.slice(3); if (waits) requestAnimationFrame(step); else runs = false }; return (text) => { waits += text; if (!runs) { runs = true; requestAnimationFrame(step) } } },
}
`

/** What the page is told of its stream: end byte, text and thought of each piece. */
export const scriptOf = (pieces: { bytes: string; text?: string; thought?: string }[]): [number, string, string][] => {
  let at = 0
  return pieces.map(({ bytes, text = '', thought = '' }) => [(at += Buffer.byteLength(bytes)), text, thought])
}
