/** Waits of what stores and sends that trials run scaled, ms; those of the page are in base/timing.ts. */
import { checkpoint } from '../base/timing.ts'
import type { FirstTiming } from '../base/timing.ts'

export const deliveryTiming = {
  checkpoint,
  fetchLater: 5000,
  storeOpen: 2000,
  sendEvery: 1000,
  backoffFirst: 1000,
  backoffMost: 300_000,
  retryAfterMost: 3_600_000,
  /** The lazy part of delivery did not load: asked for again after this long, and each time later by as much. */
  loadAgain: 15_000,
  /** When the tab that sends has died, another one sends within this time. */
  leaderTakeover: 15_000,
  /** So often a tab with something to send looks whether another one still does it. */
  leaderLook: 3750,
  /** Of the sender where there are no Web Locks: with the looks of others, less than the takeover. */
  leaderLease: 10_000,
  /** Without Web Locks a page with an open turn shows this often that it lives … */
  signOfLife: 15_000,
  /** … and is dead after this long without: hidden pages run timers once a minute. */
  silent: 90_000,
  /** While something is sent, so often is looked for what pages that died have left. */
  recoverEvery: 15_000,
  /** So often the device is tidied, and pages that have nothing to send look around. */
  tidyEvery: 600_000,
  keepRecords: 7 * 86_400_000,
  keepContexts: 30 * 86_400_000,
}
export type Timing = FirstTiming & typeof deliveryTiming
