/** Tells apart what can be a message's text: by tags, by what pages hide, by what a message says about itself. */
import { above, elementOf } from './nodes.ts'

/**
 * Never text of an answer: the page's title (it repeats the prompt), controls, hidden duplicates, what a message says about itself. KaTeX hides its visible half
 * from assistive technology and shows its formula a second time to it.
 */
const EXCLUDED =
  'title,button,[role=button],svg,style,script,template,noscript,input,textarea,select,[aria-hidden=true]:not(.katex-html),time,' +
  '[hidden],summary,.katex-mathml,mjx-assistive-mml,[class*=sr-only],[class*=visually],[class*=screen-reader],[contenteditable=""],[contenteditable=true],' +
  '[contenteditable=plaintext-only]'
/** The same by whole words of its class. */
const META = /(^|[^a-z])(time(stamp)?|date|meta(data)?|actions?|toolbar|avatar|badge|feedback|footer)([^a-z]|$)/i

export const excluded = (node: Node): boolean =>
  node.nodeType == 1 &&
  ((node as Element).matches(EXCLUDED) || META.test((node as Element).getAttribute('class') ?? ''))

/** Undefined for what is no element. */
export const tag = (node: Node): string | undefined => (node as Element).localName
const tagged = (names: RegExp) => (node: Node) => names.test(tag(node)!)
/** What markdown becomes. */
export const prose = tagged(/^(p|h\d|[uod]l|li|d[td]|pre|code|blockquote|table|t[rdh]|thead|tbody|figure)$/)
/** Their text stands in the block of their parent. */
export const inline = tagged(/^(a|abbr|b|bdi|code|del|em|font|i|ins|kbd|mark|q|s|small|span|strong|sub|sup|u)$/)

/** The block that a node's text belongs to, not above `top`. */
export function blockOf(node: Node, top: Node): Element {
  while (node !== top && inline(node)) node = above(node)!
  return elementOf(node)
}
