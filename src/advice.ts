/**
 * Says what is wrong with the options and the order of calls, in sentences that show the right form. Loaded only when
 * something is wrong or there are selectors to look at; what is wrong, config.ts and start.ts have found.
 */
import type { Options } from './api.ts'
import { PRESETS } from './input/ui.ts'
import type { Ui } from './input/ui.ts'

const forms: Record<keyof Options, string> = {
  endpoint: "endpoint: '/v1/traces' or 'https://collector.example.com/v1/traces'",
  headers: "headers: { 'x-api-key': '…' }",
  service: "service: 'support-chat' or { name, version, environment }",
  attributes: "attributes: { 'app.module': 'billing' }",
  exporter: 'exporter: openTelemetry() of chat-vitals/otel, or new OTLPTraceExporter(…)',
  beforeSend: 'beforeSend: (record) => record',
  sampleRate: 'sampleRate: a number from 0 to 1',
  propagateTo: "propagateTo: ['https://api.example.com', /^https:\\/\\/\\w+\\.example\\.com\\//]",
  requests: "requests: ['/api/chat', /\\/chat$/] or (call) => boolean",
  ui: `ui: 'auto', { answer: '.assistant' } or a preset: ${Object.keys(PRESETS).join(', ')}`,
  user: "user: 'u-123'",
  conversation: "conversation: 'c-123'",
  sessionKeys: "sessionKeys: ['gen_ai.session.id']",
  consent: "consent: 'granted', 'pending' or 'denied'",
  nonce: "nonce: 'r4nd0m'",
  ...(Object.fromEntries(
    ['baggage', 'storage', 'paintBeacon', 'intent', 'signals', 'webVitals', 'debug'].map((name) => [
      name,
      `${name}: true or false`,
    ]),
  ) as Record<'baggage' | 'storage' | 'paintBeacon' | 'intent' | 'signals' | 'webVitals' | 'debug', string>),
}

const selectors: Record<keyof Ui, true> = {
  messages: true,
  answer: true,
  prompt: true,
  input: true,
  send: true,
  stop: true,
  regenerate: true,
  edit: true,
  copy: true,
  share: true,
  up: true,
  down: true,
  newConversation: true,
}

/** What was done in a wrong way, under the name that start.ts gives it. */
const misuses: Record<string, string> = {
  'init()': 'init was called twice on this page; the first one stands',
  'turn()': 'turn() came before init and measured nothing; call init first',
  'early()': 'of the calls before init only the first 20 were kept; call init earlier',
  'consent()': "consent takes 'granted', 'pending' or 'denied'",
  'requests()': 'option requests threw, that call is not measured; write requests: (call) => boolean',
}

/** Letters put in, left out, changed, or swapped with their neighbour. */
function apart(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = (rows[i] = [i])
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1)
    }
  }
  return rows[a.length]![b.length]!
}
/** What was meant by a name: one of ours but for a letter or two. */
const meant = (name: string, names: string[]): string | undefined =>
  names.find((one) => one === name) ??
  names.find((one) => name.length < 32 && apart(name.toLowerCase(), one.toLowerCase()) <= (name.length + 1) >> 2)

/**
 * @param wrong names of misuses and options; of selectors, as `ui.answer` when it is none and `ui answer` when only its name
 *   is in question; of attributes of the script tag as `data-` and the option's name. Of these only such are said as are
 *   nearly ours, others may put theirs there
 */
export function advise(wrong: string[], hint: (message: string) => void): void {
  for (const given of wrong) {
    if (given.endsWith('()')) {
      hint(misuses[given] ?? `there is no chatVitals.${given}`)
      continue
    }
    const [, place = '', name = ''] = /^(ui[. ]|data-)?(.*)$/s.exec(given)!
    const inUi = place.startsWith('ui')
    const names = Object.keys(inUi ? selectors : forms)
    const written = (one: string) =>
      place === 'data-'
        ? 'data-' + one.replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase())
        : (inUi ? 'ui.' : '') + one
    const right = meant(name, names)
    if (right === name) {
      if (!place) hint(`option ${name} is not usable and was left out; write ${forms[name as keyof Options]}`)
      if (place === 'ui.')
        hint(`option ui.${name} is no CSS selector and was left out; write ui: { ${name}: '.${name}' }`)
    } else if (!place && /^\d+$/.test(name)) hint("init takes an object; write init({ endpoint: '/v1/traces' })")
    else if (right) hint(`there is no option ${written(name)}; did you mean ${written(right)}?`)
    else if (place !== 'data-') hint(`there is no option ${written(name)}; there are ${names.join(', ')}`)
  }
}
