/** Walks a page's nodes with its open shadow roots, and tells apart what can be a message's text; knows no turns. */

/** The node above, out of shadow roots too. */
export const above = (node: Node): Node | null => node.parentNode ?? (node as ShadowRoot).host ?? null

export function inside(node: Node | null, outer: Node): boolean {
  for (; node; node = above(node)) if (node === outer) return true
  return false
}

/** `closest` out of shadow roots too. */
export function closest(node: Node | null, selector: string): Element | undefined {
  for (; node; node = above(node)) if ((node as Element).matches?.(selector)) return node as Element
}

/** The element above, out of shadow roots too. */
export const parentOf = (node: Node): Element | undefined => closest(above(node), '*')

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

/** A shadow root's host; other nodes are elements here. */
export const elementOf = (node: Node): Element => (node.nodeType == 11 ? (node as ShadowRoot).host : node) as Element

/** The block that a node's text belongs to, not above `top`. */
export function blockOf(node: Node, top: Node): Element {
  while (node !== top && inline(node)) node = above(node)!
  return elementOf(node)
}

/** Calls `text` for each text node in and under `node`, in order; a true result of `skip` cuts that branch. */
export function texts(node: Node, text: (node: Text) => void, skip?: (element: Element) => boolean | void): void {
  if (node.nodeType == 3) return text(node as Text)
  const { shadowRoot } = node as Element
  if (node.nodeType == 1 && skip?.(node as Element)) return
  if (shadowRoot) texts(shadowRoot, text, skip)
  for (let child = node.firstChild; child; child = child.nextSibling) texts(child, text, skip)
}
