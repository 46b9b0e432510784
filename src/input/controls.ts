/** Tells which control a click was on: by the page's selectors, else by what the control and those around it say. */
import { closest } from '../base/nodes.ts'
import type { Gesture } from '../turn/marks.ts'
import { PRESSABLE, isRating } from './pressable.ts'
import { GESTURES } from './ui.ts'
import type { Control, Ui } from './ui.ts'

interface Found {
  control: Control
  sure: boolean
  element: Element
}

const CONTROLS: Control[] = ['stop', 'send', 'regenerate', 'edit', 'newConversation', 'copy', 'share', 'up', 'down']

function find({ element: start, said }: Gesture, ui: Ui, read: (label: string) => Control | undefined) {
  let hinted: Found | undefined
  for (const control of CONTROLS) {
    const selector = ui[control]
    const element = selector && start && closest(start, selector)
    if (element) return { control, sure: true, element }
  }
  for (const { element, label, own } of said ?? []) {
    const control = read(label)
    if (!control) continue
    const sure = own && (!isRating(control) || element.matches(PRESSABLE))
    if (sure || !isRating(control)) return { control, sure, element }
    // The button around an icon of that name may say it surely.
    hinted ??= { control, sure, element }
  }
  return hinted
}

/**
 * The gesture as its control tells it, or none: copying and rating begin and end no turn.
 * @param used told of every control, of one that rates only when that is sure
 */
export function readControl(
  seen: Gesture,
  options: {
    ui: Ui
    read(label: string): Control | undefined
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
