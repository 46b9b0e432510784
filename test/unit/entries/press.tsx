/** Compiled by types.test.ts: how pages hand a message's thumbs to their buttons. */
import { useRef } from 'react'
import { useFeedback } from '../../../src/react.ts'

export function Thumbs() {
  const message = useRef<HTMLDivElement>(null)
  const { up, down } = useFeedback(message)
  return (
    <div ref={message}>
      <button onClick={up}>Good</button>
      <button onClick={() => down({ tags: ['wrong'] })}>Bad</button>
      {/* @ts-expect-error -- tags are a list */}
      <button onClick={() => down({ tags: 'wrong' })}>Bad</button>
    </div>
  )
}
