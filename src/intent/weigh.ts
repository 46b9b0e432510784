/** Turns two readings into numbers: which orders of roles the next prompt shows, and how far it restates the one before. */
import { packed } from './read.ts'
import type { Reading } from './read.ts'

/** Orders of roles, the same in every language: `I … meant`, `not … right` or `right … not`, `you … forgot`. */
const signs = [
  // I asked, I meant
  /[.,?][A-Zc_]{0,3}I[CcDLNZ_]{0,2}S/,
  /M/,
  /[.,?][CcZNI]*M/,
  /^.N/,
  /N[^.,?]{0,2}S/,
  // this is wrong, this is not right, it still fails
  /B/,
  /^.[^.,?]{0,4}N[^.,?]{0,2}[G1TM]/,
  /^.[CcZ]*T[^.?]{0,9}N/,
  /^.[CcZK_,]*T[^.?]*[.]/,
  /L[^.,?]{0,2}[NBEGL]/,
  /L/,
  /E/,
  /Z/,
  /,N/,
  // you forgot
  /F/,
  /^.[CcZ]*Y[^?]*$/,
  // what do you mean, I do not understand, really?
  /[1-6][^.,?]{0,3}[YTCc][^.,?]{0,3}[SU]/,
  /H/,
  /N[^.,?]{0,2}U|U[^.,?]{0,2}N/,
  /A/,
  /[YT][^.,?]{0,2}A|A.{0,2}\?/,
  /U/,
  // again, another
  /R/,
  /O/,
  /D[^.,?]{0,2}[RO]|[RO][^.,?]{0,2}D/,
  // thanks, carry on
  /K/,
  /^.[Nc]?,?K/,
  /^.[CKZ]/,
  /\?/,
  /\?$/,
  /^.[CAK]*[,.]/,
]

/** How many items the two lists share, each as often as it stands in both. */
function shared(a: string[], b: string[]): number {
  const left = new Map<string, number>()
  for (const item of a) left.set(item, (left.get(item) ?? 0) + 1)
  return b.filter((item) => {
    const count = left.get(item)
    left.set(item, count! - 1)
    return count! > 0
  }).length
}
/** Dice's measure: 0 nothing in common, 1 the same. */
const alike = (a: string[], b: string[]): number => (2 * shared(a, b)) / (a.length + b.length || 1)
/** Dice's measure over runs of `run` characters, counted in a fixed table: a rare clash costs nothing, a long text no memory. */
function alikeText(a: string, b: string, run: 1 | 2): number {
  const count = new Int16Array(4096)
  const slot = (text: string, i: number): number => (text.charCodeAt(i) * 31 + (run > 1 ? text.charCodeAt(i + 1) : 0)) & 4095
  let both = 0
  for (let i = 0; i < a.length; i++) count[slot(a, i)]!++
  for (let i = 0; i < b.length; i++) if (count[slot(b, i)]!-- > 0) both++
  return (2 * both) / (a.length + b.length || 1)
}
const size = (r: Reading): number => Math.log(1 + r.tokens.length / (packed(r.lang) ? 2 : 1)) / 3
const only = (r: Reading, kinds: RegExp): string => (r.roles.match(kinds) ?? []).join('')

/** `task`: both open with the same instruction. `answer`: content words of the answer. `asked`: it ended in a question. */
export function features(p: Reading, n: Reading, task: boolean, answer: string[], asked: boolean): number[] {
  // What is said about the answer stands at the beginning.
  const opening = task ? '' : n.roles.length > 40 ? n.roles.slice(0, 28) + '.' : n.roles
  const long = size(n)
  const before = size(p)
  const both = shared(p.content, n.content)
  const unit = packed(n.lang) ? 2 : 1
  const lost = (p.content.length - both) / unit
  const added = (n.content.length - both) / unit
  const cover = both / (p.content.length || 1)
  const within = both / (n.content.length || 1)
  const dice = alikeText(p.flat, n.flat, 2)
  const asks = only(p, /[1-7]/g)[0]
  const asksNow = only(n, /[1-7]/g)[0]
  const least = Math.min(p.tokens.length, n.tokens.length)
  let start = 0
  let end = 0
  while (start < least && p.tokens[start] === n.tokens[start]) start++
  while (end < least - start && p.tokens.at(-1 - end) === n.tokens.at(-1 - end)) end++
  // What stands between the common beginning and end: content on both sides is another question in the same frame.
  const middle = (r: Reading): string => only(r, /[^.,?]/g).slice(start, r.tokens.length - end)
  const [mine, now] = [/_/.test(middle(p)), /_/.test(middle(n))]
  const frame = (start + end) / (least || 1)
  const other =
    1 -
    alikeText(
      p.tokens.slice(start, p.tokens.length - end).join(''),
      n.tokens.slice(start, n.tokens.length - end).join(''),
      1,
    )
  return [
    ...signs.map((sign) => +sign.test(opening)),
    +(long < 0.54),
    +(long > 1.01),
    long,
    Math.abs(long - before) * 1.5,
    Math.max(0, long - before) * 1.5,
    before,
    +asked,
    +p.roles.endsWith('?'),
    alike(p.content, n.content),
    cover,
    within,
    cover * within,
    +!both,
    Math.min(both / unit, 4) / 4,
    +!lost,
    +!added,
    Math.min(lost, 4) / 4,
    Math.min(added, 4) / 4,
    Math.min(lost, added, 3) / 3,
    dice,
    dice * dice,
    alike([...only(p, /[A-Z\d]/g)], [...only(n, /[A-Z\d]/g)]),
    +(!!asks && asks === asksNow),
    +(!!asks && !!asksNow && asks !== asksNow),
    +!(asks || asksNow),
    +(/\?/.test(p.roles) === /\?/.test(n.roles)),
    +((only(p, /N/g).length + only(n, /N/g).length) % 2),
    Math.max(-2, Math.min(2, only(n, /T/g).length - only(p, /T/g).length)) / 2,
    +(p.tokens[0] === n.tokens[0]),
    +(p.tokens.at(-1) === n.tokens.at(-1)),
    frame,
    +(mine && now) * frame * other,
    +(!mine && !now) * frame,
    +(mine && now && frame > 0.5 && Math.min(lost, added) < 2),
    +(p.lang !== n.lang),
    +(p.lang !== n.lang && !!asks && asks === asksNow),
    // Words of the answer taken up: it was read, and the talk goes on.
    shared(
      n.content.filter((word) => !p.content.includes(word)),
      answer,
    ) / (n.content.length || 1),
  ]
}

/** Edits between two texts: one character more, less or swapped with its neighbour costs 1, another one `other`. 9 = more than 3. */
function edits(a: string, b: string, other: number): number {
  const go = (i: number, j: number, left: number): number => {
    for (; i < a.length && a[i] === b[j]; i++) j++
    if (i >= a.length && j >= b.length) return 0
    if (left < 1) return 9
    const swap = a[i] === b[j + 1] && a[i + 1] === b[j] && i + 1 < a.length
    return Math.min(
      1 + go(i + 1, j, left - 1),
      1 + go(i, j + 1, left - 1),
      other > left ? 9 : other + go(i + 1, j + 1, left - other),
      swap ? 1 + go(i + 2, j + 2, left - 1) : 9,
    )
  }
  return Math.abs(a.length - b.length) > 3 ? 9 : go(0, 0, 3)
}

/** Whether both are one request but for case, accents, punctuation, spaces and slips of the keyboard. */
export function same(p: Reading, n: Reading): boolean {
  if (p.flat === n.flat) return p.flat !== ''
  if (p.flat.replace(/\D/g, '') !== n.flat.replace(/\D/g, '')) return false
  if (packed(n.lang))
    return (
      edits(p.flat, n.flat, 2) * 9 <= Math.min(n.flat.length, p.flat.length) &&
      only(p, /[N1-7]/g) === only(n, /[N1-7]/g)
    )
  let slips = 0
  return (
    p.words.length === n.words.length &&
    p.words.every((word, i) => {
      const other = n.words[i]!
      if (word === other) return true
      slips++
      const long = Math.max(word.length, other.length)
      return long > 2 && word + 's' !== other && other + 's' !== word && edits(word, other, 1) <= (long > 7 ? 2 : 1)
    }) &&
    slips * 4 <= p.words.length + 3
  )
}
