/** Sees what of the page is copied, and tells how much of an answer that is; no text is kept. */
import type { Guard } from '../base/guard.ts'
import { listen } from '../base/listen.ts'
import type { Stop } from '../base/listen.ts'
import { closest, inside, parentOf } from '../base/nodes.ts'
import type { Copied } from '../turn/record.ts'

/** Share of an answer's text from which a selection is all of it. */
const WHOLE = 0.9
/** Levels from a copy button up to its block of code. */
const CODE_LEVELS = 4

const letters = (text: unknown): number => ('' + text).replace(/\s/g, '').length

/** Text of the page was copied by keys or menu. */
export const watchCopies = (guard: Guard, copied: (from: Node, selected: Range) => void): Stop =>
  listen(
    document,
    'copy',
    guard.wrap((event: Event) => {
      // Chromium's selection in a shadow root is the root's own.
      const target = event.composedPath()[0] as Node
      const root = target.getRootNode() as Document
      const selection = ('getSelection' in root ? root : document).getSelection()
      // What is copied out of a text field is not what is marked on the page.
      if (!event.isTrusted || !selection?.rangeCount || closest(target, 'input,textarea')) return
      const selected = selection.getRangeAt(0)
      if (!selected.collapsed) copied(selected.commonAncestorContainer, selected)
    }),
    // Pages that fill the clipboard themselves may keep the event to themselves.
    { capture: true },
  )

/** The part of `selected` that is in `answer`. Undefined: none is. */
function partIn(answer: Element, selected: Range): Range | undefined {
  if (!selected.intersectsNode(answer)) return
  const all = document.createRange()
  all.selectNodeContents(answer)
  const part = selected.cloneRange()
  if (!all.isPointInRange(part.startContainer, part.startOffset)) part.setStart(answer, 0)
  if (!all.isPointInRange(part.endContainer, part.endOffset)) part.setEnd(answer, answer.childNodes.length)
  return part
}

/**
 * How much of `answer` was copied. Undefined: nothing of it.
 * @param from the button that was used, or what holds all that was marked @param selected what was marked
 */
export function extentOf(answer: Element, from: Node, selected?: Range): Copied | undefined {
  if (selected) {
    // Three clicks on a prompt mark it up to the beginning of what follows.
    const part = inside(from, answer) ? selected : partIn(answer, selected)
    const copied = part ? letters(part) : 0
    if (!copied) return
    if (closest(from, 'pre,code')) return 'code'
    return copied < letters(answer.textContent) * WHOLE ? 'part' : 'whole'
  }
  // A block of code has its button in or beside it, within the answer.
  let scope = closest(from, '*')
  for (let level = 0; scope && scope !== answer && level < CODE_LEVELS; level++, scope = parentOf(scope))
    if (inside(scope, answer) && scope.querySelector('pre')) return 'code'
  return 'whole'
}
