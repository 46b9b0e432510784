/** A text as 32 bits, so that it can be known again and nothing of it is kept. */

/** FNV-1a. https://datatracker.ietf.org/doc/html/draft-eastlake-fnv */
export function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x1000193)
  return h >>> 0
}
