/** Tells apart what can be a message's text: by tags alone, never by words in names of classes. */
import { above, elementOf } from './nodes.ts'

/**
 * Never text of an answer, by its tag or by what a page must say of it: the page's title (it repeats the prompt), controls, what is
 * written in, times, and formulas a second time as KaTeX and MathJax give them to assistive technology. Editors that only show say so.
 */
const EXCLUDED =
  'title,button,[role=button],svg,style,script,template,noscript,input,textarea,select,time,[hidden],summary,.katex-mathml,mjx-assistive-mml,' +
  ':is([contenteditable=""],[contenteditable=true],[contenteditable=plaintext-only]):not([aria-readonly=true])'

export const excluded = (node: Node): boolean => node.nodeType == 1 && (node as Element).matches(EXCLUDED)

/** Undefined for what is no element. */
export const tag = (node: Node): string | undefined => (node as Element).localName
const tagged = (names: RegExp) => (node: Node) => names.test(tag(node)!)
/** What markdown becomes. */
export const prose = tagged(/^(p|h\d|[uod]l|li|d[td]|pre|code|blockquote|table|t[rdh]|thead|tbody|figure)$/)
/** Their text stands in the block of their parent. */
export const inline = tagged(/^(a|abbr|b|bdi|code|del|em|font|i|ins|kbd|mark|q|s|small|span|strong|sub|sup|u)$/)

/** Of these, what also holds labels beside a text: times, counts, sources. */
export const label = tagged(/^(a|i|small|span|sub|sup)$/)

/** What blocks of the same making share. */
export const kind = (node: Node): string => `${tag(node)}.${(node as Element).classList?.[0] ?? ''}`

/** The block that a node's text belongs to, not above `top`. */
export function blockOf(node: Node, top: Node): Element {
  while (node !== top && inline(node)) node = above(node)!
  return elementOf(node)
}
