/**
 * What all pages of an application on this device share: when the collector may be asked again, and how many records were
 * dropped. The one place that changes what this page knows of it; storing it is the outbox's.
 */
import type { Clock } from '../base/clock.ts'
import type { Timing } from './timing.ts'
import type { Outbox } from './outbox.ts'
import type { Writable } from './ports.ts'
import type { DeviceState } from './store.ts'

export interface Device {
  /** As it was read or written last. */
  readonly known: Readonly<DeviceState>
  /** Dropped, but not yet in the database's count. */
  readonly fresh: number
  /** Epoch ms before which the page's own policy is not to be tried again. Of this page alone. */
  readonly blocked: number
}

const own = (device: Device): Writable<Device> => device

export const createDevice = (endpoint?: string): Device => ({
  known: { dropped: 0, until: 0, tries: 0, endpoint },
  fresh: 0,
  blocked: 0,
})

/** Epoch ms from which the collector may be asked. */
export const freeFrom = ({ known, blocked }: Device): number => Math.max(known.until, blocked)

/** Records dropped on this device so far. */
export const dropsOf = ({ known, fresh }: Device): number => known.dropped + fresh

export function drop(device: Device, count: number): void {
  own(device).fresh += count
}

export function block(device: Device, until: number): void {
  own(device).blocked = until
}

// A pause is the endpoint's: one that was put right must not wait for what the wrong one was told.
const joined = (known: DeviceState, stored?: DeviceState): DeviceState =>
  !stored ? known : stored.endpoint === known.endpoint ? stored : { ...known, dropped: stored.dropped }

/** Takes what was read. */
export function learn(device: Device, stored?: DeviceState): void {
  own(device).known = joined(device.known, stored)
}

/** Changes what all pages know, and learns what they do. Where nothing is stored, this page goes on with its own. */
export async function share(
  device: Device,
  outbox: Pick<Outbox, 'device'>,
  change?: (state: DeviceState) => Partial<DeviceState>,
): Promise<void> {
  const { known, fresh } = device
  let next: DeviceState = { ...known, ...change?.(known) }
  own(device).known = next
  try {
    await outbox.device((stored) => {
      const state = joined(known, stored)
      return (next = { ...state, ...change?.(state), dropped: state.dropped + fresh })
    })
    own(device).known = next
    own(device).fresh -= fresh
  } catch {
    // Known to this page alone, then, and counted when it can be.
  }
}

/** The collector failed: nobody asks it for a while. @param asked ms that it named itself @param refused id of a record it refused */
export const pause = (
  device: Device,
  outbox: Pick<Outbox, 'device'>,
  { clock, timing }: { clock: Clock; timing: Timing },
  asked?: number,
  refused?: string,
): Promise<void> =>
  share(device, outbox, (state) => {
    const most =
      asked == null ? Math.min(timing.backoffMost, timing.backoffFirst * 2 ** state.tries) : timing.backoffFirst
    return {
      asked: asked != null,
      refused: refused ?? state.refused,
      tries: Math.min(state.tries + 1, 20),
      until: Math.max(device.blocked, clock.epoch() + (asked ?? 0)) + Math.random() * most,
    }
  })

/** The collector took something. */
export async function resume(device: Device, outbox: Pick<Outbox, 'device'>): Promise<void> {
  const { tries, refused } = device.known
  if (tries || refused) await share(device, outbox, () => ({ tries: 0, until: 0, asked: false, refused: undefined }))
}
