/** Gathers what the payloads of one stream say into the port's `Content`; leaves reading them to the shapes. */
import { errorName } from '../../base/error-name.ts'
import type { Content } from '../../turn/marks.ts'
import { splitThoughts } from './thoughts.ts'

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

type Place = 'answer' | 'reasoning'
export type Sole = readonly [Place, string]

export interface Notes {
  /** Only what is new counts. */
  answer(text: unknown, how?: How): void
  reasoning(text: unknown, how?: How): void
  /** Another message begins: what is whole from now on is that. Without an id, or with one that was not the last. */
  begin(id?: unknown): void
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
  tokens(input: unknown, output: unknown): void
  /** The piece of answer or of thought, if nothing else came since the last time. */
  only(): Sole | undefined
  /** Nothing that was promised is missing. */
  complete(): boolean
  /** `over`: the terminal event was seen. `said`: a finish word was that is not one for a tool, or an error. */
  state(): 'over' | 'said' | undefined
  /** The stream has ended: what was held back is said. */
  end(): void
  /** What was gathered since the last time. */
  take(at: number, bytes: number, by?: Content['by']): Content
}

/** What a text may be besides the next piece: all of it so far, all of a message once it is whole, or all once more at the end. */
export type How = 'resent' | 'whole' | 'once' | undefined

/** Gives what is new in a text; remembers its length and first 64 letters. */
function growth() {
  let head = ''
  let total = 0
  // Since the stream began.
  let ever = false
  // Pieces that were the whole so far, and pieces that were not.
  let grew = 0
  let broke = 0
  return {
    fresh(text: string, how?: How): string {
      if (how == 'once' && ever) return ''
      if (how == 'resent' && total) {
        if (text.length >= total && text.startsWith(head) && broke <= grew) {
          grew++
          text = text.slice(total)
        } else {
          broke++
          head = ''
          total = 0
        }
      }
      ever ||= text != ''
      total += text.length
      if (head.length < 64) head = (head + text).slice(0, 64)
      return text
    },
    begin() {
      head = ''
      total = 0
    },
  }
}

export function createNotes(): Notes {
  let content: Content = { at: 0, bytes: 0, model: false }
  const tools = new Set<unknown>()
  // A cumulative stream names a call again with every event, long after it ran.
  const ran = new Set<unknown>()
  const thoughts = splitThoughts()
  // Of which message was something said in pieces: it may come again, whole.
  let message: unknown
  let pieces = false
  const grown = { answer: growth(), reasoning: growth() }
  let promised = false
  // A finish word or an error was seen: what follows is bookkeeping.
  let finished = false
  // The terminal event was seen.
  let over = false
  // Kept, because a refusal's own finish word is `stop`, and because text after a tool's finish ends the tool.
  let finish: Content['finish']
  // What came since `only` was asked: a piece; null when something else, or more, came.
  let sole: Sole | null | undefined

  /** The model goes on: the tools it waited for have run. */
  const resume = () => {
    if (finish == 'tool') finish = undefined
    for (const id of tools) notes.tool(id, false)
  }
  const add = (key: Place, text: string): void => {
    if (!text) return
    if (key == 'answer' || finish == 'tool') resume()
    content[key] = (content[key] ?? '') + text
    content.model = true
  }
  const say = (key: Place) => (text: unknown, how?: How) => {
    if (typeof text != 'string' || !text) return
    if (how == 'whole' ? pieces : !text) return
    pieces ||= how != 'whole'
    const fresh = grown[key].fresh(text, how)
    if (!fresh) return
    const [thought, answer] = key == 'answer' ? thoughts.split(fresh) : [fresh, '']
    sole = sole === undefined && (answer || thought) === text && !how ? [key, text] : null
    add('reasoning', thought)
    add('answer', answer)
  }

  const notes: Notes = {
    answer: say('answer'),
    reasoning: say('reasoning'),
    begin(id) {
      if (id !== undefined && id === message) return
      message = id
      pieces = false
      grown.answer.begin()
      grown.reasoning.begin()
    },
    model: (some) => {
      if (some) {
        sole = null
        content.model = true
      }
    },
    tool: (id, open) => {
      sole = null
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
      sole = null
      finished = true
      if (last) notes.terminal()
      if (/error/i.test(word)) return void (content.errorType ??= errorName(word) ?? 'error')
      const found = FINISH.find(([words]) => words.test(word))?.[1] ?? (tools.size ? 'tool' : 'stop')
      if (finish != 'refusal') finish = found
      content.finish = finish
    },
    failed: (error) => {
      const e = (error ?? {}) as Record<string, unknown>
      sole = null
      finished = true
      content.errorType = errorName(typeof error == 'string' ? error : (e.type ?? e.code ?? e.status)) ?? 'error'
    },
    terminal: () => {
      sole = null
      content.terminal = over = true
    },
    promise: () => {
      promised = true
    },
    name: (key, value) => {
      if (typeof value == 'string' && value) content[key] = value.slice(0, 128)
    },
    tokens: (input, output) => {
      if (Number.isFinite(input ?? output)) sole = null
      if (Number.isFinite(input)) content.inputTokens = input as number
      if (Number.isFinite(output)) content.outputTokens = output as number
    },
    only: () => {
      const piece = sole
      sole = undefined
      return piece ?? undefined
    },
    complete: () => finished || over || !promised,
    state: () => (over ? 'over' : finished && finish != 'tool' ? 'said' : undefined),
    end: () => add('answer', thoughts.rest()),
    take: (at, bytes, by) => {
      const taken = content
      if (by && (taken.model || taken.errorType)) taken.by = by
      taken.at = at
      taken.bytes = bytes
      content = { at: 0, bytes: 0, model: false }
      return taken
    },
  }
  return notes
}
