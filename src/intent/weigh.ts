/** Turns two readings into numbers: which orders of roles the next prompt shows, and how far it restates the one before. */
import { packed } from './read.ts'
import type { Reading } from './read.ts'

/** Orders of roles, the same in every language: `I … meant`, `not … right` or `right … not`, `you … forgot`. */
const signs = [
  // I meant, I asked; not what I asked; not this but that
  /[.,?][A-Zc]{0,3}(M|I[A-Zc]{0,2}S)/,
  /N[^.,?]{0,3}[SM]/,
  /^.C{0,2}N/,
  /^.[CcXT]*N[.,?]/,
  /N[^.?]{0,14},[^.?]{0,9}[_Z]|,[Cc]*N/,
  // this is wrong, this is not right, it still fails
  /N[^.,?]{0,4}G|G[c_]?N/,
  /^.[CcZ]*T[^.?]{0,9}[NBQ]/,
  /L[^.,?]{0,2}[NBEGL]|[NG][c_]?L/,
  /^.[TCcX]{0,2}[LE]/,
  /^.[CcTXN,]{0,4}[BQ]/,
  // you forgot, why did you
  /^.[CcZ]*Y[^?]*$/,
  /Y[^.,?]{0,4}[FBQL]/,
  /^.[Xc,]{0,3}X/,
  // what do you mean, I do not understand, really?
  /[1-6][^.,?]{0,3}([YTCc][^.,?]{0,3}[SU]|S[YS])/,
  /^.[^.?]{0,3}1\??$/,
  /N[^.,?]{0,2}U|U[^.,?]{0,2}N/,
  // again, another
  /^.[A-Zc_]{0,4}[RO][A-Zc_]{0,2}[.?,]?$/,
  /^.[DCcT,K]{0,4}[RO][DCcTR]{0,4}[.?]?$/,
  /\?$/,
  /^.[^.?]*\?/,
  /^.[CAK]*[,.]/,
  // Nothing in it but what such words are.
  /^[^_]*$/,
  /^[^_]*_[^_]*$/,
]

/** How many items the two share, each as often as it stands in both. */
function shared(a: Iterable<string>, b: Iterable<string>): number {
  const left = new Map<string, number>()
  for (const item of a) left.set(item, (left.get(item) ?? 0) + 1)
  let both = 0
  for (const item of b) {
    const count = left.get(item)
    if (count) both += left.set(item, count - 1) && 1
  }
  return both
}
type Items = Iterable<string> & ArrayLike<string>
/** Dice's measure: 0 nothing in common, 1 the same. */
const alike = (a: Items, b: Items): number => (2 * shared(a, b)) / (a.length + b.length || 1)
const pairs = (text: string): string[] => [...text].map((char, i) => char + text[i + 1])

/** How far the two agree from their beginnings, and from their ends. */
function edges(a: ArrayLike<string>, b: ArrayLike<string>): [start: number, end: number] {
  const least = Math.min(a.length, b.length)
  let start = 0
  let end = 0
  while (start < least && a[start] === b[start]) start++
  while (end < least - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  return [start, end]
}
const size = (r: Reading): number => Math.log(1 + r.tokens.length / (packed(r.lang) ? 2 : 1)) / 3
const only = (r: Reading, kinds: RegExp): string => (r.roles.match(kinds) ?? []).join('')

/** `asked`: the answer ended in a question. */
export function features(p: Reading, n: Reading, asked: boolean): number[] {
  const long = size(n)
  const unit = packed(n.lang) ? 2 : 1
  const both = shared(p.content, n.content)
  const [asks, asksNow] = [p, n].map((r) => /[1-7]/.exec(r.roles)?.[0])
  const [start, end] = edges(p.tokens, n.tokens)
  // What is said about the answer stands at the beginning; where both begin alike, it is the same instruction on other words.
  const opening = start > unit ? '' : n.roles.length > 56 ? n.roles.slice(0, 40) + '.' : n.roles
  // What stands between the common beginning and end: content on both sides is another question in the same frame.
  const swapped = [p, n].every((r) => /[_ABE-HK-LO-RV-XZ]/.test(only(r, /[^.,?]/g).slice(start, r.tokens.length - end)))
  const rest = (r: Reading): string => r.tokens.slice(start, r.tokens.length - end).join('')
  const frame = (start + end) / (Math.min(p.tokens.length, n.tokens.length) || 1)
  const few = (count: number): number => Math.min(count / unit, 4) / 4
  const dice = alike(pairs(p.flat), pairs(n.flat))
  const kin = alike(only(p, /[ABD-UW-Z\d]/g), only(n, /[ABD-UW-Z\d]/g))
  const questions = +(/\?/.test(p.roles) === /\?/.test(n.roles))
  const least = Math.min(p.content.length, n.content.length)
  const foreign = +(p.lang !== n.lang)
  return [
    ...signs.map((sign) => +sign.test(opening)),
    ...[...'MBZFHAROKQPWEV'].map((role) =>
      opening.includes(role) ? 1 / (1 + (opening.match(/_/g)?.length ?? 0) / unit / 3) : 0,
    ),
    long,
    Math.abs(long - size(p)) * 1.5,
    +asked,
    +(asked && /^.C?N/.test(opening)),
    alike(p.content, n.content),
    few(both),
    few(p.content.length - both),
    few(n.content.length - both),
    kin,
    questions,
    +(!!asks && !!asksNow && asks !== asksNow),
    +!(asks || asksNow),
    // Who was asked for something of himself answers with it.
    +(/^.[^.]{0,3}Y/.test(p.roles) && /I/.test(opening.slice(0, 7)) && !/[SMBEQ]/.test(opening)),
    // Nothing was asked for before: people who chat.
    +!/[D1-7?]/.test(p.roles.slice(0, 14)),
    swapped ? frame * (1 - alike(rest(p), rest(n))) : 0,
    frame,
    dice,
    dice * dice,
    foreign,
    foreign * kin,
    foreign * questions,
    // All that one is about is in the other.
    both / (least || 1),
    +(both === p.content.length && both === n.content.length),
    few(least - both),
    alike(p.tokens, n.tokens),
    swapped ? few(Math.min(p.tokens.length, n.tokens.length) - start - end) : 0,
  ]
}

/**
 * Whether both are one request but for case, accents, punctuation, spaces and slips of the keyboard.
 * Another number, negation or question word is no slip.
 */
export function same(p: Reading, n: Reading): boolean {
  const [a, b] = [p.flat, n.flat]
  if (a === b) return a !== ''
  return (
    only(p, /[N1-7]/g) === only(n, /[N1-7]/g) &&
    a.replace(/\D/g, '') === b.replace(/\D/g, '') &&
    alike(pairs(a), pairs(b)) > 0.8 &&
    // Characters that only one of them has: at most three, and few for the length.
    (1 - alike(a, b)) * (a.length + b.length) < Math.min(4, b.length / 10)
  )
}
