// The row of filters over a list or overview. The address holds them, so that a view can be sent to someone.
import { FLAGS } from './metrics.mjs'
import { go, html, Icon, useEffect, useRef, withParams } from './ui.mjs'

const SINCE = { '': 'All time', '7d': '7 days', '24h': '24 h', '1h': '1 h' }
const title = (name) => name[0].toUpperCase() + name.slice(1)
const set = (change) => go(withParams(change), true)

export function Filters({ facets, query, children, search = true }) {
  const params = new URLSearchParams(query)
  const field = useRef(null)
  const typing = useRef(0)
  const typed = params.get('q') ?? ''
  useEffect(() => {
    if (field.current && document.activeElement !== field.current) field.current.value = typed
  }, [typed])
  const heard = () => {
    clearTimeout(typing.current)
    typing.current = setTimeout(() => set({ q: field.current?.value.trim() }), 250)
  }
  const without = (item) => {
    const next = new URLSearchParams(location.search)
    const rest = next.getAll('attr').filter((other) => other !== item)
    next.delete('attr')
    for (const other of rest) next.append('attr', other)
    go(`${location.pathname}?${next}`, true)
  }
  return html`<form class="filters" role="search" onSubmit=${(event) => event.preventDefault()}>
    ${search && html`<label class="search"><${Icon} name="search" /><input ref=${field} type="search" placeholder="Search id, user, attribute…" aria-label="Search sessions" onInput=${heard} /><kbd>/</kbd></label>`}
    ${['outcome', 'model', 'service'].map((name) => {
      const chosen = params.get(name) ?? ''
      const values = [...new Set([...(facets?.[`${name}s`] ?? []), ...(chosen ? [chosen] : [])])]
      return html`<select aria-label=${title(name)} class=${chosen ? 'set' : ''} value=${chosen} onChange=${(event) => set({ [name]: event.target.value })}>
        <option value="">${title(name)}</option>${values.map((value) => html`<option value=${value}>${value}</option>`)}</select>`
    })}
    <div class="segments" role="group" aria-label="Since">
      ${Object.entries(SINCE).map(([value, text]) => html`<button type="button" aria-pressed=${String((params.get('since') ?? '') === value)} onClick=${() => set({ since: value, until: '' })}>${text}</button>`)}
    </div>
    <div class="flags" role="group" aria-label="Only sessions with">
      ${Object.entries(FLAGS).map(([name, it]) => html`<button type="button" class="flag" title=${it.term} aria-pressed=${String(params.get('flag') === name)} onClick=${() => set({ flag: params.get('flag') === name ? '' : name })}>${it.title}</button>`)}
    </div>
    ${params.getAll('attr').map((item) => html`<button class="tag" type="button" title="Remove this filter" onClick=${() => without(item)}>${item.replace(/:(?=[^:]*$)/, ' = ')}<${Icon} name="cross" /></button>`)}
    ${(params.get('ttft_from') || params.get('ttft_to')) && html`<button class="tag" type="button" onClick=${() => set({ ttft_from: '', ttft_to: '' })}>first text ${params.get('ttft_from') ?? 0}–${params.get('ttft_to') ?? '…'} s<${Icon} name="cross" /></button>`}
    ${params.get('until') && html`<button class="tag" type="button" onClick=${() => set({ since: '', until: '' })}>part of the time<${Icon} name="cross" /></button>`}
    ${children}
  </form>`
}
export const isFiltered = (query) =>
  [...new URLSearchParams(query).keys()].some((name) => !['by', 'sort', 'up'].includes(name))
