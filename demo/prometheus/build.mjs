/**
 * The table of what is recorded and alarmed, and `node demo/prometheus/build.mjs`, which writes rules.yml of it. The counters
 * are those of ../collector/collector.yaml; the limits are those of METRICS' ratings where there is one.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What a number is told by: the service as a whole, its models, its releases. */
export const LEVELS = {
  service: ['service_name'],
  service_model: ['service_name', 'gen_ai_response_model'],
  service_version: ['service_name', 'service_version'],
}
const OUTCOME = 'chat_vitals_turn_outcome'
const SENT = `chat_vitals_turns_total{${OUTCOME}!="cancelled"}`
const INTERRUPTED = `${OUTCOME}=~"stopped|abandoned|superseded"`

/** A count over a window, by the labels of its level and more. */
const counted = (series, window, more = [], offset = '') => (labels) =>
  `sum by (${[...labels, ...more].join(', ')}) (increase(${series}[${window}]${offset && ` offset ${offset}`}))`
const share = (k, n, window) => (labels) => `${counted(k, window)(labels)}\n  / ${counted(n, window)(labels)}`
const quantile = (q, series, window) => (labels) =>
  `histogram_quantile(${q}, ${counted(`${series}_bucket`, window, ['le'])(labels)})`

const RATED = 'chat_vitals_feedback_total{gen_ai_evaluation_name="thumb",gen_ai_evaluation_score_label=~"up|down"}'
const UP = RATED.replace('=~"up|down"', '="up"')
const PAIRS = 'chat_vitals_corrections_total{chat_vitals_correction_kind!="unknown"}'
const CORRECTED = 'chat_vitals_corrections_total{chat_vitals_correction_kind=~"repeat|rephrase|correction|edit"}'
const EXPOSED = 'chat_vitals_signals_total{chat_vitals_signal_kind="exposed"}'

/**
 * Name without its level → title, unit and expression by labels. `metric` is its row in the table of the pages.
 * @type {Record<string, { title: string, unit: 'count' | 's' | 'share' | 'score' | 'z', of: (labels: string[]) => string, metric?: string, levels?: string[] }>}
 */
export const RECORDS = {
  'chat_vitals_turns:increase1m': { title: 'Turns a minute', unit: 'count', of: counted(SENT, '1m'), levels: ['service'] },
  'chat_vitals_turns:increase10m': { title: 'Turns in 10 minutes', unit: 'count', of: counted(SENT, '10m') },
  'chat_vitals_turns:increase1h': { title: 'Turns in an hour', unit: 'count', of: counted(SENT, '1h') },
  'chat_vitals_errors:ratio1m': {
    title: 'Errors, last minute',
    unit: 'share',
    of: orNone(share(`chat_vitals_turns_total{${OUTCOME}="error"}`, SENT, '1m'), SENT, '1m'),
    levels: ['service'],
  },
  'chat_vitals_errors:ratio10m': {
    title: 'Errors',
    unit: 'share',
    metric: 'errorRate',
    of: orNone(share(`chat_vitals_turns_total{${OUTCOME}="error"}`, SENT, '10m'), SENT, '10m'),
  },
  'chat_vitals_ttft_seconds:p50_10m': { title: 'First text, median', unit: 's', of: quantile(0.5, 'chat_vitals_ttft_seconds', '10m') },
  'chat_vitals_ttft_seconds:p75_10m': { title: 'First text, p75', unit: 's', metric: 'ttft', of: quantile(0.75, 'chat_vitals_ttft_seconds', '10m') },
  'chat_vitals_ttft_seconds:p95_10m': { title: 'First text, p95', unit: 's', of: quantile(0.95, 'chat_vitals_ttft_seconds', '10m') },
  'chat_vitals_stall_ratio:p75_10m': { title: 'Left waiting while reading, p75', unit: 'share', metric: 'stall_ratio', of: quantile(0.75, 'chat_vitals_stall_ratio', '10m') },
  'chat_vitals_qoe:p25_10m': { title: 'Delivery quality, p25', unit: 'score', metric: 'qoe', of: quantile(0.25, 'chat_vitals_qoe', '10m') },
  'chat_vitals_interruption:ratio10m': {
    title: 'Interruption',
    unit: 'share',
    metric: 'interruption',
    of: orNone(share(`chat_vitals_turns_total{${INTERRUPTED}}`, SENT, '10m'), SENT, '10m'),
  },
  'chat_vitals_interruption:ratio1h': {
    title: 'Interruption, last hour',
    unit: 'share',
    of: orNone(share(`chat_vitals_turns_total{${INTERRUPTED}}`, SENT, '1h'), SENT, '1h'),
  },
  'chat_vitals_wait_abandonment:ratio10m': {
    title: 'Gave up waiting',
    unit: 'share',
    metric: 'waitAbandonment',
    of: orNone(share(`chat_vitals_turns_total{${INTERRUPTED},chat_vitals_turn_phase="waiting"}`, SENT, '10m'), SENT, '10m'),
  },
  'chat_vitals_followups:increase1h': { title: 'Follow-ups in an hour', unit: 'count', of: counted(PAIRS, '1h') },
  'chat_vitals_correction:ratio1h': { title: 'Corrections', unit: 'share', metric: 'correction', of: orNone(share(CORRECTED, PAIRS, '1h'), PAIRS, '1h') },
  'chat_vitals_ratings:increase6h': { title: 'Ratings in 6 hours', unit: 'count', of: counted(RATED, '6h') },
  'chat_vitals_good:ratio6h': { title: 'Rated good', unit: 'share', metric: 'good', of: orNone(share(UP, RATED, '6h'), RATED, '6h') },
  'chat_vitals_exposed:increase6h': { title: 'Answers whose thumbs were in view', unit: 'count', of: counted(EXPOSED, '6h') },
  'chat_vitals_participation:ratio6h': { title: 'Feedback given', unit: 'share', metric: 'participation', of: orNone(share(RATED, EXPOSED, '6h'), EXPOSED, '6h') },
  'chat_vitals_drops:ratio1h': { title: 'Turns of devices that dropped a record', unit: 'share', of: orNone(share('chat_vitals_drops_total', SENT, '1h'), SENT, '1h') },
}

/** 0 where nothing of the kind was ever counted: no series is no missing rate. */
function orNone(ratio, base, window) {
  return (labels) => `${ratio(labels)}\n  or 0 * ${counted(base, window)(labels)}`
}

/** What is told by the kind of failure, whatever the level. */
const BY_CLASS = {
  record: 'service_class:chat_vitals_errors:ratio10m',
  expr: `${counted('chat_vitals_turns_total{chat_vitals_error_class!="none"}', '10m', ['chat_vitals_error_class'])(['service_name'])}
  / on (service_name) group_left service:chat_vitals_turns:increase10m`,
}
/** What the Collector could not take in or not hand on, of what was sent to it. */
const COLLECTOR = [
  {
    record: 'collector:chat_vitals_loss:ratio10m',
    expr: `(sum by (job) (increase(otelcol_receiver_refused_spans_total[10m])) + sum by (job) (increase(otelcol_exporter_send_failed_spans_total[10m]) or 0 * increase(otelcol_receiver_refused_spans_total[10m])) + sum by (job) (increase(otelcol_exporter_enqueue_failed_spans_total[10m]) or 0 * increase(otelcol_receiver_refused_spans_total[10m])))
  / (sum by (job) (increase(otelcol_receiver_accepted_spans_total[10m])) + sum by (job) (increase(otelcol_receiver_refused_spans_total[10m])))`,
  },
  {
    record: 'collector:chat_vitals_queue:ratio',
    expr: 'max by (job, exporter) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)',
  },
]

/** Seconds of the wait a turn, by part: which of them grew says who owns it. */
export const PARTS = ['client', 'server', 'model', 'render', 'paint', 'unknown']
const PARTS_OF = PARTS.map((part) => ({
  record: `service_model:chat_vitals_ttft_${part}_seconds:mean10m`,
  expr: `${counted(`chat_vitals_ttft_${part}_seconds_total`, '10m')(LEVELS.service_model)}
  / ${counted('chat_vitals_ttft_seconds_count', '10m')(LEVELS.service_model)}`,
}))

/**
 * Drift: the last hour (≥ 100) against the day before it (≥ 1,000), as z of two shares.
 * @type {Record<string, { k: string, n: string, worse: 1 | -1, what: string }>}
 */
const DRIFTS = {
  ttft: { k: 'chat_vitals_ttft_seconds_bucket{le="2"}', n: 'chat_vitals_ttft_seconds_count', worse: -1, what: 'first texts within 2 s' },
  interruption: { k: `chat_vitals_turns_total{${INTERRUPTED}}`, n: SENT, worse: 1, what: 'interruptions' },
  correction: { k: CORRECTED, n: PAIRS, worse: 1, what: 'corrections' },
  good: { k: UP, n: RATED, worse: -1, what: 'good ratings' },
}
// Ratings are rare: their detection window is longer.
const WINDOW = { good: '6h' }
const drift = Object.entries(DRIFTS).flatMap(([name, { k, n, worse }]) => {
  const window = WINDOW[name] ?? '1h'
  const by = LEVELS.service
  const [past, now] = [`service:chat_vitals_drift_${name}_baseline`, `service:chat_vitals_drift_${name}_recent`]
  const side = (record, w, offset) => [
    { record: `${record}:n`, expr: counted(n, w, [], offset)(by) },
    { record: `${record}:k`, expr: `${counted(k, w, [], offset)(by)}\n  or 0 * ${counted(n, w, [], offset)(by)}` },
  ]
  const pooled = `((${now}:k + ${past}:k) / (${now}:n + ${past}:n))`
  return [
    ...side(past, '1d', window),
    ...side(now, window, ''),
    {
      record: `service:chat_vitals_drift_${name}:z`,
      expr: `${worse} * (${now}:k / ${now}:n - ${past}:k / ${past}:n)
  / sqrt(${pooled} * (1 - ${pooled}) * (1 / ${now}:n + 1 / ${past}:n))
  and ${now}:n >= 100 and ${past}:n >= 1000`,
    },
  ]
})

const all = Object.keys(LEVELS)
/** A limit at some levels, each with its own least n: a rate over five turns alarms nobody. */
const beyond = (name, limit, n, least, levels = all) =>
  levels.map((level) => `(${level}:${name} ${limit} and ${level}:${n} >= ${least})`).join('\nor ')
const TURNS = 'chat_vitals_turns:increase10m'
const WHERE = '{{ $labels.service_name }} {{ $labels.service_version }}{{ $labels.gen_ai_response_model }}'
const failing = (classes, limit) =>
  `service_class:chat_vitals_errors:ratio10m{chat_vitals_error_class=~"${classes}"} > ${limit}\n  and on (service_name) service:${TURNS} >= 50`

/**
 * @type {{ alert: string, severity: 'P0' | 'P1' | 'P2' | 'P3', expr: string, for?: string, says: string, why: string }[]}
 * `why`: the reason of window, limit and least n.
 */
export const ALERTS = [
  { alert: 'ChatAnswersFailing', severity: 'P0', expr: beyond('chat_vitals_errors:ratio1m', '> 0.5', 'chat_vitals_turns:increase1m', 20, ['service']), says: '{{ $value | humanizePercentage }} of answers failed in the last minute on {{ $labels.service_name }}', why: 'Half of 20 turns is far beyond chance of any rate below 25 %; no `for`, so that it is known within a minute' },
  { alert: 'ChatCollectorDown', severity: 'P0', expr: 'up{job="chat-vitals"} == 0', for: '1m', says: 'The Collector does not answer: pages keep their records and wait', why: 'Three scrapes missed are no restart' },
  { alert: 'ChatTelemetrySilent', severity: 'P1', expr: `service:${TURNS} offset 10m >= 100\n  unless service:chat_vitals_turns:increase1m > 0`, for: '2m', says: 'No turn has been told for minutes on {{ $labels.service_name }}, where there were {{ $value | humanize }} in 10 minutes', why: 'At ten a minute, three minutes without one happen by chance once in 10^13' },
  { alert: 'ChatErrorsHigh', severity: 'P1', expr: beyond('chat_vitals_errors:ratio10m', '> 0.1', TURNS, 50), for: '2m', says: `{{ $value | humanizePercentage }} of answers fail on ${WHERE}`, why: '10 % of 50 has a Wilson interval from 4 %' },
  { alert: 'ChatRateLimited', severity: 'P1', expr: failing('429', 0.05), for: '2m', says: '{{ $value | humanizePercentage }} of turns are refused with 429 on {{ $labels.service_name }}', why: 'A quota that is reached stays so until traffic falls' },
  { alert: 'ChatServerErrors', severity: 'P1', expr: failing('5xx|timeout', 0.05), for: '2m', says: '{{ $value | humanizePercentage }} of turns end in {{ $labels.chat_vitals_error_class }} on {{ $labels.service_name }}', why: 'As ChatErrorsHigh, earlier, since the class is known' },
  { alert: 'ChatNetworkErrors', severity: 'P1', expr: failing('network', 0.05), for: '5m', says: '{{ $value | humanizePercentage }} of turns get no response on {{ $labels.service_name }}', why: 'Networks of users have bad minutes' },
  { alert: 'ChatStreamBroken', severity: 'P1', expr: failing('in_band|other', 0.05), for: '2m', says: '{{ $value | humanizePercentage }} of streams report an error after they began on {{ $labels.service_name }}', why: 'Status pages of servers do not show these: HTTP said 200' },
  { alert: 'ChatRequestsRefused', severity: 'P1', expr: failing('4xx', 0.05), for: '2m', says: '{{ $value | humanizePercentage }} of requests are refused as wrong on {{ $labels.service_name }}', why: 'A release or a key that has run out' },
  { alert: 'ChatFirstTextSlow', severity: 'P1', expr: beyond('chat_vitals_ttft_seconds:p75_10m', '> 5', TURNS, 50), for: '2m', says: `One in four first texts takes longer than {{ $value | humanizeDuration }} on ${WHERE}`, why: '5 s is where the rating turns poor' },
  { alert: 'ChatWaitAbandonmentHigh', severity: 'P1', expr: beyond('chat_vitals_wait_abandonment:ratio10m', '> 0.15', TURNS, 50), for: '5m', says: `{{ $value | humanizePercentage }} give up before they see a word on ${WHERE}`, why: '15 % of 50 has a Wilson interval from 8 %' },
  { alert: 'ChatCollectorLosing', severity: 'P1', expr: 'collector:chat_vitals_loss:ratio10m > 0.01', for: '5m', says: '{{ $value | humanizePercentage }} of spans are refused by the Collector or by what is behind it', why: 'Pages come again for 5 minutes and more; what is refused longer is at risk' },
  { alert: 'ChatStalling', severity: 'P2', expr: beyond('chat_vitals_stall_ratio:p75_10m', '> 0.05', TURNS, 50), for: '10m', says: `Readers wait {{ $value | humanizePercentage }} of their time in one of four answers on ${WHERE}`, why: '5 % is where the rating turns poor' },
  { alert: 'ChatQoeLow', severity: 'P2', expr: beyond('chat_vitals_qoe:p25_10m', '< 0.8', TURNS, 50), for: '10m', says: `Delivery quality of one in four answers is below {{ $value | humanize }} on ${WHERE}`, why: '0.8 is where the rating turns poor' },
  { alert: 'ChatInterruptionHigh', severity: 'P2', expr: beyond('chat_vitals_interruption:ratio1h', '> 0.3', 'chat_vitals_turns:increase1h', 100), for: '10m', says: `{{ $value | humanizePercentage }} of answers are stopped, left or overtaken on ${WHERE}`, why: 'What users do varies by the hour of the day: an hour, and 100 of them' },
  { alert: 'ChatCorrectionsHigh', severity: 'P2', expr: beyond('chat_vitals_correction:ratio1h', '> 0.25', 'chat_vitals_followups:increase1h', 100), for: '10m', says: `{{ $value | humanizePercentage }} of follow-ups say the prompt again on ${WHERE}`, why: 'As interruption, of follow-ups' },
  { alert: 'ChatRefusalsHigh', severity: 'P2', expr: 'service_class:chat_vitals_errors:ratio10m{chat_vitals_error_class="refusal"} > 0.1\n  and on (service_name) service:chat_vitals_turns:increase10m >= 50', for: '10m', says: '{{ $value | humanizePercentage }} of answers are refusals on {{ $labels.service_name }}', why: 'A filter or a model that was changed' },
  { alert: 'ChatGoodRateLow', severity: 'P2', expr: beyond('chat_vitals_good:ratio6h', '< 0.6', 'chat_vitals_ratings:increase6h', 30, ['service', 'service_model']), for: '10m', says: `Only {{ $value | humanizePercentage }} of thumbs are up on ${WHERE}`, why: 'Few rate: six hours, and 30 ratings' },
  { alert: 'ChatQueueFilling', severity: 'P2', expr: 'collector:chat_vitals_queue:ratio > 0.5', for: '5m', says: 'The queue of {{ $labels.exporter }} is {{ $value | humanizePercentage }} full', why: 'Half of a gigabyte on disk is left to act in' },
  ...Object.entries(DRIFTS).map(([name, { what }]) => ({
    alert: `ChatDrift${name[0].toUpperCase()}${name.slice(1)}`,
    severity: /** @type {const} */ ('P3'),
    expr: `service:chat_vitals_drift_${name}:z > 2`,
    for: '30m',
    says: `The share of ${what} has become worse than the day before on {{ $labels.service_name }}: z {{ $value | humanize }}`,
    why: 'z > 2 comes once in 44 windows by chance; sustained for half an hour, and only as a ticket',
  })),
  { alert: 'ChatParticipationLow', severity: 'P3', expr: beyond('chat_vitals_participation:ratio6h', '< 0.002', 'chat_vitals_exposed:increase6h', 1000, ['service']), for: '30m', says: 'Only {{ $value | humanizePercentage }} of answers in view are rated on {{ $labels.service_name }}: do the thumbs still work?', why: 'Two of 1,000; usual are one in a hundred' },
  { alert: 'ChatDevicesDropping', severity: 'P3', expr: beyond('chat_vitals_drops:ratio1h', '> 0.01', 'chat_vitals_turns:increase1h', 100, ['service']), for: '30m', says: '{{ $value | humanizePercentage }} of turns come from devices that had to drop a record on {{ $labels.service_name }}', why: 'What is lost on devices is not in any other number' },
]

const block = (text, indent) => text.split('\n').map((line) => ' '.repeat(indent) + line).join('\n')
const quoted = (text) => `'${text.replaceAll("'", "''")}'`
const record = ({ record: name, expr }) => `      - record: ${name}\n        expr: |\n${block(expr, 10)}`

/** The rules as Prometheus reads them. @param {string} runbook address of the runbook */
export function rules(runbook = 'https://example.com/runbook.md') {
  const records = Object.entries(RECORDS).flatMap(([name, { of, levels = all }]) =>
    levels.map((level) => ({ record: `${level}:${name}`, expr: of(LEVELS[level]) })),
  )
  const alerts = ALERTS.map(
    ({ alert, severity, expr, for: time, says, why }) => `      # ${why}.
      - alert: ${alert}
        expr: |
${block(expr, 10)}${time ? `\n        for: ${time}` : ''}
        labels: { severity: ${severity} }
        annotations:
          summary: ${quoted(says)}
          runbook_url: ${runbook}#${alert.toLowerCase()}`,
  )
  return `# Written by build.mjs: change that. A counter that is new shows nothing of its first sample, so rates begin with the second scrape.
groups:
  - name: chat-vitals
    interval: 15s
    rules:
${[...records, BY_CLASS, ...COLLECTOR, ...PARTS_OF].map(record).join('\n')}
  - name: chat-vitals-drift
    interval: 1m
    rules:
${drift.map(record).join('\n')}
  - name: chat-vitals-alerts
    interval: 15s
    rules:
${alerts.join('\n')}
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL('rules.yml', import.meta.url))
  const runbook = /runbook_url: (.*)#/.exec(safe(path))?.[1]
  writeFileSync(path, rules(process.env.RUNBOOK ?? runbook))
}
/** A runbook address that was set once stays. */
function safe(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
