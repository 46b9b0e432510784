/** What can be pressed, and what of it rates; leaves the words to labels.ts. */
import { parentOf } from '../base/nodes.ts'
import { iconsOf } from './icons.ts'
import type { Reader } from './labels.ts'
import { hintsOf, namesOf } from './sayings.ts'
import type { Control, Ui } from './ui.ts'

/** Ordinary text cannot be pressed, and a link that leads away rates nothing. */
export const PRESSABLE =
  'button,[role=button],[role=radio],[role=menuitem],[role=menuitemradio],[role=option],a:not([href*="/"]),input,label,summary,[onclick],[tabindex]'
export const isRating = (control: Control | undefined): boolean => control === 'up' || control === 'down'

/** Whoever stands beside a thumb is its like; of more, none is. */
const MOST = 12
/** Levels above a part of a thumb at which its like can stand. */
const LEVELS = 3

/** Test ids, and what stands in their place. */
export const testIds = 3

/** One of two, as far as all that is written on it and in it says. */
function halfOf(element: Element, { half }: Reader): Control | undefined {
  for (const name of [
    ...namesOf(element),
    ...hintsOf(element).flatMap((hint) => hint.split(/\s+/)),
    ...iconsOf(element),
  ]) {
    const control = half(name)
    if (control) return control
  }
}

/** The thumb of two that `element` is in: beside it stands the other, and nothing else says either. */
export function pairedThumb(element: Element, read: Reader): { control: Control; element: Element } | undefined {
  let one: Element | undefined = element
  for (let level = 0; one && level < LEVELS; level++, one = parentOf(one)) {
    const beside: Element[] = one.parentElement ? [...one.parentElement.children] : []
    if (beside.length > MOST) return
    const control = halfOf(one, read)
    if (!control) continue
    const others = beside
      .filter((other) => other !== one)
      .map((other) => halfOf(other, read))
      .filter(Boolean)
    if (others.length === 1 && others[0] !== control) return { control, element: one }
    if (others.length) return
  }
}

/** What of its own says surely which control it is. */
export function saysOf(element: Element, read: Reader): Control | undefined {
  for (const name of namesOf(element)) {
    const control = read.name(name)
    if (control) return control
  }
  for (const id of hintsOf(element).slice(0, testIds)) {
    const control = read.token(id)
    if (control) return control
  }
}

/** How the controls that rate an answer are known: by the page's selectors, else by what they say of themselves. */
export function ratingControls({ up, down }: Ui, read: Reader) {
  const named = [up, down].filter(Boolean).join()
  return {
    among: named || `${PRESSABLE},svg,[class*=icon],[class*=thumb],[class*=like]`,
    rates: (element: Element): boolean =>
      !!named || (element.matches(PRESSABLE) && isRating(saysOf(element, read))) || !!pairedThumb(element, read),
  }
}
