// What the stored curve, at most 32 points, says of a turn: how much stood on the screen at any time, and where a reader
// of usual speed was. The exact totals are on the span; this is only for drawing them in their place.

/** Characters on the screen at `t`. Between two points the line is straight, but where the screen is known to have stood still. */
export function shownAt(curve, t, frozen = new Set()) {
  if (!curve.length || t < curve[0][0]) return 0
  let i = 0
  while (i < curve.length - 1 && curve[i + 1][0] <= t) i++
  const [a, b] = [curve[i], curve[i + 1]]
  return !b || frozen.has(i) ? a[1] : a[1] + (b[1] - a[1]) * ((t - a[0]) / (b[0] - a[0]))
}

/** @returns {{ line: [number, number][], waits: { from: number, to: number }[], frozen: { from: number, to: number, i: number }[] }} */
export function readerOf({ curve, pace, freezes, stalls }) {
  if (curve.length < 2) return { line: [], waits: [], frozen: [] }
  const steps = curve.slice(1).map(([at], i) => at - curve[i][0])
  const typical = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)]
  const frozen = steps
    .map((ms, i) => ({ from: curve[i][0], to: curve[i + 1][0], ms, i }))
    .filter((it) => it.ms >= 1000 && it.ms > typical * 1.6)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, freezes ?? 0)
  const still = new Set(frozen.map((it) => it.i))
  const [from, first] = curve[0]
  const [to, all] = curve[curve.length - 1]
  if (!(pace > 0) || all <= first) return { line: [], waits: [], frozen }
  const charsPerMs = (all - first) / (pace * (to - from))
  /** @type {[number, number][]} */
  const line = [[from, 0]]
  const waits = []
  let read = 0
  const step = (to - from) / 400
  for (let t = from + step; t <= to + step / 2; t += step) {
    const shown = shownAt(curve, Math.min(t, to), still)
    const wanted = read + charsPerMs * step
    if (wanted > shown && stalls) {
      const last = waits.at(-1)
      if (last && t - last.to < step * 1.5) last.to = t
      else waits.push({ from: t - step, to: t })
    }
    read = Math.min(wanted, shown)
    line.push([t, read])
  }
  // What was left when the last text came is read after it.
  if (read < all) line.push([to + (all - read) / charsPerMs, all])
  return { line, waits: waits.filter((it) => it.to - it.from >= 250), frozen }
}

/** A point on a line of pairs. */
export function onLine(line, t) {
  if (!line.length || t <= line[0][0]) return 0
  const i = line.findIndex(([at]) => at >= t)
  if (i < 0) return line.at(-1)[1]
  const [a, b] = [line[i - 1], line[i]]
  return a[1] + (b[1] - a[1]) * ((t - a[0]) / (b[0] - a[0] || 1))
}
