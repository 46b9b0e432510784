/** What the user did with an answer, told once per turn and kind; how it is seen is others' matter. */
import type { Clock } from '../base/clock.ts'
import { randomHex } from '../base/ids.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { SignalKind, SignalRecord, TurnRef } from '../turn/record.ts'
import { signalRecord } from './record.ts'
import type { Origin } from '../page/origin.ts'

export interface Signals {
  /** @param at when it was given, epoch ms; a turn may be found later */
  tell(signal: SignalKind, turn: TurnRef | undefined, more?: Pick<SignalRecord, 'value' | 'copied'>, at?: number): void
}

const kinds: Record<SignalKind, true> = {
  copy: true,
  share: true,
  handoff: true,
  exposed: true,
  dwell: true,
  scroll_back: true,
}
export const isSignal = (kind: unknown): kind is SignalKind => Object.hasOwn(kinds, kind as string)

/** Signals remembered as told; an older one that is told again is the same span still. */
const MOST = 500
/** Hand-offs without a turn this close are one, ms: a double click. */
const SAME = 1000

export function createSignals(options: {
  /** Undefined: nothing is told. */
  delivery: Pick<Delivery, 'put'> | undefined
  /** @param passive what happens is no sign of a user */
  origin(passive: boolean): Origin
  clock: Clock
}): Signals {
  const { delivery, origin, clock } = options
  // Turn and kind, oldest first.
  const told = new Set<string>()
  // When a hand-off without a turn was told last, epoch ms.
  let alone = -Infinity

  return {
    tell(signal, turn, more, at = clock.epoch()) {
      if (!delivery) return
      // A hand-off counts for the session too: it is told even where no turn is known, each as an event of its own.
      if (!turn) {
        if (signal !== 'handoff' || Math.abs(at - alone) < SAME) return
        alone = at
      }
      const anchor = turn?.spanId ?? randomHex(8)
      const key = anchor + signal
      if (told.has(key)) return
      told.add(key)
      if (told.size > MOST) told.delete(told.values().next().value!)
      const from = origin(signal === 'exposed' || signal === 'dwell')
      delivery.put(signalRecord({ signal, ...more }, from, turn, anchor, at), 'ready')
    },
  }
}
