import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { startChat } from './chat.ts'

/** Bytes in use once all that nobody holds is gone. */
function held(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().heapUsed
}

// Each turn's listener held the turn before it, and so all that ever were: 11.5 kB a turn.
test('a turn that is over is let go', () => {
  const chat = startChat({ onOpen: undefined, onChange: undefined, onSettled: undefined })
  const many = (count: number) => {
    for (let i = 0; i < count; i++) {
      const turn = chat.turns.open({ trigger: 'program' })
      turn.chunk('an answer of a few words ')
      turn.text('an answer of a few words ')
      turn.end()
      chat.wait(3000)
      chat.screens.length = 0
    }
    return held()
  }
  const before = many(100)
  expect((many(600) - before) / 600).toBeLessThan(2000)
})
