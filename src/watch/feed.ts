/** Follows one call for its port: response, contents, and exactly one end; leaves how they were seen to the taps. */
import type { Clock } from '../base/clock.ts'
import type { Stop } from '../base/listen.ts'
import type { CallEnd, CallPort } from '../turn/marks.ts'
import { createFraming } from './formats/framing.ts'
import type { Framing } from './formats/framing.ts'
import { createNotes, errorName } from './formats/notes.ts'

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

/** What a failure was: by the signal's word first, then by the error's name. */
export function endOf(error: unknown, signal?: AbortSignal | null): CallEnd {
  const name = (signal?.aborted ? (signal.reason as Error)?.name : (error as Error)?.name) ?? ''
  return name == 'TimeoutError' ? 'timeout' : signal?.aborted || name == 'AbortError' ? 'aborted' : 'failed'
}

export function createFeed(call: CallPort, clock: Clock, onEnd?: Stop): Feed {
  const notes = createNotes()
  let framing: Framing | undefined
  let decoder: TextDecoder | undefined
  let ended = false

  const pass = (read: (() => void) | undefined, size: number) => {
    if (ended) return
    const at = clock.now()
    read?.()
    call.content(notes.take(at, size))
    return at
  }

  return {
    response: (status, contentType, header) => {
      if (ended || framing) return
      // The body of a refused request is no answer: a 429 page is not read.
      if (status < 400) framing = createFraming(notes, contentType)
      call.response(clock.now(), { status, contentType, header })
    },
    bytes: (chunk) => {
      pass(() => framing?.push((decoder ??= new TextDecoder()).decode(chunk, { stream: true })), chunk.byteLength)
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
      if (how == 'done') {
        framing?.push(decoder?.decode() ?? '')
        framing?.end()
        const last = notes.take(at, 0)
        if (last.model || last.terminal || last.finish || last.errorType) call.content(last)
        if (!notes.complete()) how = 'cut'
      }
      call.end(at, how, errorName((error as Error)?.name))
    },
    ended: () => ended,
    complete: notes.complete,
    over: notes.over,
  }
}
