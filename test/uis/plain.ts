/** A chat page as one writes it by hand: a form, a list, and text appended to a paragraph as it comes. */
import { ask, pageOption } from './read-stream.ts'
import type { ReadStyle, Turn } from './read-stream.ts'

document.head.insertAdjacentHTML(
  'beforeend',
  `<style>
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
  #root { display: flex; flex-direction: column; height: 100vh; }
  #log { flex: 1; overflow-y: auto; padding: 1rem; }
  .user { text-align: right; }
  .answer { white-space: pre-wrap; margin: .5rem 0; }
  .reasoning, .tool, .notice, .status { color: #666; font-size: .85em; white-space: pre-wrap; }
  form { display: flex; gap: .5rem; padding: 1rem; }
  textarea { flex: 1; font: inherit; }
</style>`,
)
const root = document.querySelector<HTMLElement>('#root')!
root.innerHTML = `<main id="log" role="log" aria-live="polite"></main>
<form><textarea name="prompt" rows="2" placeholder="Ask anything" aria-label="Message"></textarea>
<button type="submit">Send</button></form>`
const log = root.querySelector<HTMLElement>('#log')!
const form = root.querySelector('form')!
const input = root.querySelector('textarea')!
const button = root.querySelector('button')!

const turns: Turn[] = []
let running: AbortController | undefined

const add = (parent: HTMLElement, className: string, tag = 'div'): HTMLElement => {
  const element = document.createElement(tag)
  element.className = className
  parent.append(element)
  return element
}

/** Stays at the end, unless the reader has scrolled away from it. */
const follow = (change: () => void): void => {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40
  change()
  if (atEnd) log.scrollTop = log.scrollHeight
}

input.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  form.requestSubmit()
})

form.addEventListener('submit', (event) => {
  event.preventDefault()
  if (running) return running.abort()
  const prompt = input.value.trim()
  if (!prompt) return
  input.value = ''
  void send(prompt)
})

async function send(prompt: string): Promise<void> {
  const stop = (running = new AbortController())
  button.textContent = 'Stop'
  turns.push({ role: 'user', text: prompt })
  let message!: HTMLElement
  let status!: HTMLElement
  follow(() => {
    add(log, 'message user').textContent = prompt
    message = add(log, 'message assistant')
    status = add(message, 'status')
    status.textContent = 'Thinking…'
  })
  const parts: Partial<Record<'reasoning' | 'answer', HTMLElement>> = {}
  const tools = new Map<string, HTMLElement>()
  const grow = (kind: 'reasoning' | 'answer', text: string): void => {
    if (kind === 'answer') status.remove()
    parts[kind] ??= add(message, kind, kind === 'answer' ? 'p' : 'div')
    parts[kind].append(text)
  }
  let answer = ''
  try {
    const style = (pageOption('read') ?? 'reader') as ReadStyle
    for await (const piece of ask([...turns], stop.signal, style)) {
      follow(() => {
        if (piece.kind === 'text') grow('answer', piece.text)
        else if (piece.kind === 'reasoning') grow('reasoning', piece.text)
        else if (piece.kind === 'notice')
          (message.querySelector<HTMLElement>('.notice') ?? add(message, 'notice')).textContent = piece.text
        else {
          const card = tools.get(piece.id) ?? add(message, 'tool')
          tools.set(piece.id, card)
          card.append((piece.name ? piece.name + ' ' : '') + (piece.input ?? ''))
        }
      })
      if (piece.kind === 'text') answer += piece.text
    }
  } catch (error) {
    add(message, 'notice').textContent = stop.signal.aborted ? 'Stopped.' : String(error)
  }
  status.remove()
  for (const name of ['Good response', 'Bad response']) add(message, 'thumb', 'button').setAttribute('aria-label', name)
  turns.push({ role: 'assistant', text: answer })
  running = undefined
  button.textContent = 'Send'
  message.dataset.done = ''
}
