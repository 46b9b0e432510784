// Which page is shown, the head above it, light or dark. The pages themselves are in their own files.
import { ago, number, plural } from './format.mjs'
import { OverviewPage } from './overview.mjs'
import { ComparePage } from './compare.mjs'
import { SessionPage } from './session.mjs'
import { SessionsPage } from './sessions.mjs'
import { go, html, Icon, render, useAddress, useData, useEffect, useState } from './ui.mjs'

const PAGES = { sessions: SessionsPage, overview: OverviewPage, compare: ComparePage }
const THEMES = ['auto', 'light', 'dark']

function App() {
  const [path, query = ''] = useAddress().split('?')
  const id = /^\/sessions\/([^/]+)$/.exec(path)?.[1]
  const { data: health, error } = useData('/api/health', 2000)
  const name = id ? 'sessions' : path.slice(1) || 'sessions'
  const Page = id ? SessionPage : (PAGES[name] ?? SessionsPage)
  return html`<header class="top">
      <a class="brand" href="/sessions" aria-label="chat-vitals"><img src="/icon.svg" alt="" width="20" height="20" /><span>chat-vitals</span></a>
      <nav aria-label="Pages">
        ${['sessions', 'overview', 'compare'].map((it) => html`<a href=${`/${it}`} aria-current=${it === name ? 'page' : undefined}>${it[0].toUpperCase() + it.slice(1)}</a>`)}
      </nav>
      <${Health} health=${health} error=${error} /><${Theme} />
    </header>
    <main id="main" tabindex="-1"><${Page} key=${id ?? name} id=${id && decodeURIComponent(id)} query=${query} health=${health} /></main>`
}

function Health({ health, error }) {
  if (error)
    return html`<span id="health" class="health bad" role="status"><i class="dot"></i>backend not reachable</span>`
  if (!health) return html`<span id="health" class="health" role="status"></span>`
  return html`<span id="health" class="health ok" role="status"><i class="dot"></i>
    <span title=${`${number(health.spans)} spans stored`}>${health.turns ? plural(health.turns, 'turn') : 'listening'}</span>
    ${health.turns > 0 && html`<span class="health-last">last ${ago(health.lastReceivedAt)}</span>`}
    ${health.generated && html`<b class="generated" title="Some of this was made by fixtures.mjs">generated</b>`}</span>`
}

function Theme() {
  const [theme, set] = useState(() => {
    try {
      return THEMES.find((it) => it === localStorage.getItem('chat-vitals-pages.theme')) ?? 'auto'
    } catch {
      return 'auto'
    }
  })
  useEffect(() => {
    if (theme === 'auto') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
    try {
      localStorage.setItem('chat-vitals-pages.theme', theme)
    } catch {}
  }, [theme])
  const words = `Theme: ${theme === 'auto' ? 'as the system' : theme}`
  return html`<button id="theme" class="icon-button" type="button" title=${words} aria-label=${`${words}. Change`}
    onClick=${() => set(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length])}><${Icon} name=${theme} /></button>`
}

document.addEventListener('click', (event) => {
  const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest('a[href^="/"]'))
  if (
    !link ||
    event.defaultPrevented ||
    event.button ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    link.target ||
    link.hasAttribute('download')
  )
    return
  event.preventDefault()
  go(link.href)
})
addEventListener('keydown', (event) => {
  if (
    event.key !== '/' ||
    event.metaKey ||
    event.ctrlKey ||
    /INPUT|SELECT|TEXTAREA/.test(document.activeElement?.tagName ?? '')
  )
    return
  const search = /** @type {HTMLElement | null} */ (document.querySelector('input[type=search]'))
  if (search) event.preventDefault()
  search?.focus()
})
render(html`<${App} />`, /** @type {HTMLElement} */ (document.getElementById('app')))
