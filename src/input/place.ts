/** Where on the page something was used: among the messages, by the composer, or elsewhere; and how a composer is known again. */
import { hash } from '../base/hash.ts'
import { inside, parentOf } from '../base/nodes.ts'
import type { Gesture } from '../turn/marks.ts'

/** Levels up to what it shares with answers and composer, above which a control stands beside neither. */
const BESIDE = 2

/** The nearest that holds both, and how far above `element` it is. */
function shared(element: Element, other: Element): { scope?: Element; level: number; part: Element } {
  let level = 0
  let part = element
  for (let scope: Element | undefined = element; scope; part = scope, scope = parentOf(scope), level++)
    if (inside(other, scope)) return { scope, level, part }
  return { level, part }
}

/** @param answer the nearest to `element`; undefined while none is known */
export function placeOf(
  element: Element,
  composer: Element | undefined,
  answer: Element | undefined,
): Gesture['place'] {
  if (composer && (inside(element, composer) || element.contains(composer))) return 'composer'
  if (!answer) return
  const { scope, part } = shared(element, answer)
  if (!scope) return 'elsewhere'
  if (!composer) return
  if (!inside(composer, scope)) return 'answer'
  const its = shared(element, composer)
  if (!its.scope || !inside(answer, its.scope)) return its.scope ? 'composer' : 'elsewhere'
  // One scope holds all three: who stands right beside it?
  if (its.level > BESIDE) return 'elsewhere'
  const parts = [...scope.children]
  const [own, hers, theirs] = [part, shared(composer, scope).part, shared(answer, scope).part].map((one) =>
    parts.indexOf(one),
  )
  if (hers === theirs || own! < theirs!) return 'elsewhere'
  return Math.abs(own! - hers!) <= own! - theirs! ? 'composer' : 'answer'
}

/** What a composer is known by again after the page made it anew; nothing that the user wrote. */
export function signatureOf(composer: Element): string {
  const say = (name: string) => composer.getAttribute(name) ?? ''
  // Numbers in ids are counted up by frameworks.
  const id = composer.id.replace(/\d+|:\w+:/g, '')
  const shown = say('placeholder') || say('data-placeholder') || say('aria-placeholder') || say('aria-label')
  return [composer.localName, id, say('name'), say('role'), hash(shown).toString(36)].join(' ')
}
