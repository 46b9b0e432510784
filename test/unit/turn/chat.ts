/** A chat page in words of the domain, on a clock of its own: what its watchers would say to the turns. */
import { measure } from '../../../src/base/characters.ts'
import { createGuard } from '../../../src/base/guard.ts'
import { timing } from '../../../src/base/timing.ts'
import type { Call, CallEnd, CallPort, Content, Gesture, PaintedFrame, ScreenPort } from '../../../src/turn/marks.ts'
import type { TurnRecord } from '../../../src/turn/record.ts'
import { createTurns } from '../../../src/turn/turns.ts'
import type { Change, Opened, TurnsOptions } from '../../../src/turn/turns.ts'

/** A clock that moves only when told to, and its timers. */
export function manualClock(start = 5000) {
  let now = start
  let timers: { id: number; at: number; fn: () => void }[] = []
  let ids = 0
  const clock = {
    /** Wall clock minus monotonic clock. */
    offset: 1_700_000_000_000,
    now: () => now,
    epoch: () => Math.round(clock.offset + now),
    setTimeout(fn: () => void, ms: number) {
      timers.push({ id: ++ids, at: now + ms, fn })
      return ids
    },
    clearTimeout(id: number | undefined) {
      timers = timers.filter((timer) => timer.id !== id)
    },
    timers: () => timers.length,
    pass(ms: number) {
      const until = now + ms
      for (;;) {
        const next = timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        timers.splice(timers.indexOf(next), 1)
        now = Math.max(now, next.at)
        next.fn()
      }
      now = until
    },
  }
  return clock
}

interface Screen {
  /** What stands on it, where a test says so. */
  shown?: string
  port: ScreenPort
  answer: string[]
  reasoning: string[]
  unseen: boolean
  closed: boolean
  element?: Element
  onClose?: () => void
}

export function startChat(overrides: Partial<TurnsOptions> = {}) {
  const clock = manualClock()
  const errors: unknown[] = []
  const guard = createGuard({ debug: true, console: { warn: (_, error) => errors.push(error), error() {} } })
  const opened: { record: TurnRecord; about: Opened }[] = []
  const learned: Opened[] = []
  const changes: { why: Change; record: TurnRecord }[] = []
  const settled: TurnRecord[] = []
  const screens: Screen[] = []
  const calls: (CallPort | undefined)[] = []
  let ids = 0
  const id = (length: number) => (++ids).toString(16).padStart(length, '0')

  const turns = createTurns({
    clock,
    timing,
    guard,
    idle: guard,
    ids: { traceId: () => id(32), spanId: () => id(16) },
    identity: () => ({ sessionId: 'session', pageId: 'page' }),
    isChat: ({ url }) => (url.includes('/chat') ? 'yes' : url.includes('/maybe') ? 'maybe' : 'no'),
    promptOf: ({ body }) => body && (JSON.parse(body) as { prompt?: string }).prompt,
    headersOf: (trace, span) => ({ traceparent: `00-${trace}-${span}-01` }),
    headersFor: (_, trace, span) => ({ traceparent: `00-${trace}-${span}-01` }),
    backendOf: (header) => ({ requestId: header('x-request-id') ?? undefined }),
    screen(port) {
      const screen: Screen = { port, answer: [], reasoning: [], unseen: false, closed: false }
      screens.push(screen)
      return {
        expectAnswer: (text) => void screen.answer.push(text),
        expectReasoning: (text) => void screen.reasoning.push(text),
        expectUnseen: () => void (screen.unseen = true),
        use: (element) => void (screen.element = element),
        element: () => screen.element,
        ends: (text) => screen.shown?.endsWith(text) ?? false,
        close() {
          screen.onClose?.()
          screen.closed = true
        },
      }
    },
    onOpen: (record, about) => opened.push({ record, about }),
    onPrompt: (_, about) => learned.push(about),
    onChange: (record, why) => changes.push({ record, why }),
    onSettled: (record) => settled.push(record),
    ...overrides,
  })

  const now = () => clock.now()
  let stream = 0
  let view = -1
  const port = () => calls.at(stream - 1) ?? calls.at(-1)!
  const screen = () => screens.at(view)!

  const chat = {
    turns,
    clock,
    opened,
    learned,
    changes,
    settled,
    screens,
    calls,
    errors,
    wait(ms: number) {
      clock.pass(ms)
      return chat
    },
    /** Long enough for any turn with a seen stream to settle. */
    rest: () => chat.wait(3000),
    gesture(kind: Gesture['kind'], more: Partial<Gesture> = {}) {
      turns.gesture({ kind, at: now(), sure: true, ...more })
      return chat
    },
    call(path = '/chat', prompt?: string, more: Partial<Call> = {}) {
      calls.push(
        turns.call({
          at: now(),
          method: 'POST',
          url: 'https://ai.test' + path,
          transport: 'fetch',
          body: JSON.stringify({ prompt }),
          ...more,
        }),
      )
      stream = calls.length
      view = -1
      return chat
    },
    /** Enter in the composer, and the request 5 ms later. */
    send: (prompt = 'hi') => chat.gesture('submit', { prompt }).wait(5).call('/chat', prompt),
    /** What follows comes on this call (1, 2, …) and is painted for this turn (1, 2, …). */
    on(nth: number, turn = nth) {
      stream = nth
      view = turn - 1
      return chat
    },
    headers(status = 200, contentType = 'text/event-stream') {
      port().response(now(), { status, contentType, header: (name) => (name === 'x-request-id' ? 'req-1' : null) })
      return chat
    },
    content(content: Partial<Content>) {
      port().content({ at: now(), bytes: 10, model: true, ...content })
      return chat
    },
    chunk: (answer: string) => chat.content({ answer }),
    think: (reasoning: string) => chat.content({ reasoning }),
    tool: (tool: number) => chat.content({ tool }),
    finish: (finish: Content['finish']) => chat.content({ finish, terminal: true }),
    end(how: CallEnd = 'done', errorType?: string) {
      port().end(now(), how, errorType)
      return chat
    },
    insert(chars: number) {
      screen().port.inserted(now(), chars)
      return chat
    },
    /** `chars` Latin characters became visible in this very moment, unless `more` says otherwise. */
    paint(chars: number, more: Partial<PaintedFrame> = {}) {
      screen().port.inserted(now(), chars)
      screen().port.painted({ at: now(), chars, readingMs: 52 * chars, method: 'frame', errorMs: 4, ...more })
      return chat
    },
    /** A chunk that is painted 10 ms later. */
    say: (text: string) => chat.chunk(text).wait(10).paint(measure(text).chars),
    hide() {
      turns.page({ kind: 'hidden', at: now() })
      return chat
    },
    show() {
      turns.page({ kind: 'visible', at: now() })
      return chat
    },
    leave() {
      turns.page({ kind: 'left', at: now() })
      return chat
    },
    /** The only settled record. */
    get record(): TurnRecord {
      if (settled.length !== 1) throw new Error(`${settled.length} turns have settled`)
      return settled[0]!
    },
  }
  return chat
}
