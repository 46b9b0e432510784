/** `chat-vitals`: init and the verbs, with delivery to an OpenTelemetry collector. */
import { start } from './start.ts'
import { verbs } from './verbs.ts'
import type { Handle, Options } from './api.ts'

/**
 * Starts measuring this page. Returns at once and never throws: a wrong option is said on the console and left out.
 * A second call returns the first's handle. Outside a browser the handle is inert.
 */
export const init = (options?: Options): Handle =>
  start(options, {
    engine: () => import('./engine.ts'),
    followers: () => import('./network/followers.ts'),
    outlet: () => import('./outlet.ts'),
    writers: () => import('./delivery/writer.ts'),
    recovery: () => import('./delivery/recovery.ts'),
    intent: () => import('./intent/lazy.ts'),
    vitals: () => import('./page/web-vitals.ts'),
    advice: () => import('./advice.ts'),
  })

export const { turn, feedback, identify, consent, session, fetch, onTurn, flush, stop, bind, signal } = verbs
export type * from './api.ts'
