/** `chat-vitals/ai-sdk`: which message of those that `useChat` hands over is the last turn's. */
import { expect, test, vi } from 'vitest'
import { chatVitals } from '../../../src/ai-sdk.ts'
import { verbs } from '../../../src/verbs.ts'

const message = (id: string, ...types: string[]) => ({ id, role: 'assistant', parts: types.map((type) => ({ type })) })
const bound = (...finished: Parameters<ReturnType<typeof chatVitals>['onFinish']>[0][]) => {
  const bind = vi.spyOn(verbs, 'bind').mockImplementation(() => {})
  const { onFinish } = chatVitals()
  for (const one of finished) onFinish(one)
  const calls = bind.mock.calls.map(([id]) => id)
  bind.mockRestore()
  return calls
}

test('the answer of a turn is bound, of version 4 too', () => {
  expect(bound({ message: message('m-1', 'step-start', 'text') })).toEqual(['m-1'])
  expect(bound({ id: 'm-2' })).toEqual(['m-2'])
  expect(bound({ message: message('m-3') })).toEqual(['m-3'])
})

test('so is what is left of one that was stopped, or cut by the network', () => {
  expect(bound({ message: message('m-1', 'text'), isAbort: true })).toEqual(['m-1'])
  // Of a cut, the SDK says both.
  expect(bound({ message: message('m-1', 'step-start', 'text'), isDisconnect: true, isError: true })).toEqual(['m-1'])
  expect(bound({ message: message('m-1', 'text'), isError: true })).toEqual(['m-1'])
})

// A 429 handed over the answer before it: its thumb was then the failed turn's.
test('the message of a call that failed, or was ended before any of it came, is not bound to its turn', () => {
  const before = message('m-0', 'text')
  expect(bound({ message: before }, { message: before, isError: true })).toEqual(['m-0'])
  expect(bound({ message: message('m-1', 'step-start'), isAbort: true })).toEqual([])
  expect(bound({ message: message('m-1'), isDisconnect: true, isError: true })).toEqual([])
  expect(bound({ message: { id: 'u-1', role: 'user', parts: [{ type: 'text' }] } })).toEqual([])
})
