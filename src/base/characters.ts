/** Counts the characters of a text and the time people need to read them; leaves finding the text to others. */

export type Script = 'alphabetic' | 'hebrew' | 'arabic' | 'han' | 'kana' | 'hangul' | 'other'
/** Ms of silent reading per character. */
export type ReadingTable = Readonly<Record<Script, number>>

/**
 * IReST reading-aloud rates (doi 10.1167/iovs.11-8284) scaled by the aloud/silent ratio 183/238 (Brysbaert 2019).
 * Kana stands for mixed Japanese text, Hangul is an estimate. A population prior, not a measurement of this user.
 */
export const readingTable: ReadingTable = {
  alphabetic: 52,
  hebrew: 55,
  arabic: 75,
  han: 181,
  kana: 129,
  hangul: 110,
  other: 52,
}
/** Version of `readingTable`, reported with every turn. Say another one with another table. */
export const readerModel = 'irest-1'

// First to last code point. The first `clean` hold no mark and no white space, so that most text skips the pattern.
const clean = 4
const ranges: readonly (readonly [number, number, Script])[] = [
  [0x4e00, 0x9fff, 'han'],
  [0xac00, 0xd7a3, 'hangul'],
  [0xc0, 0x2ff, 'alphabetic'],
  [0x370, 0x482, 'alphabetic'],
  [0x80, 0x58f, 'alphabetic'],
  [0x590, 0x5ff, 'hebrew'],
  [0x600, 0x6ff, 'arabic'],
  [0x750, 0x77f, 'arabic'],
  [0x860, 0x8ff, 'arabic'],
  [0x1100, 0x11ff, 'hangul'],
  [0x1e00, 0x1fff, 'alphabetic'],
  [0x2e80, 0x2fdf, 'han'],
  [0x3005, 0x3007, 'han'],
  [0x3040, 0x30ff, 'kana'],
  [0x3130, 0x318f, 'hangul'],
  [0x31f0, 0x31ff, 'kana'],
  [0x3400, 0x4dbf, 'han'],
  [0xa960, 0xa97f, 'hangul'],
  [0xd7b0, 0xd7ff, 'hangul'],
  [0xf900, 0xfaff, 'han'],
  [0xfb1d, 0xfb4f, 'hebrew'],
  [0xfb50, 0xfdff, 'arabic'],
  [0xfe70, 0xfefc, 'arabic'],
  [0xff66, 0xff9f, 'kana'],
  [0x20000, 0x3ffff, 'han'],
]

/**
 * Characters: code points that are no white space, mark, joiner or variation selector (which are marks).
 * Linear in `text`; hand in only what is new.
 */
export function measure(text: string, table: ReadingTable = readingTable): { chars: number; readingMs: number } {
  let chars = 0
  let readingMs = 0
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i)
    if (code < 0x80) {
      if (code > 32) {
        chars++
        readingMs += table.alphabetic
      }
      continue
    }
    if (code >> 10 === 0x36) code = text.codePointAt(i)!
    if (code > 0xffff) i++
    let at = 0
    while (at < ranges.length && !(code >= ranges[at]![0] && code <= ranges[at]![1])) at++
    if (at >= clean && /[\s\p{M}\u200b-\u200d\u2060]/u.test(String.fromCodePoint(code))) continue
    chars++
    readingMs += table[ranges[at]?.[2] ?? 'other']
  }
  return { chars, readingMs }
}

/** The first `max` letters and digits of `text`, lower-cased: what is left of an answer after any rendering. */
export function letters(text: string, max: number): string {
  let found = ''
  if (max > 0)
    for (const char of text)
      if (/[\p{L}\p{N}]/u.test(char)) {
        found += char
        if (!--max) break
      }
  return found.toLowerCase()
}
