/**
 * A chat page that renders markdown anew on every chunk, sanitised, into innerHTML; with `words=1` each word sits in a
 * span of its own that fades in.
 */
import DOMPurify from 'dompurify'
import { marked } from 'marked'
import { ask, pageOption } from './read-stream.ts'
import type { Turn } from './read-stream.ts'

document.head.insertAdjacentHTML(
  'beforeend',
  `<style>
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
  .page { display: grid; grid-template-rows: 1fr auto; height: 100vh; }
  .thread { overflow-y: auto; padding: 1rem; display: flex; flex-direction: column; gap: 1rem; }
  .turn-user { align-self: end; background: #eef; border-radius: 1rem; padding: .5rem 1rem; }
  details { color: #666; }
  .composer { display: flex; gap: .5rem; padding: 1rem; }
  .composer [contenteditable] { flex: 1; border: 1px solid #ccc; padding: .5rem; }
  .word { animation: in 150ms; }
  @keyframes in { from { opacity: 0 } }
</style>`,
)
document.querySelector('#root')!.innerHTML = `<div class="page"><section class="thread"></section>
<div class="composer"><div contenteditable="plaintext-only" role="textbox" aria-label="Prompt"></div>
<button aria-label="Send message"><svg width="16" height="16"><rect width="16" height="16"/></svg></button></div></div>`
const thread = document.querySelector<HTMLElement>('.thread')!
const editor = document.querySelector<HTMLElement>('[contenteditable]')!
const button = document.querySelector<HTMLButtonElement>('button')!
const words = pageOption('words') === '1'

const turns: Turn[] = []
let running: AbortController | undefined

const go = (): void => {
  if (running) return running.abort()
  const prompt = editor.textContent?.trim()
  if (!prompt) return
  editor.textContent = ''
  void send(prompt)
}
button.addEventListener('click', go)
editor.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  go()
})

function render(target: HTMLElement, markdown: string): void {
  const html = DOMPurify.sanitize(marked.parse(markdown, { async: false }))
  if (!words) {
    target.innerHTML = html
    return
  }
  const built = document.createElement('div')
  built.innerHTML = html
  const walker = document.createTreeWalker(built, NodeFilter.SHOW_TEXT)
  const texts: Text[] = []
  while (walker.nextNode()) texts.push(walker.currentNode as Text)
  for (const text of texts)
    text.replaceWith(
      ...text.data.split(/(\s+)/).map((word) => {
        if (!word.trim()) return word
        const span = document.createElement('span')
        span.className = 'word'
        span.textContent = word
        return span
      }),
    )
  target.replaceChildren(...built.childNodes)
}

async function send(prompt: string): Promise<void> {
  const stop = (running = new AbortController())
  button.setAttribute('aria-label', 'Stop generating')
  turns.push({ role: 'user', text: prompt })
  const mine = document.createElement('div')
  mine.className = 'turn-user'
  mine.textContent = prompt
  const message = document.createElement('article')
  message.className = 'turn-assistant'
  message.innerHTML =
    '<details hidden><summary>Reasoning</summary><pre class="thoughts"></pre></details><div class="prose"></div><p class="alert" role="alert"></p>'
  thread.append(mine, message)
  const reasoning = message.querySelector('.thoughts')!
  const prose = message.querySelector<HTMLElement>('.prose')!
  const alert = message.querySelector<HTMLElement>('.alert')!
  let answer = ''
  try {
    for await (const piece of ask([...turns], stop.signal, 'iterate')) {
      if (piece.kind === 'text') render(prose, (answer += piece.text))
      else if (piece.kind === 'reasoning') {
        message.querySelector('details')!.hidden = false
        reasoning.append(piece.text)
      } else if (piece.kind === 'notice') alert.textContent = piece.text
      else if (piece.name) prose.insertAdjacentHTML('beforebegin', `<div class="tool">${piece.name}</div>`)
      thread.scrollTop = thread.scrollHeight
    }
  } catch (error) {
    alert.textContent = stop.signal.aborted ? 'Stopped.' : String(error)
  }
  // As many do: hover targets without a word of what they are.
  message.insertAdjacentHTML('beforeend', '<i class="yes">▲</i><i class="no">▼</i>')
  turns.push({ role: 'assistant', text: answer })
  running = undefined
  button.setAttribute('aria-label', 'Send message')
  message.dataset.done = ''
}
