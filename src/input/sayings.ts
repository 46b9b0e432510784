/** What a control says of itself; who understands it comes later. */
import { texts } from '../base/nodes.ts'

const LONGEST = 40

export const attributesOf = (element: Element, names: string): string[] =>
  names.split(' ').map((name) => element.getAttribute(name) ?? '')

/** What is written on it; nothing where that is no label. What it holds may be a whole conversation: it is not read to its end. */
function shortText(element: Element): string {
  let text = ''
  texts(
    element,
    (node) => text.length > LONGEST || (text += node.data),
    () => text.length > LONGEST,
  )
  return text.length > LONGEST ? '' : text.trim()
}

/** Its names, those that are there. */
export const namesOf = (element: Element): string[] =>
  [...attributesOf(element, 'aria-label title alt value'), shortText(element)].filter(Boolean)

/** What its author called it; test ids first. */
export const hintsOf = (element: Element): string[] =>
  attributesOf(element, 'data-testid data-test-id data-action id name class')
