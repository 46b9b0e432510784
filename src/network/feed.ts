/** Follows one call for its port: response, contents, and exactly one end; leaves how they were seen to the taps. */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import type { Stop } from '../base/listen.ts'
import { errorName } from '../base/error-name.ts'
import type { CallEnd, CallPort } from '../turn/marks.ts'
import { FAR } from './body-tap.ts'
import { createFraming } from './formats/framing.ts'
import type { Framing } from './formats/framing.ts'
import { createNotes } from './formats/notes.ts'
import { createLearner } from './learn/learner.ts'
import type { Formats, Learner, Told } from './learn/learner.ts'
import { addressOf } from './learn/leaves.ts'

export interface Feed {
  /** Once; without it `bytes`, `text` and `message` are only counted. */
  response(status: number, contentType: string, header: (name: string) => string | null): void
  bytes(chunk: Uint8Array): void
  /** `size`: its bytes on the wire, when known. */
  text(text: string, size?: number): void
  /** One already framed message. */
  message(data: string, event?: string): void
  /**
   * Its body may be read where no tap sees it, or never: then its timing tells the end.
   * @param touched it was read where the tap sees it @param from when the call began
   * @param end tells it
   */
  unseen(response: Response, touched: () => boolean, from: number, end: (at: number) => void): void
  /** `at`: when it ended, if that was not now. `left`: by the page's own will, `done` where nothing that was promised is missing. */
  end(how: CallEnd | 'left', error?: unknown, at?: number): void
  ended(): boolean
  /** `over`: the format's terminal event was seen. `said`: a finish word was, more may follow. */
  state(): 'over' | 'said' | undefined
}

/** What can be no answer. The screen may still tell. */
const NO_WIRE =
  /^(?:text\/(?:html|css|javascript)|image|audio|video|font|multipart)|protobuf|octet-stream|grpc|pdf|zip|javascript|wasm/i
/** A body that has arrived and is not read for this long will not be, ms. */
const UNREAD = 2000
/** Chunks from this size on, bytes, are read only near the beginning and at the end of a far too long body. */
const LARGE = 16 << 10

export interface FeedOptions {
  clock: Pick<Clock, 'now' | 'setTimeout'>
  guard: Guard
  url?: string
  /** What was learned of the addresses of this page view. */
  formats?: Formats
}

export function createFeed(call: CallPort, { clock, guard, url = '', formats }: FeedOptions): Feed {
  const notes = createNotes()
  // Of what no known format explains.
  let learner: Learner | undefined
  let framing: Framing | undefined
  let decoder: TextDecoder | undefined
  // Bytes so far, and of a far too long body the end of the last large chunk, not read. A copy: the page may use its buffer again.
  let all = 0
  let passed: Uint8Array | undefined
  // No response yet, or one that is not read.
  let closed = true
  let nothing = false
  let ended = false
  let stop: Stop = () => {}
  // When what is read now came.
  let at = 0
  // Who knows what it says.
  let by: 'known' | 'learned' = 'known'

  const pass = (read: () => void, size: number) => {
    if (ended || nothing) return
    at = clock.now()
    by = 'known'
    read()
    call.content(notes.take(at, size, by))
  }
  const say = (told: readonly Told[]) => {
    for (const { place, text } of told) {
      by = 'learned'
      notes[place](text)
    }
  }
  const unread = (payload: string, event?: string) => {
    if (!learner) {
      const known = (learner = createLearner(formats, addressOf(url)))
      call.unread?.({
        match(shown, place, whole) {
          const told = known.match(shown, place, whole)
          for (const one of told ?? []) {
            say([one])
            const content = notes.take(one.at, 0, by)
            if (content.model) call.content(content)
          }
          return !!told
        },
        fault: known.fault,
      })
    }
    say(learner.push(payload, at, event))
  }

  const decode = (chunk: Uint8Array): string =>
    closed ? '' : (decoder ??= new TextDecoder()).decode(chunk, { stream: true })
  const catchUp = (): string => {
    const chunk = passed
    passed = undefined
    return chunk ? decode(chunk) : ''
  }

  return {
    response: (status, contentType, header) => {
      if (ended || !closed) return
      // The body of a refused request is no answer: a 429 page is not read, and counted alone.
      nothing = NO_WIRE.test(contentType)
      closed = status >= 400 || nothing
      if (!closed) framing = createFraming(notes, contentType, unread)
      call.response(clock.now(), { status, contentType, header })
    },
    bytes: (chunk) => {
      if (ended || nothing) return
      const size = chunk.byteLength
      if ((all += size) > FAR && size > LARGE) {
        passed = chunk.slice(-LARGE)
        return pass(() => notes.model(true), size)
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
    unseen(response, touched, from, end) {
      if (ended) return
      const observer = new PerformanceObserver(
        guard.wrap((entries) => {
          for (const { startTime, responseEnd } of entries.getEntriesByName(url) as PerformanceResourceTiming[]) {
            if (startTime < from - 1) continue
            const over = () => touched() || end(responseEnd)
            if (response.bodyUsed || response.body?.locked) over()
            else clock.setTimeout(guard.wrap(over), UNREAD)
          }
        }),
      )
      // It may be whole by now.
      observer.observe({ type: 'resource', buffered: true })
      stop = () => observer.disconnect()
    },
    end: (how, error, when = clock.now()) => {
      if (ended) return
      ended = true
      stop()
      at = when
      by = 'known'
      if (how == 'left') how = notes.complete() ? 'done' : 'cancelled'
      if (how == 'done') {
        framing?.push(catchUp() + (decoder?.decode() ?? ''))
        framing?.end()
        notes.end()
        const last = notes.take(at, 0, by)
        if (last.model || last.terminal || last.finish || last.errorType) call.content(last)
        if (!notes.complete()) how = 'cut'
      }
      call.end(when, how, errorName((error as Error)?.name))
    },
    ended: () => ended,
    state: notes.state,
  }
}
