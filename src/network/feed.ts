/** Follows one call for its port: response, contents, and exactly one end; leaves how they were seen to the taps. */
import type { Clock } from '../base/clock.ts'
import { errorName } from '../base/error-name.ts'
import type { Stop } from '../base/listen.ts'
import type { CallEnd, CallPort } from '../turn/marks.ts'
import type { Framing } from './formats/framing.ts'
import type { Notes } from './formats/notes.ts'

/** What reads streams; may come after the first of them. */
export interface Formats {
  createNotes(): Notes
  createFraming(notes: Notes, contentType: string): Framing
}

/** What reads streams, when it is here. */
export interface FormatsLine {
  /** Runs `fn` with them, now or as of now; with undefined when they cannot be had. `sign`: what came may be an answer, they are wanted. */
  with(fn: (part: Formats | undefined) => void, sign?: boolean): void
}

export interface Feed {
  /** Once; without it `bytes`, `text` and `message` are only counted. */
  response(status: number, contentType: string, header: (name: string) => string | null): void
  bytes(chunk: Uint8Array): void
  /** `size`: its bytes on the wire, when known. */
  text(text: string, size?: number): void
  /** One already framed message. */
  message(data: string, event?: string): void
  /** `at`: when it ended, if that was not now. */
  end(how: CallEnd, error?: unknown, at?: number): void
  ended(): boolean
  /** Nothing that the format promised is missing. */
  complete(): boolean
  /** The format's terminal event was seen. */
  over(): boolean
}

/** No answer is longer, bytes: of a longer body only the last of large chunks that follow each other is read. */
export const FAR = 2 << 20
const LARGE = 16 << 10
/** A body of one piece that is no longer, bytes, says that something was done, and answers nobody. */
const BRIEF = 64
const STREAMS = /event-stream|ndjson|jsonl|json-seq|text\/plain/

/** What a failure was: by the signal's word first, then by the error's name. */
export function endOf(error: unknown, signal?: AbortSignal | null): CallEnd {
  const name = (signal?.aborted ? (signal.reason as Error)?.name : (error as Error)?.name) ?? ''
  return name == 'TimeoutError' ? 'timeout' : signal?.aborted || name == 'AbortError' ? 'aborted' : 'failed'
}

export function createFeed(
  call: CallPort,
  { clock, formats }: { clock: Pick<Clock, 'now'>; formats: FormatsLine },
  onEnd?: Stop,
): Feed {
  let notes: Notes | undefined
  let framing: Framing | undefined
  let decoder: TextDecoder | undefined
  // Bytes so far, and of a far too long body the end of the last large chunk, not read. A copy: the page may use its buffer again.
  let all = 0
  let passed: Uint8Array | undefined
  // No response yet, or one that is not read.
  let unread = true
  let ended = false
  let here = false
  let pieces = 0
  let frame = (_contentType: string): void => {}

  // Until the formats are here, in line with all else that waits for them.
  const soon = (fn: () => void, sign?: boolean): void => {
    if (here) fn()
    else formats.with(fn, sign)
  }
  const pass = (read: () => void, size: number) => {
    if (ended) return
    const at = clock.now()
    pieces++
    soon(
      () => {
        read()
        call.content(notes ? notes.take(at, size) : { at, bytes: size, model: false })
      },
      pieces > 1 || size > BRIEF,
    )
  }

  // At once: the page may use the buffer again before the formats are here.
  const decode = (chunk: Uint8Array): string =>
    unread ? '' : (decoder ??= new TextDecoder()).decode(chunk, { stream: true })
  const catchUp = (): string => {
    const chunk = passed
    passed = undefined
    return chunk ? decode(chunk) : ''
  }

  formats.with((part) => {
    here = true
    notes = part?.createNotes()
    frame = (contentType) => (framing = notes && part!.createFraming(notes, contentType))
  })

  return {
    response: (status, contentType, header) => {
      if (ended || !unread) return
      // The body of a refused request is no answer: a 429 page is not read.
      unread = status >= 400
      if (!unread) soon(() => frame(contentType), STREAMS.test(contentType))
      call.response(clock.now(), { status, contentType, header })
    },
    bytes: (chunk) => {
      if (ended) return
      const size = chunk.byteLength
      if ((all += size) > FAR && size > LARGE) {
        passed = chunk.slice(-LARGE)
        return pass(() => notes?.model(true), size)
      }
      const text = catchUp() + decode(chunk)
      pass(() => framing?.push(text), size)
    },
    text: (text, size = 0) => {
      pass(() => framing?.push(text), size)
    },
    message: (data, event) => {
      pass(() => framing?.message(data, event), data.length)
    },
    end: (how, error, at = clock.now()) => {
      if (ended) return
      ended = true
      onEnd?.()
      soon(() => {
        if (how == 'done' && notes) {
          framing?.push(catchUp() + (decoder?.decode() ?? ''))
          framing?.end()
          const last = notes.take(at, 0)
          if (last.model || last.terminal || last.finish || last.errorType) call.content(last)
          if (!notes.complete()) how = 'cut'
        }
        call.end(at, how, errorName((error as Error)?.name))
      })
    },
    ended: () => ended,
    complete: () => !notes || notes.complete(),
    over: () => !!notes?.over(),
  }
}
