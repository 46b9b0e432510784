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
  text: string
  /** It was a number. */
  number: boolean
  scope: Scope
}

/** No white space, and no longer than the longest type of a known provider. */
const IDENTIFIER = /^(?=.*[A-Za-z])[\w.:/@-]{1,48}$/
/** An id, a hash, a signature: never text, and told apart from the next by chance alone. */
export const opaque = (text: string): boolean => /^(?=(?:.*\d){3})[\w+/=:.~-]{16,}$/.test(text)
/** Keys that are data. */
const isId = (key: string): boolean => opaque(key) || /^\d+$/.test(key)
/** Of an address: those that are short, too. */
const isPart = (part: string): boolean => isId(part) || /^[a-z]{0,3}[\da-f_-]*\d[\w-]*$/i.test(part)

/** JSON, whatever it is; undefined for what is none, and for a bare word or number, which is text. */
export function parse(text: string): unknown {
  const first = text.trimStart()[0]
  if (first != '{' && first != '[' && first != '"') return
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
  const leaf = (path: string, slot: string, text: string, number: boolean, scope: Scope) =>
    found.push({ path, slot, text, number, scope })

  function walk(value: unknown, path: string, slot: string, scope: Scope, depth: number): void {
    if (++nodes > most.nodes || depth > most.depth) return
    if (typeof value == 'string') {
      const inner = depth && parse(value)
      if (Object(inner) === inner) return walk(inner, path + '$', slot + '$', { tags: [], above: scope }, depth + 1)
      if (IDENTIFIER.test(value)) scope.tags.push([path, value])
      if (!opaque(value)) leaf(path, slot, value, false, scope)
    } else if (typeof value == 'number') leaf(path, slot, String(value), true, scope)
    else if (value === true) scope.tags.push([path, 'true'])
    else if (Array.isArray(value)) {
      const mixed = value.some((item) => Object(item) !== item)
      // What stands in a tuple holds for all of it; an item of a list speaks for itself.
      const own = (mixed || !depth) && (depth ? { tags: [], above: scope } : scope)
      for (const [i, item] of value.entries())
        walk(item, `${path}/${mixed ? i : '[]'}`, `${slot}/${i}`, own || { tags: [], above: scope }, depth + 1)
    } else if (value)
      for (const key in value)
        walk(
          (value as Record<string, unknown>)[key],
          `${path}/${isId(key) ? '*' : key}`,
          `${slot}/${key}`,
          scope,
          depth + 1,
        )
  }

  const scope: Scope = { tags: [] }
  if (event) walk(event, '@', '@', scope, 1)
  const value = parse(payload)
  if (value === undefined) leaf('', '', payload, false, scope)
  else walk(value, '', '', scope, 0)
  return found
}

/** All tags that hold for a leaf, but for its own. */
export function tagsOf({ path, scope }: Leaf): Tag[] {
  const all: Tag[] = []
  for (let at: Scope | undefined = scope; at; at = at.above)
    for (const tag of at.tags) if (tag[0] != path) all.push(tag)
  return all
}

/** Without query, and without what differs from one conversation to the next. */
export const addressOf = (url: string): string =>
  url
    .replace(/[?#].*/, '')
    .split('/')
    .map((part, i) => (i > 2 && isPart(part) && !/^v\d+$/.test(part) ? '*' : part))
    .join('/')
