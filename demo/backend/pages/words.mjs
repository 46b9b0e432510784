// The field's words and how they look: outcome, rating, parts of the wait, causes of a stall. Never by colour alone.
import { h, icon } from './dom.mjs'
import { duration, NONE } from './format.mjs'

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

export const label = (name) => String(name ?? '').replaceAll('_', ' ')

const SHAPES = { good: 'circle', fair: 'diamond', poor: 'triangle' }

/** @param {'good' | 'fair' | 'poor' | undefined} it */
export const ratingMark = (it, words = true) =>
  it &&
  h(`span.rating.${it}`, { title: `Rated ${it}` }, icon(SHAPES[it], true), words ? it : h('span.hidden', null, it))

/** Outcome as a chip with phase and what ended it. */
export function outcomeChip(turn) {
  const outcome = turn.outcome ?? 'open'
  const [shape, meaning] = OUTCOMES[outcome] ?? ['unknown', outcome]
  const detail = [
    outcome === 'completed' && turn.finish !== 'stop' && turn.finish,
    outcome !== 'completed' && turn.phase,
    turn.endedBy !== 'done' && label(turn.endedBy),
    turn.errorType !== turn.endedBy && turn.errorType,
  ].filter(Boolean)
  return h(
    `span.chip.o-${outcome}`,
    { title: meaning },
    icon(shape),
    outcome,
    detail.map((word) => h('span.chip-detail', null, word)),
  )
}

/** One small square of a session's strip. */
export function outcomeSquare(turn) {
  const outcome = turn.outcome ?? 'open'
  const words = [
    `Turn ${turn.seq ?? '?'}: ${outcome}${turn.phase && outcome !== 'completed' ? `, ${turn.phase}` : ''}`,
    turn.ttft == null ? 'no text seen' : `first text after ${duration(turn.ttft * 1000)}`,
    turn.correction && turn.correction !== 'none' && turn.correction,
  ]
  return h(
    `span.square.o-${outcome}`,
    {
      title: words.filter(Boolean).join(' · '),
      class: `square o-${outcome}${isCorrection(turn.correction) ? ' corrected' : ''}`,
    },
    icon((OUTCOMES[outcome] ?? ['unknown'])[0]),
  )
}

export const isCorrection = (kind) => ['repeat', 'rephrase', 'correction', 'edit'].includes(kind)

/** @param {string} name part or cause @param {string} set `p` or `c` */
export const swatch = (name, set) => h(`i.swatch.${set}-${name}`)

/** Parts of a whole as one bar and a legend. @param {Record<string, number>} values ms */
export function stack(values, meanings, set, what) {
  const entries = Object.entries(meanings).map(([name, meaning]) => ({ name, meaning, value: values[name] ?? 0 }))
  const sum = entries.reduce((total, it) => total + it.value, 0)
  const text = entries.filter((it) => it.value > 0).map((it) => `${label(it.name)} ${duration(it.value)}`)
  return h(
    'div.stack',
    null,
    h(
      'div.stack-bar',
      { role: 'img', 'aria-label': `${what}: ${text.join(', ') || NONE}` },
      entries.map(
        (it) =>
          it.value > 0 &&
          h(`span.${set}-${it.name}`, {
            style: { 'flex-grow': it.value },
            title: `${label(it.name)} ${duration(it.value)} – ${it.meaning}`,
          }),
      ),
    ),
    h(
      'ul.legend',
      null,
      entries
        .filter((it) => it.value > 0 || it.name !== 'unknown')
        .map((it) =>
          h(
            'li',
            { title: it.meaning, class: it.value > 0 ? '' : 'nothing' },
            swatch(it.name, set),
            h('span', null, label(it.name)),
            h('b', null, duration(it.value)),
            h('small', null, sum ? `${Math.round((it.value / sum) * 100)} %` : NONE),
          ),
        ),
    ),
  )
}
