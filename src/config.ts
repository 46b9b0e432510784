/** The options: what users may say, checked once, with a sentence that shows the right form where they err. */
import type { AnyRecord, Attributes } from './turn/record.ts'
import type { Ui } from './watch/ui.ts'

/** CSS selectors of the chat's parts; each one given replaces the automatic finding of that part. */
export type UiSelectors = Ui

export type Consent = 'granted' | 'pending' | 'denied'

/** What is used of OpenTelemetry's `SpanExporter`, so that its types are no dependency. `code` 0: success. */
export interface SpanExporter {
  // oxlint-disable-next-line typescript/no-explicit-any -- a ReadableSpan of whatever version the exporter is made for
  export(spans: any[], done: (result: { code: number; error?: Error }) => void): void
  shutdown(): Promise<void>
}

export interface Options {
  /** Where OTLP/HTTP JSON goes, e.g. `/v1/traces`. Without it and without `exporter` nothing leaves the page. */
  endpoint?: string
  /** Headers of those requests. Cross-origin, any header costs a preflight. */
  headers?: Record<string, string>
  /** `service.name`, or name, version and environment. @defaultValue the page's host name */
  service?: string | { name: string; version?: string; environment?: string }
  /** On every span: application, module, prompt version, experiment, another RUM's session id. A function is asked when a turn opens. */
  attributes?: Attributes | (() => Attributes)
  /** Any OpenTelemetry SpanExporter, instead of `endpoint`. */
  exporter?: SpanExporter
  /** Last look at a record before it becomes spans; null drops it. Must not await. */
  beforeSend?: (record: AnyRecord) => AnyRecord | null
  /** Share of sessions recorded, 0 to 1. @defaultValue 1 */
  sampleRate?: number
  /** Other origins that may be given `traceparent`: URL prefixes or patterns. The page's own origin always is. */
  propagateTo?: (string | RegExp)[]
  /** Send `session.id` as W3C baggage beside `traceparent`. @defaultValue false */
  baggage?: boolean
  /** Which calls are chat calls. @defaultValue recognised by their shape */
  requests?: (string | RegExp)[] | ((call: { method: string; url: string }) => boolean)
  /** `'auto'`, the name of a preset, or selectors. @defaultValue 'auto' */
  ui?: 'auto' | (string & {}) | UiSelectors
  /** A pseudonymous id of the user. */
  user?: string
  conversation?: string
  /** Further attribute names that carry the session id, e.g. `['gen_ai.session.id']`. */
  sessionKeys?: string[]
  /** `'pending'` keeps all in memory until `consent('granted')`; `'denied'` records nothing. @defaultValue 'granted' */
  consent?: Consent
  /** Use IndexedDB and localStorage. @defaultValue true */
  storage?: boolean
  /** CSP nonce of the script tag. Taken, and not used so far: nothing that is added to the page needs one. */
  nonce?: string
  /** Time the first text by a 2×2 px element that the browser reports as painted. @defaultValue true */
  paintBeacon?: boolean
  /** Tell on the device whether the user had to say it again. @defaultValue true */
  intent?: boolean
  /** Copy, exposure and other implicit reactions, and thumbs that are recognised without code. @defaultValue true */
  signals?: boolean
  /** One `browser.page` span per page view. @defaultValue true */
  webVitals?: boolean
  /** Show the library's own errors and settled turns on the console. @defaultValue false */
  debug?: boolean
}

/** Options after the check: every default in, every wrong value replaced by its default. */
export interface Config extends Omit<Options, 'service' | 'ui'> {
  service: { name: string; version?: string; environment?: string }
  ui: 'auto' | string | UiSelectors
  sampleRate: number
  propagateTo: (string | RegExp)[]
  consent: Consent
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isSwitch = (value: unknown): boolean => typeof value === 'boolean'
const isPatterns = (value: unknown): value is (string | RegExp)[] =>
  Array.isArray(value) && value.every((one) => isText(one) || one instanceof RegExp)

/** What each option must be, and the form shown when it is not. */
const rules: { [K in keyof Options]: [(value: unknown) => boolean, string] } = {
  endpoint: [isText, "endpoint: '/v1/traces'"],
  headers: [(value) => typeof value === 'object', "headers: { 'x-api-key': '…' }"],
  service: [
    (value) => isText(value) || isText((value as { name?: string }).name),
    "service: 'support-chat' or { name, version, environment }",
  ],
  attributes: [
    (value) => typeof value === 'object' || typeof value === 'function',
    "attributes: { 'app.module': 'billing' }",
  ],
  exporter: [(value) => typeof (value as SpanExporter).export === 'function', 'exporter: new OTLPTraceExporter(…)'],
  beforeSend: [(value) => typeof value === 'function', 'beforeSend: (record) => record'],
  sampleRate: [(value) => typeof value === 'number' && value >= 0 && value <= 1, 'sampleRate: a number from 0 to 1'],
  propagateTo: [isPatterns, "propagateTo: ['https://api.example.com']"],
  requests: [
    (value) => isPatterns(value) || typeof value === 'function',
    "requests: ['/api/chat'] or (call) => boolean",
  ],
  ui: [(value) => isText(value) || typeof value === 'object', "ui: 'auto' or { answer: '.assistant' }"],
  user: [isText, "user: 'u-123'"],
  conversation: [isText, "conversation: 'c-123'"],
  sessionKeys: [(value) => Array.isArray(value) && value.every(isText), "sessionKeys: ['gen_ai.session.id']"],
  consent: [
    (value) => value === 'granted' || value === 'pending' || value === 'denied',
    "consent: 'granted', 'pending' or 'denied'",
  ],
  ...Object.fromEntries(
    ['baggage', 'storage', 'paintBeacon', 'intent', 'signals', 'webVitals', 'debug'].map((name) => [
      name,
      [isSwitch, `${name}: true or false`],
    ]),
  ),
}

/** Checks the options. Never throws: a wrong value is said once through `hint` and its default used. */
export function readOptions(options: Options | undefined, hint: (message: string) => void, hostname = ''): Config {
  const config: Record<string, unknown> = { ...options }
  for (const [name, [fits, form]] of Object.entries(rules)) {
    const value = config[name]
    if (value === undefined) continue
    if (value === null || !fits(value)) {
      hint(`option ${name} is not usable and was left out; write ${form}`)
      delete config[name]
    }
  }
  const { service } = config
  return {
    sampleRate: 1,
    propagateTo: [],
    consent: 'granted',
    ui: 'auto',
    ...config,
    service: isText(service) ? { name: service } : ((service as Config['service']) ?? { name: hostname || 'chat' }),
  }
}
