/** Finds the element whose text keeps growing, where no stream tells what the answer says. */
import { letters } from '../base/characters.ts'
import { above } from '../base/nodes.ts'

/** Grown in so many frames, it is no label that changed. */
const FRAMES = 3
/** Elements above a changed text that may be what grows. */
const LEVELS = 5
const MOST = 20_000

export interface Grown<F> {
  element: Element
  /** The frame in which its text began to grow, and how many letters it held after it. */
  first: F
  chars: number
}

/** Where an element stands, by position: a page that renders all anew keeps that. */
function placeOf(element: Element): string {
  let place = ''
  for (let node: Element | null = element; node; node = above(node) as Element | null) {
    let index = 0
    for (let other = node.previousElementSibling; other; other = other.previousElementSibling) index++
    place = index + '/' + place
  }
  return place
}

/**
 * Takes the containers of the text that changed in a frame; gives the deepest element that has grown often enough.
 * `may`: the element can be an answer. Bounded by how soon an answer is found.
 */
export function createGrowth<F>(
  may: (element: Element) => boolean,
): (touched: Iterable<Node>, frame: F) => Grown<F> | undefined {
  const places = new Map<string, { size: number; times: number; first: F; chars: number }>()
  return (touched, frame) => {
    const done = new Set<Node>()
    let found: Grown<F> | undefined
    for (const start of touched) {
      let level = 0
      for (let node: Node | null = start; node && level < LEVELS; node = above(node)) {
        if (node.nodeType != 1 || done.has(node)) continue
        done.add(node)
        level++
        if (!may(node as Element)) break
        const size = letters(node.textContent!.slice(0, MOST), MOST).length
        const place = placeOf(node as Element)
        const known = places.get(place)
        if (!known) {
          if (size && places.size < 500) places.set(place, { size, times: 1, first: frame, chars: size })
        } else if (size > known.size) {
          known.size = size
          if (++known.times >= FRAMES) found ??= { ...known, element: node as Element }
        }
      }
    }
    return found
  }
}
