/**
 * The project's own pairs, spun from the lines in intent-data/: a cell is a language and a family of what people do.
 *
 * `# label family` opens a cell. `(a|b)` picks one, `{a}` `{b}` two things of a kind, `{n}` `{m}` numbers; `prev >> next`
 * gives the prompt before, else it is one of the language's; `?> ` stands where the answer had asked. Deterministic.
 * A third of the cells of each language, by whole families, is `unseen`: never fitted on.
 */
import { readFileSync } from 'node:fs'

const languages = ['en', 'zh', 'ja', 'de', 'ko', 'fr', 'es', 'pt', 'ru']

/** A small generator of numbers, the same on each run. */
function dice(seed) {
  let state = seed
  return (count) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * count)
  }
}

function spin(text, lang, roll) {
  let left = text.replaceAll('\\?', '?')
  // Where the question mark is a wide one, the narrow one says that what is before it may be missing.
  if (/zh|ja/.test(lang)) left = left.replace(/(\([^()]*)\)\?/g, '$1|)').replace(/(\p{L})\?/gu, '($1|)')
  for (;;) {
    const choice = /\(([^()]*)\)/.exec(left)
    if (!choice) return left
    const options = choice[1].split('|')
    left = left.slice(0, choice.index) + options[roll(options.length)] + left.slice(choice.index + choice[0].length)
  }
}

/** As people type: in a hurry, on a telephone, with care. */
function register(text, lang, roll) {
  const latin = /[a-zà-ÿа-я]/i.test(text)
  let said = text.replace(/\\n/g, '\n').replace(/ {2,}/g, ' ').trim()
  const how = roll(12)
  if (latin && how < 3) said = said[0].toUpperCase() + said.slice(1)
  if (how < 2 && /[\p{L}\p{N}]$/u.test(said)) said += /zh|ja/.test(lang) ? '。' : '.'
  if (how === 4)
    said = said
      .normalize('NFKD')
      .replace(/[\u0300-\u036f]/g, '')
      .normalize('NFC')
      .toLowerCase()
  if (how === 5)
    said =
      {
        en: ['hmm, ', 'um ', 'ok but '],
        zh: ['嗯，', '那个，'],
        ja: ['うーん、', 'あの、'],
        ko: ['음, ', '저기 '],
        de: ['hm, ', 'also '],
        fr: ['euh, ', 'bon, '],
        es: ['mmm, ', 'bueno, '],
        pt: ['hum, ', 'bom, '],
        ru: ['хм, ', 'ну '],
      }[lang][roll(2)] + said
  if (how === 6 && latin && said.length > 12) {
    const at = 4 + roll(said.length - 6)
    if (/[\p{L}]{2}/u.test(said.slice(at, at + 2)))
      said = said.slice(0, at) + said[at + 1] + said[at] + said.slice(at + 2)
  }
  return said
}

export function writtenPairs() {
  const rows = []
  for (const [at, lang] of languages.entries()) {
    const lines = readFileSync(new URL(`intent-data/${lang}.txt`, import.meta.url), 'utf8').split('\n')
    const prompts = []
    const things = []
    const families = new Map()
    let cell = ''
    for (const line of lines) {
      if (line.startsWith('# ')) cell = line.slice(2)
      else if (line && cell === 'prompts') prompts.push(line)
      else if (line && cell === 'pairs') things.push(line.split(line.includes('|') ? '|' : ' '))
      else if (line) {
        if (!families.has(cell)) families.set(cell, families.size)
        const [label, family] = cell.split(' ')
        // By the line itself, so that a further line changes no other.
        const roll = dice([...line].reduce((sum, char) => (sum * 31 + char.codePointAt(0)) % 1e9, 7))
        const seen = new Set()
        const times = /en|zh/.test(lang) ? 5 : 4
        for (let i = 0; i < times; i++) {
          const [x, y] = things[roll(things.length)]
          const [a, b] = roll(2) ? [x, y] : [y, x]
          const n = 2 + roll(8)
          const fill = (text) =>
            text
              .replaceAll('{a}', a)
              .replaceAll('{b}', b)
              .replaceAll('{n}', n)
              .replaceAll('{m}', n + 1 + roll(5))
          const asked = line.startsWith('?> ')
          const [before, after] = line.includes(' >> ')
            ? line.split(' >> ')
            : [prompts[roll(prompts.length)], line.replace('?> ', '')]
          const next = register(fill(spin(after, lang, roll)), lang, roll)
          const prev = register(fill(spin(before, lang, roll)), lang, roll)
          if (seen.has(next) || !next) continue
          seen.add(next)
          rows.push({
            prev,
            new: next,
            ...(asked && { answer: '?' }),
            label,
            sub: family,
            family: cell,
            lang,
            tier: 'project',
            source: `written:${label} ${family}`,
            unseen: (families.get(cell) + at) % 3 === 0,
          })
        }
      }
    }
  }
  return [...rows, ...switched()]
}

/** The same request in another language, and another request. A line of switch.txt is one request in all languages. */
function switched() {
  const lines = readFileSync(new URL('intent-data/switch.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n')
  const table = lines.map((line) => line.split('|'))
  const roll = dice(77)
  return Array.from({ length: 400 }, (_, i) => {
    const from = roll(3) ? roll(2) : roll(languages.length)
    const to = (from + 1 + roll(languages.length - 1)) % languages.length
    const [one, other] = roll(2) ? [from, to] : [to, from]
    const at = roll(table.length)
    const same = i % 2
    const label = same ? 'rephrase' : 'none'
    return {
      prev: table[at][one],
      new: table[same ? at : (at + 1 + roll(table.length - 1)) % table.length][other],
      label,
      sub: 'switch',
      family: label + ' switch',
      lang: `${languages[one]}-${languages[other]}`,
      tier: 'project',
      source: `written:${label} switch`,
      // Whole requests.
      unseen: at % 3 === 0,
    }
  })
}
