/** Tells what the user meant by what was seen: which control it was, where it stands, by which composer it was sent. */
import type { PageTiming } from '../base/timing.ts'
import type { Gesture } from '../turn/marks.ts'
import { readControl } from './controls.ts'
import { labelReader } from './labels.ts'
import { createOpener } from './opener.ts'
import { placeOf, signatureOf } from './place.ts'
import { ratingControls } from './pressable.ts'
import { GESTURES } from './ui.ts'
import type { Control, Ui } from './ui.ts'

export interface Gestures {
  /** How the controls that rate an answer are known. */
  rating: ReturnType<typeof ratingControls>
  /** The gesture as its control and place tell it, or none. */
  read(seen: Gesture): Gesture | undefined
  /** The composer has emptied: the send that did it, if that is now surer than it was. */
  emptied(at: number): Gesture | undefined
}

export function createGestures(options: {
  ui: Ui
  timing: Pick<PageTiming, 'emptied'>
  /** The text field the user last wrote in. */
  composer(): Element | undefined
  /** The answer nearest to an element. */
  answer(element: Element): Element | undefined
  /** @param at where it stands, or what opened the menu in which it does */
  used(control: Control, element: Element, at: Element): void
}): Gestures {
  const { ui, timing, composer, answer } = options
  const read = labelReader()
  const opener = createOpener()
  // The composer of the last send that was not made among the messages.
  let main: WeakRef<Element> | undefined
  // The last send, while it waits to be surer.
  let unsure: Gesture | undefined

  const usual = () => {
    const field = main?.deref()
    return field?.isConnected ? field : undefined
  }
  /** What is sent from a field that has opened among the messages is an edit. */
  const inPlace = (field: Element): boolean => {
    const other = usual()
    const near = other && other !== field ? answer(field) : undefined
    return !!near && placeOf(field, other, near) === 'answer'
  }

  return {
    rating: ratingControls(ui, read),
    read(seen) {
      unsure = undefined
      const field = composer()
      const placed = (element: Element) => {
        const from = opener.of(element, seen.at)
        return { element: from, place: placeOf(from, usual() ?? field, answer(from)) }
      }
      const gesture = readControl(seen, {
        ui,
        read,
        used(control, element) {
          const { element: from, place } = placed(element)
          if (place !== 'elsewhere' || ui[control]) options.used(control, element, from)
        },
      })
      if (seen.said && seen.element) opener.used(seen.element, seen.at)
      if (!gesture) return
      const { kind, prompt, sure } = gesture
      const told: Gesture = { ...gesture, ...(gesture.element && placed(gesture.element)) }
      const { place } = told
      if (prompt && field) told.composer = signatureOf(field)
      if (kind === 'submit' && prompt && field) {
        if (inPlace(field)) return { ...told, kind: 'edit', place: 'answer' }
        main = new WeakRef(field)
        if (!sure && ui.input && field.matches(ui.input)) unsure = told
      }
      // The page's selectors stand, wherever that is.
      if (Object.entries(GESTURES).some(([control, means]) => means === kind && ui[control as Control])) return told
      if (place === 'elsewhere') {
        // What stands there edits and repeats no message, and a stop may be anything's.
        if (kind === 'edit' || kind === 'regenerate') told.kind = prompt ? 'submit' : 'other'
        if (kind !== 'new_conversation') told.sure = false
      }
      // The page may have taken away the answer that is made anew: then it is the last one.
      if (kind === 'regenerate' && place === 'composer') told.element = undefined
      return told
    },
    emptied(at) {
      const send = unsure
      unsure = undefined
      return send && at - send.at <= timing.emptied ? { ...send, sure: true } : undefined
    },
  }
}
