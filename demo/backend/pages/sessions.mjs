// The list of sessions: who, when, how it went, at a glance.
import { h, icon, keep } from './dom.mjs'
import { filters } from './filters.mjs'
import { ago, duration, full, NONE, number, plural, seconds, when } from './format.mjs'
import { outcomeSquare, ratingMark } from './words.mjs'

const PAGE = 50
const STRIP = 14

export function sessionsPage(page) {
  document.title = 'Sessions · chat-vitals'
  const bar = filters(page)
  const count = h('span.count')
  const rows = h('div.rows')
  const head = h(
    'div.row.row-head',
    { 'aria-hidden': 'true' },
    ['Started', 'User and service', 'Turns', 'Worst TTFT', 'Corrected', 'Thumbs', 'Length'].map((text) =>
      h('span', null, text),
    ),
  )
  const table = h('section.list', { 'aria-label': 'Sessions' }, head, rows)
  const empty = h('div')
  const more = h('button.button.more', { type: 'button', hidden: true }, 'Show more')
  let limit = PAGE
  more.addEventListener('click', () => {
    limit += PAGE
    void page.refresh()
  })
  page.main.append(h('div.page-head', null, h('h1', null, 'Sessions'), count), bar.element, table, empty, more)

  async function update() {
    const query = bar.query()
    const data = await page.get(`/api/sessions?${query}${query ? '&' : ''}limit=${limit}`)
    if (query !== bar.query()) return
    bar.offer(data.facets)
    count.textContent = data.total ? plural(data.total, 'session') : ''
    table.hidden = !data.total
    more.hidden = data.total <= limit
    keep(rows, data.sessions, (it) => it.id, row)
    for (const time of rows.querySelectorAll('[data-ago]')) time.textContent = ago(Number(time.dataset.ago))
    if (data.total) empty.replaceChildren()
    else if (!empty.firstChild || empty.dataset.active !== String(bar.active())) {
      empty.dataset.active = String(bar.active())
      empty.replaceChildren(bar.active() ? noMatch(page, bar) : nothingYet((await page.get('/api/health')).chat))
    }
  }
  return { update, every: 2000 }
}

function row(it) {
  const strip = it.strip.slice(-STRIP)
  return h(
    'a.row',
    { href: `/sessions/${encodeURIComponent(it.id)}`, 'data-link': true },
    h(
      'span.c-when',
      { title: full(it.started) },
      h('b', null, when(it.started)),
      h('small', { 'data-ago': it.ended }, ago(it.ended)),
    ),
    h(
      'span.c-who',
      null,
      h('b', null, it.user ?? h('span.mono', null, it.id.slice(0, 12))),
      h('small', null, [it.service, it.environment, ...it.models].filter(Boolean).join(' · ') || NONE),
    ),
    h(
      'span.c-turns',
      { 'aria-label': plural(it.turns, 'turn') },
      h('b', null, number(it.turns)),
      h(
        'span.strip',
        null,
        it.strip.length > STRIP && h('small', null, `+${it.strip.length - STRIP}`),
        strip.map(outcomeSquare),
      ),
    ),
    h('span.c-ttft', null, h('b', null, seconds(it.worstTtft)), ratingMark(it.rating, false)),
    h(
      'span.c-corrected',
      { title: plural(it.corrections, 'correction') },
      it.corrections ? [icon('again'), h('b', null, it.corrections)] : h('span.none', null, NONE),
    ),
    h(
      'span.c-thumbs',
      null,
      it.up > 0 && h('span.thumb.up', { title: `${it.up} up` }, icon('up'), it.up),
      it.down > 0 && h('span.thumb.down', { title: `${it.down} down` }, icon('down'), it.down),
      !it.up && !it.down && h('span.none', null, NONE),
    ),
    h('span.c-length', null, duration(it.ended - it.started)),
    h('span.c-go', null, icon('chevron')),
  )
}

const nothingYet = (chat) =>
  h(
    'div.empty',
    null,
    h('div.pulse', { 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
    h('h2', null, 'Waiting for the first turn'),
    h('p', null, 'Send a message in the chat page. Its session shows up here within seconds.'),
    h('a.button.primary', { href: chat, target: '_blank', rel: 'noopener' }, 'Open the demo chat'),
    h(
      'p.fine',
      null,
      'Your own page: point ',
      h('code', null, 'endpoint'),
      ' to ',
      h('code', null, `${location.origin}/v1/traces`),
    ),
  )

const noMatch = (page, bar) =>
  h(
    'div.empty',
    null,
    h('h2', null, 'No session matches'),
    h('p', null, 'Every filter must hold for one turn of the session.'),
    h(
      'button.button',
      {
        type: 'button',
        onclick: () => {
          const field = bar.element.querySelector('input')
          if (field) field.value = ''
          void page.go('/sessions', true)
          bar.show()
        },
      },
      'Clear filters',
    ),
  )
