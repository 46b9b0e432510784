/** Turns two readings into numbers: which orders of roles the next prompt shows, and how far it restates the one before. */
import { packed } from './read.ts'
import type { Reading } from './read.ts'

/** Orders of roles, the same in every language: `I … meant`, `not … right` or `right … not`, `you … forgot`. */
const signs = [
  // I meant, I asked
  /M/,
  /[.,?][A-Zc]{0,3}I[A-Zc]{0,2}S/,
  /N[^.,?]{0,2}S/,
  // this is wrong, this is not right, it still fails, not this but that
  /^.C{0,2}N/,
  /B/,
  /^.[^.,?]{0,5}B/,
  /N[^.,?]{0,2}G/,
  /^.[CcZ]*T[^.?]{0,9}N/,
  /^.[CcZK_,]*T[^.?]*[.]/,
  /L[^.,?]{0,2}[NBEGL]|[NG][c_]?L/,
  /E/,
  /Z/,
  /,N/,
  // you forgot
  /F/,
  /^.[CcZ]*Y[^?]*$/,
  /Y[^.,?]{0,4}[FBL]/,
  // what do you mean, I do not understand, really?
  /[1-6][^.,?]{0,3}([YTCc][^.,?]{0,3}[SU]|S[YS])/,
  /^.[^.?]{0,3}1\??$/,
  /H/,
  /N[^.,?]{0,2}U|U[^.,?]{0,2}N/,
  /A/,
  /[YT][^.,?]{0,2}A|A.{0,2}\?/,
  /U/,
  // again, another
  /R/,
  /O/,
  /^.[A-Zc_]{0,4}[RO][A-Zc_]{0,2}[.?,]?$/,
  // thanks, carry on
  /K/,
  /^.[NCc]?,?K/,
  /\?/,
  /\?$/,
  /^.[CAK]*[,.]/,
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

/** `task`: both open with the same instruction. `answer`: content words of the answer. `asked`: it ended in a question. */
export function features(p: Reading, n: Reading, task: boolean, answer: string[], asked: boolean): number[] {
  // What is said about the answer stands at the beginning.
  const opening = task ? '' : n.roles.length > 40 ? n.roles.slice(0, 28) + '.' : n.roles
  const long = size(n)
  const unit = packed(n.lang) ? 2 : 1
  const both = shared(p.content, n.content)
  const asks = only(p, /[1-7]/g)[0]
  const asksNow = only(n, /[1-7]/g)[0]
  const [start, end] = edges(p.tokens, n.tokens)
  // What stands between the common beginning and end: content on both sides is another question in the same frame.
  const middle = (r: Reading): string => only(r, /[^.,?]/g).slice(start, r.tokens.length - end)
  const swapped = +(/_/.test(middle(p)) && /_/.test(middle(n)))
  const frame = (start + end) / (Math.min(p.tokens.length, n.tokens.length) || 1)
  const rest = (r: Reading): string => r.tokens.slice(start, r.tokens.length - end).join('')
  const lost = (p.content.length - both) / unit
  const added = (n.content.length - both) / unit
  return [
    ...signs.map((sign) => +sign.test(opening)),
    long,
    Math.abs(long - size(p)) * 1.5,
    +asked,
    +(asked && /^.C?N/.test(opening)),
    alike(p.content, n.content),
    both ** 2 / (p.content.length * n.content.length || 1),
    Math.min(both / unit, 4) / 4,
    Math.min(lost, 4) / 4,
    Math.min(added, 4) / 4,
    alike(only(p, /[A-Z\d]/g), only(n, /[A-Z\d]/g)),
    +(!!asks && !!asksNow && asks !== asksNow),
    +!(asks || asksNow),
    +((only(p, /N/g).length + only(n, /N/g).length) % 2),
    Math.max(-2, Math.min(2, only(n, /T/g).length - only(p, /T/g).length)) / 2,
    swapped && frame * (1 - alike(rest(p), rest(n))),
    swapped && +(frame > 0.5 && Math.min(lost, added) < 2),
    +(p.lang !== n.lang),
    // Words of the answer taken up: it was read, and the talk goes on.
    shared(
      n.content.filter((word) => !p.content.includes(word)),
      answer,
    ) / (n.content.length || 1),
  ]
}

/** Whether `b` is `a` with one slip of the keyboard: a character more, less or swapped with its neighbour, or (letters) another one. */
function slip(a: string, b: string, letters: boolean): boolean {
  const [least, most] = [a.length, b.length].sort((x, y) => x - y) as [number, number]
  const [start, end] = edges(a, b)
  if (most - least > 1 || start + end < least - 2) return false
  if (shared(a, b) === least) return !letters || (most > 2 && a + 's' !== b && b + 's' !== a)
  return letters && most > 4 && start > 0 && start + end === most - 1
}

/** Whether both are one request but for case, accents, punctuation, spaces and slips of the keyboard. */
export function same(p: Reading, n: Reading): boolean {
  if (p.flat === n.flat) return p.flat !== ''
  if (p.flat.replace(/\D/g, '') !== n.flat.replace(/\D/g, '')) return false
  if (packed(n.lang))
    return n.flat.length > 8 && slip(p.flat, n.flat, false) && only(p, /[N1-7]/g) === only(n, /[N1-7]/g)
  let slips = 0
  return (
    p.words.length === n.words.length &&
    p.words.every((word, i) => word === n.words[i] || (++slips && slip(word, n.words[i]!, true))) &&
    slips * 4 <= p.words.length + 3
  )
}
