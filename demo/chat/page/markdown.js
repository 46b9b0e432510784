/** Markdown on screen while it grows: only the blocks that changed are drawn again, and nothing unsafe is drawn at all. */
import { Marked } from '/vendor/marked.js'
import DOMPurify from '/vendor/purify.js'
import { icon } from './icons.js'
import { word } from './words.js'

const marked = new Marked({ gfm: true, breaks: false })

DOMPurify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName !== 'A') return
  node.setAttribute('target', '_blank')
  node.setAttribute('rel', 'noopener noreferrer nofollow')
})
const CLEAN = {
  FORBID_TAGS: [
    'style',
    'form',
    'input',
    'button',
    'textarea',
    'select',
    'img',
    'video',
    'audio',
    'svg',
    'math',
    'iframe',
  ],
  FORBID_ATTR: ['style', 'id', 'class', 'name'],
  ALLOW_DATA_ATTR: false,
}

/**
 * @param {HTMLElement} root
 * @returns {(text: string, final: boolean) => void} Draws this text; `final` when no more will come.
 */
export function markdownInto(root) {
  /** What is drawn, block by block. @type {{ raw: string, node: HTMLElement, text?: Text, lang?: string }[]} */
  let blocks = []
  return (text, final) => {
    const tokens = marked.lexer(text).filter((token) => token.type !== 'space')
    for (const [at, token] of tokens.entries()) {
      const drawn = blocks[at]
      if (drawn?.raw === token.raw && !final) continue
      const code = token.type === 'code'
      if (code && drawn?.text && drawn.lang === token.lang) {
        // Code grows in place: what the reader has selected or scrolled stays.
        const now = drawn.text.data
        if (token.text.startsWith(now)) drawn.text.appendData(token.text.slice(now.length))
        else drawn.text.data = token.text
        drawn.raw = token.raw
        if (final) colour(drawn.text, token.lang)
        continue
      }
      if (drawn?.raw === token.raw) continue
      const block = code ? codeBlock(token) : plainBlock(marked.parser([token]))
      if (drawn) drawn.node.replaceWith(block.node)
      else root.append(block.node)
      blocks[at] = { raw: token.raw, ...block }
      if (final && block.text) colour(block.text, token.lang)
    }
    for (const gone of blocks.splice(tokens.length)) gone.node.remove()
  }
}

/** @param {string} html */
function plainBlock(html) {
  const node = document.createElement('div')
  node.className = 'block'
  node.innerHTML = DOMPurify.sanitize(html, CLEAN)
  // A wide table scrolls by itself, not the page.
  if (node.querySelector('table')) node.classList.add('wide')
  return { node }
}

/** @param {{ text: string, lang?: string }} token */
function codeBlock({ text, lang = '' }) {
  const node = document.createElement('figure')
  node.className = 'code'
  const head = document.createElement('figcaption')
  const name = document.createElement('span')
  name.textContent = lang || 'text'
  const copy = document.createElement('button')
  copy.type = 'button'
  copy.dataset.action = 'copy-code'
  copy.append(icon('copy'), word('copy'))
  copy.setAttribute('aria-label', word('copyCode'))
  head.append(name, copy)
  const pre = document.createElement('pre')
  pre.tabIndex = 0
  const code = document.createElement('code')
  const content = document.createTextNode(text)
  code.append(content)
  pre.append(code)
  node.append(head, pre)
  return { node, text: content, lang }
}

const PAINT = [
  ['c', /\/\/[^\n]*|\/\*[\s\S]*?\*\/|(?<![\w"'$])#[^\n]*/],
  ['s', /"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/],
  ['n', /\b\d[\d_.]*\b/],
  [
    'k',
    /\b(?:async|await|break|case|catch|class|const|continue|def|del|do|elif|else|except|export|finally|for|from|function|if|import|in|is|lambda|let|new|not|of|or|and|pass|raise|return|static|switch|throw|try|typeof|var|while|with|yield|None|True|False|null|true|false|undefined|SELECT|FROM|WHERE|ORDER|BY|LIMIT|JOIN|GROUP)\b/,
  ],
  ['f', /\b[A-Za-z_$][\w$]*(?=\()/],
]
const ANY = new RegExp(PAINT.map(([name, rule]) => `(?<${name}>${rule.source})`).join('|'), 'g')

/** Colours finished code; the characters stay what they were. @param {Text} content @param {string | undefined} lang */
function colour(content, lang) {
  const source = content.data
  if (!content.parentNode || !lang || lang === 'text' || source.length > 20_000) return
  const out = document.createDocumentFragment()
  let from = 0
  for (const found of source.matchAll(ANY)) {
    const kind = Object.entries(found.groups ?? {}).find(([, text]) => text !== undefined)?.[0]
    // In shell, a comment sign within an address is none, and neither is `//`.
    if (kind === 'c' && /^(ba|z)?sh$/.test(lang)) continue
    out.append(source.slice(from, found.index))
    const span = document.createElement('span')
    span.className = `t-${kind}`
    span.textContent = found[0]
    out.append(span)
    from = found.index + found[0].length
  }
  out.append(source.slice(from))
  content.replaceWith(out)
}
