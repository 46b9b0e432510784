// What a team looks at: which model is slow, why users give up, which answers are bad; the rates with their intervals, how
// waits spread, trends, what differs, what was worst, and how far to trust it.
import { Histogram, Interval, Trend } from './charts.mjs'
import { Filters, isFiltered } from './filters.mjs'
import { ago, day, duration, NONE, number, percent, plural, seconds } from './format.mjs'
import { QUANTILES, RATES } from './metrics.mjs'
import { go, html, Icon, narrowed, Rating, Term, useData, useEffect, useState, withParams } from './ui.mjs'
import { CAUSES, EVIDENCE, label, OUTCOMES, PARTS, Stack } from './words.mjs'

const nice = (it) => [0.05, 0.1, 0.2, 0.3, 0.5, 1].find((max) => it <= max) ?? 1
const sure = (it) => (it.n ? `95 %: ${percent(it.low)} to ${percent(it.high)}` : 'no data yet')
export const FORMATS = { s: seconds, share: percent, score: (it) => it?.toFixed(3) ?? NONE }
/** How far a verdict on rephrasing can be trusted; beside every rate made of such verdicts. */
const detector = ({ precision, recall, pairs }) =>
  `detector: precision ${percent(precision)}, recall ${percent(recall)} on ${number(pairs)} test pairs`

export function OverviewPage({ query }) {
  const { data, error } = useData(`/api/overview?${query}`, 5000)
  useEffect(() => void (document.title = 'Overview · chat-vitals'), [])
  const t = data?.totals
  return html`<div class="page-head"><h1>Overview</h1><span class="count">${t?.turns ? `${plural(t.turns, 'turn')} in ${plural(data.turnsPerSession.sessions, 'session')}` : ''}</span></div>
    <${Filters} facets=${data?.facets} query=${query} search=${false}>${t?.turns > 0 && html`<a class="flag" href=${`/api/turns.csv?${query}`} download>Export CSV</a>`}</${Filters}>
    ${error && !data && html`<div class="empty failure"><h2>The backend does not answer</h2></div>`}
    ${data && !t.turns && html`<div class="empty"><h2>${isFiltered(query) ? 'No turn matches these filters' : 'No turns yet'}</h2><p>${isFiltered(query) ? 'Widen the time or clear a filter.' : 'Send messages in the chat page; rates appear here with how sure they are.'}</p></div>`}
    ${
      t?.turns > 0 &&
      html`<div class="overview">${data.editions.length > 1 && html`<p class="banner">These turns were measured by definitions ${data.edition}. ${data.editions.filter((it) => it.edition !== data.edition).map((it) => html`<a href=${withParams({ edition: String(it.edition) })}>${plural(it.turns, 'turn')} by definitions ${it.edition}</a> `)} are not mixed in.</p>`}
      <${Answers} data=${data} /><${Drift} drift=${data.drift} /><${Cards} data=${data} /><${Waits} data=${data} /><${Trends} data=${data} /><${Breakdown} data=${data} query=${query} /><${Worst} worst=${data.worst} /><${Rest} data=${data} query=${query} /></div>`
    }`
}

/** Three questions, answered in a line each. */
function Answers({ data }) {
  const models = data.breakdown
    .filter((it) => data.by === 'model' && it.value && it.ttft.n >= 5)
    .sort((a, b) => b.ttft.p75 - a.ttft.p75)
  const [slow, ...others] = models
  const parts = Object.entries(data.ttftParts.seconds).sort((a, b) => b[1] - a[1])
  const t = data.totals
  const ended = data.outcomes.filter((it) => ['stopped', 'abandoned', 'superseded'].includes(it.outcome))
  const [why] = ended
  const bad = data.breakdown.filter((it) => it.value && it.bad.n >= 3).sort((a, b) => b.bad.value - a.bad.value)[0]
  const card = (question, answer, detail, href) =>
    html`<article><h2>${question}</h2><p>${answer}</p><small>${detail}</small>${href && html`<a href=${href}>Show them</a>`}</article>`
  return html`<section class="answers" aria-label="In short">
    ${card('Which model is slow?', slow ? html`<b>${slow.value}</b>: three of four answers begin within ${seconds(slow.ttft.p75)}` : 'No model has five timed answers yet', slow && others.length ? `${others.at(-1).value}: ${seconds(others.at(-1).ttft.p75)}. Most of the wait: ${label(parts[0][0])}` : parts[0]?.[1] ? `Most of the wait: ${label(parts[0][0])}` : '', slow && narrowed('model', slow.value, '/sessions'))}
    ${card('Why do users give up?', why ? html`<b>${percent(t.interruption.value)}</b> of answers are interrupted, most: ${label(why.outcome)} while ${why.phase}` : 'Nobody gave up', data.gaveUp.n ? `Who gave up before any text did so after ${duration(data.gaveUp.ms)} (median of ${number(data.gaveUp.n)})` : why ? `After ${duration(why.afterMs)} (median)` : '', why && withParams({ flag: 'stopped' }, '/sessions'))}
    ${card('Which answers are bad?', t.bad.n ? html`<b>${percent(t.bad.value)}</b> of ${plural(t.bad.n, 'rating')} are thumbs down; <b>${percent(t.correction.value)}</b> of follow-ups correct the answer` : html`<b>${percent(t.correction.value)}</b> of follow-ups correct the answer; nobody rated yet`, bad ? `Most thumbs down: ${label(bad.value)}, ${percent(bad.bad.value)} of ${number(bad.bad.n)}` : detector(data.corrections.detector), withParams({ flag: t.bad.k ? 'down' : 'corrected' }, '/sessions'))}
  </section>`
}

const DRIFTS = { slow: 'Slow turns', interruption: 'Interruption', errorRate: 'Errors', correction: 'Corrections' }
function Drift({ drift }) {
  const found = drift.signals.filter((it) => it.drifted)
  if (!found.length) return ''
  return html`<section class="banner warn" aria-label="Drift"><b>Something changed.</b> The newest ${number(drift.recent)} turns against ${number(drift.baseline)} before them:
    ${found.map((it) => html` <span>${DRIFTS[it.name]} ${percent(it.before.value)} → <b>${percent(it.now.value)}</b> (z ${it.z.toFixed(1)})</span>`)}</section>`
}

/** One headline number with n, its 95 % interval and rating. */
function Card({ title, says, value, format, it, of, max, zones, note, lead }) {
  const range =
    it.low === undefined
      ? it.n
        ? 'n too small for an interval'
        : 'no data yet'
      : `95 %: ${format(it.low)} to ${format(it.high)}`
  return html`<article class="metric"><h3><${Term} says=${says}>${title}</${Term}></h3><p class="big"><b>${it.n ? format(value) : NONE}</b><${Rating} is=${it.n ? it.rating : undefined} words /></p>
    <${Interval} value=${it.n ? value : undefined} low=${it.low} high=${it.high} max=${max} zones=${zones} text=${range} />
    <p class="fine"><span>${range}</span><span>${lead && it.n ? html`<a href=${lead}>${of}</a>` : of}</span></p>${note && html`<p class="fine note">${note}</p>`}</article>`
}

function Cards({ data }) {
  const { totals: t, corrections, turnsPerSession, evidence, gaveUp } = data
  const understood = evidence.understood
  const rate = (name, note, lead) => {
    const it = t[name]
    const beside =
      understood?.[name]?.n && name !== 'understood' && understood[name].n < it.n
        ? `${percent(understood[name].value)} of ${number(understood[name].n)} in understood turns`
        : ''
    return html`<${Card} title=${RATES[name].title} says=${RATES[name].term} value=${it.value} it=${it} format=${percent} max=${nice(it.high ?? 1)} of=${`${number(it.k)} of ${number(it.n)} ${RATES[name].of}`} note=${[note, beside].filter(Boolean).join('; ')} lead=${lead} />`
  }
  const quantile = (name, note) => {
    const it = t[name]
    const q = QUANTILES[name]
    const max = q.unit === 'score' ? 1 : Math.max(q.poor * 1.6, (it.high ?? it.value ?? 0) * 1.15)
    return html`<${Card} title=${`${q.title}, p${q.q * 100}`} says=${q.term} value=${it.value} it=${it} format=${FORMATS[q.unit]} max=${max} zones=${q} of=${`n ${number(it.n)}`} note=${note} />`
  }
  const flag = (name) => withParams({ flag: name }, '/sessions')
  return html`<section class="metrics" aria-label="Headline numbers">
    ${quantile('ttft', t.ttft.leftOutHidden > 0 && `${plural(t.ttft.leftOutHidden, 'turn')} in a hidden page left out`)}
    ${rate('interruption', t.interruption.upperBound.k > t.interruption.k && `at most ${percent(t.interruption.upperBound.value)} if the lost ones were too`, flag('stopped'))}
    ${rate('waitAbandonment', gaveUp.n > 0 && `after ${duration(gaveUp.ms)} (median)`, withParams({ flag: 'stopped' }, '/sessions'))}
    ${quantile('stall_ratio')}${quantile('qoe')}
    ${rate('correction', detector(corrections.detector), flag('corrected'))}
    ${rate('good', t.bad.n > 0 && `bad ${percent(t.bad.value)}`, flag('down'))}
    ${rate('participation', !t.participation.n && 'no rating control was seen: the rate has no denominator')}
    <${Card} title="Human hand-off" says="Sessions in which the user asked for a person, of all sessions with a turn" value=${t.handoff.value} it=${t.handoff} format=${percent} max=${nice(t.handoff.high ?? 1)} of=${`${number(t.handoff.k)} of ${number(t.handoff.n)} sessions`} lead=${flag('handoff')}
      note=${turnsPerSession.median != null && `${number(turnsPerSession.median, 1)} turns per session (median), p90 ${number(turnsPerSession.p90, 1)}`} />
    ${t.understood.n ? rate('understood') : rate('copies', t.dwell.n > 0 && `stayed ${seconds(t.dwell.value)} after the answer (median, n ${number(t.dwell.n)})`)}
  </section>`
}

function Waits({ data: { histogram, ttftParts, totals } }) {
  const { ttft } = totals
  const means = Object.fromEntries(
    Object.entries(ttftParts.seconds).map(([name, it]) => [name, ttftParts.n ? (it / ttftParts.n) * 1000 : 0]),
  )
  const quantiles = ['p50', 'p75', 'p95'].map((name) => [name, ttft[name]])
  const lead = (bin) =>
    withParams({ ttft_from: String(bin.from), ttft_to: bin.open ? '' : String(bin.to) }, '/sessions')
  return html`<div class="two"><section class="panel"><h2>Time to first text <small>n ${number(ttft.n)}${ttft.leftOutHidden ? `, ${ttft.leftOutHidden} hidden left out` : ''}</small></h2>
      <p class="figures">${quantiles.map(([name, it]) => html`<span><small>${name}</small><b>${seconds(it)}</b></span>`)}</p>
      ${ttft.n ? html`<${Histogram} ...${histogram} quantiles=${quantiles} limits=${QUANTILES.ttft} lead=${lead} />` : html`<p class="note">No first text was seen yet</p>`}
      <p class="keys">${[
        ['good', '≤ 2 s good'],
        ['fair', 'to 5 s fair'],
        ['poor', '> 5 s poor'],
      ].map(
        ([name, text]) => html`<span><i class=${`key r-${name}`}></i>${text}</span>`,
      )}<span>height: turns for each ¼ s; a bar leads to its turns</span></p></section>
    <section class="panel"><h2>Where the wait went <small>mean per turn, n ${number(ttftParts.n)}</small></h2>
      ${Object.values(means).some(Boolean) ? html`<${Stack} values=${means} meanings=${PARTS} set="p" what="Mean wait by part" />` : html`<p class="note">No parts known yet</p>`}
      <h3>Other waits <small>p75</small></h3><dl class="others">${['first_feedback', 'first_progress', 'gap_p95', 'stall_longest'].map((name) => html`<div><dt><${Term} says=${QUANTILES[name].term}>${QUANTILES[name].title}</${Term}></dt><dd><b>${seconds(totals[name].value)}</b><${Rating} is=${totals[name].rating} /><small>n ${number(totals[name].n)}</small></dd></div>`)}</dl></section></div>`
}

function Trends({ data: { trend, bucket, releases } }) {
  const ms = bucket === 'day' ? 864e5 : 36e5
  const lead = (row) =>
    withParams({ since: String(Math.round(row.at)), until: String(Math.round(row.at + ms)) }, '/sessions')
  const common = { rows: trend, bucket: ms, releases, lead }
  const panel = (title, chart) =>
    html`<section class="panel"><h2>${title} <small>by ${bucket}</small></h2>${chart}</section>`
  return html`<div class="three">
    ${panel(
      'Time to first text',
      html`<${Trend} ...${common} what="Time to first text" format=${seconds} tick=${(v) => (v ? `${v} s` : '0')} n=${(row) => row.ttft.n} lines=${[
        { name: 'p50', class: 'l-soft', of: (row) => row.ttft.p50 },
        { name: 'p75', class: 'l-main', of: (row) => row.ttft.p75 },
      ]} />`,
    )}
    ${panel('Interruption', html`<${Trend} ...${common} what="Interruption rate" format=${percent} tick=${(v) => `${Math.round(v * 100)} %`} n=${(row) => row.interruption.n} floor=${0.1} band=${(row) => (row.interruption.n ? [row.interruption.low, row.interruption.high] : undefined)} lines=${[{ name: 'rate, 95 %', class: 'l-warm', of: (row) => row.interruption.value }]} />`)}
    ${panel('Turns by outcome', html`<${Trend} ...${common} what="Turns by outcome" format=${number} tick=${(v) => v} n=${(row) => row.turns} stack=${['completed', 'interrupted', 'error', 'cancelled', 'lost'].map((name) => ({ name, class: `o-${name}`, of: (row) => row.outcomes[name] }))} />`)}
    ${
      releases.length > 1 &&
      html`<p class="keys wide"><span><i class="key release"></i>release: ${releases
        .slice(-6)
        .map((it) => `${it.service ?? ''} ${it.version} (${day(it.at)})`)
        .join(', ')}</span></p>`
    }</div>`
}

/** Columns of the breakdown: title, value to sort by. */
const COLUMNS = {
  value: ['', (row) => row.value ?? ''],
  turns: ['Turns', (row) => row.turns],
  p50: ['First text p50', (row) => row.ttft.p50],
  p75: ['p75', (row) => row.ttft.p75],
  p95: ['p95', (row) => row.ttft.p95],
  interruption: ['Interrupted', (row) => row.interruption.value],
  errorRate: ['Errors', (row) => row.errorRate.value],
  stall: ['Stall p75', (row) => row.stall_ratio.value],
  qoe: ['Quality p25', (row) => row.qoe.value],
  correction: ['Corrected', (row) => row.correction.value],
  bad: ['Bad', (row) => row.bad.value],
  participation: ['Rated', (row) => row.participation.value],
  handoff: ['Hand-off', (row) => row.handoff.value],
}

function Breakdown({ data, query }) {
  const [sort, setSort] = useState({ name: 'turns', down: true })
  const of = COLUMNS[sort.name][1]
  const rows = [...data.breakdown].sort((a, b) => {
    const [x, y] = [of(a), of(b)]
    if (x == null || y == null) return Number(x == null) - Number(y == null)
    return (x < y ? -1 : x > y ? 1 : 0) * (sort.down ? -1 : 1)
  })
  const rate = (it) =>
    html`<td title=${it.n ? `${it.k} of ${it.n}, ${sure(it)}` : 'no data'}><span class="cell"><b>${percent(it.value)}</b><small>n ${number(it.n)}</small></span>${it.n > 0 && html`<${Interval} ...${it} max=${1} text=${sure(it)} />`}</td>`
  const cell = (text, is) => html`<td><span class="cell"><b>${text}</b><${Rating} is=${is} /></span></td>`
  const names = [...new Set([...data.dimensions, data.by])]
  const pair = rows.filter((it) => it.value != null).slice(0, 2)
  const params = new URLSearchParams(query)
  if (pair.length > 1)
    for (const [name, value] of Object.entries({ by: data.by, a: pair[0].value, b: pair[1].value }))
      params.set(name, value)
  return html`<section class="panel"><div class="box-head"><h2><label>Break down by <select value=${data.by} onChange=${(event) => go(withParams({ by: event.target.value }), true)}>${names.map((name) => html`<option value=${name}>${label(name)}</option>`)}</select></label></h2>
      ${pair.length > 1 && html`<a class="flag" href=${`/compare?${params}`}>Compare two of them</a>`}</div>
    <div class="scroll" tabindex="0" role="region" aria-label="Breakdown"><table class="breakdown"><thead><tr>${Object.entries(COLUMNS).map(([name, [title]]) => html`<th scope="col" aria-sort=${sort.name === name ? (sort.down ? 'descending' : 'ascending') : undefined}><button type="button" onClick=${() => setSort({ name, down: sort.name === name ? !sort.down : name !== 'value' })}>${title || label(data.by)}</button></th>`)}</tr></thead>
      <tbody>${rows.map(
        (
          row,
        ) => html`<tr key=${row.value}><th scope="row">${row.value == null ? html`<span class="none">${data.by === 'outcome' ? 'open' : 'not told'}</span>` : html`<a href=${narrowed(data.by, row.value)} title="Show only these">${label(row.value)}</a>`}</th>
        ${cell(number(row.turns))}${cell(seconds(row.ttft.p50))}${cell(seconds(row.ttft.p75), row.ttft.rating)}${cell(seconds(row.ttft.p95))}${rate(row.interruption)}${rate(row.errorRate)}
        ${cell(percent(row.stall_ratio.value), row.stall_ratio.rating)}${cell(row.qoe.value?.toFixed(3) ?? NONE, row.qoe.rating)}${rate(row.correction)}${rate(row.bad)}${rate(row.participation)}${rate(row.handoff)}</tr>`,
      )}</tbody></table></div></section>`
}

const LISTS = {
  abandoned: ['Longest waits given up', (it) => `gave up after ${duration(it.ms)}`],
  slow: ['Slowest first texts', (it) => `first text after ${seconds(it.ttft)}`],
  corrected: ['Surest corrections', (it) => `${label(it.correction)} after an answer`],
  down: [
    'Thumbs down',
    (it) => {
      const [part] = Object.keys(PARTS)
        .map((name) => [name, it[`part_${name}`] ?? 0])
        .sort((a, b) => b[1] - a[1])
      return it.ttft == null
        ? 'no text seen'
        : `first text after ${seconds(it.ttft)}${part[1] ? `, most of it ${label(part[0])}` : ''}`
    },
  ],
}
const Worst = ({ worst }) =>
  html`<section class="panel"><h2>Worst of it <small>each leads to its session</small></h2><div class="worst">${Object.entries(
    LISTS,
  ).map(
    ([name, [title, says]]) =>
      html`<div><h3>${title}</h3>${worst[name].length ? html`<ol>${worst[name].map((it) => html`<li><a href=${`/sessions/${encodeURIComponent(it.session)}`}><b>${says(it)}</b><small>${[it.model, ago(it.started)].filter(Boolean).join(' · ')}</small><${Icon} name="chevron" /></a></li>`)}</ol>` : html`<p class="note">None</p>`}</div>`,
  )}</div></section>`

function Bars({ items, set }) {
  const top = Math.max(...items.map((it) => it.n), 1)
  return html`<ul class="bars">${items.map((it) => html`<li><a href=${it.lead} title=${it.title}><span>${it.name}${it.detail && html`<small>${it.detail}</small>`}</span><i><i class=${`${set}-${it.key ?? 'any'}`} style=${{ width: `${(it.n / top) * 100}%` }}></i></i><b>${number(it.n)}</b></a></li>`)}</ul>`
}

function Rest({ data: { outcomes, corrections, stallCauses, quality, totals, evidence } }) {
  const causes = Object.fromEntries(Object.entries(stallCauses.seconds).map(([name, it]) => [name, it * 1000]))
  const line = (name, value, detail, says) =>
    html`<div><dt><${Term} says=${says}>${name}</${Term}></dt><dd><b>${value}</b>${detail && html`<small>${detail}</small>`}</dd></div>`
  const rate = (name, title = RATES[name].title) =>
    line(
      title,
      percent(totals[name].value),
      totals[name].n ? `${number(totals[name].k)} of ${number(totals[name].n)}; ${sure(totals[name])}` : 'no data yet',
      RATES[name].term,
    )
  const judged = corrections.kinds.filter((it) => it.pairs > 0)
  const apart = corrections.kinds.reduce((sum, it) => sum + it.n - it.pairs, 0)
  const share = (witness) =>
    Object.entries(
      evidence.shares.reduce(
        (sum, it) => ({ ...sum, [it[witness] ?? 'none']: (sum[it[witness] ?? 'none'] ?? 0) + it.n }),
        {},
      ),
    ).sort((a, b) => b[1] - a[1])
  const known = evidence.shares.reduce((sum, it) => sum + it.n, 0)
  return html`<div class="rest">
    <section class="panel"><h2>How turns ended</h2><${Bars} set="o" items=${outcomes.slice(0, 8).map((it) => ({
      name: it.outcome ?? 'open',
      key: it.outcome ?? 'open',
      n: it.n,
      title: OUTCOMES[it.outcome ?? 'open']?.[1],
      lead: withParams({ outcome: it.outcome ?? 'open' }, '/sessions'),
      detail: [
        it.outcome === 'completed' ? it.phase === 'waiting' && 'without text' : it.phase,
        it.outcome !== 'completed' && label(it.endedBy),
        it.afterMs != null && `after ${duration(it.afterMs)} (median)`,
      ]
        .filter(Boolean)
        .join(' · '),
    }))} /></section>
    <section class="panel"><h2>What follow-ups were <small>${number(corrections.rate.k)} corrections of ${plural(corrections.rate.n, 'follow-up')}</small></h2>
      ${judged.length ? html`<${Bars} set="k" items=${judged.map((it) => ({ name: it.kind === 'none' ? 'something new' : label(it.kind), n: it.pairs, lead: narrowed('chat_vitals.correction.kind', it.kind, '/sessions') }))} />` : html`<p class="note">No follow-up was judged yet</p>`}
      <p class="fine">Judged on the device; ${detector(corrections.detector)}. Regenerate and clarification are no corrections.${apart > 0 ? ` ${number(apart)} more came after answers that failed or showed nothing, and are in no rate.` : ''}</p></section>
    <section class="panel"><h2>Why readers waited <small>${plural(stallCauses.n, 'turn')}</small></h2>${Object.values(causes).some(Boolean) ? html`<${Stack} values=${causes} meanings=${CAUSES} set="c" what="Stalled time by cause" />` : html`<p class="note">No reader was left waiting</p>`}</section>
    <section class="panel"><h2>What users did with answers <small>${number(totals.copies.n)} with text</small></h2><dl class="quality">${['copies', 'shares', 'scrollBacks', 'good', 'bad', 'participation'].map((name) => rate(name))}</dl></section>
    <section class="panel"><h2>How turns are known <small>${number(known)} of ${number(totals.turns)} say so</small></h2>
      ${
        known
          ? html`<dl class="quality">${rate('understood')}${Object.entries(EVIDENCE).map(([witness, meanings]) =>
              line(
                witness,
                share(witness)
                  .map(([value, n]) => `${value} ${percent(n / known)}`)
                  .join(', '),
                '',
                Object.entries(meanings)
                  .map(([value, says]) => `${value}: ${says}`)
                  .join('; '),
              ),
            )}</dl>`
          : html`<p class="note">Turns of a library before 0.2 do not say how they are known</p>`
      }</section>
    <section class="panel"><h2>How far to trust this</h2><dl class="quality">
      ${line('Turns lost', percent(quality.loss.value), quality.loss.n ? `${number(quality.received)} of ${number(quality.opened)} opened arrived; a lower bound` : 'no data yet', 'What page views say they opened, and never came')}
      ${line('Raw duplicates', percent(quality.duplicates.value), `${number(quality.duplicates.k)} of ${number(quality.duplicates.n)} spans; removed before anything is computed`)}
      ${line('Dropped on devices', number(quality.dropped), `over ${plural(quality.pageViews, 'page view')}`)}${line('Recovered later', number(quality.recovered), `${number(quality.late)} sent late`)}
      ${quality.unproved > 0 && line('Unproved', number(quality.unproved), 'may have been turns and were not borne out')}</dl></section></div>`
}
