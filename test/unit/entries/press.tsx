/** Compiled by types.test.ts: how pages hand a message's thumbs to their buttons. */
import { useRef } from 'react'
import type { FeedbackAdapter } from '@assistant-ui/react'
import { feedbackAdapter, useFeedback } from '../../../src/react.ts'

export const adapter: FeedbackAdapter = feedbackAdapter

export function Thumbs({ kept }: { kept?: 'up' | 'down' | null }) {
  const message = useRef<HTMLDivElement>(null)
  const { up, down } = useFeedback(message)
  useFeedback('m-1', { value: kept })
  useFeedback(undefined, { value: null })
  // @ts-expect-error -- a thumb is up or down
  useFeedback(message, { value: 'yes' })
  return (
    <div ref={message}>
      <button onClick={up}>Good</button>
      <button onClick={() => down({ tags: ['wrong'] })}>Bad</button>
      {/* @ts-expect-error -- tags are a list */}
      <button onClick={() => down({ tags: 'wrong' })}>Bad</button>
    </div>
  )
}
