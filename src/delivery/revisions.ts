/**
 * How far the revisions of a record's copies lie apart. Copies that differ never share one, and the fuller copy has the
 * higher: readers keep the highest.
 */
export const revisions = {
  /**
   * A settled turn as it is stored and sent, above the record's own. Its page knows better than who took it for dead
   * (a tail may be read only after that), and the one below is for a copy that says less.
   */
  whole: 100,
  /** Below the whole: what did not fit into the tail is missing. */
  tail: -1,
  /**
   * At least, from one settled state to the next. Between them are the notes that another tab may make on how late it
   * sends: one each time the delay has doubled, from half a minute to a week.
   */
  amended: 20,
  /** Above the last checkpoint found of a page that died: fetchLater may have sent a later one. */
  recovered: 50,
} as const
