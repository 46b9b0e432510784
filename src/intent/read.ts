/** Reads a prompt into what two prompts can be compared by: roles of its words, content words. Leaves the verdict to weigh.ts. */
import { roles, words } from './cues.ts'

/** Characters of a prompt that are read: its beginning and its end, so that a pasted book costs no more than a page. */
const most = 480

export const clip = (text: string): string =>
  text.length > most ? text.slice(0, most * 0.6) + '\n' + text.slice(-most * 0.4) : text

/** Lower case, one form per character, no accents; apostrophes vanish, so that `don't` and `dont` are one word. */
export const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f'’`´]/g, '')
    .normalize('NFC')

/** `text` without the lines that `other` has too, such as code both ask about; all of it where either has no others. */
export function prose(text: string, other: string): string {
  const [ours, theirs] = [text.split('\n'), other.split('\n')]
  const left = ours.filter((line) => !theirs.includes(line)).join('\n')
  return left.trim() && theirs.some((line) => line && !ours.includes(line)) ? left : text
}

/** Written without spaces, or (Korean) with endings that make spaces useless. */
export const packed = (lang: string): boolean => /zh|ja|ko/.test(lang)

/** Cues by the code of their first character, the longest first: what they look like and their role. */
type Table = Map<number, [string, string][]>
const made: Record<string, Table> = {}

/** `a(b/c)[de]` is four cues. */
const spell = (cue: string): string[] => {
  const choice = /\(([^)]*)\)|\[([^\]]*)\]/.exec(cue)
  if (!choice) return [cue]
  const [all, some, one] = choice
  const end = choice.index + all.length
  return (some?.split('/') ?? [...one!]).flatMap((part) => spell(cue.slice(0, choice.index) + part + cue.slice(end)))
}

/** Made when first needed, constant from then on. Words of letters end where the word does, unless the cue says `*`. */
function table(lang: string): Table {
  if (made[lang]) return made[lang]
  const by: Table = (made[lang] = new Map())
  words[lang]!.split('\n').forEach((line, i) => {
    for (const cue of line.split('|').flatMap(spell)) {
      const text = (cue + (packed(lang) ? '' : ' ')).replace('* ', '')
      const first = text.charCodeAt(0)
      by.set(
        first,
        [...(by.get(first) ?? []), [text, roles[i]!] as [string, string]].sort(([a], [b]) => b.length - a.length),
      )
    }
  })
  return by
}

export interface Reading {
  lang: string
  /** A letter per word: its role, `c` very short, `_` content; `.` `?` `,` for punctuation. Opens with `.`. */
  roles: string
  /** Content: stems of words, or single characters. */
  content: string[]
  tokens: string[]
  /** Letters and digits only. */
  flat: string
}

export function read(folded: string, lang: string): Reading {
  const dense = packed(lang)
  const cues = table(lang)
  const text =
    folded
      .replace(/[.!。\n]+/g, ' . ')
      .replace(/\?+/g, ' ? ')
      .replace(/[,;:、~—–]+/g, ' , ')
      .replace(/[^\p{L}\p{N}.?,]+/gu, dense ? '' : ' ')
      .trim() + ' '
  const content: string[] = []
  const tokens: string[] = []
  let out = '.'
  for (let i = 0; i < text.length - 1;) {
    const first = text[i]!
    const cue = cues.get(text.charCodeAt(i))?.find(([cue]) => text.startsWith(cue, i))
    const end = cue && (dense || cue[0].endsWith(' ')) ? i + cue[0].length : dense ? i + 1 : text.indexOf(' ', i) + 1
    const word = text.slice(i, dense ? end : end - 1)
    i = end
    const letter = '.?,'.includes(first)
      ? first
      : (cue?.[1] ?? (dense || word.length > 2 || /\d/.test(word) ? '_' : 'c'))
    out += letter
    // So a word that asks is: it ends a question as its mark does.
    if ('.?,'.includes(letter)) continue
    tokens.push(word)
    // Hiragana are endings and particles.
    if (letter === '_' && !/[ぁ-ゟ]/.test(word)) content.push(word.slice(0, 5))
  }
  return {
    lang,
    roles: out.replace(/([.?,])[.?,]+/g, '$1'),
    content,
    tokens,
    flat: text.replace(/[ .?,]/g, ''),
  }
}

/** Frequent words of languages in Latin letters that are not covered. */
const others = / (il|che|non|het|een|ik|jest|ve|bir|yang|och|det)(?= )/g

const scripts: [string, RegExp, number][] = [
  // One kana settles that Chinese characters are Japanese; two characters say as much as a word of letters.
  ['ja', /[ぁ-ヿ]+/g, 12],
  ['ko', /[가-힣]+/g, 3],
  ['zh', /[㐀-鿿]+/g, 3],
  ['ru', /[а-я]+/g, 3],
  ['', /[\u0370-\u03ff\u0530-\u1cff]+/g, 3],
  ['en', /[a-z]+/g, 1],
]

/** The language of a folded text, '' for one that is not covered: by script, then by how many of its words are known. */
export function language(folded: string, hint = ''): string {
  let best = hint in words ? hint : ''
  let count = 0
  for (const [lang, letters, weight] of scripts) {
    const seen = (folded.length - folded.replace(letters, '').length) * weight
    if (seen > count) [best, count] = [lang, seen]
  }
  if (best !== 'en' || !count) return best
  const start = folded.slice(0, 160)
  count = ` ${start} `.match(others)?.length ?? 0
  best = count > 1 ? '' : 'en'
  for (const lang of ['en', 'de', 'fr', 'es', 'pt']) {
    const known = read(start, lang).roles.replace(/[_.,?c]/g, '').length + (lang === hint ? 0.5 : 0)
    if (known > count) [best, count] = [lang, known]
  }
  return best
}
