/** Which of two nodes stands first on the page, shadow roots included; compares nothing but places. */
import { above } from '../base/nodes.ts'

export function pathOf(node: Node | null): Node[] {
  const path: Node[] = []
  for (; node; node = above(node)) path.push(node)
  return path
}

/** The nearest node that holds both, and the steps from it down to each, without it. Undefined: they share none. */
export function fork(one: Node, other: Node): { both: Node; one: Node[]; other: Node[] } | undefined {
  const [a, b] = [pathOf(one), pathOf(other)]
  let both: Node | undefined
  while (a[0] && a.at(-1) === b.at(-1)) {
    both = a.pop()
    b.pop()
  }
  return both && { both, one: a.reverse(), other: b.reverse() }
}

/** `other` stands after `node`, not in it. Across shadow roots the browser's own comparison says nothing. */
export function follows(node: Node, other: Node): boolean {
  if (node.getRootNode() !== other.getRootNode()) {
    const found = fork(node, other)
    // One holds the other.
    if (!found?.one[0] || !found.other[0]) return false
    node = found.one[0]
    other = found.other[0]
    // A shadow root stands before what its host has been given.
    if (node.nodeType == 11 || other.nodeType == 11) return node.nodeType == 11
  }
  const way = node.compareDocumentPosition(other)
  return (way & Node.DOCUMENT_POSITION_FOLLOWING) > 0 && !(way & Node.DOCUMENT_POSITION_CONTAINED_BY)
}
