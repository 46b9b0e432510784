/** What opened the menu or bubble that something stands in: those hang at the end of the page, far from what they are about. */
import { closest, inside, parentOf } from '../base/nodes.ts'

const MENU =
  '[role=menu],[role=listbox],[role=dialog],[role=tooltip],[role=group][id],[popover],[data-radix-popper-content-wrapper],[data-floating-ui-portal],' +
  '[class*=popover],[class*=dropdown],[class*=popper]'
/** How an opener says what it has opened. */
const SAYS = ['aria-controls', 'aria-owns', 'aria-describedby', 'popovertarget', 'commandfor']
/** A menu is used this soon after it was opened, ms. */
const SOON = 30_000

export interface Opener {
  /** What opened the menu around `element`; `element` where there is none. */
  of(element: Element, at: number): Element
  /** A control was used: it may have opened something. */
  used(element: Element, at: number): void
}

/** By the ids that both name. */
function named(element: Element, menu: Element): Element | undefined {
  const root = element.getRootNode() as Document
  for (let up: Element | undefined = element; up; up = parentOf(up)) {
    for (const id of (up.getAttribute('aria-labelledby') ?? '').split(/\s+/)) {
      const by = id && up !== element && root.getElementById?.(id)
      if (by && !inside(by, menu)) return by
    }
    const id = up.id && CSS.escape(up.id)
    const by = id && root.querySelector(SAYS.map((name) => `[${name}~="${id}"]`).join())
    if (by && !inside(by, menu)) return by
    if (up === menu) return
  }
}

export function createOpener(): Opener {
  // What was used last outside of all menus; holds no element alive.
  let last: { element: WeakRef<Element>; at: number } | undefined
  return {
    of(element, at) {
      const menu = closest(element, MENU)
      if (!menu) return element
      const by = last && at - last.at <= SOON ? last.element.deref() : undefined
      return named(element, menu) ?? (by?.isConnected && !inside(by, menu) && !inside(menu, by) ? by : element)
    },
    used(element, at) {
      if (!closest(element, MENU)) last = { element: new WeakRef(element), at }
    },
  }
}
