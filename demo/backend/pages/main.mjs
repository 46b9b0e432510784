// Which page is shown, how it is kept fresh, light or dark. The pages themselves are in their own files.
import { h, icon } from './dom.mjs'
import { ago, number, plural } from './format.mjs'
import { overviewPage } from './overview.mjs'
import { sessionPage } from './session.mjs'
import { sessionsPage } from './sessions.mjs'

const main = /** @type {HTMLElement} */ (document.getElementById('main'))
const health = /** @type {HTMLElement} */ (document.getElementById('health'))
const themeButton = /** @type {HTMLElement} */ (document.getElementById('theme'))

/** @param {string} path @returns {Promise<any>} */
async function get(path) {
  const response = await fetch(path)
  const body = await response.json().catch(() => ({}))
  if (!response.ok) throw Object.assign(new Error(body.message ?? response.statusText), { status: response.status })
  return body
}

/** The page that is shown: `update` fetches and shows what is new, `every` ms. @type {{ update: () => Promise<void>, every: number } | undefined} */
let shown
let timer = 0
let round = 0
/** Path of the page that is shown; a step within it (to a turn) is no change of page. */
let opened = ''

function open(focus = false) {
  const path = location.pathname
  opened = path + location.search
  const session = /^\/sessions\/([^/]+)$/.exec(path)?.[1]
  const page = session ? sessionPage : path === '/overview' ? overviewPage : sessionsPage
  for (const link of document.querySelectorAll('nav a')) {
    const here =
      path.startsWith(link.getAttribute('href') ?? '') || (path === '/' && link.getAttribute('href') === '/sessions')
    if (here) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  main.replaceChildren()
  shown = page({ main, get, id: session && decodeURIComponent(session), go, refresh })
  if (focus) main.focus({ preventScroll: true })
  window.scrollTo(0, 0)
  return refresh()
}

/** Shows what is new now, then goes on polling. */
async function refresh() {
  clearTimeout(timer)
  const mine = ++round
  const page = shown
  try {
    await page?.update()
    showHealth(await get('/api/health'))
  } catch (error) {
    if (page === shown) showFailure(/** @type {any} */ (error))
  }
  if (mine === round && !document.hidden) timer = setTimeout(refresh, page?.every ?? 2000)
}

function showHealth(state) {
  document.querySelector('.failure')?.remove()
  health.className = 'health ok'
  health.replaceChildren(
    h('i.dot'),
    h(
      'span.health-count',
      { title: `${number(state.spans)} spans stored` },
      state.turns ? plural(state.turns, 'turn') : 'listening',
    ),
    state.turns ? h('span.health-last', null, `last ${ago(state.lastReceivedAt)}`) : '',
    state.generated ? h('b.generated', { title: 'Some of this was made by fixtures.mjs' }, 'generated') : '',
  )
}

function showFailure(error) {
  health.className = 'health bad'
  health.replaceChildren(h('i.dot'), h('span', null, error.status ? error.message : 'backend not reachable'))
  if (main.querySelector('.failure, .empty, .card, .metric, .rows .row')) return
  main.append(
    h(
      'div.empty.failure',
      null,
      h('h2', null, error.status === 404 ? 'Nothing is known of this session' : 'The backend does not answer'),
      h(
        'p',
        null,
        error.status === 404
          ? 'Its spans may not have arrived yet; this page keeps looking.'
          : 'This page tries again by itself.',
      ),
      h('a.button', { href: '/sessions', 'data-link': true }, 'All sessions'),
    ),
  )
}

/** @param {string} address @param {boolean} [quiet] the same page with other filters */
function go(address, quiet = false) {
  history[quiet ? 'replaceState' : 'pushState'](null, '', address)
  if (!quiet) return open(true)
  opened = location.pathname + location.search
  return refresh()
}

document.addEventListener('click', (event) => {
  const link = /** @type {Element} */ (event.target).closest('a[data-link]')
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return
  event.preventDefault()
  void go(/** @type {HTMLAnchorElement} */ (link).href)
})
addEventListener('popstate', () => {
  if (opened !== location.pathname + location.search) void open()
})
document.addEventListener('visibilitychange', () => {
  if (document.hidden) clearTimeout(timer)
  else void refresh()
})
addEventListener('keydown', (event) => {
  const search = document.querySelector('input[type=search]')
  if (
    event.key !== '/' ||
    event.metaKey ||
    event.ctrlKey ||
    /INPUT|SELECT|TEXTAREA/.test(document.activeElement?.tagName ?? '')
  )
    return
  if (search) event.preventDefault()(/** @type {HTMLElement | null} */ (search))?.focus()
})

const THEMES = { auto: 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark' }
const SHAPES = { auto: 'auto', light: 'sun', dark: 'moon' }
function setTheme(theme) {
  if (theme === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  themeButton.replaceChildren(icon(SHAPES[theme]))
  themeButton.title = THEMES[theme]
  themeButton.setAttribute('aria-label', `${THEMES[theme]}. Change`)
}
const names = Object.keys(THEMES)
let theme = 'auto'
try {
  theme = localStorage.getItem('chat-vitals-pages.theme') ?? 'auto'
} catch {}
setTheme(names.includes(theme) ? theme : 'auto')
themeButton.addEventListener('click', () => {
  theme = names[(names.indexOf(theme) + 1) % names.length]
  setTheme(theme)
  try {
    localStorage.setItem('chat-vitals-pages.theme', theme)
  } catch {}
})
void open()
