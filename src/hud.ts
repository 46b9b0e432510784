/**
 * `chat-vitals/hud`: in a corner of the page, for developers: what was just sent and whether it is known as a turn, the last
 * turn's numbers, how each is known, and what would mend it. Shows no text of a chat; in a closed shadow root.
 */
import { explain, unproved } from './evidence.ts'
import type { TurnRecord } from './turn/record.ts'

const style = `
:host{all:initial;position:fixed;inset:auto 12px 12px auto;z-index:2147483647;font:12px/1.45 ui-monospace,SFMono-Regular,Menlo,monospace;color:#e8eaed}
section{background:#16181dEE;border:1px solid #ffffff26;border-radius:10px;box-shadow:0 8px 28px #0006;min-width:264px;overflow:hidden}
header{display:flex;justify-content:space-between;padding:7px 10px;border-bottom:1px solid #ffffff1f;font-weight:600}
button{all:unset;cursor:pointer;padding:0 4px}button:focus-visible{outline:2px solid #8ab4f8}
dl{display:grid;grid-template-columns:auto 1fr;gap:1px 12px;margin:0;padding:8px 10px}dt{opacity:.7}dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
i{display:flex;height:6px;margin:0 10px 8px;border-radius:3px;overflow:hidden;background:#ffffff1f}i b{min-width:0}
p{margin:0;padding:8px 10px;opacity:.7;max-width:300px}dl.how{border-top:1px solid #ffffff1f;max-width:300px}.how dd{text-align:left}.no{color:#fdd663}p.no{opacity:1}`

/** Parts of the wait with colours that stay apart for colour-blind eyes. */
const parts = {
  client: '#e69f00',
  server: '#56b4e9',
  model: '#cc79a7',
  render: '#009e73',
  paint: '#f0e442',
  unknown: '#999',
} as const

const ms = (value: number | undefined) =>
  value === undefined ? '–' : value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`
const part = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(2))

/** What is shown of a turn: label and text. */
const rows = (turn: TurnRecord): [string, string][] => [
  ['turn', `#${turn.seq} ${turn.outcome ?? 'open'}${turn.phase ? ` · ${turn.phase}` : ''}`],
  ['TTFT', `${ms(turn.ttft)} (${turn.ttftMethod ?? '–'})`],
  ['first feedback', ms(turn.moments.firstFeedback)],
  ['pace', turn.render.pace === undefined ? '–' : `${part(turn.render.pace)} × reading`],
  ['stalls', `${turn.render.stalls} · ${ms(turn.render.stallMs)}`],
  ['gap p95', ms(turn.render.gapP95Ms)],
  ['QoE', part(turn.render.qoe)],
  ['characters', String(turn.render.chars)],
  ['correction', turn.correction ? `${turn.correction.kind} ${part(turn.correction.score)}` : '–'],
]

/** A turn that may be retried is told late, and a long one when it is over: once the page has not changed for so long, ms, what might be wrong is said. */
const PATIENCE = 20_000

/** How a page would name that field. */
function selectorOf(field: Element): string {
  const name = field.getAttribute('name') ?? field.getAttribute('data-testid')
  if (/^[\w-]+$/.test(field.id)) return `#${field.id}`
  return name ? `[${field.hasAttribute('name') ? 'name' : 'data-testid'}="${name}"]` : field.localName
}

/** What the user sends, by keys and buttons, in words; `done` when it is known as a turn. */
function watchSends(say: (text: string, wrong?: boolean) => void): { done(): void; stop(): void } {
  const field = 'textarea,input:not([type]),[type=text],[contenteditable]:not([contenteditable=false]),[role=textbox]'
  let composer: Element | undefined
  let since = 0
  let changed = 0
  const page = new MutationObserver(() => void (changed = performance.now()))
  let timer: ReturnType<typeof setInterval> | undefined
  const done = () => {
    clearInterval(timer)
    page.disconnect()
  }
  const sent = (how: string) => {
    if (!composer) return
    const selector = selectorOf(composer)
    done()
    since = changed = performance.now()
    page.observe(document, { subtree: true, childList: true, characterData: true })
    const tell = () => {
      const now = performance.now()
      if (now - changed < PATIENCE)
        return say(`${how} in ${selector}, ${Math.round((now - since) / 1000)} s ago: no turn settled so far`)
      done()
      say(`${how} in ${selector}: no turn came of it; ${unproved(selector)}`, true)
    }
    timer = setInterval(tell, 1000)
    tell()
  }
  const hear = (event: Event) => {
    const path = event.composedPath().filter((node): node is Element => (node as Node).nodeType === 1)
    const written = path.find((node) => node.matches(field))
    const text = (one: Element | undefined) =>
      !!one && !!((one as HTMLTextAreaElement).value ?? one.textContent)?.trim()
    if (written) composer = written
    if (!event.isTrusted || !text(composer)) return
    if (event.type === 'click' && !written && path.some((node) => node.matches('button,[role=button]')))
      sent('click, with text')
    const { key, shiftKey, isComposing } = event as KeyboardEvent
    if (event.type === 'keydown' && key === 'Enter' && !shiftKey && !isComposing && written) sent('Enter')
  }
  const events = ['keydown', 'click', 'focusin'] as const
  for (const name of events) document.addEventListener(name, hear, true)
  return {
    done,
    stop() {
      done()
      for (const name of events) document.removeEventListener(name, hear, true)
    },
  }
}

/** Shows the panel; returns how to take it away. `onTurn` is the handle's. Does nothing outside a browser. */
export function hud(handle: { onTurn(callback: (turn: TurnRecord) => void): () => void }): () => void {
  if (typeof document === 'undefined') return () => {}
  const host = document.createElement('chat-vitals-hud')
  host.setAttribute('aria-hidden', 'true')
  const root = host.attachShadow({ mode: 'closed' })
  const make = (name: string, text = '') => Object.assign(document.createElement(name), { textContent: text })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(style)
  root.adoptedStyleSheets = [sheet]
  const close = make('button', '×')
  close.title = 'Close'
  const head = make('header', 'chat-vitals')
  head.append(close)
  const body = make('div')
  const state = make('p', 'Waiting for the first turn to settle…')
  const box = make('section')
  box.append(head, state, body)
  root.append(box)
  document.documentElement.append(host)
  const say = (text: string, wrong = false) => {
    state.hidden = !text
    state.textContent = text
    state.className = wrong ? 'no' : ''
  }
  const sends = watchSends(say)
  const stop = handle.onTurn((turn) => {
    sends.done()
    say('')
    const list = make('dl')
    for (const [label, text] of rows(turn)) list.append(make('dt', label), make('dd', text))
    const bar = make('i')
    for (const [name, colour] of Object.entries(parts)) {
      const share = turn.ttftParts?.[name as keyof typeof parts]
      if (!share) continue
      const piece = make('b')
      piece.title = `${name} ${ms(share)}`
      piece.style.cssText = `flex:${share};background:${colour}`
      bar.append(piece)
    }
    body.replaceChildren(list, bar)
    const known = explain(turn)
    if (!known) return
    const how = make('dl')
    how.className = 'how'
    for (const { witness, how: by, says, missing } of known.seen) {
      const text = make('dd', `${by}: ${says}`)
      if (missing) text.className = 'no'
      how.append(make('dt', witness), text)
    }
    body.append(how)
    if (known.mend) body.append(Object.assign(make('p', known.mend), { className: 'no' }))
  })
  const remove = () => {
    stop()
    sends.stop()
    host.remove()
  }
  close.onclick = remove
  return remove
}
