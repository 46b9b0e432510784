// What benchmarks print: quantiles, tables, and the same as JSON.
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** Linear between neighbours. @param {number[]} values @param {number} q 0 to 1 */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)]
  return low === undefined ? undefined : low + (sorted[Math.ceil(at)] - low) * (at % 1)
}
export const median = (values) => quantile(values, 0.5)

export const option = (name) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? undefined : (process.argv[at + 1] ?? '')
}
export const flag = (name) => process.argv.includes(`--${name}`)

const cell = (value) =>
  typeof value === 'number'
    ? Number.isInteger(value)
      ? String(value)
      : value.toFixed(Math.abs(value) < 10 ? 2 : 1)
    : (value ?? '–')

/** A markdown table, its columns aligned. @param {(string | number | undefined)[][]} rows */
export function table(head, rows) {
  const all = [head, ...rows.map((row) => row.map(cell))]
  const widths = head.map((_, i) => Math.max(...all.map((row) => String(row[i]).length)))
  const line = (row) => `| ${row.map((one, i) => String(one).padEnd(widths[i])).join(' | ')} |`
  return [line(all[0]), line(widths.map((width) => '-'.repeat(width))), ...all.slice(1).map(line)].join('\n')
}

/** Writes the figures where `--json FILE` says, with what they were measured on. */
export function save(figures) {
  const file = option('json')
  if (!file) return
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, platform: process.platform }
  writeFileSync(file, JSON.stringify({ at: new Date().toISOString(), machine, ...figures }, null, 2) + '\n')
}
