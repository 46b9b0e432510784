/**
 * Takes records in and sees to it that each is stored, sent and counted; the engine's share of that: memory, the
 * writing, the last words of a page. Sending in peace and recovery are parts of their own.
 */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { createIdle } from '../base/idle.ts'
import { listen } from '../base/listen.ts'
import type { Timing } from '../base/timing.ts'
import type { SpanExporter, SpanWriter } from '../api.ts'
import type { AnyRecord, Attributes, TurnRecord, TurnRef } from '../turn/record.ts'
import { encode } from './otlp.ts'
import type { recoverPages } from './recovery.ts'
import { revisions } from './revisions.ts'
import type { Sender, SenderPort } from './sender.ts'
import { spansOf } from './spans.ts'
import type { Form, SpanData } from './spans.ts'
import { createStore } from './store.ts'
import type { ContextRow, Row } from './store.ts'
import { tailPrefix, writeTail } from './tail.ts'

export interface Counts {
  /** Turns that this page view handed in. It is the sum of the others. */
  opened: number
  /** Acknowledged by the collector. */
  delivered: number
  pending: number
  /** By reason: `before_send`, `invalid`, `too_large`, `http_403`, `expired`, `full`, `memory`, … */
  dropped: Record<string, number>
  /** Spans that the collector said it rejected, out of what it acknowledged. */
  rejectedSpans: number
}

/** The page's own functions; `fetch` as it was before we patched it. Each may be missing, and storage may be denied. */
export interface Natives {
  fetch?: typeof fetch
  fetchLater?: (url: string, options: RequestInit & { activateAfter?: number }) => { readonly activated: boolean }
  indexedDB?: IDBFactory
  localStorage?: Storage
  locks?: LockManager
}

export interface DeliveryOptions {
  /** Of an OTLP/HTTP collector that takes JSON, e.g. `/v1/traces`. */
  endpoint?: string
  headers?: Record<string, string>
  /** Instead of `endpoint`. It is then not for us to see what its collector answers. */
  exporter?: SpanExporter | SpanWriter
  /** `service.name` and the like. */
  resource: Attributes
  /** Of this library. */
  version: string
  /** Names under which the session id is sent besides `session.id`. */
  sessionKeys?: string[]
  /** Whether what is put now belongs to a recorded session. */
  sampled(): boolean
  /** Privacy and `beforeSend`, before anything is encoded. Undefined: the record is dropped. */
  gate(record: AnyRecord): AnyRecord | undefined
  /** The lazy part. `attempt` counts from 0. */
  load(attempt: number): Promise<{ createSender(port: SenderPort): Sender }>
  /** A part of its own, loaded when an earlier page has left something. `attempt` counts from 0. */
  recovery(attempt: number): Promise<{ recoverPages: typeof recoverPages }>
  /** Settles an open turn of a page that has died: `abandoned` with a tail, else `lost`. Pure. */
  recover(record: TurnRecord, hasTail: boolean): TurnRecord
  clock: Clock
  timing: Timing
  guard: Guard
  pageId: string
  natives: Natives
  /** Consent is pending: keep all in memory until `release()`. */
  hold?: boolean
  /** Told of what is given up, by the records' ids. */
  dropped?(ids: string[], reason: string): void
}

export interface Delivery {
  /** Takes a copy. `open`: a turn under way, written again at checkpoints. `urgent`: written at once, not when idle. */
  put(record: AnyRecord, state: 'open' | 'ready', urgent?: boolean): void
  /** The page became hidden. */
  hide(): void
  /** It is seen again, or came back from the back/forward cache. */
  show(): void
  /** Window `pagehide`; call after the open turns were ended and put. */
  leave(): void
  freeze(): void
  /** Consent is not given any more: what comes stays in memory until `release()`. */
  hold(): void
  /** Consent was given. */
  release(): void
  /** Everything stored and kept is deleted, counted under `reason`. */
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

/** A record in memory: open, or ready and not acknowledged. */
export interface Held {
  row: Row
  /** In the database as it is here. Undefined: nobody has tried to write it yet. */
  saved?: boolean
}

/** What a leaving page may still have in flight is 64 KiB, shared with the host. */
const leavingBytes = 50 * 1024
/** Kept in memory, as JSON: the newest; older ones if they are in the database, else they are dropped. */
const heldBytes = 400_000
const maxContexts = 200
/** A blocked endpoint is not tried more often than this: every try is a violation on the host's account. */
const blockedMs = 300_000

export function createDelivery(options: DeliveryOptions): Delivery {
  const { endpoint, resource, clock, timing, guard, pageId, natives } = options
  const { fetch, fetchLater, indexedDB, localStorage, locks } = natives
  const to = '' + resource['service.name']
  const tailKey = tailPrefix + pageId
  const store = createStore({ indexedDB, clock, timing, left: () => left, late: () => look() })
  // By record id, oldest first. Bounded by bytes.
  const held = new Map<string, Held>()
  // Turns of this page view not yet accounted for; an id each.
  const mine = new Set<string>()
  const recent = new Map<string, TurnRef>()
  const counts = { opened: 0, delivered: 0, dropped: {} as Record<string, number>, rejectedSpans: 0 }
  const device: SenderPort['device'] = { dropped: 0, until: 0, tries: 0, fresh: 0, blocked: 0 }
  let lastSeq = 0
  let holding = options.hold
  let stopped = false
  let left = false
  let hasTail = false
  let timer: number | undefined
  let timerAt = Infinity
  let sender: Promise<Sender> | undefined
  let loaded: Sender | undefined
  let attempts = 0
  let later: AbortController | undefined
  let laterAt = 0
  // Frees the lock that says this page lives.
  let die: (() => void) | undefined

  // Heard from the beginning: what is left with the browser is refused like what is sent.
  const unlisten =
    endpoint &&
    listen<SecurityPolicyViolationEvent>(
      document,
      'securitypolicyviolation',
      guard.wrap((event) => {
        // One that only reports blocks nothing. Cross-origin, the report may name no more than the origin.
        if (
          event.disposition == 'report' ||
          !event.effectiveDirective.startsWith('connect-src') ||
          !endpoint.startsWith(event.blockedURI)
        )
          return
        device.blocked = clock.epoch() + blockedMs
        guard.hint(`the page's Content-Security-Policy blocks ${event.blockedURI}: add it to connect-src`)
      }),
    )

  // A device that stores nothing is no error of ours.
  const quietly = (done: Promise<unknown>): void => void done.catch(() => {})

  const idle = createIdle(clock, guard)

  const settle = (ids: string[], reason?: string): void => {
    for (const id of ids) {
      held.delete(id)
      if (!mine.delete(id)) continue
      if (reason) counts.dropped[reason] = (counts.dropped[reason] ?? 0) + 1
      else counts.delivered++
    }
    if (!reason || !ids[0]) return
    device.fresh += ids.length
    guard(() => options.dropped?.(ids, reason))
  }

  /** The record as it will be sent, for good: copies of it must be alike. */
  const seal = (record: AnyRecord): AnyRecord | undefined => {
    const passed = options.gate(record)
    const delivery = { opened: lastSeq, dropped: device.dropped + device.fresh, store: store.kind() }
    return passed && { ...passed, id: record.id, delivery }
  }

  // Plain data in one go: what a page's beforeSend put in (getters, proxies, cycles) ends here.
  const rowOf = (sealed: AnyRecord, state: Row['state'], at: number): Row => {
    const json = JSON.stringify(sealed)
    const record = JSON.parse(json) as AnyRecord
    const { rev } = record
    return { v: 1, to, state, rev, at, seen: clock.epoch(), pageId, bytes: json.length, resource, record }
  }

  const trim = (): void => {
    let room = heldBytes
    for (const [id, { row, saved }] of [...held].reverse()) {
      if ((room -= row.bytes) > 0 || row.state === 'open') continue
      if (saved) held.delete(id)
      else settle([id], 'memory')
    }
  }

  const write = (): void => {
    if (holding || stopped) return trim()
    const batch = [...held.values()].filter((one) => one.saved == null)
    if (!batch[0]) return
    quietly(
      store
        .run('records', 'readwrite', (name) => {
          for (const one of batch) {
            one.saved = false
            name('records').put(one.row, one.row.record.id)
          }
        })
        .then(() => {
          // Unless it was told in short meanwhile, and is of a higher revision now.
          for (const one of batch) if (one.saved === false) one.saved = true
        })
        .finally(trim),
    )
  }

  const spans = (records: AnyRecord[], form?: Form): SpanData[] =>
    records.flatMap((record) => spansOf(record, options.sessionKeys, form))
  const inShort = (records: AnyRecord[]): string => encode(spans(records, 'short'), resource, options.version)

  /** The body of a last request; fewer words, of a lower revision, where the whole mapping has not come yet. */
  const bodyOf = (records: AnyRecord[]): string =>
    loaded?.encode(records) ?? inShort(records.map((record) => ({ ...record, rev: record.rev + revisions.words })))

  const mayPost = (): boolean => !holding && Math.max(device.until, device.blocked) <= clock.epoch()

  const requestOf = (body: string, how: RequestInit): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...options.headers },
    body,
    ...how,
  })

  /** All that is not acknowledged, newest first as far as it fits; answers are read by nobody, so it is sent again later. */
  const sendLeaving = (): void => {
    let room = leavingBytes
    // Names make it about three times the record; measured, with room to spare.
    const told = [...held.values()]
      .reverse()
      .filter(({ row }) => row.state === 'ready' && (room -= row.bytes * 3) > 0)
      .reverse()
    if (!told[0] || !mayPost()) return
    if (!endpoint) return loaded?.last(told.map((one) => one.row))
    const body = bodyOf(told.map((one) => one.row.record))
    if (!body || !fetch) return
    const post = async (keepalive?: boolean) => fetch(endpoint, requestOf(body, { keepalive }))
    quietly(post(true).catch(() => post()))
  }

  const saveTail = (): void => {
    if (!localStorage || holding || stopped) return
    hasTail = true
    const entries = [...held.values()]
      .filter(({ row, saved }) => row.state === 'open' || !saved)
      .map(({ row, saved }) => ({ saved: !!saved, record: row.record }))
    writeTail(localStorage, pageId, { v: 1, to, at: clock.epoch(), left, dropped: device.fresh, entries })
  }

  /** Takes back what was left with the browser. */
  const disarm = (): void => {
    later?.abort()
    later = undefined
  }

  /**
   * Leaves the open turns with the browser, which sends them if this page dies without a word: in short, for its share
   * may be no more than 8 KB. A page that leaves has none open, and leaves what it also sends itself.
   */
  const arm = (): void => {
    disarm()
    if (!fetchLater || !endpoint || !mayPost()) return
    const records: AnyRecord[] = []
    for (const { row } of held.values()) {
      const { rev, state } = row
      const sealed = state === 'open' ? seal(options.recover(row.record as TurnRecord, false)) : left && row.record
      if (sealed) records.push({ ...sealed, rev })
    }
    const body = (left ? bodyOf : inShort)(records)
    if (!body) return
    later = new AbortController()
    laterAt = clock.now()
    fetchLater(endpoint, requestOf(body, { signal: later.signal }))
  }

  const load = (): Promise<Sender> =>
    (sender ??= options.load(attempts++).then(
      (part) => (loaded = part.createSender(port)),
      (error) => {
        sender = undefined
        guard.hint('the part that sends did not load; records wait here')
        throw error
      },
    ))

  const drain = async (): Promise<void> => {
    if (holding || stopped || !(endpoint || options.exporter)) return
    let wait: number | undefined
    try {
      wait = await (await load()).drain()
    } catch {
      wait = timing.loadAgain * attempts
    }
    // With nothing to send it still looks after those that died.
    if (loaded || wait != null) schedule(wait ?? timing.tidyEvery)
  }

  /** What was handed to the page's exporter leaves it. */
  const flushExporter = async (): Promise<void> => {
    await loaded?.flush().catch(() => {})
  }
  const flush = (): Promise<void> => drain().then(flushExporter)

  /** A drain in `ms` at the latest. */
  const schedule = (ms = timing.sendEvery): void => {
    const at = clock.now() + ms
    if (stopped || at >= timerAt) return
    clock.clearTimeout(timer)
    timerAt = at
    timer = clock.setTimeout(() => {
      timerAt = Infinity
      idle(() => guard.later(drain()))
    }, ms)
  }

  const port: SenderPort = {
    ...options,
    to,
    store,
    device,
    held,
    mine,
    counts,
    seal,
    rowOf,
    spans,
    encode: (records, of) => encode(spans(records), of, options.version),
    settle,
    idle,
    wake: () => schedule(0),
    left: () => left || stopped || !!holding,
  }

  /** The sign of life where there are no locks: open rows are written again. */
  const touch = (): void => {
    for (const one of held.values()) {
      if (one.row.state !== 'open') continue
      one.row.seen = clock.epoch()
      one.saved = undefined
    }
    write()
    if (die) clock.setTimeout(guard.wrap(touch), timing.signOfLife)
  }

  /** Held while the page lives: others must not take its open turns for those of a dead one. */
  const live = (): void => {
    if (die || stopped || !indexedDB) return
    const life = new Promise<void>((resolve) => (die = resolve))
    if (locks) quietly(locks.request('chat-vitals:page:' + pageId, () => life))
    else touch()
  }

  /** What the device knows, and whether something waits on it. */
  const look = (): void =>
    quietly(
      store
        .run(['meta', 'records'], 'readonly', (name) => {
          const known = name('meta').get('device')
          known.onsuccess = () => Object.assign(device, known.result)
          return name('records').count()
        })
        .then((rows) => rows && schedule()),
    )

  const start = (): void => {
    live()
    // Something of an earlier page is left: only then is the lazy part wanted before the first turn.
    if (Object.keys(localStorage ?? {}).some((key) => key.startsWith(tailPrefix))) schedule()
    look()
  }
  if (!holding) idle(start)

  const put = (record: AnyRecord, state: Row['state'], urgent?: boolean): void => {
    if (stopped || !options.sampled()) return
    const { id } = record
    const old = held.get(id)?.row
    if (record.kind === 'turn' && record.seq > lastSeq) {
      lastSeq = record.seq
      counts.opened++
      mine.add(id)
    }
    const row = guard(() => {
      const sealed = state === 'ready' ? seal(record) : record
      return sealed && rowOf(sealed, state, old?.at ?? clock.epoch())
    })
    if (!row) {
      settle([id], 'before_send')
      // Its open mark must not be recovered as a lost turn.
      if (old) quietly(store.run('records', 'readwrite', (name) => name('records').delete(id)))
      return
    }
    // Only a ready row can have been sent whole.
    const whole = state === 'ready' && record.kind === 'turn' ? revisions.whole : 0
    const after = old?.state === 'ready' ? old.rev + revisions.amended : 0
    row.record.rev = row.rev = Math.max(record.rev + whole, after)
    held.delete(id)
    held.set(id, { row })
    if (urgent || (state === 'open' && !old)) write()
    else idle(write)
    // An open turn needs the lazy part too: a page that leaves then has the whole mapping.
    if (state === 'ready' || !loaded) schedule()
    if (hasTail) saveTail()
    const news = state === 'ready' || !old || (record as TurnRecord).ttft !== (old.record as TurnRecord).ttft
    // Not once the page is leaving: what is left with the browser then would go out beside its own correction.
    if (news || clock.now() - laterAt > timing.fetchLater) idle(() => left || arm())
  }

  const end = (): void => {
    sendLeaving()
    guard.later(flushExporter())
    saveTail()
  }
  /** Nothing of ours goes on. */
  const rest = (): void => {
    loaded?.abort()
    die?.()
    die = undefined
  }

  return {
    put: guard.wrap(put),
    hide: guard.wrap(() => {
      if (left) return
      guard.later(flush())
      saveTail()
    }),
    show: guard.wrap(() => {
      left = false
      if (hasTail) localStorage?.removeItem(tailKey)
      hasTail = false
      if (!holding) live()
      write()
      schedule()
    }),
    leave: guard.wrap(() => {
      left = true
      arm()
      end()
      rest()
    }),
    freeze: guard.wrap(() => {
      end()
      loaded?.abort()
    }),
    hold: guard.wrap(() => {
      holding = true
      disarm()
      loaded?.abort()
    }),
    release: guard.wrap(() => {
      if (!holding) return
      holding = false
      start()
      write()
      schedule()
    }),
    purge: guard.wrap((reason) => {
      disarm()
      loaded?.abort()
      settle([...new Set([...held.keys(), ...mine])], reason)
      recent.clear()
      localStorage?.removeItem(tailKey)
      quietly(
        store.run(['records', 'contexts', 'meta'], 'readwrite', (name) => {
          for (const one of ['records', 'contexts', 'meta'] as const) name(one).clear()
        }),
      )
    }),
    async flush() {
      write()
      await flush()
    },
    counts: () => ({ ...counts, pending: mine.size }),
    context: guard.wrap((key, ref) => {
      recent.set(key, ref)
      if (recent.size > maxContexts) recent.delete(recent.keys().next().value!)
      const row: ContextRow = { v: 1, at: clock.epoch(), ref }
      if (!holding && !stopped)
        idle(() => quietly(store.run('contexts', 'readwrite', (name) => name('contexts').put(row, key))))
    }),
    async findContext(key) {
      const known = recent.get(key)
      if (known || holding) return known
      try {
        const row = await store.run<ContextRow>('contexts', 'readonly', (name) => name('contexts').get(key))
        return row?.v === 1 && clock.epoch() - row.at < timing.keepContexts ? row.ref : undefined
      } catch {
        return undefined
      }
    },
    async stop() {
      write()
      let late: number | undefined
      const patience = new Promise<void>((resolve) => (late = clock.setTimeout(resolve, timing.stopMost)))
      await Promise.race([flush(), patience])
      clock.clearTimeout(late)
      stopped = true
      disarm()
      loaded?.stop()
      if (unlisten) unlisten()
      rest()
      clock.clearTimeout(timer)
      store.close()
    },
  }
}
