/** What a collector or an exporter is given of records: the one place where delivery meets spans and their writers. */
import type { SpanExporter } from '../api.ts'
import type { AnyRecord, Attributes } from '../turn/record.ts'
import { lastWords } from './last-words.ts'
import type { Given } from './ports.ts'
import { exportTo, sdkSpans, toJson } from './sdk.ts'
import type { ReadableSpan } from './sdk.ts'
import { spansOf } from './spans.ts'

type Scope = Pick<Given, 'sessionKeys' | 'version'>

const spansFor = (records: AnyRecord[], resource: Attributes, { sessionKeys, version }: Scope): ReadableSpan[] =>
  sdkSpans(
    records.flatMap((record) => spansOf(record, sessionKeys)),
    resource,
    version,
  )

/** Whether it makes a span at all. */
export const isTellable = (record: AnyRecord): boolean => !!spansOf(record)[0]

/** Body of an OTLP/JSON request, alike for the same records. Empty when none of them makes a span. */
export function bodyOf(records: AnyRecord[], resource: Attributes, scope: Scope): string {
  const spans = spansFor(records, resource, scope)
  return spans[0] ? toJson(spans) : ''
}

/** The same in short, of turns alone: for what a page leaves with the browser, whose share may be no more than 8 KB. */
export const shortBodyOf = (records: AnyRecord[], resource: Attributes, { sessionKeys = [], version }: Scope): string =>
  lastWords(records, resource, version, ['session.id', ...sessionKeys])

/** Hands them to the page's exporter. Rejects when it reports failure. */
export const hand = (exporter: SpanExporter, records: AnyRecord[], resource: Attributes, scope: Scope): Promise<void> =>
  exportTo(exporter, spansFor(records, resource, scope))
