/**
 * Says what is wrong with the options, what the verbs were given and the order of calls, in sentences that show the right
 * form; in debug mode also how each turn is known. Loaded only then, when something is wrong, or when there are selectors to look at; what is wrong, others have found.
 */
import type { Options, SignalKind } from './api.ts'
import type { Given } from './given.ts'
import { PRESETS } from './input/ui.ts'
import type { Ui } from './input/ui.ts'

export { sentenceOf } from './evidence.ts'

const forms: Record<keyof Options, string> = {
  endpoint: "endpoint: '/v1/traces' or 'https://collector.example.com/v1/traces'",
  headers: "headers: { 'x-api-key': '…' }",
  service: "service: 'support-chat' or { name, version, environment }",
  attributes: "attributes: { 'app.module': 'billing' }",
  exporter: 'exporter: openTelemetry() of chat-vitals/otel, or new OTLPTraceExporter(…)',
  beforeSend: 'beforeSend: (record) => record',
  sampleRate: 'sampleRate: a number from 0 to 1',
  propagateTo: "propagateTo: ['https://api.example.com', /^https:\\/\\/\\w+\\.example\\.com\\//] or false",
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

/** What the verbs with options are given. */
const calls: Record<keyof Given, string> = {
  turn: "turn({ trigger: 'submit', prompt: text })",
  feedback: "feedback('up', { message: button })",
  signal: "signal('copy', { message: button })",
  identify: "identify({ user: 'u-123', conversation: 'c-123' })",
}

const about = { message: true, traceparent: true } as const
const givens: { [V in keyof Given]: Record<keyof Given[V], true> } = {
  turn: { prompt: true, trigger: true, conversation: true, attributes: true },
  feedback: { ...about, comment: true, tags: true, attributes: true },
  signal: about,
  identify: { user: true, conversation: true },
}
const signals: Record<SignalKind, true> = {
  exposed: true,
  copy: true,
  share: true,
  dwell: true,
  scroll_back: true,
  handoff: true,
}

/** What was done in a wrong way, under the name that those who saw it give it. */
const misuses: Record<string, string> = {
  'init()': 'init was called twice on this page; the first one stands',
  'turn()': 'turn() came before init and measured nothing; call init first',
  'early()': 'of the calls before init only the first 20 were kept; call init earlier',
  'consent()': "consent takes 'granted', 'pending' or 'denied'",
  'signal()': `signal takes ${Object.keys(signals).join(', ')}; nothing was sent`,
  'bind()': "bind takes the id of a message, and that of a turn; write bind('msg-1') or bind('msg-1', turn.id)",
  'feedback().message': "message takes an element or an id; write { message: button } or { message: 'msg-1' }",
  'feedback().traceparent': 'traceparent takes that of a turn; write { traceparent: turn.traceparent }',
  'feedback() alone':
    'feedback goes out without a turn: none is known for its message; pass an element in or beside the answer, ' +
    'the id given to bind(), or { traceparent: turn.traceparent }',
  'fetch()':
    "the page's fetch cannot be replaced, its calls are not seen; pass ours to your chat client, " +
    '{ fetch: init(…).fetch } or { fetch: chatVitals.fetch }',
  'endpoint()': "nothing will be sent: give init an endpoint, such as { endpoint: '/v1/traces' }, or an exporter",
  'exporter()': 'the exporter threw, its spans wait: export(spans, done) must end with done({ code: 0 })',
  'requests()': 'option requests threw, that call is not measured; write requests: (call) => boolean',
}

const authorize = "give init { headers: { authorization: 'Bearer …' } }, or let it allow this page's origin"
/** What to do about a collector that refuses, by its status; each ends a sentence. */
const refusals: Record<string, string> = {
  401: authorize,
  403: authorize,
  413: 'one turn alone is too large: raise its limit',
  415: 'give init the endpoint of one that takes OTLP as JSON',
}
/** Also what a page or a gateway answers that is no collector at all. */
const refusal = (status: string, endpoint: string): string =>
  `${endpoint} refused turns (${status}): ` +
  (refusals[status] ??
    `is that an OTLP receiver? Try { endpoint: '${new URL('/v1/traces', new URL(endpoint, location.href)).href}' }`)

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

/** Of what a verb was given: `turn({})` where it was no object, `turn().promt` where an option is wrong. */
function adviseCall(verb: keyof Given, name: string | undefined): string {
  if (name === undefined) return `${verb} takes its options as an object; write ${calls[verb]}`
  const names = Object.keys(givens[verb])
  const right = meant(name, names)
  if (right === name) return `option ${name} of ${verb} is not usable and was left out; write ${calls[verb]}`
  return `there is no option ${name} of ${verb}; ${right ? `did you mean ${right}?` : `there are ${names.join(', ')}`}`
}

/**
 * @param wrong names of misuses, of what verbs were given, and of options; `refused()` with the status and the endpoint of a collector; of selectors, as `ui.answer` when it is none and `ui answer` when only its name
 *   is in question; of attributes of the script tag as `data-` and the option's name. Of these only such are said as are
 *   nearly ours, others may put theirs there
 */
export function advise(wrong: string[], hint: (message: string) => void): void {
  for (const given of wrong) {
    const [, verb, option] = /^(\w+)\((?:\{\}\)|\)\.(.*))$/s.exec(given) ?? []
    const [, status, endpoint] = /^refused\(\) (\d+) (.*)$/.exec(given) ?? []
    const known = status ? refusal(status, endpoint!) : misuses[given]
    if (known || given.endsWith('()')) {
      hint(known ?? `there is no chatVitals.${given}`)
      continue
    }
    if (verb) {
      hint(adviseCall(verb as keyof Given, option))
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
