/** Runs in the test page: src/input and src/feedback, wired as the engine does, over answers that the test names; writes down what is told. */
import { pageClock } from '../../src/base/clock.ts'
import { createGuard } from '../../src/base/guard.ts'
import { timing } from '../../src/base/timing.ts'
import { createReactions } from '../../src/feedback/reactions.ts'
import { ratingControl } from '../../src/feedback/rating-control.ts'
import { watchActions } from '../../src/input/actions.ts'
import { createGestures } from '../../src/input/gestures.ts'
import type { AnyRecord, TurnRecord, TurnRef } from '../../src/turn/record.ts'

const clock = pageClock()
const said: string[] = []
const guard = createGuard({ debug: true, console: { warn: (...all) => void said.push(all.join(' ')), error() {} } })

function start(selector: string) {
  const records: AnyRecord[] = []
  const kinds: string[] = []
  const answers = [...document.querySelectorAll(selector)]
  const turns = answers.map(
    (_, i) =>
      ({
        id: `t${i + 1}`,
        traceId: `a${i + 1}`,
        spanId: `b${i + 1}`,
        outcome: 'completed',
        moments: {},
        startedAt: 0,
      }) as TurnRecord,
  )
  const contexts = new Map<string, TurnRef>()
  const reactions = createReactions({
    turns: {
      current: () => turns.at(-1),
      find: (id) => turns.find((turn) => turn.id === id),
      elementOf: (id) => answers[turns.findIndex((turn) => turn.id === id)],
    },
    delivery: {
      put: (record) => void records.push(record),
      context: (key, ref) => void contexts.set(key, ref),
      findContext: (key) => Promise.resolve(contexts.get(key)),
    },
    open: new Set(),
    origin: () => ({ sessionId: 's', pageId: 'p' }),
    clock,
    guard,
    signals: true,
    rating: { among: '*', rates: () => false },
    hidden: () => document.hidden,
    advise() {},
  })
  for (const turn of turns) reactions.settled(turn)
  const gestures = createGestures({
    ui: {},
    timing,
    composer: () => actions.composer(),
    answer: reactions.answer,
    used: reactions.used,
  })
  const actions = watchActions({
    port: {
      gesture(seen) {
        const gesture = gestures.read(seen)
        if (gesture) kinds.push(gesture.kind)
      },
      composerEmptied() {},
    },
    clock,
    guard,
  })
  return {
    /** What was told of thumbs: the label and the turn. */
    told: () =>
      records.flatMap((record) =>
        record.kind === 'feedback' ? [`${record.label} ${record.turn?.turnId ?? 'alone'}`] : [],
      ),
    kinds,
    /** Whether the answer's own control was found without a click: for `exposed`. */
    exposed: (i: number) => !!ratingControl(answers[i]!, gestures.rating, answers, new WeakSet()),
    errors: said,
  }
}
;(globalThis as unknown as { kit: { start: typeof start } }).kit = { start }
export type ThumbsKit = { start: typeof start }
