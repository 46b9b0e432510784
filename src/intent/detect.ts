/** Says what a prompt is, relative to the one before it: said again, said otherwise, a complaint, a doubt, or something new. */
import { clip, fold, groupOf, packed, prose, read, table } from './read.ts'
import type { Table, Words } from './read.ts'
import { features, same } from './weigh.ts'
import { trust } from './trust.ts'
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
  /** 0–1: of verdicts with such a score that share is right, on pairs that were not fitted on; 0 for `unknown`. */
  score: number
  /** ISO 639-1 of `next`; missing when not covered. */
  lang?: string
}

/** In the order of `weights`; `none` is what they are measured against. */
export const kinds: IntentKind[] = ['rephrase', 'correction', 'clarification', 'regenerate', 'none']

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Both texts as they are compared, and the groups of words they need; '' for a language that is not covered. */
function prepare({ previous, next, lang }: IntentInput) {
  const was = clip(text(previous))
  const is = clip(text(next))
  const hint = text(lang).slice(0, 2).toLowerCase()
  const p = fold(prose(was, is))
  const n = fold(prose(is, was))
  const before = groupOf(p, hint)
  return {
    p,
    n,
    hint,
    before,
    now: groupOf(n, before || hint),
    alike: previous === next || (was === previous && is === next),
  }
}

/** The groups of words that a verdict on this pair needs. */
export const groupsFor = (input: IntentInput): string[] => {
  const { before, now } = prepare(input)
  return [...new Set([before || 'en', now || 'en'])]
}

export interface Detector {
  detectCorrection(input: IntentInput): IntentVerdict
  /** What the verdict is made from; apart, so that the weights can be fitted on it. */
  look(input: IntentInput): { lang: string; roles: string; same: boolean; x: number[] }
}

/** @param words of all languages, or of those in `groupsFor` what will be asked; a getter may add to them. */
export function createDetector(words: Words): Detector {
  // Made when first needed, constant from then on.
  const tables: Record<string, Table> = {}
  const readAs = (folded: string, lang: string) =>
    read(folded, lang, (tables[lang] ??= table(words[lang] ?? '', packed(lang))))
  /** Of languages in Latin letters the one with most of the words. */
  const language = (folded: string, group: string, hint: string): string => {
    if (group !== 'latin') return group
    let best = ''
    let count = -1
    for (const lang of ['de', 'fr', 'es', 'pt']) {
      const known = readAs(folded.slice(0, 160), lang).roles.replace(/[_.,?c]/g, '').length + (lang === hint ? 0.5 : 0)
      if (known > count) [best, count] = [lang, known]
    }
    return best
  }

  function look(input: IntentInput) {
    const { p, n, hint, before, now, alike } = prepare(input)
    const was = language(p, before, hint)
    const lang = language(n, now, was || hint)
    const a = readAs(p, was || 'en')
    const b = readAs(n, lang || 'en')
    const asked = input.hints?.answerEndedInQuestion ?? /[?？]\s*$/.test(text(input.answer).slice(-300))
    return {
      lang,
      roles: b.roles,
      // What was cut out of long texts must be the same, too.
      same: alike && same(a, b),
      get x() {
        return features(a, b, asked)
      },
    }
  }

  return {
    look,
    /**
     * Bounded work whatever the length; never throws; keeps nothing.
     * Weights are fitted on labelled pairs; what `hints` add is set by hand.
     */
    detectCorrection(input) {
      const seen = look(input)
      const lang = seen.lang || undefined
      const sure = (kind: IntentKind, score: number): IntentVerdict => ({ kind, score, lang })
      if (seen.same) {
        // "continue" said twice continues; "again" said twice asks for a third attempt.
        if (/^.[KDNCc]*K[KDCc]*[.?]*$/.test(seen.roles)) return sure('none', 0.9)
        if (/^.[RODCc]*[RO][RODCc]*[.?]*$/.test(seen.roles)) return sure('regenerate', 0.9)
        return sure('repeat', input.next === input.previous ? 1 : 0.95)
      }
      if (!lang) return sure('unknown', 0)
      const x = [1, ...seen.x]
      // Who stopped or left the answer was less content with it.
      const again = /^(stop|aband)/.test(input.hints?.previousOutcome ?? '') ? 0.5 : 0
      const odds = kinds.map((_, k) =>
        Math.exp(
          [...(weights[k] ?? '')].reduce(
            (sum, char, i) => sum + ((char.charCodeAt(0) - 79) / 10) * x[i]!,
            k < 2 ? again : 0,
          ),
        ),
      )
      const best = Math.max(...odds)
      const kind = odds.indexOf(best)
      // What such odds were worth on pairs that the weights do not know.
      const [start, slope] = trust[kind]!
      const doubt = (odds.reduce((a, b) => a + b) - best) / best
      return sure(kinds[kind]!, 1 / (1 + Math.exp(-start) * doubt ** slope))
    },
  }
}
