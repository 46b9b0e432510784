/** What the attributes mean, for the generated reference. Not shipped: nothing that is imports it. */
import * as tables from './attributes.ts'
import type { AttributeRow, AttributeType } from './attributes.ts'

export interface AttributeReference {
  name: string
  /** As it is on the span; times are doubles, unit `s`. */
  type: 'string' | 'int' | 'double' | 'boolean' | 'string[]'
  unit: string
  spans: string[]
  about: string
  /** When the attribute is not there. Empty: it always is. */
  missing: string
}

const groups: [spans: string[], rows: AttributeRow<never>[]][] = [
  [['every span'], tables.everySpan],
  [['chat.turn', 'POST'], tables.turnIdentity],
  [['chat.turn'], tables.turnInShort],
  [['chat.turn'], tables.turn],
  [['POST'], tables.request],
  [['chat.feedback', 'event gen_ai.evaluation.result'], tables.evaluation],
  [['chat.feedback'], tables.feedback],
  [['chat.signal'], tables.signal],
  [['chat.feedback', 'chat.signal'], tables.turnRef],
  [['browser.page'], tables.page],
  [['event browser.web_vital'], tables.webVital],
  [['chat.turn', 'chat.feedback', 'chat.signal', 'browser.page'], tables.delivery],
]

const noText = 'no answer text was painted'
const before = 'written before 0.2'
const noRef = 'no turn was found for the feedback or hand-off'
const noNote = 'the record never went through delivery'

/** unit, about, missing; rows of one name on several spans share it. */
export const words: Record<string, [unit: string, about: string, missing: string]> = {
  'session.id': ['', 'Session of the user: 30 minutes idle, 4 hours at most, shared by the tabs of an origin', ''],
  'chat_vitals.page.id': ['', 'Page view on which it happened', ''],
  'user.id': ['', 'What the application gave as `user`', 'not given'],
  'gen_ai.conversation.id': [
    '',
    'What the application or the stream named as the conversation',
    'not given; never invented',
  ],
  'chat_vitals.turn.id': ['', 'Id of the turn; of the turn it is about on feedback and signals', noRef],
  'chat_vitals.turn.revision': ['', 'Rises with every changed copy of the turn: the highest wins', ''],
  'chat_vitals.turn.seq': ['', 'Number of the turn on its page view, from 1, without gaps', ''],
  'chat_vitals.turn.trigger': ['', 'What caused the send: `submit`, `regenerate`, `edit`, `program`', ''],
  'chat_vitals.turn.outcome': [
    '',
    '`completed`, `stopped`, `superseded`, `abandoned`, `error`, `cancelled`, `lost`',
    '',
  ],
  'chat_vitals.turn.phase': ['', '`waiting`: no answer text was seen before the end; `streaming`: some was', ''],
  'chat_vitals.turn.ended_by': [
    '',
    'What ended it: `done`, `user_stop`, `new_send`, `conversation_switch`, `page_left`, `host_abort`, `network`, `http`, `stream_error`, `timeout`, `crash`, `unknown`',
    '',
  ],
  'chat_vitals.turn.finish': [
    '',
    'Why a completed answer finished, in the words of its stream',
    'the stream gave no reason',
  ],
  'chat_vitals.turn.replaces': ['', 'Id of the turn that was regenerated or edited', 'it replaces none'],
  'error.type': ['', 'Type of the error, or the HTTP status', 'no error; an intended abort is none'],
  'chat_vitals.time_to.first_text': [
    's',
    'TTFT as the user had it: submit until the first answer text was painted',
    noText,
  ],
  'chat_vitals.time_to.first_feedback': ['s', 'Submit until a visible change acknowledged the send', 'none was seen'],
  'chat_vitals.time_to.first_progress': [
    's',
    'Submit until thinking, tool or status text was painted',
    'none was seen',
  ],
  'chat_vitals.time_to.first_reasoning': [
    's',
    'Submit until the first reasoning chunk arrived',
    'no reasoning in the stream',
  ],
  'chat_vitals.time_to.useful_text': ['s', 'Submit until text for one second of reading was painted', noText],
  'chat_vitals.time_to.last_text': ['s', 'Submit until the last answer text was painted', noText],
  'chat_vitals.ttft.method': ['', 'How the paint was timed: `beacon`, `element`, `frame`, `observer`', noText],
  'chat_vitals.ttft.error': ['s', 'Half-width of the error of that method at p95', noText],
  'chat_vitals.ttft.hidden': ['s', 'How much of the TTFT the page was hidden', noText],
  'chat_vitals.ttft.client': ['s', 'Part of the TTFT: submit until the request', noText],
  'chat_vitals.ttft.server': ['s', 'Part of the TTFT: request until its response headers', noText],
  'chat_vitals.ttft.model': ['s', 'Part of the TTFT: headers until the first answer chunk', noText],
  'chat_vitals.ttft.render': ['s', 'Part of the TTFT: first chunk until its text was in the document', noText],
  'chat_vitals.ttft.paint': ['s', 'Part of the TTFT: in the document until painted', noText],
  'chat_vitals.ttft.unknown': ['s', 'Part of the TTFT between boundaries that are not known', noText],
  'chat_vitals.render.frames': ['', 'Frames in which visible answer text grew', ''],
  'chat_vitals.render.chars': ['', 'Characters painted', ''],
  'chat_vitals.render.arrived_chars': ['', 'Characters that entered the document, seen or not', ''],
  'chat_vitals.render.chars_per_second': ['1/s', 'Speed of the painted text', 'fewer than two frames'],
  'chat_vitals.render.pace': [
    '1',
    'Reading time painted per time passed; below 1 text comes slower than it is read',
    'fewer than two frames',
  ],
  'chat_vitals.render.qoe': ['1', 'Quality of experience, 0 to 1, in the spirit of Andes', 'the turn was lost'],
  'chat_vitals.render.curve': [
    '',
    'How the answer grew: at most 32 points `seconds,characters`, separated by blanks as in SVG `points`',
    noText,
  ],
  'chat_vitals.gap.max': ['s', 'Longest time between two growing frames', 'fewer than two frames'],
  'chat_vitals.gap.p95': ['s', '95th percentile of those times', 'fewer than two frames'],
  'chat_vitals.freeze.count': ['', 'Gaps of a second or more', ''],
  'chat_vitals.freeze.duration': ['s', 'Their sum', ''],
  'chat_vitals.stall.count': ['', 'Times the reader ran out of text for 250 ms or more', ''],
  'chat_vitals.stall.duration': ['s', 'All time the reader was out of text', ''],
  'chat_vitals.stall.longest': ['s', 'The longest of those times', ''],
  'chat_vitals.stall.ratio': ['1', 'Stall time per reading and stall time', noText],
  'chat_vitals.stall.server': ['s', 'Stall time before the chunk that ended it came', ''],
  'chat_vitals.stall.client': ['s', 'Stall time after the chunk had come, in no long frame', ''],
  'chat_vitals.stall.main_thread': ['s', 'Stall time after the chunk had come, in a long frame', ''],
  'chat_vitals.stall.tool': ['s', 'Stall time while a declared tool call ran', ''],
  'chat_vitals.stall.unknown': ['s', 'Stall time of a stream that could not be watched', ''],
  'chat_vitals.hidden_duration': ['s', 'Time since submit that the page was hidden, frozen or suspended', ''],
  'chat_vitals.correction.kind': [
    '',
    'What the prompt was to an earlier one: `repeat`, `rephrase`, `correction`, …',
    'no earlier prompt, or switched off',
  ],
  'chat_vitals.correction.score': ['1', 'How sure that is, 0 to 1', 'as its kind'],
  'chat_vitals.correction.of_turn': ['', 'Id of the turn that was corrected', 'as its kind'],
  'chat_vitals.reader_model': ['', 'Version of the reading-speed table', ''],
  'chat_vitals.user_duration': ['s', 'Time the user took to approve what the answer asked for', 'nothing was asked'],
  'chat_vitals.ttft.user': ['s', 'The part of it before the first text', 'nothing was asked before'],
  'chat_vitals.evidence.gesture': ['', '`trusted`: a gesture of the user caused it; else `none`', before],
  'chat_vitals.evidence.wire': ['', 'How its stream was read: `known`, `learned`, `opaque`, `none`', before],
  'chat_vitals.evidence.screen': ['', 'How its answer was found: `matched`, `named`, `growth`, `none`', before],
  'chat_vitals.definitions': ['', 'Edition of the definitions its numbers follow; no rate mixes editions', before],
  'chat_vitals.delivery.unproved': [
    '',
    'What may have been a turn on the page view before this one, and was not borne out',
    'there was none',
  ],
  'chat_vitals.clock_skew': ['s', 'How far the wall clock was moved during the turn', 'not at all'],
  'chat_vitals.dom_foreign': ['', 'The answer was rewritten by a translator or an extension', 'it was not'],
  'http.request.method': ['', 'HTTP method', ''],
  'http.response.status_code': ['', 'HTTP status', 'no response came'],
  'url.full': ['', 'Address without query, fragment and credentials', ''],
  'server.address': ['', 'Host of the address', 'the address is none'],
  'server.port': ['', 'Port of the address, also when it is the default', 'the address is none'],
  'gen_ai.response.time_to_first_chunk': ['s', 'Request issued until the first chunk with model content', 'none came'],
  'gen_ai.response.model': ['', 'Model, as the stream names it', 'the stream does not'],
  'gen_ai.response.id': ['', 'Id of the response, as the stream names it', 'the stream does not'],
  'chat_vitals.stream.transport': ['', '`fetch`, `xhr`, `eventsource`, `websocket`', ''],
  'chat_vitals.stream.chunks': ['', 'Chunks of the body', ''],
  'chat_vitals.stream.bytes': ['By', 'Bytes of the body', ''],
  'chat_vitals.backend.trace_id': ['', 'Trace id that the backend named', 'it named none'],
  'chat_vitals.backend.request_id': ['', 'Request id of the gateway or provider', 'it named none'],
  'chat_vitals.backend.server_timing': [
    '',
    'The `Server-Timing` metrics in the syntax of that header, milliseconds',
    'none were readable',
  ],
  'gen_ai.operation.name': ['', '`chat`', 'the browser did not call a provider itself: its backend counts'],
  'gen_ai.usage.input_tokens': ['', 'Tokens of the prompt', 'as gen_ai.operation.name, or not reported'],
  'gen_ai.usage.output_tokens': ['', 'Tokens of the answer', 'as gen_ai.operation.name, or not reported'],
  'gen_ai.evaluation.name': ['', '`thumb`, `rating`, `csat`, `nps`, `comment`', ''],
  'gen_ai.evaluation.score.value': ['', 'The score', 'retracted, or a bare comment'],
  'gen_ai.evaluation.score.label': ['', '`up`, `down`, `retracted`, …', 'the feedback has none'],
  'gen_ai.evaluation.explanation': ['', 'The comment that the page passed', 'none was passed'],
  'chat_vitals.feedback.id': ['', 'Same for every toggle of one feedback', ''],
  'chat_vitals.feedback.revision': ['', 'Rises with every toggle: the highest wins', ''],
  'chat_vitals.feedback.kind': ['', '`thumb`, `rating`, `csat`, `nps`, `comment`', ''],
  'chat_vitals.feedback.source': [
    '',
    '`api`: the page said it; `control`: a thumb that was recognised on the page',
    '',
  ],
  'chat_vitals.feedback.tags': ['', 'Tags that the page passed, at most 16 of 64 letters', 'none were passed'],
  'chat_vitals.signal.kind': ['', '`exposed`, `copy`, `share`, `dwell`, `scroll_back`, `handoff`', ''],
  'chat_vitals.signal.value': ['', 'How much of it: `dwell` in seconds', 'the kind has none'],
  'chat_vitals.signal.copied': ['', '`whole`, `part` or `code`: how much of the answer', 'the kind is not `copy`'],
  'chat_vitals.signal.revision': ['', 'The highest wins', ''],
  'chat_vitals.turn.trace_id': ['', 'Trace of the turn it is about', noRef],
  'chat_vitals.turn.span_id': ['', '`chat.turn` span it is about', noRef],
  'chat_vitals.page.revision': ['', 'Rises as more vitals come: the highest wins', ''],
  'chat_vitals.page.opened': ['', 'Turns opened on the page view', ''],
  'browser.web_vital.name': ['', '`LCP`, `INP`, `CLS`, `TTFB`, `FCP`', ''],
  'browser.web_vital.value': ['', 'Its value, milliseconds; CLS without unit', ''],
  'browser.web_vital.rating': ['', '`good`, `needs-improvement`, `poor`', ''],
  'chat_vitals.delivery.opened': ['', 'Turns opened on the page view so far', noNote],
  'chat_vitals.delivery.dropped': ['', 'Records dropped on this device so far', noNote],
  'chat_vitals.delivery.delay': ['s', 'End of the turn until this sending', 'sent within 30 s'],
  'chat_vitals.delivery.store': ['', '`indexeddb`, or `memory` where storage is denied', noNote],
  'chat_vitals.delivery.recovered': ['', 'Restored after its page had died', 'it was not'],
}

const typeOf = (type: AttributeType): AttributeReference['type'] => (type === 'seconds' ? 'double' : type)

/** One entry per name and type, in the order of the tables; the spans of a name together. */
export function attributeReference(): AttributeReference[] {
  const all = new Map<string, AttributeReference>()
  for (const [spans, rows] of groups) {
    for (const [name, type] of rows) {
      const known = all.get(name)
      if (known) known.spans = [...new Set([...known.spans, ...spans])]
      else {
        const [unit, about, missing] = words[name]!
        all.set(name, { name, type: typeOf(type), unit, spans: [...spans], about, missing })
      }
    }
  }
  return [...all.values()]
}

export const attributeGroups = groups
