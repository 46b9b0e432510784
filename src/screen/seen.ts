/** Decides how much of growing text is in view: not below the fold, not scrolled away, not clipped. Dates nothing. */
import type { Guard } from '../base/guard.ts'
import type { Stop } from '../base/listen.ts'
import type { Tally } from './counter.ts'

/** A block of answer text and the characters in it. */
export interface Block extends Tally {
  element: Element
  /** Characters when last looked at, with those of blocks it stands for. */
  laid: number
  others: number
  /** Share of its height, from its top, that is in view, 0..1. */
  reach: number
}

/** The end of a text: blocks that grew and were not wholly seen yet, in reading order. */
export interface Tail {
  blocks: Block[]
}

export interface Seen<T extends Tail> {
  /** Tells now what the last frame showed, should the browser not have told yet. */
  take(): void
  /** Looks in this frame at these blocks, that just grew, and at what is in view in part. False: at none. */
  look(tail: T, grown: Iterable<Block>): boolean
  forget(tail: T): void
  stop: Stop
}

/** Blocks looked at per text. Of more, one stands for its neighbours: what is seen gets coarser. */
const MOST = 16
/** Clipped by this much, px, a block has its last line in view; most of it is padding. */
const CLIPPED = 16

/** `seen` is told how many characters at the end of the text are out of view. */
export function createSeen<T extends Tail>(guard: Guard, seen: (tail: T, unseen: number) => void): Seen<T> {
  const owners = new Map<Element, { block: Block; tail: T }>()

  const reachOf = (entry: IntersectionObserverEntry, block: Block): number => {
    const { boundingClientRect: box, intersectionRect: view } = entry
    if (!box.height && !box.width && getComputedStyle(block.element).display == 'contents') {
      // It has no box of its own; its parent's stands for it.
      const parent = block.element.parentElement
      if (parent) {
        const owner = owners.get(block.element)!
        release(block)
        block.element = parent
        observe(owner.tail, block)
      }
      return 0
    }
    if (!entry.isIntersecting || !view.height || !view.width) return 0
    // Only assistive technology finds it.
    if (box.width <= 1 && box.height <= 1) return 0
    return box.bottom - view.bottom <= CLIPPED ? 1 : (view.bottom - box.top) / box.height
  }
  const tell = guard.wrap((entries: IntersectionObserverEntry[]) => {
    const tails = new Set<T>()
    for (const entry of entries) {
      const owner = owners.get(entry.target)
      if (!owner) continue
      owner.block.reach = reachOf(entry, owner.block)
      tails.add(owner.tail)
    }
    for (const tail of tails) {
      const { blocks } = tail
      let unseen = 0
      let index = blocks.length - 1
      for (; index >= 0; index--) {
        const { laid, reach } = blocks[index]!
        unseen += laid * (1 - reach)
        if (reach) break
      }
      // What stands before something seen has been passed.
      const passed = index < 0 ? 0 : blocks[index]!.reach < 1 ? index : index + 1
      for (const block of blocks.splice(0, passed)) release(block)
      seen(tail, index < 0 ? Infinity : Math.round(unseen))
    }
  })
  const observer = new IntersectionObserver(tell, { threshold: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] })
  const release = ({ element }: Block): void => {
    observer.unobserve(element)
    owners.delete(element)
  }
  const observe = (tail: T, block: Block): void => {
    owners.set(block.element, { block, tail })
    // Only a new observation reports in this very frame.
    observer.unobserve(block.element)
    observer.observe(block.element)
  }

  return {
    take: () => tell(observer.takeRecords()),
    look(tail, grown) {
      const news = new Set(grown)
      const all = new Set([...tail.blocks, ...news])
      const blocks: Block[] = []
      for (const block of all)
        if (block.element.isConnected && block.chars) blocks.push(block)
        else release(block)
      const group = Math.ceil(blocks.length / MOST)
      tail.blocks = blocks.filter((_, i) => i % group == 0)
      if (group > 1)
        blocks.forEach((block, i) => {
          if (i % group == 0) return
          release(block)
          blocks[i - (i % group)]!.others += block.chars + block.others
        })
      let asked = false
      for (const block of tail.blocks) {
        block.laid = block.chars + block.others
        // The others tell by themselves when they come into view: asking anew costs the frame, each of them.
        if (!news.has(block) && (!block.reach || block.reach == 1)) continue
        asked = true
        observe(tail, block)
      }
      return asked
    },
    forget(tail) {
      for (const block of tail.blocks.splice(0)) release(block)
    },
    stop: () => observer.disconnect(),
  }
}
