/**
 * A page in happy-dom with a clock of its own: timers, frames of 1000/60 ms, and the observers that a browser fires in
 * them. What has to be laid out is in view. The real network, turn and screen rooms run in it, wired by the real engine.
 */
import { createGuard } from '../../src/base/guard.ts'
import type { PageClock } from '../../src/base/clock.ts'
import { createEngine } from '../../src/engine.ts'
import type { Engine } from '../../src/engine.ts'
import { createRecognizer } from '../../src/network/chat-call.ts'
import type { TurnRecord } from '../../src/turn/record.ts'

const FRAME = 1000 / 60

export interface World {
  clock: PageClock
  /** Runs the page for so long; what is due comes in its time. */
  run(ms: number): Promise<void>
  at(ms: number, fn: () => void): void
  frame(fn: () => void): void
  /** Time of the last frame that was laid out. */
  laidAt(): number
  /** Called in each frame after layout. */
  onFrame?: (at: number) => void
}

/** Microtasks of the page and of its observers. */
const breathe = async () => {
  for (let i = 0; i < 4; i++) await undefined
}

// happy-dom lays nothing out: what is there has a box, as in a browser.
for (const side of ['offsetWidth', 'offsetHeight'])
  Object.defineProperty(HTMLElement.prototype, side, { configurable: true, get: () => 20 })

export function createWorld(): World {
  let now = 1000
  let n = 0
  let timers: { at: number; n: number; fn: () => void }[] = []
  let frames: (() => void)[] = []
  let laid = 0
  let dirty = false
  const sized = new Set<() => void>()
  const seen = new Map<{ tell(entries: unknown[]): void }, Set<Element>>()

  const after = (ms: number, fn: () => void): number => {
    timers.push({ at: now + Math.max(ms, 0), n: ++n, fn })
    return n
  }
  const box = { height: 20, width: 400, top: 0, bottom: 20, left: 0, right: 400 }
  const entryOf = (target: Element) => ({ target, isIntersecting: target.isConnected, boundingClientRect: box, intersectionRect: target.isConnected ? box : { height: 0, width: 0 }, intersectionRatio: target.isConnected ? 1 : 0, time: now })

  class Sizes {
    tell: () => void
    constructor(tell: (entries: unknown[]) => void) {
      this.tell = () => tell([])
    }
    observe() {
      sized.add(this.tell)
    }
    unobserve() {}
    disconnect() {
      sized.delete(this.tell)
    }
  }
  class Views {
    tell: (entries: unknown[]) => void
    constructor(tell: (entries: unknown[]) => void) {
      this.tell = tell
      seen.set(this, new Set())
    }
    observe(target: Element) {
      seen.get(this)!.add(target)
    }
    unobserve(target: Element) {
      seen.get(this)!.delete(target)
    }
    takeRecords() {
      return []
    }
    disconnect() {
      seen.set(this, new Set())
    }
  }
  class Channel {
    port1 = { onmessage: undefined as undefined | (() => void), close() {} }
    port2 = { postMessage: () => void after(0.2, () => this.port1.onmessage?.()) }
  }
  Object.assign(globalThis, {
    ResizeObserver: Sizes,
    IntersectionObserver: Views,
    MessageChannel: Channel,
    PerformanceObserver: undefined,
    scheduler: undefined,
    requestIdleCallback: undefined,
    requestAnimationFrame: (fn: () => void) => {
      frames.push(fn)
      return frames.length
    },
  })

  const world: World = {
    clock: {
      now: () => now,
      epoch: () => 1_700_000_000_000 + now,
      setTimeout: (fn, ms) => after(ms, fn),
      clearTimeout: (id) => void (timers = timers.filter((one) => one.n !== id)),
      replay: (_, fn) => fn(),
      behind: () => 0,
    },
    at: (ms, fn) => void timers.push({ at: ms, n: ++n, fn }),
    frame(fn) {
      dirty = true
      frames.push(fn)
    },
    laidAt: () => laid,
    async run(ms) {
      const until = now + ms
      for (;;) {
        const due = timers.reduce<(typeof timers)[number] | undefined>((first, one) => (!first || one.at < first.at || (one.at === first.at && one.n < first.n) ? one : first), undefined)
        const busy = frames.length || sized.size || dirty || [...seen.values()].some((one) => one.size)
        const next = busy ? Math.floor(now / FRAME + 1 + 1e-9) * FRAME : Infinity
        const at = Math.min(due?.at ?? Infinity, next)
        if (at > until) break
        now = Math.max(now, at)
        if (due && due.at <= next) {
          timers = timers.filter((one) => one !== due)
          due.fn()
          dirty = true
          await breathe()
          continue
        }
        for (const fn of frames.splice(0)) {
          fn()
          await breathe()
        }
        dirty = false
        laid = now
        for (const tell of Array.from(sized)) tell()
        for (const [observer, targets] of Array.from(seen)) {
          const entries = [...targets].map(entryOf)
          targets.clear()
          if (entries.length) (observer as Views).tell(entries)
        }
        world.onFrame?.(now)
        await breathe()
      }
      now = until
    },
  }
  return world
}

const textarea = () => document.querySelector('textarea')!

/** The engine in the world, as the first script wires it. */
export function startEngine(world: World): { engine: Engine; turns: TurnRecord[]; errors: string[] } {
  const turns: TurnRecord[] = []
  const errors: string[] = []
  const guard = createGuard({ debug: true, console: { warn: (...all: unknown[]) => void errors.push(all.map((one) => (one as Error)?.stack ?? one).join(' ')), error() {} } })
  const session = { id: 's', startedAt: 0, sampled: true }
  const engine = createEngine({
    config: { ui: 'auto', paintBeacon: false, intent: false, signals: false } as never,
    clock: world.clock,
    guard,
    pageId: 'p',
    session: { touch: () => session, peek: () => session } as never,
    states: { hidden: () => false, away: () => false, on: () => () => {}, tell: () => {} } as never,
    isChat: createRecognizer({ base: location.href }),
    propagation: { headersFor: () => ({}), headersOf: () => ({}) } as never,
    identity: {},
    advise: () => {},
    settled: (turn) => void turns.push(structuredClone(turn)),
    parts: {},
    composer: textarea,
  })
  engine.watch()
  return { engine, turns, errors }
}

/** Six ways to paint, in the frames of the world. Each takes the element and gives a function that takes the next text. */
export const painters = (world: World): Record<string, (at: Element) => (text: string) => void> => ({
  append: (at) => (text) => at.append(text),
  html: (at) => {
    let all = ''
    return (text) => void (at.innerHTML = all += text)
  },
  data: (at) => {
    const node = at.appendChild(document.createTextNode(''))
    return (text) => node.appendData(text)
  },
  spans: (at) => (text) => {
    const one = document.createElement('span')
    one.textContent = text
    at.append(one)
  },
  remount: (at) => {
    let all = ''
    let now = at.appendChild(document.createElement('span'))
    return (text) => {
      const next = document.createElement('span')
      next.textContent = all += text
      now.replaceWith(next)
      now = next
    }
  },
  typed: (at) => {
    let waits = ''
    let runs = false
    const node = at.appendChild(document.createTextNode(''))
    const step = () => {
      node.appendData(waits.slice(0, 3))
      waits = waits.slice(3)
      if (waits) world.frame(step)
      else runs = false
    }
    return (text) => {
      waits += text
      if (runs) return
      runs = true
      world.frame(step)
    }
  },
})
