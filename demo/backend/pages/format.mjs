// Numbers and times as people read them: always with a unit, and "–" for what is missing.

export const NONE = '–'

/** @param {number | null | undefined} it milliseconds */
export function duration(it) {
  if (it == null || !Number.isFinite(it)) return NONE
  const size = Math.abs(it)
  if (size < 0.05) return '0 ms'
  if (size < 10) return `${trim(it, 1)} ms`
  if (size < 999.5) return `${Math.round(it)} ms`
  if (size < 9995) return `${(it / 1000).toFixed(2)} s`
  if (size < 59_950) return `${(it / 1000).toFixed(1)} s`
  const seconds = Math.round(it / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

/** @param {number | null | undefined} it seconds */
export const seconds = (it) => duration(it == null ? it : it * 1000)

const trim = (it, digits) => String(Number(it.toFixed(digits)))

/** @param {number | null | undefined} it 0..1 */
export function percent(it) {
  if (it == null) return NONE
  const value = it * 100
  return `${value === 0 || value === 100 ? value : value < 10 ? value.toFixed(2) : value.toFixed(1)} %`
}

/** @param {number | null | undefined} it @param {number} [digits] */
export const number = (it, digits = 0) =>
  it == null ? NONE : it.toLocaleString('en-GB', { maximumFractionDigits: digits, minimumFractionDigits: digits })

/** @param {number | null | undefined} it */
export function bytes(it) {
  if (it == null) return NONE
  return it < 1000 ? `${it} B` : it < 1e6 ? `${trim(it / 1000, 1)} kB` : `${trim(it / 1e6, 1)} MB`
}

/** "1 turn", "3 turns". */
export const plural = (n, word) => `${number(n)} ${word}${n === 1 ? '' : 's'}`

const format = (options) => {
  const formatter = new Intl.DateTimeFormat('en-GB', options)
  return (at) => (at == null ? NONE : formatter.format(new Date(at)))
}
export const clock = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
export const hour = format({ hour: '2-digit', minute: '2-digit' })
export const day = format({ day: 'numeric', month: 'short' })
export const full = format({ dateStyle: 'medium', timeStyle: 'medium' })

/** "Today 14:03", "20 Nov 14:03". */
export function when(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 864e5)
  return `${days === 0 ? 'Today' : days === 1 ? 'Yesterday' : day(at)} ${hour(at)}`
}

/** "3 min ago". */
export function ago(at) {
  const s = Math.max(0, (Date.now() - at) / 1000)
  if (s < 5) return 'just now'
  if (s < 60) return `${Math.floor(s)} s ago`
  if (s < 3600) return `${Math.floor(s / 60)} min ago`
  if (s < 86_400) return `${Math.floor(s / 3600)} h ago`
  return `${Math.floor(s / 86_400)} d ago`
}
