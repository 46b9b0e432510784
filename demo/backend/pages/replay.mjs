// Felt replay: the wait and the answer as they were, in real time or faster, one turn or two together. No text is needed and
// none is shown: grey lines grow as the answer grew. A reader of usual speed goes along.
import { duration, number } from './format.mjs'
import { onLine, readerOf, shownAt } from './growth.mjs'
import { html, Icon, useEffect, useMemo, useRef, useState } from './ui.mjs'
import { CAUSES, label, OUTCOMES, PARTS } from './words.mjs'

const SPEEDS = [1, 2, 4, 8]
/** Characters on one grey line. */
const LINE = 64
const WIDTHS = [100, 96, 99, 92, 98, 94]

/** Everything of a turn that a frame of the replay needs. */
function scoreOf(turn) {
  const { curve } = turn.render
  const reader = readerOf(turn.render)
  const parts = []
  let at = 0
  for (const name of Object.keys(PARTS)) {
    const ms = turn.ttftParts?.[name] ?? 0
    if (ms > 0) parts.push({ name, from: at, to: (at += ms) })
  }
  return {
    turn,
    curve,
    reader,
    parts,
    still: new Set(reader.frozen.map((it) => it.i)),
    cause: Object.entries(turn.render.stallBy ?? {}).sort((a, b) => b[1] - a[1])[0]?.[0],
    end: Math.max(turn.durationMs || 0, curve.at(-1)?.[0] ?? 0, turn.ttft ?? 0, 1),
  }
}

/** @param {{ turns: { name: string, turn: any }[], autoplay?: boolean }} props */
export function Replay({ turns, autoplay }) {
  const scores = useMemo(
    () => turns.map((it) => ({ ...scoreOf(it.turn), name: it.name })),
    [turns.map((it) => it.turn.spanId).join()],
  )
  const end = Math.max(...scores.map((it) => it.end))
  const [t, setT] = useState(0)
  const [playing, play] = useState(Boolean(autoplay))
  const [speed, setSpeed] = useState(1)
  const now = useRef(0)
  useEffect(() => {
    if (!playing) return
    let last = performance.now()
    let frame = 0
    // Less motion: four steps a second instead of every frame.
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
    const step = (at) => {
      now.current = Math.min(end, now.current + (at - last) * speed)
      last = at
      setT(now.current)
      if (now.current >= end) play(false)
      else frame = calm ? setTimeout(() => step(performance.now()), 250) : requestAnimationFrame(step)
    }
    frame = calm ? setTimeout(() => step(performance.now()), 250) : requestAnimationFrame(step)
    return () => (calm ? clearTimeout(frame) : cancelAnimationFrame(frame))
  }, [playing, speed, end])
  const seek = (at) => setT((now.current = Math.max(0, Math.min(end, at))))
  const toggle = () => {
    if (!playing && now.current >= end) seek(0)
    play(!playing)
  }
  return html`<section class="replay" aria-label=${`Felt replay: ${turns.map((it) => it.name).join(' and ')}`} data-at=${Math.round(t)}>
    <div class=${`stages n${scores.length}`}>${scores.map((it) => html`<${Stage} score=${it} t=${t} named=${scores.length > 1} />`)}</div>
    <div class="controls">
      <button type="button" class="button round" onClick=${toggle} aria-label=${playing ? 'Pause' : t >= end ? 'Play again' : 'Play'}><${Icon} name=${playing ? 'pause' : t >= end ? 'again' : 'play'} filled=${!playing && t < end} /></button>
      <div class="track">
        ${scores.map((it) => html`<${Track} score=${it} end=${end} />`)}
        <input type="range" min="0" max=${Math.ceil(end)} step=${Math.max(1, Math.round(end / 400))} value=${t} aria-label="Time in the turn" aria-valuetext=${duration(t)} onInput=${(event) => seek(Number(event.target.value))} />
      </div>
      <output>${duration(t)} <small>of ${duration(end)}</small></output>
      <div class="segments" role="group" aria-label="Speed">${SPEEDS.map((it) => html`<button type="button" aria-pressed=${String(it === speed)} onClick=${() => setSpeed(it)}>${it}×</button>`)}</div>
    </div>
  </section>`
}

/** Where on the time axis the user waited, read, and was left waiting. */
const Track = ({ score: { parts, curve, reader, end: own, turn }, end }) => {
  const span = (from, to) => ({ left: `${(from / end) * 100}%`, width: `${(Math.max(0, to - from) / end) * 100}%` })
  const waited = turn.ttft ?? own
  return html`<div class="lane" aria-hidden="true">
    <i class="waiting" style=${span(0, waited)}></i>${parts.map((it) => html`<i class=${`p-${it.name}`} style=${span(it.from, it.to)}></i>`)}
    ${curve.length > 0 && html`<i class="streaming" style=${span(waited, own)}></i>`}
    ${reader.waits.map((it) => html`<i class="starved" style=${span(it.from, it.to)}></i>`)}</div>`
}

function Stage({ score, t, named }) {
  const { turn, curve, reader, parts, still, end, name, cause } = score
  const shown = shownAt(curve, t, still)
  const read = onLine(reader.line, t)
  const over = t >= end
  const waiting = turn.ttft === undefined ? !over : t < turn.ttft
  const part = parts.find((it) => t < it.to)
  const starved = reader.waits.find((it) => t >= it.from && t < it.to)
  const frozen = !starved && reader.frozen.find((it) => t >= it.from && t < it.to)
  const { firstFeedback, firstProgress, firstReasoning } = turn.moments
  const progress = firstProgress ?? firstReasoning
  const all = curve.at(-1)?.[1] ?? 0
  const lines = Math.max(3, Math.ceil(all / LINE))
  const says = over
    ? `${turn.outcome ?? 'open'}: ${OUTCOMES[turn.outcome ?? 'open']?.[1] ?? ''}`
    : waiting
      ? part
        ? `Waiting: ${PARTS[part.name].toLowerCase()}`
        : 'Waiting for the first text'
      : starved
        ? `The reader has read it all and waits${cause ? `: ${CAUSES[cause].toLowerCase()}` : ''}`
        : frozen
          ? 'Nothing new on the screen; the reader still has text'
          : t > (curve.at(-1)?.[0] ?? 0)
            ? 'All text is there'
            : 'The answer grows'
  return html`<div class=${`stage${starved ? ' is-starved' : ''}`} data-chars=${Math.round(shown)}>
    ${named && html`<p class="stage-name">${name}</p>`}
    <div class="screen" role="img" aria-label=${`${says}. ${number(Math.round(shown))} of ${number(all)} characters`}>
      <div class="asked"><i style=${{ width: '62%' }}></i></div>
      <div class="answered">
        ${
          waiting &&
          !over &&
          html`<p class="wait-now">${firstFeedback !== undefined && t >= firstFeedback ? html`<span class="dots"><i></i><i></i><i></i></span>` : html`<span class="nothing-yet">nothing yet</span>`}
          ${progress !== undefined && t >= progress && html`<em>thinking is shown</em>`}<b>${duration(t)}</b></p>`
        }
        <ol class="lines">${Array.from({ length: lines }, (_, i) => {
          const part = (n) => `${Math.max(0, Math.min(1, (n - i * LINE) / LINE)) * WIDTHS[i % WIDTHS.length]}%`
          return html`<li><i class="text" style=${{ width: part(shown) }}></i><i class="read" style=${{ width: part(Math.min(read, shown)) }}></i></li>`
        })}</ol>
        ${over && turn.outcome !== 'completed' && html`<p class="ended">${label(turn.outcome ?? 'open')}${turn.endedBy ? ` · ${label(turn.endedBy)}` : ''}</p>`}
      </div>
    </div>
    <p class=${`caption${waiting || starved ? ' warn' : ''}`} aria-live="off">${says}${turn.ttftHiddenMs > 0 && waiting ? ` (page hidden for ${duration(turn.ttftHiddenMs)} of it)` : ''}</p>
  </div>`
}
