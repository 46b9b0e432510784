/** Cuts a body's text into payloads: SSE, JSON lines, AI SDK data stream or plain text, told apart by first letters. */
import type { Notes, Sole } from './notes.ts'
import { CODES, readPayload } from './shapes.ts'

/** A line longer than this is dropped until the next line break. */
const MOST_LINE = 1 << 20

const SSE = /^(data|event|id|retry)?:/
const DATA_STREAM = /^[\da-h]:["{[]/
/** Beginnings that may still become SSE or a data stream. */
const UNDECIDED = /^(|d|da|dat|data|e|ev|eve|even|event|i|id|r|re|ret|retr|retry|[\da-h]:?|\[\s*)$/

/** Counters and noise of providers. */
const PADDING = /"(?:sequence_number":\d+|obfuscation":"\w*"),?/g

export interface Framing {
  push(text: string): void
  /** What stands without its line break is read too. */
  end(): void
  /** Reads one message that already came framed (EventSource, WebSocket). */
  message(data: string, event?: string): void
  /** Payloads that could not be read. */
  bad(): number
}

/** @param unread gets what no known format explains: a payload, or a piece of plain text */
export function createFraming(
  notes: Notes,
  contentType: string,
  unread: (payload: string, event?: string) => void,
): Framing {
  let mode: 'sse' | 'json' | 'codes' | 'plain' | undefined
  const hint = /event-stream/.test(contentType)
    ? 'sse'
    : /ndjson|jsonl|json-?lines|json-seq/.test(contentType)
      ? 'json'
      : undefined
  let bad = 0
  // The line without its end so far.
  let partial = ''
  // The line was too long: nothing counts until the next break.
  let dropping = false
  // A CR ended the last chunk: an LF at once belongs to it.
  let afterCr = false
  // SSE: the event being gathered. JSON: an object over several lines.
  let data: string | undefined
  let event = ''
  // A payload that said nothing but a piece of answer, or of thought: what stands before and behind it. Most differ in the piece alone.
  let known: [before: string, after: string, name: string, place: Sole[0]] | undefined
  // It also holds what differs each time and says nothing.
  let padded = false
  // Learnt so often: some streams have something else new in each.
  let learnt = 0

  const attempt = (fn: () => void) => {
    try {
      fn()
    } catch {
      bad++
    }
  }

  /** Reads such a payload without parsing it. */
  function again(text: string, name: string): boolean {
    if (!known) return false
    if (padded) text = text.replace(PADDING, '')
    const [before, after, like, place] = known
    if (
      name != like ||
      text.length <= before.length + after.length ||
      !text.startsWith(before) ||
      !text.endsWith(after)
    )
      return false
    let piece = text.slice(before.length, -after.length)
    if (/["\\]/.test(piece)) {
      // Escapes alone; anything else is more than a piece.
      if (!/^(?:[^"\\]|\\.)*$/.test(piece)) return false
      try {
        piece = JSON.parse(`"${piece}"`)
      } catch {
        return false
      }
    }
    notes[place](piece)
    return true
  }
  function learn(text: string, name: string): void {
    const sole = notes.only()
    if (!sole || learnt > 3) return
    const [place, piece] = sole
    padded ||= text.search(PADDING) >= 0
    if (padded) text = text.replace(PADDING, '')
    const at = text.indexOf(`"${piece}"`) + 1
    if (!at || text.includes(`"${piece}"`, at)) return
    learnt++
    known = [text.slice(0, at), text.slice(at + piece.length), name, place]
  }

  /** Reads JSON; false where it is none. */
  function read(body: string, text: string, name: string): boolean {
    let payload: unknown
    try {
      payload = JSON.parse(body)
    } catch {
      return false
    }
    notes.only()
    let known = true
    attempt(() => (known = readPayload(payload, notes, name)))
    if (known) learn(text, name)
    else unread(body, name)
    return true
  }

  function message(text: string, name = ''): void {
    if (again(text, name)) return
    let body = text.trim()
    if (body[0] != '{') {
      if (/^\[?done\]?$/i.test(body)) return notes.terminal()
      // What carries it: socket.io's packet type and namespace, SockJS's `a`, STOMP's headers.
      body = body.replace(/^(?:a|\d+(?:\/[^,[{]*,)?)(?=[[{"])|^[A-Z]+\r?\n[^]*?\n\r?\n|\0$/g, '')
      if (!/^[[{"]/.test(body)) {
        if (/error/i.test(name)) notes.failed('error')
        else if (body) unread(text, name)
        return
      }
    }
    if (read(body, text, name)) return
    // SignalR's mark between messages; servers that forget the blank line between events; objects with nothing between them.
    const parts = body.includes('\x1e')
      ? body.split('\x1e')
      : body.includes('\n')
        ? body.split('\n')
        : objects(body).found
    if (parts.length > 1) for (const part of parts) message(part, name)
    else bad++
  }

  /** Whole objects that stand one behind the other, and where the last of them ends. */
  function objects(text: string): { found: string[]; end: number } {
    const found: string[] = []
    let end = 0
    let depth = 0
    let from = 0
    for (const { 0: one, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
      if (one == '{' && !depth++) from = index
      if (one == '}' && depth && !--depth) found.push(text.slice(from, (end = index + 1)))
    }
    return { found, end }
  }

  const flush = () => {
    if (data !== undefined) message(data, event)
    data = undefined
    event = ''
  }

  const LINE = {
    sse: (line: string) => {
      if (!line) return flush()
      const after = (field: string) =>
        line.startsWith(field) ? line.slice(line[field.length] == ' ' ? field.length + 1 : field.length) : undefined
      const value = after('data:')
      if (value === undefined) event = after('event:') ?? event
      else if (data === undefined) data = value
      else if (data.length < MOST_LINE) data += '\n' + value
    },
    json: (line: string) => {
      if (data === undefined && /^[[{"]/.test(line) && (again(line, '') || read(line, line, ''))) return
      // Also Gemini's array of pretty-printed objects: one begins and ends at the first column.
      if (/^(\{|[[,]\s*\{)/.test(line) || (data === undefined && /^\s*\{/.test(line))) {
        if (data) bad++
        data = ''
      }
      if (data === undefined || data.length > MOST_LINE) return
      const end = data ? /^\}[\],\s]*$/ : /\}[\],\s]*$/
      data += line
      if (!end.test(line)) return
      const whole = data.replace(/^[[,\s]+|[\],\s]+$/g, '')
      data = undefined
      message(whole)
    },
    plain: () => {},
    codes: (line: string) => attempt(() => CODES[line[0]!]?.(JSON.parse(line.slice(2)), notes)),
  }

  function push(text: string): void {
    if (!text) return
    if (!mode) {
      partial += text
      const start = partial.trimStart()
      // An SSE header may stand above anything, but where the first line is no field, that line tells.
      if (UNDECIDED.test(start) || (hint == 'sse' && /^[\w-]+$/.test(start))) return
      text = partial
      partial = ''
      mode = SSE.test(start)
        ? 'sse'
        : /^(\{|\[\s*\{)/.test(start)
          ? 'json'
          : DATA_STREAM.test(start)
            ? 'codes'
            : hint == 'sse' && !/^[^:\n]*:/.test(start)
              ? 'plain'
              : (hint ?? 'plain')
      // A page where an answer was expected.
      if (mode == 'plain' && /^<(!doctype|html)/i.test(start)) dropping = true
      if (mode == 'codes') notes.promise()
    }
    if (mode == 'plain') return dropping ? undefined : unread(text)
    if (afterCr && text[0] == '\n') text = text.slice(1)
    afterCr = text.endsWith('\r')
    // Without a CR, the cheaper way.
    const lines = text.split(text.includes('\r') ? /\r\n?|\n/ : '\n')
    partial += lines[0]
    for (let i = 1; i < lines.length; i++) {
      if (dropping) bad++
      else LINE[mode](partial)
      dropping = false
      partial = lines[i]!
    }
    // Objects without line breaks.
    if (mode == 'json' && data === undefined && /[}\]]/.test(partial.trimEnd().at(-1) ?? '')) {
      const { found, end } = objects(partial)
      partial = partial.slice(end)
      for (const one of found) message(one)
    }
    if (partial.length > MOST_LINE) {
      dropping = true
      partial = ''
    }
  }

  return {
    push,
    message,
    end: () => {
      if (!mode) {
        if (partial.trim()) unread(partial)
        return
      }
      if (mode != 'plain' && partial && !dropping) LINE[mode](partial)
      if (mode == 'sse') flush()
    },
    bad: () => bad,
  }
}
