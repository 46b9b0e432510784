// Charts as SVG: how an answer grew, how waits spread, trends, intervals. Each draws what it is given; bars and points lead on.
import { day, duration, hour, NONE, number } from './format.mjs'
import { readerOf } from './growth.mjs'
import { html, useState, Wide } from './ui.mjs'

/** Round steps for about `count` ticks up to `max`. */
export function ticks(max, count) {
  if (!(max > 0)) return [0]
  const rough = max / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((it) => it * power).find((it) => it >= rough) ?? rough
  const out = []
  for (let at = 0; at <= max * 1.0001; at += step) out.push(Number(at.toPrecision(10)))
  return out
}
const axisTime = (ms) => (ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(2))} s`)
const rows = (values, y, left, right, text = (v) => v) =>
  values.map(
    (v) =>
      html`<line class="grid" x1=${left} x2=${right} y1=${y(v)} y2=${y(v)} /><text class="tick" x=${left - 6} y=${y(v) + 3.5} text-anchor="end">${text(v)}</text>`,
  )

/** Characters on screen over time since submit, with the wait before, the freezes, and the modelled reader. */
export function GrowthChart({ turn }) {
  const { curve, chars } = turn.render
  const { line, waits, frozen } = readerOf(turn.render)
  const end = Math.max(turn.durationMs || 0, curve.at(-1)?.[0] ?? 0, turn.ttft ?? 0, 1)
  const top = Math.max(chars ?? 0, curve.at(-1)?.[1] ?? 0, 1)
  const draw = (width) => {
    const [left, right, above, height] = [38, 10, 10, 168]
    const floor = height - 22
    const x = (ms) => left + ((width - left - right) * Math.min(end, Math.max(0, ms))) / end
    const y = (n) => floor - ((floor - above) * n) / (top * 1.06)
    const points = [`M${x(curve[0][0])} ${y(0)}L${x(curve[0][0])} ${y(curve[0][1])}`]
    for (let i = 1; i < curve.length; i++) {
      // While the screen stood still the line is level: between two points nothing else is known to have grown.
      if (frozen.some((it) => it.i === i - 1)) points.push(`L${x(curve[i][0])} ${y(curve[i - 1][1])}`)
      points.push(`L${x(curve[i][0])} ${y(curve[i][1])}`)
    }
    points.push(`L${x(end)} ${y(curve.at(-1)[1])}`)
    const band = (from, to, name, title) =>
      html`<rect class=${name} x=${x(from)} y=${above} width=${Math.max(1, x(to) - x(from))} height=${floor - above}><title>${title}</title></rect>`
    const marks = Object.entries({
      'first feedback': turn.moments.firstFeedback,
      'first progress': turn.moments.firstProgress,
      'useful text': turn.moments.usefulText,
    })
    return html`<svg width=${width} height=${height} role="img" aria-label=${`Growth of the answer: ${number(chars ?? 0)} characters in ${duration(end)}, first text after ${duration(turn.ttft)}`}>
      ${rows(ticks(top, 3), y, left, width - right, (n) => (n >= 1000 ? `${n / 1000}k` : n))}
      ${band(0, turn.ttft ?? end, 'wait', `Waited ${duration(turn.ttft ?? end)} for the first text`)}
      ${frozen.map((it) => band(it.from, it.to, 'frozen', `Nothing new on screen for about ${duration(it.to - it.from)}`))}
      ${waits.map((it) => band(it.from, it.to, 'starved', `The modelled reader had nothing left to read, about ${duration(it.to - it.from)}`))}
      <path class="area" d=${`${points.join('')}L${x(end)} ${floor}L${x(curve[0][0])} ${floor}Z`} /><path class="line" d=${points.join('')} />
      ${
        line.length > 0 &&
        html`<path class="reader" d=${line
          .filter(([at]) => at <= end)
          .map(([at, n], i) => `${i ? 'L' : 'M'}${x(at)} ${y(n)}`)
          .join('')} />`
      }
      ${turn.ttft !== undefined && html`<line class="first" x1=${x(turn.ttft)} x2=${x(turn.ttft)} y1=${above} y2=${floor} />`}
      ${marks.map(([name, at]) => at !== undefined && html`<path class="mark" d=${`M${x(at)} ${floor - 5}l3.5 5h-7z`}><title>${name} ${duration(at)}</title></path>`)}
      ${ticks(end, Math.max(2, Math.floor(width / 90))).map((ms, i) => html`<text class="tick" x=${x(ms)} y=${height - 6} text-anchor=${i ? (x(ms) > width - 30 ? 'end' : 'middle') : 'start'}>${ms ? axisTime(ms) : '0'}</text>`)}
      <line class="axis" x1=${left} x2=${width - right} y1=${floor} y2=${floor} />
    </svg>`
  }
  return html`<${Wide} draw=${draw} class="chart growth" />`
}

/** Interval and value on a scale from 0, over the limits of the ratings. */
export function Interval({ value, low, high, max, zones, text }) {
  const at = (v) => `${Math.min(100, Math.max(0, (v / max) * 100))}%`
  const span = (from, to) => ({ left: at(from), width: `calc(${at(to)} - ${at(from)})` })
  const high_ = zones?.better === 'high'
  const names = high_ ? ['poor', 'fair', 'good'] : ['good', 'fair', 'poor']
  const edges = zones && [0, high_ ? zones.poor : zones.good, high_ ? zones.good : zones.poor, max]
  return html`<div class="interval" role="img" aria-label=${text} title=${text}>
    ${edges && names.map((name, i) => edges[i] < max && html`<i class=${`zone ${name}`} style=${span(edges[i], Math.min(edges[i + 1], max))}></i>`)}
    ${low !== undefined && html`<i class="range" style=${span(low, high)}></i>`}
    ${value != null && html`<i class="point" style=${{ left: at(value) }}></i>`}
  </div>`
}

/** First texts by how long they took. Bins are as wide as their time; heights are turns for each quarter of a second. */
export function Histogram({ edges, counts, quantiles, limits, lead }) {
  const last = Math.max(...counts.map((n, i) => (n ? i : 0)), edges.indexOf(limits.poor))
  const end = edges[Math.min(last, edges.length - 1)] * (last === edges.length ? 1.15 : 1)
  const bins = counts.slice(0, last + 1).map((n, i) => {
    const [from, to] = [i ? edges[i - 1] : 0, edges[i] ?? end]
    return { n, from, to, open: i === edges.length, density: n / ((to - from) / 0.25) }
  })
  const top = Math.max(...bins.map((it) => it.density), 1)
  const name = (it) => (it.open ? `over ${it.from} s` : `${it.from} – ${it.to} s`)
  const draw = (width) => {
    const [left, right, above, height] = [38, 10, 26, 200]
    const floor = height - 24
    const x = (v) => left + ((width - left - right) * Math.min(v, end)) / end
    const y = (n) => floor - ((floor - above) * n) / top
    let labelEnd = -99
    return html`<svg width=${width} height=${height} role="group" aria-label=${`Distribution of the time to first text: ${bins.map((it) => `${name(it)}: ${it.n}`).join(', ')}`}>
      ${rows(ticks(top, 3), y, left, width - right, (n) => Number(n.toPrecision(3)))}
      ${bins.map((it) => {
        const rate = it.to <= limits.good ? 'good' : it.to <= limits.poor ? 'fair' : 'poor'
        return html`<a href=${lead(it)} aria-label=${`${name(it)}: ${it.n} turns`}><rect class="hit" x=${x(it.from)} width=${x(it.to) - x(it.from)} y=${above} height=${floor - above} />
          <rect class=${`bar ${rate}`} x=${x(it.from) + 0.5} width=${Math.max(1, x(it.to) - x(it.from) - 1)} y=${it.n ? Math.min(y(it.density), floor - 2) : floor} height=${it.n ? Math.max(2, floor - y(it.density)) : 0} /><title>${name(it)}: ${it.n} turns (${rate})</title></a>`
      })}
      <line class="axis" x1=${left} x2=${width - right} y1=${floor} y2=${floor} />
      ${ticks(end, Math.max(3, Math.floor(width / 70))).map((v) => html`<text class="tick" x=${x(v)} y=${height - 8} text-anchor=${x(v) > width - 20 ? 'end' : 'middle'}>${v ? `${v} s` : '0'}</text>`)}
      ${quantiles.map(([text, v]) => {
        if (v == null) return ''
        const place = Math.max(Math.min(x(v), width - right - 22), labelEnd + 4)
        labelEnd = place + text.length * 7
        return html`<line class="quantile" x1=${x(v)} x2=${x(v)} y1=${above - 6} y2=${floor}><title>${text} ${duration(v * 1000)}</title></line><text class="tick strong" x=${place - 2} y=${above - 10}>${text}</text>`
      })}
    </svg>`
  }
  return html`<${Wide} draw=${draw} />`
}

/**
 * Lines or stacked bars over time, with marks where a release came. A point without a value breaks its line.
 * @param {{ rows: any[], bucket: number, lines?: { name: string, class: string, of: (row: any) => number | undefined }[], stack?: { name: string, class: string, of: (row: any) => number }[],
 *   band?: (row: any) => [number, number] | undefined, format: (v: number) => string, tick: (v: number) => string, floor?: number, n: (row: any) => number,
 *   releases: { at: number, version: string, service?: string }[], lead: (row: any) => string, what: string }} how
 */
export function Trend(how) {
  const { rows: all, bucket } = how
  const [chosen, choose] = useState(/** @type {any} */ (undefined))
  const row = all.find((it) => it.at === chosen) ?? all.at(-1)
  const series = how.lines ?? how.stack ?? []
  const draw = (width) => {
    const [left, right, above, height] = [42, 8, 14, 156]
    const floor = height - 20
    const [first, last] = [all[0].at, all.at(-1).at + bucket]
    const sum = (it) => series.reduce((total, line) => total + (line.of(it) ?? 0), 0)
    const highs = how.stack
      ? all.map(sum)
      : all.flatMap((it) => [...series.map((line) => line.of(it)), how.n(it) >= 5 ? how.band?.(it)?.[1] : undefined])
    const top = Math.max(...highs.filter((v) => v != null), how.floor ?? 0) * 1.05 || 1
    const x = (at) => left + ((width - left - right) * (at - first)) / (last - first)
    const y = (v) => floor - ((floor - above) * Math.min(v, top)) / top
    const middle = (it) => x(it.at + bucket / 2)
    const wide = Math.max(1, Math.min(22, x(first + bucket) - left - 1))
    const path = (of) =>
      all
        .map((it, i) => {
          const before = all[i - 1]
          const joined = before && of(before) != null && it.at - before.at <= bucket * (bucket > 4e6 ? 1.6 : 8)
          return of(it) == null ? '' : `${joined ? 'L' : 'M'}${middle(it).toFixed(1)} ${y(of(it)).toFixed(1)}`
        })
        .join('')
    return html`<svg width=${width} height=${height} role="group" aria-label=${`${how.what} over time`} onPointerLeave=${() => choose(undefined)}>
      ${rows(
        ticks(top, 3).filter((v) => !how.stack || Number.isInteger(v)),
        y,
        left,
        width - right,
        how.tick,
      )}
      ${how.releases.filter((it) => it.at > first && it.at < last).map((it) => html`<line class="release" x1=${x(it.at)} x2=${x(it.at)} y1=${above - 6} y2=${floor}><title>${[it.service, it.version].filter(Boolean).join(' ')} came ${day(it.at)} ${hour(it.at)}</title></line><path class="release-mark" d=${`M${x(it.at)} ${above - 2}l-4 -7h8z`} />`)}
      ${
        how.stack
          ? all.map((it) => {
              let from = floor
              return how.stack.map((line) => {
                const tall = floor - y(line.of(it) ?? 0)
                from -= tall
                return (
                  tall > 0 &&
                  html`<rect class=${line.class} x=${middle(it) - wide / 2} width=${wide} y=${from} height=${Math.max(1, tall - 0.5)} />`
                )
              })
            })
          : html`${how.band && all.map((it) => how.band(it) && how.n(it) >= 5 && html`<line class="whisker" x1=${middle(it)} x2=${middle(it)} y1=${y(how.band(it)[0])} y2=${y(how.band(it)[1])} />`)}
            ${series.map((line) => html`<path class=${`line ${line.class}`} d=${path(line.of)} />${all.length < 120 && all.map((it) => line.of(it) != null && html`<circle class=${`dot ${line.class}${how.n(it) < 5 ? ' few' : ''}`} cx=${middle(it)} cy=${y(line.of(it))} r="2.2" />`)}`)}`
      }
      <line class="axis" x1=${left} x2=${width - right} y1=${floor} y2=${floor} />
      ${timeTicks(first, last, width).map((at) => html`<text class="tick" x=${Math.min(Math.max(x(at), left + 16), width - right - 16)} y=${height - 5} text-anchor="middle">${last - first > 1.5 * 864e5 ? day(at) : hour(at)}</text>`)}
      ${all.map((it) => html`<a href=${how.lead(it)} tabindex="-1" aria-hidden="true"><rect class="hit" x=${x(it.at)} width=${Math.max(2, x(it.at + bucket) - x(it.at))} y=${above} height=${floor - above} onPointerEnter=${() => choose(it.at)} /></a>`)}
    </svg>`
  }
  return html`<div class="trend"><div class="readout">${series.map((line) => html`<span><i class=${`key ${line.class}`}></i>${line.name}<b>${line.of(row) == null ? NONE : how.format(line.of(row))}</b></span>`)}
      <small>${bucket > 4e6 ? day(row.at) : `${day(row.at)} ${hour(row.at)}`} · n ${how.n(row)} · <a href=${how.lead(row)}>its sessions</a></small></div>
    <${Wide} draw=${draw} /></div>`
}

function timeTicks(first, last, width) {
  const count = Math.max(2, Math.floor(width / 110))
  if (last - first <= 1.5 * 864e5)
    return Array.from({ length: count }, (_, i) => first + ((last - first) * i) / (count - 1))
  const days = []
  for (let at = new Date(first).setHours(24, 0, 0, 0); at <= last; at = new Date(at).setHours(24, 0, 0, 0))
    days.push(at)
  return days.filter((_, i) => i % Math.ceil(days.length / count) === 0)
}
