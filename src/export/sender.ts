/** Takes ready records to the collector: one request at a time, one sender among the tabs, nothing given up in silence. */
import { listen } from '../base/listen.ts'
import type { AnyRecord, Attributes, DeliveryNote } from '../turn/record.ts'
import type { DeliveryOptions, Natives } from './delivery.ts'
import { createOutbox } from './outbox.ts'
import { recoverPages } from './recovery.ts'
import { createEncoder } from './sdk.ts'
import type { Encoder } from './sdk.ts'
import type { SpanData } from './span.ts'
import { spansOf } from './spans.ts'
import type { DeviceState, Row, Store } from './store.ts'

/** What delivery lends to the sender: one memory, two halves of the work. */
export interface SenderPort extends Omit<DeliveryOptions, 'storage'> {
  to: string
  resource: Attributes
  /** The natives, or none of them where storage is off. */
  storage: Natives
  store: Store
  device: DeviceState
  held: Map<string, { row: Row; saved: boolean }>
  /** Turns of this page view that are not accounted for. */
  mine: Set<string>
  seal(record: AnyRecord, extra?: Partial<DeliveryNote>): AnyRecord | undefined
  rowOf(record: AnyRecord, state: Row['state'], at: number): Row
  delivered(rows: string[]): void
  count(reason: string, ids: string[]): void
  rejected(spans: number): void
  /** Drops that the database does not know of; they are the caller's now. */
  takeDrops(): number
  /** Asks for a drain soon. */
  wake(): void
  /** The page is leaving: start nothing. */
  left(): boolean
}

export interface Sender {
  /** Sends until nothing is left (undefined) or gives the ms to wait for. */
  drain(): Promise<number | undefined>
  /** Ends the request under way. Its records stay. */
  abort(): void
  /** The whole mapping of records to spans. */
  spansOf: typeof spansOf
  /** Hands rows to the page's exporter while the page leaves; they are not taken as sent. */
  last(rows: Row[]): void
  stop(): void
}

type Answer =
  | { is: 'taken' }
  | { is: 'too_large' }
  | { is: 'refused'; reason: string }
  /** `waitMs`: what the collector asked for. */
  | { is: 'later'; waitMs?: number }

const batchBytes = 512 * 1024
/** With keepalive, which outlives a hidden page; the host shares 64 KiB with us. */
const keepaliveBytes = 50 * 1024
/** JSON of spans per JSON of its record. */
const growth = 3
/** Compressing less is not worth the work. */
const gzipFrom = 2048
/** A record sent this long after its end says so. */
const lateMs = 30_000
/** A blocked endpoint is not tried more often than this: every try is a violation on the host's account. */
const blockedMs = 300_000

export function createSender(port: SenderPort): Sender {
  const { endpoint, exporter, clock, timing, guard, natives, store, device, held } = port
  const outbox = createOutbox({ store, to: port.to, timing, corrupt: (ids) => port.count('corrupt', ids) })
  const stored = (): boolean => store.kind() === 'indexeddb'
  const target = endpoint ? new URL(endpoint, location.href) : undefined
  // The header that says "compressed" is one that other origins must allow; asking them would fail on many.
  let gzip = target?.origin === location.origin && typeof CompressionStream === 'function'
  let { locks } = natives
  // Records per request: what the collector takes at all, and fewer after a failure, until the first success.
  let fits = Infinity
  let most = Infinity
  let running: Promise<number | undefined> | undefined
  let request: AbortController | undefined
  // One encoder per resource seen; a page sees its own and those of the releases before it.
  const encoders = new Map<string, Encoder>()
  let recovered = false
  let sinceSweep = Infinity
  let blocked = false
  // The next pause need not be waited for.
  let probe = false

  const stops = [
    listen<SecurityPolicyViolationEvent>(document, 'securitypolicyviolation', (event) => {
      // Cross-origin, the report may name no more than the origin.
      if (!target || !event.effectiveDirective.startsWith('connect-src') || !target.href.startsWith(event.blockedURI))
        return
      blocked = true
      guard.hint(`the page's Content-Security-Policy blocks ${target.origin}: add it to connect-src`)
    }),
    // No proof of a way to the collector, but a reason to look, unless it asked for a pause itself.
    listen(globalThis, 'online', () => {
      probe = true
      port.wake()
    }),
  ]

  const share = async (change: (state: DeviceState) => void): Promise<void> => {
    const drops = port.takeDrops()
    const all = (state: DeviceState): void => {
      state.dropped += drops
      change(state)
    }
    all(device)
    if (stored()) {
      try {
        Object.assign(device, await outbox.device(all))
      } catch {
        // Known to this page alone, then.
      }
    }
  }

  const pause = (waitMs?: number): Promise<void> =>
    share((state) => {
      const most = Math.min(timing.backoffMost, timing.backoffFirst * 2 ** state.tries)
      state.asked = waitMs != null
      state.tries = Math.min(state.tries + 1, 20)
      state.until =
        clock.epoch() +
        (waitMs ?? 0) +
        Math.random() * (state.asked ? timing.backoffFirst : most) +
        (blocked ? blockedMs : 0)
    })

  /** Ready rows of one resource, oldest first, together small enough for one request. */
  const next = async (): Promise<Row[]> => {
    const rows = new Map<string, Row>()
    if (stored()) for (const row of await outbox.rows('ready')) rows.set(row.record.id, row)
    for (const [id, { row, saved }] of held) if (row.state === 'ready' && (!saved || rows.has(id))) rows.set(id, row)
    const sorted = [...rows.values()].sort((a, b) => a.at - b.at)
    const resource = JSON.stringify(sorted[0]?.resource)
    let room = (document.hidden ? keepaliveBytes : batchBytes) / growth
    return sorted
      .filter((row) => JSON.stringify(row.resource) === resource)
      .slice(0, Math.min(fits, most))
      .filter((row, i) => (room -= row.bytes) > 0 || !i)
  }

  /** Late records say how late, under a higher revision, and are stored so before they go: copies must be alike. */
  const noteDelay = async (rows: Row[]): Promise<void> => {
    const changed: Row[] = []
    for (const row of rows) {
      const { record } = row
      const from = record.kind === 'turn' ? record.startedAt + (record.moments?.end ?? 0) : record.at
      const delayMs = clock.epoch() - from
      const known = record.delivery?.delayMs
      // Noted again only when it has doubled: each note is a revision.
      if (!(delayMs > Math.max(lateMs, 2 * (known ?? 0))) || !record.delivery) continue
      record.delivery.delayMs = delayMs
      record.rev = ++row.rev
      changed.push(row)
      const here = held.get(record.id)
      if (here && here.row.rev <= row.rev) here.row = row
    }
    if (changed[0] && stored()) await outbox.put(changed)
  }

  const post = async (body: string, zip: boolean): Promise<Answer> => {
    const abort = (request = new AbortController())
    const timer = clock.setTimeout(() => abort.abort(), timing.sendTimeout)
    try {
      const bytes: BodyInit = zip
        ? await new Response(new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'))).blob()
        : body
      const { fetch } = natives
      const response = await fetch!(endpoint!, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(zip && { 'content-encoding': 'gzip' }), ...port.headers },
        body: bytes,
        signal: abort.signal,
        keepalive: document.hidden && body.length < keepaliveBytes,
        priority: 'low',
      })
      return judge(response, await response.text())
    } catch {
      return { is: 'later' }
    } finally {
      clock.clearTimeout(timer)
      request = undefined
    }
  }

  const judge = (response: Response, text: string): Answer => {
    const { status, headers } = response
    if (status === 413) return { is: 'too_large' }
    if (response.ok) {
      // A captive portal or a login page also says 200.
      const elsewhere = response.redirected && new URL(response.url).origin !== target!.origin
      const type = headers.get('content-type') ?? ''
      if (elsewhere || type.includes('text/html')) return { is: 'later' }
      if (!text || type.includes('protobuf')) return { is: 'taken' }
      try {
        const answer = JSON.parse(text) as {
          partialSuccess?: { rejectedSpans?: number | string; errorMessage?: string }
        }
        if (typeof answer !== 'object' || !answer || Array.isArray(answer)) return { is: 'later' }
        const rejected = +(answer.partialSuccess?.rejectedSpans ?? 0)
        if (rejected > 0) {
          port.rejected(rejected)
          guard.hint(
            `the collector rejected ${rejected} span(s): ${answer.partialSuccess?.errorMessage ?? 'no reason given'}`,
          )
        }
        return { is: 'taken' }
      } catch {
        return { is: 'later' }
      }
    }
    if (status === 429 || status === 408 || status >= 500) {
      const after = headers.get('retry-after')
      const waitMs = after == null ? NaN : /^\s*\d+\s*$/.test(after) ? +after * 1000 : Date.parse(after) - clock.epoch()
      return { is: 'later', waitMs: waitMs >= 0 ? Math.min(waitMs, timing.retryAfterMost) : undefined }
    }
    return status < 400 ? { is: 'later' } : { is: 'refused', reason: 'http_' + status }
  }

  const encoderOf = ({ resource }: Row): Encoder => {
    const key = JSON.stringify(resource)
    if (!encoders.has(key)) encoders.set(key, createEncoder({ resource, version: port.version }))
    return encoders.get(key)!
  }

  const transmit = async (rows: Row[], spans: SpanData[]): Promise<Answer> => {
    const encoder = encoderOf(rows[0]!)
    if (exporter) {
      try {
        await encoder.export(spans, exporter)
        return { is: 'taken' }
      } catch {
        return { is: 'later' }
      }
    }
    const body = encoder.encode(spans)
    const zip = gzip && body.length > gzipFrom
    const answer = await post(body, zip)
    if (!zip || answer.is !== 'refused' || !/400|415/.test(answer.reason)) return answer
    gzip = false
    return post(body, false)
  }

  const drop = async (reason: string, rows: Row[]): Promise<void> => {
    port.count(
      reason,
      rows.map((row) => row.record.id),
    )
    if (stored()) await outbox.remove(rows)
  }

  const tidy = async (spare?: number): Promise<void> => {
    sinceSweep = 0
    const dropped = await outbox.sweep(clock.epoch(), spare)
    for (const [reason, ids] of Object.entries(dropped)) port.count(reason, ids)
  }

  /** Rows whose writing failed are tried again, at the cost of the oldest. */
  const rewrite = async (): Promise<void> => {
    const unsaved = [...held.values()].filter((one) => !one.saved && one.row.state === 'ready')
    if (!unsaved[0]) return
    try {
      await outbox.put(unsaved.map((one) => one.row))
      for (const one of unsaved) one.saved = true
    } catch (error) {
      if ((error as DOMException | null)?.name === 'QuotaExceededError') await tidy(32)
    }
  }

  /** What others have sent for us. */
  const reconcile = async (): Promise<void> => {
    if (!port.mine.size || !stored()) return
    const ids = await outbox.ids()
    const sent = [...port.mine].filter((id) => !ids.has(id) && held.get(id)?.saved !== false)
    port.delivered(sent)
  }

  const run = async (): Promise<number | undefined> => {
    // The database may only now turn out to be closed to us.
    await share(() => {})
    if (!recovered) {
      recovered = true
      try {
        await recoverPages(port, outbox)
      } catch (error) {
        guard.later(Promise.reject(error))
      }
    }
    if (stored() && sinceSweep > 200) await tidy()
    for (;;) {
      if (port.left()) return undefined
      const wait = device.until - clock.epoch()
      // A pause longer than any we make is of a clock that was wrong.
      if (wait > 0 && wait < 2 * timing.retryAfterMost && (!probe || device.asked)) return wait
      probe = false
      const rows = await next()
      if (!rows[0]) break
      await noteDelay(rows)
      const valid: Row[] = []
      const spans: SpanData[] = []
      for (const row of rows) {
        const own = spansOf(row.record, port.sessionKeys)
        if (!own[0]) await drop('invalid', [row])
        else {
          valid.push(row)
          spans.push(...own)
        }
      }
      if (!valid[0]) continue
      if (!locks && stored() && !(await lease())) return timing.leaderTakeover / 3
      blocked = false
      const answer = await transmit(valid, spans)
      // A request that was cut off because the page leaves says nothing about the collector.
      if (port.left()) return undefined
      if (answer.is === 'taken') {
        sinceSweep += valid.length
        most = Infinity
        if (stored()) await outbox.remove(valid)
        port.delivered(
          valid.filter((row) => (held.get(row.record.id)?.row.rev ?? 0) <= row.rev).map((row) => row.record.id),
        )
        if (device.tries || device.refused)
          await share((state) => {
            state.tries = state.until = 0
            state.asked = false
            state.refused = undefined
          })
      } else if (answer.is === 'too_large') {
        if (valid[1]) fits = valid.length >> 1
        else await drop('too_large', valid)
      } else if (answer.is === 'later') {
        most = 8
        await pause(answer.waitMs)
      } else {
        const { id } = valid[0].record
        // Refused again, and alone: it goes. A batch is first tried one by one, a single bad record must not cost the others.
        if (device.refused === id && !valid[1]) await drop(answer.reason, valid)
        most = 1
        await pause()
        await share((state) => {
          state.refused = id
        })
      }
    }
    if (stored()) {
      await rewrite()
      await reconcile()
    }
    await share(() => {})
    return port.mine.size > [...held.values()].filter((one) => one.row.state === 'open').length
      ? timing.leaderTakeover / 3
      : undefined
  }

  const lease = (): Promise<boolean> => outbox.lease(port.pageId, clock.epoch(), clock.epoch() + timing.leaderTakeover)

  const alone = async (): Promise<number | undefined> => {
    if (locks) {
      let asked = false
      try {
        return (await locks.request('chat-vitals:send', { ifAvailable: true }, (lock) => {
          asked = true
          // Another tab sends; look again soon, it may die.
          return lock ? run() : timing.leaderTakeover / 3
        })) as number | undefined
      } catch (error) {
        if (asked) throw error
        // They are there, but denied: an opaque origin.
        locks = undefined
      }
    }
    // Without a database there is nothing to share either.
    await share(() => {})
    return stored() && !(await lease()) ? timing.leaderTakeover / 3 : run()
  }

  return {
    drain: () =>
      (running ??= alone().finally(() => {
        running = undefined
      })),
    spansOf,
    abort: () => request?.abort(),
    last(rows) {
      const spans = rows.flatMap((row) => spansOf(row.record, port.sessionKeys))
      guard.later(encoderOf(rows[0]!).export(spans, exporter!))
    },
    stop() {
      request?.abort()
      for (const stop of stops) stop()
    },
  }
}
