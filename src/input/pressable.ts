/** What can be pressed to rate; leaves the words to labels.ts. */
import { sayingsOf } from './sayings.ts'
import type { Control, Ui } from './ui.ts'

/** Ordinary text cannot be pressed, and a link that leads away rates nothing. */
export const PRESSABLE =
  'button,[role=button],[role=radio],[role=menuitem],a:not([href*="/"]),input,label,summary,[onclick],[tabindex]'
export const isRating = (control: Control | undefined): boolean => control === 'up' || control === 'down'

/** How the controls that rate an answer are known: by the page's selectors, else by what they say of themselves. */
export function ratingControls({ up, down }: Ui, read: (label: string) => Control | undefined) {
  const named = [up, down].filter(Boolean).join()
  return {
    among: named || PRESSABLE,
    rates: (element: Element): boolean => !!named || sayingsOf(element).some((label) => isRating(read(label))),
  }
}
