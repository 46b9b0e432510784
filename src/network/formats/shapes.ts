/** Reads what a payload says by the table of the providers' formats; leaves framing and gathering to others. */
import type { Notes, How } from './notes.ts'
import { PROMISES, SILENT, TABLE } from './table.ts'

// Payloads are whatever a server sent: each value is checked where it is used, and a throw skips the payload.
// oxlint-disable-next-line typescript/no-explicit-any
export type Payload = any

interface Path {
  keys: string[]
  /** Then each item of a list, or each that is no alternative to the first, and what is within. */
  each?: string
  within?: Path
}
interface Rule {
  role: string
  /** The first of them that holds something counts. */
  paths: Path[]
  when?: Path
  is?: RegExp
}

function pathOf(text: string): Path {
  const [, keys = '', each, within] = /^([^*!]*)([*!])?\.?(.*)/.exec(text)!
  return {
    keys: keys.split('.').filter(Boolean),
    ...(each && { each, within: pathOf(within!) }),
  }
}
const list = (value: unknown): Payload[] => (Array.isArray(value) ? value : value == null ? [] : [value])

/** What stands at a path without lists. */
function at(value: Payload, { keys }: Path): Payload {
  for (const key of keys) if (value != null) value = value[key]
  return value
}

/** Hands out all that stands at a path, in order; whether anything did. */
function each(value: Payload, path: Path, fn: (value: Payload) => void): boolean {
  const there = at(value, path)
  if (there == null) return false
  if (!path.within) {
    fn(there)
    return true
  }
  let found = false
  for (const item of list(there)) if (path.each == '*' || !item.index) found = each(item, path.within, fn) || found
  return found
}

const kinds = new Map<string, Rule[]>()
/** In order of the table: what must be there, in any of several ways, and what it says then. */
const held: [when: Path[][], rules: Rule[]][] = []

function compile(): void {
  let last = ''
  for (const line of TABLE.trim().split('\n')) {
    const [kind, role, paths = '', when] = line.split(' ') as [string, string, string?, string?]
    const equal = when?.indexOf('=') ?? -1
    const rule: Rule = {
      role,
      paths: paths ? paths.split('|').map(pathOf) : [],
      when: when ? pathOf(equal < 0 ? when : when.slice(0, equal)) : undefined,
      is: when && equal > 0 ? new RegExp(when.slice(equal + 1)) : undefined,
    }
    if (kind[0] == '?') {
      if (kind != last)
        held.push([
          kind
            .slice(1)
            .split('|')
            .map((all) => all.split(',').map(pathOf)),
          [],
        ])
      held.at(-1)![1].push(rule)
    } else kinds.set(kind, [...(kinds.get(kind) ?? []), rule])
    last = kind
  }
}

/** Every provider's words for the same two numbers. */
const INPUT = /^(prompt|input)_?(tokens|tokenCount|eval_count)$|^tokens_evaluated$/i
const OUTPUT = /^(completion|output|candidates)_?(tokens|tokenCount)$|^(eval_count|tokens_predicted)$/i

function usage(u: Payload, n: Notes): void {
  const find = (words: RegExp) => u[Object.keys(u).find((key) => words.test(key) && Number.isFinite(u[key]))!]
  n.tokens(find(INPUT), find(OUTPUT) + (u.thoughtsTokenCount ?? 0))
}

const THOUGHT = /think|thought|reason|summary/i
/** Members of a part that may hold its text, and others that hold parts. */
const PARTS = ['text', 'value', 'thinking', 'reasoning', 'summary', 'reasoningContent', 'reasoningText', 'content']

/** Content, in any of its forms: text, a number, parts of text and thinking, tools among them. */
function speak(said: Payload, n: Notes, how?: How, thought?: unknown): void {
  if (Array.isArray(said)) for (const part of said) speak(part, n, how, thought)
  else if (Object(said) !== said)
    n[thought ? 'reasoning' : 'answer'](typeof said == 'number' ? String(said) : said, how)
  else {
    const { type = '', toolUse, functionCall, functionResponse } = said
    if (/^(tool_use|server_tool_use|function_call|tool_call)$/.test(type)) n.tool(said.call_id ?? said.id, true)
    if (toolUse) n.tool(toolUse.toolUseId, true)
    if (functionCall) n.tool(functionCall.id ?? functionCall.name, true)
    if (functionResponse) n.tool(functionResponse.id ?? functionResponse.name, false)
    if (said.executableCode) n.tool('code', true)
    if (said.codeExecutionResult) n.tool('code', false)
    if (said.refusal) refuse(said.refusal, n, how)
    if (/result|tool|call|image|document|source|file/.test(type)) return
    for (const key of PARTS)
      if (said[key] != null) speak(said[key], n, how, thought || said.thought === true || THOUGHT.test(type + key))
  }
}
function refuse(said: Payload, n: Notes, how?: How): void {
  n.answer(said, how)
  n.finish('refusal')
}

/** A message or a delta of one. */
function spoken(said: Payload, n: Notes, how?: How): void {
  speak(said.reasoning_content || said.reasoning || said.thinking, n, how, true)
  speak(said.content ?? said.text ?? said.response, n, how)
  for (const call of [...list(said.tool_calls), ...list(said.tool_call_chunks)])
    n.tool(call.index ?? call.id ?? call.function?.name, true)
  if (said.refusal) refuse(said.refusal, n, how)
}

const ROLE: Record<string, (value: Payload, n: Notes, event: string) => unknown> = {
  a: (v, n) => speak(v, n),
  A: (v, n) => speak(v, n, 'resent'),
  W: (v, n) => (v.content ? spoken : speak)(v, n, 'whole'),
  V: (v, n) => speak(v, n, 'once'),
  r: (v, n) => speak(v, n, undefined, true),
  d: (v, n) => spoken(v, n),
  D: (v, n) => spoken(v, n, 'resent'),
  L: (v, n) => {
    const last = list(v).at(-1)
    if (/^(ai|AIMessage)/.test(last.type)) spoken(last, n, 'resent')
  },
  m: (v, n) => n.model(v),
  o: (v, n) => n.tool(v, true),
  c: (v, n) => n.tool(v, false),
  f: (v, n) => n.finish(v),
  F: (v, n) => n.finish(v, true),
  z: (v, n) => n.finish(v || 'stop', true),
  x: (_, n) => n.terminal(),
  B: (_, n) => n.finish('blocked', true),
  X: (v, n) => refuse(v, n),
  e: (v, n) => n.failed(v),
  b: (v, n) => n.begin(v),
  i: (v, n) => n.name('responseId', v),
  n: (v, n) => n.name('modelName', v),
  s: (v, n) => n.name('conversationId', v),
  q: (v, n) => n.name('requestId', v),
  u: usage,
  p: (_, n) => n.promise(),
  '>': (v, n, event) => readPayload(v, n, event),
}
/** Noted of a payload whose text is still unread. */
const ASIDE = /[xepsnq]/

/** Whether any rule had something to read. */
function apply(rules: Rule[], p: Payload, n: Notes, event: string): boolean {
  let read = false
  for (const { role, paths, when, is } of rules) {
    if (when) {
      const value = at(p, when)
      if (is ? !is.test(String(value)) : value == null) continue
    }
    const say = ROLE[role]!
    let any = false
    for (const path of paths) {
      if (any) break
      if (path.within) any = each(p, path, (value) => say(value, n, event))
      else {
        const value = at(p, path)
        if ((any = value != null)) say(value, n, event)
      }
    }
    if (!any && (role == 'z' || !paths[0])) {
      say(undefined, n, event)
      any = true
    }
    if (role == 'W') n.begin()
    read ||= any && !ASIDE.test(role)
  }
  return read
}

interface Kind {
  rules?: Rule[]
  silent: boolean
  promises: boolean
  error: boolean
}
/** Kinds seen: the same few come again with each payload. */
const seen = new Map<string, Kind>()
function kindOf(name: string): Kind {
  let kind = seen.get(name)
  if (!kind) {
    const plain = name.split('|')[0]!
    const error = /(^|[^a-z])error$/i.test(plain) && !/tool/i.test(plain)
    kind = { rules: kinds.get(plain), silent: SILENT.test(plain), promises: PROMISES.test(plain), error }
    if (seen.size < 500) seen.set(name, kind)
  }
  return kind
}

/** Members that hold another payload: buses and frameworks pass on what providers say. */
const WITHIN = ['data', 'event', 'payload', 'chunk', 'message', 'result', 'kwargs']

/** Notes what a parsed payload says; `event` is the SSE event name, or empty. False: no format that is known here explains it. */
export function readPayload(p: Payload, n: Notes, event = '', depth = 0): boolean {
  if (!kinds.size) compile()
  // LangServe streams a string as `data`.
  if (typeof p == 'string') {
    if (event == 'data') n.answer(p)
    return event == 'data'
  }
  if (!p || typeof p != 'object' || depth > 4) return false
  let read = false
  if (Array.isArray(p)) {
    // A name before its argument, as buses have it: [name, argument], [.., topic, name, argument].
    if (p.length == 2 && typeof p[0] == 'string' && typeof p[1] == 'string')
      return readPayload({ event: p[0], data: p[1] }, n, '', depth + 1)
    // The whole so far of each message.
    if (event == 'messages/partial') return apply([{ role: 'L', paths: [pathOf('')] }], p, n, event)
    for (const item of p)
      if (typeof item == 'string') event = item
      else if (readPayload(item, n, event, depth + 1)) read = true
    return read
  }
  let known = false
  for (const name of [p.type, p.event, event, p.object, p.msg]) {
    if (typeof name != 'string' || !name) continue
    const { rules, silent, promises, error } = kindOf(name)
    if (promises) n.promise()
    // Mastra puts beside the type what others put with it.
    if (rules) read = apply(rules, p.payload ? { ...p.payload, ...p } : p, n, event)
    else if (error) {
      n.failed(Object(p.error) === p.error ? p.error : { type: p.code ?? p.error_type ?? p.status_code ?? name })
      return true
    }
    known = read || silent
    if (known) break
  }
  if (!known)
    for (const [when, rules] of held)
      if (when.some((all) => all.every((path) => at(p, path) != null))) {
        apply(rules, p, n, event)
        known = true
        break
      }
  if (!known)
    for (const key of WITHIN) {
      const inner = p[key]
      const parsed = typeof inner == 'string' && inner[0] == '{' ? attemptJson(inner) : inner
      if (Object(parsed) === parsed && readPayload(parsed, n, event, depth + 1)) known = true
      if (known) break
    }
  else if (p.usage ?? p.response ?? p.model ?? p.conversation_id) apply(kinds.get('*')!, p, n, event)
  const error = p.error ?? p.choices?.[0]?.error
  if (error && (Object(error) !== error || Object.keys(error).length > 0)) {
    n.failed(error)
    return true
  }
  if (known) return true
  const exception = Object.keys(p).find((key) => key.endsWith('Exception'))
  if (exception || (typeof p.code == 'string' && typeof p.message == 'string' && !/^(\d|ok|success)/i.test(p.code))) {
    n.failed({ type: exception ?? p.code })
    return true
  }
  return false
}

function attemptJson(text: string): Payload {
  try {
    return JSON.parse(text)
  } catch {
    return
  }
}

/** The older AI SDK data stream: one-letter codes, `0:"text"`. */
export const CODES: Record<string, (v: Payload, n: Notes) => void> = {
  __proto__: null as never,
  0: (v, n) => n.answer(v),
  g: (v, n) => n.reasoning(v),
  3: (_, n) => n.failed('error'),
  9: (v, n) => n.tool(v.toolCallId, true),
  b: (v, n) => n.tool(v.toolCallId, true),
  a: (v, n) => n.tool(v.toolCallId, false),
  f: (v, n) => n.name('responseId', v.messageId),
  d: (v, n) => {
    n.finish(v.finishReason, true)
    if (v.usage) usage(v.usage, n)
  },
}
