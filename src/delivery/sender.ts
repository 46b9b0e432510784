/** Takes ready records to the collector: one request at a time, one sender among the tabs, nothing given up in silence. */
import { listen } from '../base/listen.ts'
import type { AnyRecord, Attributes } from '../turn/record.ts'
import type { Counts, DeliveryOptions, Held } from './delivery.ts'
import { createOutbox } from './outbox.ts'
import type { SpanData } from './spans.ts'
import type { DeviceState, Row, Store } from './store.ts'
import { tailPrefix } from './tail.ts'
import { writerOf } from './writer.ts'

/** What delivery lends to the sender: one memory, two halves of the work. */
export interface SenderPort extends DeliveryOptions {
  to: string
  resource: Attributes
  store: Store
  /** What all pages of the device know; `fresh`: drops that the database does not know of. */
  device: DeviceState & {
    fresh: number
    /** Epoch ms before which the page's own policy is not to be tried again. */
    blocked: number
  }
  held: Map<string, Held>
  /** Turns of this page view that are not accounted for. */
  mine: Set<string>
  counts: Pick<Counts, 'rejectedSpans'>
  /** What the gate and delivery make of a record. Throws when the gate does. */
  seal(record: AnyRecord): AnyRecord | undefined
  rowOf(record: AnyRecord, state: Row['state'], at: number): Row
  spans(records: AnyRecord[]): SpanData[]
  /** OTLP/JSON of records; empty when none of them makes a span. */
  encode(records: AnyRecord[], resource: Attributes): string
  /** These are done with: dropped for the reason, delivered without one. */
  settle(ids: string[], reason?: string): void
  /** Runs when the page has nothing to do, within a quarter of a second. */
  idle(fn: () => void): void
  /** Asks for a drain soon. */
  wake(): void
  /** The page is leaving, or may not send: start nothing. */
  left(): boolean
}

export interface Sender {
  /** Sends until nothing is left (undefined) or gives the ms to wait for. */
  drain(): Promise<number | undefined>
  /** Ends the request under way. Its records stay. */
  abort(): void
  /** OTLP/JSON of records of this page, by the letter as they are sent later. Empty when none of them makes a span. */
  encode(records: AnyRecord[]): string
  /** Hands rows to the page's exporter while the page leaves; they are not taken as sent. */
  last(rows: Row[]): void
  /** What was handed to the page's exporter leaves it. */
  flush(): Promise<void>
  stop(): void
}

/** A number: not now, but in so many ms, as the collector said. Other words are why it was refused. */
type Answer = 'taken' | 'later' | 'too_large' | `http_${number}` | number

const batchBytes = 512 * 1024
/** With keepalive, which outlives a hidden page; the host shares 64 KiB with us. */
const keepaliveBytes = 50 * 1024
/** JSON of spans per JSON of its record. */
const growth = 3
/** Compressing less is not worth the work. */
const gzipFrom = 2048
/** A record sent this long after its end says so. */
const lateMs = 30_000

export function createSender(port: SenderPort): Sender {
  const { endpoint, exporter, clock, timing, guard, natives, store, device, held, mine, settle, pageId } = port
  const outbox = createOutbox({ store, to: port.to, timing, dropped: settle })
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
  // Calls of `abort`: what was read before one is not sent after it. `go` ends the wait for an idle moment.
  let aborts = 0
  let go: (() => void) | undefined
  let recovery: ReturnType<SenderPort['recovery']> | undefined
  // In a row, of looking for what dead pages left.
  let failures = 0
  // Epoch ms at which the device was last tidied, and looked through for what pages that died have left.
  let tidied = -Infinity
  let looked = -Infinity
  // Whether the database was there to look into.
  let seen = false
  // Others have open turns, and may be dying only now: the wait until the next look, longer each time.
  let patience: number | undefined
  let attempts = 0
  // The next pause need not be waited for.
  let probe = false

  const stops = [
    // No proof of a way to the collector, but a reason to look, unless it asked for a pause itself.
    listen(
      globalThis,
      'online',
      guard.wrap(() => {
        probe = true
        port.wake()
      }),
    ),
  ]

  const idsOf = (rows: Row[]): string[] => rows.map((row) => row.record.id)
  const writer = exporter && writerOf(exporter, guard.hint)
  const recordsOf = (rows: Row[]): AnyRecord[] => rows.map((row) => row.record)
  const write = async (rows: Row[]): Promise<void> =>
    writer!.write(port.spans(recordsOf(rows)), { resource: rows[0]!.resource, version: port.version })

  /** Changes what all pages know, and learns what they do. */
  const share = async (change?: (state: DeviceState) => void): Promise<void> => {
    const drops = device.fresh
    device.fresh = 0
    const all = (state: DeviceState): void => {
      state.dropped += drops
      change?.(state)
    }
    all(device)
    try {
      await outbox.device((state) => {
        all(state)
        Object.assign(device, state)
      })
    } catch {
      // Known to this page alone, then.
    }
  }

  const pause = (asked?: number, refused?: string): Promise<void> =>
    share((state) => {
      const most = Math.min(timing.backoffMost, timing.backoffFirst * 2 ** state.tries)
      state.asked = asked != null
      state.refused = refused ?? state.refused
      state.tries = Math.min(state.tries + 1, 20)
      state.until =
        Math.max(device.blocked, clock.epoch() + (asked ?? 0)) +
        Math.random() * (state.asked ? timing.backoffFirst : most)
    })

  /** Ready rows of one resource, oldest first, together small enough for one request. */
  const next = async (): Promise<Row[]> => {
    const rows = new Map<string, Row>()
    if (stored()) for (const row of await outbox.rows('ready')) rows.set(row.record.id, row)
    for (const [id, { row, saved }] of held) {
      const known = rows.get(id)
      // Another tab may have noted how late it is: under a higher revision.
      if (row.state === 'ready' && (known ? known.rev <= row.rev : !saved)) rows.set(id, row)
    }
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
    const changed = rows.filter((row) => {
      const { record } = row
      const { delivery } = record
      const from = record.kind === 'turn' ? record.startedAt + (record.moments?.end ?? 0) : record.at
      const delayMs = clock.epoch() - from
      // Noted again only when it has doubled: each note is a revision.
      if (!delivery || !(delayMs > Math.max(lateMs, 2 * (delivery.delayMs ?? 0)))) return false
      delivery.delayMs = delayMs
      record.rev = ++row.rev
      const here = held.get(record.id)
      if (here && here.row.rev <= row.rev) here.row = row
      return true
    })
    if (changed[0] && stored()) await outbox.put(changed)
  }

  const post = async (body: string, zip: boolean): Promise<Answer> => {
    const abort = (request = new AbortController())
    const timer = clock.setTimeout(() => abort.abort(), timing.sendTimeout)
    try {
      const { fetch } = natives
      const response = await fetch!(endpoint!, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(zip && { 'content-encoding': 'gzip' }), ...port.headers },
        body: zip
          ? await new Response(new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'))).blob()
          : body,
        signal: abort.signal,
        keepalive: document.hidden && body.length < keepaliveBytes,
        priority: 'low',
      })
      return judge(response, await response.text())
    } catch {
      return 'later'
    } finally {
      clock.clearTimeout(timer)
      request = undefined
    }
  }

  /** Throws on an answer that is no OTLP: it comes from something else than a collector. */
  const judge = ({ status, headers, ok, redirected, url }: Response, text: string): Answer => {
    const after = headers.get('retry-after')
    const type = headers.get('content-type') ?? ''
    if (status === 413) return 'too_large'
    if (status === 429 || status === 408 || status >= 500) {
      const waitMs = /^\s*\d+\s*$/.test(after!) ? +after! * 1000 : Date.parse(after!) - clock.epoch()
      return waitMs >= 0 ? Math.min(waitMs, timing.retryAfterMost) : 'later'
    }
    if (status >= 400) return `http_${status}`
    // A captive portal or a login page also says 200.
    if (!ok || type.includes('text/html') || (redirected && new URL(url).origin !== target!.origin)) return 'later'
    if (!text || type.includes('protobuf')) return 'taken'
    const answer = JSON.parse(text)
    if (typeof answer !== 'object' || Array.isArray(answer)) return 'later'
    const { rejectedSpans, errorMessage } = answer.partialSuccess ?? {}
    if (rejectedSpans > 0) {
      port.counts.rejectedSpans += +rejectedSpans
      guard.hint(`the collector rejected ${rejectedSpans} span(s): ${errorMessage ?? 'no reason given'}`)
    }
    return 'taken'
  }

  const transmit = async (rows: Row[]): Promise<Answer> => {
    if (writer)
      return write(rows).then(
        () => 'taken',
        () => 'later',
      )
    const body = port.encode(recordsOf(rows), rows[0]!.resource)
    const zip = gzip && body.length > gzipFrom
    const answer = await post(body, zip)
    if (!zip || !/400|415/.test('' + answer)) return answer
    gzip = false
    return post(body, false)
  }

  const drop = async (reason: string, rows: Row[]): Promise<void> => {
    settle(idsOf(rows), reason)
    if (stored()) await outbox.remove(rows)
  }

  /** Rows whose writing failed are tried again, at the cost of the oldest. */
  const rewrite = async (): Promise<void> => {
    const unsaved = [...held.values()].filter((one) => one.saved === false && one.row.state === 'ready')
    if (!unsaved[0]) return
    try {
      await outbox.put(unsaved.map((one) => one.row))
      for (const one of unsaved) one.saved = true
    } catch (error) {
      if ((error as DOMException | null)?.name === 'QuotaExceededError')
        await drop('full', await outbox.rows('ready', 32))
    }
  }

  /** Turns that are open on other pages, living or dead. */
  const others = async (): Promise<boolean> =>
    stored() && (await outbox.rows('open', 500)).some((row) => row.pageId !== pageId)

  const tidy = async (): Promise<void> => {
    looked = clock.epoch()
    seen = stored()
    if (looked - tidied >= timing.tidyEvery) {
      tidied = looked
      if (stored()) await outbox.sweep(looked)
    }
    const left = Object.keys(natives.localStorage ?? {}).some(
      (key) => key.startsWith(tailPrefix) && key !== tailPrefix + pageId,
    )
    if (left || (await others())) {
      // Once: under another attempt it would be fetched anew.
      recovery ??= port.recovery(attempts++)
      const { recoverPages } = await recovery.catch((error) => {
        recovery = undefined
        throw error
      })
      await recoverPages(port, outbox)
    }
    patience = (await others()) ? Math.min((patience ?? timing.recoverEvery / 2) * 2, timing.tidyEvery) : undefined
  }

  const lease = (): Promise<boolean> => outbox.lease(pageId, clock.epoch())

  const run = async (): Promise<number | undefined> => {
    // The database may only now turn out to be closed to us.
    await share()
    if (seen !== stored() || clock.epoch() - looked >= timing.recoverEvery) {
      const tidying = tidy()
      guard.later(tidying)
      await tidying.then(
        () => (failures = 0),
        () => failures++,
      )
    }
    if (stored()) await rewrite()
    for (;;) {
      const before = aborts
      const aborted = () => aborts > before
      // Before the pause is looked at: it comes with the database, which may be open only now.
      const rows = await next()
      // What was read may have been purged meanwhile.
      if (port.left()) return undefined
      if (aborted()) return timing.sendEvery
      if (!rows[0]) break
      const wait = Math.max(device.until, device.blocked) - clock.epoch()
      // A pause longer than any we make is of a clock that was wrong.
      if (wait > 0 && wait < 2 * timing.retryAfterMost && (!probe || device.asked)) return wait
      probe = false
      const bad = rows.filter((row) => !port.spans([row.record])[0])
      if (bad[0]) {
        await drop('invalid', bad)
        continue
      }
      await noteDelay(rows)
      if (!locks && stored() && !(await lease())) return timing.leaderLook
      // Encoding takes longer than all else that we do.
      if (!document.hidden && !aborted())
        await new Promise<void>((resolve) => {
          go = resolve
          port.idle(resolve)
        })
      if (port.left()) return undefined
      if (aborted()) return timing.sendEvery
      const answer = await transmit(rows)
      // A request that was cut off because the page leaves says nothing about the collector.
      if (port.left()) return undefined
      if (answer === 'taken') {
        most = Infinity
        if (stored()) await outbox.remove(rows)
        settle(idsOf(rows.filter((row) => (held.get(row.record.id)?.row.rev ?? 0) <= row.rev)))
        if (device.tries || device.refused)
          await share((state) => {
            state.tries = state.until = 0
            state.asked = false
            state.refused = undefined
          })
      } else if (answer === 'too_large') {
        if (rows[1]) fits = rows.length >> 1
        else await drop(answer, rows)
      } else if (answer === 'later' || typeof answer === 'number') {
        most = 8
        await pause(answer === 'later' ? undefined : answer)
      } else {
        const { id } = rows[0].record
        // Refused again, and alone: it goes. A batch is first tried one by one, a single bad record must not cost the others.
        if (device.refused === id && !rows[1]) await drop(answer, rows)
        most = 1
        await pause(undefined, id)
      }
    }
    if (stored() && mine.size) {
      // What others have sent for us.
      const ids = await outbox.ids()
      settle([...mine].filter((id) => !ids.has(id) && (!held.has(id) || held.get(id)!.saved)))
    }
    await share()
    return mine.size > [...held.values()].filter((one) => one.row.state === 'open').length
      ? timing.leaderLook
      : failures
        ? timing.loadAgain * failures
        : patience
  }

  const alone = async (): Promise<number | undefined> => {
    if (locks) {
      let asked = false
      try {
        return (await locks.request('chat-vitals:send', { ifAvailable: true }, (lock) => {
          asked = true
          // Another tab sends; look again soon, it may die.
          return lock ? run() : timing.leaderLook
        })) as number | undefined
      } catch (error) {
        if (asked) throw error
        // They are there, but denied: an opaque origin.
        locks = undefined
      }
    }
    // Without a database there is nothing to share either.
    await share()
    return stored() && !(await lease()) ? timing.leaderLook : run()
  }

  return {
    drain: () =>
      (running ??= alone().finally(() => {
        running = undefined
      })),
    abort() {
      aborts++
      go?.()
      request?.abort()
    },
    encode: (records) => port.encode(records, port.resource),
    last: (rows) => guard.later(write(rows)),
    async flush() {
      await writer?.flush?.()
    },
    stop() {
      guard.later((async () => writer?.stop?.())())
      go?.()
      request?.abort()
      for (const stop of stops) stop()
    },
  }
}
