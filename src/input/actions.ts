/** Sees what the user does to the chat: send, stop, regenerate, edit, new chat, thumbs; decides no turn. */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { listen, stopAll } from '../base/listen.ts'
import type { Stop } from '../base/listen.ts'
import type { GestureKind, PagePort } from '../turn/marks.ts'
import { closest } from '../base/nodes.ts'
import { PRESSABLE, attributesOf, isRating, sayingsOf } from './pressable.ts'
import { GESTURES } from './ui.ts'
import type { Control, Ui } from './ui.ts'

export interface Actions {
  /** The text field the user last wrote in. */
  composer(): Element | undefined
  stop: Stop
}

const PROMPT = 4096
/** When after a send the composer is looked at, ms, to see it emptied; the turns take no later one for the send's doing. */
const LOOKS = [0, 15, 40, 90]
const FIELD =
  'textarea,input:not([type]),input[type=text],input[type=search],[contenteditable=""],[contenteditable=true],' +
  '[contenteditable=plaintext-only],[role=textbox]'
/** A field that finds is no composer. */
const SEARCH = 'input[type=search],[role=searchbox]'
const CLICKABLE =
  'button,[role=button],a,[role=menuitem],input[type=submit],input[type=button],label,summary,[onclick],[aria-label],[title]'
/** Levels above a click that may name it; a whole message is no control. */
const LEVELS = 4
const CONTROLS: Control[] = ['stop', 'send', 'regenerate', 'edit', 'newConversation', 'copy', 'share', 'up', 'down']

const textOf = (field: Element): string => (field as HTMLTextAreaElement).value ?? field.textContent ?? ''

export function watchActions(options: {
  port: Pick<PagePort, 'gesture' | 'composerEmptied'> & {
    /** The user writes what may be a prompt. */
    composing?(): void
  }
  ui?: Ui
  root?: Document | Element
  clock: Clock
  guard: Guard
  /** Tells a control by its label. Undefined as long as nobody can: the gesture then takes its labels along. */
  reader(): ((label: string) => Control | undefined) | undefined
  /** Every control that was recognised, copy among them; thumbs only when that is sure. */
  on?: (control: Control, element: Element) => void
  /** False takes events that scripts made; for tests without a browser. */
  trusted?: boolean
}): Actions {
  const { port, ui = {}, root = document, clock, guard, reader, on, trusted = true } = options
  let field: Element | undefined
  // One send makes several events (Enter, its synthetic click, submit): the first counts.
  let lastSend: { at: number; field: Element | undefined } | undefined
  let waiting: Stop | undefined

  const composer = (): Element | undefined => {
    if (ui.input) return (root.querySelector(ui.input) as Element | null) ?? field
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

  const report = (kind: GestureKind, event: Event, sure: boolean, element: Element): void => {
    const at = event.timeStamp
    const text = prompt()
    const labels = unread[0] && unread
    unread = []
    if (kind == 'submit') {
      if (lastSend && at - lastSend.at < 50 && lastSend.field === composer()) return
      lastSend = { at, field: composer() }
    }
    port.gesture({ kind, at, sure, prompt: text, element, labels })
    if (kind == 'submit' || kind == 'other') watchEmptied()
  }

  // Of the control clicked last, which nobody could read.
  let unread: [string, boolean][] = []
  const controlOf = (start: Element): { control: Control; sure: boolean; element: Element } | undefined => {
    let hinted: ReturnType<typeof controlOf>
    const read = reader()
    unread = []
    for (const control of CONTROLS) {
      const selector = ui[control]
      const element = selector && closest(start, selector)
      if (element) return { control, sure: true, element }
    }
    let level = 0
    for (let element: Element | null = start; element && level < LEVELS; level++, element = element.parentElement) {
      // What the control says of itself is sure; what its name or class hints at is not.
      const sayings = sayingsOf(element)
      const labels = [...sayings, ...attributesOf(element, 'name id class data-action value alt')]
      for (let i = 0; i < labels.length; i++) {
        const label = labels[i]!
        if (!label || label.length > 200) continue
        const control = read?.(label)
        const sure = i < sayings.length && (!isRating(control) || element.matches(PRESSABLE))
        if (control && (sure || !isRating(control))) return { control, sure, element }
        // The button around an icon of that name may say it surely.
        if (control) hinted ??= { control, sure, element }
        if (!read) unread.push([label, sure])
      }
      if (element.matches(CLICKABLE)) break
    }
    return hinted
  }

  const onClick = guard.wrap((event: MouseEvent) => {
    const start = origin(event)
    if (!start || (trusted && !event.isTrusted)) return
    // Enter in a form also clicks its button: the key was the gesture.
    if (lastSend && event.timeStamp - lastSend.at < 50 && event.detail == 0) return
    if (start.matches(FIELD)) return
    const found = controlOf(start)
    if (found) {
      if (found.sure || !isRating(found.control)) on?.(found.control, found.element)
      const kind = GESTURES[found.control]
      // A send button that finds nothing to send is often the stop button.
      if (kind == 'submit' && !prompt()) report('other', event, false, found.element)
      else if (kind) report(kind, event, found.sure, found.element)
      return
    }
    const element = closest(start, CLICKABLE) ?? start
    report(prompt() ? 'submit' : 'other', event, false, element)
  })
  const onKey = guard.wrap((event: KeyboardEvent) => {
    const start = origin(event)
    if (!start || (trusted && !event.isTrusted)) return
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
    if (!start || (trusted && !event.isTrusted)) return
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
    listen(root, 'keydown', onKey, capture),
    listen(root, 'click', onClick, capture),
    listen(root, 'submit', onSubmit, capture),
    listen(root, 'input', onEdit, capture),
    listen(root, 'focusin', onEdit, capture),
    () => waiting?.(),
  ])
  return { composer, stop }
}
