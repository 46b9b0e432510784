/** Reads a prompt into what two prompts can be compared by: roles of its words, content words. Leaves the verdict to weigh.ts. */

/**
 * Per language the words that do something in a talk about an answer, a line per role, the role's letter before it.
 * `a(b/c)[de]` is four cues, `*` stands for any ending; in languages written without spaces all spaces are left out.
 */
export type Words = Record<string, string>

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

/** Cues by their first two characters, the longest first: what they look like and their role. */
type Cues = Map<string, [string, string][]>
export interface Table {
  cues: Cues
  /** Characters that are read as others. */
  alias: Map<string, string>
  /** Any of those. */
  odd?: RegExp
}

/** `a(b/c)[de]` is four cues. */
const spell = (cue: string): string[] => {
  const choice = /\(([^)]*)\)|\[([^\]]*)\]/.exec(cue)
  if (!choice) return [cue]
  const [all, some, one] = choice
  const end = choice.index + all.length
  return (some?.split('/') ?? [...one!]).flatMap((part) => spell(cue.slice(0, choice.index) + part + cue.slice(end)))
}

/** Words of letters end where the word does, unless the cue says `*`. */
export function table(words: string, dense: boolean): Table {
  const cues: Cues = new Map()
  const alias = new Map<string, string>()
  for (const [role, ...rest] of words.split('\n')) {
    const line = fold(rest.join(''))
    if (role === '~') for (let i = 0; i < line.length; i += 2) alias.set(line[i]!, line[i + 1]!)
    else
      for (const cue of line.split('|').flatMap(spell)) {
        const text = (cue + (dense ? '' : ' ')).replace('* ', '')
        const first = text.slice(0, 2)
        const more = cues.get(first) ?? []
        if (text.trim() && !more.some(([one]) => one === text)) cues.set(first, [...more, [text, role!]])
      }
  }
  for (const all of cues.values()) all.sort(([a], [b]) => b.length - a.length)
  return { cues, alias, odd: alias.size ? RegExp(`[${[...alias.keys()].join('')}]`, 'g') : undefined }
}

export interface Reading {
  lang: string
  /** A letter per word: its role, `c` short, `_` content; `.` `?` `,` for punctuation. Opens with `.`. */
  roles: string
  /** Content: stems of words, or single characters. */
  content: string[]
  tokens: string[]
  /** Letters and digits only. */
  flat: string
}

export function read(folded: string, lang: string, { cues, alias, odd }: Table): Reading {
  const dense = packed(lang)
  const text =
    (odd ? folded.replace(odd, (char) => alias.get(char)!) : folded)
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
    const cue = cues.get(text.slice(i, i + 2))?.find(([cue]) => text.startsWith(cue, i)) ?? cues.get(first)?.[0]
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
    if (/[_ABD-GLO-SUVW]/.test(letter) && !/[ぁ-ゟ]/.test(word)) content.push(word.slice(0, 5))
  }
  return {
    lang,
    roles: out.replace(/([.?,])[.?,]+/g, '$1'),
    content,
    tokens,
    flat: text.replace(/[ .?,]/g, ''),
  }
}

/** Frequent words and letters: of English, of others in Latin letters that are covered, and of some that are not. */
const known = [
  / (the|is|i|im|you|it|that|what|how|to|of|and|my|this|not|for|are|do|with|please|can|its|in|me|no|on|be|a|an|at|by|or|was|did|does|from|about|your|u|again|wrong|mean|another|one|more|i|dont|best|give|get|make|tell|write|use|plan|new|hmm|um|wdym|lol)(?= )|th|wh|oo|ght|ould|\w\wy |\wing /g,
  / (der|die|das|und|ist|nicht|ich|du|ein|was|wie|le|la|les|de|que|est|et|pas|je|tu|el|los|un|para|es|y|nao|um|o|e|com|se|en|em|no|me|nein|non|oui|si|ja|otra|tem|sie|wir|ihr|mir|dir|sich|meine|haben|habe|den|dem|von|im|zu|fur|noch|geht|gibt|hat|kein|hast|bist|sind|mit|auf|wo|wer|wann|kann|qui|mas|pra|ao|las|esta|une|du|ce|ca|sao|como|cual|soy)(?= )|\w\w[ao]s? |sch|cht|ung|ez |cio|ca[or] |eu|quo?[ei]|ß/g,
  / (il|che|non|het|een|ik|jest|ve|bir|yang|och|det|jeg|nie|apa|di)(?= )/g,
]

const scripts: [string, RegExp, number][] = [
  // One kana settles that Chinese characters are Japanese; two characters say as much as a word of letters.
  ['ja', /[ぁ-ヿ]+/g, 12],
  ['ko', /[가-힣]+/g, 3],
  ['zh', /[㐀-鿿]+/g, 3],
  ['ru', /[а-я]+/g, 3],
  ['', /[\u0370-\u03ff\u0530-\u1cff]+/g, 3],
  ['en', /[a-z]+/g, 1],
]

/**
 * The group of languages of a folded text, as the words are split; '' for one that is not covered. `hint` where the text
 * does not tell: a group or a language.
 */
export function groupOf(folded: string, hint = ''): string {
  let best = /^(de|fr|es|pt)/.test(hint) ? 'latin' : hint
  let count = 0
  for (const [group, letters, weight] of scripts) {
    const seen = (folded.length - folded.replace(letters, '').length) * weight
    if (seen > count) [best, count] = [group, seen]
  }
  if (best !== 'en' || !count) return best
  const start = ` ${folded.slice(0, 160).replace(/[^\p{L}]+/gu, ' ')} `
  // The language of the prompt before counts as a word.
  const before = [/^en/, /^(de|fr|es|pt|latin)/]
  const [english, latin, other] = known.map(
    (words, i) => (start.match(words)?.length ?? 0) + (before[i]?.test(hint) ? 1 : 0),
  )
  if (other! > 1 && other! > english! && other! > latin!) return ''
  if (english === latin) return before[1]!.test(hint) ? 'latin' : 'en'
  return english! > latin! ? 'en' : 'latin'
}
