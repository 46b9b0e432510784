/** Says what a prompt is, relative to the one before it: said again, said otherwise, a complaint, a doubt, or something new. */
import { clip, fold, language, prose, read } from './read.ts'
import { features, same } from './weigh.ts'
import { weights } from './weights.ts'

export type IntentKind = 'repeat' | 'rephrase' | 'correction' | 'clarification' | 'regenerate' | 'none' | 'unknown'

/** What no text shows; each may be missing. */
export interface IntentHints {
  /** End of the answer → this prompt, ms. */
  sinceAnswerMs?: number
  /** How the turn before ended: `completed`, `stopped`, `abandoned`, … */
  previousOutcome?: string
  /** The earlier message was edited in place. The caller calls this `edit`; the kind then says how the text changed. */
  edited?: boolean
  /** The control for another attempt was used. */
  regenerated?: boolean
  answerEndedInQuestion?: boolean
}

export interface IntentInput {
  previous: string
  next: string
  /** The answer between the two; its first 2,000 characters are enough, its end tells whether it asked something. */
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
  let p = fold(prose(was, is))
  let n = fold(prose(is, was))
  const before = language(p, hint)
  const now = language(n, before || hint)
  // The same instruction on another text: what follows the colon is what differs.
  const head = /^[^:\n]{3,60}: */.exec(p)?.[0] ?? ''
  const task = !!head && n.startsWith(head) && p !== n
  if (task) [p, n] = [p.slice(head.length), n.slice(head.length)]
  const a = read(p, before || 'en')
  const b = read(n, now || 'en')
  const said = text(answer)
  const asked = hints?.answerEndedInQuestion ?? /[?？]\s*$/.test(said.slice(-300))
  return {
    lang: now,
    roles: b.roles,
    // Texts cut to the same length may differ in what was cut out.
    same: same(a, b) && (previous === next || was.length !== previous.length ? previous.length === next.length : true),
    get x() {
      return features(a, b, task, said ? read(fold(clip(said)), now || 'en').content : [], asked)
    },
  }
}

/**
 * Bounded work whatever the length; never throws; keeps nothing.
 * Weights are fitted on labelled pairs; what `hints` add is set by hand.
 */
export function detectCorrection(input: IntentInput): IntentVerdict {
  const { hints = {}, next } = input
  const seen = look(input)
  const lang = seen.lang || undefined
  if (hints.regenerated) return { kind: 'regenerate', score: 1, lang }
  if (seen.same) {
    // "continue" said twice continues; "again" said twice asks for a third attempt.
    if (/^.[KDNc]*K[KDc]*[.?]*$/.test(seen.roles)) return { kind: 'none', score: 0.9, lang }
    if (/^.[RODc]*[RO][RODc]*[.?]*$/.test(seen.roles)) return { kind: 'regenerate', score: 0.9, lang }
    return { kind: 'repeat', score: next === input.previous ? 1 : 0.95, lang }
  }
  if (!lang) return { kind: 'unknown', score: 0 }
  const x = seen.x
  const again =
    (hints.edited ? 1 : 0) +
    (/^(stop|aband)/.test(hints.previousOutcome ?? '') ? 0.5 : 0) +
    (hints.sinceAnswerMs! < 3000 ? 0.3 : 0)
  const odds = kinds.map((_, k) => {
    const row = weights[k]
    if (!row) return 1
    let sum = k < 2 ? again : 0
    for (let i = 0; i < row.length; i++) sum += ((row.charCodeAt(i) - 79) / 8) * (i ? x[i - 1]! : 1)
    return Math.exp(sum)
  })
  const best = Math.max(...odds)
  return { kind: kinds[odds.indexOf(best)]!, score: best / odds.reduce((a, b) => a + b), lang }
}
