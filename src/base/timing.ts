/** The waits that trials run scaled, ms, in one place. Leaves the meaning to its users; waits of one part alone are there. */

/** Of the page, its turns and its screen. */
export const timing = {
  /** The answer has not grown for this long of visible time: painting is over. */
  settle: 600,
  /** A further request of the same turn begins within this time after the last one ended. */
  followUp: 1000,
  /** A gesture can be the cause of a request for this long (uploads, auth calls lie between). */
  gesture: 10_000,
  /** An abort this soon after a gesture was caused by it. */
  abort: 1000,
  /** At most one paint beacon in this time. */
  beaconEvery: 1000,
  /** Without an entry by then, the beacon does not work here. */
  beaconWait: 1500,
  heartbeat: 1000,
  /** A heartbeat this late means the machine slept, unless a long task covers it. */
  suspended: 10_000,
  /** This late, it slept in any case: no task goes on for so long, and a machine falls asleep in the middle of one. */
  suspendedBlind: 30_000,
  /** With the wait for an idle moment, a quarter of a second at most, no more than a second is lost. */
  checkpoint: 750,
  /** `stop()` waits no longer for what is still to be sent. */
  stopMost: 2000,
  sendTimeout: 10_000,
  sessionIdle: 30 * 60_000,
  sessionMost: 4 * 3_600_000,
}
/** Of what stores and sends, which comes later. */
export const deliveryTiming = {
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
export type PageTiming = typeof timing
export type Timing = PageTiming & typeof deliveryTiming
