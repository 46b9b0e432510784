/** How a turn can end: the legal transitions as tables, the phase, and what becomes of a turn whose page died. */
import type { EndedBy, Moments, Outcome, Phase, TurnRecord } from './record.ts'

/** Of several causes the first is what the page means when it ends a turn itself. */
export const outcomeOf: Readonly<Record<EndedBy, Outcome>> = {
  done: 'completed',
  user_stop: 'stopped',
  new_send: 'superseded',
  conversation_switch: 'abandoned',
  page_left: 'abandoned',
  stream_error: 'error',
  network: 'error',
  http: 'error',
  timeout: 'error',
  host_abort: 'cancelled',
  unknown: 'lost',
  crash: 'lost',
}

/** The cause of a turn that the page ends itself. A word that is no outcome is a plain end. */
export const endedByOf = (outcome: Outcome): EndedBy =>
  (Object.keys(outcomeOf) as EndedBy[]).find((by) => outcomeOf[by] === outcome) ?? 'done'

const wire: readonly EndedBy[] = ['done', 'network', 'http', 'stream_error', 'timeout', 'host_abort']

/**
 * What may still take a cause's place before the turn settles. What the wire said gives way to a further request's
 * end; a leaving page breaks its streams before it says so; a click that aborted may prove to be a send. The rest is final.
 */
export const givesWayTo: Readonly<Partial<Record<EndedBy, readonly EndedBy[]>>> = {
  done: [...wire, 'user_stop', 'new_send', 'conversation_switch', 'page_left'],
  network: [...wire, 'page_left'],
  stream_error: [...wire, 'page_left'],
  host_abort: [...wire, 'page_left'],
  http: wire,
  timeout: wire,
  user_stop: ['new_send', 'conversation_switch', 'page_left'],
}

/** By what was seen before the end, not by what had arrived. */
export const phaseOf = (moments: Moments): Phase =>
  moments.firstText! <= (moments.end ?? Infinity) ? 'streaming' : 'waiting'

/**
 * The record of a turn whose page died, from its last checkpoint: none of that is changed. `hasTail`: the page had
 * said goodbye. `at`: last sign of life, epoch ms; without it the last moment known. A settled record stays as it is.
 * Without a tail it is a crash, unless the page had been hidden: then it may have been discarded where no tail can be kept.
 */
export function recover(record: TurnRecord, hasTail: boolean, at?: number): TurnRecord {
  if (record.outcome) return record
  const endedBy = hasTail ? 'page_left' : record.hiddenMs ? 'unknown' : 'crash'
  const end = Math.max(0, ...Object.values(record.moments as Record<string, number>), (at ?? 0) - record.startedAt)
  const moments = { ...record.moments, end }
  return { ...record, rev: record.rev + 1, outcome: outcomeOf[endedBy], endedBy, phase: phaseOf(moments), moments }
}
