/** Wires the parts: the one place that knows them all. What each does is in its room; here is only who hands what to whom. */
import { pageClock } from './base/clock.ts'
import { createGuard } from './base/guard.ts'
import { randomHex, spanId, traceId } from './base/ids.ts'
import { createLate } from './base/late.ts'
import { listen, stopAll } from './base/listen.ts'
import type { Stop } from './base/listen.ts'
import { timing as defaults } from './base/timing.ts'
import { readOptions } from './config.ts'
import type { Consent, Options } from './config.ts'
import { createRecognizer, promptOf } from './context/chat-call.ts'
import { cleanAttributes, cleanId, cleanUrl, createGate } from './context/privacy.ts'
import { createSession } from './context/session.ts'
import { backendOf, createPropagation } from './context/trace.ts'
import type { Delivery, DeliveryOptions } from './export/delivery.ts'
import { createPageView } from './page-view.ts'
import { createReactions } from './reactions.ts'
import type { FeedbackOptions, FeedbackValue } from './turn/feedback.ts'
import type { CallPort, ManualTurn, ManualTurnOptions, PagePort } from './turn/marks.ts'
import type { CorrectionKind, SignalKind, TurnRecord } from './turn/record.ts'
import { createTurns, recover } from './turn/turns.ts'
import type { Opened } from './turn/turns.ts'
import { watchActions } from './watch/actions.ts'
import { watchAttention } from './watch/attention.ts'
import { createFeed } from './watch/feed.ts'
import { watchFetch, wrapFetch } from './watch/fetch.ts'
import { lateScreen } from './watch/late-screen.ts'
import type { Transcript } from './watch/transcript.ts'
import { PRESETS, uiOf } from './watch/ui.ts'
import type { Control } from './watch/ui.ts'

declare const __VERSION__: string

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

/** What an entry brings along; a part that is missing is simply not there. `attempt` counts from 0. */
export interface Kit {
  createDelivery?(options: DeliveryOptions): Delivery
  send?: DeliveryOptions['load']
  recovery?: DeliveryOptions['recovery']
  screen?(attempt: number): Promise<typeof import('./watch/screen.ts')>
  intent?(attempt: number): Promise<typeof import('./intent.ts')>
  vitals?(attempt: number): Promise<typeof import('./watch/web-vitals.ts')>
}

/** Gestures after which the page may show a send before its request goes out. */
const primes = new Set<string>(['submit', 'regenerate', 'edit'])

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

function wire(options: Options | undefined, kit: Kit, guard: ReturnType<typeof createGuard>): Handle {
  const config = readOptions(options, guard.hint, location.hostname)
  const clock = pageClock()
  const timing = { ...defaults, ...(options as { timing?: Partial<typeof defaults> } | undefined)?.timing }
  const doc = document
  const pageId = randomHex(8)
  const stored = config.storage !== false
  const local = stored ? attempt(() => localStorage) : undefined
  const native = { fetch: attempt(() => globalThis.fetch.bind(globalThis)) }
  const session = createSession({ clock, timing, sampleRate: config.sampleRate, storage: local })
  const screen = createLate(kit.screen, guard)
  const intent = createLate(kit.intent, guard)
  const listeners = new Set<(turn: TurnRecord) => void>()
  const identity = { user: cleanId(config.user), conversation: cleanId(config.conversation) }
  // Turns whose record may still change; while there is one, the heart beats.
  const open = new Set<string>()
  let consent: Consent = config.consent
  let unwatch: Stop | undefined

  const origin = () => ({
    sessionId: session.touch().id,
    pageId,
    userId: identity.user,
    conversationId: identity.conversation,
    attributes: cleanAttributes(
      typeof config.attributes === 'function' ? guard(config.attributes as () => unknown) : config.attributes,
    ),
  })

  const collector = config.endpoint && attempt(() => new URL(config.endpoint!, location.href).href)
  if (config.endpoint && !collector)
    guard.hint("option endpoint is no address and was left out; write endpoint: '/v1/traces'")
  if (kit.createDelivery && !collector && !config.exporter)
    guard.hint("nothing will be sent: give init an endpoint, such as { endpoint: '/v1/traces' }, or an exporter")

  const delivery = kit.createDelivery?.({
    endpoint: collector,
    headers: config.headers,
    exporter: config.exporter,
    resource: {
      'service.name': config.service.name,
      ...(config.service.version && { 'service.version': config.service.version }),
      ...(config.service.environment && { 'deployment.environment.name': config.service.environment }),
    },
    version: __VERSION__,
    sessionKeys: config.sessionKeys,
    sampled: () => consent !== 'denied' && session.peek().sampled,
    gate: createGate({ beforeSend: config.beforeSend, hint: guard.hint }),
    load: kit.send!,
    recovery: kit.recovery!,
    recover,
    clock,
    timing,
    guard,
    pageId,
    natives: {
      ...native,
      fetchLater: attempt(() =>
        (globalThis as { fetchLater?: DeliveryOptions['natives']['fetchLater'] }).fetchLater?.bind(globalThis),
      ),
      indexedDB: stored ? attempt(() => indexedDB) : undefined,
      localStorage: local,
      locks: attempt(() => navigator.locks),
    },
    // A page that is only prerendered has not been visited.
    hold: consent !== 'granted' || isPrerendering(),
    debug: config.debug,
  })

  const tell = (turn: TurnRecord) => {
    if (config.debug) console.debug('[chat-vitals] turn', turn)
    for (const listener of listeners) guard(() => listener(turn))
  }

  /** The page's address of the request leaves without its query, and of the page likewise. */
  const cleaned = (record: TurnRecord): TurnRecord => ({
    ...record,
    requests: record.requests.map((request) => ({ ...request, url: cleanUrl(request.url, location.href) })),
  })

  /** What the prompt was relative to the one before, when it can be told; the record is amended with it. */
  const judge = (turn: TurnRecord, { prompt, previous, edited, regenerated }: Opened) => {
    if (config.intent === false || !previous) return
    const note = (kind: CorrectionKind, score: number) => {
      const amended = turns.amend(turn.id, { correction: { kind, score, of: previous.turnId } })
      if (amended) delivery?.put(cleaned(amended), amended.outcome ? 'ready' : 'open')
    }
    if (edited) return note('edit', 1)
    if (regenerated) return note('regenerate', 1)
    if (!prompt || !previous.prompt) return
    const texts = { previous: previous.prompt, next: prompt }
    intent.with((part) => {
      const verdict = part?.detectCorrection({
        ...texts,
        hints: { previousOutcome: previous.outcome, answerEndedInQuestion: previous.answerEndedWithQuestion },
      })
      if (verdict) note(verdict.kind, verdict.score)
    })
  }

  let transcript: Transcript | undefined
  let alive: ((on: boolean) => void) | undefined
  const turns = createTurns({
    clock,
    timing,
    guard,
    ids: { traceId, spanId },
    identity: origin,
    isChat: createRecognizer({ base: location.href, requests: config.requests }),
    promptOf,
    headersFor: createPropagation({
      base: location.href,
      propagateTo: config.propagateTo,
      baggage: config.baggage === true,
      session: () => session.peek(),
    }),
    backendOf,
    screen: lateScreen(screen, () => transcript),
    onOpen(turn, opened) {
      open.add(turn.id)
      alive?.(true)
      delivery?.put(cleaned(turn), 'open', true)
      judge(turn, opened)
    },
    onPrompt: judge,
    onChange: (turn) => delivery?.put(cleaned(turn), 'open'),
    onSettled(turn) {
      open.delete(turn.id)
      alive?.(open.size > 0)
      const record = cleaned(turn)
      delivery?.put(record, 'ready', true)
      reactions.settled(turn)
      tell(record)
    },
  })

  const reactions = createReactions({ turns, delivery, open, origin, clock, guard, signals: config.signals !== false })

  const skip = (url: string) => url === collector
  const follow = (call: CallPort, onEnd: Stop) => createFeed(call, { clock, formats: screen }, onEnd)
  const wire = { port: turns as PagePort, guard, clock, skip, follow, pass: false }

  /** Puts all watchers on the page; undone by `unwatch`. */
  const watch = () => {
    const ui = uiOf(config.ui)
    if (!ui)
      guard.hint(`option ui: there is no preset '${String(config.ui)}'; there are ${Object.keys(PRESETS).join(', ')}`)
    let composer: (() => Element | undefined) | undefined
    const late: Stop[] = []
    let watching = true
    // Until the labels are here, a control is told by its shape and by what follows it.
    let read: ((label: string) => Control | undefined) | undefined
    screen.with((part) => {
      if (!part || !watching) return
      read = part.labelReader()
      const paint = part.createPaintClock({ doc, guard, clock, timing, beacon: config.paintBeacon !== false })
      transcript = part.watchTranscript({ guard, clock, paint, ui, composer: () => composer?.() })
      late.push(paint.stop, transcript.stop)
      late.push(part.watchXhr(wire), part.watchEventSource(wire), part.watchWebSocket(wire))
    })
    const actions = watchActions({
      port: {
        gesture(gesture) {
          session.touch()
          // First: what the page shows of a send before its turn is open belongs to that turn.
          if (primes.has(gesture.kind)) transcript?.prime(gesture.prompt)
          turns.gesture(gesture)
        },
        composerEmptied: turns.composerEmptied,
      },
      ui,
      clock,
      guard,
      read: (label) => read?.(label),
      on: (control, _event, element) => {
        if (control === 'copy' || control === 'share') reactions.signal(control, element)
      },
    })
    composer = actions.composer
    const attention = watchAttention({
      port: {
        ...turns,
        visibility(at, hidden) {
          turns.visibility(at, hidden)
          if (hidden) delivery?.hide()
          else delivery?.show()
        },
        left(at) {
          turns.left(at)
          pageView.put()
          delivery?.leave()
        },
      },
      clock,
      guard,
      timing,
    })
    alive = attention.active
    if (doc.hidden) turns.visibility(clock.now(), true)
    unwatch = stopAll([
      watchFetch(wire),
      () => actions.stop(),
      () => attention.stop(),
      () => {
        watching = false
        transcript = undefined
        stopAll(late)()
      },
      listen(
        doc,
        'freeze',
        guard.wrap(() => delivery?.freeze()),
      ),
      listen<PageTransitionEvent>(
        window,
        'pageshow',
        guard.wrap((event) => {
          if (event.persisted) delivery?.show()
        }),
      ),
    ])
  }

  const pageView = createPageView({
    clock,
    guard,
    origin: origin(),
    vitals: createLate(kit.vitals, guard),
    opened: turns.opened,
    put: (record) => {
      if (config.webVitals !== false && unwatch) delivery?.put(record, 'ready')
    },
  })

  const handle: Handle = {
    turn: (given = {}) =>
      guard(() => turns.open({ ...given, attributes: cleanAttributes(given.attributes) })) ?? noTurn,
    feedback: guard.wrap(reactions.feedback),
    identify: guard.wrap(({ user, conversation }) => {
      if (user !== undefined) identity.user = cleanId(user)
      if (conversation !== undefined) identity.conversation = cleanId(conversation)
    }),
    consent: guard.wrap((state) => {
      if (!['granted', 'pending', 'denied'].includes(state)) {
        guard.hint("consent takes 'granted', 'pending' or 'denied'")
        return
      }
      if (state === consent) return
      if (state === 'denied') {
        unwatch?.()
        unwatch = undefined
        turns.stopAll()
        delivery?.purge('consent')
      } else if (!unwatch) guard(watch)
      if (state === 'granted' && !isPrerendering()) delivery?.release()
      consent = state
    }),
    session: () => ({ ...session.peek(), pageId }),
    fetch: wrapFetch((...args) => globalThis.fetch(...args), wire),
    onTurn(callback) {
      listeners.add(callback)
      return () => void listeners.delete(callback)
    },
    flush: () => delivery?.flush() ?? Promise.resolve(),
    async stop() {
      pageView.put()
      unwatch?.()
      unwatch = undefined
      turns.stopAll()
      listeners.clear()
      if (page[instance] === handle) delete page[instance]
      await delivery?.stop()
    },
    bind: guard.wrap(reactions.bind),
    signal: guard.wrap((kind) => reactions.signal(kind)),
  }
  page[instance] = handle
  if (consent !== 'denied') guard(watch)
  if (isPrerendering()) {
    listen(
      doc,
      'prerenderingchange',
      guard.wrap(() => {
        if (consent === 'granted') delivery?.release()
      }),
      { once: true },
    )
  }
  if (config.webVitals !== false && kit.vitals && delivery) pageView.start()
  return handle
}

const isPrerendering = (): boolean => (document as { prerendering?: boolean }).prerendering === true
