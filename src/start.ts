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
import { feedbackForm, feedbackRecord, meaningOf, refOf } from './turn/feedback.ts'
import type { FeedbackOptions, FeedbackValue } from './turn/feedback.ts'
import type { ManualTurn, ManualTurnOptions, PagePort, ScreenTarget } from './turn/marks.ts'
import type { CorrectionKind, PageRecord, SignalKind, SignalRecord, TurnRecord, TurnRef } from './turn/record.ts'
import { createTurns, recover } from './turn/turns.ts'
import type { Opened, TurnsOptions } from './turn/turns.ts'
import { watchActions } from './watch/actions.ts'
import { createAnswers, messageIds } from './watch/answers.ts'
import { watchAttention } from './watch/attention.ts'
import { watchEventSource } from './watch/eventsource.ts'
import { watchFetch, wrapFetch } from './watch/fetch.ts'
import type { Transcript } from './watch/transcript.ts'
import { PRESETS, uiOf } from './watch/ui.ts'
import { watchWebSocket } from './watch/websocket.ts'
import { watchXhr } from './watch/xhr.ts'

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
  const vitals = createLate(kit.vitals, guard)
  const listeners = new Set<(turn: TurnRecord) => void>()
  const answers = createAnswers()
  const identity = { user: cleanId(config.user), conversation: cleanId(config.conversation) }
  // Turns whose record may still change; while there is one, the heart beats.
  const open = new Set<string>()
  // Signals are told once per turn and kind. Bounded by the turns remembered.
  const signalled = new Set<string>()
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
      indexedDB: attempt(() => indexedDB),
      localStorage: local,
      locks: attempt(() => navigator.locks),
    },
    storage: stored,
    // A page that is only prerendered has not been visited.
    hold: consent !== 'granted' || isPrerendering(),
    debug: config.debug,
  })

  const refOfTurn = (turn: TurnRecord): TurnRef => ({ turnId: turn.id, traceId: turn.traceId, spanId: turn.spanId })
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
  /** What a turn asks of the screen, passed on when the part that watches it is here. */
  const screenOf: NonNullable<TurnsOptions['screen']> = (port, { at, prompt }) => {
    let target: ScreenTarget | undefined
    let closed = false
    const tell = (fn: (target: ScreenTarget) => void) => screen.with(() => target && fn(target))
    screen.with(() => {
      if (!closed) target = transcript?.open(port, at, prompt)
    })
    return {
      expectAnswer: (text) => tell((to) => to.expectAnswer(text)),
      expectReasoning: (text) => tell((to) => to.expectReasoning(text)),
      expectUnseen: () => tell((to) => to.expectUnseen()),
      use: (element) => tell((to) => to.use(element)),
      element: () => target?.element(),
      close() {
        closed = true
        target?.close()
      },
    }
  }
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
    screen: screenOf,
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
      const element = turns.elementOf(turn.id)
      if (element) {
        answers.add(element, refOfTurn(turn))
        for (const id of messageIds(element)) delivery?.context(id, refOfTurn(turn))
      }
      delivery?.context(turn.id, refOfTurn(turn))
      tell(record)
    },
  })

  const skip = (url: string) => url === collector
  const wire = { port: turns as PagePort, guard, clock, skip, formats: screen, pass: false }

  /** Puts all watchers on the page; undone by `unwatch`. */
  const watch = () => {
    const ui = uiOf(config.ui)
    if (!ui)
      guard.hint(`option ui: there is no preset '${String(config.ui)}'; there are ${Object.keys(PRESETS).join(', ')}`)
    let composer: (() => Element | undefined) | undefined
    const late: Stop[] = []
    let watching = true
    screen.with((part) => {
      if (!part || !watching) return
      const paint = part.createPaintClock({ doc, guard, clock, timing, beacon: config.paintBeacon !== false })
      transcript = part.watchTranscript({ guard, clock, paint, ui, composer: () => composer?.() })
      late.push(paint.stop, transcript.stop)
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
      on: (control, _event, element) => {
        if (control === 'copy' || control === 'share') signal(control, answers.near(element))
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
          putPage()
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
      watchXhr(wire),
      watchEventSource(wire),
      watchWebSocket(wire),
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

  // The page view's own span: made once vitals are known, written again when the page goes.
  const view: PageRecord = {
    v: 1,
    kind: 'page',
    rev: 1,
    id: pageId,
    traceId: traceId(),
    spanId: spanId(),
    ...origin(),
    startedAt: Math.round(clock.epoch() - clock.now()),
    at: clock.epoch(),
    url: cleanUrl(location.href),
    vitals: [],
    opened: 0,
  }
  const putPage = () => {
    if (config.webVitals === false || !unwatch) return
    delivery?.put({ ...view, rev: view.rev++, at: clock.epoch(), opened: turns.opened() }, 'ready')
  }
  const startVitals = () =>
    vitals.with((part) =>
      part?.watchWebVitals((vital) => {
        view.vitals = [...view.vitals.filter(({ name }) => name !== vital.name), { ...vital, at: clock.epoch() }]
      }),
    )

  const signal = (kind: SignalKind, ref?: TurnRef) => {
    const last = turns.current()
    const turn = ref ?? (last && refOfTurn(last))
    if (config.signals === false || !turn || signalled.has(turn.turnId + kind)) return
    if (signalled.size > 500) signalled.clear()
    signalled.add(turn.turnId + kind)
    const record: SignalRecord = {
      v: 1,
      kind: 'signal',
      rev: 1,
      id: randomHex(8),
      traceId: traceId(),
      spanId: spanId(),
      ...origin(),
      turn,
      at: clock.epoch(),
      signal: kind,
    }
    delivery?.put(record, 'ready')
  }

  /** The turn a feedback is about: named by the page, found by the element, kept from earlier, or the last one. */
  const turnFor = async (about: FeedbackOptions): Promise<TurnRef | undefined> => {
    const { message } = about
    const given = refOf(about.traceparent)
    if (given) return given
    if (typeof message === 'string') {
      const turn = turns.find(message)
      return turn ? refOfTurn(turn) : delivery?.findContext(message)
    }
    const last = turns.current()
    if (!message) return last && refOfTurn(last)
    for (const id of open) {
      const element = turns.elementOf(id)
      if (element) answers.add(element, refOfTurn(turns.find(id)!))
    }
    const near = answers.near(message)
    if (near) return near
    for (const id of messageIds(message)) {
      const ref = await delivery?.findContext(id)
      if (ref) return ref
    }
    return undefined
  }

  const handle: Handle = {
    turn: (given = {}) =>
      guard(() => turns.open({ ...given, attributes: cleanAttributes(given.attributes) })) ?? noTurn,
    feedback(value, about) {
      guard(() => {
        const given = about ?? {}
        const meaning = meaningOf(value)
        if (!meaning) {
          console.error(`[chat-vitals] ${feedbackForm}. Nothing was sent.`)
          return
        }
        const now = clock.epoch()
        const from = { ...origin(), attributes: cleanAttributes({ ...origin().attributes, ...given.attributes }) }
        const comment = typeof value === 'object' && value && 'comment' in value ? value.comment : given.comment
        guard.later(
          turnFor(given).then((turn) => {
            const anchor = turn?.spanId ?? (typeof given.message === 'string' ? given.message : pageId)
            delivery?.put(feedbackRecord(meaning, { ...given, comment }, from, turn, anchor, now), 'ready', true)
          }),
        )
      })
    },
    identify({ user, conversation } = {}) {
      if (user !== undefined) identity.user = cleanId(user)
      if (conversation !== undefined) identity.conversation = cleanId(conversation)
    },
    consent(state) {
      if (state === consent) return
      if (state === 'denied') {
        unwatch?.()
        unwatch = undefined
        turns.stopAll()
        delivery?.purge('consent')
      } else if (!unwatch) guard(watch)
      if (state === 'granted' && !isPrerendering()) delivery?.release()
      consent = state
    },
    session: () => ({ ...session.peek(), pageId }),
    fetch: wrapFetch((...args) => globalThis.fetch(...args), wire),
    onTurn(callback) {
      listeners.add(callback)
      return () => void listeners.delete(callback)
    },
    flush: () => delivery?.flush() ?? Promise.resolve(),
    async stop() {
      putPage()
      unwatch?.()
      unwatch = undefined
      turns.stopAll()
      listeners.clear()
      if (page[instance] === handle) delete page[instance]
      await delivery?.stop()
    },
    bind(messageId, turnId) {
      const turn = turnId ? turns.find(turnId) : turns.current()
      const id = cleanId(messageId)
      if (turn && id) delivery?.context(id, refOfTurn(turn))
    },
    signal: (kind) => signal(kind),
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
  if (config.webVitals !== false && kit.vitals && delivery) {
    // After the page has loaded and rested: nothing of ours competes with it.
    const later = () => {
      startVitals()
      clock.setTimeout(guard.wrap(putPage), 3000)
    }
    const idle = globalThis.requestIdleCallback as typeof requestIdleCallback | undefined
    const rest = guard.wrap(() =>
      idle ? idle(guard.wrap(later), { timeout: 5000 }) : clock.setTimeout(guard.wrap(later), 1000),
    )
    if (doc.readyState === 'complete') rest()
    else listen(window, 'load', rest, { once: true })
  }
  return handle
}

const isPrerendering = (): boolean => (document as { prerendering?: boolean }).prerendering === true
