/** What a collector or an exporter is given of records: the one place where delivery meets spans and their writers. */
import type { SpanExporter, SpanWriter } from '../api.ts'
import type { AnyRecord, Attributes } from '../turn/record.ts'
import { encode } from './otlp.ts'
import type { Given } from './ports.ts'
import { spansOf } from './spans.ts'
import type { Form, SpanData } from './spans.ts'

type Scope = Pick<Given, 'sessionKeys' | 'version'>

const spansFor = (records: AnyRecord[], { sessionKeys }: Scope, form?: Form): SpanData[] =>
  records.flatMap((record) => spansOf(record, sessionKeys, form))

/** Whether it makes a span at all. */
export const isTellable = (record: AnyRecord): boolean => !!spansOf(record)[0]

/**
 * Body of an OTLP/JSON request, alike for the same records. Empty when none of them makes a span.
 * @param form `short`: turns alone, for what a page leaves with the browser, whose share may be no more than 8 KB
 */
export const bodyOf = (records: AnyRecord[], resource: Attributes, scope: Scope, form?: Form): string =>
  encode(spansFor(records, scope, form), resource, scope.version)

/** Hands them to the page's exporter. Rejects when it reports failure. */
export const hand = async (
  writer: SpanWriter,
  records: AnyRecord[],
  resource: Attributes,
  scope: Scope,
): Promise<void> => writer.write(spansFor(records, scope), { resource, version: scope.version })

/**
 * What the page gave as `exporter`, as one thing to write spans to.
 * @param load the part that a bare exporter needs; asked for again at the next writing when it did not come. `attempt` counts from 0
 */
export function writerFor(
  given: SpanExporter | SpanWriter,
  load: (attempt: number) => Promise<typeof import('./writer.ts')>,
  threw: () => void,
): SpanWriter {
  if ('write' in given) return given
  let attempts = 0
  let part: Promise<SpanWriter> | undefined
  const writer = () => {
    part ??= load(attempts++).then(({ writerOf }) => writerOf(given, threw))
    part.catch(() => (part = undefined))
    return part
  }
  // So that it is here when the page leaves.
  void writer()
  return {
    write: async (...all) => (await writer()).write(...all),
    flush: async () => (await part)?.flush?.(),
  }
}
