/** The options: what users may say, checked once. What is wrong is named here; advice.ts shows the right form. */
import { attempt } from './base/guard.ts'
import type { Timing } from './base/timing.ts'
import type { AnyRecord, Attributes } from './turn/record.ts'
import { uiOf } from './watch/ui.ts'
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
  /** Headers of those requests. Cross-origin, the collector's CORS must allow each by name. */
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
  /** Waits of trials, in place of those of base/timing.ts. */
  timing?: Partial<Timing>
  sampleRate: number
  propagateTo: (string | RegExp)[]
  consent: Consent
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isSwitch = (value: unknown): boolean => typeof value === 'boolean'
const isFunction = (value: unknown): boolean => typeof value === 'function'
const isObject = (value: unknown): boolean => ({}).toString.call(value) === '[object Object]'
/** Prefixes and patterns: nothing stands for "any" in a prefix, `*.example.com` would match nothing. */
const isPatterns = (value: unknown, prefix: RegExp): boolean =>
  (value as unknown[]).every((one) => one instanceof RegExp || (isText(one) && prefix.test(one)))

export const isConsent = (value: unknown): boolean => ['granted', 'pending', 'denied'].includes(value as string)

/** What each option must be; a rule that throws says no. */
export const rules: Record<
  keyof Options | 'timing',
  // oxlint-disable-next-line typescript/no-explicit-any -- it is what the rule finds out
  (value: any, base: string) => unknown
> = {
  endpoint: (value, base) => isText(value) && /^https?:/.test(new URL(value, base).href),
  // What is no header makes every request throw, and all telemetry is lost.
  headers: (value) => isObject(value) && Object.values(value).every(isText) && new Headers(value),
  service: (value) => isText(value) || isText(value.name),
  attributes: (value) => isObject(value) || isFunction(value),
  exporter: (value) => isFunction(value.export),
  beforeSend: isFunction,
  sampleRate: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  propagateTo: (value) => isPatterns(value, /^(?:https?:\/)?\/[^*]*$/),
  requests: (value) => isFunction(value) || isPatterns(value, /^[^*]+$/),
  ui: (value) => isObject(value) || (isText(value) && uiOf(value)),
  user: isText,
  conversation: isText,
  sessionKeys: (value) => value.every(isText),
  consent: isConsent,
  nonce: isText,
  baggage: isSwitch,
  storage: isSwitch,
  paintBeacon: isSwitch,
  intent: isSwitch,
  signals: isSwitch,
  webVitals: isSwitch,
  debug: isSwitch,
  timing: isObject,
}

// oxlint-disable-next-line typescript/no-explicit-any -- the page's, until it is checked
type Values = Record<string, any>

/**
 * Checks the options. Never throws: of what is wrong, or throws when it is read, the name goes to `wrong`, and the
 * default is used.
 * @param sources the later wins
 */
export function readOptions(
  sources: unknown[],
  wrong: (name: string) => void,
  { href, hostname }: Pick<Location, 'href' | 'hostname'>,
): Config {
  const config: Values = { sampleRate: 1, propagateTo: [], consent: 'granted', ui: 'auto' }
  const take = (from: unknown, to: Values, fits: (name: string, value: any) => unknown, place = '') => {
    for (const name of attempt(() => Object.keys(from as Values)) ?? []) {
      const fine = attempt(() => {
        const value = (from as Values)[name]
        if (value === undefined) return true
        if (!fits(name, value)) return false
        to[name] = value
        return true
      })
      if (!fine) wrong(place + name)
    }
  }
  // Of a name that is no option there is no rule to call: that throws, too.
  for (const source of sources) take(source, config, (name, value) => rules[name as keyof Options](value, href))
  const { service, ui } = config
  if (isObject(ui)) {
    const fragment = document.createDocumentFragment()
    const isSelector = (key: string, value: unknown) => {
      // Whether there is such a part is left to who advises.
      wrong('ui ' + key)
      return isText(value) && !fragment.querySelector(value)
    }
    take(ui, (config.ui = {}), isSelector, 'ui.')
  }
  config.service = isText(service) ? { name: service } : (service ?? { name: hostname || 'chat' })
  return config as unknown as Config
}
