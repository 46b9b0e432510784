/** Waits that trials run scaled, ms: those of the first script, and all of the page, its turns and its screen; those of what stores and sends are in delivery/timing.ts. */
/** With the wait for an idle moment, a quarter of a second at most, no more than a second is lost. */
export const checkpoint = 750
export const firstTiming = {
  /** A gesture can be the cause of a request for this long (uploads, auth calls lie between). */
  gesture: 10_000,
  /** `stop()` waits no longer for what is still to be sent. */
  stopMost: 2000,
  sendTimeout: 10_000,
  sessionIdle: 30 * 60_000,
  sessionMost: 4 * 3_600_000,
}
export const timing = {
  ...firstTiming,
  /** The answer has not grown for this long of visible time: painting is over. */
  settle: 600,
  /** A further request of the same turn begins within this time after the last one ended. */
  followUp: 1000,
  /** A composer emptied this soon after a gesture was sent by it; some pages clear it when their server has answered. */
  emptied: 2500,
  /** A call that failed may be made again for this long, and is the same turn's. */
  retry: 10_000,
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
  checkpoint,
}
export type FirstTiming = typeof firstTiming
export type PageTiming = typeof timing
