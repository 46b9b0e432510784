/**
 * Wires the first script: all that must be on the page before its first message is sent, because it cannot be made up
 * for. It sees the gestures, the calls and the page's life, hands out ids, and notes what happened and when until the
 * engine is here to make turns of it. What measures, stores and sends is wired there.
 */
import { pageClock } from './base/clock.ts'
import { createGuard } from './base/guard.ts'
import type { Guard } from './base/guard.ts'
import { randomHex, spanId, traceId } from './base/ids.ts'
import { createLate } from './base/late.ts'
import type { Late } from './base/late.ts'
import { stopAll } from './base/listen.ts'
import type { Stop } from './base/listen.ts'
import { timing as defaults } from './base/timing.ts'
import { readOptions } from './config.ts'
import type { Consent, Options } from './config.ts'
import { createRecognizer } from './context/chat-call.ts'
import { createSession } from './context/session.ts'
import { createPropagation, traceparent } from './context/trace.ts'
import type { Engine, EngineOptions, EngineParts } from './engine.ts'
import type { FeedbackOptions, FeedbackValue } from './turn/feedback.ts'
import type { CallPort, ManualTurn, ManualTurnOptions, PagePort, Promised } from './turn/marks.ts'
import type { SignalKind, TurnRecord } from './turn/record.ts'
import { watchActions } from './watch/actions.ts'
import { watchAttention } from './watch/attention.ts'
import { createFeed } from './watch/feed.ts'
import type { Formats } from './watch/feed.ts'
import { watchFetch, wrapFetch } from './watch/fetch.ts'
import { PRESETS, uiOf } from './watch/ui.ts'

export interface Identity {
  /** Pseudonymous; null forgets it. */
  user?: string | null
  conversation?: string | null
}

export interface SessionView {
  /** Value of `session.id`; what to look for in the backend. */
  id: string
  pageId: string
  /** Epoch ms. */
  startedAt: number
  sampled: boolean
}

export interface Handle {
  /** Opens a turn by hand, where the page knows better than the watchers. */
  turn(options?: ManualTurnOptions): ManualTurn
  /** What the user thought of an answer. A value of no known form is said on the console, nothing is sent. */
  feedback(value: FeedbackValue, options?: FeedbackOptions): void
  identify(identity: Identity): void
  consent(state: Consent): void
  session(): SessionView
  /** A fetch whose chat calls are seen, for code that took the page's fetch before we came. */
  fetch: typeof globalThis.fetch
  /** Each turn of this page once, when it has settled. Returns how to stop. */
  onTurn(callback: (turn: TurnRecord) => void): () => void
  /** Sends what waits; resolves when the collector has it or asked to wait. Never rejects. */
  flush(): Promise<void>
  /** Ends all watching and restores the page, after a last flush of at most 2 s. */
  stop(): Promise<void>
  /** Lets `feedback(…, { message: id })` find the turn, also after a reload. @param turnId default: the last turn */
  bind(messageId: string, turnId?: string): void
  /** The user was handed to a person, shared the answer, …: a signal about the last turn. */
  signal(kind: SignalKind): void
}

interface EnginePart extends Formats, Pick<EngineOptions, 'createDelivery'> {
  createEngine(options: EngineOptions): Engine
}

/** What an entry brings along. `attempt` counts from 0. */
export interface Kit extends EngineParts {
  engine(attempt: number): Promise<EnginePart>
}

/** Waits before the engine is asked for again, ms; what happens meanwhile waits in line. */
const again = [1000, 4000, 15_000]
/** Gestures this close may be one: what the first was promised holds for the second, ms. */
const sameGesture = 1000

/** Where the page's one instance is known, also to another copy of the library. */
const instance = Symbol.for('chat-vitals')
const page = globalThis as { [instance]?: Handle }

const noTurn: ManualTurn = {
  id: '',
  traceparent: '',
  headers: () => ({}),
  chunk() {},
  text() {},
  end() {},
}
/** Outside a browser, in one that is too old, and before `init`. */
const inert: Handle = {
  turn: () => noTurn,
  feedback() {},
  identify() {},
  consent() {},
  session: () => ({ id: '', pageId: '', startedAt: 0, sampled: false }),
  fetch: (...args) => globalThis.fetch(...args),
  onTurn: () => () => {},
  flush: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  bind() {},
  signal() {},
}

/** The verbs for the page's instance; before `init` they do nothing. */
export const verbs = Object.fromEntries(
  Object.keys(inert).map((verb) => [
    verb,
    (...args: unknown[]) =>
      ((page[instance] ?? inert) as unknown as Record<string, (...args: unknown[]) => unknown>)[verb]!(...args),
  ]),
) as unknown as Handle

/** Below Chrome 109, Firefox 115 and Safari 16.4 something of this is missing. */
const isSupported = () =>
  typeof document !== 'undefined' &&
  typeof WeakRef !== 'undefined' &&
  'structuredClone' in globalThis &&
  'findLast' in Array.prototype &&
  isSecureEnough()
/** `crypto.getRandomValues` is there in insecure contexts too; without it no id can be made. */
const isSecureEnough = () => typeof globalThis.crypto?.getRandomValues === 'function'

/** Access itself throws where storage is denied. */
const attempt = <T>(get: () => T): T | undefined => {
  try {
    return get()
  } catch {
    return undefined
  }
}

/** Starts measuring this page; see `init` of the entries. */
export function start(options: Options | undefined, kit: Kit): Handle {
  if (!isSupported()) return inert
  const guard = createGuard({ debug: options?.debug })
  if (page[instance]) {
    guard.hint('init was called twice on this page; the first one stands')
    return page[instance]
  }
  return guard(() => wire(options, kit, guard)) ?? inert
}

function wire(options: Options | undefined, kit: Kit, guard: Guard): Handle {
  const config = readOptions(options, guard.hint, location.hostname)
  const clock = pageClock()
  const timing = { ...defaults, ...(options as { timing?: Partial<typeof defaults> } | undefined)?.timing }
  const pageId = randomHex(8)
  const base = location.href
  const natives = {
    fetch: attempt(() => globalThis.fetch.bind(globalThis)),
    localStorage: config.storage === false ? undefined : attempt(() => localStorage),
  }
  const session = createSession({ clock, timing, sampleRate: config.sampleRate, storage: natives.localStorage })
  const isChat = createRecognizer({ base, requests: config.requests })
  const headersFor = createPropagation({
    base,
    propagateTo: config.propagateTo,
    baggage: config.baggage === true,
    session: session.peek,
  })
  const endpoint = config.endpoint && attempt(() => new URL(config.endpoint!, base).href)
  if (config.endpoint && !endpoint)
    guard.hint("option endpoint is no address and was left out; write endpoint: '/v1/traces'")
  const ui = uiOf(config.ui)
  if (!ui)
    guard.hint(`option ui: there is no preset '${String(config.ui)}'; there are ${Object.keys(PRESETS).join(', ')}`)

  let consent: Consent = config.consent
  let unwatch: Stop | undefined
  let alive: ((on: boolean) => void) | undefined
  let composer: (() => Element | undefined) | undefined

  const loading = createLate(
    (tries) => {
      const part = kit.engine(tries)
      part.catch(() => guard.hint('the part that measures did not load; what happens meanwhile waits for it'))
      return part
    },
    guard,
    again,
  )
  const create = ({ createEngine, createDelivery }: EnginePart) =>
    createEngine({
      config,
      clock,
      timing,
      guard,
      pageId,
      session,
      isChat,
      headersFor,
      endpoint,
      ui,
      natives,
      wire,
      parts: kit,
      createDelivery,
      composer: () => composer?.(),
      alive: (on) => alive?.(on),
    })

  let engine: Engine | undefined
  /** What waits is taken up in order, as of the time at which it came. */
  const late: Late<EnginePart> = {
    with(fn) {
      const at = clock.now()
      loading.with(engine ? fn : (part) => clock.replay(at, () => fn(part)))
    },
  }
  const tell = (fn: (engine: Engine) => void): void => {
    if (engine) fn(engine)
    else late.with((part) => part && fn((engine ??= create(part))))
  }

  // What the next turn is promised while there is no engine to open it.
  let promised: Promised | undefined
  let gestured = -Infinity
  const promise = (): Promised => {
    const ids = (promised ??= { traceId: traceId(), spanId: spanId() })
    // Without a gesture, each call may be a turn of its own.
    if (gestured < 0) promised = undefined
    return ids
  }

  const port: PagePort = {
    gesture(gesture) {
      session.touch()
      if (engine) return engine.gesture(gesture)
      if (gesture.at - gestured > sameGesture) promised = undefined
      gestured = gesture.at
      const made = { ...gesture, promised: promise() }
      tell((it) => it.gesture(made))
    },
    call(call) {
      if (engine) return engine.call(call)
      const likeness = isChat(call)
      if (likeness === 'no' || (likeness === 'maybe' && gestured < 0)) return
      const ids = { ...promise(), requestId: spanId() }
      let to: CallPort | undefined
      tell((it) => (to = it.call({ ...call, promised: ids })))
      return {
        headers: headersFor(call.url, ids.traceId, ids.requestId),
        response: (...args) => tell(() => to?.response(...args)),
        content: (content) => tell(() => to?.content(content)),
        end: (...args) => tell(() => to?.end(...args)),
      }
    },
    composerEmptied: (at) => tell((it) => it.composerEmptied(at)),
    visibility: (at, hidden) => tell((it) => it.visibility(at, hidden)),
    longFrame: (from, to) => tell((it) => it.longFrame(from, to)),
    suspended: (from, to) => tell((it) => it.suspended(from, to)),
    left: (at) => tell((it) => it.left(at)),
  }

  const openTurn = (given: ManualTurnOptions): ManualTurn => {
    if (engine) return engine.open(given)
    const ids = promise()
    let turn: ManualTurn | undefined
    tell((it) => (turn = it.open(given, ids)))
    const parent = traceparent(ids.traceId, ids.spanId)
    return {
      id: ids.spanId,
      traceparent: parent,
      headers: () => ({ traceparent: parent }),
      chunk: (text) => tell(() => turn?.chunk(text)),
      text: (shown) => tell(() => turn?.text(shown)),
      end: (outcome) => tell(() => turn?.end(outcome)),
    }
  }

  const wire = {
    port,
    guard,
    clock,
    skip: (url: string) => url === endpoint,
    follow: (call: CallPort, onEnd: Stop) => createFeed(call, { clock, formats: late }, onEnd),
    pass: false,
  }

  /** Puts the first script's watchers on the page; undone by `unwatch`. */
  const watch = () => {
    const actions = watchActions({
      port,
      ui,
      clock,
      guard,
      // Until the labels are here, a control is told by its shape and by what follows it.
      read: (label) => engine?.read(label),
      on: (control, _event, element) => {
        if (control === 'copy' || control === 'share') tell((it) => it.signal(control, element))
      },
    })
    const attention = watchAttention({ port, clock, guard, timing })
    composer = actions.composer
    alive = attention.active
    if (document.hidden) port.visibility(clock.now(), true)
    unwatch = stopAll([watchFetch(wire), actions.stop, attention.stop])
    tell((it) => it.watch())
  }

  /** What the engine promises; nothing more is known when it does not come in time. */
  const ask = (fn: (engine: Engine) => Promise<void>, patience: number): Promise<void> =>
    new Promise((resolve) => {
      tell((it) => resolve(fn(it)))
      if (!engine) clock.setTimeout(resolve, patience)
    })

  const handle: Handle = {
    turn: (given = {}) => guard(() => openTurn(given)) ?? noTurn,
    feedback: guard.wrap((value, about) => tell((it) => it.feedback(value, about))),
    identify: guard.wrap((identity) => tell((it) => it.identify(identity))),
    consent: guard.wrap((state) => {
      if (!['granted', 'pending', 'denied'].includes(state)) {
        guard.hint("consent takes 'granted', 'pending' or 'denied'")
        return
      }
      if (state === consent) return
      consent = state
      if (state === 'denied') {
        unwatch?.()
        unwatch = undefined
      } else if (!unwatch) guard(watch)
      tell((it) => it.consent(state))
    }),
    session: () => ({ ...session.peek(), pageId }),
    fetch: wrapFetch((...args) => globalThis.fetch(...args), wire),
    onTurn(callback) {
      let stop: Stop | undefined
      let stopped = false
      tell((it) => {
        if (!stopped) stop = it.onTurn(callback)
      })
      return () => {
        stopped = true
        stop?.()
      }
    },
    flush: () => ask((it) => it.flush(), timing.sendTimeout),
    stop() {
      unwatch?.()
      unwatch = undefined
      if (page[instance] === handle) delete page[instance]
      return ask((it) => it.stop(), timing.storeOpen)
    },
    bind: guard.wrap((messageId, turnId) => tell((it) => it.bind(messageId, turnId))),
    signal: guard.wrap((kind) => tell((it) => it.signal(kind))),
  }
  page[instance] = handle
  if (consent !== 'denied') guard(watch)
  return handle
}
