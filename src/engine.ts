/**
 * Wires what may come a little after the first script: turns, the screen, delivery and all that hangs on them. The one
 * place that knows these parts; what each does is in its room, here is only who hands what to whom.
 */
import type { Consent, Handle, Identity, ManualTurn, ManualTurnOptions } from './api.ts'
import type { PageClock } from './base/clock.ts'
import { attempt } from './base/guard.ts'
import type { Guard } from './base/guard.ts'
import { createIdle } from './base/idle.ts'
import { spanId, traceId } from './base/ids.ts'
import { createLate } from './base/late.ts'
import { stopAll } from './base/listen.ts'
import type { Stop } from './base/listen.ts'
import type { Timing } from './base/timing.ts'
import type { Config } from './config.ts'
import { promptOf } from './network/chat-call.ts'
import type { ChatLikeness } from './network/chat-call.ts'
import { cleanAttributes, cleanId, cleanUrl } from './base/clean.ts'
import { createGate } from './delivery/seal.ts'
import type { Session } from './page/session.ts'
import { backendOf } from './network/trace.ts'
import type { Propagation } from './network/trace.ts'
import type { Delivery, DeliveryOptions } from './delivery/delivery.ts'
import { createPageView } from './page/page-view.ts'
import { createReactions } from './feedback/reactions.ts'
import type { Reactions } from './feedback/reactions.ts'
import type { Call, LifePort, PagePort, Promised } from './turn/marks.ts'
import type { CorrectionKind, TurnRecord } from './turn/record.ts'
import { createTurns, recover } from './turn/turns.ts'
import type { Opened } from './turn/turns.ts'
import type { Attention } from './page/attention.ts'
import { watchEventSource } from './network/eventsource.ts'
import type { FetchOptions } from './network/fetch.ts'
import { labelReader } from './input/labels.ts'
import { createPaintClock } from './screen/paint.ts'
import { watchTranscript } from './screen/transcript.ts'
import type { Transcript } from './screen/transcript.ts'
import { GESTURES } from './input/ui.ts'
import type { Control, Ui } from './input/ui.ts'
import { watchWebSocket } from './network/websocket.ts'
import { watchXhr } from './network/xhr.ts'

// What the first script's taps need to read streams.
export { createFraming } from './network/formats/framing.ts'
export { createNotes } from './network/formats/notes.ts'

declare const __VERSION__: string

/** What the engine loads when it needs it; a part that is missing is simply not there. `attempt` counts from 0. */
export interface EngineParts {
  send?: DeliveryOptions['load']
  recovery?: DeliveryOptions['recovery']
  intent?(attempt: number): Promise<typeof import('./intent.ts')>
  vitals?(attempt: number): Promise<typeof import('./page/web-vitals.ts')>
}

export interface EngineOptions {
  config: Config
  clock: PageClock
  timing: Timing
  guard: Guard
  pageId: string
  session: Session
  isChat(call: Call): ChatLikeness
  propagation: Propagation
  /** As the page said it last; not cleaned. */
  identity: Identity
  consent(): Consent
  /** A turn of this page has settled. */
  settled(record: TurnRecord): void
  /** Absolute. */
  endpoint?: string
  ui?: Ui
  /** As they were when the first script came. Each may be missing, and storage may be denied. */
  natives: Pick<DeliveryOptions['natives'], 'fetch' | 'localStorage'>
  parts: EngineParts
  /** Where records are stored and sent. */
  createDelivery?(options: DeliveryOptions): Delivery
  /** For taps that patch what a page uses anew at each send. */
  wire: FetchOptions
  /** The text field the user last wrote in. */
  composer(): Element | undefined
  /** Its heart beats while a turn is open. Undefined where nothing is watched. */
  attention(): Pick<Attention, 'active' | 'awake'> | undefined
}

/** The verbs of the handle, and the port of the watchers. */
export interface Engine
  extends PagePort, LifePort, Pick<Reactions, 'feedback' | 'signal' | 'used' | 'bind'>, Pick<Handle, 'flush' | 'stop'> {
  open(given: ManualTurnOptions, promised?: Promised): ManualTurn
  /** Tells a control by its label. */
  read(label: string): Control | undefined
  /** Begins to watch the screen; ended when consent is denied, and by `stop()`. */
  watch(): void
  /** Acts on what `consent()` says now. */
  consented(): void
}

/** Gestures after which the page may show a send before its request goes out. */
const primes = new Set<string>(['submit', 'regenerate', 'edit'])

export function createEngine(options: EngineOptions): Engine {
  const { config, clock, timing, guard, pageId, session, endpoint, parts, createDelivery, ui, wire } = options
  const doc = document
  const stored = config.storage !== false
  const intent = createLate(parts.intent, guard)
  const idle = createIdle(clock, guard)
  // Turns whose record may still change; while there is one, the heart beats.
  const open = new Set<string>()
  // The page is hidden, as far as was told.
  let away = false
  let unwatch: Stop | undefined
  let transcript: Transcript | undefined

  const origin = ({ id } = session.touch()) => ({
    sessionId: id,
    pageId,
    userId: cleanId(options.identity.user),
    conversationId: cleanId(options.identity.conversation),
    attributes: cleanAttributes(
      typeof config.attributes === 'function' ? guard(config.attributes as () => unknown) : config.attributes,
    ),
  })

  const { exporter } = config
  if (createDelivery && !endpoint && !exporter)
    guard.hint("nothing will be sent: give init an endpoint, such as { endpoint: '/v1/traces' }, or an exporter")

  const delivery = createDelivery?.({
    endpoint,
    headers: config.headers,
    exporter,
    resource: {
      'service.name': config.service.name,
      ...(config.service.version && { 'service.version': config.service.version }),
      ...(config.service.environment && { 'deployment.environment.name': config.service.environment }),
    },
    version: __VERSION__,
    sessionKeys: config.sessionKeys,
    sampled: () => options.consent() !== 'denied' && session.peek().sampled,
    gate: createGate({ beforeSend: config.beforeSend, hint: guard.hint }),
    load: parts.send!,
    recovery: parts.recovery!,
    recover,
    clock,
    timing,
    guard,
    pageId,
    natives: {
      ...options.natives,
      fetchLater: attempt(() =>
        (globalThis as { fetchLater?: DeliveryOptions['natives']['fetchLater'] }).fetchLater?.bind(globalThis),
      ),
      indexedDB: stored ? attempt(() => indexedDB) : undefined,
      locks: attempt(() => navigator.locks),
    },
    hold: options.consent() !== 'granted',
    dropped: (ids, reason) => {
      if (config.debug) console.debug(`[chat-vitals] dropped (${reason})`, ids)
    },
  })
  /** Addresses of requests leave without credentials, query and fragment. */
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
    intent.with((part) =>
      // Not in the page's own send.
      idle(() => {
        const verdict = part?.detectCorrection({
          ...texts,
          hints: { previousOutcome: previous.outcome, answerEndedInQuestion: previous.answerEndedWithQuestion },
        })
        if (verdict) note(verdict.kind, verdict.score)
      }),
    )
  }

  const turns = createTurns({
    clock,
    timing,
    guard,
    idle,
    ids: { traceId, spanId },
    // Where the page was prerendered first; 0 where not.
    visitedAt: attempt(
      () => (performance.getEntriesByType('navigation')[0] as unknown as { activationStart?: number }).activationStart,
    ),
    identity: origin,
    isChat: options.isChat,
    promptOf,
    ...options.propagation,
    backendOf,
    awake: () => options.attention()?.awake(),
    screen: (port, prompt) => transcript?.open(port, prompt, clock.behind() > 0),
    onOpen(turn, opened) {
      open.add(turn.id)
      options.attention()?.active(true)
      reactions.attention(false)
      delivery?.put(cleaned(turn), 'open', true)
      judge(turn, opened)
    },
    onPrompt: judge,
    onChange: (turn) => delivery?.put(cleaned(turn), 'open'),
    onSettled(turn) {
      open.delete(turn.id)
      options.attention()?.active(open.size > 0)
      const record = cleaned(turn)
      delivery?.put(record, 'ready', true)
      guard(() => reactions.settled(turn))
      if (config.debug) console.debug('[chat-vitals] turn', record)
      options.settled(record)
    },
  })

  const read = labelReader()

  const reactions = createReactions({
    turns,
    delivery,
    open,
    origin: (passive) => origin(passive ? session.peek() : undefined),
    clock,
    guard,
    signals: config.signals !== false,
    ui,
    read,
  })

  const pageView = createPageView({
    clock,
    guard,
    pageId,
    origin: () => origin(session.peek()),
    vitals: createLate(parts.vitals, guard),
    opened: turns.opened,
    put: (record) => {
      if (config.webVitals !== false && unwatch) delivery?.put(record, 'ready')
    },
  })

  const end = () => {
    unwatch?.()
    unwatch = undefined
    turns.stopAll()
  }

  return {
    ...turns,
    gesture({ labels, ...gesture }) {
      for (const [label, sure] of labels ?? []) {
        const control = read(label)
        if (!control) continue
        const kind = GESTURES[control]
        // A send button that finds nothing to send is often the stop button.
        if (kind && (kind !== 'submit' || gesture.prompt)) Object.assign(gesture, { kind, sure })
        break
      }
      // First: what the page shows of a send before its turn is open belongs to that turn.
      if (primes.has(gesture.kind)) transcript?.prime(gesture.prompt)
      turns.gesture(gesture)
    },
    visibility(at, hidden) {
      turns.visibility(at, hidden)
      if (hidden === away) return
      away = hidden
      reactions.attention(!hidden)
      if (hidden) delivery?.hide()
      else delivery?.show()
    },
    left(at) {
      turns.left(at)
      reactions.attention(false)
      pageView.put()
      delivery?.leave()
    },
    frozen: () => delivery?.freeze(),
    restored: () => delivery?.show(),
    open: (given, promised) =>
      turns.open(
        { ...given, conversation: cleanId(given.conversation), attributes: cleanAttributes(given.attributes) },
        promised,
      ),
    read,
    feedback: reactions.feedback,
    signal: reactions.signal,
    used: reactions.used,
    bind: reactions.bind,
    watch() {
      const paint = createPaintClock({ doc, guard, clock, timing, beacon: config.paintBeacon !== false })
      transcript = watchTranscript({ guard, clock, paint, ui, composer: options.composer })
      unwatch = stopAll([
        paint.stop,
        transcript.stop,
        watchXhr(wire),
        watchEventSource(wire),
        watchWebSocket(wire),
        guard(reactions.watch),
        () => (transcript = undefined),
        config.webVitals !== false && parts.vitals && delivery ? pageView.start() : undefined,
      ])
    },
    consented() {
      if (options.consent() === 'granted') return delivery?.release()
      delivery?.hold()
      if (options.consent() === 'pending') return
      end()
      delivery?.purge('consent')
    },
    flush: () => delivery?.flush() ?? Promise.resolve(),
    async stop() {
      reactions.attention(false)
      pageView.put()
      end()
      await delivery?.stop()
    },
  }
}
