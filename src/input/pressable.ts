/** What a control says of itself, and what can be pressed to rate; leaves the words to labels.ts, which comes later. */
import { texts } from '../base/nodes.ts'
import type { Control, Ui } from './ui.ts'

/** Ordinary text cannot be pressed, and a link that leads away rates nothing. */
export const PRESSABLE =
  'button,[role=button],[role=radio],[role=menuitem],a:not([href*="/"]),input,label,summary,[onclick],[tabindex]'
const LONGEST = 40

export const attributesOf = (element: Element, names: string): string[] =>
  names.split(' ').map((name) => element.getAttribute(name) ?? '')

/** What is written on it; nothing where that is no label. What it holds may be a whole conversation: it is not read to its end. */
function shortText(element: Element): string {
  let text = ''
  texts(
    element,
    ({ data }) => (text += data),
    () => text.length > LONGEST,
  )
  return text.length > LONGEST ? '' : text.trim()
}

export function sayingsOf(element: Element): string[] {
  return [...attributesOf(element, 'aria-label title data-testid data-test-id'), shortText(element)]
}

export const isRating = (control: Control | undefined): boolean => control === 'up' || control === 'down'

/** How the controls that rate an answer are known: by the page's selectors, else by what they say of themselves. */
export function ratingControls({ up, down }: Ui, read: (label: string) => Control | undefined) {
  const named = [up, down].filter(Boolean).join()
  return {
    among: named || PRESSABLE,
    rates: (element: Element): boolean => !!named || sayingsOf(element).some((label) => isRating(read(label))),
  }
}
