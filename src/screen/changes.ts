/** Hears what changes in the page and its open shadow roots; hands it over when asked, and keeps little of it till then. */
import type { Guard } from '../base/guard.ts'
import { texts } from '../base/nodes.ts'

/** What is looked at of a `MutationRecord`; two that follow each other may be one. */
export type Change = Pick<MutationRecord, 'type' | 'target' | 'addedNodes' | 'removedNodes'>

export interface Changes {
  /** Kept for the end of the frame, and when the first of them came. */
  pending: Change[]
  at: number
  /** Text nodes that grow in place. */
  growing: Set<Text>
  /** The observer of such changes rests until the frame is laid out. */
  resting: boolean
  /** Observed: the root and the open shadow roots under it. */
  targets: Node[]
  children: MutationObserver
  data: MutationObserver
}

/** Text nodes that are known to grow in place. */
const MOST_GROWING = 8
const CHILDREN = { childList: true, subtree: true }
const DATA = { characterData: true, subtree: true }

/**
 * Pages that render all anew with each word do that many times in a frame: what was put in and taken out again is let
 * go at once, lest each rendering be kept in memory until the frame is laid out.
 */
function keep({ pending }: Changes, records: MutationRecord[]): void {
  for (let record of records as Change[]) {
    const last = pending.at(-1)
    const { type, target, addedNodes, removedNodes } = record
    if (removedNodes[0] && removedNodes[0] === last?.addedNodes[0] && removedNodes.length == last.addedNodes.length) {
      pending.pop()
      record = { type, target, addedNodes, removedNodes: last.removedNodes }
    }
    pending.push(record)
  }
}

/** @param heard something changed; true: each change of growing text is wanted at once */
export function createChanges(guard: Guard, now: () => number, heard: () => boolean): Changes {
  const note = (records: MutationRecord[]): boolean => {
    if (!changes.pending[0]) changes.at = now()
    keep(changes, records)
    return heard()
  }
  const changes: Changes = {
    pending: [],
    at: 0,
    growing: new Set(),
    resting: false,
    targets: [],
    children: new MutationObserver(guard.wrap((records: MutationRecord[]) => void note(records))),
    data: new MutationObserver(
      guard.wrap((records: MutationRecord[]) => {
        const { growing, data } = changes
        const eager = note(records)
        for (const { target } of records) growing.add(target as Text)
        for (const text of growing) if (growing.size > MOST_GROWING) growing.delete(text)
        // On one ever-growing node each further record costs more than the last: once per frame will do.
        if (eager) return
        data.disconnect()
        changes.resting = true
      }),
    ),
  }
  return changes
}

export function follow(changes: Changes, target: Node): void {
  const { targets, children, data } = changes
  if (targets.includes(target)) return
  targets.push(target)
  children.observe(target, CHILDREN)
  if (!changes.resting) data.observe(target, DATA)
}

/** What the browser has not handed out yet. */
export function take(changes: Changes): void {
  keep(changes, changes.children.takeRecords())
  keep(changes, changes.data.takeRecords())
}

/** The texts that changed or came, and those that left, and how. Kept no longer. */
export function drain(changes: Changes): { records: Change[]; changed: Set<Text>; left: Set<Text> } {
  const records = changes.pending
  changes.pending = []
  const left = new Set<Text>()
  const changed = new Set<Text>(changes.growing)
  const change = (text: Text): unknown => (text.isConnected ? changed : left).add(text)
  const enter = ({ shadowRoot }: Element): void => {
    if (shadowRoot) follow(changes, shadowRoot)
  }
  for (const { type, target, removedNodes, addedNodes } of records)
    if (type == 'characterData') changed.add(target as Text)
    else {
      // By index: the iterators of node lists are slow.
      for (let i = 0; i < removedNodes.length; i++) texts(removedNodes[i]!, change)
      for (let i = 0; i < addedNodes.length; i++) if (addedNodes[i]!.isConnected) texts(addedNodes[i]!, change, enter)
    }
  return { records, changed, left }
}

/** The frame is laid out: growing text is listened to again. */
export function wakeUp(changes: Changes): void {
  const { growing, targets, data } = changes
  for (const text of growing) if (!text.isConnected) growing.delete(text)
  if (changes.resting && targets[0]) for (const target of targets) data.observe(target, DATA)
  changes.resting = false
}

export function rest(changes: Changes): void {
  changes.children.disconnect()
  changes.data.disconnect()
  changes.growing.clear()
  changes.resting = false
  changes.pending = []
  changes.targets = []
}
