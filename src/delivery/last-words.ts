/**
 * OTLP/JSON by hand, for a page that dies before the SDK was loaded and for what it leaves with the browser: turns alone,
 * and of them what tells their story, under the names and types of attributes.ts. What is sent later of the same turn
 * has a higher revision.
 */
import type { AnyRecord, Attributes, TurnRecord } from '../turn/record.ts'

type Values = Record<string, unknown>

/** Doubles are all durations here: milliseconds come in, seconds go out. */
const write = (typed: { string: Values; int?: Values; double?: Values }) =>
  Object.entries(typed).flatMap(([type, values]) =>
    Object.entries(values)
      .filter(([, value]) =>
        type === 'string'
          ? typeof value === type
          : type === 'int'
            ? Number.isSafeInteger(value)
            : Number.isFinite(value),
      )
      .map(([key, value]) => ({ key, value: { [type + 'Value']: type === 'double' ? +value! / 1000 : value } })),
  )

/** To the microsecond, as the SDK's spans, within what 64 bits hold. Throws on what is no number. */
const nanos = (ms: number): string => BigInt(Math.round(Math.min(Math.max(ms, 0), 9e12) * 1000)) + '000'

const spanOf = ({ moments, render, startedAt, ...turn }: TurnRecord, sessionKeys: string[]) => ({
  traceId: turn.traceId,
  spanId: turn.spanId,
  name: 'chat.turn',
  kind: 1,
  startTimeUnixNano: nanos(startedAt),
  endTimeUnixNano: nanos(
    startedAt + Math.max(0, (turn.outcome === 'completed' && moments.lastText) || moments.end || 0),
  ),
  attributes: write({
    string: {
      ...Object.fromEntries(sessionKeys.map((key) => [key, turn.sessionId])),
      'chat_vitals.page.id': turn.pageId,
      'user.id': turn.userId,
      'gen_ai.conversation.id': turn.conversationId,
      'chat_vitals.turn.id': turn.id,
      'chat_vitals.turn.trigger': turn.trigger,
      'chat_vitals.turn.outcome': turn.outcome,
      'chat_vitals.turn.phase': turn.phase,
      'chat_vitals.turn.ended_by': turn.endedBy,
      'chat_vitals.ttft.method': turn.ttftMethod,
    },
    int: {
      'chat_vitals.turn.seq': turn.seq,
      'chat_vitals.turn.revision': turn.rev,
    },
    double: {
      'chat_vitals.time_to.first_text': turn.ttft,
      'chat_vitals.ttft.error': turn.ttftErrorMs,
      'chat_vitals.stall.duration': render.stallMs,
      'chat_vitals.hidden_duration': turn.hiddenMs,
    },
  }),
})

/** The body of an `ExportTraceServiceRequest`; empty where no turn is among the records. */
export function lastWords(records: AnyRecord[], resource: Attributes, version: string, sessionKeys: string[]): string {
  const spans = records.flatMap((record) => {
    try {
      if (record.kind === 'turn' && /^[0-9a-f]{48}$/.test(record.traceId + record.spanId))
        return spanOf(record, sessionKeys)
    } catch {
      // What beforeSend left half empty: this one waits for the whole mapping, the others must not.
    }
    return []
  })
  const scopeSpans = [{ scope: { name: 'chat-vitals', version }, spans }]
  const body = { resourceSpans: [{ resource: { attributes: write({ string: resource }) }, scopeSpans }] }
  // Halves of surrogate pairs, which JSON writes as escapes, are no UTF-8.
  return spans[0] ? JSON.stringify(body).replace(/\\ud[89a-f]../g, '\\ufffd') : ''
}
