/** Finds the open shadow roots of a page, those there and those to come. */
import type { Guard } from './guard.ts'
import type { Stop } from './listen.ts'

/** Calls `found` for each open shadow root under `root`, now and while it is not stopped. */
export function followShadows(root: Node, guard: Guard, found: (shadow: ShadowRoot) => void): Stop {
  const search = (node: Node): void => {
    for (const element of (node as ParentNode).querySelectorAll('*'))
      if (element.shadowRoot) {
        found(element.shadowRoot)
        search(element.shadowRoot)
      }
  }
  guard(() => search(root))

  const host = Element.prototype
  const original = host.attachShadow
  const patched = function attachShadow(this: Element, init: ShadowRootInit): ShadowRoot {
    const shadow = original.call(this, init)
    if (shadow.mode == 'open') guard(() => found(shadow))
    return shadow
  }
  host.attachShadow = patched
  return () => {
    // Someone may have patched it after us; then ours stays below, and only passes on.
    if (host.attachShadow === patched) host.attachShadow = original
    found = () => {}
  }
}
