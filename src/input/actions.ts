/** Sees what the user does: keys, clicks, sends, and what the control that was used says. Which control it is, and which turn, others decide. */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { listen, stopAll } from '../base/listen.ts'
import type { Stop } from '../base/listen.ts'
import type { GestureKind, PagePort, Saying } from '../turn/marks.ts'
import { closest, texts } from '../base/nodes.ts'
import { hintsOf, namesOf } from './sayings.ts'
import type { Ui } from './ui.ts'

export interface Actions {
  /** The text field the user last wrote in. */
  composer(): Element | undefined
  stop: Stop
}

const PROMPT = 4096
/** When after a send the composer is looked at, ms, to see it emptied; some pages wait for their server first. */
const LOOKS = [0, 15, 40, 90, 250, 700, 2000]
const FIELD =
  'textarea,input:not([type]),[type=text],[type=search],[contenteditable]:not([contenteditable=false]),[role=textbox]'
/** A field that finds is no composer. */
const SEARCH = '[type=search],[role=searchbox],[role=search] *'
/** Editors that show in it what might be written. */
const PLACEHOLDER = '.cm-placeholder,[data-slate-placeholder]'
const CLICKABLE = 'button,a,[role=button],[role=menuitem],[type=submit],[type=button],label,summary,[onclick]'
/** Levels above a click that may name it; a whole message is no control. */
const LEVELS = 4

function textOf(field: Element): string {
  let { value: text } = field as HTMLTextAreaElement
  if (text == null) {
    text = ''
    texts(
      field,
      ({ data }) => (text += data),
      (part) => part.matches(PLACEHOLDER),
    )
  }
  // Editors put a sign of no width in an empty line.
  return text.replace(/\u200b/g, '').trim()
}

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
  const prompt = (): string | undefined => {
    const element = composer()
    return (element && textOf(element).slice(0, PROMPT)) || undefined
  }
  const origin = (event: Event): Element | undefined => {
    const target = event.composedPath()[0] as Node | undefined
    return target?.nodeType == 1 ? (target as Element) : ((target?.parentNode as Element | null) ?? undefined)
  }

  /** Whether that is in a text field which may be a composer; it then is the last one that was. */
  const wrote = (start: Element): boolean => {
    const target = closest(start, ui.input ? `${FIELD},${ui.input}` : FIELD)
    const is = !!target && !target.matches(SEARCH)
    if (is) field = target
    return is
  }
  /** A value that scripts set fires no event, and patching it would be seen: so it is looked at. */
  const watchEmptied = (): void => {
    const element = composer()
    waiting?.()
    if (!element || !textOf(element)) return
    const look = guard.wrap(() => {
      if (textOf(element) && element.isConnected) return
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

  const report = (kind: GestureKind, event: Event, element: Element, said?: Saying[]): void => {
    const at = event.timeStamp
    const text = prompt()
    if (kind == 'submit') {
      if (lastSend && at - lastSend.at < 50 && lastSend.field === composer()) return
      lastSend = { at, field: composer() }
    }
    port.gesture({ kind, at, sure: false, prompt: text, element, said })
    if (kind == 'submit' || kind == 'other') watchEmptied()
  }

  /** Read at once: the button may say something else when somebody is here who understands it. */
  const sayingsAt = (start: Element): Saying[] => {
    const all: Saying[] = []
    for (let element: Element | null = start; element && all.length < LEVELS; element = element.parentElement) {
      all.push({ element, names: namesOf(element), hints: hintsOf(element) })
      if (element.matches(CLICKABLE)) break
    }
    return all
  }

  const onClick = guard.wrap((event: MouseEvent) => {
    const start = origin(event)
    if (!start || !event.isTrusted) return
    // Enter in a form also clicks its button: the key was the gesture.
    if (lastSend && event.timeStamp - lastSend.at < 50 && event.detail == 0) return
    if (closest(start, FIELD)) return
    report(prompt() ? 'submit' : 'other', event, closest(start, CLICKABLE) ?? start, sayingsAt(start))
  })
  const onKey = guard.wrap((event: KeyboardEvent) => {
    const start = origin(event)
    if (!start || !event.isTrusted) return
    if (event.key == 'Escape') return port.gesture({ kind: 'stop', at: event.timeStamp, sure: false, element: start })
    // 229: the key belongs to an input method (Safari says isComposing too late).
    if (event.key != 'Enter' || event.shiftKey || event.isComposing || event.keyCode == 229 || event.repeat) return
    // Never sure of itself: it may write a new line.
    if (wrote(start) && prompt()) report('submit', event, field!)
  })
  const onSubmit = guard.wrap((event: Event) => {
    const start = origin(event)
    if (!start || !event.isTrusted) return
    const element = composer()
    if (prompt() && element && start.contains(element)) report('submit', event, start)
  })
  const onEdit = guard.wrap((event: Event) => {
    const start = origin(event)
    if (start && wrote(start) && event.type == 'input') port.composing?.()
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
