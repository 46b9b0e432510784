/** The options: what users may say, checked once. What is wrong is named here; advice.ts shows the right form. */
import type { Options, UiSelectors, Consent } from './api.ts'
import { attempt } from './base/guard.ts'
import type { PageTiming } from './base/timing.ts'
import type { Timing } from './delivery/timing.ts'
import { isConsent } from './page/consent.ts'

/** Options after the check: every default in, every wrong value replaced by its default. */
export interface Config extends Omit<Options, 'service' | 'ui'> {
  service: { name: string; version?: string; environment?: string }
  ui: 'auto' | string | UiSelectors
  /** Waits of trials, in place of those of base/timing.ts. */
  timing?: Partial<PageTiming & Timing>
  sampleRate: number
  propagateTo: (string | RegExp)[] | false
  consent: Consent
}

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isSwitch = (value: unknown): boolean => typeof value === 'boolean'
const isFunction = (value: unknown): boolean => typeof value === 'function'
export const isObject = (value: unknown): boolean => ({}).toString.call(value) === '[object Object]'
/** Prefixes and patterns: nothing stands for "any" in a prefix, `*.example.com` would match nothing. */
const isPatterns = (value: unknown, prefix: RegExp): boolean =>
  (value as unknown[]).every((one) => one instanceof RegExp || (isText(one) && prefix.test(one)))

/** Names that `ui` may be given; their selectors are input/ui.ts's, which comes later. */
const presets = /^(?:auto|chainlit|ai-chatbot)$/

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
  exporter: (value) => isFunction(value.export) || isFunction(value.write),
  beforeSend: isFunction,
  sampleRate: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  propagateTo: (value) => value === false || isPatterns(value, /^(?:https?:\/)?\/[^*]*$/),
  requests: (value) => isFunction(value) || isPatterns(value, /^[^*]+$/),
  ui: (value) => isObject(value) || presets.test(value),
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

/** Takes over what fits. Never throws: of what does not, or throws when it is read, the name goes to `wrong` after its `place`. */
export function take(
  from: unknown,
  to: Values,
  fits: (name: string, value: any) => unknown,
  wrong: (name: string) => void,
  place = '',
): void {
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
  // Of a name that is no option there is no rule to call: that throws, too.
  for (const source of sources) take(source, config, (name, value) => rules[name as keyof Options](value, href), wrong)
  const { service, ui } = config
  if (isObject(ui)) {
    const fragment = document.createDocumentFragment()
    const isSelector = (key: string, value: unknown) => {
      // Whether there is such a part is left to who advises.
      wrong('ui ' + key)
      return isText(value) && !fragment.querySelector(value)
    }
    take(ui, (config.ui = {}), isSelector, wrong, 'ui.')
  }
  config.service = isText(service) ? { name: service } : (service ?? { name: hostname || 'chat' })
  return config as unknown as Config
}
