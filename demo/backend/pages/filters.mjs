// The row of filters over a list or overview. The address holds them, so that a view can be sent to someone.
import { h, icon } from './dom.mjs'

const SINCE = { '': 'All time', '7d': '7 days', '24h': '24 h', '1h': '1 h' }

const title = (name) => name[0].toUpperCase() + name.slice(1)

/**
 * @param {{ go: (address: string, quiet?: boolean) => unknown }} page
 * @param {{ search?: boolean }} [options]
 */
export function filters({ go }, { search = true } = {}) {
  const params = () => new URLSearchParams(location.search)
  const set = (name, value) => {
    const next = params()
    if (value) next.set(name, value)
    else next.delete(name)
    const query = next.toString()
    void go(location.pathname + (query ? `?${query}` : ''), true)
    show()
  }

  let typing = 0
  const field = h('input', {
    type: 'search',
    placeholder: 'Search id, user, attribute…',
    'aria-label': 'Search sessions',
    value: params().get('q') ?? '',
    oninput: () => {
      clearTimeout(typing)
      typing = setTimeout(() => set('q', field.value.trim()), 200)
    },
  })
  const selects = Object.fromEntries(
    ['outcome', 'model', 'service'].map((name) => [
      name,
      h(
        'select',
        { 'aria-label': name, onchange: (event) => set(name, event.target.value) },
        h('option', { value: '' }, title(name)),
      ),
    ]),
  )
  const times = h(
    'div.segments',
    { role: 'group', 'aria-label': 'Since' },
    Object.entries(SINCE).map(([value, text]) =>
      h('button', { type: 'button', 'data-since': value, onclick: () => set('since', value) }, text),
    ),
  )
  const attributes = h('div.attribute-filters')

  function show() {
    const now = params()
    for (const button of times.children)
      button.setAttribute('aria-pressed', String((now.get('since') ?? '') === button.dataset.since))
    for (const [name, select] of Object.entries(selects)) {
      select.value = now.get(name) ?? ''
      select.classList.toggle('set', Boolean(select.value))
    }
    attributes.replaceChildren(
      ...now.getAll('attr').map((it) =>
        h(
          'button.tag',
          {
            type: 'button',
            title: 'Remove this filter',
            onclick: () => {
              const next = params()
              const rest = next.getAll('attr').filter((other) => other !== it)
              next.delete('attr')
              for (const other of rest) next.append('attr', other)
              void go(`${location.pathname}?${next}`, true)
              show()
            },
          },
          it.replace(/:(?=[^:]*$)/, ' = '),
          icon('cross'),
        ),
      ),
    )
  }

  const element = h(
    'form.filters',
    { role: 'search', onsubmit: (event) => event.preventDefault() },
    search && h('label.search', null, icon('search'), field, h('kbd', null, '/')),
    Object.values(selects),
    times,
    attributes,
  )
  show()

  return {
    element,
    query: () => location.search.slice(1),
    active: () => [...params().keys()].some((name) => name !== 'by'),
    set,
    show,
    /** What there is to choose from. @param {Record<string, string[]>} facets */
    offer(facets) {
      for (const [name, select] of Object.entries(selects)) {
        const values = facets[`${name}s`] ?? []
        const chosen = params().get(name)
        const wanted = ['', ...new Set(chosen ? [...values, chosen] : values)]
        if ([...select.options].map((option) => option.value).join('\n') === wanted.join('\n')) continue
        select.replaceChildren(...wanted.map((value) => h('option', { value }, value || title(name))))
        select.value = chosen ?? ''
      }
    },
  }
}
