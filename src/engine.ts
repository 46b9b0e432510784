/**
 * Wires what may come a little after the first script: turns, the screen, what is done with answers. What each does is in
 * its room, here is only who hands what to whom.
 */
import type { Identity } from './api.ts'
import { attempt } from './base/guard.ts'
import type { Guard } from './base/guard.ts'
import type { PageClock } from './base/clock.ts'
import { cleanAttributes, cleanId } from './base/clean.ts'
import { createIdle } from './base/idle.ts'
import { spanId, traceId } from './base/ids.ts'
import { createLate } from './base/late.ts'
import { stopAll } from './base/listen.ts'
import type { Stop } from './base/listen.ts'
import { timing as defaults } from './base/timing.ts'
import type { Config } from './config.ts'
import { createReactions } from './feedback/reactions.ts'
import type { Reactions } from './feedback/reactions.ts'
import { givenTo } from './given.ts'
import { asksApproval } from './input/approvals.ts'
import { createGestures } from './input/gestures.ts'
import { uiOf } from './input/ui.ts'
import { createJudge } from './intent/judge.ts'
import { backendOf } from './network/backend.ts'
import type { ChatLikeness } from './network/chat-call.ts'
import { createFeed } from './network/feed.ts'
import type { Feed } from './network/feed.ts'
import { historyOf } from './network/history.ts'
import type { Formats } from './network/learn/learner.ts'
import { promptOf } from './network/prompt.ts'
import { learnCalls } from './network/proved.ts'
import type { Propagation } from './network/trace.ts'
import type { Outlet } from './outlet.ts'
import { originOf } from './page/origin.ts'
import type { Session } from './page/session.ts'
import { createPulse } from './page/pulse.ts'
import type { PageStates } from './page/states.ts'
import { createPaintClock } from './screen/paint.ts'
import { watchTranscript } from './screen/transcript.ts'
import type { Transcript } from './screen/transcript.ts'
import type { TurnsPort } from './turn/ahead.ts'
import type { Call, CallPort } from './turn/marks.ts'
import type { TurnRecord } from './turn/record.ts'
import { createTurns } from './turn/turns.ts'

/** What the engine loads when it needs it; a part that is missing is simply not there. `attempt` counts from 0. */
export interface EngineParts {
  intent?(attempt: number): Promise<typeof import('./intent/lazy.ts')>
  /** Asked in debug mode. */
  advice(attempt: number): Promise<typeof import('./advice.ts')>
}

export interface EngineOptions {
  config: Config
  clock: PageClock
  guard: Guard
  pageId: string
  session: Session
  states: PageStates
  isChat(call: Call): ChatLikeness
  propagation: Propagation
  /** As the page said it last; not cleaned. */
  identity: Identity
  /** Says what was done in a wrong way, by names that advice.ts knows. */
  advise(misuse: string): void
  /** A turn of this page has settled. */
  settled(record: TurnRecord): void
  parts: EngineParts
  /** Where records go. */
  outlet?: Pick<Outlet, 'put' | 'context' | 'findContext'>
  /** The text field the user last wrote in. */
  composer(): Element | undefined
}

/** The verbs of the handle, and the port of the watchers. */
export interface Engine extends TurnsPort, Pick<Reactions, 'feedback' | 'signal' | 'bind'> {
  /** Turns opened so far. */
  opened(): number
  /** Reads the answer of a call for its port. */
  feed(call: CallPort, url: string): Feed
  /** Begins to watch the screen; ended when consent is denied, and by `end()`. */
  watch(): void
  /** Settles what is open and watches no more. */
  end(): void
}

/** Gestures after which the page may show a send before its request goes out. */
const primes = new Set<string>(['submit', 'regenerate', 'edit'])

export function createEngine(options: EngineOptions): Engine {
  const { config, clock, guard, session, states, outlet, advise } = options
  const timing = { ...defaults, ...config.timing }
  const ui = uiOf(config.ui) ?? {}
  const idle = createIdle(clock, guard)
  const pulse = createPulse({ clock, guard, timing, states })
  // Turns whose record may still change; while there is one, the heart beats.
  const open = new Set<string>()
  let unwatch: Stop | undefined
  let transcript: Transcript | undefined

  const origin = ({ id } = session.touch()) => originOf(id, { ...options, attributes: config.attributes })
  /** For those who try the page: how a turn is known, or why a send is none. */
  const explain = (turn: TurnRecord, told?: boolean) => {
    if (config.debug)
      guard.later(
        options.parts.advice(0).then(({ sentenceOf }) => console.info(`[chat-vitals] ${sentenceOf(turn, told)}`, turn)),
      )
  }
  const judge =
    config.intent === false
      ? undefined
      : createJudge({
          detector: createLate(options.parts.intent, { run: guard }),
          idle,
          note(turnId, correction) {
            const amended = turns.amend(turnId, { correction })
            if (amended) outlet?.put(amended, amended.outcome ? 'ready' : 'open')
          },
        })

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
    ...learnCalls(options.isChat),
    named: !!config.requests,
    promptOf,
    historyOf,
    ...options.propagation,
    backendOf,
    awake: pulse.awake,
    asks: () => asksApproval(document),
    screen: (port, prompt) => transcript?.open(port, prompt, clock.behind() > 0),
    onOpen(turn, opened) {
      open.add(turn.id)
      pulse.active(true)
      reactions.attention(false)
      outlet?.put(turn, 'open', true)
      judge?.(turn, opened)
    },
    onPrompt: judge,
    onChange: (turn) => outlet?.put(turn, 'open'),
    onSettled(turn) {
      open.delete(turn.id)
      pulse.active(open.size > 0)
      outlet?.put(turn, 'ready', true)
      guard(() => reactions.settled(turn))
      explain(turn)
      options.settled(turn)
    },
    onUnproved: (turn) => explain(turn, false),
  })

  // What was learned of streams, by address.
  const formats: Formats = new Map()
  const gestures = createGestures({
    ui,
    timing,
    composer: options.composer,
    answer: (element) => reactions.answer(element),
    used: (...control) => reactions.used(...control),
  })
  const reactions: Reactions = createReactions({
    turns,
    delivery: outlet,
    open,
    origin: (passive) => origin(passive ? session.peek() : undefined),
    clock,
    guard,
    signals: config.signals !== false,
    rating: gestures.rating,
    hidden: states.hidden,
    advise,
  })

  return {
    ...turns,
    gesture(seen) {
      const gesture = gestures.read(seen)
      if (!gesture) return
      // First: what the page shows of a send before its turn is open belongs to that turn.
      if (primes.has(gesture.kind)) transcript?.prime(gesture.prompt)
      turns.gesture(gesture)
    },
    composerEmptied(at) {
      const send = gestures.emptied(at)
      if (send) turns.gesture(send)
      turns.composerEmptied(at)
    },
    page(change) {
      turns.page(change)
      const { kind } = change
      if (kind === 'visible') reactions.attention(true)
      else if (kind === 'hidden' || kind === 'left') reactions.attention(false)
    },
    open(asked, promised) {
      const given = givenTo('turn', asked, advise)
      return turns.open(
        { ...given, conversation: cleanId(given.conversation), attributes: cleanAttributes(given.attributes) },
        promised,
      )
    },
    feedback: (value, about) => reactions.feedback(value, givenTo('feedback', about, advise)),
    signal: (kind, about) => reactions.signal(kind, givenTo('signal', about, advise)),
    bind: reactions.bind,
    feed: (call, url) => createFeed(call, { clock, guard, url, formats }),
    watch() {
      if (unwatch) return
      const paint = createPaintClock({
        doc: document,
        guard,
        clock,
        timing,
        states,
        beacon: config.paintBeacon !== false,
      })
      transcript = watchTranscript({ guard, clock, paint, states, ui, composer: options.composer })
      unwatch = stopAll([
        pulse.watch(),
        paint.stop,
        transcript.stop,
        guard(reactions.watch),
        () => (transcript = undefined),
      ])
    },
    end() {
      reactions.attention(false)
      unwatch?.()
      unwatch = undefined
      turns.stopAll()
    },
  }
}
