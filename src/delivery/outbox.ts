/** What the sender asks of the database: next rows, acknowledgement, caps, what other pages must know. */
import type { DeviceState, Row, Store } from './store.ts'
import type { Timing } from '../base/timing.ts'

/** Bounds of what this device keeps. */
export const limits = { bytes: 5_000_000, records: 5000, contexts: 2000, rowsAtOnce: 64 }

const isSound = ({ record }: Row): boolean =>
  record?.v === 1 && typeof record.id === 'string' && typeof record.traceId === 'string'

export interface Outbox {
  /** Oldest first; what is no record is set aside and counted. */
  rows(state: Row['state'], most?: number): Promise<Row[]>
  /** Not over a higher revision: it was written meanwhile. */
  put(rows: Row[]): Promise<void>
  /** Those of a higher revision stay: they were written meanwhile. */
  remove(rows: Row[]): Promise<void>
  /** Ids of all records, whoever's. */
  ids(): Promise<Set<string>>
  /** Reads, lets `change` alter, writes: alone among the tabs. */
  device(change: (state: DeviceState) => void): Promise<void>
  /** Takes the lease of the one sender, for browsers without Web Locks. */
  lease(owner: string, now: number): Promise<boolean>
  /** Drops what is over a cap, oldest first, and counts it. */
  sweep(now: number): Promise<void>
}

export function createOutbox(options: {
  store: Store
  to: string
  timing: Timing
  /** Counts what is dropped. */
  dropped: (ids: string[], reason: string) => void
}): Outbox {
  const { store, to, timing, dropped } = options
  const records = <T>(mode: IDBTransactionMode, work: (records: IDBObjectStore) => IDBRequest<T> | void) =>
    store.run<T>('records', mode, (name) => work(name('records')))

  /** Calls `visit` with each until it says false. */
  const each = <C extends IDBCursor>(request: IDBRequest<C | null>, visit: (cursor: C) => unknown): void => {
    request.onsuccess = () => {
      const cursor = request.result
      if (cursor && visit(cursor) !== false) cursor.continue()
    }
  }

  /** What `change` makes of the value of a key; undefined leaves it. */
  const update = <T>(key: string, change: (known?: T) => T | undefined): Promise<unknown> =>
    store.run('meta', 'readwrite', (name) => {
      const request: IDBRequest<T | undefined> = name('meta').get(key)
      request.onsuccess = () => {
        const value = change(request.result)
        if (value) name('meta').put(value, key)
      }
    })

  return {
    async rows(state, most = limits.rowsAtOnce) {
      const range = IDBKeyRange.bound([1, to, state], [1, to, state, []])
      const rows = await records<Row[]>('readonly', (all) => all.index('queue').getAll(range, most))
      const sound = rows.filter(isSound)
      if (sound.length === rows.length) return rows
      // Set aside: under version 0 nobody reads them, and age removes them. Their keys are known only to a cursor.
      const bad: string[] = []
      await records('readwrite', (all) =>
        each(all.index('queue').openCursor(range), (cursor) => {
          if (isSound(cursor.value as Row)) return
          bad.push('' + cursor.primaryKey)
          cursor.update({ ...(cursor.value as Row), v: 0 })
        }),
      )
      dropped(bad, 'corrupt')
      return sound
    },
    put: (rows) =>
      records('readwrite', (all) => {
        for (const row of rows) {
          const known: IDBRequest<Row | undefined> = all.get(row.record.id)
          known.onsuccess = () => {
            if ((known.result?.rev ?? 0) <= row.rev) all.put(row, row.record.id)
          }
        }
      }),
    remove: (rows) =>
      records('readwrite', (all) => {
        for (const { rev, record } of rows)
          each(all.openCursor(record.id), (cursor) => (cursor.value as Row).rev <= rev && cursor.delete())
      }),
    ids: async () => new Set((await records('readonly', (all) => all.getAllKeys())) as string[]),
    device: async (change) =>
      void (await update<DeviceState>('device', (state = { dropped: 0, until: 0, tries: 0 }) => {
        change(state)
        return state
      })),
    async lease(owner, now) {
      let taken = false
      await update<{ owner: string; until: number }>('lease', (lease) => {
        // A lease far in the future is of a clock that was wrong.
        taken = !lease || lease.owner === owner || lease.until < now || lease.until > now + timing.leaderTakeover
        return taken ? { owner, until: now + timing.leaderLease } : undefined
      })
      return taken
    },
    async sweep(now) {
      const gone: Record<string, string[]> = { expired: [], full: [] }
      await store.run(['records', 'contexts'], 'readwrite', (name) => {
        /** Newest first, keys alone: [v, at, bytes]. Versions above ours are beyond the range. */
        const sweep = (what: 'records' | 'contexts', keep: number, most: number): void => {
          let kept = 0
          let bytes = 0
          each(
            name(what)
              .index('age')
              .openKeyCursor(IDBKeyRange.bound([0], [1, []]), 'prev'),
            (cursor) => {
              const [v, at, size = 0] = cursor.key as number[]
              bytes += size
              const reason = now - at! > keep ? 'expired' : ++kept > most || bytes > limits.bytes ? 'full' : undefined
              if (!reason) return
              name(what).delete(cursor.primaryKey)
              // Version 0 was counted when it was set aside.
              if (v && what === 'records') gone[reason]!.push('' + cursor.primaryKey)
            },
          )
        }
        sweep('records', timing.keepRecords, limits.records)
        sweep('contexts', timing.keepContexts, limits.contexts)
      })
      for (const reason in gone) dropped(gone[reason]!, reason)
    },
  }
}
