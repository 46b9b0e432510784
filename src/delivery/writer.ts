/** Makes of a bare SpanExporter of the page's something to write spans to. Loaded only where there is one. */
import type { SpanExporter, SpanWriter } from '../api.ts'
import { readableSpans } from './readable.ts'

/** Delivered when the exporter says so; a failure that it reports is a rejection. @param threw it did what no exporter may */
export const writerOf = (exporter: SpanExporter, threw: () => void): SpanWriter => ({
  write: (spans, about) =>
    new Promise((resolve, reject) => {
      try {
        exporter.export(readableSpans(spans, about), ({ code, error }) => (code ? reject(error) : resolve()))
      } catch (error) {
        threw()
        reject(error)
      }
    }),
  flush: () => exporter.forceFlush?.(),
})
