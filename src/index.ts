/** `chat-vitals`: init and the verbs, with delivery to an OpenTelemetry collector. */
import { start, verbs } from './start.ts'
import type { Handle } from './start.ts'
import type { Options } from './config.ts'

/**
 * Starts measuring this page. Returns at once and never throws: a wrong option is said on the console and left out.
 * A second call returns the first's handle. Outside a browser the handle is inert.
 */
export const init = (options?: Options): Handle =>
  start(options, {
    engine: () => import('./full.ts'),
    send: () => import('./export/lazy.ts'),
    recovery: () => import('./export/recovery.ts'),
    intent: () => import('./intent.ts'),
    vitals: () => import('./watch/web-vitals.ts'),
    advice: () => import('./advice.ts'),
  })

export const { turn, feedback, identify, consent, session, fetch, onTurn, flush, stop, bind, signal } = verbs
export type { Handle, Identity, SessionView } from './start.ts'
export type { Consent, Options, UiSelectors } from './config.ts'
export type { About, FeedbackOptions, FeedbackValue } from './turn/feedback.ts'
export type { ManualTurn, ManualTurnOptions } from './turn/marks.ts'
export type * from './turn/record.ts'
