// One turn: a line that says how it went, and under it what it felt like, why, how it is known, and its trace.
import { GrowthChart } from './charts.mjs'
import { bytes, clock, duration, full, NONE, number, percent, plural } from './format.mjs'
import { readerOf } from './growth.mjs'
import { Replay } from './replay.mjs'
import { Copy, html, Icon, Rating, Term, useState } from './ui.mjs'
import { Waterfall } from './waterfall.mjs'
import { CAUSES, EVIDENCE, isCorrection, label, Outcome, OutcomeIcon, PARTS, Stack } from './words.mjs'

/** What makes a turn worth opening. */
export const problems = (turn) =>
  [
    !['completed', 'cancelled', undefined].includes(turn.outcome) && label(turn.outcome),
    turn.outcome === 'completed' && turn.finish && turn.finish !== 'stop' && turn.finish,
    turn.ttftRating === 'poor' && 'slow',
    turn.ratings?.stall_ratio === 'poor' && 'left waiting',
    isCorrection(turn.correction?.kind) && 'corrected',
    turn.feedback.some((it) => it.label === 'down') && 'thumbs down',
    turn.signals.some((it) => it.kind === 'handoff') && 'handed off',
  ].filter(Boolean)

export function Turn({ turn, open, toggle, links, others }) {
  const outcome = turn.outcome ?? 'open'
  const wait = turn.durationMs ? Math.min(1, (turn.ttft ?? turn.durationMs) / turn.durationMs) : 1
  return html`<li class=${`turn${open ? ' is-open' : ''}`} id=${`turn-${turn.number}`}>
    <h2><button type="button" class="turn-line" aria-expanded=${String(open)} onClick=${toggle}>
      <span class=${`square o-${outcome}`}><${OutcomeIcon} outcome=${outcome} /></span>
      <span class="turn-number">Turn ${turn.number}</span><time title=${full(turn.startedAt)}>${clock(turn.startedAt)}</time>
      <${Outcome} turn=${turn} />
      <span class="turn-ttft"><b>${duration(turn.ttft)}</b><${Rating} is=${turn.ttftRating} /><span class="hidden">to the first text</span></span>
      <span class="turn-shape" aria-hidden="true"><i class="waiting" style=${{ width: `${wait * 100}%` }}></i></span>
      <span class="reactions">
        ${isCorrection(turn.correction?.kind) && html`<span class="chip correction"><${Icon} name="again" />${label(turn.correction.kind)}</span>`}
        ${turn.feedback.map((it) => (it.label === 'up' || it.label === 'down') && html`<span class=${`thumb ${it.label}`}><${Icon} name=${it.label} /><span class="hidden">Thumb ${it.label}</span></span>`)}
        ${turn.signals.map((it) => it.kind !== 'exposed' && it.kind !== 'dwell' && html`<span class="signal"><${Icon} name=${SIGNALS[it.kind]?.[0] ?? 'eye'} /><span class="hidden">${label(it.kind)}</span></span>`)}
      </span><${Icon} name="chevron" /></button></h2>
    ${open && html`<${Body} turn=${turn} links=${links} others=${others} />`}
  </li>`
}

const after = (at, turn) =>
  at >= turn.startedAt + turn.durationMs
    ? `${duration(at - turn.startedAt - turn.durationMs)} after the answer`
    : 'while it was answered'

/** Signal → icon and words. */
const SIGNALS = {
  exposed: ['eye', () => 'rating control was seen', 'A control that rates was in view for a second'],
  copy: ['copy', (it) => `copied ${it.copied ?? ''}`.trim(), 'Answer text was copied'],
  share: ['share', () => 'shared', 'The answer was shared'],
  dwell: ['clock', (it) => `stayed ${duration(it.value * 1000)}`, 'Until the next message, or until the page was left'],
  scroll_back: ['upward', () => 'scrolled back', 'Its beginning came back into view'],
  handoff: ['person', () => 'asked for a person', 'The user wanted a human'],
}

function Reactions({ turn }) {
  const { correction } = turn
  const of = correction ? correction.ofNumber : turn.replacesNumber
  const told = correction && !['none', 'unknown'].includes(correction.kind)
  const target = of ? html`<a href=${`#turn-${of}`}>turn ${of}</a>` : 'an earlier turn'
  return html`<ul class="told">
    ${(told || (turn.replaces && !correction)) && html`<li><${Icon} name="again" /><span>${label(told ? correction.kind : 'replaces')} of ${target}</span>${told && html`<small>score ${correction.score?.toFixed(2) ?? NONE}, judged on the device</small>`}</li>`}
    ${turn.trigger && turn.trigger !== 'submit' && html`<li><${Icon} name="again" />sent by: ${turn.trigger}</li>`}
    ${turn.feedback.map((it) => {
      const thumb = it.label === 'up' || it.label === 'down'
      return html`<li class=${`thumb ${it.label ?? 'other'}`}>${thumb && html`<${Icon} name=${it.label} />`}<span>${[thumb ? 'thumb' : it.name, it.label, it.score].filter((part) => part != null).join(' ')}</span>
        <small>${after(it.at, turn)}${it.copies > 1 ? ', last of several' : ''}</small>${it.comment && html`<q>${it.comment}</q>`}</li>`
    })}
    ${turn.signals.map((it) => {
      const [shape, words, meaning] = SIGNALS[it.kind] ?? ['eye', () => label(it.kind)]
      return html`<li><${Icon} name=${shape} /><${Term} says=${meaning}>${words(it)}</${Term}><small>${after(it.at, turn)}</small></li>`
    })}
    ${turn.delivery.recovered && html`<li><${Icon} name="clock" /><${Term} says="Its page died; the record was restored on a later visit">recovered</${Term}>${turn.delivery.delayMs !== undefined && html`<small>${duration(turn.delivery.delayMs)} late</small>`}</li>`}
    ${turn.domForeign && html`<li><${Icon} name="eye" /><${Term} says="A translator or extension rewrote the answer">rewritten by others</${Term}></li>`}
  </ul>`
}

function Body({ turn, links, others }) {
  const [beside, set] = useState('')
  const other = others.find((it) => String(it.key) === beside)
  const seen = turn.ttft !== undefined
  const reader = readerOf(turn.render)
  const key = (name, text) => html`<span><i class=${`key ${name}`}></i>${text}</span>`
  const turns = [
    { name: `Turn ${turn.number}${turn.model ? ` · ${turn.model}` : ''}`, turn },
    ...(other ? [{ name: other.name, turn: other.turn }] : []),
  ]
  return html`<div class="turn-body">
    <section class="replay-box"><div class="box-head"><h3>As it was felt</h3>
      <label>beside <select value=${beside} onChange=${(event) => set(event.target.value)}><option value="">no other</option>${others.filter((it) => it.turn.spanId !== turn.spanId).map((it) => html`<option value=${String(it.key)}>${it.name}</option>`)}</select></label></div>
      <${Replay} key=${beside} turns=${turns} /></section>
    <section class="wait-box"><h3><${Term} says="From sending until the first answer text was painted">Time to first text</${Term}></h3>
      <p class="big"><b>${duration(turn.ttft)}</b><${Rating} is=${turn.ttftRating} words />
        ${turn.ttftErrorMs !== undefined && html`<small>± ${duration(turn.ttftErrorMs)} · ${turn.ttftMethod ?? NONE}</small>`}</p>
      ${turn.ttftHiddenMs > 0 && html`<p class="note">The page was hidden for ${duration(turn.ttftHiddenMs)} of it; left out of percentiles</p>`}
      ${!seen && html`<p class="note">No answer text was seen. ${turn.outcome === 'error' ? 'Failed' : 'Waited'} after ${duration(turn.durationMs)}</p>`}
      ${seen && turn.ttftParts && html`<${Stack} values=${turn.ttftParts} meanings=${PARTS} set="p" what="Where the wait went" />`}
      <${Reactions} turn=${turn} /></section>
    ${
      turn.render.curve.length > 0 &&
      html`<section class="growth-box"><h3>How the answer grew on screen <small>characters</small></h3><${GrowthChart} turn=${turn} />
      <p class="keys">${key('waiting', 'waiting')}${reader.line.length > 0 && key('reader', 'a reader at usual speed')}${reader.frozen.length > 0 && key('frozen', 'screen stood still')}${reader.waits.length > 0 && key('starved', 'reader left waiting')}</p></section>`
    }
    <${Stalls} turn=${turn} />
    <details class="more-of" open=${turn.outcome === 'error'}><summary><${Icon} name="chevron" />Numbers, requests, how it is known <small>${[turn.model, turn.requests[0]?.status, turn.evidence?.wire && `wire ${turn.evidence.wire}`].filter(Boolean).join(' · ')}</small></summary>
      <${Measures} turn=${turn} />${turn.requests.length > 0 && html`<${Requests} turn=${turn} />`}<${Evidence} turn=${turn} /></details>
    <${Waterfall} turn=${turn} links=${links} />
  </div>`
}

function Measures({ turn }) {
  const { render, moments, ratings: r = {} } = turn
  /** Name, value, rating, what it means. */
  const items = [
    [
      'First feedback',
      duration(moments.firstFeedback),
      r.first_feedback,
      'Until something on the screen acknowledged the message',
    ],
    moments.firstProgress !== undefined && [
      'First progress',
      duration(moments.firstProgress),
      r.first_progress,
      'First thinking, tool or status text on the screen',
    ],
    moments.firstReasoning !== undefined && [
      'First reasoning',
      duration(moments.firstReasoning),
      undefined,
      'First reasoning chunk of the stream',
    ],
    moments.usefulText !== undefined && [
      'Useful text',
      duration(moments.usefulText),
      undefined,
      'Enough text for one second of reading',
    ],
    moments.lastText !== undefined && [
      'Last text',
      duration(moments.lastText),
      undefined,
      'The last answer text was painted',
    ],
    turn.outcome !== 'completed' && [
      'Ended after',
      duration(turn.durationMs),
      undefined,
      'From sending until the turn was over',
    ],
    ...(render.chars > 0
      ? [
          [
            'Delivery quality',
            render.qoe?.toFixed(3) ?? NONE,
            r.qoe,
            'Quality of experience: 1 is an answer that never made its reader wait',
          ],
          [
            'Pace',
            render.pace === undefined ? NONE : `${render.pace.toFixed(2)} ×`,
            undefined,
            'Reading time painted per time passed; below 1 the text comes slower than people read',
          ],
          ['Speed', render.charsPerSecond === undefined ? NONE : `${number(render.charsPerSecond)} chars/s`],
          ['Characters', number(render.chars), undefined, `Without white space, in ${number(render.frames)} frames`],
          ['Gap p95', duration(render.gapP95Ms), r.gap_p95, 'Between two frames in which text grew'],
          ['Longest gap', duration(render.gapMaxMs)],
          [
            'Freezes',
            render.freezes ? `${render.freezes} · ${duration(render.freezeMs)}` : number(render.freezes),
            undefined,
            'Gaps of a second or more',
          ],
          [
            'Stalls',
            render.stalls ? `${render.stalls} · ${duration(render.stallMs)}` : number(render.stalls),
            undefined,
            'Times the reader ran out of text',
          ],
          ['Stall ratio', percent(render.stallRatio), r.stall_ratio, 'Share of the reading time without text to read'],
        ]
      : []),
    turn.hiddenMs > 0 && ['Hidden', duration(turn.hiddenMs), undefined, 'Page hidden, frozen or suspended'],
    turn.userMs > 0 && ['Approving', duration(turn.userMs), undefined, 'The user’s own time for what the answer asked'],
    Math.abs(turn.clockSkewMs ?? 0) > 50 && ['Clock skew', duration(turn.clockSkewMs)],
    ...Object.entries(turn.attributes).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  ].filter(Boolean)
  return html`<dl class="measures">${items.map(([name, value, rate, says]) => html`<div><dt><${Term} says=${says}>${name}</${Term}></dt><dd>${value}<${Rating} is=${rate} /></dd></div>`)}</dl>`
}

function Stalls({ turn }) {
  const { stallMs, stallBy, stallLongestMs, stalls } = turn.render
  if (!(stallMs >= 250) || !stallBy || !Object.values(stallBy).some((it) => it > 0)) return ''
  return html`<section class="stall-box"><h3>Why the reader waited <small>${plural(stalls ?? 0, 'stall')}, longest ${duration(stallLongestMs)}</small></h3>
    <${Stack} values=${stallBy} meanings=${CAUSES} set="c" what="Stalled time by cause" /></section>`
}

/** `queue;dur=12, db;dur=53.5` in words. */
const timing = (text) =>
  text
    .split(', ')
    .map((part) => part.replace(/;dur=([\d.]+)$/, (_, ms) => ` ${duration(Number(ms))}`))
    .join(' · ')
const path = (address) => (URL.canParse(address) ? new URL(address).pathname : (address ?? ''))

const Requests = ({ turn }) =>
  html`<section class="requests"><h3>Requests</h3>${turn.requests.map(
    (it) => html`<div class="request">
    <p><b>${it.method}</b> <span class="url" title=${it.url}>${path(it.url)}</span> <span class=${`status ${it.errorType || it.status >= 400 ? 'bad' : 'fine'}`}>${it.status ?? it.errorType ?? NONE}</span>
      ${it.transport && it.transport !== 'fetch' && html`<span class="tagged">${it.transport}</span>`} ${it.model ?? turn.model ?? ''}</p>
    <dl>${[
      ['Issued', `+${duration(it.startMs)}`],
      [
        'First chunk',
        duration(it.firstChunkMs),
        'Request issued until the first model chunk: the network’s own figure',
      ],
      ['Took', duration(it.durationMs)],
      ['Chunks', number(it.chunks)],
      ['Bytes', bytes(it.bytes)],
      it.outputTokens !== undefined && ['Tokens', `${number(it.inputTokens)} in, ${number(it.outputTokens)} out`],
      it.serverTiming && ['Server says', timing(it.serverTiming)],
    ]
      .filter(Boolean)
      .map(
        ([name, value, says]) => html`<div><dt><${Term} says=${says}>${name}</${Term}></dt><dd>${value}</dd></div>`,
      )}</dl>
    <p class="ids">${[it.responseId, it.backendRequestId, it.backendTraceId].filter(Boolean).map((id) => html`<span class="mono">${id}<${Copy} text=${id} what="this id" /></span>`)}</p>
  </div>`,
  )}</section>`

function Evidence({ turn }) {
  const { evidence } = turn
  return html`<section class="evidence"><h3>How it is known <small>definitions ${turn.definitions}</small></h3>
    ${
      evidence
        ? html`<ul>${Object.entries(EVIDENCE).map(([witness, meanings]) => html`<li><b>${witness}</b> ${evidence[witness] ?? NONE}<small>${meanings[evidence[witness]] ?? ''}</small></li>`)}</ul>`
        : html`<p class="note">This turn does not say how it is known: its page has a library of before 0.2</p>`
    }
    <p><${Copy} text=${() => JSON.stringify(turn, null, 2)} what="this turn as JSON">Copy the turn as JSON</${Copy}></p></section>`
}
