// Two selections side by side: every metric with its interval, and which differences are beyond chance.
import { Filters } from './filters.mjs'
import { NONE, number, percent, plural } from './format.mjs'
import { QUANTILES, RATES } from './metrics.mjs'
import { FORMATS } from './overview.mjs'
import { go, html, Term, useData, useEffect, withParams } from './ui.mjs'
import { label } from './words.mjs'

export function ComparePage({ query }) {
  useEffect(() => void (document.title = 'Compare · chat-vitals'), [])
  const params = new URLSearchParams(query)
  const by = params.get('by') ?? 'model'
  const choice = new URLSearchParams(params)
  for (const name of ['a', 'b']) choice.delete(name)
  choice.set('by', by)
  const { data: overview } = useData(`/api/overview?${choice}`, 30_000)
  const values = overview?.breakdown.map((it) => it.value).filter((it) => it != null) ?? []
  const [a, b] = [params.get('a') ?? values[0], params.get('b') ?? values[1]]
  const asked = new URLSearchParams(choice)
  if (a != null && b != null) for (const [name, value] of Object.entries({ a, b })) asked.set(name, value)
  const { data } = useData(a != null && b != null && overview ? `/api/compare?${asked}` : '', 10_000)
  const set = (change) => go(withParams(change), true)
  const side = (name, value) =>
    html`<select aria-label=${`Selection ${name}`} value=${value} onChange=${(event) => set({ by, a, b, [name]: event.target.value })}>${values.map((it) => html`<option value=${it}>${label(it)}</option>`)}</select>`
  return html`<div class="page-head"><h1>Compare</h1><span class="count">${data ? `${plural(data.turns[0], 'turn')} with ${plural(data.turns[1], 'turn')}` : ''}</span></div>
    <${Filters} facets=${overview?.facets} query=${query} search=${false} />
    <p class="versus"><label>by <select value=${by} onChange=${(event) => set({ by: event.target.value, a: '', b: '' })}>${[...new Set([...(overview?.dimensions ?? []), by])].map((it) => html`<option value=${it}>${label(it)}</option>`)}</select></label>
      ${values.length > 1 && html`${side('a', a)} <span>with</span> ${side('b', b)}`}</p>
    ${overview && values.length < 2 && html`<div class="empty"><h2>Nothing to compare</h2><p>These turns have one ${label(by)} only. Choose something else to compare by.</p></div>`}
    ${
      data &&
      html`<section class="panel"><div class="scroll" tabindex="0" role="region" aria-label="Comparison"><table class="compare"><thead><tr><th scope="col">Metric</th><th scope="col">${label(a)}</th><th scope="col">${label(b)}</th><th scope="col">Difference</th></tr></thead>
      <tbody>${data.measures.map((it) => html`<${Measure} key=${it.name} it=${it} />`)}${data.rates.map((it) => html`<${Share} key=${it.name} it=${it} />`)}</tbody></table></div>
      <p class="fine">Rates: Newcombe’s 95 % interval of the difference. Percentiles: beyond chance where their 95 % intervals do not overlap, which is strict. Where many are compared, one in twenty differs by chance.</p></section>`
    }`
}

/** Better, worse, or not to be told apart. */
function Verdict({ beyond, worse, children }) {
  const word = !beyond ? 'not beyond chance' : worse === undefined ? 'differs' : worse ? 'worse' : 'better'
  return html`<td class=${beyond ? word : 'same'}><b>${word}</b><small>${children}</small></td>`
}

function Measure({ it }) {
  const q = QUANTILES[it.name]
  const format = FORMATS[q.unit]
  const side = (one) =>
    html`<td><b>${one.n ? format(one.value) : NONE}</b><small>${one.low === undefined ? `n ${number(one.n)}` : `${format(one.low)} to ${format(one.high)}, n ${number(one.n)}`}</small></td>`
  const worse = q.better === 'high' ? it.b.value < it.a.value : it.b.value > it.a.value
  return html`<tr><th scope="row"><${Term} says=${q.term}>${q.title}, p${q.q * 100}</${Term}></th>${side(it.a)}${side(it.b)}<${Verdict} beyond=${it.beyond} worse=${worse}>${it.a.n && it.b.n ? `${it.b.value > it.a.value ? '+' : '−'}${format(Math.abs(it.b.value - it.a.value))}` : ''}</${Verdict}></tr>`
}

function Share({ it }) {
  const r = RATES[it.name]
  const side = (one) =>
    html`<td><b>${percent(one.value)}</b><small>${one.n ? `${percent(one.low)} to ${percent(one.high)}, ${number(one.k)} of ${number(one.n)}` : 'no data'}</small></td>`
  const worse = r.worse && (r.worse === 'high') === it.difference > 0
  return html`<tr><th scope="row"><${Term} says=${r.term}>${r.title}</${Term}></th>${side(it.a)}${side(it.b)}<${Verdict} beyond=${it.beyond} worse=${worse}>${it.difference === undefined ? '' : `${it.difference > 0 ? '+' : '−'}${percent(Math.abs(it.difference))} (${(it.low * 100).toFixed(1)} to ${(it.high * 100).toFixed(1)} points)`}</${Verdict}></tr>`
}
