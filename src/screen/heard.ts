/** Tells text that only assistive technology is to find from text that is seen; of what it reads, nothing makes the browser lay out. */

/** Clipped to nothing, as such text is. */
const CLIPPED = /^(rect\((0|1)px,? (0|1)px,? (0|1)px,? (0|1)px\)|inset\((50|[6-9]\d|1\d\d)%)/

const known = new WeakMap<Element, boolean>()

/** @param calm the page is laid out, and boxes may be asked for */
export function onlyHeard(element: Element, calm: boolean): boolean {
  let heard = known.get(element)
  if (heard !== undefined) return heard
  if (calm) {
    const { offsetWidth, offsetHeight } = element as HTMLElement
    // Not rendered yet is not known yet.
    if (!offsetWidth && !offsetHeight && !element.getClientRects()[0]) return false
    heard = offsetWidth <= 1 && offsetHeight <= 1
  }
  if (!heard) {
    const { position, clip, clipPath } = getComputedStyle(element)
    heard = /^(absolute|fixed)$/.test(position) && (CLIPPED.test(clip) || CLIPPED.test(clipPath))
  }
  if (calm || heard) known.set(element, heard)
  return heard
}

/** Not to be seen as it is now: not rendered, hidden, or only for assistive technology. After layout only. */
export function unseen(element: Element): boolean {
  for (let node: Element | null = element; node; node = node.parentElement) if (onlyHeard(node, true)) return true
  return !element.getClientRects()[0] || getComputedStyle(element).visibility == 'hidden'
}
