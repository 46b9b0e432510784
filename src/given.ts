/** What the verbs may be given, checked at each call. What is wrong is named here and left out; advice.ts shows the right form. */
import type { About, FeedbackOptions, Identity, ManualTurnOptions } from './api.ts'
import { cleanId } from './base/clean.ts'
import { isObject, isText, take } from './config.ts'

interface Given {
  turn: ManualTurnOptions
  feedback: FeedbackOptions
  signal: About
  identify: Identity
}

const any = () => true
const about = { message: any, traceparent: any }

/** What each option must be. Others judge `any`; an identity is checked in the first script, and named here for its advice. */
export const givens: { [V in keyof Given]: Record<keyof Given[V], (value: unknown) => unknown> } = {
  turn: {
    trigger: (value) => ['submit', 'regenerate', 'edit', 'program'].includes(value as string),
    prompt: isText,
    attributes: isObject,
    conversation: cleanId,
  },
  feedback: { ...about, comment: any, tags: any, attributes: any },
  signal: about,
  identify: { user: any, conversation: any },
}

/** What is right of `options`. Never throws. */
export function givenTo<V extends keyof Given>(verb: V, options: unknown, wrong: (misuse: string) => void): Given[V] {
  const right = {}
  const rules = givens[verb] as Record<string, (value: unknown) => unknown>
  if (isObject(options)) take(options, right, (name, value) => rules[name]!(value), wrong, verb + '().')
  else if (options != null) wrong(verb + '({})')
  return right as Given[V]
}
