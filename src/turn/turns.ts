/**
 * Gives every gesture, call and page event to the turn it belongs to, and opens turns. All it knows of the page it is
 * told by the watchers; it keeps at most a few turns in memory.
 */
import type { ManualTurn, ManualTurnOptions } from '../api.ts'
import { readerModel } from '../base/characters.ts'
import { traceparent } from '../base/ids.ts'
import { createIntervals } from './intervals.ts'
import type { Call, CallPort, Content, Gesture, PagePort, Promised, ScreenPort, ScreenTarget } from './marks.ts'
import type { Attributes, EndedBy, Outcome, Trigger, TurnRecord } from './record.ts'
import { createTurn } from './turn.ts'
import type { Notes, Turn, TurnDeps } from './turn.ts'

export { recover } from './outcome.ts'
export type { Backend, Change, Notes } from './turn.ts'

/** Ms. */
const waits = {
  /** Gestures this close are one: Enter in a form also fires a click. */
  same: 30,
  /** A composer emptied this soon after a gesture was sent by it. */
  emptied: 100,
  /** While a turn is open, a click of unknown meaning can have caused a request for this long. */
  vague: 300,
  /** An edit may take this long until it is sent. */
  edit: 300_000,
}
/** Turns and prompts remembered, open turns followed, characters of a prompt, marks held of a call that may be none. */
const limits = { turns: 20, prompts: 8, open: 16, prompt: 4096, held: 8 }

export interface Identity {
  sessionId: string
  pageId: string
  conversationId?: string
  userId?: string
  attributes?: Attributes
}

/** What is known of a turn's prompt and of the one before, for the intent detector. Texts live in memory only. */
export interface Opened {
  prompt?: string
  /** The turn it replaces, else the one before in this conversation. */
  previous?: { turnId: string; prompt?: string; outcome?: Outcome; answerEndedWithQuestion?: boolean }
  edited: boolean
  regenerated: boolean
}

export interface TurnsOptions extends Pick<
  TurnDeps,
  'clock' | 'timing' | 'guard' | 'idle' | 'backendOf' | 'awake' | 'onChange'
> {
  ids: { traceId(): string; spanId(): string }
  /** When the visit began, page clock: no turn begins before. */
  visitedAt?: number
  /** Asked when a turn opens. */
  identity(): Identity
  isChat(call: Call): 'yes' | 'maybe' | 'no'
  /** The last user message in its body. */
  promptOf(call: Call): string | undefined
  headersFor(url: string, traceId: string, spanId: string): Record<string, string>
  /** What a manual turn's own request carries. */
  headersOf(traceId: string, spanId: string): Record<string, string>
  /** The transcript watcher; called when a turn opens. */
  screen?(port: ScreenPort, prompt?: string): ScreenTarget | undefined
  onOpen?(record: TurnRecord, opened: Opened): void
  /** The prompt became known only after the turn had opened. */
  onPrompt?(record: TurnRecord, opened: Opened): void
  /** Once per turn. */
  onSettled?(record: TurnRecord): void
}

export interface Turns extends PagePort {
  open(options?: ManualTurnOptions, promised?: Promised): ManualTurn
  /** The turn opened last, settled or not. */
  current(): TurnRecord | undefined
  /** One of the last 20 turns. */
  find(turnId: string): TurnRecord | undefined
  /** Element that shows its answer, while it is remembered. */
  elementOf(turnId: string): Element | undefined
  /** Notes what was learned later; the record with it, with a higher revision. Attributes are merged. */
  amend(turnId: string, notes: Notes): TurnRecord | undefined
  /** Turns opened so far. */
  opened(): number
  /** Settles what is open as `cancelled`. */
  stopAll(): void
}

/** What may open a turn: a gesture, or a call without one. */
interface Cause extends Omit<Gesture, 'kind' | 'element'> {
  kind: Gesture['kind'] | 'program'
  /** Where it happened; the page may have taken that away since. */
  element?: WeakRef<Element>
  /** The turn it has opened: it is spent. */
  turn?: Turn
  /** Shared by the calls it caused before it is known whether they are a turn. */
  traceId?: string
}

export function createTurns(options: TurnsOptions): Turns {
  const { clock, timing, ids } = options
  const hidden = createIntervals()
  // Newest first: the open ones and the last settled ones.
  let known: Turn[] = []
  // Newest first: the turns of this conversation whose prompts are remembered.
  let history: Turn[] = []
  let opened = 0
  // A chat call was seen: what looks like a send here is one.
  let confirmed = false
  // The last gesture of any kind; of those that may be a send; the surely sent one; an edit or regenerate begun.
  let last: Cause | undefined
  let latest: Cause | undefined
  let sent: Cause | undefined
  let meant: Cause | undefined

  const live = () => known.filter((turn) => turn.open())
  const fresh = (cause: Cause | undefined, now: number, ms: number) =>
    cause && !cause.turn && now - cause.at <= ms ? cause : undefined
  const pick = (now: number) =>
    fresh(sent, now, timing.gesture) ??
    fresh(latest, now, waits.vague) ??
    (meant?.kind === 'regenerate' ? fresh(meant, now, timing.gesture) : undefined) ??
    fresh(latest, now, timing.gesture)
  const short = (prompt: string | undefined) => prompt?.trim().slice(0, limits.prompt)
  const find = (id: string) => known.find((turn) => turn.id === id)
  const about = (turn: Turn, before: Turn | undefined): Opened => {
    const { trigger } = turn.record()
    return {
      prompt: turn.prompt,
      previous: before && {
        turnId: before.id,
        prompt: before.prompt,
        outcome: before.record().outcome,
        answerEndedWithQuestion: before.asked(),
      },
      edited: trigger === 'edit',
      regenerated: trigger === 'regenerate',
    }
  }

  /** The turn whose answer stands where the user clicked: above a regenerate button, below an edited prompt. */
  const replacedBy = (trigger: Trigger, element: Element | undefined) => {
    const edit = trigger === 'edit'
    const told = history.filter((turn) => !turn.tell)
    const near = (edit ? [...told].reverse() : told).find((turn) => {
      const answer = turn.target?.element()
      const where = (answer && element?.compareDocumentPosition(answer)) ?? 1
      // 1: not in the same tree. 2: before or around. 4: after.
      return !(where & 1) && where & (edit ? 4 : 2)
    })
    return near ?? told[0]
  }

  /** Looked up when asked: a turn that held the one before it would hold them all. */
  const previousOf = (turn: Turn): Turn | undefined => {
    const { replaces } = turn.record()
    return replaces ? find(replaces) : history.slice(history.indexOf(turn) + 1).find((one) => !one.tell)
  }

  const openTurn = (cause: Cause, said?: string, manual?: ManualTurnOptions, attach?: (turn: Turn) => void): Turn => {
    const now = clock.now()
    const { attributes, ...who } = options.identity()
    const prompt = short(said ?? cause.prompt) || undefined
    const conversationId = manual?.conversation || who.conversationId
    const conversation = history[0]?.record().conversationId
    if (conversation && conversationId && conversation !== conversationId) forget(0)

    const { kind } = cause
    const begun =
      kind === 'edit' || kind === 'regenerate'
        ? cause
        : kind !== 'program' && fresh(meant, now, meant?.kind === 'edit' ? waits.edit : timing.gesture)
    const intended = begun && (begun.kind === 'edit' || kind !== 'submit') ? begun : undefined
    const again = prompt && prompt === history[0]?.prompt && (cause.prompt ?? (kind === 'other' ? '' : '-')) === ''
    const trigger =
      manual?.trigger ?? ((intended?.kind as Trigger) || (kind === 'program' ? kind : again ? 'regenerate' : 'submit'))
    const replaced =
      trigger === 'edit' || trigger === 'regenerate'
        ? replacedBy(trigger, (intended ?? cause).element?.deref())
        : undefined

    // So far only a gesture says that this page is a chat: the turn is told of once a call, text or the page bears it out.
    // Forms that are no chat are sent too.
    let told = confirmed || !!attach
    // What was promised is given once.
    const promised = cause.promised && !find(cause.promised.spanId) ? cause.promised : undefined
    const others = live()
    const turn: Turn = createTurn(
      {
        ...who,
        conversationId,
        attributes: attributes || manual?.attributes ? { ...attributes, ...manual?.attributes } : undefined,
        at: Math.max(cause.at, options.visitedAt ?? 0),
        traceId: (cause.traceId ??= promised?.traceId ?? ids.traceId()),
        spanId: promised?.spanId ?? ids.spanId(),
        seq: told ? ++opened : 0,
        trigger,
        replaces: replaced?.id,
        readerModel,
      },
      {
        ...options,
        hidden,
        culprit,
        screen: options.screen && ((port) => options.screen!(port, prompt)),
        onChange(record, why) {
          if (record.moments.firstInserted !== undefined) turn.tell?.()
          if (told) options.onChange?.(turn.record(), why)
        },
        onSettled(settled) {
          known = known.filter((one, i) => one.open() || i < limits.turns)
          if (settled.record().moments.firstInserted !== undefined) settled.tell?.()
          if (told) options.onSettled?.(settled.record())
          else {
            known = known.filter((one) => one !== settled)
            history = history.filter((one) => one !== settled)
          }
        },
      },
    )
    const announce = () => options.onOpen?.(turn.record(), about(turn, previousOf(turn)))
    if (!told)
      turn.tell = () => {
        told = confirmed = true
        turn.tell = undefined
        turn.amend({ seq: ++opened })
        announce()
      }
    turn.prompt = prompt
    cause.turn = turn
    latest = sent = meant = undefined
    known.unshift(turn)
    history.unshift(turn)
    forget(limits.prompts)
    attach?.(turn)
    for (const other of others) other.interrupt({ by: 'new_send', at: cause.at, cause })
    // Its place on the screen is the new turn's.
    if (replaced?.open()) replaced.leave('new_send', cause.at)
    others[limits.open - 1]?.leave('new_send', now)
    if (told) announce()
    return turn
  }

  const forget = (from: number) => {
    for (const turn of history.splice(from)) turn.prompt = undefined
  }

  const culprit: TurnDeps['culprit'] = (turn, at) => {
    if (!last || last.turn === turn || last.at < turn.at || at - last.at > timing.abort) return undefined
    const by = last.turn ? 'new_send' : last.kind === 'new_conversation' ? 'conversation_switch' : 'user_stop'
    return { by, at: last.at, cause: last }
  }

  /** The open turn that a call is a further request of, or what it opens. */
  const plan = (call: Call): Cause | Turn | undefined => {
    const open = live()
    const prompt = open[0] && short(options.promptOf(call))
    const turn = open.find((one) => prompt && one.prompt === prompt) ?? open[0]
    const cause = pick(call.at)
    // What was typed and is asked now is news, even while a tool of the last turn seems to run.
    const news = cause?.kind === 'submit' && prompt && prompt !== turn?.prompt
    const vague = cause && cause !== sent && !news && (cause.kind === 'other' || cause.kind === 'submit')
    // Clicks about the page do not cut a tool loop in two.
    const about = vague && (turn?.expectsMore() || !turn?.calls() || call.at - cause.at > waits.vague)
    return turn && (!cause || (about && !turn.ended())) ? turn : cause
  }

  const call = (issued: Call): CallPort | undefined => {
    const likeness = options.isChat(issued)
    if (likeness === 'no') return undefined
    const sure = likeness === 'yes'
    const { promised } = issued
    const target = plan(issued) ?? (sure ? { kind: 'program', at: issued.at, sure, promised } : undefined)
    if (!target) return undefined
    const joined = 'record' in target ? target : undefined
    const spanId = promised?.requestId ?? (joined ? joined.nextSpan() : ids.spanId())
    if (promised && !joined) (target as Cause).promised ??= promised
    const traceId = target.traceId ?? ((target as Cause).traceId = promised?.traceId ?? ids.traceId())

    let line: ReturnType<Turn['call']> | undefined
    let body: Call | undefined = issued
    let answers = 0
    let dead = false
    // Marks of a call that may be none, until it proves to be one.
    let held: ((line: ReturnType<Turn['call']>) => void)[] = []

    const begin = () => {
      if (line || !body) return
      const from = body
      body = undefined
      confirmed = true
      const prompt = options.promptOf(from)
      const turn = joined ?? (target as Cause).turn
      const attach = (to: Turn) => {
        to.tell?.()
        line = to.call(from, spanId)
        for (const mark of held) mark(line)
        held = []
      }
      if (!turn) openTurn(target as Cause, prompt, undefined, attach)
      else if (turn.open()) {
        attach(turn)
        const told = short(prompt)
        if (told && !turn.prompt && history.includes(turn)) {
          turn.prompt = told
          options.onPrompt?.(turn.record(), about(turn, previousOf(turn)))
        }
      } else dead = true
    }
    const pass = (mark: (line: ReturnType<Turn['call']>) => void) => {
      if (line) mark(line)
      else if (!dead && held.length < limits.held) held.push(mark)
    }
    if (sure) begin()

    return {
      headers: options.headersFor(issued.url, traceId, spanId),
      response(at, response) {
        const streams = /event-stream|ndjson|jsonl/.test(response.contentType) && response.status < 400
        // Sockets and event sources also carry what is no answer.
        if (streams && (issued.transport === 'fetch' || issued.transport === 'xhr')) begin()
        pass((to) => to.response(at, response))
      },
      content(content: Content) {
        if (content.answer && ++answers > 1) begin()
        if (line) line.content(content)
        else pass((to) => to.content(content))
      },
      end(at, how, errorType) {
        if (line) line.end(at, how, errorType)
        dead = true
        held = []
        body = undefined
      },
    }
  }

  const leaveAll = (by: EndedBy, at: number) => {
    for (const turn of live()) turn.leave(by, at)
    last = latest = sent = meant = undefined
  }

  return {
    gesture(gesture) {
      const { at, kind } = gesture
      let cause: Cause = { ...gesture, element: gesture.element && new WeakRef(gesture.element) }
      if (last) {
        const gap = at - last.at
        // The submit of an empty or unchanged composer that has just been sent is no second one: forms send
        // themselves too, and some people double-click.
        if (
          last.turn &&
          (gap <= waits.same ||
            (kind === 'submit' && gap < timing.abort && (!gesture.prompt || gesture.prompt === last.prompt)))
        )
          return
        if (gap <= waits.same) {
          // The same gesture once more; it may now be clearer what it was.
          if (!gesture.sure || last.sure) return
          cause = Object.assign(last, { kind, sure: true, prompt: last.prompt ?? gesture.prompt })
        }
      }
      last = cause
      if (kind === 'stop') {
        const verdict = { by: 'user_stop', at: cause.at, cause, firm: gesture.sure } as const
        live().some((turn) => turn.interrupt(verdict))
      } else if (kind === 'new_conversation') {
        for (const turn of live()) turn.interrupt({ by: 'conversation_switch', at: cause.at, cause })
        latest = sent = meant = undefined
        forget(0)
      } else {
        latest = cause
        if (kind === 'edit' || kind === 'regenerate') meant = cause
        if (kind === 'submit' && gesture.sure) {
          sent = cause
          // Nothing to send: it is no send before a call says so.
          if (cause.prompt !== '') openTurn(cause)
        }
      }
    },
    composerEmptied(at) {
      const cause = fresh(latest, at, waits.emptied)
      if (!cause) return
      sent = cause
      if (confirmed && cause.kind === 'submit') openTurn(cause)
    },
    call,
    page(change) {
      const { kind, at } = change
      if (kind === 'left') leaveAll('page_left', at)
      else if (kind === 'hidden') hidden.begin(at)
      else if (kind === 'slept') hidden.add(at, change.to)
      else if (kind === 'visible') {
        hidden.end(at)
        for (const turn of live()) turn.wake()
      } else if (kind === 'busy') for (const turn of live()) turn.longFrame(at, change.to)
    },

    open(manual = {}, promised) {
      const now = clock.now()
      // The send that caused this may have opened a turn already.
      let turn = live().find((one) => last?.turn === one && !one.calls() && now - last.at <= timing.gesture)
      if (turn) {
        const prompt = short(manual.prompt)
        if (prompt) turn.prompt = prompt
        if (manual.conversation) turn.amend({ conversationId: manual.conversation })
      } else {
        const cause: Cause = (manual.trigger !== 'program' && pick(now)) || { kind: 'program', at: now, sure: true }
        // What the page was told stands.
        if (promised) cause.promised = promised
        turn = openTurn(cause, manual.prompt, manual, (one) => one.claim())
      }
      turn.tell?.()
      turn.claim(manual.attributes)
      const { id, traceId, chunk, text, end } = turn
      return {
        id,
        traceparent: traceparent(traceId, id),
        headers: () => options.headersOf(traceId, id),
        chunk,
        text,
        end,
      }
    },
    current: () => known.find((turn) => !turn.tell)?.record(),
    find: (id) => find(id)?.record(),
    elementOf: (id) => find(id)?.target?.element(),
    amend: (id, notes) => find(id)?.amend(notes),
    opened: () => opened,
    stopAll: () => leaveAll('host_abort', clock.now()),
  }
}
