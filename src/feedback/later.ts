/**
 * Follows the messages of the last answers after their turns: ids that come, or change, once the server has stored them, and
 * messages that the page makes anew under a new id. Looks at attributes and lists only, never at text as it grows; holds
 * no element alive.
 */
import type { Guard } from '../base/guard.ts'
import type { Stop } from '../base/listen.ts'
import type { TurnRef } from '../turn/record.ts'
import { idAttributes, messageIds, ownScopes, speaks } from './answers.ts'

/** Answers followed; older ones are given up. */
const MOST = 20
/** Levels above an answer at which an id that comes from nothing is its message's; and where there are no other words, this. */
const OWN = 1
const NEAR = 3

interface Followed {
  ref: TurnRef
  answer: WeakRef<Element>
  /** What is the message's own, the answer first, and the list in which it stands. */
  scopes: WeakRef<Element>[]
  list: WeakRef<Element> | undefined
  /** Where in its message the answer stands: index by index from the top. */
  path: number[]
  print: string
}

/** Tells a text from others without keeping it. */
function printOf(element: Element): string {
  let hash = 0x811c9dc5
  const text = (element.textContent ?? '').replace(/\s+/g, '')
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return text && `${text.length} ${hash}`
}

export interface Later {
  /** @param shared other messages are in a scope */
  follow(answer: Element, ref: TurnRef, shared: (scope: Element) => boolean): void
  stop: Stop
}

export function followLater(options: {
  guard: Guard
  /** The message of its turn's answer has this id now. */
  bind(id: string, ref: TurnRef): void
  /** It is shown by another element now. */
  moved(answer: Element, ref: TurnRef): void
}): Later {
  const { guard, bind, moved } = options
  // Oldest first.
  let all: Followed[] = []

  const bindAll = (one: Followed, answer: Element) => {
    const own = new Set(one.scopes.map((scope) => scope.deref()))
    for (const id of messageIds(answer, (scope) => !own.has(scope))) bind(id, one.ref)
  }
  const renamed = ({ target, oldValue }: MutationRecord) => {
    for (const one of all) {
      const level = one.scopes.findIndex((scope) => scope.deref() === target)
      const answer = one.answer.deref()
      if (!answer || level < 0) continue
      // What only now gets an id, with the user's words in it, is the conversation.
      if (oldValue || level <= OWN || (level <= NEAR && !speaks(target as Element, answer))) bindAll(one, answer)
    }
  }
  const replaced = (list: Node, added: Element[]) => {
    for (const one of all) {
      if (one.list?.deref() !== list || one.answer.deref()?.isConnected) continue
      for (const message of added) {
        let answer: Element | undefined = message
        for (const index of one.path) answer = answer?.children[index]
        if (!answer || printOf(answer) !== one.print) continue
        moved(answer, one.ref)
        keep(answer, one.ref, one.path.length + 1)
        bindAll(all.at(-1)!, answer)
        watch()
        return
      }
    }
  }
  // Two: a second observation of a node would take the place of its first.
  const names = new MutationObserver(guard.wrap((records: MutationRecord[]) => records.forEach(renamed)))
  const lists = new MutationObserver(
    guard.wrap((records: MutationRecord[]) => {
      const added = new Map<Node, Element[]>()
      for (const { target, addedNodes } of records)
        for (const node of addedNodes)
          if (node.nodeType === 1) added.set(target, [...(added.get(target) ?? []), node as Element])
      for (const [list, elements] of added) replaced(list, elements)
    }),
  )
  const unwatch = () => {
    names.disconnect()
    lists.disconnect()
  }
  const watch = () => {
    unwatch()
    for (const { scopes, list } of all) {
      for (const scope of scopes) {
        const element = scope.deref()
        if (element)
          names.observe(element, { attributes: true, attributeOldValue: true, attributeFilter: idAttributes })
      }
      const held = list?.deref()
      if (held) lists.observe(held, { childList: true })
    }
  }
  /** @param levels of its message, when that is known */
  const keep = (answer: Element, ref: TurnRef, levels: number, shared: (scope: Element) => boolean = () => false) => {
    const scopes = ownScopes(answer, shared).slice(0, levels)
    const path = scopes.slice(0, -1).map((scope, i) => [...scopes[i + 1]!.children].indexOf(scope))
    const list = scopes.at(-1)?.parentElement
    all = all.filter((one) => one.ref.turnId !== ref.turnId).slice(1 - MOST)
    all.push({
      ref,
      answer: new WeakRef(answer),
      scopes: scopes.map((scope) => new WeakRef(scope)),
      list: list ? new WeakRef(list) : undefined,
      path: path.reverse(),
      print: printOf(answer),
    })
  }

  return {
    follow(answer, ref, shared) {
      keep(answer, ref, 8, shared)
      watch()
    },
    stop() {
      all = []
      unwatch()
    },
  }
}
