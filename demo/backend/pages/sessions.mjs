// The list of sessions: who, when, how it went, at a glance; sorted and narrowed by what went wrong.
import { Filters, isFiltered } from './filters.mjs'
import { ago, duration, full, NONE, number, plural, seconds, when } from './format.mjs'
import { Copy, go, html, Icon, Rating, useData, useEffect, useState, withParams } from './ui.mjs'
import { Square } from './words.mjs'

const PAGE = 50
const STRIP = 14
/** Column → title and what it sorts by. */
const COLUMNS = {
  when: ['Started', 'latest'],
  who: ['User and service'],
  turns: ['Turns', 'turns'],
  ttft: ['Longest wait', 'ttft'],
  corrected: ['Corrected', 'corrections'],
  thumbs: ['Thumbs', 'down'],
  length: ['Length', 'length'],
}

export function SessionsPage({ query, health }) {
  const [limit, more] = useState(PAGE)
  const { data, error } = useData(`/api/sessions?${query}${query ? '&' : ''}limit=${limit}`, 2000)
  useEffect(() => void (document.title = 'Sessions · chat-vitals'), [])
  const params = new URLSearchParams(query)
  const sort = params.get('sort') ?? 'latest'
  const up = params.has('up')
  return html`<div class="page-head"><h1>Sessions</h1><span class="count">${data?.total ? plural(data.total, 'session') : ''}</span></div>
    <${Filters} facets=${data?.facets} query=${query} />
    ${error && !data && html`<div class="empty failure"><h2>The backend does not answer</h2><p>${error.status ? error.message : 'This page tries again by itself.'}</p></div>`}
    ${
      data?.total > 0 &&
      html`<section class="list" aria-label="Sessions">
      <div class="row row-head">
        ${Object.entries(COLUMNS).map(([name, [title, by]]) =>
          by
            ? html`<button type="button" class=${`c-${name}`} aria-pressed=${String(sort === by)} onClick=${() => go(withParams({ sort: by === 'latest' ? '' : by, up: sort === by && !up ? '1' : '' }), true)}>
                ${title}${sort === by ? (up ? ' ↑' : ' ↓') : ''}</button>`
            : html`<span class=${`c-${name}`}>${title}</span>`,
        )}
      </div>
      <div class="rows">${data.sessions.map((it) => html`<${Row} key=${it.id} it=${it} />`)}</div>
    </section>`
    }
    ${data && !data.total && (isFiltered(query) ? html`<${NoMatch} />` : html`<${Nothing} health=${health} />`)}
    ${data?.total > limit && html`<button class="button more" type="button" onClick=${() => more(limit + PAGE)}>Show more</button>`}`
}

function Row({ it }) {
  const strip = it.strip.slice(-STRIP)
  const thumbs = ['up', 'down'].filter((name) => it[name] > 0)
  return html`<a class="row" href=${`/sessions/${encodeURIComponent(it.id)}`}>
    <span class="c-when" title=${full(it.started)}><b>${when(it.started)}</b><small>${ago(it.ended)}</small></span>
    <span class="c-who"><b>${it.user ?? html`<span class="mono">${it.id.slice(0, 12)}</span>`}</b>
      <small>${[it.service, it.environment, ...it.models].filter(Boolean).join(' · ') || NONE}</small></span>
    <span class="c-turns"><b>${number(it.turns)}<span class="hidden"> turns</span></b>
      <span class="strip">${it.turns > STRIP && html`<small>+${it.turns - STRIP}</small>`}${strip.map((turn) => html`<${Square} turn=${turn} />`)}</span></span>
    <span class="c-ttft"><b>${seconds(it.worstTtft)}</b><${Rating} is=${it.rating} /></span>
    <span class="c-corrected">${it.corrections ? html`<${Icon} name="again" /><b>${it.corrections}</b><span class="hidden"> corrections</span>` : html`<span class="none">${NONE}</span>`}</span>
    <span class="c-thumbs">${thumbs.map((name) => html`<span class=${`thumb ${name}`} title=${`${it[name]} ${name}`}><${Icon} name=${name} />${it[name]}</span>`)}
      ${it.handed && html`<span class="thumb" title="Asked for a person"><${Icon} name="person" /><span class="hidden">handed off</span></span>`}
      ${!thumbs.length && !it.handed && html`<span class="none">${NONE}</span>`}</span>
    <span class="c-length">${duration(it.ended - it.started)}</span><${Icon} name="chevron" />
  </a>`
}

function Nothing({ health }) {
  const tag = `<script async src="${location.origin}/chat-vitals.global.js"\n  data-endpoint="${location.origin}/v1/traces" data-service="my-chat"></script>`
  return html`<div class="empty"><div class="pulse" aria-hidden="true"><i></i><i></i><i></i></div>
    <h2>Waiting for the first turn</h2>
    ${
      health?.chat
        ? html`<p>Send a message in the chat page. Its session shows up here within seconds.</p><a class="button primary" href=${health.chat} target="_blank" rel="noopener">Open the demo chat</a>
          <p class="fine">Your own page: point <code>endpoint</code> to <code>${location.origin}/v1/traces</code></p>`
        : html`<p>Paste this into any page of this machine that has a chat, and send a message there.</p><pre class="tag-to-paste">${tag}</pre><${Copy} text=${tag} what="the tag">Copy the tag</${Copy}>`
    }
  </div>`
}

const NoMatch =
  () => html`<div class="empty"><h2>No session matches</h2><p>Every filter must hold for one turn of the session.</p>
  <button class="button" type="button" onClick=${() => go('/sessions', true)}>Clear filters</button></div>`
