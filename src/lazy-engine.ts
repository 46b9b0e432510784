/**
 * The engine, as the first script has it: asked for at the first sign of a chat, and given in order what happened before it
 * came, each as of its time. Wiring.
 */
import type { PageClock } from './base/clock.ts'
import type { Guard } from './base/guard.ts'
import { createLate } from './base/late.ts'
import type { Patience } from './base/late.ts'
import type { Stop } from './base/listen.ts'
import type { Engine, EngineOptions } from './engine.ts'
import type { Feed } from './network/feed.ts'
import { holdFeed } from './network/hold.ts'
import { createWaiting } from './turn/ahead.ts'
import type { CallPort } from './turn/marks.ts'

export type EnginePart = Pick<typeof import('./engine.ts'), 'createEngine'>

export interface LazyEngine {
  /** Undefined while it is not here. */
  now(): Engine | undefined
  /** It was asked for and may still come. */
  awaited(): boolean
  /** Asks for it. */
  want(): void
  /** Runs `fn` with it, now or as of now. `sign`: this is a chat. `always`: what later marks are read by. */
  tell(fn: (engine: Engine) => void, sign?: boolean, keep?: 'always'): void
  /** Reads the answer of a call for its port, now or as of now. */
  follow(call: CallPort, onEnd: Stop, url: string): Feed
  /** Runs `fn` once what waits was taken up, or given up; at once where nothing does. */
  after(fn: () => void): void
  /** Ends all streams under way. */
  hangUp(): void
  /** What waits is given up. */
  forget(): void
}

export function lazyEngine(
  load: (attempt: number) => Promise<EnginePart>,
  patience: Patience,
  options: EngineOptions & { clock: PageClock; guard: Guard },
  {
    gestureMs,
    watching,
    wanted,
  }: {
    /** Marks of a page on which nothing begins are let go after so long. */
    gestureMs: number
    /** Whether the page is watched now. */
    watching(): boolean
    /** It was asked for. */
    wanted(): void
  },
): LazyEngine {
  const { clock, guard } = options
  const part = createLate(load, patience)
  const waiting = createWaiting(gestureMs)
  // Streams under way.
  const feeds = new Set<Feed>()
  let engine: Engine | undefined
  let asked = false

  const want = (): void => {
    if (asked) return
    asked = true
    wanted()
    part.with((loaded) => {
      asked = !!loaded
      engine = loaded?.createEngine(options)
      if (watching()) engine?.watch()
      waiting.serve((at, fn) => guard(() => clock.replay(at, fn)))
    })
  }
  const wait = (fn: () => void, sign?: boolean, keep?: 'always' | 'all'): void => {
    waiting.push(clock.now(), fn, keep ?? (asked || feeds.size ? 'all' : undefined))
    if (sign) want()
  }
  return {
    now: () => engine,
    awaited: () => asked && !engine,
    want,
    tell(fn, sign, keep) {
      if (engine) fn(engine)
      else wait(() => engine && fn(engine), sign, keep)
    },
    follow(call, onEnd, url) {
      const feed = holdFeed({
        make: () => engine?.feed(call, url),
        wait: (fn, sign) => wait(fn, sign, 'all'),
        ended() {
          feeds.delete(feed)
          onEnd()
        },
      })
      feeds.add(feed)
      return feed
    },
    after(fn) {
      if (asked && !engine) wait(fn)
      else fn()
    },
    hangUp() {
      for (const feed of feeds) feed.end('cancelled')
    },
    forget: () => waiting.serve(() => {}),
  }
}
