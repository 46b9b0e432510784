/** Walks a page's nodes with its open shadow roots, and tells apart what can be a message's text; knows no turns. */

/** The node above, out of shadow roots too. */
export const above = (node: Node): Node | null => node.parentNode ?? (node as ShadowRoot).host ?? null

export function inside(node: Node | null | undefined, outer: Node): boolean {
  for (; node; node = above(node)) if (node === outer) return true
  return false
}

/** `closest` out of shadow roots too. */
export function closest(node: Node | null, selector: string): Element | undefined {
  for (; node; node = above(node)) if (node.nodeType == 1 && (node as Element).matches(selector)) return node as Element
}

/**
 * Never text of an answer: controls, hidden duplicates, what a message says about itself. KaTeX hides its visible half
 * from assistive technology and shows its formula a second time to it.
 */
const EXCLUDED =
  'button,[role=button],svg,style,script,template,noscript,input,textarea,select,[aria-hidden=true]:not(.katex-html),time,' +
  '[hidden],summary,.katex-mathml,mjx-assistive-mml,.sr-only,.visually-hidden,[contenteditable=""],[contenteditable=true],' +
  '[contenteditable=plaintext-only]'
/** The same by the words of its class or test id, as whole words. */
const META = /(^|[^a-z])(time(stamp)?|date|meta(data)?|actions?|toolbar|avatar|badge|feedback|footer)([^a-z]|$)/i

export const excluded = (element: Element): boolean =>
  element.matches(EXCLUDED) ||
  META.test(`${element.getAttribute('class') ?? ''} ${element.getAttribute('data-testid') ?? ''}`)

/** What markdown becomes. */
const PROSE = /^(p|h\d|[uod]l|li|d[td]|pre|code|blockquote|table|t[rdh]|thead|tbody|figure)$/
/** Their text stands in the block of their parent. */
const INLINE = /^(a|abbr|b|bdi|code|del|em|font|i|ins|kbd|mark|q|s|small|span|strong|sub|sup|u)$/

const named = (names: RegExp) => (node: Node) => names.test((node as Element).localName ?? '')
export const prose = named(PROSE)
export const inline = named(INLINE)

/** The block that a node's text belongs to, not above `top`. */
export function blockOf(node: Node, top: Node): Element | undefined {
  while (node !== top && (node.nodeType != 1 || inline(node))) {
    const next = above(node)
    if (!next) break
    node = next
  }
  return (node.nodeType == 1 ? node : (node as ShadowRoot).host) as Element | undefined
}

/** Calls `text` for each text node in and under `node`, in order; a true result of it or of `skip` cuts that branch. */
export function texts(node: Node, text: (node: Text) => void, skip?: (element: Element) => boolean | void): void {
  if (node.nodeType == 3) return text(node as Text)
  if (node.nodeType == 1) {
    if (skip?.(node as Element)) return
    if ((node as Element).shadowRoot) texts((node as Element).shadowRoot!, text, skip)
  } else if (node.nodeType != 11 && node.nodeType != 9) return
  for (let child = node.firstChild; child; child = child.nextSibling) texts(child, text, skip)
}
