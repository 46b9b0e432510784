/**
 * Learns from the text on the page what a stream of an unknown format says: keeps its payloads with their times, and reads
 * them when there is text to compare. Leaves to the feed what to do with what it says.
 */
import { errorName } from '../../base/error-name.ts'
import { letters } from '../../base/characters.ts'
import { hash } from '../../base/hash.ts'
import { align, DECIDED, SURE } from './align.ts'
import type { Stretch } from './align.ts'
import { createKinds } from './kinds.ts'
import { leavesOf } from './leaves.ts'
import type { Tag } from './leaves.ts'
import { createLog } from './pieces.ts'
import type { Piece, Raw } from './pieces.ts'

/** Payloads kept of a stream, the first and the last, and letters of them; formats kept of a page view. */
const most = { first: 64, last: 192, firstLetters: 32 << 10, lastLetters: 96 << 10, addresses: 32, roles: 16 }
/** Turns after which what was learned is read without asking the page. */
const AGREED = 2
/** Letters of an error's text that stand in what the page shows. */
const FAULT = 8

type Place = 'answer' | 'reasoning'

/** A piece of what a stream said, as it is known now. */
export interface Told {
  place: Place
  text: string
  at: number
}

/** What an address says, as hashes: names and values may be data. */
interface Format {
  turns: number
  kinds: ReadonlySet<number>
  paths: ReadonlySet<number>
  roles: Map<number, { place: Place; resent: boolean }>
}
/** Formats of this page view by address. */
export type Formats = Map<string, Format>

/** All of a channel from here on has a place. */
interface Role {
  place: Place
  path: string
  tags: readonly Tag[]
  /** Ids tell it from the same of another conversation. */
  ids: boolean
  from: number
  /** End of a thought: its closing tag may be cut. */
  tail: string
}

export interface Learner {
  /** Keeps it. What it says, where that is known already. */
  push(payload: string, at: number, event?: string): readonly Told[]
  /** What was said until now, where this stream says what stands on the page; undefined where it does not, or that is open. */
  match(shown: string, place: Place, whole?: boolean): Told[] | undefined
  fault(shown: string): string | undefined
}

const NONE: readonly Told[] = []
const ERROR = /err(or)?s?($|[^a-z])|error|fault|fail|exception/i
const THOUGHT = /^\s*<(think|thought|reasoning|details)/i
const THOUGHT_ENDS = /<\/(?:think\w*|thought|reasoning|details)>/i
/** What pages make of a text that is HTML. */
const TAGS = /<\/?(?!think|thought|reasoning|details|summary)[a-z][\w-]*(?:\s[^<>]*)?>/gi

/** @param formats remembered of this page view; @param address without query, ids taken out */
export function createLearner(formats?: Formats, address = ''): Learner {
  let format = formats?.get(address)
  if (format && format.turns < AGREED) format = undefined
  const kinds = createKinds(format?.kinds)
  const log = createLog(kinds, (channel) => !!format?.roles.get(hash(channel))?.resent)
  const first: Raw[] = []
  let last: Raw[] = []
  let firstSize = 0
  let lastSize = 0
  let seq = 0
  let roles: Role[] = []
  // Beginnings of what was told, to compare with what the page shows next.
  const heads: Record<Place, string> = { answer: '', reasoning: '' }
  // The page has borne it out in this stream.
  let agreed = false

  const channelOf = ({ path, tags }: Pick<Piece, 'path' | 'tags'>, ids?: boolean) => path + kinds.of(tags, path, ids)
  const roleOf = (piece: Piece): Role | undefined => {
    const known = roles.find(
      ({ path, tags, ids }) => path == piece.path && kinds.of(tags, path, ids) == kinds.of(piece.tags, path, ids),
    )
    const place = known ? undefined : format?.roles.get(hash(channelOf(piece)))?.place
    return known ?? (place && give(piece, place, false))
  }
  // Of an address that is known, all that it told before.
  const isWanted = (path: string) => roles.some((role) => role.path == path) || !!format?.paths.has(hash(path))
  const give = ({ path, tags, raw }: Piece, place: Place, ids: boolean): Role => {
    roles = roles.filter((role) => role.path != path || kinds.of(role.tags, path, ids) != kinds.of(tags, path, ids))
    roles.unshift({ place, path, tags, ids, from: raw.seq, tail: '' })
    roles.length = Math.min(roles.length, most.roles)
    return roles[0]!
  }
  const tell = (place: Place, said: string, at: number): Told => {
    const text = said.includes('<') ? said.replace(TAGS, '') : said
    if (heads[place].length < SURE) heads[place] += letters(text, SURE - heads[place].length)
    return { place, text, at }
  }
  /** What a channel says has its place, until thoughts in it are closed. */
  const say = (role: Role, text: string, at: number): Told[] => {
    if (role.place == 'answer') return [tell('answer', text, at)]
    const tail = role.tail + text
    role.tail = tail.slice(-16)
    const end = THOUGHT_ENDS.exec(tail)
    if (!end) return [tell('reasoning', text, at)]
    role.place = 'answer'
    const behind = Math.max(0, end.index + end[0].length - tail.length + text.length)
    const all = [tell('reasoning', text.slice(0, behind), at), tell('answer', text.slice(behind), at)]
    return all.filter((one) => one.text)
  }

  const keep = (raw: Raw): void => {
    const size = raw.payload.length
    if (first.length < most.first && firstSize + size <= most.firstLetters && !last.length) {
      first.push(raw)
      firstSize += size
      return
    }
    last.push(raw)
    lastSize += size
    // In one go: each time would move them all.
    if (last.length > 2 * most.last || (lastSize > 2 * most.lastLetters && last.length > 1)) {
      let from = last.length
      for (lastSize = 0; from > 0 && last.length - from < most.last; from--) {
        const more = lastSize + last[from - 1]!.payload.length
        if (more > most.lastLetters && from < last.length) break
        lastSize = more
      }
      last = last.slice(from)
    }
  }

  /** All channels of a stretch have its place from there on. What was not told yet is. */
  function take(
    pieces: readonly Piece[],
    { from, skip, channels, begins }: Stretch,
    place: Place,
    ids: boolean,
  ): Told[] {
    const told: Told[] = []
    const start = pieces[from]!
    const known = roles.filter((role) => role.place == place)
    const fresh = new Set<Role>()
    const own = channelOf(start, ids)
    // Marks of a heading stand before its first letter.
    if (begins)
      from = Math.max(
        0,
        pieces.findIndex((piece) => piece.begins && channelOf(piece, ids) == own),
      )
    const before = pieces.filter((piece, i) => i < from && channelOf(piece, ids) == own)
    const [thought, rest] = cut(start.text, skip)
    if (place == 'answer' && !heads.reasoning && THOUGHT.test(before.map(({ text }) => text).join('') + thought)) {
      for (const { text, raw } of before) told.push(tell('reasoning', text, raw.at))
      if (thought) told.push(tell('reasoning', thought, start.raw.at))
    }
    for (const [i, piece] of pieces.entries()) {
      if (i < from || !channels.has(channelOf(piece, ids))) continue
      const is = (role: Role) => role.path == piece.path && channelOf(role, ids) == channelOf(piece, ids)
      if (known.some((role) => is(role) && role.from <= piece.raw.seq)) continue
      const role = roles.find((one) => is(one) && one.ids == ids && fresh.has(one)) ?? give(piece, place, ids)
      fresh.add(role)
      role.from = Math.min(role.from, start.raw.seq)
      told.push(...say(role, piece == start ? rest : piece.text, piece.raw.at))
    }
    return told
  }

  function remember(): void {
    if (!formats || agreed) return
    agreed = true
    const now: Format['roles'] = new Map()
    for (const role of roles)
      now.set(hash(channelOf(role)), { place: role.place, resent: log.resends(channelOf(role)) })
    const old = formats.get(address)
    const same = old && [...now].some(([key, { place }]) => place == 'answer' && old.roles.get(key)?.place == place)
    if (same) old.turns++
    else {
      formats.delete(address)
      formats.set(address, {
        turns: 1,
        kinds: new Set([...kinds.paths()].map(hash)),
        paths: new Set(roles.map(({ path }) => hash(path))),
        roles: now,
      })
      if (formats.size > most.addresses) formats.delete(formats.keys().next().value!)
    }
  }

  return {
    push(payload, at, event) {
      const raw = { payload, event, at, seq: seq++ }
      keep(raw)
      if (!roles.length && !format) return NONE
      const told: Told[] = []
      for (const piece of log.next(raw, isWanted)) {
        const role = roleOf(piece)
        if (role) told.push(...say(role, piece.text, at))
      }
      return told
    },
    match(shown, place, whole) {
      const text = letters(shown, SURE)
      const head = heads[place]
      const as = Math.min(text.length, head.length)
      if (as >= DECIDED || (whole && as)) {
        if (head.slice(0, as) == text.slice(0, as)) {
          if (format && place == 'answer' && !agreed) {
            agreed = true
            format.turns++
          }
          return []
        }
      }
      const pieces = log.read([...first, ...last])
      for (const ids of [false, true]) {
        const stretch = align(shown, pieces, (piece) => channelOf(piece, ids), whole)
        if (!stretch) continue
        // It was told of another text.
        if (format && !agreed && head && place == 'answer') {
          formats!.delete(address)
          format = undefined
          roles = []
          heads.answer = ''
        }
        const told = take(pieces, stretch, place, ids)
        if (place == 'answer') remember()
        return told
      }
      return
    },
    fault(shown) {
      const text = letters(shown, 400)
      if (text.length < FAULT) return
      for (const { payload, event } of [...first, ...last].reverse()) {
        if (!ERROR.test(payload) && !ERROR.test(event ?? '')) continue
        for (const leaf of leavesOf(payload, event)) {
          const told = ERROR.test(leaf.path) || leaf.scope.tags.some(([, value]) => ERROR.test(value))
          const said = letters(leaf.text, 400)
          if (!told || said.length < FAULT || !(text.includes(said) || said.includes(text))) continue
          return errorType(leaf.scope.tags) ?? 'error'
        }
      }
      return
    },
  }
}

const errorType = (tags: readonly Tag[]): string | undefined =>
  errorName(tags.find(([path]) => /(type|code|status)$/i.test(path))?.[1] || undefined)

/** Cut behind so many letters. */
function cut(text: string, skip: number): [before: string, after: string] {
  if (!skip) return ['', text]
  // As compared, without tags.
  const at = text.toLowerCase().lastIndexOf('</')
  const behind = at < 0 ? 0 : text.indexOf('>', at) + 1
  if (behind) return [text.slice(0, behind), text.slice(behind)]
  let i = 0
  for (const char of text) {
    if (skip <= 0 && letters(char, 1)) break
    i += char.length
    skip -= letters(char, 1).length
  }
  return [text.slice(0, i), text.slice(i)]
}
