// What became of the turns, as a Markdown table, and the delivery of abandoned turns beside that of completed ones.
import { rate } from '../../../demo/backend/rates.mjs'

const sum = (list, name) => list.reduce((total, one) => total + one[name], 0)
const percent = (share) => `${(share * 100).toFixed(1)} %`

const shareOf = (k, n) => {
  const { value, low, high } = rate(k, n)
  return value === undefined ? '–' : `${k}/${n} ${percent(value)} [${percent(low)}, ${percent(high)}]`
}

export function table(report) {
  const lines = [
    '| row | fault | engine | trials held | opened | delivered | pending | dropped with a reason | unexplained | duplicates | raw copies | most progress lost, ms |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ]
  for (const { row, title, engine, notShown, simulated, trials } of report) {
    const name = `${title}${simulated ? ' (simulated)' : ''}`
    if (!trials.length) {
      lines.push(`| ${row} | ${name} | ${engine} | – | not shown: ${notShown} | | | | | | | |`)
      continue
    }
    const held = trials.filter((trial) => trial.problems.length === 0).length
    const lost = trials.map((trial) => trial.facts.lostMs).filter((ms) => ms !== undefined)
    const copies = sum(trials, 'raw')
    lines.push(
      `| ${row} | ${name} | ${engine} | ${held}/${trials.length} | ${[
        ...['opened', 'delivered', 'pending', 'dropped', 'unexplained', 'duplicates'].map((column) =>
          sum(trials, column),
        ),
        `${copies} (${percent(copies / Math.max(1, sum(trials, 'delivered')))})`,
        lost.length ? Math.round(Math.max(...lost)) : '–',
      ].join(' | ')} |`,
    )
  }
  lines.push(...rates(report))
  return lines.join('\n')
}

/** Delivery of turns that were left beside that of completed ones, as far as trials have told them apart. */
function rates(report) {
  const by = { left: [0, 0], completed: [0, 0] }
  for (const { trials } of report)
    for (const { facts } of trials)
      for (const kind in facts.delivery) for (const i of [0, 1]) by[kind][i] += facts.delivery[kind][i]
  if (!by.left[1]) return []
  return [
    '',
    `Delivered of the turns that were left: ${shareOf(...by.left)}; of the completed: ${shareOf(...by.completed)} (Wilson 95 %).`,
  ]
}

/** For the README: a line a row, a column an engine. */
export function brief(report) {
  const engines = [...new Set(report.map(({ engine }) => engine))]
  const rows = [...new Set(report.map(({ row }) => row))]
  const lines = [
    `| row | fault | ${engines.join(' | ')} | opened | delivered | pending | dropped | raw copies |`,
    `| --- | --- |${' --- |'.repeat(engines.length + 5)}`,
  ]
  const reasons = new Map()
  for (const row of rows) {
    const all = report.filter((one) => one.row === row)
    const held = engines.map((engine) => {
      const trials = all.filter((one) => one.engine === engine).flatMap((one) => one.trials)
      if (trials.length) return `${trials.filter(({ problems }) => !problems.length).length}/${trials.length}`
      const why = all.find((one) => one.engine === engine)?.notShown
      if (!why) return '–'
      if (!reasons.has(why)) reasons.set(why, String.fromCharCode(97 + reasons.size))
      return `– ${reasons.get(why)}`
    })
    const trials = all.flatMap((one) => one.trials)
    const sums = ['opened', 'delivered', 'pending', 'dropped', 'raw'].map((name) => sum(trials, name))
    const { title, simulated } = all[0]
    lines.push(`| ${row} | ${title}${simulated ? ' (simulated)' : ''} | ${held.join(' | ')} | ${sums.join(' | ')} |`)
  }
  const notes = [...reasons].map(([why, letter]) => `${letter}: ${why}`)
  return [...lines, '', notes.join('; '), ...rates(report)].join('\n')
}
