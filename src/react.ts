/** `chat-vitals/react`: one component that starts, one hook for a message's thumbs. */
import { useCallback, useEffect, useState } from 'react'
import type { RefObject, SyntheticEvent } from 'react'
import { feedback, init } from './index.ts'
import type { FeedbackOptions, FeedbackValue, Options } from './index.ts'

/**
 * Starts measuring once the page is in the browser; renders nothing. Put it once, near the root.
 * Options are read when it mounts. It does not stop on unmount: a route change is no end of the page view.
 */
export function ChatVitals(options: Options): null {
  useEffect(() => {
    init(options)
    // A second init only returns the first's handle, so that strict mode's double mount does no harm.
    // oxlint-disable-next-line exhaustive-deps
  }, [])
  return null
}

export type Thumb = 'up' | 'down'
/** Sets a thumb or takes it back. What `onClick={up}` hands over is an event, and no options. */
export type Press = (options?: FeedbackOptions | SyntheticEvent | Event) => void

/**
 * A message's thumbs: `value` is the one standing, `up()` and `down()` set it, a second press takes it back.
 * @param message ref of any element in the message, or the message's id. @defaultValue the last turn
 */
export function useFeedback(message?: RefObject<Element | null> | string): {
  value: Thumb | null
  up: Press
  down: Press
  send(value: FeedbackValue, options?: FeedbackOptions): void
} {
  const [value, setValue] = useState<Thumb | null>(null)
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
      setValue(next)
      send(next, given && 'type' in given ? undefined : given)
    }
  return { value, up: press('up'), down: press('down'), send }
}
