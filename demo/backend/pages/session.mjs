// One session: its turns, each a line that opens; problems stand open. j and k walk, Enter opens, Escape goes back.
import { ago, clock, duration, full, NONE, number, plural, when } from './format.mjs'
import { problems, Turn } from './turn.mjs'
import { Copy, go, html, Icon, Rating, useData, useEffect, useMemo, useRef, useState } from './ui.mjs'
import { isCorrection } from './words.mjs'

const KEPT = 'chat-vitals-pages.beside'
const kept = () => {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? 'null')
  } catch {
    return null
  }
}
const keep = (turn, session) => {
  try {
    sessionStorage.setItem(
      KEPT,
      JSON.stringify({
        key: 'kept',
        name: `kept: turn ${turn.number} of ${session.slice(0, 8)}${turn.model ? ` · ${turn.model}` : ''}`,
        turn: { ...turn, spans: [] },
      }),
    )
  } catch {}
}
/** Open by themselves: this many problems at most, so that a bad session is no wall. */
const OPEN_AT_MOST = 3

export function SessionPage({ id, health }) {
  const { data, error } = useData(`/api/sessions/${encodeURIComponent(id)}`, 3000)
  const [chosen, choose] = useState({})
  const [only, setOnly] = useState(false)
  const arrived = useRef(false)
  const turns = data?.turns ?? []
  const byItself = useMemo(
    () =>
      new Set(
        turns
          .filter((it) => problems(it).length)
          .slice(0, OPEN_AT_MOST)
          .map((it) => it.number),
      ),
    [turns.length],
  )
  const isOpen = (turn) => chosen[turn.number] ?? (byItself.has(turn.number) || turns.length === 1)
  const set = (number, open) => choose((old) => ({ ...old, [number]: open }))
  const atHash = () => {
    const number = /^#turn-(\d+)$/.exec(location.hash)?.[1]
    if (!number) return
    set(Number(number), true)
    requestAnimationFrame(() => {
      const line = document.getElementById(`turn-${number}`)
      line?.scrollIntoView({ block: 'start' })
      line?.querySelector('button')?.focus({ preventScroll: true })
    })
  }
  useEffect(() => {
    document.title = `Session ${id.slice(0, 8)} · chat-vitals`
    addEventListener('hashchange', atHash)
    return () => removeEventListener('hashchange', atHash)
  }, [id])
  useEffect(() => {
    if (!turns.length || arrived.current) return
    arrived.current = true
    atHash()
  }, [turns.length])
  useEffect(() => {
    const keys = (event) => {
      if (
        event.metaKey ||
        event.ctrlKey ||
        event.altKey ||
        /INPUT|SELECT|TEXTAREA/.test(document.activeElement?.tagName ?? '')
      )
        return
      if (event.key === 'Escape') return go('/sessions')
      if (event.key !== 'j' && event.key !== 'k') return
      const lines = [...document.querySelectorAll('.turn-line')]
      const at = lines.indexOf(document.activeElement?.closest('.turn')?.querySelector('.turn-line'))
      const next = lines[event.key === 'j' ? at + 1 : Math.max(0, at - 1)]
      next?.focus()
      next?.scrollIntoView({ block: 'nearest' })
    }
    addEventListener('keydown', keys)
    return () => removeEventListener('keydown', keys)
  }, [])
  if (!data)
    return error
      ? html`<div class="empty failure"><h2>${error.status === 404 ? 'Nothing is known of this session' : 'The backend does not answer'}</h2>
          <p>${error.status === 404 ? 'Its spans may not have arrived yet; this page keeps looking.' : 'This page tries again by itself.'}</p><a class="button" href="/sessions">All sessions</a></div>`
      : ''
  const bad = turns.filter((it) => problems(it).length)
  const shown = only ? bad : turns
  const others = [
    kept(),
    ...turns.map((turn) => ({
      key: turn.number,
      name: `turn ${turn.number}${turn.ttft === undefined ? '' : `, ${duration(turn.ttft)}`}`,
      turn,
    })),
  ].filter(Boolean)
  return html`<p class="crumb"><a href="/sessions">Sessions</a><${Icon} name="chevron" /><span class="mono">${id.slice(0, 12)}</span></p>
    <${Head} data=${data} />
    ${
      turns.length > 0 &&
      html`<div class="turns-head"><h2>${plural(turns.length, 'turn')}</h2>
      <button type="button" class="flag" aria-pressed=${String(only)} onClick=${() => setOnly(!only)}>Problems only <small>${bad.length}</small></button>
      <button type="button" class="flag" onClick=${() => choose(Object.fromEntries(turns.map((it) => [it.number, !shown.every(isOpen)])))}>${shown.every(isOpen) ? 'Fold all' : 'Open all'}</button>
      <span class="hint"><kbd>j</kbd> <kbd>k</kbd> walk · <kbd>Enter</kbd> opens · <kbd>Esc</kbd> all sessions</span></div>
    ${only && !bad.length && html`<p class="note">No turn of this session shows a problem</p>`}
    <ol class="turns">${shown.map(
      (
        turn,
      ) => html`<${Turn} key=${turn.spanId} turn=${turn} open=${isOpen(turn)} links=${health?.links} others=${others}
      toggle=${() => {
        if (!isOpen(turn)) keep(turn, id)
        set(turn.number, !isOpen(turn))
      }} />`,
    )}</ol>`
    }
    ${data.loose.length > 0 && html`<section class="card"><h3>Given in this session to answers of another</h3><p>${data.loose.map((it) => html`<span class="signal">${it.label ?? it.name ?? it.kind} · ${ago(it.at)}</span> `)}</p></section>`}`
}

function Head({ data }) {
  const { turns } = data
  const count = (kind) => turns.filter((it) => it.signals.some((signal) => signal.kind === kind)).length
  const rated = turns.filter((it) => it.feedback.some(({ label }) => label && label !== 'retracted')).length
  const exposed = turns.filter(
    (it) => it.feedback.length || it.signals.some((signal) => signal.kind === 'exposed'),
  ).length
  const handed = count('handoff') > 0 || data.loose.some((it) => it.kind === 'handoff')
  const facts = [
    [
      'Session',
      html`<span class="mono">${data.id.length > 20 ? `${data.id.slice(0, 20)}…` : data.id}</span><${Copy} text=${data.id} what="session id" />`,
    ],
    ['Service', [data.service, data.version].filter(Boolean).join(' ')],
    ['Environment', data.environment],
    ['Model', data.models.join(', ')],
    ['Length', duration(data.endedAt - data.startedAt)],
    ['Interrupted', number(turns.filter((it) => ['stopped', 'superseded', 'abandoned'].includes(it.outcome)).length)],
    ['Corrected', `${number(data.corrections.k)} of ${plural(data.corrections.n, 'follow-up')}`],
    ['Rated', `${number(rated)} of ${number(exposed)} seen`],
    ['Copied', number(count('copy'))],
    handed && ['Handed off', 'to a person'],
    ['Page views', number(data.pages.length)],
    data.conversations.length > 1 && ['Conversations', number(data.conversations.length)],
  ].filter((it) => it && it[1])
  const pages = data.pages.filter((it) => it.vitals.length)
  return html`<header class="session-head"><h1>${data.user ?? 'Session'}<span class="sub">${when(data.startedAt)}</span></h1>
    <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    ${turns.length > 1 && html`<${Ribbon} turns=${turns} />`}
    ${pages.length > 0 && html`<div class="vitals">${pages.map((it) => html`<div><span class="vital-page" title=${`${it.url ?? ''} ${full(it.startedAt)}`}><${Icon} name="eye" />Page ${clock(it.startedAt)}</span>${it.vitals.map(vital)}</div>`)}</div>`}
  </header>`
}

/** The whole session in one line: waits hatched, text solid, breaks between turns cut short. */
const Ribbon = ({ turns }) =>
  html`<figure class="ribbon"><ol aria-label="Turns of the session">${turns.map((turn) => {
    const wait = turn.durationMs ? Math.min(1, (turn.ttft ?? turn.durationMs) / turn.durationMs) : 1
    return html`<li style=${{ flexGrow: Math.max(turn.durationMs, 400) }}><a class=${`o-${turn.outcome ?? 'open'}`} href=${`#turn-${turn.number}`} title=${`Turn ${turn.number}: ${turn.outcome ?? 'open'}, first text ${duration(turn.ttft)}, ${duration(turn.durationMs)} in all`}>
    <span class="ribbon-wait" style=${{ width: `${wait * 100}%` }}></span><b>${turn.number}</b>
    ${['up', 'down'].map((name) => turn.feedback.some((it) => it.label === name) && html`<${Icon} name=${name} />`)}${isCorrection(turn.correction?.kind) && html`<${Icon} name="again" />`}</a></li>`
  })}</ol><figcaption><span><i class="key waiting"></i>waiting for text</span><span><i class="key streaming"></i>text on screen</span><span>longer turns are wider</span></figcaption></figure>`

const VITAL_MS = new Set(['ttfb', 'lcp', 'fcp', 'inp', 'fid'])
function vital(it) {
  const name = String(it.name ?? '').toLowerCase()
  const is = { good: 'good', poor: 'poor' }[it.rating] ?? (it.rating ? 'fair' : undefined)
  return html`<span class="vital"><small>${name.toUpperCase()}</small><b>${it.value == null ? NONE : VITAL_MS.has(name) ? duration(it.value) : number(it.value, 3)}</b><${Rating} is=${is} /></span>`
}
