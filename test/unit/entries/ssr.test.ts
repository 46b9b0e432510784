// @vitest-environment node
/** `chat-vitals/react` where there is no window: it renders, and nothing starts. */
import { createElement as h } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import { ChatVitals, useFeedback } from '../../../src/react.ts'

test('on a server a message renders with its stored thumb, and nothing starts', () => {
  function Message() {
    const { value, up } = useFeedback('m-1', { value: 'up' })
    return h('button', { onClick: up, 'aria-pressed': value === 'up' })
  }
  expect(renderToString(h('main', {}, h(ChatVitals, { endpoint: '/v1/traces' }), h(Message)))).toBe(
    '<main><button aria-pressed="true"></button></main>',
  )
  expect(Reflect.get(globalThis, Symbol.for('chat-vitals'))).toBeUndefined()
})
