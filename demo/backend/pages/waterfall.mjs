// The spans of a turn's trace, nested and on one time axis, each with its attributes on demand.
import { duration, plural } from './format.mjs'
import { Copy, html, Icon } from './ui.mjs'

export function Waterfall({ turn, links }) {
  const byParent = new Map()
  const ids = new Set(turn.spans.map((it) => it.spanId))
  for (const it of turn.spans) {
    const parent = ids.has(it.parent) ? it.parent : ''
    byParent.set(parent, [...(byParent.get(parent) ?? []), it])
  }
  const rows = []
  const seen = new Set()
  const walk = (parent, depth) => {
    for (const it of byParent.get(parent) ?? []) {
      // Ids come from outside: a span that is its own ancestor is shown once.
      if (seen.has(it.spanId)) continue
      seen.add(it.spanId)
      rows.push({ it, depth })
      walk(it.spanId, Math.min(depth + 1, 40))
    }
  }
  walk('', 0)
  const from = Math.min(0, ...turn.spans.map((it) => it.offsetMs))
  const to = Math.max(1, ...turn.spans.map((it) => it.offsetMs + it.durationMs))
  const services = [...new Set(turn.spans.map((it) => it.service).filter(Boolean))]
  const elsewhere = (link) =>
    link.url
      .replaceAll('{trace_id}', turn.traceId)
      .replaceAll('{span_id}', turn.spanId)
      .replaceAll('{start}', String(Math.floor(turn.startedAt)))
      .replaceAll('{end}', String(Math.ceil(turn.startedAt + turn.durationMs)))
  return html`<details class="trace">
    <summary><${Icon} name="chevron" /><h4>Trace</h4><small>${plural(turn.spans.length, 'span')} of ${plural(services.length, 'service')}</small></summary>
    <p class="trace-id"><span class="mono">${turn.traceId}</span><${Copy} text=${turn.traceId} what="trace id" />
      ${links?.filter((link) => /^https?:\/\//.test(link.url)).map((link) => html`<a class="out" href=${elsewhere(link)} target="_blank" rel="noopener noreferrer">${link.name} ↗</a>`)}</p>
    <div class="spans">${rows.slice(0, 400).map(({ it, depth }) => html`<${Span} key=${it.spanId} it=${it} depth=${depth} from=${from} to=${to} />`)}</div>
  </details>`
}

function Span({ it, depth, from, to }) {
  const at = (ms) => ((ms - from) / (to - from)) * 100
  const left = Math.min(100, Math.max(0, at(it.offsetMs)))
  const width = Math.max(0.3, at(it.offsetMs + it.durationMs) - left)
  const genai = Object.keys(it.attributes).some((name) => name.startsWith('gen_ai.'))
  const kind = it.scope === 'chat-vitals' ? 'browser' : genai ? 'genai' : 'backend'
  const failed = it.status?.startsWith('ERROR')
  return html`<details class="span">
    <summary>
      <span class="span-name" style=${{ paddingLeft: `${Math.min(depth, 8) * 14}px` }}><${Icon} name="chevron" /><b title=${it.name}>${it.name}</b>${failed && html`<em>error</em>`}${it.linked && html`<em class="linked">linked trace</em>`}
        <small>${it.service ?? ''} ${it.kind.toLowerCase()}</small></span>
      <span class="span-time"><span class="hidden">starts at ${duration(it.offsetMs)}, takes</span><i class=${`span-bar ${kind}${failed ? ' failed' : ''}`} style=${{ left: `${left}%`, width: `${Math.min(width, 100 - left)}%` }}></i>
        ${it.events.slice(0, 40).map((event) => html`<i class="span-event" style=${{ left: `${Math.min(100, Math.max(0, at(event.offsetMs)))}%` }} title=${`${event.name} at ${duration(event.offsetMs)}`}></i>`)}</span>
      <span class="span-length">${duration(it.durationMs)}</span>
    </summary>
    <div class="attributes">
      <${Table} of=${{ 'span id': it.spanId, ...(it.linked && { 'trace id': it.traceId }), start: `+${duration(it.offsetMs)}`, ...(it.scope && { scope: it.scope }), ...(it.status && { status: it.status }), ...it.attributes }} />
      ${it.events.map((event) => html`<h5>${event.name} at +${duration(event.offsetMs)}</h5><${Table} of=${event.attributes} />`)}
      ${it.links.length > 0 && html`<h5>Links</h5><${Table} of=${Object.fromEntries(it.links.map((link) => [link.trace_id, link.span_id]))} />`}
    </div>
  </details>`
}

const Table = ({ of }) =>
  html`<dl>${Object.entries(of)
    .sort(([a], [b]) => Number(b.startsWith('gen_ai.')) - Number(a.startsWith('gen_ai.')))
    .map(
      ([name, value]) =>
        html`<div><dt>${name}</dt><dd>${typeof value === 'object' ? JSON.stringify(value) : String(value)}</dd></div>`,
    )}</dl>`
