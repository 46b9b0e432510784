/**
 * What is known to be wrong today, by the name of its test. Each is tried all the same: it is printed with what was wrong,
 * and a case that has become right fails until it is taken off the list. Nothing is skipped without a word.
 */
import { expect } from 'vitest'

export const NOT_YET: Record<string, string[]> = {
  situations: [],
  strangers: [],
}

/** @param wrong what was wrong, a sentence each; none: right */
export function judge(suite: keyof typeof NOT_YET, name: string, wrong: string[]): void {
  const listed = NOT_YET[suite]!.includes(name)
  if (!listed && wrong.length) expect.fail(`${name}: ${wrong.join('; ')}`)
  if (listed && wrong.length) console.log(`not yet: ${name}: ${wrong.join('; ')}`)
  if (listed && !wrong.length)
    expect.fail(`“${name}” has become right: take it off the list in test/support/not-yet.ts`)
}
