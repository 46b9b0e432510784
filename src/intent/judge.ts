/** Has each prompt judged against the one before, when the page has nothing to do, and notes the verdict on its turn. */
import type { Late } from '../base/late.ts'
import type { CorrectionKind, TurnRecord } from '../turn/record.ts'
import type { Opened } from '../turn/turns.ts'
import type { LazyDetector } from './lazy.ts'

export function createJudge(options: {
  detector: Late<Pick<typeof import('./lazy.ts'), 'createLazyDetector'>>
  idle(fn: () => void): void
  note(turnId: string, correction: NonNullable<TurnRecord['correction']>): void
}): (turn: TurnRecord, opened: Opened) => void {
  const { detector, idle } = options
  let own: LazyDetector | undefined
  return ({ id }, { prompt, previous, edited, regenerated }) => {
    if (!previous) return
    const { prompt: before, turnId: of, outcome: previousOutcome, answerEndedWithQuestion } = previous
    const note = (kind: CorrectionKind, score: number) => options.note(id, { kind, score, of })
    if (edited) return note('edit', 1)
    if (regenerated) return note('regenerate', 1)
    if (!prompt || !before) return
    detector.with((part) =>
      // Not in the page's own send.
      idle(() => {
        const hints = { previousOutcome, answerEndedInQuestion: answerEndedWithQuestion }
        const input = { previous: before, next: prompt, hints }
        const { ready, detectCorrection } = (own ??= part?.createLazyDetector()) ?? {}
        ready?.(input).then(
          () =>
            idle(() => {
              const { kind, score } = detectCorrection!(input)
              note(kind, score)
            }),
          // Words that could not be had: this pair stays unjudged.
          () => {},
        )
      }),
    )
  }
}
