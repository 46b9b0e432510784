/**
 * Wires the first script: all that must be on the page before its first message is sent, because it cannot be made up
 * for. It sees the gestures, the calls and the page's life, and keeps what happened with its time; the engine, which makes
 * turns of it, is wired in engine.ts and comes at the first sign of a chat; what takes records away, in outlet.ts.
 */
import type { Handle, Identity, Options, UiSelectors } from './api.ts'
import { pageClock } from './base/clock.ts'
import { attempt, createGuard } from './base/guard.ts'
import type { Guard } from './base/guard.ts'
import { atRest } from './base/idle.ts'
import { randomHex } from './base/ids.ts'
import { createLate } from './base/late.ts'
import { listen, stopAll } from './base/listen.ts'
import type { Stop } from './base/listen.ts'
import { firstTiming } from './base/timing.ts'
import { isObject, readOptions, take } from './config.ts'
import type { Config } from './config.ts'
import type { EngineOptions, EngineParts } from './engine.ts'
import { watchActions } from './input/actions.ts'
import { createRecognizer } from './network/chat-call.ts'
import { lazyEngine } from './lazy-engine.ts'
import type { EnginePart, LazyEngine } from './lazy-engine.ts'
import { lazyOutlet } from './lazy-outlet.ts'
import { createFetchTap } from './network/fetch.ts'
import type { WireOptions } from './network/fetch.ts'
import { watchOthers } from './network/shims.ts'
import { createPropagation } from './network/trace.ts'
import type { OutletParts } from './outlet.ts'
import { createConsent, isConsent } from './page/consent.ts'
import { createSession } from './page/session.ts'
import { createStates } from './page/states.ts'
import { createAhead } from './turn/ahead.ts'
import type { TurnRecord } from './turn/record.ts'
import { inert, install, isSupported, noTurn, pageFetch, running } from './verbs.ts'

/** What an entry brings along. `attempt` counts from 0. */
export interface Kit extends EngineParts, Partial<OutletParts> {
  engine(attempt: number): Promise<EnginePart>
  followers(attempt: number): Promise<typeof import('./network/followers.ts')>
  /** Missing: records go to `onTurn` alone. */
  outlet?(attempt: number): Promise<typeof import('./outlet.ts')>
  /** Loaded only when something is wrong. */
  advice(attempt: number): Promise<typeof import('./advice.ts')>
}

/** Waits before a part is asked for again, ms; what happens meanwhile waits in line. */
const again = [1000, 4000, 15_000]

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
  const first = running()
  if (first) {
    advise(['init()'])
    return first
  }
  const handle = guard(() => wire(config, kit, guard, (name) => advise([name])))
  if (wrong[0]) advise(wrong)
  return handle ?? inert
}

function wire(config: Config, kit: Kit, guard: Guard, advise: (name: string) => void): Handle {
  const clock = pageClock()
  const timing = { ...firstTiming, ...config.timing }
  const pageId = randomHex(8)
  const base = location.href
  const endpoint = config.endpoint && new URL(config.endpoint, base).href
  // A preset's selectors come with the engine.
  const ui = isObject(config.ui) ? (config.ui as UiSelectors) : {}
  const identity: Identity = { user: config.user, conversation: config.conversation }
  const listeners = new Set<(turn: TurnRecord) => void>()
  const natives = {
    fetch: attempt(() => globalThis.fetch.bind(globalThis)),
    localStorage: config.storage === false ? undefined : attempt(() => localStorage),
  }
  const consent = createConsent(config.consent)
  const states = createStates(guard)
  const session = createSession({
    clock,
    timing,
    sampleRate: config.sampleRate,
    storage: natives.localStorage,
    mayStore: () => consent.now() === 'granted',
  })
  const isChat = createRecognizer({ base, requests: config.requests, failed: () => advise('requests()') })
  const propagation = createPropagation({
    base,
    propagateTo: config.propagateTo,
    baggage: config.baggage === true,
    session: session.touch,
    named: () => consent.now() === 'granted',
  })
  let stopped = false
  let unwatch: Stop | undefined
  let uninstall: Stop | undefined
  let composer: EngineOptions['composer'] = () => undefined

  // A page that is only prerendered has not been visited: its parts come when it is.
  const visit =
    (document as { prerendering?: boolean }).prerendering &&
    new Promise((resolve) => listen(document, 'prerenderingchange', resolve, { once: true }))
  const part =
    <T>(load: (attempt: number) => Promise<T>) =>
    (attempt: number) => {
      const loaded = Promise.resolve(visit).then(() => load(attempt))
      loaded.catch(() => guard.hint('a part did not load; all waits for it'))
      return loaded
    }

  const patience = { run: guard, again }
  const watching = () => !!unwatch
  const shared = { config, clock, guard, pageId, session, states, identity, advise }

  const outlet = lazyOutlet(
    kit.outlet && part(kit.outlet),
    patience,
    {
      ...shared,
      consent,
      endpoint,
      natives,
      parts: kit as OutletParts,
      opened: () => engine.now()?.opened() ?? 0,
      remembered: () => ahead.recalled(),
    },
    watching,
  )
  const engine = lazyEngine(
    part(kit.engine),
    patience,
    {
      ...shared,
      isChat,
      propagation,
      parts: kit,
      outlet: kit.outlet && {
        put: (...args) => outlet.with((it) => it.put(...args)),
        context: (...args) => outlet.with((it) => it.context(...args)),
        findContext: (key) => new Promise((resolve) => outlet.with((it) => resolve(it.findContext(key)))),
      },
      composer: () => composer(),
      settled(record) {
        for (const listener of listeners) guard(() => listener(record))
      },
    },
    { gestureMs: timing.gesture, watching, wanted: () => outlet.with(() => {}) },
  )
  /** For the verbs: what is said after a stop or a denial is said to nobody. */
  const tell: LazyEngine['tell'] = (...args) => {
    if (!stopped && consent.now() !== 'denied') engine.tell(...args)
  }
  const ahead = createAhead({ clock, timing, isChat, ...propagation, turns: engine.now, tell: engine.tell })
  states.on((change) => {
    const { kind } = change
    engine.tell((it) => it.page(change), false, kind === 'hidden' || kind === 'visible' ? 'always' : undefined)
    outlet.now()?.page(change)
  })

  const wire: WireOptions = {
    port: ahead,
    guard,
    clock,
    skip: (url) => url === endpoint,
    follow: engine.follow,
  }
  const followers = createLate(part(kit.followers), patience)
  const fetchTap = createFetchTap(wire, () => advise('fetch()'))

  /** Puts the watchers on the page; undone by `unwatch`. */
  const watch = (): void => {
    session.touch()
    const actions = watchActions({
      port: {
        gesture(gesture) {
          session.touch()
          ahead.gesture(gesture)
        },
        composerEmptied: (at) => engine.tell((it) => it.composerEmptied(at)),
        composing: engine.want,
      },
      ui,
      clock,
      guard,
    })
    composer = actions.composer
    unwatch = stopAll([
      fetchTap.watch(),
      watchOthers({
        ...wire,
        clock,
        notice: (seen) =>
          followers.with((loaded) =>
            loaded && unwatch ? loaded.follow(seen, { ...wire, clock }) : seen.hear(() => {})(),
          ),
      }),
      actions.stop,
      states.watch(),
      // Nothing of ours competes with the page's own start. A page that names the parts of its chat has one.
      atRest(clock, guard, () => {
        outlet.with(() => {})
        if (config.requests || config.ui !== 'auto') engine.want()
      }),
      () => {
        unwatch = undefined
        engine.hangUp()
      },
    ])
    engine.tell((it) => it.page({ kind: states.hidden() ? 'hidden' : 'visible', at: clock.now() }), false, 'always')
    engine.now()?.watch()
    outlet.now()?.watch()
  }
  /** Restores the page, and deletes what this and earlier visits keep; on a device that keeps nothing, nothing is loaded. */
  const deny = (): void => {
    const kept = attempt(() => Object.keys(natives.localStorage ?? {}).some((key) => key.startsWith('chat-vitals:')))
    unwatch?.()
    engine.now()?.end()
    engine.forget()
    outlet.forget()
    session.forget()
    if (outlet.now() || kept) outlet.with((it) => it.consented())
  }

  /** Resolves when `fn` says so, or when it could not begin within `patience`, ms. */
  const within = (patience: number, fn: (begun: Stop, done: Stop) => void): Promise<void> =>
    new Promise((resolve) => {
      const timer = clock.setTimeout(resolve, patience)
      const begun = () => clock.clearTimeout(timer)
      guard(() => fn(begun, resolve))
    })

  const handle: Handle = {
    turn(given = {}) {
      const turn = guard(() => (stopped || consent.now() === 'denied' ? noTurn : ahead.open(given))) ?? noTurn
      return {
        ...turn,
        headers: () => guard(turn.headers) ?? {},
        chunk: guard.wrap(turn.chunk),
        text: guard.wrap(turn.text),
        end: guard.wrap(turn.end),
      }
    },
    feedback: guard.wrap((value, about) => tell((it) => it.feedback(value, about), true)),
    identify(given) {
      const isId = (name: string, value: unknown) => name in identity && Object(value) !== value
      if (isObject(given)) take(given, identity, isId, advise, 'identify().')
      else advise('identify({})')
    },
    consent: guard.wrap((state) => {
      if (!isConsent(state)) return advise('consent()')
      if (stopped || !consent.set(state)) return
      if (state === 'denied') return deny()
      if (!unwatch) guard(watch)
      session.touch()
      outlet.now()?.consented()
    }),
    session: () => ({ ...session.peek(), pageId }),
    fetch: fetchTap.wrap(pageFetch(natives.fetch)),
    onTurn(callback) {
      listeners.add(callback)
      return () => void listeners.delete(callback)
    },
    flush: () =>
      kit.outlet
        ? within(timing.sendTimeout, (begun, done) =>
            outlet.with((it) => {
              begun()
              guard.later(it.flush().then(done))
            }),
          )
        : Promise.resolve(),
    stop() {
      if (stopped) return Promise.resolve()
      const done = within(timing.stopMost, (begun, done) => {
        const last = () => {
          begun()
          const it = outlet.now()
          if (it) guard.later(it.stop().then(done))
          else done()
        }
        // What waits for the engine, or for the part that sends, is taken up first.
        engine.after(() => {
          guard(() => engine.now()?.end())
          if (outlet.asked()) outlet.with(last)
          else last()
        })
      })
      stopped = true
      unwatch?.()
      listeners.clear()
      uninstall?.()
      return done
    },
    bind: guard.wrap((messageId, turnId) => tell((it) => it.bind(messageId, turnId), true)),
    signal: guard.wrap((kind, about) => tell((it) => it.signal(kind, about), true)),
  }
  // First: a consent among what was called before decides whether anything is watched.
  uninstall = install(handle, advise, guard)
  if (consent.now() === 'denied') guard(deny)
  else if (!unwatch) guard(watch)
  return handle
}
