// What the pages share: reading from the backend, the address as state, and small parts. Text is always text, never markup.
import { html, render, useEffect, useLayoutEffect, useMemo, useRef, useState } from '/htm.mjs'

export { html, render, useEffect, useLayoutEffect, useMemo, useRef, useState }

/** @param {string} path @returns {Promise<any>} */
export async function get(path) {
  const response = await fetch(path)
  const body = await response.json().catch(() => ({}))
  if (!response.ok) throw Object.assign(new Error(body.message ?? response.statusText), { status: response.status })
  return body
}

/** What the backend says of `path`, asked again every `every` ms while the page is seen. */
export function useData(path, every) {
  const [state, set] = useState({})
  useEffect(() => {
    let timer = 0
    let over = false
    const ask = async () => {
      clearTimeout(timer)
      if (document.hidden) return
      const data = path ? await get(path).catch((error) => ({ error })) : undefined
      if (over || !path) return
      set((old) => (data.error ? { ...old, error: data.error, of: path } : { data, of: path }))
      timer = setTimeout(ask, every)
    }
    void ask()
    document.addEventListener('visibilitychange', ask)
    return () => {
      over = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', ask)
    }
  }, [path, every])
  return state
}

/** @param {string} address @param {boolean} [quiet] the same page with other filters */
export function go(address, quiet = false) {
  history[quiet ? 'replaceState' : 'pushState'](null, '', address)
  dispatchEvent(new Event('went'))
  if (quiet) return
  document.getElementById('main')?.focus({ preventScroll: true })
  if (!location.hash) window.scrollTo(0, 0)
}

/** Path and query of the address, whoever changes it. */
export function useAddress() {
  const read = () => location.pathname + location.search
  const [address, set] = useState(read())
  useEffect(() => {
    const heard = () => set(read())
    for (const name of ['popstate', 'went']) addEventListener(name, heard)
    return () => ['popstate', 'went'].forEach((name) => removeEventListener(name, heard))
  }, [])
  return address
}

/** The address with other parameters; an empty value takes one away. @param {Record<string, string | undefined>} change */
export function withParams(change, path = location.pathname) {
  const params = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(change))
    if (value) params.set(name, value)
    else params.delete(name)
  return path + (params.size ? `?${params}` : '')
}
/** The address narrowed to one value of a dimension. */
export function narrowed(by, value, path = location.pathname) {
  if (['model', 'outcome', 'service', 'flag'].includes(by)) return withParams({ [by]: value }, path)
  const params = new URLSearchParams(location.search)
  const item = `${by}:${value}`
  if (!params.getAll('attr').includes(item)) params.append('attr', item)
  return `${path}?${params}`
}

/** Draws for the width it has. @param {{ draw: (width: number) => any, class?: string }} props */
export function Wide({ draw, class: name = 'chart' }) {
  const box = useRef(null)
  const [width, set] = useState(0)
  useLayoutEffect(() => {
    set(Math.round(box.current.clientWidth))
    const observer = new ResizeObserver(([entry]) => set(Math.round(entry.contentRect.width)))
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [])
  return html`<div class=${name} ref=${box}>${width > 120 && draw(width)}</div>`
}

/** A button that copies and says so. */
export function Copy({ text, what, children }) {
  const [done, set] = useState(false)
  const copy = async (event) => {
    event.preventDefault()
    event.stopPropagation()
    await navigator.clipboard?.writeText(typeof text === 'function' ? text() : text).catch(() => {})
    set(true)
    setTimeout(set, 1200, false)
  }
  return html`<button type="button" class="copy" aria-label=${done ? 'Copied' : `Copy ${what}`} title=${`Copy ${what}`} onClick=${copy}>
    <${Icon} name=${done ? 'check' : 'copy'} />${children}
  </button>`
}

/** A word that is explained where it stands: by a press, not by hovering alone. */
export const Term = ({ children, says }) =>
  says ? html`<details class="term"><summary>${children}</summary><p>${says}</p></details>` : children

/** 16 × 16, stroked. */
const ICONS = {
  check: 'M3.5 8.5 6.5 11.5 12.5 4.8',
  stop: 'M4.5 4.5h7v7h-7z',
  skip: 'M3 4.5 7 8l-4 3.5M8.5 4.5l4 3.5-4 3.5',
  leave: 'M7 3H3.5v10H7M6.5 8h6.5M10.5 5.2 13.2 8l-2.7 2.8',
  cross: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  slash: 'M8 2.8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 0 0 8 2.8zM4.4 4.4l7.2 7.2',
  unknown: 'M5.6 6a2.4 2.4 0 1 1 3.4 2.2c-.7.3-1 .8-1 1.5M8 12.2v.2',
  open: 'M4 8v.1M8 8v.1M12 8v.1',
  again: 'M12.5 8a4.5 4.5 0 1 1-1.4-3.3M12.8 2.6v2.6h-2.6',
  copy: 'M6 6h6.5v6.5H6zM10 6V3.5H3.5V10H6',
  up: 'M5 7.2 7.6 2.8c1 0 1.6.6 1.6 1.6v2h3c.8 0 1.3.7 1.1 1.4l-1 4.2c-.1.6-.6 1-1.2 1H5zM2.6 7.2H5V13H2.6z',
  down: 'M5 8.8 7.6 13.2c1 0 1.6-.6 1.6-1.6v-2h3c.8 0 1.3-.7 1.1-1.4l-1-4.2c-.1-.6-.6-1-1.2-1H5zM2.6 8.8H5V3H2.6z',
  light:
    'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.6v1.2M8 13.2v1.2M1.6 8h1.2M13.2 8h1.2M3.5 3.5l.8.8M11.7 11.7l.8.8M12.5 3.5l-.8.8M4.3 11.7l-.8.8',
  dark: 'M13 9.6A5.4 5.4 0 0 1 6.4 3a5.4 5.4 0 1 0 6.6 6.6z',
  auto: 'M8 2.6a5.4 5.4 0 1 0 0 10.8zM8 2.6a5.4 5.4 0 0 1 0 10.8',
  chevron: 'M6 4l4 4-4 4',
  circle: 'M8 2.6a5.4 5.4 0 1 0 0 10.8A5.4 5.4 0 0 0 8 2.6z',
  diamond: 'M8 1.4 14.6 8 8 14.6 1.4 8z',
  triangle: 'M8 1.8l6.8 12H1.2z',
  eye: 'M1.8 8S4 4 8 4s6.2 4 6.2 4S12 12 8 12 1.8 8 1.8 8zM8 6.4a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2z',
  share: 'M8 9.5V2.8M5.4 5.2 8 2.6l2.6 2.6M4.4 7.4H3.4v6h9.2v-6h-1',
  clock: 'M8 2.6a5.4 5.4 0 1 0 0 10.8A5.4 5.4 0 0 0 8 2.6zM8 5v3.2l2.2 1.4',
  upward: 'M8 13V3.4M4.4 7 8 3.4 11.6 7',
  person: 'M8 2.8a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8zM3.2 13.4c.4-2.8 2.2-4.2 4.8-4.2s4.4 1.4 4.8 4.2',
  search: 'M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l3.2 3.2',
  play: 'M5 3.2 12.6 8 5 12.8z',
  pause: 'M5 3.5v9M11 3.5v9',
}
export const Icon = ({ name, filled }) =>
  html`<svg class=${filled ? 'icon filled' : 'icon'} viewBox="0 0 16 16" aria-hidden="true"><path d=${ICONS[name] ?? ICONS.unknown} /></svg>`

const SHAPES = { good: 'circle', fair: 'diamond', poor: 'triangle' }
/** @param {{ is?: 'good' | 'fair' | 'poor', words?: boolean }} props */
export const Rating = ({ is, words = false }) =>
  is &&
  html`<span class=${`rating ${is}`} title=${`Rated ${is}`}><${Icon} name=${SHAPES[is]} filled /><span class=${words ? '' : 'hidden'}>${is}</span></span>`
