/** A device with one database and storage, on which pages live and die; for the tests of delivery. */
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import type { Clock } from '../../../src/base/clock.ts'
import { createGuard } from '../../../src/base/guard.ts'
import { advise } from '../../../src/advice.ts'
import { timing as pageTiming } from '../../../src/base/timing.ts'
import { deliveryTiming } from '../../../src/delivery/timing.ts'
import { createDelivery } from '../../../src/delivery/delivery.ts'
import type { Delivery, DeliveryOptions } from '../../../src/delivery/delivery.ts'
import { recover } from '../../../src/turn/outcome.ts'
import { decode, revisionOf } from '../../support/collector.ts'
import type { ReceivedSpan } from '../../support/collector.ts'
import { resource } from './samples.ts'

export type Answer = Response | 'down' | 'hang'
export const ok = (body = '{}', headers: Record<string, string> = {}) =>
  new Response(body, { headers: { 'content-type': 'application/json', ...headers } })

interface Lock {
  name: string
  free: () => void
}

/** Web Locks as far as delivery uses them, across the pages of one device. */
function lockManager() {
  const held = new Map<string, Set<object>>()
  return {
    of(page: object): LockManager & { die(): void } {
      const mine: Lock[] = []
      return {
        async request(name: string, ...rest: unknown[]) {
          const work = rest.at(-1) as (lock: unknown) => unknown
          if (held.get(name)?.size) return work(null)
          held.set(name, new Set([page]))
          const lock = { name, free: () => held.delete(name) }
          mine.push(lock)
          try {
            return await work({ name })
          } finally {
            lock.free()
          }
        },
        query: async () => ({ held: [...held.keys()].map((name) => ({ name })), pending: [] }),
        die: () => mine.forEach((lock) => lock.free()),
      } as LockManager & { die(): void }
    },
  }
}

export function createWorld() {
  const indexedDB = new IDBFactory()
  const stored = new Map<string, string>()
  // Keys are own properties, as in a real Storage.
  const localStorage = new Proxy({} as Storage, {
    get: (_, key) =>
      ({
        getItem: (name: string) => stored.get(name) ?? null,
        setItem: (name: string, value: string) => void stored.set(name, value),
        removeItem: (name: string) => void stored.delete(name),
      })[key as string],
    ownKeys: () => [...stored.keys()],
    getOwnPropertyDescriptor: (_, key) => ({ value: stored.get(key as string), enumerable: true, configurable: true }),
  })
  const locks = lockManager()
  const world = {
    indexedDB,
    stored,
    localStorage,
    /** Epoch ms of all pages. */
    time: 1_760_000_010_000,
    /** Ms that the device's clock was put forward. */
    skew: 0,
    /** Answers for the next requests; then `standing`. */
    answers: [] as Answer[],
    standing: (() => ok()) as () => Answer,
    requests: [] as { spans: ReceivedSpan[]; keepalive?: boolean; raw: string }[],
    received: [] as ReceivedSpan[],
    unique(name?: string) {
      const best = new Map<string, ReceivedSpan>()
      for (const span of world.received) {
        const known = best.get(span.traceId + span.spanId)
        if (!known || revisionOf(span) > revisionOf(known)) best.set(span.traceId + span.spanId, span)
      }
      return [...best.values()].filter((span) => !name || span.name === name)
    },
    /** All that the database holds of a kind. */
    async database(name: 'records' | 'contexts' | 'meta'): Promise<[key: string, value: any][]> {
      // Opening one that was deleted would make it anew, without stores.
      if (!(await indexedDB.databases()).some((one) => one.name === 'chat-vitals')) return []
      return await new Promise((resolve, reject) => {
        const opening = indexedDB.open('chat-vitals', 1)
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const tx = opening.result.transaction(name)
          const keys = tx.objectStore(name).getAllKeys()
          const values = tx.objectStore(name).getAll()
          tx.oncomplete = () => {
            opening.result.close()
            resolve(keys.result.map((key, i) => [String(key), values.result[i]]))
          }
        }
      })
    },
    page(pageId: string, over: Partial<DeliveryOptions> = {}): Page {
      const timers = new Map<number, { at: number; fn: () => void }>()
      let ids = 0
      let dead = false
      const clock: Clock = {
        now: () => world.time - 1_760_000_000_000,
        epoch: () => world.time + world.skew,
        setTimeout(fn, ms) {
          timers.set(++ids, { at: world.time + ms, fn })
          return ids
        },
        clearTimeout: (id) => void timers.delete(id!),
      }
      const said: string[] = []
      const myLocks = locks.of({})
      const fetch = async (_: unknown, init: RequestInit) => {
        if (dead) return new Promise<Response>(() => {})
        const raw = init.body as string
        const request = { spans: decode(raw), keepalive: init.keepalive, raw }
        world.requests.push(request)
        const answer = world.answers.shift() ?? world.standing()
        if (answer === 'down') throw new TypeError('Failed to fetch')
        if (answer === 'hang')
          return new Promise<Response>((_, reject) =>
            init.signal?.addEventListener('abort', () => reject(new Error('aborted'))),
          )
        if (answer.status < 300) world.received.push(...request.spans)
        return answer
      }
      const armed: { body: string; signal: AbortSignal }[] = []
      const guard = createGuard({ console: { warn: (...all: unknown[]) => said.push(all.join(' ')), error() {} } })
      const delivery = createDelivery({
        endpoint: 'https://collector.example.com/v1/traces',
        resource,
        version: '0.1.0',
        sampled: () => true,
        hidden: () => false,
        recovery: () => import('../../../src/delivery/recovery.ts'),
        writers: () => import('../../../src/delivery/writer.ts'),
        recover,
        clock,
        timing: { ...pageTiming, ...deliveryTiming },
        guard,
        advise: (misuse) => advise([misuse], guard.hint),
        pageId,
        ...over,
        natives: {
          fetch: fetch as typeof globalThis.fetch,
          fetchLater(this: unknown, _, init) {
            // As the browser's own, which is no method of ours.
            if (this !== undefined) throw new TypeError('Illegal invocation')
            armed.push({ body: init.body as string, signal: init.signal! })
            return { activated: false }
          },
          indexedDB,
          localStorage,
          locks: myLocks,
          ...over.natives,
        },
      })
      return {
        ...delivery,
        said,
        armed,
        async pass(ms) {
          const until = world.time + ms
          for (;;) {
            await rest()
            const due = [...timers].filter(([, timer]) => timer.at <= until).sort((a, b) => a[1].at - b[1].at)[0]
            if (!due || dead) break
            timers.delete(due[0])
            world.time = Math.max(world.time, due[1].at)
            due[1].fn()
          }
          world.time = until
          await rest()
        },
        die() {
          dead = true
          timers.clear()
          myLocks.die()
        },
      }
    },
  }
  return world
}

export interface Page extends Delivery {
  said: string[]
  /** What fetchLater was given. */
  armed: { body: string; signal: AbortSignal }[]
  /** Time passes: timers run, then what they started. */
  pass(ms: number): Promise<void>
  /** Killed: not one more line of its code has an effect. */
  die(): void
}

/** Lets databases, imports and promises settle; they are real, only the clock is not. */
export const rest = async (): Promise<void> => {
  for (let i = 0; i < 12; i++) await new Promise((resolve) => setTimeout(resolve, 1))
}
