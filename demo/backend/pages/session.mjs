// One session as a timeline of turns: what each felt like, why, and the trace under it.
import { growthChart, readerOf } from './charts.mjs'
import { copyButton, h, icon, keep } from './dom.mjs'
import { ago, bytes, clock, duration, full, NONE, number, percent, plural, when } from './format.mjs'
import { waterfall } from './waterfall.mjs'
import { CAUSES, label, outcomeChip, OUTCOMES, PARTS, ratingMark, stack } from './words.mjs'

export function sessionPage(page) {
  document.title = `Session ${page.id.slice(0, 8)} · chat-vitals`
  const head = h('div')
  const turns = h('ol.turns')
  const rest = h('div')
  page.main.append(
    h(
      'p.crumb',
      null,
      h('a', { href: '/sessions', 'data-link': true }, 'Sessions'),
      icon('chevron'),
      h('span.mono', null, page.id.slice(0, 12)),
    ),
    head,
    turns,
    rest,
  )
  let arrived = false
  async function update() {
    const data = await page.get(`/api/sessions/${encodeURIComponent(page.id)}`)
    document.querySelector('.failure')?.remove()
    keep(head, [{ ...data, turns: data.turns.map(brief) }], () => 'head', header)
    keep(turns, data.turns, (turn) => turn.spanId, turnCard)
    keep(rest, data.loose.length ? [data.loose] : [], () => 'loose', looseList)
    if (!arrived && location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView()
    arrived = true
  }
  return { update, every: 2000 }
}

/** What the header needs of a turn. */
const brief = ({
  number: n,
  spanId,
  startedAt,
  durationMs,
  ttft,
  outcome,
  phase,
  trigger,
  correction,
  feedback,
  signals,
  ttftRating,
}) => ({
  n,
  spanId,
  startedAt,
  durationMs,
  ttft,
  outcome,
  phase,
  trigger,
  correction,
  ttftRating,
  thumbs: feedback.map((it) => it.label),
  signals: signals.map((it) => it.kind),
})

const fact = (name, ...value) =>
  value.some((it) => it != null && it !== '' && it !== false) &&
  h('div', null, h('dt', null, name), h('dd', null, ...value))

function header(data) {
  const interrupted = data.turns.filter((it) => ['stopped', 'superseded', 'abandoned'].includes(it.outcome)).length
  const count = (kind) => data.turns.filter((it) => it.signals.includes(kind)).length
  const rated = data.turns.filter((it) => it.thumbs.some((label) => label && label !== 'retracted')).length
  const exposed = data.turns.filter((it) => it.thumbs.length || it.signals.includes('exposed')).length
  const handed = data.loose.some((it) => it.kind === 'handoff') || count('handoff') > 0
  return h(
    'header.session-head',
    null,
    h('h1', null, data.user ?? 'Session', h('span.sub', null, when(data.startedAt))),
    h(
      'dl.facts',
      null,
      fact(
        'Session',
        h('span.mono', null, data.id.length > 20 ? `${data.id.slice(0, 20)}…` : data.id),
        copyButton(data.id, 'session id'),
      ),
      fact('Service', [data.service, data.version].filter(Boolean).join(' ')),
      fact('Environment', data.environment),
      fact('Model', data.models.join(', ')),
      fact('Length', duration(data.endedAt - data.startedAt)),
      fact('Turns', number(data.turns.length)),
      fact('Interrupted', number(interrupted)),
      fact('Corrected', `${number(data.corrections.k)} of ${number(data.corrections.n)} follow-ups`),
      fact('Rated', `${number(rated)} of ${number(exposed)} seen`),
      fact('Copied', number(count('copy'))),
      handed && fact('Handed off', 'to a person'),
      fact('Page views', number(data.pages.length)),
      data.conversations.length > 1 && fact('Conversations', number(data.conversations.length)),
    ),
    data.turns.length > 0 && ribbon(data.turns),
    data.pages.some((it) => it.vitals.length) && vitals(data.pages),
  )
}

/** The whole session in one line: waits hatched, text solid, breaks between turns cut short. */
function ribbon(turns) {
  const items = turns.flatMap((turn, i) => {
    const before = turns[i - 1]
    const pause = before && turn.startedAt - before.startedAt - before.durationMs
    const wait = turn.durationMs ? Math.min(1, (turn.ttft ?? turn.durationMs) / turn.durationMs) : 1
    return [
      i > 0 &&
        h(
          'li.pause',
          { 'aria-hidden': 'true', title: `${duration(Math.max(0, pause))} between` },
          h('span', null, pause > 0 ? short(pause) : ''),
        ),
      h(
        'li.part',
        { style: { 'flex-grow': Math.max(turn.durationMs, 400) } },
        h(
          `a.o-${turn.outcome ?? 'open'}`,
          {
            href: `#turn-${turn.n}`,
            title: `Turn ${turn.n}: ${turn.outcome ?? 'open'}, first text ${duration(turn.ttft)}, ${duration(turn.durationMs)} in all`,
          },
          h('span.ribbon-wait', { style: { width: `${wait * 100}%` } }),
          h('b', null, turn.n),
          turn.thumbs.includes('up') && icon('up'),
          turn.thumbs.includes('down') && icon('down'),
        ),
      ),
    ]
  })
  return h(
    'figure.ribbon',
    null,
    h('ol', { 'aria-label': 'Turns of the session' }, items),
    h(
      'figcaption',
      null,
      h('span', null, h('i.key.waiting'), 'waiting for text'),
      h('span', null, h('i.key.streaming'), 'text on screen'),
      h('span.right', null, 'longer turns are wider; breaks between turns cut short'),
    ),
  )
}

const short = (ms) =>
  ms < 60_000 ? `${Math.round(ms / 1000)} s` : ms < 36e5 ? `${Math.round(ms / 60_000)} m` : `${Math.round(ms / 36e5)} h`

const VITAL_MS = new Set(['ttfb', 'lcp', 'fcp', 'inp', 'fid'])
function vitals(pages) {
  return h(
    'div.vitals',
    null,
    pages
      .filter((it) => it.vitals.length)
      .map((it) =>
        h(
          'div',
          null,
          h(
            'span.vital-page',
            { title: `${it.url ?? ''} ${full(it.startedAt)}` },
            icon('eye'),
            `Page ${clock(it.startedAt)}`,
          ),
          it.vitals.map((vital) => {
            const name = String(vital.name ?? '').toLowerCase()
            const rate = { good: 'good', poor: 'poor' }[vital.rating] ?? (vital.rating ? 'fair' : undefined)
            return h(
              'span.vital',
              null,
              h('small', null, name.toUpperCase()),
              h('b', null, VITAL_MS.has(name) ? duration(vital.value) : number(vital.value, 3)),
              ratingMark(rate, false),
            )
          }),
        ),
      ),
  )
}

function turnCard(turn) {
  const outcome = turn.outcome ?? 'open'
  return h(
    'li.turn',
    { id: `turn-${turn.number}` },
    h('div.rail', { 'aria-hidden': 'true' }, h(`span.o-${outcome}`, null, icon((OUTCOMES[outcome] ?? ['unknown'])[0]))),
    h(
      'article.card',
      { 'aria-label': `Turn ${turn.number}, ${outcome}` },
      h(
        'header.turn-head',
        null,
        h('h2', null, h('a', { href: `#turn-${turn.number}` }, `Turn ${turn.number}`)),
        h('time', { title: full(turn.startedAt) }, clock(turn.startedAt)),
        outcomeChip(turn),
        turn.trigger && turn.trigger !== 'submit' && h('span.chip', null, turn.trigger),
        correctionChip(turn),
        turn.delivery.recovered &&
          h(
            'span.chip',
            { title: 'Its page died; the record was restored on a later visit' },
            'recovered',
            turn.delivery.delayMs !== undefined &&
              h('span.chip-detail', null, `${duration(turn.delivery.delayMs)} late`),
          ),
        turn.domForeign &&
          h('span.chip', { title: 'A translator or extension rewrote the answer' }, 'rewritten by others'),
        h(
          'span.reactions',
          null,
          turn.feedback.map((it) => reaction(it, turn)),
          turn.signals.map((it) => signal(it, turn)),
        ),
      ),
      h('div.turn-body', null, waitBox(turn), growthBox(turn)),
      measures(turn),
      stallBox(turn),
      turn.requests.length > 0 && requests(turn),
      waterfall(turn),
    ),
  )
}

function correctionChip(turn) {
  const { correction } = turn
  const of = correction ? correction.ofNumber : turn.replacesNumber
  if (!correction && !turn.replaces) return ''
  if (correction?.kind === 'none' || correction?.kind === 'unknown') return ''
  const target = of ? h('a', { href: `#turn-${of}` }, `turn ${of}`) : 'an earlier turn'
  return h(
    'span.chip.correction',
    { title: 'What this prompt was to an earlier one, decided on the device' },
    icon('again'),
    h('span', null, `${label(correction?.kind ?? 'replaces')} of `, target),
    correction?.score !== undefined && h('span.chip-detail', null, correction.score.toFixed(2)),
  )
}

const after = (at, turn) => {
  const ms = at - turn.startedAt - turn.durationMs
  return ms >= 0 ? `${duration(ms)} after the answer` : 'while it was answered'
}

function reaction(it, turn) {
  const thumb = it.label === 'up' || it.label === 'down'
  const text = thumb ? `Thumb ${it.label}` : [it.name, it.label ?? it.score].filter((part) => part != null).join(' ')
  return h(
    `span.thumb.${it.label ?? 'other'}`,
    {
      title: `${text}, ${after(it.at, turn)}, ${full(it.at)}${it.revision > 1 ? `, changed ${it.revision - 1} times` : ''}`,
    },
    thumb ? icon(it.label) : text,
    thumb && h('span.hidden', null, text),
    h('small', null, clock(it.at)),
    it.comment && h('q', null, it.comment),
  )
}

/** Signal → icon and words. */
const SIGNALS = {
  exposed: ['eye', () => 'rating seen', 'A control that rates was in view for a second'],
  copy: ['copy', (it) => `copied ${it.copied ?? ''}`.trim(), 'Answer text was copied'],
  share: ['share', () => 'shared', 'The answer was shared'],
  dwell: ['clock', (it) => `stayed ${duration(it.value * 1000)}`, 'Until the next message, or until the page was left'],
  scroll_back: ['upward', () => 'scrolled back', 'Its beginning came back into view'],
  handoff: ['person', () => 'asked for a person', 'The user wanted a human'],
}
function signal(it, turn) {
  const [shape, words, meaning] = SIGNALS[it.kind] ?? ['eye', () => label(it.kind), 'Signal']
  return h(`span.signal.s-${it.kind}`, { title: `${meaning}, ${after(it.at, turn)}` }, icon(shape), words(it))
}

function waitBox(turn) {
  const seen = turn.ttft !== undefined
  return h(
    'section.wait-box',
    null,
    h('h3', null, 'Time to first text'),
    h(
      'p.big',
      null,
      h('b', null, duration(turn.ttft)),
      ratingMark(turn.ttftRating),
      turn.ttftErrorMs !== undefined &&
        h(
          'small',
          { title: `Measured by ${turn.ttftMethod}` },
          `± ${duration(turn.ttftErrorMs)} · ${turn.ttftMethod ?? NONE}`,
        ),
    ),
    turn.ttftHiddenMs > 0 &&
      h('p.note', null, `The page was hidden for ${duration(turn.ttftHiddenMs)} of it; left out of percentiles`),
    !seen && h('p.note', null, `No answer text was seen. Waited ${duration(turn.durationMs)}`),
    seen && turn.ttftParts && stack(turn.ttftParts, PARTS, 'p', 'Where the wait went'),
  )
}

function growthBox(turn) {
  const reader = readerOf(turn)
  const key = (name, text) => h('span', null, h(`i.key.${name}`), text)
  return h(
    'section.growth-box',
    null,
    h('h3', null, 'How the answer grew on screen', h('small', null, 'characters')),
    growthChart(turn),
    h(
      'p.keys',
      null,
      key('waiting', 'waiting'),
      reader.line.length > 0 && key('reader', 'a reader at usual speed'),
      reader.frozen.length > 0 && key('frozen', 'screen stood still'),
      reader.waits.length > 0 && key('starved', 'reader left waiting'),
    ),
  )
}

function measures(turn) {
  const { render, moments } = turn
  const item = (name, value, rate, title) =>
    h('div', { title }, h('dt', null, name), h('dd', null, value, ratingMark(rate, false)))
  const r = turn.ratings ?? {}
  return h(
    'dl.measures',
    null,
    item(
      'First feedback',
      duration(moments.firstFeedback),
      r.first_feedback,
      'Submit until something on screen acknowledged it',
    ),
    moments.firstProgress !== undefined &&
      item(
        'First progress',
        duration(moments.firstProgress),
        r.first_progress,
        'First thinking, tool or status text on screen',
      ),
    moments.firstReasoning !== undefined &&
      item('First reasoning', duration(moments.firstReasoning), undefined, 'First reasoning chunk of the stream'),
    item('Useful text', duration(moments.usefulText), undefined, 'Enough for one second of reading'),
    item('Last text', duration(moments.lastText), undefined, 'Last answer text painted'),
    item(
      'QoE',
      render.qoe === undefined ? NONE : render.qoe.toFixed(3),
      r.qoe,
      '1 is an answer that never made the reader wait',
    ),
    item(
      'Pace',
      render.pace === undefined ? NONE : `${render.pace.toFixed(2)} ×`,
      undefined,
      'Reading time painted per time passed; below 1 the text comes slower than people read',
    ),
    item('Speed', render.charsPerSecond === undefined ? NONE : `${number(render.charsPerSecond)} chars/s`),
    item('Characters', number(render.chars), undefined, `in ${number(render.frames)} frames`),
    item('Gap p95', duration(render.gapP95Ms), r.gap_p95),
    item('Longest gap', duration(render.gapMaxMs)),
    item(
      'Freezes',
      render.freezes ? `${render.freezes} · ${duration(render.freezeMs)}` : number(render.freezes),
      undefined,
      'Gaps of a second or more',
    ),
    item(
      'Stalls',
      render.stalls ? `${render.stalls} · ${duration(render.stallMs)}` : number(render.stalls),
      undefined,
      'Times the reader ran out of text',
    ),
    item('Stall ratio', percent(render.stallRatio), r.stall_ratio),
    turn.hiddenMs > 0 && item('Hidden', duration(turn.hiddenMs), undefined, 'Page hidden, frozen or suspended'),
    Math.abs(turn.clockSkewMs ?? 0) > 50 && item('Clock skew', duration(turn.clockSkewMs)),
    Object.entries(turn.attributes).map(([name, value]) => item(name, String(value))),
  )
}

function stallBox(turn) {
  const { stallMs, stallBy, stallLongestMs, stalls } = turn.render
  if (!(stallMs >= 250) || !stallBy || !Object.values(stallBy).some((it) => it > 0)) return ''
  return h(
    'section.stall-box',
    null,
    h(
      'h3',
      null,
      'Why the reader waited',
      h('small', null, `${plural(stalls ?? 0, 'stall')}, longest ${duration(stallLongestMs)}`),
    ),
    stack(stallBy, CAUSES, 'c', 'Stalled time by cause'),
  )
}

function requests(turn) {
  return h(
    'section.requests',
    null,
    h('h3', null, 'Requests'),
    h(
      'div.scroll',
      { tabindex: 0, role: 'region', 'aria-label': 'Requests' },
      h(
        'table',
        null,
        h(
          'thead',
          null,
          h(
            'tr',
            null,
            ['Request', 'Status', 'Model', 'Issued', 'First chunk', 'Duration', 'Chunks', 'Bytes', 'Ids'].map((text) =>
              h('th', { scope: 'col' }, text),
            ),
          ),
        ),
        h(
          'tbody',
          null,
          turn.requests.map((it) =>
            h(
              'tr',
              null,
              h(
                'td',
                null,
                h('b', null, it.method),
                ' ',
                h('span.url', { title: it.url }, path(it.url)),
                it.transport && it.transport !== 'fetch' && h('span.tagged', null, it.transport),
                it.serverTiming &&
                  h('small.timing', { title: 'What the server said of its own time' }, timing(it.serverTiming)),
              ),
              h(
                'td',
                null,
                h(
                  `span.status.${it.errorType || it.status >= 400 ? 'bad' : 'fine'}`,
                  null,
                  it.status ?? it.errorType ?? NONE,
                ),
              ),
              h('td', null, it.model ?? NONE),
              h('td', null, `+${duration(it.startMs)}`),
              h(
                'td',
                { title: 'Request issued until the first model chunk, the network’s own figure' },
                duration(it.firstChunkMs),
              ),
              h('td', null, duration(it.durationMs)),
              h('td', null, number(it.chunks)),
              h('td', null, bytes(it.bytes)),
              h(
                'td.mono',
                null,
                [it.responseId, it.backendRequestId].filter(Boolean).map((text) => h('div', null, text)),
                !it.responseId && !it.backendRequestId && NONE,
              ),
            ),
          ),
        ),
      ),
    ),
  )
}

/** `queue;dur=12, db;dur=53.5` in words. */
const timing = (text) =>
  text
    .split(', ')
    .map((part) => part.replace(/;dur=([\d.]+)$/, (_, ms) => ` ${duration(Number(ms))}`))
    .join(' · ')

function path(address) {
  try {
    return new URL(address).pathname
  } catch {
    return address ?? ''
  }
}

const looseList = (items) =>
  h(
    'section.card.loose',
    null,
    h('h3', null, 'Given in this session to earlier answers'),
    h(
      'p',
      null,
      items.map((it) => h('span.signal', null, it.label ?? it.name ?? it.kind, ' · ', ago(it.at))),
    ),
  )
