/** What every file of delivery is given: the page's own functions, its clocks, whose records these are. Types alone. */
import type { SpanExporter, SpanWriter } from '../api.ts'
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import type { Timing } from './timing.ts'
import type { Attributes } from '../turn/record.ts'

/** The page's own functions; `fetch` as it was before we patched it. Each may be missing, and storage may be denied. */
export interface Natives {
  fetch?: typeof fetch
  fetchLater?: (url: string, options: RequestInit & { activateAfter?: number }) => { readonly activated: boolean }
  indexedDB?: IDBFactory
  localStorage?: Storage
  locks?: LockManager
}

/** Given by the wiring. */
export interface Given {
  /** Of an OTLP/HTTP collector that takes JSON, e.g. `/v1/traces`. Missing with an `exporter`, or when nothing is sent. */
  endpoint?: string
  /** Of the page, for its collector. */
  headers?: Record<string, string>
  /** Instead of `endpoint`. It is then not for us to see what its collector answers. */
  exporter?: SpanExporter | SpanWriter
  /** `service.name` and the like, of this page's records. */
  resource: Attributes
  /** Of this library. */
  version: string
  /** Says what was done in a wrong way, by names that the wiring knows. */
  advise(misuse: string): void
  /** Names under which the session id is sent besides `session.id`. */
  sessionKeys?: string[]
  /** Whether the page is hidden now, as far as was told. */
  hidden(): boolean
  clock: Clock
  timing: Timing
  guard: Guard
  pageId: string
  natives: Natives
}

export interface Setting extends Given {
  /** Whose records these are: applications of one origin share the device, but have collectors and consents of their own. */
  to: string
  /** The page's exporter, as one thing to write spans to. */
  writer?: SpanWriter
  /** Runs when the page has nothing to do, within a quarter of a second. */
  idle(fn: () => void): void
}

/** State as its owner has it: whoever else holds it can only look. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] }
