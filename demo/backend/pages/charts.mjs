// Charts by hand, as SVG: how an answer grew, distributions, trends, intervals. Each draws what it is given.
import { h, responsive } from './dom.mjs'
import { day, duration, hour, number, NONE } from './format.mjs'

const s = (tag, props, ...children) => h(`svg:${tag}`, props, ...children)

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

/**
 * What the stored curve, at most 32 points, says of the reader: their line and where it caught up with the text.
 * The exact totals are on the span; this is only for drawing them in their place.
 */
export function readerOf(turn) {
  const { curve, pace, freezes, stalls } = turn.render
  if (curve.length < 2) return { line: [], waits: [], frozen: [] }
  const steps = curve.slice(1).map(([at], i) => at - curve[i][0])
  const typical = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)]
  const frozen = steps
    .map((ms, i) => ({ from: curve[i][0], to: curve[i + 1][0], ms, i }))
    .filter((it) => it.ms >= 1000 && it.ms > typical * 1.6)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, freezes ?? 0)
  const isFrozen = new Set(frozen.map((it) => it.i))
  const [from, first] = curve[0]
  const [to, all] = curve[curve.length - 1]
  if (!(pace > 0) || all <= first) return { line: [], waits: [], frozen }
  const charsPerMs = (all - first) / (pace * (to - from))
  const line = [[from, 0]]
  const waits = []
  let read = 0
  const step = (to - from) / 400
  for (let t = from + step, i = 0; t <= to + step / 2; t += step) {
    while (i < curve.length - 2 && curve[i + 1][0] <= t) i++
    const [a, b] = [curve[i], curve[i + 1]]
    const shown = isFrozen.has(i) && t < b[0] ? a[1] : a[1] + (b[1] - a[1]) * Math.min(1, (t - a[0]) / (b[0] - a[0]))
    const wanted = read + charsPerMs * step
    if (wanted > shown && stalls) {
      const last = waits.at(-1)
      if (last && t - last.to < step * 1.5) last.to = t
      else waits.push({ from: t - step, to: t })
    }
    read = Math.min(wanted, shown)
    line.push([t, read])
  }
  return { line, waits: waits.filter((it) => it.to - it.from >= 250), frozen }
}

/** Characters on screen over time since submit, with the wait before, the freezes, and the modelled reader. */
export function growthChart(turn) {
  const { curve, chars } = turn.render
  const { line, waits, frozen } = readerOf(turn)
  const end = Math.max(turn.durationMs || 0, curve.at(-1)?.[0] ?? 0, turn.ttft ?? 0, 1)
  const top = Math.max(chars ?? 0, curve.at(-1)?.[1] ?? 0, 1)
  return responsive('chart growth', (width) => {
    const [left, right, above, height] = [38, 10, 10, 168]
    const floor = height - 22
    const x = (ms) => left + ((width - left - right) * Math.max(0, ms)) / end
    const y = (n) => floor - ((floor - above) * n) / (top * 1.06)
    const shape = []
    if (curve.length) {
      shape.push(`M${x(curve[0][0])} ${y(0)}`, `L${x(curve[0][0])} ${y(curve[0][1])}`)
      for (let i = 1; i < curve.length; i++) {
        // While the screen stood still the line is level: between two points nothing else is known to have grown.
        if (frozen.some((it) => it.i === i - 1)) shape.push(`L${x(curve[i][0])} ${y(curve[i - 1][1])}`)
        shape.push(`L${x(curve[i][0])} ${y(curve[i][1])}`)
      }
      shape.push(`L${x(end)} ${y(curve.at(-1)[1])}`)
    }
    const band = (from, to, name, title) =>
      s(
        'rect',
        { class: name, x: x(from), y: above, width: Math.max(1, x(to) - x(from)), height: floor - above },
        s('title', null, title),
      )
    const marks = [
      ['first feedback', turn.moments.firstFeedback],
      ['first progress', turn.moments.firstProgress],
      ['useful text', turn.moments.usefulText],
    ].filter(([, at]) => at !== undefined)
    const waitEnd = turn.ttft ?? end
    return s(
      'svg',
      {
        width,
        height,
        role: 'img',
        'aria-label': `Growth of the answer: ${number(chars ?? 0)} characters in ${duration(end)}, first text after ${duration(turn.ttft)}`,
      },
      s(
        'defs',
        null,
        s(
          'pattern',
          { id: 'hatch', width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
          s('rect', { class: 'hatch-line', width: 1.4, height: 6 }),
        ),
      ),
      ticks(top, 3).map((n) => [
        s('line', { class: 'grid', x1: left, x2: width - right, y1: y(n), y2: y(n) }),
        s('text', { class: 'tick', x: left - 6, y: y(n) + 3.5, 'text-anchor': 'end' }, n >= 1000 ? `${n / 1000}k` : n),
      ]),
      band(0, waitEnd, 'wait', `Waited ${duration(waitEnd)} for the first text`),
      frozen.map((it) =>
        band(it.from, it.to, 'frozen', `Nothing new on screen for about ${duration(it.to - it.from)}`),
      ),
      waits.map((it) =>
        band(
          it.from,
          it.to,
          'starved',
          `The modelled reader had nothing left to read, about ${duration(it.to - it.from)}`,
        ),
      ),
      curve.length &&
        s('path', { class: 'area', d: `${shape.join('')}L${x(end)} ${floor}L${x(curve[0][0])} ${floor}Z` }),
      curve.length && s('path', { class: 'line', d: shape.join('') }),
      line.length &&
        s('path', { class: 'reader', d: line.map(([at, n], i) => `${i ? 'L' : 'M'}${x(at)} ${y(n)}`).join('') }),
      turn.ttft !== undefined &&
        s('line', { class: 'first', x1: x(turn.ttft), x2: x(turn.ttft), y1: above, y2: floor }),
      marks.map(([name, at]) =>
        s(
          'path',
          { class: 'mark', d: `M${x(at)} ${floor - 5}l3.5 5h-7z` },
          s('title', null, `${name} ${duration(at)}`),
        ),
      ),
      ticks(end, Math.max(2, Math.floor(width / 90))).map((ms, i) =>
        s(
          'text',
          { class: 'tick', x: x(ms), y: height - 6, 'text-anchor': i ? 'middle' : 'start' },
          ms ? axisTime(ms) : '0',
        ),
      ),
      s('line', { class: 'axis', x1: left, x2: width - right, y1: floor, y2: floor }),
      !curve.length &&
        s(
          'text',
          { class: 'note', x: left + (width - left - right) / 2, y: (above + floor) / 2 + 4, 'text-anchor': 'middle' },
          'no answer text was seen',
        ),
    )
  })
}

const axisTime = (ms) => (ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(2))} s`)

/**
 * Interval and value on a scale from 0.
 * @param {{ value?: number, low?: number, high?: number, max: number, zones?: { good: number, poor: number, better?: string } }} it
 */
export function intervalBar({ value, low, high, max, zones }, text) {
  const at = (v) => `${Math.min(100, Math.max(0, (v / max) * 100))}%`
  const span = (from, to) => ({ left: at(from), width: `calc(${at(to)} - ${at(from)})` })
  const zone =
    zones &&
    (zones.better === 'high'
      ? [
          ['poor', 0, zones.poor],
          ['fair', zones.poor, zones.good],
          ['good', zones.good, max],
        ]
      : [
          ['good', 0, zones.good],
          ['fair', zones.good, zones.poor],
          ['poor', zones.poor, max],
        ])
  return h(
    'div.interval',
    { role: 'img', 'aria-label': text, title: text },
    zone?.map(([name, from, to]) => h(`i.zone.${name}`, { style: span(from, Math.min(to, max)) })),
    low !== undefined && h('i.range', { style: span(low, high) }),
    value !== undefined && h('i.point', { style: { left: at(value) } }),
  )
}

/** First texts by how long they took; widths are equal, edges are not. */
export function histogramChart({ edges, counts }, quantiles, limits) {
  return responsive('chart', (width) => {
    const [left, right, above, height] = [34, 8, 22, 196]
    const floor = height - 24
    const last = Math.max(...counts.map((n, i) => (n ? i : 0)), edges.indexOf(limits.poor) + 1)
    const shown = counts.slice(0, last + 1)
    const top = Math.max(...shown, 1)
    const step = (width - left - right) / shown.length
    const y = (n) => floor - ((floor - above) * n) / top
    /** Position of a value between its edges. */
    const x = (v) => {
      const i = edges.findIndex((edge) => v <= edge)
      if (i < 0 || i > last) return width - right
      const from = i ? edges[i - 1] : 0
      return left + step * (i + (v - from) / (edges[i] - from))
    }
    const name = (i) => (i === edges.length ? `over ${edges.at(-1)} s` : `${i ? edges[i - 1] : 0} – ${edges[i]} s`)
    const every = step < 26 ? 2 : 1
    let labelEnd = -99
    return s(
      'svg',
      {
        width,
        height,
        role: 'img',
        'aria-label': `TTFT distribution: ${shown.map((n, i) => `${name(i)}: ${n}`).join(', ')}`,
      },
      ticks(top, 3)
        .filter(Number.isInteger)
        .map((n) => [
          s('line', { class: 'grid', x1: left, x2: width - right, y1: y(n), y2: y(n) }),
          s('text', { class: 'tick', x: left - 6, y: y(n) + 3.5, 'text-anchor': 'end' }, n),
        ]),
      shown.map((n, i) => {
        const edge = edges[i] ?? Infinity
        const rate = edge <= limits.good ? 'good' : edge <= limits.poor ? 'fair' : 'poor'
        return s(
          'rect',
          {
            class: `bar ${rate}`,
            x: left + i * step + 1.5,
            width: Math.max(1, step - 3),
            y: n ? Math.min(y(n), floor - 2) : floor,
            height: n ? Math.max(2, floor - y(n)) : 0,
            rx: 2,
          },
          s('title', null, `${name(i)}: ${n} turns (${rate})`),
        )
      }),
      s('line', { class: 'axis', x1: left, x2: width - right, y1: floor, y2: floor }),
      shown.map((_, i) =>
        i &&
        (i % every === 0 || edges[i - 1] === limits.good || edges[i - 1] === limits.poor) &&
        (every === 1 || step * 2 > 26)
          ? s('text', { class: 'tick', x: left + i * step, y: height - 8, 'text-anchor': 'middle' }, edges[i - 1])
          : '',
      ),
      s('text', { class: 'tick', x: width - right, y: height - 8, 'text-anchor': 'end' }, 's'),
      quantiles
        .filter(([, v]) => v != null)
        .map(([text, v]) => {
          const place = Math.max(x(v), labelEnd + 4)
          labelEnd = place + text.length * 7
          return [
            s(
              'line',
              { class: 'quantile', x1: x(v), x2: x(v), y1: above - 6, y2: floor },
              s('title', null, `${text} ${duration(v * 1000)}`),
            ),
            s('text', { class: 'tick strong', x: place - 2, y: above - 10, 'text-anchor': 'start' }, text),
          ]
        }),
    )
  })
}

/**
 * Lines over time. A point without a value breaks its line; so does a gap in time.
 * @param {{ at: number }[]} rows
 * @param {{ bucket: number, lines: { name: string, class: string, of: (row: any) => number | undefined }[],
 *   band?: (row: any) => [number, number] | undefined, format: (v: number) => string, tick: (v: number) => string, floor?: number,
 *   n: (row: any) => number }} how
 */
export function trendChart(rows, how) {
  const readout = h('div.readout', { 'aria-live': 'off' })
  const say = (row) =>
    readout.replaceChildren(
      ...how.lines.map((line) =>
        h('span', null, h(`i.key.${line.class}`), line.name, h('b', null, format(line.of(row)))),
      ),
      h('small', null, `${how.bucket > 4e6 ? day(row.at) : `${day(row.at)} ${hour(row.at)}`} · n ${how.n(row)}`),
    )
  const format = (v) => (v == null ? NONE : how.format(v))
  const chart = responsive('chart', (width) => {
    const [left, right, above, height] = [40, 8, 8, 150]
    const floor = height - 20
    const values = rows
      .flatMap((row) => [...how.lines.map((line) => line.of(row)), how.band?.(row)?.[1]])
      .filter((v) => v != null)
    const top = Math.max(...values, how.floor ?? 0) * 1.05 || 1
    const [first, last] = [rows[0].at, rows.at(-1).at]
    const x = (at) =>
      last === first
        ? (left + width - right) / 2
        : left + 4 + ((width - left - right - 8) * (at - first)) / (last - first)
    const y = (v) => floor - ((floor - above) * Math.min(v, top)) / top
    const cursor = s('line', { class: 'cursor', y1: above, y2: floor, visibility: 'hidden' })
    const path = (of) =>
      rows
        .map((row, i) => {
          const v = of(row)
          if (v == null) return ''
          const before = rows[i - 1]
          const joined = before && of(before) != null && row.at - before.at <= how.bucket * (how.bucket > 4e6 ? 1.6 : 8)
          return `${joined ? 'L' : 'M'}${x(row.at).toFixed(1)} ${y(v).toFixed(1)}`
        })
        .join('')
    const svg = s(
      'svg',
      { width, height, role: 'img', 'aria-label': `${how.lines.map((line) => line.name).join(', ')} over time` },
      ticks(top, 3).map((v) => [
        s('line', { class: 'grid', x1: left, x2: width - right, y1: y(v), y2: y(v) }),
        s('text', { class: 'tick', x: left - 6, y: y(v) + 3.5, 'text-anchor': 'end' }, how.tick(v)),
      ]),
      how.band &&
        rows.map((row) => {
          const range = how.band?.(row)
          return (
            range && s('line', { class: 'whisker', x1: x(row.at), x2: x(row.at), y1: y(range[0]), y2: y(range[1]) })
          )
        }),
      how.lines.map((line) => [
        s('path', { class: `line ${line.class}`, d: path(line.of) }),
        rows.map(
          (row) =>
            line.of(row) != null &&
            s('circle', {
              class: `dot ${line.class}${how.n(row) < 5 ? ' few' : ''}`,
              cx: x(row.at),
              cy: y(line.of(row)),
              r: 2.2,
            }),
        ),
      ]),
      s('line', { class: 'axis', x1: left, x2: width - right, y1: floor, y2: floor }),
      timeTicks(first, last, width).map((at) =>
        s(
          'text',
          {
            class: 'tick',
            x: Math.min(Math.max(x(at), left + 16), width - right - 16),
            y: height - 5,
            'text-anchor': 'middle',
          },
          last - first > 864e5 ? day(at) : hour(at),
        ),
      ),
      cursor,
    )
    const follow = (event) => {
      const at = event.clientX - svg.getBoundingClientRect().left
      const row = rows.reduce((best, it) => (Math.abs(x(it.at) - at) < Math.abs(x(best.at) - at) ? it : best))
      cursor.setAttribute('x1', x(row.at))
      cursor.setAttribute('x2', x(row.at))
      cursor.setAttribute('visibility', 'visible')
      say(row)
    }
    svg.addEventListener('pointermove', follow)
    svg.addEventListener('pointerleave', () => {
      cursor.setAttribute('visibility', 'hidden')
      say(rows.at(-1))
    })
    return svg
  })
  say(rows.at(-1))
  return h('div', null, readout, chart)
}

function timeTicks(first, last, width) {
  const count = Math.max(2, Math.floor(width / 110))
  if (last - first > 864e5) {
    const days = []
    for (let at = new Date(first).setHours(24, 0, 0, 0); at <= last; at = new Date(at).setHours(24, 0, 0, 0))
      days.push(at)
    const every = Math.ceil(days.length / count)
    return days.length ? days.filter((_, i) => i % every === 0) : [first, last]
  }
  return last === first ? [first] : Array.from({ length: count }, (_, i) => first + ((last - first) * i) / (count - 1))
}

/** Turns per bucket, stacked by outcome. */
export function volumeChart(rows, bucket, names) {
  const readout = h('div.readout')
  const say = (row) =>
    readout.replaceChildren(
      ...names.map((name) => h('span', null, h(`i.key.o-${name}`), name, h('b', null, row.outcomes[name] ?? 0))),
      h('small', null, bucket > 4e6 ? day(row.at) : `${day(row.at)} ${hour(row.at)}`),
    )
  const chart = responsive('chart', (width) => {
    const [left, right, above, height] = [34, 8, 8, 150]
    const floor = height - 20
    const [first, last] = [rows[0].at, rows.at(-1).at]
    const slots = Math.round((last - first) / bucket) + 1
    const step = (width - left - right) / slots
    const top = Math.max(...rows.map((row) => names.reduce((sum, name) => sum + (row.outcomes[name] ?? 0), 0)), 1)
    const y = (v) => ((floor - above) * v) / top
    const middle = (at) => left + ((at - first) / bucket + 0.5) * step
    return s(
      'svg',
      { width, height, role: 'img', 'aria-label': 'Turns over time by outcome' },
      ticks(top, 3)
        .filter(Number.isInteger)
        .map((v) => [
          s('line', { class: 'grid', x1: left, x2: width - right, y1: floor - y(v), y2: floor - y(v) }),
          s('text', { class: 'tick', x: left - 6, y: floor - y(v) + 3.5, 'text-anchor': 'end' }, v),
        ]),
      rows.map((row) => {
        let from = floor
        const wide = Math.min(Math.max(step - 2, 2), 22)
        return s(
          'g',
          { onpointerenter: () => say(row) },
          names.map((name) => {
            const tall = y(row.outcomes[name] ?? 0)
            from -= tall
            return (
              tall > 0 &&
              s(
                'rect',
                {
                  class: `o-${name}`,
                  x: middle(row.at) - wide / 2,
                  width: wide,
                  y: from,
                  height: Math.max(1, tall - 1),
                  rx: 1,
                },
                s('title', null, `${name}: ${row.outcomes[name]}`),
              )
            )
          }),
        )
      }),
      s('line', { class: 'axis', x1: left, x2: width - right, y1: floor, y2: floor }),
      timeTicks(first, last, width).map((at) =>
        s(
          'text',
          {
            class: 'tick',
            x: Math.min(Math.max(middle(at), left + 16), width - right - 16),
            y: height - 5,
            'text-anchor': 'middle',
          },
          last - first > 864e5 ? day(at) : hour(at),
        ),
      ),
    )
  })
  say(rows.at(-1))
  return h('div', null, readout, chart)
}
