/** What a send was, by the history in its call against that of the call before: what was said, not what a control is called. */

/** One message of a conversation as a call carries it: who spoke, and a hash of what. System messages are left out. */
export interface Said {
  role: string
  hash: number
}

export type Step =
  /** The user said something new after what had been said. */
  | 'submit'
  /** Something else than the user's words was added: the same turn goes on. */
  | 'more'
  /** The user's words were replaced, and with them all that followed. */
  | 'edit'
  /** The user's last words once more, nothing after them. */
  | 'regenerate'

/** Undefined where the two have no common beginning, or one has no history: the control decides. @returns how many messages they share, too */
export function stepOf(
  before: readonly Said[] | undefined,
  now: readonly Said[] | undefined,
): [Step, number] | undefined {
  if (!before?.length || !now?.length) return undefined
  let common = 0
  while (common < before.length && common < now.length && before[common]!.hash === now[common]!.hash) common++
  if (!common) return undefined
  const last = now.at(-1)!
  if (last.role !== 'user') return ['more', common]
  if (common === now.length) return ['regenerate', common]
  const next = now[common]!
  // What was asked before is followed by its answer; anything of the user's there stands in the place of something.
  if (common < before.length && next.role === 'user' && before[common]!.role === 'user') return ['edit', common]
  return common === before.length ? ['submit', common] : undefined
}
