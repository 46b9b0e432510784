/** One sender among the tabs of an origin: by Web Locks, by a lease in the database where there are none. */
import type { Outbox } from './outbox.ts'
import type { Setting } from './ports.ts'
import { isStored } from './store.ts'
import type { Store } from './store.ts'

export interface Leader {
  /** Runs `work` when no other tab sends. Undefined: nothing to wait for. A number: ms until it is worth looking again. */
  alone(outbox: Outbox, work: () => Promise<number | undefined>): Promise<number | undefined>
  /** Before each request: what is leased must be leased anew. False: another tab has it now. */
  stays(outbox: Outbox): Promise<boolean>
}

export function createLeader(
  { natives, clock, timing, pageId }: Pick<Setting, 'natives' | 'clock' | 'timing' | 'pageId'>,
  store: Store,
): Leader {
  let { locks } = natives
  // Without a database there is nothing to share.
  const stays = async (outbox: Outbox): Promise<boolean> =>
    !!locks || !isStored(store) || outbox.lease(pageId, clock.epoch()).catch(() => !isStored(store))
  return {
    async alone(outbox, work) {
      if (locks) {
        let asked = false
        try {
          return (await locks.request('chat-vitals:send', { ifAvailable: true }, (lock) => {
            asked = true
            // Another tab sends; look again soon, it may die.
            return lock ? work() : timing.leaderLook
          })) as number | undefined
        } catch (error) {
          if (asked) throw error
          // They are there, but denied, as to an opaque origin: https://w3c.github.io/web-locks/
          locks = undefined
        }
      }
      return (await stays(outbox)) ? work() : timing.leaderLook
    },
    stays,
  }
}
