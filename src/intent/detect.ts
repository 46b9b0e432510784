/** Says what a prompt is, relative to the one before it: said again, said otherwise, a complaint, a doubt, or something new. */
import { clip, fold, language, prose, read } from './read.ts'
import { features, same } from './weigh.ts'
import { weights } from './weights.ts'

export type IntentKind = 'repeat' | 'rephrase' | 'correction' | 'clarification' | 'regenerate' | 'none' | 'unknown'

/** What no text shows; each may be missing. */
export interface IntentHints {
  /** How the turn before ended: `completed`, `stopped`, `abandoned`, … */
  previousOutcome?: string
  answerEndedInQuestion?: boolean
}

export interface IntentInput {
  previous: string
  next: string
  /** The answer between the two; its end tells whether it asked something, the last 300 characters are enough. */
  answer?: string
  /** BCP 47; a hint where the text is too short to tell. */
  lang?: string
  hints?: IntentHints
}

export interface IntentVerdict {
  kind: IntentKind
  /** 0–1, how sure; 0 for `unknown`. */
  score: number
  /** ISO 639-1 of `next`; missing when not covered. */
  lang?: string
}

/** In the order of `weights`; `none` is what they are measured against. */
export const kinds: IntentKind[] = ['rephrase', 'correction', 'clarification', 'regenerate', 'none']

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** What the verdict is made from; apart, so that the weights can be fitted on it. */
export function look({ previous, next, answer, lang, hints }: IntentInput) {
  const was = clip(text(previous))
  const is = clip(text(next))
  const hint = text(lang).slice(0, 2).toLowerCase()
  const p = fold(prose(was, is))
  const n = fold(prose(is, was))
  const before = language(p, hint)
  const now = language(n, before || hint)
  const a = read(p, before || 'en')
  const b = read(n, now || 'en')
  const asked = hints?.answerEndedInQuestion ?? /[?？]\s*$/.test(text(answer).slice(-300))
  return {
    lang: now,
    roles: b.roles,
    // What was cut out of long texts must be the same, too.
    same: (previous === next || (was === previous && is === next)) && same(a, b),
    get x() {
      return features(a, b, asked)
    },
  }
}

/**
 * Bounded work whatever the length; never throws; keeps nothing.
 * Weights are fitted on labelled pairs; what `hints` add is set by hand.
 */
export function detectCorrection(input: IntentInput): IntentVerdict {
  const seen = look(input)
  const lang = seen.lang || undefined
  const sure = (kind: IntentKind, score: number): IntentVerdict => ({ kind, score, lang })
  if (seen.same) {
    // "continue" said twice continues; "again" said twice asks for a third attempt.
    if (/^.[KDNc]*K[KDc]*[.?]*$/.test(seen.roles)) return sure('none', 0.9)
    if (/^.[RODc]*[RO][RODc]*[.?]*$/.test(seen.roles)) return sure('regenerate', 0.9)
    return sure('repeat', input.next === input.previous ? 1 : 0.95)
  }
  if (!lang) return sure('unknown', 0)
  const x = [1, ...seen.x]
  // Who stopped or left the answer was less content with it.
  const again = /^(stop|aband)/.test(input.hints?.previousOutcome ?? '') ? 0.5 : 0
  const odds = kinds.map((_, k) =>
    Math.exp(
      [...(weights[k] ?? '')].reduce(
        (sum, char, i) => sum + ((char.charCodeAt(0) - 79) / 8) * x[i]!,
        k < 2 ? again : 0,
      ),
    ),
  )
  const best = Math.max(...odds)
  return sure(kinds[odds.indexOf(best)]!, best / odds.reduce((a, b) => a + b))
}
