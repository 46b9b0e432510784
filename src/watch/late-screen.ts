/** What turns ask of the screen while the part that watches it is still on its way; passed on in order when it is here. */
import type { Late } from '../base/late.ts'
import type { ScreenPort, ScreenTarget } from '../turn/marks.ts'
import type { Transcript } from './transcript.ts'

/** @param transcript the watcher, once `part` has come; undefined when it could not be had */
export function lateScreen(
  part: Late<unknown>,
  transcript: () => Transcript | undefined,
): (port: ScreenPort, turn: { at: number; prompt?: string }) => ScreenTarget {
  return (port, { at, prompt }) => {
    let target: ScreenTarget | undefined
    let closed = false
    const tell = (fn: (target: ScreenTarget) => void) => part.with(() => target && fn(target))
    part.with(() => {
      if (!closed) target = transcript()?.open(port, at, prompt)
    })
    return {
      expectAnswer: (text) => tell((to) => to.expectAnswer(text)),
      expectReasoning: (text) => tell((to) => to.expectReasoning(text)),
      expectUnseen: () => tell((to) => to.expectUnseen()),
      use: (element) => tell((to) => to.use(element)),
      element: () => target?.element(),
      close() {
        closed = true
        target?.close()
      },
    }
  }
}
