/**
 * Gives every gesture, call and page event to the turn it belongs to, and opens turns. All it knows of the page it is
 * told by the watchers; it keeps at most a few turns in memory.
 */
import type { ManualTurn, ManualTurnOptions } from '../api.ts'
import { readerModel } from '../base/characters.ts'
import { traceparent } from '../base/ids.ts'
import { createIntervals } from './intervals.ts'
import { newLine, portOf } from './line.ts'
import type { Call, CallPort, Content, Gesture, PagePort, Promised, ScreenPort, ScreenTarget } from './marks.ts'
import type { Attributes, EndedBy, Outcome, Trigger, TurnRecord } from './record.ts'
import { stepOf } from './trigger.ts'
import type { Said } from './trigger.ts'
import { createTurn } from './turn.ts'
import type { Notes, Turn, TurnDeps } from './state.ts'

export { recover } from './outcome.ts'
export type { Backend, Change, Notes } from './state.ts'

/** Ms. */
const waits = {
  /** Gestures this close are one: Enter in a form also fires a click. */
  same: 30,
  /** While a turn is open, a click of unknown meaning can have caused a request for this long. */
  vague: 300,
  /** An edit may take this long until it is sent. */
  edit: 300_000,
}
/** Turns and prompts remembered, open turns followed, characters of a prompt. */
const limits = { turns: 20, prompts: 8, open: 16, prompt: 4096 }

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
  'clock' | 'timing' | 'guard' | 'idle' | 'backendOf' | 'awake' | 'asks' | 'onChange'
> {
  ids: { traceId(): string; spanId(): string }
  /** When the visit began, page clock: no turn begins before. */
  visitedAt?: number
  /** Asked when a turn opens. */
  identity(): Identity
  isChat(call: Call): 'yes' | 'maybe' | 'no'
  /** The page says itself which calls are chat calls. */
  named?: boolean
  /** The call carried a turn's answer: others like it are chat calls too. */
  proved?(call: Call): void
  /** The last user message in its body. */
  promptOf(call: Call): string | undefined
  /** The conversation in its body. */
  historyOf?(call: Call): Said[] | undefined
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
  /** A send, or a call without one, that no other witness bore out: it was no turn. */
  onUnproved?(record: TurnRecord): void
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
  let unproved = 0
  // When the last turn settled: what was sent before waited for it.
  let freeAt = -Infinity
  // Composers that have led to a turn: what is sent there is one. Empty: one that says nothing of itself.
  const confirmed = new Set<string>()
  // What the last call with a history carried, and the turns whose words of the user stand in it, by their place.
  let told: readonly Said[] | undefined
  let asked: { at: number; turn: Turn }[] = []
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
    // What the user typed, where the call holds more: context before it, a template.
    const prompt = short((cause.kind === 'submit' && cause.prompt) || said || cause.prompt) || undefined
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

    // Where only a gesture, or only a call, says so: it is told of once the other witnesses bear it out. Forms that are no
    // chat are sent too.
    const lonely = kind === 'program' && !manual && !options.named
    let borne = lonely ? false : !!attach || (kind === 'submit' && confirmed.has(cause.composer ?? ''))
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
        seq: borne ? ++opened : 0,
        trigger,
        gesture: kind === 'program' ? 'none' : 'trusted',
        replaces: replaced?.id,
        readerModel,
        unproved: unproved || undefined,
      },
      {
        ...options,
        hidden,
        culprit,
        screen: options.screen && ((port) => options.screen!(port, prompt)),
        onChange(_, why) {
          if (borne) options.onChange?.(turn.record(), why)
        },
        free: (one) => (live().some((other) => other !== one && other.at < one.at && !other.tell) ? Infinity : freeAt),
        onGone(one, at) {
          // By what the user did, or by the page's own doing.
          one.leave('conversation_switch', last && at - last.at < 3000 && last.at > one.at ? last.at : at)
        },
        onSettled(settled) {
          known = known.filter((one, i) => one.open() || i < limits.turns)
          freeAt = clock.now()
          for (const other of live()) other.wake()
          if (borne) options.onSettled?.(settled.record())
          else {
            unproved++
            known = known.filter((one) => one !== settled)
            history = history.filter((one) => one !== settled)
            options.onUnproved?.(settled.record())
          }
        },
      },
    )
    const announce = () => options.onOpen?.(turn.record(), about(turn, previousOf(turn)))
    if (borne) confirm(cause)
    else
      turn.tell = () => {
        borne = true
        confirm(cause)
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
    if (borne) announce()
    return turn
  }

  const confirm = ({ kind, composer = '' }: Cause) => {
    if (kind === 'submit') confirmed.add(composer)
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
  const plan = (call: Call, said: () => string | undefined): Cause | Turn | undefined => {
    const open = live()
    const prompt = open[0] && short(said())
    const holds = (one: Turn) => !!prompt && !!one.prompt && prompt.includes(one.prompt)
    const turn = open.find(holds) ?? open[0]
    const cause = pick(call.at)
    // What was typed and is asked now is news, even while a tool of the last turn seems to run, or that may be no turn.
    const news =
      cause?.kind === 'submit' &&
      turn &&
      (prompt
        ? !holds(turn)
        : (turn.tell || (call.at - cause.at <= waits.vague && !turn.expectsMore())) &&
          cause.prompt &&
          cause.prompt !== turn.prompt)
    const vague = cause && cause !== sent && !news && (cause.kind === 'other' || cause.kind === 'submit')
    // Clicks about the page do not cut a tool loop in two.
    const about = vague && (turn?.expectsMore() || !turn?.calls() || call.at - cause.at > waits.vague)
    return turn && (!cause || (about && !turn.ended())) ? turn : cause
  }

  /** Surely meant to be asked: its answer may be learned from the screen. */
  const sends = ({ kind, prompt, sure }: Cause) =>
    kind === 'submit' || (kind === 'edit' ? !!prompt : kind === 'regenerate' && sure)

  /** A call without a gesture needs its answer, too. */
  const alone = (turn: Turn) => turn.byProgram && !turn.heard() && !options.named

  /** What of a call shows that it carries an answer. */
  const shows = (content: Content | undefined, asks: boolean) =>
    !!content?.by && !!(content.answer || content.reasoning || content.tool || (content.errorType && asks))

  /** Its history says what the send was, whatever the control is called. */
  const judge = (turn: Turn, from: Call) => {
    const now = options.historyOf?.(from)
    const step = stepOf(told, now)
    if (!now || (turn.calls() > 1 && step?.[0] !== 'more')) return
    told = now
    const place = now.length - 1
    if (now.at(-1)!.role !== 'user') return
    const earlier = asked.find(({ at }) => at === (step?.[0] === 'edit' ? step[1] : place))?.turn
    asked = [{ at: place, turn }, ...asked.filter(({ at, turn: other }) => at < place && other !== turn)].slice(
      0,
      limits.turns,
    )
    const { trigger, replaces } = turn.record()
    if (!step || step[0] === 'more' || trigger === 'program' || step[0] === trigger) return
    if (step[0] === 'regenerate' && earlier === turn) return
    turn.amend({ trigger: step[0], replaces: step[0] === 'submit' ? undefined : (earlier?.id ?? replaces) })
  }

  const call = (issued: Call): CallPort | undefined => {
    const likeness = options.isChat(issued)
    if (likeness === 'no') return undefined
    const sure = likeness === 'yes'
    const { promised, on } = issued
    const heard = !!on && issued.body === undefined
    const asks = !!(issued.body ?? on)
    // With its body, as long as that may be of use; and the prompt in it, read once.
    let from: Call | undefined = issued
    let words: { prompt?: string } | undefined
    const prompt = () => (words ??= { prompt: from && options.promptOf(from) }).prompt
    const cause = pick(issued.at)
    // One call on each socket: what else is sent there meanwhile is no news.
    if (on && (!cause || cause.kind === 'other') && live().some((turn) => turn.hears(on))) return undefined
    // What only came in opens nothing.
    const target = heard
      ? live()[0]
      : (plan(issued, prompt) ??
        (sure ? ({ kind: 'program', at: issued.at, sure, promised } satisfies Cause) : undefined))
    if (!target) return undefined
    let turn = 'record' in target ? target : target.turn
    const spanId = promised?.requestId ?? (turn ? turn.nextSpan() : ids.spanId())
    if (promised && !turn) (target as Cause).promised ??= promised
    const traceId = target.traceId ?? ((target as Cause).traceId = promised?.traceId ?? ids.traceId())
    const line = newLine(issued, spanId)

    const begin = (by?: Content['by']) => {
      if (!from || line.state) return
      const whole = from
      prompt()
      from = undefined
      options.proved?.(whole)
      turn ??= (target as Cause).turn
      if (!turn) {
        turn = openTurn(target as Cause, prompt(), undefined, (to) => to.adopt(line))
        return judge(turn, whole)
      }
      if (!turn.open()) return
      if (cause && cause.at > turn.at && turn.expectsMore()) {
        turn.resume(cause.at)
        cause.turn = turn
      }
      turn.adopt(line)
      judge(turn, whole)
      // What was learned from the screen is borne out by what the screen shows.
      if (!alone(turn) && by !== 'learned') turn.tell?.()
      const said = short(prompt())
      if (said && !turn.prompt && history.includes(turn)) {
        turn.prompt = said
        options.onPrompt?.(turn.record(), about(turn, previousOf(turn)))
      }
    }
    if (sure) begin()
    else if (turn) turn.consider(line)
    else if (sends(target as Cause)) {
      turn = openTurn(target as Cause, prompt())
      turn.consider(line)
    }

    const port = portOf(line, options, (content) => {
      if (shows(content, asks)) begin(content!.by)
    })

    return { headers: sure ? options.headersFor(issued.url, traceId, spanId) : {}, ...port }
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
        latest = sent = meant = told = undefined
        asked = []
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
      const cause = fresh(latest, at, timing.emptied)
      if (!cause) return
      sent = cause
      if (cause.kind === 'submit') openTurn(cause)
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
