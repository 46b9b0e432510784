// Every rule by Prometheus' own `promtool test rules`: fires when it must, is quiet when it must.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
// @ts-expect-error -- plain JavaScript
import { ALERTS, LEVELS, RECORDS, rules as written } from '../../demo/prometheus/build.mjs'
import { checkRules } from './support/rules.ts'
import type { Traffic } from './support/rules.ts'

const path = fileURLToPath(new URL('../../demo/prometheus/rules.yml', import.meta.url))
const rules = readFileSync(path, 'utf8')
const runbook = readFileSync(new URL('../../demo/runbook.md', import.meta.url), 'utf8')

const WHO = 'service_name="chat",service_version="2",gen_ai_response_model="m"'
const turns = (outcome: string, phase: string, error = 'none') =>
  `chat_vitals_turns_total{${WHO},chat_vitals_turn_outcome="${outcome}",chat_vitals_turn_phase="${phase}",chat_vitals_error_class="${error}"}`
const bucket = (name: string, le: string) => `chat_vitals_${name}_bucket{${WHO},le="${le}"}`
const one = (name: string, labels = '') => `chat_vitals_${name}{${WHO}${labels && `,${labels}`}}`
const correction = (kind: string) => one('corrections_total', `chat_vitals_correction_kind="${kind}"`)
const thumb = (label: string) =>
  one('feedback_total', `gen_ai_evaluation_name="thumb",gen_ai_evaluation_score_label="${label}"`)
const exposed = one('signals_total', 'chat_vitals_signal_kind="exposed"')
const otelcol = (name: string) => `otelcol_${name}{job="chat-vitals",exporter="otlp_http/jaeger"}`
const up = 'up{job="chat-vitals",instance="c"}'

/** A service at ease, `pace` turns a minute: 2 % fail, 6 % are interrupted, 8 of 10 first texts within 2 s. */
const healthy = (pace: number): Traffic => ({
  [turns('completed', 'streaming')]: pace * 0.9,
  [turns('completed', 'streaming', 'refusal')]: pace * 0.01,
  [turns('error', 'waiting', '5xx')]: pace * 0.02,
  [turns('stopped', 'streaming')]: pace * 0.04,
  [turns('abandoned', 'waiting')]: pace * 0.02,
  [turns('cancelled', 'waiting')]: pace * 0.01,
  [bucket('ttft_seconds', '1')]: pace * 0.5,
  [bucket('ttft_seconds', '2')]: pace * 0.8,
  [bucket('ttft_seconds', '5')]: pace,
  [bucket('ttft_seconds', '12')]: pace,
  [bucket('ttft_seconds', '+Inf')]: pace,
  [one('ttft_seconds_count')]: pace,
  ...Object.fromEntries(
    ['client', 'server', 'model', 'render', 'paint', 'unknown'].map((part, i) => [one(`ttft_${part}_seconds_total`), (pace * i) / 10]),
  ),
  [bucket('stall_ratio', '0')]: pace * 0.7,
  [bucket('stall_ratio', '0.01')]: pace * 0.9,
  [bucket('stall_ratio', '0.2')]: pace,
  [bucket('stall_ratio', '+Inf')]: pace,
  [bucket('qoe', '0.5')]: pace * 0.01,
  [bucket('qoe', '0.9')]: pace * 0.1,
  [bucket('qoe', '1')]: pace,
  [bucket('qoe', '+Inf')]: pace,
  [correction('none')]: pace * 0.5,
  [correction('rephrase')]: pace * 0.05,
  [correction('unknown')]: pace * 0.1,
  [thumb('up')]: pace * 0.08,
  [thumb('down')]: pace * 0.02,
  [exposed]: pace * 0.9,
  [one('drops_total')]: 0,
  [otelcol('receiver_accepted_spans_total')]: pace * 4,
  [otelcol('receiver_refused_spans_total')]: 0,
  [otelcol('exporter_queue_capacity')]: [[2000, 0]],
  [up]: [[2000, 0]],
})
/** A gauge that stands at `value` from the second minute on. */
const gauge = (value: number): [number, number][] => [[1, value], [2000, 0]]
/** `minutes` at ease, then this. */
const then = (minutes: number, traffic: Traffic, pace: number): Traffic => {
  const before = healthy(pace)
  return Object.fromEntries(
    Object.keys({ ...before, ...traffic }).map((name) => {
      const usual = before[name] ?? 0
      if (Array.isArray(usual)) return [name, traffic[name] ?? usual]
      const after = traffic[name]
      if (after === undefined) return [name, usual]
      return [name, Array.isArray(after) ? after : [[minutes, usual], [2000, after]]]
    }),
  )
}
const standing = { [up]: gauge(1), [otelcol('exporter_queue_capacity')]: gauge(1e9), [otelcol('exporter_queue_size')]: gauge(1000) }
const after = (minutes: number, traffic: Traffic, pace = 10) => then(minutes, { ...standing, ...traffic }, pace)

/** What goes wrong after 20 minutes, and what of it is known `within` minutes. */
const FAULTS: Record<string, { traffic: Traffic; within: number; firing: string[]; pace?: number }> = {
  'no answer comes any more': {
    traffic: { [turns('completed', 'streaming')]: 0, [turns('error', 'waiting', '5xx')]: 27 },
    pace: 30,
    within: 1,
    firing: ['ChatAnswersFailing'],
  },
  'one of four turns is refused with 429': {
    traffic: { [turns('completed', 'streaming')]: 6.5, [turns('error', 'waiting', '429')]: 2.5 },
    within: 10,
    firing: ['ChatErrorsHigh', 'ChatRateLimited'],
  },
  'the servers fail one of five': {
    traffic: { [turns('completed', 'streaming')]: 7, [turns('error', 'waiting', '5xx')]: 2 },
    within: 12,
    firing: ['ChatErrorsHigh', 'ChatServerErrors'],
  },
  'one of ten gets no response': {
    traffic: { [turns('completed', 'streaming')]: 8, [turns('error', 'waiting', 'network')]: 1 },
    within: 14,
    firing: ['ChatErrorsHigh', 'ChatNetworkErrors'],
  },
  'one of ten streams breaks': {
    traffic: { [turns('completed', 'streaming')]: 8, [turns('error', 'streaming', 'in_band')]: 1 },
    within: 14,
    firing: ['ChatErrorsHigh', 'ChatStreamBroken'],
  },
  'a key has run out for some': {
    traffic: { [turns('completed', 'streaming')]: 8, [turns('error', 'waiting', '4xx')]: 1 },
    within: 14,
    firing: ['ChatErrorsHigh', 'ChatRequestsRefused'],
  },
  'half of the first texts come after 8 s': {
    traffic: { [bucket('ttft_seconds', '1')]: 2, [bucket('ttft_seconds', '2')]: 4, [bucket('ttft_seconds', '5')]: 5 },
    within: 13,
    firing: ['ChatFirstTextSlow'],
  },
  'a quarter gives up waiting': {
    traffic: { [turns('completed', 'streaming')]: 6.5, [turns('abandoned', 'waiting')]: 2.6 },
    within: 20,
    firing: ['ChatWaitAbandonmentHigh'],
  },
  'the page tells nothing any more': {
    traffic: Object.fromEntries(Object.keys(healthy(20)).filter((name) => name.startsWith('chat_vitals_')).map((name) => [name, 0])),
    pace: 20,
    within: 5,
    firing: ['ChatTelemetrySilent'],
  },
  'the Collector is gone': {
    traffic: { [up]: [[1, 1], [19, 0], [1, -1], [2000, 0]] },
    within: 3,
    firing: ['ChatCollectorDown'],
  },
  'the Collector refuses one of ten': {
    traffic: { [otelcol('receiver_refused_spans_total')]: 4 },
    within: 12,
    firing: ['ChatCollectorLosing'],
  },
  'a store is down for hours': {
    traffic: { [otelcol('exporter_queue_size')]: [[1, 1000], [20, 0], [30, 3e7]] },
    within: 30,
    firing: ['ChatQueueFilling'],
  },
  'readers wait': {
    traffic: { [bucket('stall_ratio', '0')]: 2, [bucket('stall_ratio', '0.01')]: 4 },
    within: 25,
    firing: ['ChatStalling'],
  },
  'the answers come in jerks': {
    traffic: { [bucket('qoe', '0.5')]: 4, [bucket('qoe', '0.9')]: 6 },
    within: 25,
    firing: ['ChatQoeLow'],
  },
  'a filter refuses one of five': {
    traffic: { [turns('completed', 'streaming')]: 7, [turns('completed', 'streaming', 'refusal')]: 2 },
    within: 25,
    firing: ['ChatRefusalsHigh'],
  },
  'half of the answers are stopped': {
    traffic: { [turns('completed', 'streaming')]: 4, [turns('stopped', 'streaming')]: 5 },
    within: 70,
    firing: ['ChatInterruptionHigh'],
  },
  'every other follow-up says it again': {
    traffic: { [correction('none')]: 2.5, [correction('rephrase')]: 2.5 },
    within: 70,
    firing: ['ChatCorrectionsHigh'],
  },
  'most thumbs are down': {
    traffic: { [thumb('up')]: 0.2, [thumb('down')]: 0.8 },
    within: 300,
    firing: ['ChatGoodRateLow'],
  },
  'the thumbs are broken': {
    traffic: { [thumb('up')]: 0, [thumb('down')]: 0 },
    within: 390,
    firing: ['ChatParticipationLow'],
  },
  'devices have no room left': {
    traffic: { [one('drops_total')]: 1 },
    within: 50,
    firing: ['ChatDevicesDropping'],
  },
}

test.each(Object.entries(FAULTS))('%s: that and nothing else is alarmed', (_, { traffic, within, firing, pace = 10 }) => {
  checkRules(path, after(20, traffic, pace), 20 + within, { firing })
})

/** Against a day of more than 1,000 turns; all below the limits of the other alerts. */
const DAY = 26 * 60
const DRIFTS: Record<string, { traffic: Traffic; firing: string[]; minutes?: number }> = {
  ChatDriftTtft: { traffic: { [bucket('ttft_seconds', '2')]: 6 }, firing: ['ChatDriftTtft'] },
  ChatDriftInterruption: {
    traffic: { [turns('completed', 'streaming')]: 8, [turns('stopped', 'streaming')]: 1.4 },
    firing: ['ChatDriftInterruption'],
  },
  ChatDriftCorrection: {
    traffic: { [correction('none')]: 4.5, [correction('rephrase')]: 1 },
    firing: ['ChatDriftCorrection'],
  },
  ChatDriftGood: {
    traffic: { [thumb('up')]: 0.65, [thumb('down')]: 0.35 },
    firing: ['ChatDriftGood'],
    minutes: 360,
  },
}
test.each(Object.entries(DRIFTS))('%s tells what became worse than the day before', (_, { traffic, firing, minutes = 100 }) => {
  const start = minutes > 100 ? DAY + 300 : DAY
  checkRules(path, after(start, traffic), start + minutes, { firing }, '5m')
})

test('10,000 healthy turns and more alarm nobody, and every number is recorded of them', () => {
  const minutes = 34 * 60
  const labels = { service: 'service_name="chat"', service_model: 'gen_ai_response_model="m",service_name="chat"', service_version: 'service_name="chat",service_version="2"' }
  const recorded = Object.entries(RECORDS as Record<string, { levels?: string[] }>).flatMap(([name, { levels }]) =>
    (levels ?? Object.keys(LEVELS as object)).map((level): [string, [string, number][]] => [
      `count(${level}:${name})`,
      [['{}', 1]],
    ]),
  )
  checkRules(
    path,
    after(20, {}, 8),
    minutes,
    {
      firing: [],
      values: {
        ...Object.fromEntries(recorded),
        'round(service:chat_vitals_turns:increase10m)': [[`{${labels.service}}`, 79]],
        'round(service:chat_vitals_errors:ratio10m, 0.001)': [[`{${labels.service}}`, 0.02]],
        'round(service_model:chat_vitals_interruption:ratio10m, 0.001)': [[`{${labels.service_model}}`, 0.061]],
        'round(service_version:chat_vitals_wait_abandonment:ratio10m, 0.001)': [[`{${labels.service_version}}`, 0.02]],
        'round(service:chat_vitals_correction:ratio1h, 0.001)': [[`{${labels.service}}`, 0.091]],
        'round(service:chat_vitals_good:ratio6h, 0.001)': [[`{${labels.service}}`, 0.8]],
        'round(service:chat_vitals_participation:ratio6h, 0.001)': [[`{${labels.service}}`, 0.111]],
        'round(service:chat_vitals_ttft_seconds:p50_10m, 0.001)': [[`{${labels.service}}`, 1]],
        'round(service:chat_vitals_ttft_seconds:p75_10m, 0.001)': [[`{${labels.service}}`, 1.833]],
        'round(service_model:chat_vitals_ttft_model_seconds:mean10m, 0.001)': [[`{${labels.service_model}}`, 0.2]],
        'round(collector:chat_vitals_loss:ratio10m, 0.001)': [['{job="chat-vitals"}', 0]],
        'count({__name__=~"service:chat_vitals_drift_.*:z"})': [['{}', 4]],
      },
    },
    '5m',
  )
})

test('a rate over five turns alarms nobody, whatever it is', () => {
  const bad: Traffic = {
    ...standing,
    [turns('error', 'waiting', '5xx')]: 0.2,
    [turns('abandoned', 'waiting')]: 0.2,
    [bucket('ttft_seconds', '5')]: 0,
    [bucket('ttft_seconds', '40')]: 0.4,
    [bucket('ttft_seconds', '+Inf')]: 0.4,
    [one('ttft_seconds_count')]: 0.4,
    [bucket('qoe', '0.1')]: 0.4,
    [bucket('qoe', '+Inf')]: 0.4,
    [bucket('stall_ratio', '0.5')]: 0.4,
    [bucket('stall_ratio', '+Inf')]: 0.4,
    [correction('rephrase')]: 0.4,
    [thumb('down')]: 0.05,
  }
  checkRules(path, bad, 120, {
    firing: [],
    values: { 'round(service:chat_vitals_errors:ratio10m, 0.1)': [['{service_name="chat"}', 0.5]] },
  })
})

test('every alert has a test in which it fires, and a chapter in the runbook', () => {
  const names = (ALERTS as { alert: string }[]).map(({ alert }) => alert)
  const tested = [...Object.values(FAULTS), ...Object.values(DRIFTS)].flatMap(({ firing }) => firing)
  expect([...new Set(tested)].toSorted()).toEqual(names.toSorted())
  for (const name of names) expect(runbook).toMatch(new RegExp(`^## .*\\b${name}\\b`, 'm'))
})

test('rules.yml is what build.mjs writes', () => {
  expect(rules).toBe(written(/runbook_url: (.*)#/.exec(rules)?.[1]))
})
