// The spans of a turn's trace, nested and on one time axis, each with its attributes on demand.
import { copyButton, h, icon } from './dom.mjs'
import { duration, plural } from './format.mjs'

export function waterfall(turn) {
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
      walk(it.spanId, depth + 1)
    }
  }
  walk('', 0)
  const from = Math.min(0, ...turn.spans.map((it) => it.offsetMs))
  const to = Math.max(1, ...turn.spans.map((it) => it.offsetMs + it.durationMs))
  const services = [...new Set(turn.spans.map((it) => it.service).filter(Boolean))]
  return h(
    'details.trace',
    { 'data-k': 'trace', open: true },
    h(
      'summary',
      null,
      icon('chevron'),
      h('h3', null, 'Trace'),
      h('small', null, `${plural(turn.spans.length, 'span')} of ${plural(services.length, 'service')}`),
      h('span.trace-id', null, h('span.mono', null, turn.traceId), copyButton(turn.traceId, 'trace id')),
    ),
    h(
      'div.spans',
      null,
      rows.map(({ it, depth }) => spanRow(it, depth, from, to)),
    ),
  )
}

function spanRow(it, depth, from, to) {
  const at = (ms) => ((ms - from) / (to - from)) * 100
  const left = Math.max(0, at(it.offsetMs))
  const width = Math.max(0.3, at(it.offsetMs + it.durationMs) - left)
  const kind =
    it.scope === 'chat-vitals'
      ? 'browser'
      : Object.keys(it.attributes).some((name) => name.startsWith('gen_ai.'))
        ? 'genai'
        : 'backend'
  const failed = it.status?.startsWith('ERROR')
  return h(
    'details.span',
    { 'data-k': it.spanId },
    h(
      'summary',
      null,
      h(
        'span.span-name',
        { style: { 'padding-left': `${Math.min(depth, 8) * 14}px` } },
        icon('chevron'),
        h('b', { title: it.name }, it.name),
        failed && h('em', null, 'error'),
        it.linked && h('em.linked', { title: it.traceId }, 'linked trace'),
        h(
          'small',
          null,
          kind === 'browser' && it.kind === 'INTERNAL' ? it.service : `${it.service ?? ''} ${it.kind.toLowerCase()}`,
        ),
      ),
      h(
        'span.span-time',
        { 'aria-label': `starts at ${duration(it.offsetMs)}, takes ${duration(it.durationMs)}` },
        h(`i.span-bar.${kind}${failed ? '.failed' : ''}`, {
          style: { left: `${left}%`, width: `${Math.min(width, 100 - left)}%` },
        }),
        it.events.map((event) =>
          h('i.span-event', {
            style: { left: `${at(event.offsetMs)}%` },
            title: `${event.name} at ${duration(event.offsetMs)}`,
          }),
        ),
      ),
      h('span.span-length', null, duration(it.durationMs)),
    ),
    h(
      'div.attributes',
      null,
      table({
        'span id': it.spanId,
        ...(it.linked && { 'trace id': it.traceId }),
        start: `+${duration(it.offsetMs)}`,
        ...(it.scope && { scope: it.scope }),
        ...(it.status && { status: it.status }),
        ...it.attributes,
      }),
      it.events.map((event) => [
        h('h4', null, `${event.name} at +${duration(event.offsetMs)}`),
        table(event.attributes),
      ]),
      it.links.length > 0 && [
        h('h4', null, 'Links'),
        table(Object.fromEntries(it.links.map((link) => [link.trace_id, link.span_id]))),
      ],
    ),
  )
}

const table = (attributes) =>
  h(
    'dl',
    null,
    Object.entries(attributes)
      .sort(([a], [b]) => Number(b.startsWith('gen_ai.')) - Number(a.startsWith('gen_ai.')))
      .map(([name, value]) =>
        h(
          'div',
          null,
          h('dt', null, name),
          h('dd', null, typeof value === 'object' ? JSON.stringify(value) : String(value)),
        ),
      ),
  )
