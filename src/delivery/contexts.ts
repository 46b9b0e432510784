/** Which turn a message shows, for feedback that comes days later: kept here, and on the device when the page is idle. */
import type { TurnRef } from '../turn/record.ts'
import type { Setting } from './ports.ts'
import { quietly } from './store.ts'
import type { ContextRow, Store } from './store.ts'

/** Of this page, in memory. */
const maxContexts = 200

export interface ContextsOptions extends Pick<Setting, 'clock' | 'timing' | 'to' | 'idle'> {
  store: Store
  /** Whether the device may be used now. */
  mayStore(): boolean
}

export interface Contexts {
  remember(key: string, ref: TurnRef): void
  /** Puts on the device what is only here. */
  save(): void
  find(key: string): Promise<TurnRef | undefined>
  /** Nothing is known any more, and nothing that waited is written. What is on the device goes with its records. */
  forget(): void
}

export function createContexts({ clock, timing, to, idle, store, mayStore }: ContextsOptions): Contexts {
  const recent = new Map<string, TurnRef>()
  // Of those, what has still to be written. Filled by `remember`, emptied by `save` and `forget`.
  const unsaved = new Set<string>()

  const save = (): void => {
    if (!mayStore()) return
    const rows = [...unsaved].map((key): [string, ContextRow] => [
      key,
      { v: 1, to, at: clock.epoch(), ref: recent.get(key)! },
    ])
    unsaved.clear()
    if (!rows[0]) return
    quietly(
      store.run('contexts', 'readwrite', (name) => {
        for (const [key, row] of rows) name('contexts').put(row, key)
      }),
    )
  }

  return {
    remember(key, ref) {
      recent.set(key, ref)
      unsaved.add(key)
      if (recent.size > maxContexts) {
        const [oldest] = recent.keys()
        recent.delete(oldest!)
        unsaved.delete(oldest!)
      }
      idle(save)
    },
    save,
    async find(key) {
      const known = recent.get(key)
      if (known || !mayStore()) return known
      try {
        const row = await store.run<ContextRow>('contexts', 'readonly', (name) => name('contexts').get(key))
        // Another application may have named a message the same.
        const ours = row?.v === 1 && (row.to ?? to) === to && clock.epoch() - row.at < timing.keepContexts
        return ours ? row.ref : undefined
      } catch {
        return undefined
      }
    },
    forget() {
      recent.clear()
      unsaved.clear()
    },
  }
}
