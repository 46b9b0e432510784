/** What is asked of the database about records: next rows, acknowledgement, caps, what other pages must know, and to forget it all. */
import type { Timing } from './timing.ts'
import type { AnyRecord } from '../turn/record.ts'
import type { DeviceState, Row, Store } from './store.ts'

/** Bounds of what this device keeps: bytes and records of one application, contexts of all. */
export const limits = { bytes: 5_000_000, records: 5000, contexts: 2000, rowsAtOnce: 64 }

/** Whether it can be read at all. */
export const isSound = (record: AnyRecord | undefined): boolean =>
  record?.v === 1 && typeof record.id === 'string' && typeof record.traceId === 'string'

export interface Outbox {
  /** Oldest first; what is no record is set aside and counted. */
  rows(state: Row['state'], most?: number): Promise<Row[]>
  /** Not over a higher revision: it was written meanwhile. */
  put(rows: Row[]): Promise<void>
  /** Those of a higher revision stay: they were written meanwhile. */
  remove(rows: Row[]): Promise<void>
  /** An open mark goes, whatever its revision. */
  forget(id: string): Promise<void>
  /** Ids of all records, whoever's. */
  ids(): Promise<Set<string>>
  /** What is known of the device, how many records wait on it and how many messages are remembered, whoever's. */
  look(): Promise<{ known?: DeviceState; waiting: number; remembered: number }>
  /** Reads, writes what `change` makes of it: alone among the tabs. */
  device(change: (stored?: DeviceState) => DeviceState): Promise<void>
  /** Takes the lease of the one sender, for browsers without Web Locks. */
  lease(owner: string, now: number): Promise<boolean>
  /** Drops what is too old, whoever's, and what of our own is over a cap, oldest first; counts our own. */
  sweep(now: number): Promise<void>
  /** Deletes all that is of this application. Whether that was all there is. */
  purge(): Promise<boolean>
}

export function createOutbox(options: {
  store: Store
  to: string
  timing: Timing
  /** Counts what is dropped. */
  dropped: (ids: string[], reason: string) => void
}): Outbox {
  const { store, to, timing, dropped } = options
  // There was one key `device` for all applications in 0.1.0; it is left alone.
  const deviceKey = 'device:' + to
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
      const sound = rows.filter(({ record }) => isSound(record))
      if (sound.length === rows.length) return rows
      // Set aside: under version 0 nobody reads them, and age removes them. Their keys are known only to a cursor.
      const bad: string[] = []
      await records('readwrite', (all) =>
        each(all.index('queue').openCursor(range), (cursor) => {
          if (isSound((cursor.value as Row).record)) return
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
    forget: (id) => records('readwrite', (all) => void all.delete(id)),
    ids: async () => new Set((await records('readonly', (all) => all.getAllKeys())) as string[]),
    async look() {
      let known: IDBRequest<DeviceState | undefined>
      let contexts: IDBRequest<number>
      const waiting = await store.run<number>(['meta', 'records', 'contexts'], 'readonly', (name) => {
        known = name('meta').get(deviceKey)
        contexts = name('contexts').count()
        return name('records').count()
      })
      return { known: known!.result, waiting, remembered: contexts!.result }
    },
    device: async (change) => void (await update<DeviceState>(deviceKey, change)),
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
        // The index of ages does not say whose a record is.
        const ours = name('records')
          .index('queue')
          .getAllKeys(IDBKeyRange.bound([1, to], [1, to, []]))
        const mine = new Set<IDBValidKey>()
        ours.onsuccess = () => ours.result.forEach((key) => mine.add(key))
        /** Newest first, keys alone: [v, at, bytes]. Versions above ours are beyond the range. */
        const sweep = (what: 'records' | 'contexts', keep: number, most: number): void => {
          let kept = 0
          let bytes = 0
          each(
            name(what)
              .index('age')
              .openKeyCursor(IDBKeyRange.bound([0], [1, []]), 'prev'),
            ({ key, primaryKey }) => {
              const [, at, size = 0] = key as number[]
              const counted = what === 'contexts' || mine.has(primaryKey)
              const old = now - at! > keep
              if (!old && !counted) return
              bytes += size
              const reason = old ? 'expired' : ++kept > most || bytes > limits.bytes ? 'full' : undefined
              if (!reason) return
              name(what).delete(primaryKey)
              // What was set aside was counted then; what is another application's is for that to count.
              if (what === 'records' && counted) gone[reason]!.push('' + primaryKey)
            },
          )
        }
        sweep('records', timing.keepRecords, limits.records)
        sweep('contexts', timing.keepContexts, limits.contexts)
      })
      for (const reason in gone) dropped(gone[reason]!, reason)
    },
    async purge() {
      const names = ['records', 'contexts', 'meta'] as const
      let left = 0
      await store.run([...names], 'readwrite', (name) => {
        // Of every version: set aside, and of a newer library, too.
        each(name('records').index('queue').openKeyCursor(), ({ key, primaryKey }) => {
          if ((key as unknown[])[1] === to) name('records').delete(primaryKey)
        })
        // Of 0.1.0 it is not known whose they are: they may be ours.
        each(name('contexts').openCursor(), (cursor) => {
          if ((cursor.value.to ?? to) === to) cursor.delete()
        })
        name('meta').delete(deviceKey)
        name('meta').delete('lease')
      })
      await store.run([...names], 'readonly', (name) => {
        for (const one of names) {
          const count = name(one).count()
          count.onsuccess = () => (left += count.result)
        }
      })
      return !left
    },
  }
}
