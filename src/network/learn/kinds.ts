/** Which members of an unknown format tell one kind of payload from another, and which tell conversations apart. */
import type { Tag } from './leaves.ts'

/** Values after which a member is no kind but text, or an id. */
const most = { values: 8, types: 32, paths: 512 }

/** Says itself that it is a kind. */
const TYPE =
  /(^|[^a-z])(@|sub)?(type|event|kind|op|action|method|channel|handler|mode|node|phase|tag|o|p|name|status|msg|0)$|Type$/
/** Bookkeeping: comes with the last piece, or the first. */
const ASIDE = /finish|reason$|done|complete|final|last|first|stop|model$|object$|version|success|fingerprint/i
const ID = /(^|[^a-z])u?u?ids?$|I[dD]s?$/

interface Member {
  values: Set<string>
  times: number
}

export interface Kinds {
  note(tags: readonly Tag[]): void
  /** Those of `tags` that tell what a text is; with `ids` also those that tell whose. */
  of(tags: readonly Tag[], ids?: boolean): string
}

const last = (path: string) => path.slice(path.lastIndexOf('/') + 1)
export const isId = (path: string): boolean => ID.test(last(path))

/** @param known hashes of members that told kinds in an earlier stream of this address */
export function createKinds(known?: ReadonlySet<number>): Kinds & { paths(): Iterable<string> } {
  const members = new Map<string, Member>()
  const isKind = ([path, value]: Tag, ids?: boolean): boolean => {
    const key = last(path)
    if (ASIDE.test(key) || /^(assistant|model|ai|bot)$/.test(value)) return false
    const member = members.get(path)
    if (ID.test(key)) return !!ids && !!member && member.values.size > 1 && member.times > member.values.size
    if (known?.has(hash(path))) return true
    const type = path == '@' || TYPE.test(key)
    const values = member?.values.size ?? 1
    // Not yet: once is no kind, and neither is what differs each time.
    return type ? values <= most.types : value == 'true' || (values <= most.values && values * 2 <= member!.times)
  }
  return {
    note(tags) {
      for (const [path, value] of tags) {
        let member = members.get(path)
        if (!member) {
          if (members.size >= most.paths) continue
          members.set(path, (member = { values: new Set(), times: 0 }))
        }
        member.times++
        if (member.values.size <= most.types) member.values.add(value)
      }
    },
    of(tags, ids) {
      let key = ''
      for (const tag of tags) if (isKind(tag, ids)) key += `|${tag[0]}=${tag[1]}`
      return key
    },
    *paths() {
      for (const [path, { values }] of members) if (isKind([path, [...values][0]!])) yield path
    },
  }
}

/** FNV-1a. Names and values may be data: nothing else of them is kept. */
export function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x1000193)
  return h >>> 0
}
