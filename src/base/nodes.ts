/** Walks a page's nodes with its open shadow roots; knows nothing of what they say. */

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

/** A shadow root's host; other nodes are elements here. */
export const elementOf = (node: Node): Element => (node.nodeType == 11 ? (node as ShadowRoot).host : node) as Element

/** Calls `text` for each text node in and under `node`, in order; a true result of `skip` cuts that branch. */
export function texts(node: Node, text: (node: Text) => void, skip?: (element: Element) => boolean | void): void {
  if (node.nodeType == 3) return text(node as Text)
  const { shadowRoot } = node as Element
  if (node.nodeType == 1 && skip?.(node as Element)) return
  if (shadowRoot) texts(shadowRoot, text, skip)
  for (let child = node.firstChild; child; child = child.nextSibling) texts(child, text, skip)
}
