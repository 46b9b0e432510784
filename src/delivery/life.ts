/** Shows the other pages of the device that this one lives: they must not take its open turns for those of a dead one. */
import type { Setting } from './ports.ts'
import { quietly } from './store.ts'

const prefix = 'chat-vitals:page:'

/** Pages that live, as far as Web Locks say; undefined where there are none. */
export async function livingPages(locks: LockManager | undefined): Promise<((pageId: string) => boolean) | undefined> {
  const known = await locks?.query()
  const names = new Set(known?.held?.map(({ name }) => name))
  return known && ((pageId) => names.has(prefix + pageId))
}

/** No page of the origin has said that it lives; false where that cannot be known. */
export async function isAlone(locks: LockManager | undefined): Promise<boolean> {
  const known = await locks?.query()
  return !!known && !known.held?.some(({ name }) => name?.startsWith(prefix))
}

export interface Life {
  /** From now on, until `end`. */
  begin(): void
  end(): void
}

/** @param touch writes the open rows again: the sign of life where there are no locks */
export function createLife(
  { natives, clock, timing, guard, pageId }: Pick<Setting, 'natives' | 'clock' | 'timing' | 'guard' | 'pageId'>,
  touch: () => void,
): Life {
  // Frees the lock, which is held while the page lives.
  let die: (() => void) | undefined
  const beat = guard.wrap(() => {
    if (!die) return
    touch()
    clock.setTimeout(beat, timing.signOfLife)
  })
  return {
    begin() {
      if (die || !natives.indexedDB) return
      const life = new Promise<void>((resolve) => (die = resolve))
      if (natives.locks) quietly(natives.locks.request(prefix + pageId, () => life))
      else beat()
    },
    end() {
      die?.()
      die = undefined
    },
  }
}
