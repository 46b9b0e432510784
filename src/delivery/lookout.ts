/** When to tidy the device, and when to look for what pages that died have left; finding it is recovery's, a part of its own. */
import type { Outbox } from './outbox.ts'
import type { Setting } from './ports.ts'
import { isStored } from './store.ts'
import type { Store } from './store.ts'
import { tailsOn } from './tail.ts'

export interface LookoutOptions extends Pick<Setting, 'clock' | 'timing' | 'guard' | 'natives' | 'pageId'> {
  store: Store
  /** Loads recovery, `attempt` counts from 0; then recovers what is found. */
  load(attempt: number): Promise<(outbox: Outbox) => Promise<void>>
}

export interface Lookout extends Readonly<LookoutOptions> {
  /** Recovery; cleared when it did not load. */
  part?: Promise<(outbox: Outbox) => Promise<void>>
  attempts: number
  /** Looks that failed, in a row. */
  failures: number
  /** Epoch ms at which the device was last tidied, and looked through. */
  tidied: number
  looked: number
  /** Whether the database was there to look into. */
  wasStored: boolean
  /** Others have open turns, and may be dying only now: ms until the next look, longer each time. */
  patience?: number
}

export const createLookout = (options: LookoutOptions): Lookout => ({
  ...options,
  attempts: 0,
  failures: 0,
  tidied: -Infinity,
  looked: -Infinity,
  wasStored: false,
})

/** Turns that are open on other pages, living or dead. */
const others = async (lookout: Lookout, outbox: Outbox): Promise<boolean> =>
  isStored(lookout.store) && (await outbox.rows('open', 500)).some(({ pageId }) => pageId !== lookout.pageId)

async function recover(lookout: Lookout, outbox: Outbox): Promise<void> {
  // Once: under another attempt it would be fetched anew.
  lookout.part ??= lookout.load(lookout.attempts++)
  let run: (outbox: Outbox) => Promise<void>
  try {
    run = await lookout.part
  } catch (error) {
    lookout.part = undefined
    lookout.guard.hint('the part that recovers did not load; what earlier pages left waits for it')
    throw error
  }
  await run(outbox)
}

async function look(lookout: Lookout, outbox: Outbox): Promise<void> {
  const { clock, timing, natives, pageId } = lookout
  const now = (lookout.looked = clock.epoch())
  lookout.wasStored = isStored(lookout.store)
  if (now - lookout.tidied >= timing.tidyEvery) {
    lookout.tidied = now
    if (lookout.wasStored) await outbox.sweep(now)
  }
  if (tailsOn(natives.localStorage).some((page) => page !== pageId) || (await others(lookout, outbox)))
    await recover(lookout, outbox)
  const waits = Math.min((lookout.patience ?? timing.recoverEvery / 2) * 2, timing.tidyEvery)
  lookout.patience = (await others(lookout, outbox)) ? waits : undefined
}

/** Looks when it is time to, or when the database is there only now. Never rejects: what can be sent must not wait for it. */
export async function lookAround(lookout: Lookout, outbox: Outbox): Promise<void> {
  const { clock, timing, guard } = lookout
  if (lookout.wasStored === isStored(lookout.store) && clock.epoch() - lookout.looked < timing.recoverEvery) return
  const looking = look(lookout, outbox)
  guard.later(looking)
  await looking.then(
    () => (lookout.failures = 0),
    () => lookout.failures++,
  )
}

/** Ms until it is worth looking again; undefined when nothing is waited for. */
export const lookAgain = ({ failures, patience, timing }: Lookout): number | undefined =>
  failures ? timing.loadAgain * failures : patience
