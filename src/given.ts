/** What the verbs may be given, checked at each call. What is wrong is named here and left out; advice.ts shows the right form. */
import type { About, FeedbackOptions, Identity, ManualTurnOptions } from './api.ts'
import { cleanId } from './base/clean.ts'
import { isObject, isText, take } from './config.ts'

export interface Given {
  turn: ManualTurnOptions
  feedback: FeedbackOptions
  signal: About
  /** Checked in the first script; its names are the advice's. */
  identify: Identity
}

const any = () => true
const about = { message: any, traceparent: any }

type Rules<T> = Record<keyof T, (value: unknown) => unknown>

/** What each option must be. Others judge `any`. */
const givens: { [V in Exclude<keyof Given, 'identify'>]: Rules<Given[V]> } = {
  turn: {
    trigger: (value) => ['submit', 'regenerate', 'edit', 'program'].includes(value as string),
    prompt: isText,
    attributes: isObject,
    conversation: cleanId,
  },
  feedback: { ...about, comment: any, tags: any, attributes: any },
  signal: about,
}

/** What is right of `options`. Never throws. */
export function givenTo<V extends keyof typeof givens>(
  verb: V,
  options: unknown,
  wrong: (misuse: string) => void,
): Given[V] {
  const right = {}
  const rules = givens[verb] as Rules<Record<string, unknown>>
  if (isObject(options)) take(options, right, (name, value) => rules[name]!(value), wrong, verb + '().')
  else if (options != null) wrong(verb + '({})')
  return right as Given[V]
}
