// Answers that cost much are given again while they are being made anew. Small ones are always fresh.

/** Beyond this an answer may be old. */
const DEAR_MS = 100
const MAX_AGE_MS = 60_000
const MAX_KEPT = 64

/** @param {() => number} changes rises when an answer may have become another @param {() => boolean} large whether making one takes long */
export function memo(changes, large) {
  /** @type {Map<string, { at: number, made: number, cost: number, value?: any, making?: Promise<any> }>} */
  const kept = new Map()
  return (key, make, dearMs = DEAR_MS) => {
    const entry = kept.get(key) ?? { at: -1, made: 0, cost: 0 }
    kept.delete(key)
    kept.set(key, entry)
    if (kept.size > MAX_KEPT) kept.delete(/** @type {string} */ (kept.keys().next().value))
    if (entry.at === changes() && entry.value !== undefined) return entry.value
    entry.making ??= (async () => {
      const [at, began] = [changes(), performance.now()]
      try {
        entry.value = await make()
        Object.assign(entry, { at, made: performance.now(), cost: performance.now() - began })
        return entry.value
      } finally {
        entry.making = undefined
      }
    })()
    const old =
      entry.value !== undefined && large() && entry.cost > dearMs && performance.now() - entry.made < MAX_AGE_MS
    if (!old) return entry.making
    entry.making.catch(() => {})
    return entry.value
  }
}
