// The field's words and how they look: outcome, parts of the wait, causes of a stall, evidence. Never by colour alone.
import { duration, NONE } from './format.mjs'
import { html, Icon, Term } from './ui.mjs'

/** Outcome → icon and what it means. */
export const OUTCOMES = {
  completed: ['check', 'The answer was shown to its end'],
  stopped: ['stop', 'The user pressed stop'],
  superseded: ['skip', 'A new message ended it'],
  abandoned: ['leave', 'The page or conversation was left'],
  error: ['cross', 'Request, stream or server failed'],
  cancelled: ['slash', 'The application aborted it'],
  lost: ['unknown', 'The page died without a word; recovered later'],
  open: ['open', 'Still open'],
}
export const PARTS = {
  client: 'Page, before the request',
  server: 'Network and server, until headers',
  model: 'Model, until the first answer chunk',
  render: 'Page, until text entered the document',
  paint: 'Page, until it was painted',
  unknown: 'A boundary is not known',
}
export const CAUSES = {
  server: 'The server had not sent more',
  client: 'Text was here but not shown',
  main_thread: 'The main thread was busy',
  tool: 'A tool call ran',
  unknown: 'No stream was seen',
}
/** How a turn is known: witness → value → what that means. */
export const EVIDENCE = {
  gesture: { trusted: 'a gesture of the user caused it', none: 'no gesture was seen' },
  wire: {
    known: 'the stream has a known format',
    learned: 'the stream was understood by what stood on the page',
    opaque: 'the stream stayed unread: no first chunk, no causes',
    none: 'no stream was seen',
  },
  screen: {
    matched: 'the answer on the screen is the stream’s text',
    named: 'the page said where the answer stands',
    growth: 'something grew below the user’s words',
    none: 'the answer was not found on the screen',
  },
}

export const label = (name) => String(name ?? '').replaceAll('_', ' ')
export const isCorrection = (kind) => ['repeat', 'rephrase', 'correction', 'edit'].includes(kind)
export const OutcomeIcon = ({ outcome }) => html`<${Icon} name=${(OUTCOMES[outcome ?? 'open'] ?? ['unknown'])[0]} />`

/** Outcome as a chip with phase and what ended it. */
export function Outcome({ turn }) {
  const outcome = turn.outcome ?? 'open'
  const detail = [
    outcome === 'completed' && turn.finish !== 'stop' && turn.finish,
    outcome !== 'completed' && turn.phase,
    turn.endedBy !== 'done' && label(turn.endedBy),
    turn.errorType !== turn.endedBy && turn.errorType,
  ].filter(Boolean)
  return html`<span class=${`chip o-${outcome}`} title=${OUTCOMES[outcome]?.[1]}><${OutcomeIcon} outcome=${outcome} />${outcome}
    ${detail.map((word) => html`<span class="chip-detail">${word}</span>`)}</span>`
}

/** One small square of a session's strip. */
export function Square({ turn }) {
  const outcome = turn.outcome ?? 'open'
  const words = [
    `Turn ${turn.seq ?? '?'}: ${outcome}${turn.phase && outcome !== 'completed' ? `, ${turn.phase}` : ''}`,
    turn.ttft == null ? 'no text seen' : `first text after ${duration(turn.ttft * 1000)}`,
    isCorrection(turn.correction) && turn.correction,
  ]
  return html`<span class=${`square o-${outcome}${isCorrection(turn.correction) ? ' corrected' : ''}`} title=${words.filter(Boolean).join(' · ')}><${OutcomeIcon} outcome=${outcome} /></span>`
}

/** Parts of a whole as one bar and a legend. */
export function Stack({ values, meanings, set, what }) {
  const entries = Object.entries(meanings).map(([name, meaning]) => ({ name, meaning, value: values[name] ?? 0 }))
  const sum = entries.reduce((total, it) => total + it.value, 0)
  const text = entries.filter((it) => it.value > 0).map((it) => `${label(it.name)} ${duration(it.value)}`)
  return html`<div class="stack">
    <div class="stack-bar" role="img" aria-label=${`${what}: ${text.join(', ') || NONE}`}>
      ${entries.map((it) => it.value > 0 && html`<span class=${`${set}-${it.name}`} style=${{ flexGrow: it.value }} title=${`${label(it.name)} ${duration(it.value)}`}></span>`)}
    </div>
    <ul class="legend">
      ${entries
        .filter((it) => it.value > 0 || it.name !== 'unknown')
        .map(
          (
            it,
          ) => html`<li class=${it.value > 0 ? '' : 'nothing'}><i class=${`swatch ${set}-${it.name}`}></i><${Term} says=${it.meaning}>${label(it.name)}</${Term}>
            <b>${duration(it.value)}</b><small>${sum ? `${Math.round((it.value / sum) * 100)} %` : NONE}</small></li>`,
        )}
    </ul>
  </div>`
}
