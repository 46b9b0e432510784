/** Flattens one payload of an unknown format into its texts, each with where it stood and what stood beside it. */

/** Nodes and levels looked at in one payload. */
const most = { nodes: 2000, depth: 16 }

/** What told a payload's kind, as far as it holds for a leaf: what stood beside it or above, not in another list's item. */
interface Scope {
  tags: Tag[]
  above?: Scope
}
/** Where an identifier stood, and what it was. */
export type Tag = readonly [path: string, value: string]

export interface Leaf {
  /** Keys down to it; `[]` for any item of a list, its index where the items are no objects. */
  path: string
  /** The same with all indices: what stands here in the next payload is the next of the same. */
  slot: string
  /** It is a tag, too. */
  tagged: boolean
  text: string
  /** It was a number. */
  number: boolean
  scope: Scope
}

/** No white space, and no longer than the longest type of a known provider. */
const IDENTIFIER = /^(?=.*[A-Za-z])[\w.:/@-]+$/
const longest = 48
/** An id, a hash, a signature: never text, and told apart from the next by chance alone. */
export const opaque = (text: string): boolean => text.length > 15 && /^(?=(?:.*\d){3})[\w+/=:.~-]{16,}$/.test(text)
/** Keys that are data. */
const isId = (key: string): boolean => /\d/.test(key) && (opaque(key) || /^\d+$/.test(key))
/** Of an address: those that are short, too. */
const isPart = (part: string): boolean => isId(part) || /^[a-z]{0,3}[\da-f_-]*\d[\w-]*$/i.test(part)

/** JSON, whatever it is; undefined for what is none, and for a bare word or number, which is text. */
export function parse(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return
  try {
    return JSON.parse(text)
  } catch {
    return
  }
}

/** @param event name of the SSE event, which may be the text itself */
export function leavesOf(payload: string, event = ''): Leaf[] {
  const found: Leaf[] = []
  let nodes = 0
  const leaf = (path: string, at: string, text: string, number: boolean, scope: Scope, tagged = false) =>
    found.push({ path, slot: path + at, text, number, scope, tagged })

  /** @param at indices down to it, and keys that are data */
  function walk(value: unknown, path: string, at: string, scope: Scope, depth: number): void {
    if (++nodes > most.nodes || depth > most.depth) return
    if (typeof value == 'string') {
      const inner = depth && (value[0] == '{' || value[0] == '[') && parse(value)
      if (Object(inner) === inner) return walk(inner, path + '$', at, { tags: [], above: scope }, depth + 1)
      const tagged = value.length <= longest && IDENTIFIER.test(value)
      if (tagged) scope.tags.push([path, value])
      if (!opaque(value)) leaf(path, at, value, false, scope, tagged)
    } else if (typeof value == 'number') leaf(path, at, String(value), true, scope)
    else if (value === true) scope.tags.push([path, 'true'])
    else if (Array.isArray(value)) {
      const mixed = value.some((item) => typeof item != 'object' || !item)
      // What stands in a tuple holds for all of it; an item of a list speaks for itself.
      const own = mixed || !depth ? (depth ? { tags: [], above: scope } : scope) : undefined
      for (let i = 0; i < value.length; i++)
        walk(value[i], path + (mixed ? '/' + i : '/[]'), at + '#' + i, own ?? { tags: [], above: scope }, depth + 1)
    } else if (value)
      for (const key in value) {
        const data = isId(key)
        const inner = (value as Record<string, unknown>)[key]
        walk(inner, path + (data ? '/*' : '/' + key), data ? at + '#' + key : at, scope, depth + 1)
      }
  }

  const scope: Scope = { tags: [] }
  if (event) walk(event, '@', '', scope, 1)
  const value = parse(payload)
  if (value === undefined) leaf('', '', payload, false, scope)
  else walk(value, '', '', scope, 0)
  return found
}

/** All tags that hold for a leaf, its own among them. */
export function tagsOf({ scope }: Leaf): readonly Tag[] {
  if (!scope.above) return scope.tags
  const all: Tag[] = []
  for (let at: Scope | undefined = scope; at; at = at.above) all.push(...at.tags)
  return all
}

/** Without query, and without what differs from one conversation to the next. */
export const addressOf = (url: string): string =>
  url
    .replace(/[?#].*/, '')
    .split('/')
    .map((part, i) => (i > 2 && isPart(part) && !/^v\d+$/.test(part) ? '*' : part))
    .join('/')
