/** Makes of what the page gave as `exporter` one thing to write spans to. */
import type { SpanExporter, SpanWriter } from '../api.ts'
import { readableSpans } from './readable.ts'

/** Spans given to a bare exporter are delivered when it says so; a failure that it reports is a rejection. */
export const writerOf = (given: SpanExporter | SpanWriter, hint: (message: string) => void): SpanWriter =>
  'write' in given
    ? given
    : {
        write: (spans, about) =>
          new Promise((resolve, reject) => {
            try {
              given.export(readableSpans(spans, about), ({ code, error }) => (code ? reject(error) : resolve()))
            } catch (error) {
              hint('the exporter threw, its spans wait: export(spans, done) must end with done({ code: 0 })')
              reject(error)
            }
          }),
        flush: () => given.forceFlush?.(),
      }
