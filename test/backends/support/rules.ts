/** Prometheus' own rule tests in words: minutes of traffic in, the alerts that fire and what is recorded out. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prometheus } from './tools.mjs'

/** Counters that grow by so much a minute; a later part may change the pace. */
export type Traffic = Record<string, number | [minutes: number, perMinute: number][]>

/** `0+5x120`: promtool's notation, a sample a minute. */
const samples = (pace: Traffic[string], minutes: number): string => {
  if (typeof pace === 'number') return `0+${pace}x${minutes}`
  let total = 0
  return pace
    .map(([minutes, perMinute]) => {
      const from = total
      total += minutes * perMinute
      return `${from}${perMinute < 0 ? '' : '+'}${perMinute}x${minutes - 1}`
    })
    .join(' ')
}

/**
 * After `at` minutes of this traffic exactly these alerts fire, and these values are recorded; throws with promtool's words
 * where it is not so.
 */
export function checkRules(
  rules: string,
  traffic: Traffic,
  at: number,
  { firing, values = {} }: { firing: string[]; values?: Record<string, [labels: string, value: number][]> },
  every = '1m',
): void {
  const folder = mkdtempSync(join(tmpdir(), 'chat-vitals-rules-'))
  const alerts = [...new Set(firing)].map((name) => `{ labels: '{alertname="${name}"}', value: 1 }`).join(', ')
  const tests = [
    `{ expr: 'count by (alertname) (count by (alertname, severity) (ALERTS{alertstate="firing"}))', eval_time: ${at}m, exp_samples: [${alerts}] }`,
    ...Object.entries(values).map(
      ([expr, found]) =>
        `{ expr: '${expr}', eval_time: ${at}m, exp_samples: [${found.map(([labels, value]) => `{ labels: '${labels}', value: ${value} }`).join(', ')}] }`,
    ),
  ]
  const series = Object.entries(traffic).map(([name, pace]) => `{ series: '${name}', values: '${samples(pace, at)}' }`)
  writeFileSync(
    join(folder, 'test.yml'),
    `rule_files: ['${rules}']
evaluation_interval: ${every}
tests:
  - interval: 1m
    input_series:
${series.map((one) => `      - ${one}`).join('\n')}
    promql_expr_test:
${tests.map((one) => `      - ${one}`).join('\n')}
`,
  )
  try {
    execFileSync(prometheus().promtool, ['test', 'rules', join(folder, 'test.yml')], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${stdout}${stderr}`.slice(0, 4000), { cause: error })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
