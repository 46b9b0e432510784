/** Gathers what the payloads of one stream say into the port's `Content`; leaves reading them to the shapes. */
import { errorName } from '../../base/error-name.ts'
import type { Content } from '../../turn/marks.ts'

/** Words of all providers, tried in order; an unknown word is a normal stop. */
const FINISH: [RegExp, NonNullable<Content['finish']>][] = [
  [/tool|^function|pause/i, 'tool'],
  [/refus/i, 'refusal'],
  [/length|max|window/i, 'length'],
  [/filter|safety|sensitive|prohibit|block|recit|spii/i, 'filter'],
]
/** Open tool calls remembered per stream. */
const MOST_TOOLS = 64

type Named = 'modelName' | 'responseId' | 'conversationId' | 'requestId'

export interface Notes {
  /** `resent`: this stream may send the whole text each time; only what is new counts. */
  answer(text: unknown, resent?: boolean): void
  reasoning(text: unknown, resent?: boolean): void
  /** Other output of the model, such as a piece of a tool call's arguments. */
  model(some: unknown): void
  tool(id: unknown, open: boolean): void
  /** `last`: with it the stream is over too. */
  finish(word: unknown, last?: boolean): void
  failed(error: unknown): void
  /** The format's terminal event. */
  terminal(): void
  /** This format ends with a terminal event. */
  promise(): void
  name(key: Named, value: unknown): void
  /** Of the response and of the model. */
  ids(response: unknown, model?: unknown): void
  tokens(input: unknown, output: unknown): void
  /** The piece of answer, if nothing else came since the last time. */
  only(): string | undefined
  /** Nothing that was promised is missing. */
  complete(): boolean
  /** The terminal event was seen. */
  over(): boolean
  /** What was gathered since the last time. */
  take(at: number, bytes: number, by?: Content['by']): Content
}

/** Gives what is new in a text that may be resent whole each time; remembers its length and first 64 letters. */
function growth() {
  let head = ''
  let total = 0
  return (text: string) => {
    const fresh = total && text.length >= total && text.startsWith(head) ? text.slice(total) : text
    total += fresh.length
    if (head.length < 64) head = (head + fresh).slice(0, 64)
    return fresh
  }
}

export function createNotes(): Notes {
  let content: Content = { at: 0, bytes: 0, model: false }
  const tools = new Set<unknown>()
  // A cumulative stream names a call again with every event, long after it ran.
  const ran = new Set<unknown>()
  // The answer began with <think>: some servers leave reasoning in it. False once that is over or never was.
  let aloud: boolean | undefined
  const grown = { answer: growth(), reasoning: growth() }
  let promised = false
  // A finish word or an error was seen: what follows is bookkeeping.
  let finished = false
  // The terminal event was seen.
  let over = false
  // Kept, because a refusal's own finish word is `stop`, and because text after a tool's finish ends the tool.
  let finish: Content['finish']
  // What came since `only` was asked: a piece of answer; empty when something else, or more, came.
  let sole: string | undefined

  /** The model goes on: the tools it waited for have run. */
  const resume = () => {
    if (finish == 'tool') finish = undefined
    for (const id of tools) notes.tool(id, false)
  }
  const say = (key: 'answer' | 'reasoning') => (text: unknown, resent?: boolean) => {
    let fresh = typeof text != 'string' ? '' : resent ? grown[key](text) : text
    if (key == 'answer' && aloud !== false && fresh.trim()) {
      aloud ??= fresh.trimStart().startsWith('<think>')
      if (aloud) {
        const [thought, rest] = fresh.split('</think>')
        notes.reasoning(thought!.replace('<think>', ''))
        if (rest === undefined) return
        aloud = false
        fresh = rest
      }
    }
    if (!fresh) return
    if (key == 'answer' || finish == 'tool') resume()
    sole = key == 'answer' && sole === undefined && fresh === text && !resent ? fresh : ''
    content[key] = (content[key] ?? '') + fresh
    content.model = true
  }

  const notes: Notes = {
    answer: say('answer'),
    reasoning: say('reasoning'),
    model: (some) => {
      if (some) {
        sole = ''
        content.model = true
      }
    },
    tool: (id, open) => {
      sole = ''
      if (open ? tools.has(id) || ran.has(id) || tools.size >= MOST_TOOLS : !tools.delete(id)) return
      if (open) {
        if (finish == 'tool') resume()
        tools.add(id)
      } else if (ran.size < MOST_TOOLS) ran.add(id)
      content.tool = (content.tool ?? 0) + (open ? 1 : -1)
      content.model = true
    },
    finish: (word, last) => {
      // DashScope says "null" until it ends.
      if (typeof word != 'string' || !word || word == 'null') return
      sole = ''
      finished = true
      if (last) notes.terminal()
      if (/error/i.test(word)) return void (content.errorType ??= errorName(word) ?? 'error')
      const found = FINISH.find(([words]) => words.test(word))?.[1] ?? (tools.size ? 'tool' : 'stop')
      if (finish != 'refusal') finish = found
      content.finish = finish
    },
    failed: (error) => {
      const e = (error ?? {}) as Record<string, unknown>
      sole = ''
      finished = true
      content.errorType = errorName(e.type ?? e.code ?? e.status) ?? 'error'
    },
    terminal: () => {
      sole = ''
      content.terminal = over = true
    },
    promise: () => {
      promised = true
    },
    name: (key, value) => {
      if (typeof value == 'string' && value) content[key] = value.slice(0, 128)
    },
    ids: (response, model) => {
      notes.name('responseId', response)
      notes.name('modelName', model)
    },
    tokens: (input, output) => {
      if (Number.isFinite(input ?? output)) sole = ''
      if (Number.isFinite(input)) content.inputTokens = input as number
      if (Number.isFinite(output)) content.outputTokens = output as number
    },
    only: () => {
      const piece = sole
      sole = undefined
      return piece
    },
    complete: () => finished || over || !promised,
    over: () => over,
    take: (at, bytes, by) => {
      const taken = content
      if (by && (taken.answer || taken.reasoning)) taken.by = by
      taken.at = at
      taken.bytes = bytes
      content = { at: 0, bytes: 0, model: false }
      return taken
    },
  }
  return notes
}
