/** Which members of an unknown format tell one kind of payload from another, and which tell conversations apart. */
import { hash } from '../../base/hash.ts'
import type { Tag } from './leaves.ts'

/** Values after which a member is no kind but text, or an id. */
const most = { values: 8, types: 32, paths: 512 }

/** Says itself that it is a kind. */
const TYPE =
  /(^|[^a-z])(@|sub)?(type|event|kind|op|action|method|channel|handler|mode|node|phase|tag|o|p|name|status|msg|0)$|Type$/
/** Bookkeeping: comes with the last piece, or the first. */
const ASIDE = /finish|reason$|done|complete|final|last|first|stop|model$|object$|version|success|fingerprint/i
/** Who speaks: often in the first payload alone. */
const SPEAKER = /^(assistant|model|ai|bot)$/
const ID = /(^|[^a-z])u?u?ids?$|I[dD]s?$/

interface Member {
  values: Set<string>
  times: number
  /** What its name says. */
  aside: boolean
  id: boolean
  type: boolean
  /** It told kinds in an earlier stream. */
  known: boolean
}

export interface Kinds {
  note(tags: readonly Tag[]): void
  /** Those of `tags` that tell what a text is, but for its own; with `ids` also those that tell whose. */
  of(tags: readonly Tag[], own: string, ids?: boolean): string
  /** It says whose something is. */
  isId(path: string): boolean
  /** Members that tell kinds so far. */
  paths(): Iterable<string>
}

const last = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/** @param known hashes of members that told kinds in an earlier stream of this address */
export function createKinds(known?: ReadonlySet<number>): Kinds {
  const members = new Map<string, Member>()
  const memberOf = (path: string): Member => {
    let member = members.get(path)
    if (!member) {
      const key = last(path)
      member = {
        values: new Set(),
        times: 0,
        aside: ASIDE.test(key),
        id: ID.test(key),
        type: path == '@' || TYPE.test(key),
        known: !!known?.has(hash(path)),
      }
      if (members.size < most.paths) members.set(path, member)
    }
    return member
  }
  const isKind = ([path, value]: Tag, ids?: boolean): boolean => {
    const { aside, id, type, known, values, times } = memberOf(path)
    if (aside || SPEAKER.test(value)) return false
    if (id) return !!ids && values.size > 1 && times > values.size
    if (known) return true
    // Not yet: once is no kind, and neither is what differs each time.
    if (type) return values.size <= most.types
    return value == 'true' || (times > 0 && values.size <= most.values && values.size * 2 <= times)
  }
  return {
    note(tags) {
      for (const [path, value] of tags) {
        const member = memberOf(path)
        member.times++
        if (member.values.size <= most.types) member.values.add(value)
      }
    },
    of(tags, own, ids) {
      let key = ''
      for (const tag of tags) if (tag[0] != own && isKind(tag, ids)) key += `|${tag[0]}=${tag[1]}`
      return key
    },
    isId: (path) => memberOf(path).id,
    *paths() {
      for (const [path, { values }] of members) if (isKind([path, [...values][0] ?? ''])) yield path
    },
  }
}
