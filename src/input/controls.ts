/** Tells which control a click was on: by the page's selectors, else by what the control and those around it say. */
import { attempt } from '../base/guard.ts'
import { closest } from '../base/nodes.ts'
import type { Gesture, Saying } from '../turn/marks.ts'
import { iconsOf } from './icons.ts'
import type { Reader } from './labels.ts'
import { PRESSABLE, isRating, pairedThumb, testIds } from './pressable.ts'
import { GESTURES } from './ui.ts'
import type { Control, Ui } from './ui.ts'

interface Found {
  control: Control
  sure: boolean
  element: Element
}

const CONTROLS: Control[] = ['stop', 'send', 'regenerate', 'edit', 'newConversation', 'copy', 'share', 'up', 'down']
/** A name of more words, or of so many letters where words have no spaces, says what it is: its icon is an ornament. */
const SENTENCE = /\p{L}\P{L}+\p{L}|[\u2e80-\uffff]{5}/u
/** Hands over what can be pressed, also where only the style says it can. */
const pressable = (element: Element): boolean =>
  element.matches(PRESSABLE) || attempt(() => getComputedStyle(element).cursor) === 'pointer'

/** Names by which an element outside says what this one is. */
const labelledBy = (element: Element): string[] =>
  (element.getAttribute('aria-labelledby') ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .map((id) => (element.getRootNode() as Document).getElementById?.(id)?.textContent?.trim().slice(0, 60) ?? '')

function byWords(said: Saying[], read: Reader): Found | undefined {
  // The component around a shadow root carries the name.
  const host = (said.at(-1)?.element.getRootNode() as ShadowRoot | undefined)?.host
  const all = host
    ? [
        ...said,
        {
          element: host,
          names: [
            host.getAttribute('aria-label'),
            host.getAttribute('label'),
            host.textContent?.trim().slice(0, 60),
          ].map((name) => name ?? ''),
          hints: [],
        },
      ]
    : said
  for (const { element, names } of all)
    for (const name of [...labelledBy(element), ...names]) {
      const control = read.name(name)
      if (control && (!isRating(control) || said.some((one) => pressable(one.element))))
        return { control, sure: true, element }
    }
  // What its author called it is as sure where it is a name of its own.
  for (const { element, hints } of said)
    for (const [i, hint] of hints.entries()) {
      const control = i < testIds + 2 ? read.token(hint) : undefined
      if (control && pressable(element)) return { control, sure: i < testIds || !isRating(control), element }
    }
}

/** Classes and icons, of what says nothing else. */
function byLooks(said: Saying[], read: Reader): Found | undefined {
  if (said.some(({ names }) => names.some((name) => SENTENCE.test(name)))) return
  for (const { element, hints } of said)
    for (const [words, tell] of [
      [(hints.at(-1) ?? '').split(/\s+/), read.token],
      [iconsOf(element), read.icon],
    ] as const)
      for (const word of words) {
        const control = tell(word)
        if (control && !isRating(control) && said.some((one) => pressable(one.element)))
          return { control, sure: false, element }
      }
}

function find({ element: start, said = [] }: Gesture, ui: Ui, read: Reader): Found | undefined {
  for (const control of CONTROLS) {
    const selector = ui[control]
    const element = selector && start && closest(start, selector)
    if (element) return { control, sure: true, element }
  }
  const found = byWords(said, read)
  if (found?.sure || !said[0]) return found
  const thumb = pairedThumb(said[0].element, read)
  return thumb ? { ...thumb, sure: true } : (found ?? byLooks(said, read))
}

/**
 * The gesture as its control tells it, or none: copying and rating begin and end no turn.
 * @param used told of every control, of one that rates only when that is sure
 */
export function readControl(
  seen: Gesture,
  options: {
    ui: Ui
    read: Reader
    used(control: Control, element: Element): void
  },
): Gesture | undefined {
  const { said, ...gesture } = seen
  const found = said && find(seen, options.ui, options.read)
  if (!found) return gesture
  const { control, sure, element } = found
  if (sure || !isRating(control)) options.used(control, element)
  const kind = GESTURES[control]
  if (!kind) return undefined
  // A send button that finds nothing to send is often the stop button.
  return kind === 'submit' && !gesture.prompt ? { ...gesture, element } : { ...gesture, kind, sure, element }
}
