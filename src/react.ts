'use client'
/** `chat-vitals/react`: one component that starts, one hook for a message's thumbs, one adapter for those of assistant-ui. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { RefObject, SyntheticEvent } from 'react'
import { attempt } from './base/guard.ts'
import { feedback, init, session } from './index.ts'
import type { FeedbackOptions, FeedbackValue, Options } from './index.ts'

/** Equal as written: pages write their objects, lists and functions anew at each rendering. */
const alike = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true
  if (typeof a === 'function' || a instanceof RegExp) return typeof a === typeof b && `${a}` === `${b}`
  if (!a || !b || typeof a !== 'object' || typeof b !== 'object') return false
  const plain = Array.isArray(a) || Object.getPrototypeOf(a) === Object.prototype
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return plain && [...names].every((name) => alike(Reflect.get(a, name), Reflect.get(b, name)))
}

// What the component has begun the page's one instance with; of an instance that was stopped it says nothing.
let begun: { pageId: string; options: Options } | undefined

function begin(options: Options): void {
  const { pageId } = session()
  // Another layout's component, or the same that comes back.
  if (pageId && begun?.pageId === pageId && attempt(() => alike(begun!.options, options))) return
  init(options)
  if (!pageId) begun = { pageId: session().pageId, options }
}

/**
 * Starts measuring once the page is in the browser; renders nothing, also on a server. Put it once, near the root.
 * Options are read when it mounts; mounted again with the same ones, as strict mode and another layout do, it is silent,
 * with others it is a second `init`: said on the console, and the first stands.
 * It does not stop on unmount: a route change is no end of the page view.
 */
export function ChatVitals(options: Options): null {
  // Strict mode runs the effects of one mount twice.
  const mounted = useRef(false)
  useEffect(() => {
    if (!mounted.current) begin(options)
    mounted.current = true
    // oxlint-disable-next-line exhaustive-deps
  }, [])
  return null
}

export type Thumb = 'up' | 'down'
/** Sets a thumb or takes it back. What `onClick={up}` hands over is an event, and no options. */
export type Press = (options?: FeedbackOptions | SyntheticEvent | Event) => void

export interface Stored {
  /**
   * The thumb that the page has kept of this message: it stands until one is pressed, and again when another is passed.
   * It is shown only, not sent. @defaultValue none
   */
  value?: Thumb | null
}

/**
 * A message's thumbs: `value` is the one standing, `up()` and `down()` set it, a second press takes it back.
 * ```tsx
 * const { value, up, down } = useFeedback(message.id, { value: message.thumb })
 * <button onClick={up} aria-pressed={value === 'up'}>👍</button>
 * ```
 * With another ref or id, as in a list that uses its rows again, it begins anew.
 * @param message ref of any element in the message, or the message's id. @defaultValue the last turn
 */
export function useFeedback(
  message?: RefObject<Element | null> | string,
  { value: stored = null }: Stored = {},
): {
  /** The thumb standing; null: none. */
  value: Thumb | null
  up: Press
  down: Press
  /** Any other feedback on this message: a rating, a comment, …; see `feedback`. */
  send(value: FeedbackValue, options?: FeedbackOptions): void
} {
  const [standing, stand] = useState({ message, stored, value: stored })
  let { value } = standing
  // While rendering: after it, the thumb of the message before would have been seen.
  // https://react.dev/reference/react/useState#storing-information-from-previous-renders
  if (standing.message !== message || standing.stored !== stored) {
    value = stored
    stand({ message, stored, value })
  }
  const send = useCallback(
    (given: FeedbackValue, options?: FeedbackOptions) => {
      feedback(given, { message: typeof message === 'string' ? message : message?.current, ...options })
    },
    [message],
  )
  const press =
    (thumb: Thumb): Press =>
    (given) => {
      const next = value === thumb ? null : thumb
      stand({ message, stored, value: next })
      send(next, given && 'type' in given ? undefined : given)
    }
  return { value, up: press('up'), down: press('down'), send }
}

/**
 * assistant-ui's `FeedbackAdapter`: its thumbs are the turn's feedback, a comment with them too.
 * ```tsx
 * const runtime = useLocalRuntime(model, { adapters: { feedback: feedbackAdapter } })
 * ```
 */
export const feedbackAdapter = {
  submit({
    message,
    type,
    comment,
  }: {
    message: { id: string }
    type: 'positive' | 'negative'
    comment?: string
  }): void {
    feedback(type === 'positive' ? 'up' : 'down', { message: message.id, comment })
  },
}
