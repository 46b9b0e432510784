/** What the sender asks of the database: next rows, acknowledgement, caps, what other pages must know. */
import type { DeviceState, Row, Store } from './store.ts'
import type { Timing } from '../base/timing.ts'

/** Bounds of what this device keeps. */
export const limits = { bytes: 5_000_000, records: 5000, contexts: 2000, rowsAtOnce: 64 }

const isSound = (row: Row): boolean => {
  const { record } = row
  return !!record && typeof record.id === 'string' && record.v === 1 && typeof record.traceId === 'string'
}

export interface Outbox {
  /** Oldest first; what is no record is set aside and counted. */
  rows(state: Row['state'], most?: number): Promise<Row[]>
  put(rows: Row[]): Promise<void>
  /** Those of a higher revision stay: they were written meanwhile. */
  remove(rows: Row[]): Promise<void>
  /** Ids of all records, whoever's. */
  ids(): Promise<Set<string>>
  /** Reads, lets `change` alter, writes: alone among the tabs. */
  device(change: (state: DeviceState) => void): Promise<DeviceState>
  /** Takes the lease of the one sender, for browsers without Web Locks. */
  lease(owner: string, now: number, until: number): Promise<boolean>
  /** Drops what is over a cap, oldest first; gives the ids by reason. `spare`: rows to drop even so, for a full disk. */
  sweep(now: number, spare?: number): Promise<Record<string, string[]>>
}

export function createOutbox(options: {
  store: Store
  to: string
  timing: Timing
  corrupt: (ids: string[]) => void
}): Outbox {
  const { store, to, timing, corrupt } = options
  const records = <T>(mode: IDBTransactionMode, work: (records: IDBObjectStore) => IDBRequest<T> | void) =>
    store.run<T>('records', mode, (name) => work(name('records')))

  return {
    async rows(state, most = limits.rowsAtOnce) {
      const range = IDBKeyRange.bound([1, to, state], [1, to, state, []])
      const rows = await records<Row[]>('readonly', (all) => all.index('queue').getAll(range, most))
      const bad = rows.filter((row) => !isSound(row))
      if (!bad[0]) return rows
      // Set aside: under version 0 nobody reads them, and age removes them. Their keys are known only to a cursor.
      const ids: string[] = []
      await records('readwrite', (all) => {
        const request = all.index('queue').openCursor(range)
        request.onsuccess = () => {
          const cursor = request.result
          if (!cursor) return
          if (!isSound(cursor.value as Row)) {
            ids.push('' + cursor.primaryKey)
            cursor.update({ ...(cursor.value as Row), v: 0 })
          }
          cursor.continue()
        }
      })
      corrupt(ids)
      return rows.filter(isSound)
    },
    put: (rows) =>
      records('readwrite', (all) => {
        for (const row of rows) all.put(row, row.record.id)
      }),
    remove: (rows) =>
      records('readwrite', (all) => {
        for (const { rev, record } of rows) {
          const request: IDBRequest<Row | undefined> = all.get(record.id)
          request.onsuccess = () => {
            if (request.result && request.result.rev <= rev) all.delete(record.id)
          }
        }
      }),
    ids: async () => new Set((await records('readonly', (all) => all.getAllKeys())) as string[]),
    async device(change) {
      const state: DeviceState = { dropped: 0, until: 0, tries: 0 }
      await store.run('meta', 'readwrite', (name) => {
        const request: IDBRequest<DeviceState | undefined> = name('meta').get('device')
        request.onsuccess = () => {
          Object.assign(state, request.result)
          change(state)
          name('meta').put(state, 'device')
        }
      })
      return state
    },
    async lease(owner, now, until) {
      let taken = false
      await store.run('meta', 'readwrite', (name) => {
        const request: IDBRequest<{ owner: string; until: number } | undefined> = name('meta').get('lease')
        request.onsuccess = () => {
          const lease = request.result
          // A lease far in the future is of a clock that was wrong.
          const free =
            !lease || lease.owner === owner || lease.until < now || lease.until > now + timing.leaderTakeover * 2
          if (free) name('meta').put({ owner, until }, 'lease')
          taken = free
        }
      })
      return taken
    },
    async sweep(now, spare = 0) {
      const dropped: Record<string, string[]> = {}
      await store.run(['records', 'contexts'], 'readwrite', (name) => {
        let kept = 0
        let bytes = 0
        let ready = spare
        // Newest first, keys alone: [v, at, bytes]. Versions above ours are beyond the range.
        const range = IDBKeyRange.bound([0], [1, []])
        if (spare) {
          const oldest = name('records')
            .index('queue')
            .openKeyCursor(IDBKeyRange.bound([1, to, 'ready'], [1, to, 'ready', []]))
          oldest.onsuccess = () => {
            const cursor = oldest.result
            if (!cursor || ready-- <= 0) return
            ;(dropped.full ??= []).push('' + cursor.primaryKey)
            name('records').delete(cursor.primaryKey)
            cursor.continue()
          }
        }
        const request = name('records').index('age').openKeyCursor(range, 'prev')
        request.onsuccess = () => {
          const cursor = request.result
          if (!cursor) return
          const [v, at, size] = cursor.key as number[]
          bytes += size!
          const reason =
            now - at! > timing.keepRecords
              ? 'expired'
              : ++kept > limits.records || bytes > limits.bytes
                ? 'full'
                : undefined
          if (reason) {
            // Version 0 was counted when it was set aside.
            if (v) (dropped[reason] ??= []).push('' + cursor.primaryKey)
            name('records').delete(cursor.primaryKey)
          }
          cursor.continue()
        }
        let contexts = 0
        const context = name('contexts')
          .index('age')
          .openKeyCursor(IDBKeyRange.bound([1], [1, []]), 'prev')
        context.onsuccess = () => {
          const cursor = context.result
          if (!cursor) return
          if (++contexts > limits.contexts || now - (cursor.key as number[])[1]! > timing.keepContexts)
            name('contexts').delete(cursor.primaryKey)
          cursor.continue()
        }
      })
      return dropped
    },
  }
}
