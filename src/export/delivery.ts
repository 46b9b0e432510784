/**
 * Takes records in and sees to it that each is stored, sent and counted; the first script's share of that: memory, the
 * writing, the last words of a page. Sending in peace and recovery are in the lazy part.
 */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import type { Timing } from '../base/timing.ts'
import type { AnyRecord, Attributes, DeliveryNote, TurnRecord, TurnRef } from '../turn/record.ts'
import type { SpanExporter } from './sdk.ts'
import type { Sender, SenderPort } from './sender.ts'
import { lastWords } from './last-words.ts'
import { otlpJson } from './otlp.ts'
import { fullResource } from './resource.ts'
import { createStore } from './store.ts'
import type { ContextRow, DeviceState, Row } from './store.ts'
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

/** The page's own functions, captured before anyone replaced them. Each may be missing. */
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
  exporter?: SpanExporter
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
  /** Settles an open turn of a page that has died: `abandoned` with a tail, else `lost`. Pure. */
  recover(record: TurnRecord, hasTail: boolean): TurnRecord
  clock: Clock
  timing: Timing
  guard: Guard
  pageId: string
  natives: Natives
  /** May the device's storage be used? */
  storage: boolean
  /** Consent is pending: keep all in memory until `release()`. */
  hold?: boolean
  debug?: boolean
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
interface Held {
  row: Row
  /** In the database as it is here. */
  saved: boolean
}

/** What a leaving page may still have in flight is 64 KiB, shared with the host. */
const leavingBytes = 50 * 1024
/** JSON kept in memory of what is also in the database, and of what is nowhere else. */
const savedBytes = 100_000
const unsavedBytes = 400_000
const maxContexts = 200

export function createDelivery(options: DeliveryOptions): Delivery {
  const { endpoint, clock, timing, guard, pageId, natives } = options
  const resource = fullResource(options.resource, options.version)
  const to = '' + resource['service.name']
  const storage = options.storage ? natives : ({} as Natives)
  const store = createStore({ indexedDB: storage.indexedDB, clock, timing })
  // By record id, oldest first. Bounded by bytes.
  const held = new Map<string, Held>()
  // Ids in `held` that wait for the next writing.
  const dirty = new Set<string>()
  // Turns of this page view not yet accounted for; an id each.
  const mine = new Set<string>()
  const recent = new Map<string, TurnRef>()
  const counts = { opened: 0, delivered: 0, dropped: {} as Record<string, number>, rejectedSpans: 0 }
  const device: DeviceState = { dropped: 0, until: 0, tries: 0 }
  // Drops that `device` in the database does not know of.
  let newDrops = 0
  let lastSeq = 0
  let holding = options.hold
  let stopped = false
  let left = false
  let writing = false
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

  // A device that stores nothing is no error of ours.
  const quietly = (done: Promise<unknown>): void => void done.catch(() => {})

  const idle = (fn: () => void): void => {
    const run = guard.wrap(fn)
    if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: 1000 })
    else clock.setTimeout(run, 50)
  }

  const count = (reason: string, ids: string[]): void => {
    for (const id of ids) {
      if (mine.delete(id)) counts.dropped[reason] = (counts.dropped[reason] ?? 0) + 1
      held.delete(id)
      dirty.delete(id)
    }
    newDrops += ids.length
  }

  const note = (extra?: Partial<DeliveryNote>): DeliveryNote => ({
    opened: lastSeq,
    dropped: device.dropped + newDrops,
    store: store.kind(),
    ...extra,
  })

  /** The record as it will be sent, for good: copies of it must be alike. */
  const seal = (record: AnyRecord, extra?: Partial<DeliveryNote>): AnyRecord | undefined => {
    const passed = guard(() => options.gate(record))
    return passed && ({ ...passed, id: record.id, delivery: note(extra) } as AnyRecord)
  }

  // Plain data in one go: what a page's beforeSend put in (getters, proxies, cycles) ends here.
  const rowOf = (record: AnyRecord, state: Row['state'], at: number): Row => {
    const json = JSON.stringify(record)
    const plain = JSON.parse(json) as AnyRecord
    return {
      v: 1,
      to,
      state,
      rev: plain.rev,
      at,
      seen: clock.epoch(),
      pageId,
      bytes: json.length,
      resource,
      record: plain,
    }
  }

  const trim = (): void => {
    let saved = 0
    let unsaved = 0
    for (const [id, one] of [...held].reverse()) {
      if (one.saved) {
        saved += one.row.bytes
        if (saved > savedBytes && one.row.state === 'ready') held.delete(id)
      } else {
        unsaved += one.row.bytes
        if (unsaved > unsavedBytes && one.row.state === 'ready') count('memory', [id])
      }
    }
  }

  const write = (): void => {
    writing = false
    // A page that leaves starts no transaction: it would not come through, and its end would cost the back/forward cache.
    if (holding || stopped || left) return
    const batch = [...dirty].map((id) => held.get(id)!)
    const revs = batch.map((one) => one.row.rev)
    dirty.clear()
    if (batch[0])
      guard.later(
        store
          .run('records', 'readwrite', (name) => {
            for (const { row } of batch) name('records').put(row, row.record.id)
          })
          .then(
            () => {
              // Unless it was told in short meanwhile, and is of a higher revision now.
              batch.forEach((one, i) => (one.saved = one.row.rev === revs[i]))
            },
            () => {},
          )
          .then(trim),
      )
  }

  /** The body of a last request; fewer words where the whole mapping has not come yet. */
  const bodyOf = (records: AnyRecord[]): string => {
    const spans = records.flatMap((record) => (loaded?.spansOf ?? lastWords)(record, options.sessionKeys))
    return spans[0] ? otlpJson(spans, resource, options.version) : ''
  }

  const requestOf = (body: string): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...options.headers },
    body,
  })

  /** All that is not acknowledged, newest first as far as it fits; answers are read by nobody, so it is sent again later. */
  const sendLeaving = (): void => {
    if (holding || device.until > clock.epoch()) return
    let room = leavingBytes
    const rows: Row[] = []
    for (const { row } of [...held.values()].reverse()) {
      // Names make it about three times the record; measured, with room to spare.
      if (row.state === 'ready' && (room -= row.bytes * 3) > 0) rows.unshift(row)
    }
    if (!rows[0]) return
    if (!endpoint) return loaded?.last(rows)
    const body = bodyOf(rows.map((row) => row.record))
    const { fetch } = natives
    if (!body || !fetch) return
    const post = async (keepalive?: boolean) => fetch(endpoint, { ...requestOf(body), keepalive })
    quietly(post(true).catch(() => post()))
    // What was only said in part is said again in full: under a higher revision.
    if (!loaded) {
      for (const row of rows) {
        row.record.rev = ++row.rev
        held.get(row.record.id)!.saved = false
        dirty.add(row.record.id)
      }
      write()
    }
  }

  const saveTail = (): void => {
    if (!storage.localStorage || holding || stopped) return
    hasTail = true
    const entries = []
    for (const { row, saved } of held.values()) {
      if (row.state === 'open' || !saved) entries.push({ saved, record: row.record })
    }
    writeTail(storage.localStorage, pageId, { v: 1, to, at: clock.epoch(), left, dropped: newDrops, entries })
  }

  /** Leaves the open turns with the browser, which sends them if this page dies without a word. */
  const arm = (): void => {
    const { fetchLater } = natives
    later?.abort()
    later = undefined
    if (!fetchLater || !endpoint || holding || device.until > clock.epoch()) return
    const records: AnyRecord[] = []
    for (const { row } of held.values()) {
      if (row.state === 'open') {
        const sealed = seal(options.recover(row.record as TurnRecord, false))
        if (sealed) records.push({ ...sealed, rev: row.rev })
      } else if (left) records.push(row.record)
    }
    const body = bodyOf(records)
    if (!body) return
    later = new AbortController()
    laterAt = clock.now()
    fetchLater(endpoint, { ...requestOf(body), signal: later.signal })
  }

  const port: SenderPort = {
    ...options,
    to,
    resource,
    storage,
    store,
    device,
    held,
    mine,
    seal,
    rowOf,
    delivered(ids) {
      for (const id of ids) {
        if (mine.delete(id)) counts.delivered++
        held.delete(id)
        dirty.delete(id)
      }
    },
    count,
    rejected: (spans) => void (counts.rejectedSpans += spans),
    takeDrops: () => [newDrops, (newDrops = 0)][0]!,
    wake: () => schedule(0),
    left: () => left || stopped,
  }

  const load = (): Promise<Sender> =>
    (sender ??= options.load(attempts++).then(
      (part) => (loaded = part.createSender(port)),
      (error) => {
        sender = undefined
        guard.hint('the part that sends could not be loaded; records wait on this device')
        throw error
      },
    ))

  const drain = async (): Promise<void> => {
    if (holding || stopped || !(endpoint || options.exporter)) return
    let wait: number | undefined
    try {
      wait = await (await load()).drain()
    } catch {
      wait = Math.min(timing.backoffMost, timing.backoffFirst * 2 ** attempts) * Math.random()
    }
    if (wait != null) schedule(wait)
  }

  /** A drain in `ms` at the latest. */
  const schedule = (ms: number): void => {
    const at = clock.now() + ms
    if (stopped || at >= timerAt) return
    clock.clearTimeout(timer)
    timerAt = at
    timer = clock.setTimeout(() => {
      timerAt = Infinity
      idle(() => guard.later(drain()))
    }, ms)
  }

  /** The sign of life where there are no locks: open rows are written again. */
  const touch = (): void => {
    for (const [id, { row }] of held) {
      if (row.state === 'open') {
        row.seen = clock.epoch()
        dirty.add(id)
      }
    }
    write()
    if (die) clock.setTimeout(guard.wrap(touch), timing.leaderTakeover)
  }

  /** Held while the page lives: others must not take its open turns for those of a dead one. */
  const live = (): void => {
    if (die || stopped || !storage.indexedDB) return
    const life = new Promise<void>((resolve) => (die = resolve))
    if (natives.locks) quietly(natives.locks.request('chat-vitals:page:' + pageId, () => life))
    else touch()
  }

  const start = (): void => {
    live()
    guard.later(
      store
        .run<DeviceState | undefined>('meta', 'readonly', (name) => name('meta').get('device'))
        .then((known) => void Object.assign(device, known))
        .then(() => store.run('records', 'readonly', (name) => name('records').count()))
        .then(
          // Something of an earlier page is left: only then is the lazy part wanted before the first turn.
          (rows) => rows > 0,
          () => false,
        )
        .then((rows) => {
          if (rows || Object.keys(storage.localStorage ?? {}).some((key) => key.startsWith(tailPrefix)))
            schedule(timing.sendEvery)
        }),
    )
  }
  if (!holding) idle(start)

  const put = (record: AnyRecord, state: Row['state'], urgent?: boolean): void => {
    if (stopped || !options.sampled()) return
    const { id } = record
    const old = held.get(id)
    if (record.kind === 'turn' && record.seq > lastSeq) {
      lastSeq = record.seq
      counts.opened++
      mine.add(id)
    }
    const sealed = state === 'ready' ? seal(record) : record
    const row = sealed && guard(() => rowOf(sealed, state, old?.row.at ?? clock.epoch()))
    if (!row) {
      count(sealed ? 'invalid' : 'before_send', [id])
      // Its open mark must not be recovered as a lost turn.
      if (old) quietly(store.run('records', 'readwrite', (name) => name('records').delete(id)))
      return
    }
    // Only a ready row can have been sent.
    if (old?.row.state === 'ready' && row.rev <= old.row.rev) row.record.rev = row.rev = old.row.rev + 1
    held.delete(id)
    held.set(id, { row, saved: false })
    dirty.add(id)
    if (holding) return trim()
    if (urgent || (state === 'open' && !old)) write()
    else if (!writing) {
      writing = true
      idle(write)
    }
    // An open turn needs the lazy part too: a page that leaves then has the whole mapping.
    if (state === 'ready' || !loaded) schedule(timing.sendEvery)
    if (hasTail) saveTail()
    const { firstText } = (record as TurnRecord).moments ?? {}
    const before = (old?.row.record as TurnRecord | undefined)?.moments?.firstText
    if (
      natives.fetchLater &&
      (state === 'ready' || !old || firstText !== before || clock.now() - laterAt > timing.fetchLater)
    )
      idle(arm)
  }

  // The tail last: it knows the revisions that are still to be sent.
  const end = (): void => {
    sendLeaving()
    saveTail()
  }

  return {
    put: guard.wrap(put),
    hide: guard.wrap(() => {
      if (left) return
      if (loaded) guard.later(drain())
      else sendLeaving()
      saveTail()
    }),
    show: guard.wrap(() => {
      left = false
      if (hasTail) storage.localStorage?.removeItem(tailPrefix + pageId)
      hasTail = false
      if (!holding) live()
      write()
      schedule(timing.sendEvery)
    }),
    leave: guard.wrap(() => {
      left = true
      arm()
      end()
      loaded?.abort()
      die?.()
      die = undefined
    }),
    freeze: guard.wrap(() => {
      end()
      loaded?.abort()
    }),
    release: guard.wrap(() => {
      holding = false
      start()
      for (const id of held.keys()) dirty.add(id)
      write()
      schedule(timing.sendEvery)
    }),
    purge: guard.wrap((reason) => {
      later?.abort()
      loaded?.abort()
      count(reason, [...new Set([...held.keys(), ...mine])])
      recent.clear()
      storage.localStorage?.removeItem(tailPrefix + pageId)
      later = undefined
      quietly(
        store.run(['records', 'contexts'], 'readwrite', (name) => {
          name('records').clear()
          name('contexts').clear()
        }),
      )
    }),
    async flush() {
      if (dirty.size) write()
      await drain()
    },
    counts: () => ({ ...counts, dropped: { ...counts.dropped }, pending: mine.size }),
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
      if (dirty.size) write()
      await Promise.race([drain(), new Promise<void>((resolve) => clock.setTimeout(resolve, timing.storeOpen))])
      stopped = true
      later?.abort()
      loaded?.stop()
      die?.()
      die = undefined
      clock.clearTimeout(timer)
      store.close()
    },
  }
}
