/**
 * The database on this device: its shape, opening and transactions. Holds no connection open against others, falls back
 * to nothing (rejects) where storage is denied; what is kept in memory then is its users' matter.
 */
import type { Clock } from '../base/clock.ts'
import type { Timing } from './timing.ts'
import type { AnyRecord, Attributes, TurnRef } from '../turn/record.ts'

/** A record at rest; its key is the record's id. Rows of another `v` are of a newer or older library: left alone. */
export interface Row {
  v: 1
  /** Whose it is: applications of one origin share the database, but have collectors of their own. */
  to: string
  state: 'open' | 'ready'
  rev: number
  /** Epoch ms of the first writing; the order of sending and eviction. */
  at: number
  /** Epoch ms of the last writing; tells the living from the dead where there are no Web Locks. */
  seen: number
  /**
   * Epoch ms of the last sign of life of an open turn, counted on from `at` by the page's monotonic clock: a wall clock
   * that was put does not move it. Missing in rows of 0.1.0.
   */
  lived?: number
  pageId: string
  /** Length of the record as JSON. */
  bytes: number
  /** As it was when the record was made: a later page may be another release. */
  resource: Attributes
  record: AnyRecord
}

export interface ContextRow {
  v: 1
  /** As in `Row`. Missing in rows of 0.1.0. */
  to?: string
  at: number
  ref: TurnRef
}

/** One key per application: what its other pages must know. */
export interface DeviceState {
  /** Records dropped so far. */
  dropped: number
  /** Whose pauses these are. Missing with an exporter of the page's own. */
  endpoint?: string
  /** Epoch ms before which nobody sends. */
  until: number
  /** The collector asked for that pause itself. */
  asked?: boolean
  /** Attempts that failed in a row. */
  tries: number
  /** Id of the first record of a batch that the collector refused. */
  refused?: string
}

type Name = 'records' | 'contexts' | 'meta'

export interface Store {
  kind(): 'indexeddb' | 'memory'
  /** One transaction; gives the result of the request that `work` returns once all is committed. Rejects without a database. */
  run<T>(
    names: Name | Name[],
    mode: IDBTransactionMode,
    work: (store: (name: Name) => IDBObjectStore) => IDBRequest<T> | void,
  ): Promise<T>
  /** The same for one piece of work of several steps: none of it gets through after a `revoke()`. */
  pass(): Store
  /** What is under way, and what waits for the database, starts no further transaction. */
  revoke(): void
  /** Deletes the database; the next use makes it anew. */
  remove(): void
  close(): void
}

/** A device that stores nothing is no error of ours. */
export const quietly = (done: Promise<unknown>): void => void done.catch(() => {})

export const isStored = (store: Pick<Store, 'kind'>): boolean => store.kind() === 'indexeddb'

export function createStore(options: {
  indexedDB?: IDBFactory
  clock: Clock
  timing: Timing
  /** A page that leaves starts no transaction: it would not come through, and its end would cost the back/forward cache. */
  left?: () => boolean
  /** It is open after all, when it had been given up. */
  late?: () => void
}): Store {
  const { indexedDB, clock, timing, left, late } = options
  // Set at the first use, cleared when the connection is lost, so that the next use tries again.
  let opening: Promise<IDBDatabase> | undefined
  // Until it is known better, storage is hoped for.
  let denied = !indexedDB
  // Calls of `revoke`.
  let revoked = 0

  const open = () => {
    if (opening) return opening
    opening = new Promise<IDBDatabase>((resolve, reject) => {
      // A hung open never answers; one that answers late is used from then on.
      const timer = clock.setTimeout(reject, timing.storeOpen)
      const request = indexedDB!.open('chat-vitals', 1)
      request.onupgradeneeded = () => {
        const make = (name: Name) => request.result.createObjectStore(name)
        const records = make('records')
        // What one application sends next, oldest first; and what this device drops first.
        records.createIndex('queue', ['v', 'to', 'state', 'at'])
        records.createIndex('age', ['v', 'at', 'bytes'])
        make('contexts').createIndex('age', ['v', 'at'])
        make('meta')
      }
      request.onerror = (event) => {
        event.preventDefault()
        reject(request.error)
      }
      request.onsuccess = () => {
        const db = request.result
        clock.clearTimeout(timer)
        const known = denied
        denied = false
        opening = Promise.resolve(db)
        db.onversionchange = db.onclose = () => {
          db.close()
          opening = undefined
        }
        resolve(db)
        if (known) late?.()
      }
    })
    opening.catch(() => (denied = true))
    return opening
  }

  const run = async <T>(
    since: number,
    names: Name | Name[],
    mode: IDBTransactionMode,
    work: (store: (name: Name) => IDBObjectStore) => IDBRequest<T> | void,
  ): Promise<T> => {
    const db = await open()
    if (left?.() || since < revoked) throw Error('left')
    try {
      return await new Promise((resolve, reject) => {
        const tx = db.transaction(names, mode)
        // First: it may throw, and then nothing is listened to.
        const request = work((name) => tx.objectStore(name))
        tx.oncomplete = () => resolve(request?.result as never)
        tx.onabort = () => reject(tx.error)
      })
    } catch (error) {
      // Damaged, or somebody else's: what cannot be read must not keep back what is in memory.
      denied ||= /NotFound|Unknown/.test('' + (error as Error | null)?.name)
      throw error
    }
  }

  const store: Store = {
    kind: () => (denied ? 'memory' : 'indexeddb'),
    run: (...all) => run(revoked, ...all),
    pass() {
      const since = revoked
      return { ...store, run: (...all) => run(since, ...all) }
    },
    revoke: () => void revoked++,
    remove() {
      store.close()
      opening = undefined
      // Firefox tells the page of errors that nobody has prevented.
      indexedDB!.deleteDatabase('chat-vitals').onerror = (event) => event.preventDefault()
    },
    close: () => opening && quietly(opening.then((db) => db.close())),
  }
  return store
}
