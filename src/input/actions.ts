/** Sees what the user does: keys, clicks, sends, and what the control that was used says. Which control it is, and which turn, others decide. */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { listen, stopAll } from '../base/listen.ts'
import type { Stop } from '../base/listen.ts'
import type { GestureKind, PagePort, Saying } from '../turn/marks.ts'
import { closest } from '../base/nodes.ts'
import { attributesOf, sayingsOf } from './sayings.ts'
import type { Ui } from './ui.ts'

export interface Actions {
  /** The text field the user last wrote in. */
  composer(): Element | undefined
  stop: Stop
}

const PROMPT = 4096
/** When after a send the composer is looked at, ms, to see it emptied; the turns take no later one for the send's doing. */
const LOOKS = [0, 15, 40, 90]
const FIELD =
  'textarea,input:not([type]),[type=text],[type=search],[contenteditable]:not([contenteditable=false]),[role=textbox]'
/** A field that finds is no composer. */
const SEARCH = '[type=search],[role=searchbox]'
const CLICKABLE =
  'button,a,[role=button],[role=menuitem],[type=submit],[type=button],label,summary,[onclick],[aria-label],[title]'
/** Levels above a click that may name it; a whole message is no control. */
const LEVELS = 4
/** Of longer ones, letters, no control is named. */
const LONGEST = 200

const textOf = (field: Element): string => (field as HTMLTextAreaElement).value ?? field.textContent ?? ''

export function watchActions(options: {
  port: Pick<PagePort, 'gesture' | 'composerEmptied'> & {
    /** The user writes what may be a prompt. */
    composing?(): void
  }
  ui?: Ui
  clock: Clock
  guard: Guard
}): Actions {
  const { port, ui = {}, clock, guard } = options
  let field: Element | undefined
  // One send makes several events (Enter, its synthetic click, submit): the first counts.
  let lastSend: { at: number; field: Element | undefined } | undefined
  let waiting: Stop | undefined

  const composer = (): Element | undefined => {
    if (ui.input) return (document.querySelector(ui.input) as Element | null) ?? field
    return field?.isConnected ? field : undefined
  }
  const written = (): string => {
    const element = composer()
    return element ? textOf(element) : ''
  }
  const prompt = (): string | undefined => {
    const text = written().trim()
    return text ? text.slice(0, PROMPT) : undefined
  }
  const origin = (event: Event): Element | undefined => {
    const target = event.composedPath()[0] as Node | undefined
    return target?.nodeType == 1 ? (target as Element) : ((target?.parentNode as Element | null) ?? undefined)
  }

  /** A value that scripts set fires no event, and patching it would be seen: so it is looked at. */
  const watchEmptied = (): void => {
    const element = composer()
    waiting?.()
    if (!element || !textOf(element).trim()) return
    const look = guard.wrap(() => {
      if (textOf(element).trim() && element.isConnected) return
      waiting?.()
      port.composerEmptied(clock.now())
    })
    const timers = LOOKS.map((ms) => clock.setTimeout(look, ms))
    waiting = () => {
      for (const timer of timers) clock.clearTimeout(timer)
      waiting = undefined
    }
    queueMicrotask(() => waiting && look())
  }

  const report = (kind: GestureKind, event: Event, sure: boolean, element: Element, said?: Saying[]): void => {
    const at = event.timeStamp
    const text = prompt()
    if (kind == 'submit') {
      if (lastSend && at - lastSend.at < 50 && lastSend.field === composer()) return
      lastSend = { at, field: composer() }
    }
    port.gesture({ kind, at, sure, prompt: text, element, said })
    if (kind == 'submit' || kind == 'other') watchEmptied()
  }

  /** Read at once: the button may say something else when somebody is here who understands it. */
  const sayingsAt = (start: Element): Saying[] => {
    const all: Saying[] = []
    let level = 0
    for (let element: Element | null = start; element && level < LEVELS; level++, element = element.parentElement) {
      const say = (labels: string[], own: boolean) => {
        for (const label of labels) if (label && label.length <= LONGEST) all.push({ element: element!, label, own })
      }
      say(sayingsOf(element), true)
      say(attributesOf(element, 'name id class data-action value alt'), false)
      if (element.matches(CLICKABLE)) break
    }
    return all
  }

  const onClick = guard.wrap((event: MouseEvent) => {
    const start = origin(event)
    if (!start || !event.isTrusted) return
    // Enter in a form also clicks its button: the key was the gesture.
    if (lastSend && event.timeStamp - lastSend.at < 50 && event.detail == 0) return
    if (start.matches(FIELD)) return
    report(prompt() ? 'submit' : 'other', event, false, closest(start, CLICKABLE) ?? start, sayingsAt(start))
  })
  const onKey = guard.wrap((event: KeyboardEvent) => {
    const start = origin(event)
    if (!start || !event.isTrusted) return
    if (event.key == 'Escape') return port.gesture({ kind: 'other', at: event.timeStamp, sure: false, element: start })
    // 229: the key belongs to an input method (Safari says isComposing too late).
    if (event.key != 'Enter' || event.shiftKey || event.isComposing || event.keyCode == 229 || event.repeat) return
    const target = closest(start, ui.input ? `${FIELD},${ui.input}` : FIELD)
    if (!target) return
    field = target
    if (prompt()) report('submit', event, !!ui.input && !!closest(start, ui.input), target)
  })
  const onSubmit = guard.wrap((event: Event) => {
    const start = origin(event)
    if (!start || !event.isTrusted) return
    const element = composer()
    if (prompt() && element && start.contains(element)) report('submit', event, false, start)
  })
  const onEdit = guard.wrap((event: Event) => {
    const start = origin(event)
    const target = start && closest(start, FIELD)
    if (!target) return
    field = target
    if (event.type == 'input' && !target.matches(SEARCH)) port.composing?.()
  })
  const capture = { capture: true }
  const stop = stopAll([
    listen(document, 'keydown', onKey, capture),
    listen(document, 'click', onClick, capture),
    listen(document, 'submit', onSubmit, capture),
    listen(document, 'input', onEdit, capture),
    listen(document, 'focusin', onEdit, capture),
    () => waiting?.(),
  ])
  return { composer, stop }
}
