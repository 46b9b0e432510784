/** `chat-vitals/hud`: the last turns' numbers in a corner of the page, for developers. Text-free, in a closed shadow root. */
import type { TurnRecord } from './turn/record.ts'

const style = `
:host{all:initial;position:fixed;inset:auto 12px 12px auto;z-index:2147483647;font:12px/1.45 ui-monospace,SFMono-Regular,Menlo,monospace;color:#e8eaed}
section{background:#16181dEE;border:1px solid #ffffff26;border-radius:10px;box-shadow:0 8px 28px #0006;min-width:264px;overflow:hidden}
header{display:flex;justify-content:space-between;padding:7px 10px;border-bottom:1px solid #ffffff1f;font-weight:600}
button{all:unset;cursor:pointer;padding:0 4px}button:focus-visible{outline:2px solid #8ab4f8}
dl{display:grid;grid-template-columns:auto 1fr;gap:1px 12px;margin:0;padding:8px 10px}dt{opacity:.7}dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
i{display:flex;height:6px;margin:0 10px 8px;border-radius:3px;overflow:hidden;background:#ffffff1f}i b{min-width:0}
p{margin:0;padding:8px 10px;opacity:.7}`

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
  body.append(make('p', 'Waiting for the first turn to settle…'))
  const box = make('section')
  box.append(head, body)
  root.append(box)
  document.documentElement.append(host)
  const stop = handle.onTurn((turn) => {
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
  })
  const remove = () => {
    stop()
    host.remove()
  }
  close.onclick = remove
  return remove
}
