/** Stands in for a feed until those who read streams are here: keeps what comes with its time, and says when they are wanted. */
import { FAR } from './body-tap.ts'
import type { Feed } from './feed.ts'

/** A body of one piece that is no longer, bytes, says that something was done, and answers nobody. */
const BRIEF = 64
/** Types of bodies that say something before they are whole. */
export const STREAMS = /event-stream|ndjson|jsonl|text.plain/

export function holdFeed(options: {
  /** Undefined as long as nobody is here to read. */
  make(): Feed | undefined
  /** Runs `fn` when they are here, as of now. `sign`: what came may be an answer, they are wanted. */
  wait(fn: () => void, sign?: boolean): void
  /** Its end was told. */
  ended(): void
}): Feed {
  let feed = options.make()
  let over = false
  let pieces = 0
  let held = 0
  const give = (fn: (feed: Feed) => void): boolean => {
    feed ??= options.make()
    if (feed) fn(feed)
    return !!feed
  }
  const later = (fn: (feed: Feed) => void, sign?: boolean): void => {
    // They may have come since.
    if (!give(fn)) options.wait(() => give(fn), sign)
  }
  const piece = (size: number, fn: (feed: Feed) => void): void => {
    // Of a longer body what is not read now is never read.
    if (!over && (feed || (held += size) < FAR)) later(fn, ++pieces > 1 || size > BRIEF)
  }
  return {
    response(status, contentType, header) {
      if (!over) later((it) => it.response(status, contentType, header), STREAMS.test(contentType))
    },
    bytes(chunk) {
      feed ??= options.make()
      // The page may use its buffer again.
      const kept = feed ? chunk : chunk.slice()
      piece(chunk.byteLength, (it) => it.bytes(kept))
    },
    text: (text, size) => piece(size ?? text.length, (it) => it.text(text, size)),
    message: (data, event) => piece(data.length, (it) => it.message(data, event)),
    unseen: (...all) => later((it) => it.unseen(...all)),
    end(...all) {
      if (over) return
      over = true
      options.ended()
      later((it) => it.end(...all))
    },
    ended: () => over,
    state: () => feed?.state(),
  }
}
