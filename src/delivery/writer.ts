/** Makes of what the page gave as `exporter` one thing to write spans to. */
import type { SpanExporter, SpanWriter } from '../api.ts'
import { readableSpans } from './readable.ts'

/** Spans given to a bare exporter are delivered when it says so; a failure that it reports is a rejection. */
/** @param threw it did what no exporter may */
export const writerOf = (given: SpanExporter | SpanWriter, threw: () => void): SpanWriter =>
  'write' in given
    ? given
    : {
        write: (spans, about) =>
          new Promise((resolve, reject) => {
            try {
              given.export(readableSpans(spans, about), ({ code, error }) => (code ? reject(error) : resolve()))
            } catch (error) {
              threw()
              reject(error)
            }
          }),
        flush: () => given.forceFlush?.(),
      }
