/**
 * Takes records in and sees to it that each is stored, sent and counted. The one place that knows the files of this
 * room: the queue holds, leaving and the sender tell, recovery looks after the dead; here is who is asked when.
 */
import { createIdle } from '../base/idle.ts'
import { listen, stopAll } from '../base/listen.ts'
import type { AnyRecord, TurnRecord, TurnRef } from '../turn/record.ts'
import { writerFor } from './body.ts'
import { createCollector, watchPolicy } from './collector.ts'
import { createContexts } from './contexts.ts'
import { block, createDevice, learn } from './device.ts'
import { createLeader } from './leader.ts'
import { arm, createLeaving, disarm, dropTail, isStale, saveTail, sayLast } from './leaving.ts'
import { createLife, isAlone, livingPages } from './life.ts'
import { createLookout } from './lookout.ts'
import { createOutbox } from './outbox.ts'
import type { Outbox } from './outbox.ts'
import type { Given, Setting } from './ports.ts'
import { adopt, countsOf, createQueue, purge, reject, rowOf, sealed, settle, take, touch, write } from './queue.ts'
import type { Counts } from './queue.ts'
import type { recoverPages } from './recovery.ts'
import { plain } from './seal.ts'
import type { DoorOptions } from './seal.ts'
import { abort, createSender, drain, probe } from './sender.ts'
import { createStore, isStored, quietly } from './store.ts'
import type { Row, Store } from './store.ts'
import { readTail, removeTail, tailsOn } from './tail.ts'

export type { Natives } from './ports.ts'
export type { Counts } from './queue.ts'

export interface DeliveryOptions extends Given {
  /** Whether the session of that id is recorded: by its own session a record is kept or not, whenever it is put. */
  sampled(sessionId: string): boolean
  /** The page's own filter, given a copy of what is to be told; see seal.ts. Null: the record is dropped. */
  beforeSend?: DoorOptions['beforeSend']
  /** A part of its own, loaded where the page gave a bare exporter. `attempt` counts from 0. */
  writers(attempt: number): Promise<typeof import('./writer.ts')>
  /** A part of its own, loaded when an earlier page has left something. `attempt` counts from 0. */
  recovery(attempt: number): Promise<{ recoverPages: typeof recoverPages }>
  /**
   * Settles an open turn of a page that has died: `abandoned` with a tail, else `lost`. `at`: its last sign of life,
   * epoch ms on the wall clock as it was when the turn opened; missing when none is known. Pure.
   */
  recover(record: TurnRecord, hasTail: boolean, at?: number): TurnRecord
  /** Consent is pending: keep all in memory until `release()`. @defaultValue false */
  hold?: boolean
  /** Told of what is given up, by the records' ids. */
  dropped?(ids: string[], reason: string): void
  /** Messages of earlier page views are known: they may be rated here. */
  remembered?(): void
}

export interface Delivery {
  /** Takes a copy. `open`: a turn under way, written again at checkpoints. `urgent`: written at once, not when idle. */
  put(record: AnyRecord, state: 'open' | 'ready', urgent?: boolean): void
  /**
   * The page lives, and with it its open turns; call at each heartbeat while one is open. Written when the page is idle,
   * about once a second at most: should the page be killed, its turns end with the last one.
   */
  alive(): void
  /** The page became hidden. */
  hide(): void
  /** It is seen again, or came back from the back/forward cache. */
  show(): void
  /** Window `pagehide`; call after the open turns were ended and put. */
  leave(): void
  freeze(): void
  /** Consent is not given any more: what comes stays in memory until `release()`. What is under way writes nothing. */
  hold(): void
  /** Consent was given. */
  release(): void
  /** Everything of this application that is stored and kept is deleted, counted under `reason`. */
  purge(reason: string): void
  /** Resolves when all is sent or the collector asked to wait. Never rejects. */
  flush(): Promise<void>
  counts(): Counts
  /** Remembers which turn a message shows, for feedback that comes days later. */
  context(key: string, ref: TurnRef): void
  findContext(key: string): Promise<TurnRef | undefined>
  /** Flushes within 2 s, then ends all activity. */
  stop(): Promise<void>
}

/** How far this page may go. Set by the verbs of `createDelivery` alone. */
interface Phase {
  /** Consent is not given: nothing leaves memory. */
  holding: boolean
  /** The page has left, until it is shown again. */
  left: boolean
  stopped: boolean
}

/** The files of this room, each given those it asks or tells. @param late the database is there after all */
function assemble(options: DeliveryOptions, phase: Readonly<Phase>, late: () => void) {
  const { endpoint, exporter, clock, timing, guard, natives, advise } = options
  const to = '' + options.resource['service.name']
  const setting: Setting & DeliveryOptions = {
    ...options,
    to,
    idle: createIdle(clock, guard),
    writer: exporter && writerFor(exporter, options.writers, () => advise('exporter()')),
  }
  const isLeft = (): boolean => phase.left
  const mayStore = (): boolean => !phase.holding && !phase.stopped
  const store = createStore({ indexedDB: natives.indexedDB, clock, timing, left: isLeft, late })
  const device = createDevice(endpoint)
  const queue = createQueue({ ...setting, store, device, mayStore })
  const outboxOf = (on: Store): Outbox =>
    createOutbox({ store: on, to, timing, dropped: (ids, reason) => settle(queue, ids, reason) })
  const lookout = createLookout({
    ...setting,
    store,
    async load(attempt) {
      const part = await options.recovery(attempt)
      return async (pass) =>
        part.recoverPages({
          ...setting,
          outbox: pass,
          stored: isStored(store),
          lives: await livingPages(natives.locks),
          sealed: (record) => sealed(queue, record),
          plain,
          rowOf: (...all) => rowOf(queue, ...all),
          settle: (ids, reason) => settle(queue, ids, reason),
          adopt: (rows) => adopt(queue, rows),
        })
    },
  })
  return {
    ...setting,
    mayStore,
    store,
    device,
    queue,
    outbox: outboxOf(store),
    contexts: createContexts({ ...setting, store, mayStore }),
    leaving: createLeaving({ ...setting, queue, device, left: isLeft, mayStore }),
    life: createLife(setting, () => touch(queue, 0)),
    sender: createSender({
      ...setting,
      queue,
      device,
      store,
      lookout,
      leader: createLeader(setting, store),
      collector: endpoint ? createCollector(setting, (spans) => reject(queue, spans)) : undefined,
      outbox: () => outboxOf(store.pass()),
      away: () => phase.left || !mayStore(),
    }),
  }
}

/** When it is sent next: at the earliest time that was asked for, when the page is idle. */
function createPlan({ clock, guard, idle }: Setting, send: () => Promise<void>) {
  let timer: number | undefined
  // Ms, page clock.
  let at = Infinity
  return {
    isMade: () => at < Infinity,
    within(ms: number): void {
      const wanted = clock.now() + ms
      if (wanted >= at) return
      clock.clearTimeout(timer)
      at = wanted
      timer = clock.setTimeout(() => {
        at = Infinity
        idle(() => guard.later(send()))
      }, ms)
    },
    /** For good. */
    stop(): void {
      clock.clearTimeout(timer)
      at = -Infinity
    },
  }
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { endpoint, exporter, clock, timing, guard, natives } = options
  const { localStorage } = natives
  const phase: Phase = { holding: !!options.hold, left: false, stopped: false }
  const parts = assemble(options, phase, () => look())
  const { to, idle, mayStore, store, device, queue, outbox, contexts, leaving, life, sender, writer } = parts

  const send = async (): Promise<void> => {
    // With nothing to send it still looks after those that died.
    if (mayStore() && (endpoint || exporter)) plan.within((await drain(sender)) ?? timing.tidyEvery)
  }
  const plan = createPlan(parts, send)
  /** What was handed to the page's exporter leaves it. Never rejects: how that fails is the exporter's own affair. */
  const flushWriter = (): Promise<unknown> => (async () => writer?.flush?.())().catch(() => {})

  /** What is known of the device, and whether something waits on it. */
  const look = (): void =>
    quietly(
      outbox.look().then(({ known, waiting, remembered }) => {
        learn(device, known)
        if (remembered) options.remembered?.()
        if (waiting) plan.within(timing.sendEvery)
      }),
    )
  const start = (): void => {
    life.begin()
    if (tailsOn(localStorage)[0]) plan.within(timing.sendEvery)
    look()
  }
  if (!phase.holding) idle(start)

  const stop = stopAll([
    watchPolicy(options, (until) => block(device, until)),
    listen(
      globalThis,
      'online',
      guard.wrap(() => {
        probe(sender)
        plan.within(0)
      }),
    ),
  ])

  const put = (record: AnyRecord, state: Row['state'], urgent?: boolean): void => {
    if (phase.stopped || !options.sampled(record.sessionId)) return
    const old = queue.held.get(record.id)?.row
    if (!take(queue, record, state)) {
      // Its open mark must not be recovered as a lost turn.
      if (old) quietly(outbox.forget(record.id))
      return
    }
    if (urgent || (state === 'open' && !old)) write(queue)
    else idle(() => write(queue))
    if (state === 'ready' || !plan.isMade()) plan.within(timing.sendEvery)
    if (leaving.hasTail) saveTail(leaving)
    const isNews = state === 'ready' || !old || (record as TurnRecord).ttft !== (old.record as TurnRecord).ttft
    if (isNews || isStale(leaving)) idle(rearm)
  }
  // Not once the page is leaving: what is left with the browser then would go out beside its own correction.
  const rearm = (): void => {
    if (!phase.left) arm(leaving)
  }

  /** Nothing of what is under way leaves memory any more. */
  const halt = (): void => {
    disarm(leaving)
    abort(sender)
    store.revoke()
  }

  return {
    put: guard.wrap(put),
    alive: guard.wrap(() =>
      idle(() => {
        touch(queue, timing.checkpoint)
        if (isStale(leaving)) rearm()
      }),
    ),
    hide: guard.wrap(() => {
      if (phase.left) return
      guard.later(send().then(flushWriter))
      saveTail(leaving)
    }),
    show: guard.wrap(() => {
      phase.left = false
      dropTail(leaving)
      if (mayStore()) life.begin()
      write(queue)
      plan.within(timing.sendEvery)
    }),
    leave: guard.wrap(() => {
      phase.left = true
      arm(leaving)
      sayLast(leaving)
      void flushWriter()
      abort(sender)
      life.end()
    }),
    freeze: guard.wrap(() => {
      sayLast(leaving)
      void flushWriter()
      abort(sender)
    }),
    hold: guard.wrap(() => {
      phase.holding = true
      halt()
    }),
    release: guard.wrap(() => {
      if (!phase.holding) return
      phase.holding = false
      start()
      write(queue)
      contexts.save()
      plan.within(timing.sendEvery)
    }),
    purge: guard.wrap((reason) => {
      halt()
      purge(queue, reason)
      contexts.forget()
      for (const page of tailsOn(localStorage))
        if (readTail(localStorage!, page)?.to === to) removeTail(localStorage!, page)
      // Another page may store into it at any time, and would take for kept what then goes with it.
      quietly(
        outbox.purge().then(async (empty) => {
          if (empty && (await isAlone(natives.locks))) store.remove()
        }),
      )
    }),
    async flush() {
      write(queue)
      await send()
      await flushWriter()
    },
    counts: () => countsOf(queue),
    context: guard.wrap(contexts.remember),
    findContext: contexts.find,
    async stop() {
      write(queue)
      let late: number | undefined
      const patience = new Promise<void>((resolve) => (late = clock.setTimeout(resolve, timing.stopMost)))
      await Promise.race([send().then(flushWriter), patience])
      clock.clearTimeout(late)
      phase.stopped = true
      halt()
      stop()
      life.end()
      plan.stop()
      store.close()
      guard.later((async () => writer?.stop?.())())
    },
  }
}
