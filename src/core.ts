/** `chat-vitals/core`: the same measuring, records to `onTurn` only; no exporter, no storage of records. */
import { start } from './start.ts'
import { verbs } from './verbs.ts'
import type { Handle, Options } from './api.ts'

/** As `init` of `chat-vitals`, but nothing is stored or sent: take the records with `onTurn`. */
export const init = (options?: Options): Handle =>
  start(options, {
    engine: () => import('./engine.ts'),
    followers: () => import('./network/followers.ts'),
    intent: () => import('./intent/lazy.ts'),
    advice: () => import('./advice.ts'),
  })

export const { turn, feedback, identify, consent, session, fetch, onTurn, flush, stop, bind, signal } = verbs
export type * from './api.ts'
