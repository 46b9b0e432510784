/** What is known of an open turn on the screen, of its answer's places, and of a frame. Types, and how each begins. */
import type { ScreenPort } from '../turn/marks.ts'
import type { Tally } from './counter.ts'
import type { Said } from './letters.ts'
import type { Stamp } from './paint.ts'
import type { Block, Tail } from './seen.ts'

export interface Frame {
  /** When its first change came. */
  at: number
  /** What to report once it is known when it was painted. */
  jobs: ((stamp: Stamp) => void)[]
  stamp?: Stamp
  /** It is known what of it is in view. */
  judged?: boolean
  /** Its jobs were done. */
  told?: boolean
}

/** What a place gained in one frame. */
export interface Grown extends Tally {
  frame: Frame
  /** When its first change came. */
  at: number
  /** What the place said then, as far as that is its beginning. */
  words: string
  /** The adopted place was laid out since: what of it is in view will be known. */
  laid?: boolean
  /** The turn knows of it. */
  told?: boolean
}

/** One place where a turn shows answer text. An answer of several messages has several. */
export interface Slot extends Tally {
  turn: Turn
  /** Replaced when the page replaces it; the marks below stay. */
  root: Node
  /** Which beginning of the stream stands here; below 0: a part that no stream told of, beside one that it did. */
  head: number
  /** Its own first words, where no stream told them: by those it is found when the page renders it anew. */
  words?: string | undefined
  /** Named by the page or a selector: all text in it counts. Else only what looks like an answer's. */
  named?: boolean
  /** Kinds of the root's children that hold answer text. */
  kinds: Set<string>
  /** It cannot be seen: a copy that can be is the answer. */
  mute?: boolean
  /** Text older than this was there before the answer. */
  since: number
  /** High-water marks. */
  peak: Tally
  /** A translator rewrote it; what that put in or took out. */
  foreign?: boolean
  offset: Tally
}

export type Note = 'feedback' | 'progress'
export type How = 'matched' | 'named' | 'growth'

export interface Turn extends Tail {
  /** Missing between a gesture and the request that opens the turn. */
  screen?: ScreenPort
  /** The look, and the time, from which on text may be its own. */
  since: number
  opened: number
  prompt: string
  /** Its own bubble is no answer. */
  bubble?: Node
  /** When, and in which look, that came on the page; missing: it stood there before. */
  echoed?: { at: number; look: number } | undefined
  answer: Said
  reasoning: Said
  /** No stream is seen: growth alone tells. */
  unseen?: boolean
  /** The page says that the answer stands in it. */
  given?: Element
  slots: Slot[]
  how?: How
  /** Blocks that grew in this frame. */
  grown: Set<Block>
  /** What its place had gained before it was known, as far as it was not told yet; in order. */
  past: Grown[]
  /** Came and was not reported as painted yet: characters, their reading time, and the characters in a laid out frame. */
  due: number
  dueMs: number
  laid: number
  /** Where its answer stands; once it is closed, nothing else of the page is held. */
  closed?: { element: WeakRef<Element> | undefined }
  /** Its first text was seen to come. */
  shown?: boolean
  /** Opened then, its first text may have been painted unseen. */
  late?: number
  /** First visible change and first progress: noted, and when painted. */
  noted: { [note in Note]?: number }
  /** Of its last painted frame. */
  stamp?: Stamp
  /** The nodes from its answer, or the user's words, to the top; when both left the page; and that this was told. */
  trail?: Node[]
  leftAt?: number | undefined
  gone?: boolean
  /** What came below the answer and is none of it, until the stream was asked about it. */
  note?: Element | undefined
  /** When it grew last. */
  grewAt: number
  /** How far the stream was asked for the place that growth alone told, and how often for any place: see `asking`. */
  stage: number
  asked: number
  /** Put to places that may hold its answer. */
  beacons: number
}

export const nothing = (): Tally => ({ chars: 0, ms: 0 })

export const newTurn = (since: number, opened: number): Turn => ({
  since,
  opened,
  prompt: '',
  answer: { heads: [], first: 0, last: 0 },
  reasoning: { heads: [], first: 0, last: 0 },
  slots: [],
  grown: new Set(),
  blocks: [],
  past: [],
  due: 0,
  dueMs: 0,
  laid: 0,
  noted: {},
  grewAt: 0,
  stage: 0,
  asked: 0,
  beacons: 0,
})
