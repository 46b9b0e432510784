/**
 * Wires the first script: all that must be on the page before its first message is sent, because it cannot be made up
 * for. It sees the gestures, the calls and the page's life, hands out ids, and notes what happened and when until the
 * engine is here to make turns of it. What measures, stores and sends is wired there.
 */
import type { Consent, Handle, Identity, ManualTurn, ManualTurnOptions, Options } from './api.ts'
import { pageClock } from './base/clock.ts'
import { attempt, createGuard } from './base/guard.ts'
import type { Guard } from './base/guard.ts'
import { randomHex, spanId, traceId, traceparent } from './base/ids.ts'
import { createLate } from './base/late.ts'
import type { Late } from './base/late.ts'
import { listen, stopAll } from './base/listen.ts'
import type { Stop } from './base/listen.ts'
import { timing as defaults } from './base/timing.ts'
import { isConsent, isObject, readOptions, take } from './config.ts'
import type { Config } from './config.ts'
import { createRecognizer } from './network/chat-call.ts'
import { createSession } from './page/session.ts'
import { createPropagation } from './network/trace.ts'
import type { Engine, EngineOptions, EngineParts } from './engine.ts'
import type { CallPort, LifePort, PagePort, Promised } from './turn/marks.ts'
import type { TurnRecord } from './turn/record.ts'
import { watchActions } from './input/actions.ts'
import { watchAttention } from './page/attention.ts'
import type { Attention } from './page/attention.ts'
import { createFeed } from './network/feed.ts'
import type { Feed, Formats } from './network/feed.ts'
import { watchFetch, wrapFetch } from './network/fetch.ts'
import { uiOf } from './input/ui.ts'

interface EnginePart extends Formats, Pick<EngineOptions, 'createDelivery'> {
  createEngine(options: EngineOptions): Engine
}

/** What an entry brings along. `attempt` counts from 0. */
export interface Kit extends EngineParts {
  engine(attempt: number): Promise<EnginePart>
  /** Loaded only when an option is wrong. */
  advice(attempt: number): Promise<typeof import('./advice.ts')>
}

/** Waits before the engine is asked for again, ms; what happens meanwhile waits in line. */
const again = [1000, 4000, 15_000]
/** What may wait in line for the engine: gestures, calls and pieces of streams. */
const mostWaiting = 10_000
/** Gestures this close may be one: what the first was promised holds for the second, ms. */
const sameGesture = 1000

/** Where the page's one instance is known, also to another copy of the library. */
const instance = Symbol.for('chat-vitals')
/** What was called before `init`: children are there before the provider that starts. False once it was taken up. */
const early = Symbol.for('chat-vitals:early')
type Take = (handle: Handle, advise: (misuse: string) => void) => unknown
const page = globalThis as { [instance]?: Handle; [early]?: Take[] | false }
const mostEarly = 20

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

/** What Chrome has since 109, Firefox since 113, Safari since 16.4; and a source of ids. */
const isSupported = () =>
  typeof document !== 'undefined' &&
  'MathMLElement' in globalThis &&
  'CompressionStream' in globalThis &&
  typeof globalThis.crypto?.getRandomValues === 'function'

/** The verbs for the page's instance; before `init` what tells something is kept for it. */
export const verbs = Object.fromEntries(
  Object.keys(inert).map((verb) => [
    verb,
    (...args: unknown[]) => {
      const on = (handle: Handle) =>
        (handle as unknown as Record<string, (...args: unknown[]) => unknown>)[verb]!(...args)
      const handle = page[instance]
      if (handle || !isSupported() || /^(?:session|fetch|flush|stop)$/.test(verb)) return on(handle ?? inert)
      const line = (page[early] ??= [])
      if (!line || line.length > mostEarly) return on(inert)
      let made: unknown
      let gone = false
      line.push((handle, advise) => gone || (verb === 'turn' ? advise('turn()') : (made = on(handle))))
      return verb === 'onTurn'
        ? () => {
            gone = true
            ;(made as Stop | undefined)?.()
          }
        : on(inert)
    },
  ]),
) as unknown as Handle

/** Says what was done in a wrong way, by names that advice.ts knows. */
export const adviser =
  (kit: Pick<Kit, 'advice'>, { hint, later }: Guard) =>
  (names: string[]) =>
    later(
      kit.advice(0).then(
        (part) => part.advise(names, hint),
        () => hint('wrong: ' + names),
      ),
    )

/** Starts measuring this page; see `init` of the entries. @param tag options of the script tag; the page's own win */
export function start(options: Options | undefined, kit: Kit, tag?: Options): Handle {
  if (!isSupported()) return inert
  const wrong: string[] = []
  const config = readOptions([tag, options], (name) => wrong.push(name), location)
  const guard = createGuard(config)
  const advise = adviser(kit, guard)
  if (page[instance]) {
    advise(['init()'])
    return page[instance]
  }
  const handle = guard(() => wire(config, kit, guard, (name) => advise([name])))
  if (wrong[0]) advise(wrong)
  return handle ?? inert
}

function wire(config: Config, kit: Kit, guard: Guard, advise: (name: string) => void): Handle {
  const clock = pageClock()
  const timing = { ...defaults, ...config.timing }
  const pageId = randomHex(8)
  const base = location.href
  const natives = {
    fetch: attempt(() => globalThis.fetch.bind(globalThis)),
    localStorage: config.storage === false ? undefined : attempt(() => localStorage),
  }
  let consent: Consent = config.consent
  let stopped = false
  const session = createSession({
    clock,
    timing,
    sampleRate: config.sampleRate,
    storage: natives.localStorage,
    mayStore: () => consent === 'granted',
  })
  const isChat = createRecognizer({ base, requests: config.requests, failed: () => advise('requests()') })
  const propagation = createPropagation({
    base,
    propagateTo: config.propagateTo,
    baggage: config.baggage === true,
    session: session.peek,
    named: () => consent === 'granted',
  })
  const endpoint = config.endpoint && new URL(config.endpoint, base).href
  const ui = uiOf(config.ui)

  /** Deletes what earlier visits kept; the database only before there is an engine, which empties it. */
  const forget = (): void => {
    const { localStorage } = natives
    for (const key of Object.keys(localStorage ?? {})) if (key.startsWith('chat-vitals:')) localStorage!.removeItem(key)
    if (engine || config.storage === false) return
    // Firefox tells the page of errors that nobody has prevented.
    attempt(() => (indexedDB.deleteDatabase('chat-vitals').onerror = (event) => event.preventDefault()))
  }

  const identity: Identity = { user: config.user, conversation: config.conversation }
  const listeners = new Set<(turn: TurnRecord) => void>()
  // Streams under way.
  const feeds = new Set<Feed>()
  let unwatch: Stop | undefined
  let attention: Attention | undefined
  let composer: (() => Element | undefined) | undefined

  let engine: Engine | undefined
  // A page that is only prerendered has not been visited: what it does waits until it is.
  const visit =
    (document as { prerendering?: boolean }).prerendering &&
    new Promise((resolve) => listen(document, 'prerenderingchange', resolve, { once: true }))
  const loading = createLate(
    (tries) => {
      const part = Promise.resolve(visit).then(() => kit.engine(tries))
      part.catch(() => guard.hint('the engine did not load; what happens waits for it'))
      return part
    },
    guard,
    again,
    mostWaiting,
  )
  const create = ({ createEngine, createDelivery }: EnginePart): void => {
    engine = createEngine({
      config,
      clock,
      timing,
      guard,
      pageId,
      session,
      isChat,
      propagation,
      identity,
      consent: () => consent,
      advise,
      settled: (record) => {
        for (const listener of listeners) guard(() => listener(record))
      },
      endpoint,
      ui,
      natives,
      wire,
      parts: kit,
      createDelivery,
      composer: () => composer?.(),
      attention: () => attention,
    })
    if (unwatch) engine.watch()
  }
  /** What waits is taken up in order, as of the time at which it came. */
  const late: Late<EnginePart> = {
    with(fn) {
      if (engine) return loading.with(fn)
      const at = clock.now()
      loading.with((part) => {
        if (part && !engine) guard(() => create(part))
        clock.replay(at, () => fn(part))
      })
    },
  }
  const tell = (fn: (engine: Engine) => void): void => {
    if (stopped) return
    if (engine) fn(engine)
    else late.with(() => engine && fn(engine))
  }

  // What the next turn is promised while there is no engine to open it; whether one opened by hand has taken it.
  let promised: Promised | undefined
  let taken = false
  let gestured = -Infinity
  const promise = (byHand?: boolean): Promised => {
    const free = clock.now() - gestured > timing.gesture
    if (!promised || (byHand && taken)) {
      promised = { traceId: traceId(), spanId: spanId() }
      taken = false
    }
    const ids = promised
    taken ||= !!byHand
    // Without a gesture, each call may be a turn of its own.
    if (free && !taken) promised = undefined
    return ids
  }

  const port: PagePort & LifePort = {
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
        headers: propagation.headersFor(call.url, ids.traceId, ids.requestId),
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
    frozen: () => tell((it) => it.frozen()),
    restored: () => tell((it) => it.restored()),
  }

  const openTurn = (given: ManualTurnOptions): ManualTurn => {
    if (stopped || consent === 'denied') return noTurn
    let turn: ManualTurn | undefined
    let ids: Promised | undefined
    if (engine) turn = engine.open(given)
    else {
      ids = promise(true)
      tell((it) => (turn = it.open(given, ids)))
    }
    return {
      id: ids?.spanId ?? turn!.id,
      traceparent: ids ? traceparent(ids.traceId, ids.spanId) : turn!.traceparent,
      headers: () => guard(() => (ids ? propagation.headersOf(ids.traceId, ids.spanId) : turn!.headers())) ?? {},
      chunk: guard.wrap((text) => tell(() => turn?.chunk(text))),
      text: guard.wrap((shown) => tell(() => turn?.text(shown))),
      end: guard.wrap((outcome) => tell(() => turn?.end(outcome))),
    }
  }

  const wire = {
    port,
    guard,
    clock,
    skip: (url: string) => url === endpoint,
    follow(call: CallPort, onEnd: Stop) {
      const feed = createFeed(call, { clock, formats: late }, () => {
        feeds.delete(feed)
        onEnd()
      })
      feeds.add(feed)
      return feed
    },
    pass: consent === 'denied',
    refused: () => advise('fetch()'),
  }

  /** Puts the first script's watchers on the page; undone by `unwatch`. */
  const watch = () => {
    const actions = watchActions({
      port,
      ui,
      clock,
      guard,
      reader: () => engine?.read,
      on: (control, element) => tell((it) => it.used(control, element)),
    })
    attention = watchAttention({ port, clock, guard, timing })
    composer = actions.composer
    port.visibility(clock.now(), document.hidden)
    unwatch = stopAll([
      watchFetch(wire),
      actions.stop,
      attention.stop,
      () => {
        unwatch = undefined
        for (const feed of feeds) feed.end('cancelled')
      },
    ])
    engine?.watch()
  }

  /** What the engine promises; nothing more is known when it does not come in time. */
  const ask = (fn: (engine: Engine) => Promise<void>, patience: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = engine ? undefined : clock.setTimeout(resolve, patience)
      guard(() =>
        tell((it) => {
          clock.clearTimeout(timer)
          resolve(guard(() => fn(it)))
        }),
      )
      if (stopped) resolve()
    })

  const handle: Handle = {
    turn: (given = {}) => guard(() => openTurn(given)) ?? noTurn,
    feedback: guard.wrap((value, about) => tell((it) => it.feedback(value, about))),
    identify(given) {
      const isId = (name: string, value: unknown) => name in identity && Object(value) !== value
      if (isObject(given)) take(given, identity, isId, advise, 'identify().')
      else advise('identify({})')
    },
    consent: guard.wrap((state) => {
      if (!isConsent(state)) {
        advise('consent()')
        return
      }
      if (stopped) return
      const before = consent
      consent = state
      if (state === 'denied') guard(forget)
      if (state === before) return
      engine?.consented()
      if (state === 'denied') {
        unwatch?.()
        session.forget()
        return
      }
      session.touch()
      if (!unwatch) guard(watch)
    }),
    session: () => ({ ...session.peek(), pageId }),
    fetch: wrapFetch((...args) => globalThis.fetch(...args), wire),
    onTurn(callback) {
      listeners.add(callback)
      return () => void listeners.delete(callback)
    },
    flush: () => ask((it) => it.flush(), timing.sendTimeout),
    stop() {
      const done = unwatch || engine ? ask((it) => it.stop(), timing.stopMost) : Promise.resolve()
      stopped = true
      unwatch?.()
      listeners.clear()
      wire.pass = true
      if (page[instance] === handle) delete page[instance]
      return done
    },
    bind: guard.wrap((messageId, turnId) => tell((it) => it.bind(messageId, turnId))),
    signal: guard.wrap((kind, about) => tell((it) => it.signal(kind, about))),
  }
  page[instance] = handle
  const line = page[early] || []
  page[early] = false
  // First: a consent among them decides whether anything is watched.
  for (const take of line) guard(() => take(handle, advise))
  if (line.length > mostEarly) advise('early()')
  if (consent == 'denied') guard(forget)
  else if (!unwatch) guard(watch)
  return handle
}
