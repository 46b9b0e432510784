/** When an answer and the user's words have left the page for good: another conversation was opened. Leaves what that means to the turn. */
import type { Clock } from '../base/clock.ts'
import type { Guard } from '../base/guard.ts'
import { pathOf } from './order.ts'
import type { Turn } from './watched.ts'

/** Pages that render anew, and those that move a first message to its own address, bring it back before that, ms. */
const GONE = 1000
/** No answer was there yet: a page may be long in moving. */
const GONE_EARLY = 2000

const connected = ({ bubble, slots }: Turn): boolean =>
  !!bubble?.isConnected || slots.some(({ root }) => root.isConnected)

/** Notes where it stands: what of that is left tells why it went. */
function note(turn: Turn): void {
  const node = turn.slots.findLast(({ root }) => root.isConnected)?.root ?? turn.bubble
  if (node?.isConnected && turn.trail?.[0] !== node) turn.trail = pathOf(node)
}

/** The user looks at an earlier part of a long list: what is far from it was taken out, and will be put back. */
function scrolledAway({ trail = [] }: Turn): boolean {
  return trail.some((node) => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = node as Element
    return node.isConnected && scrollHeight - Math.abs(scrollTop) - clientHeight > clientHeight / 2 && clientHeight > 0
  })
}

/** Called at the end of a frame in which something changed. */
export function watchGone({ clock, guard, turns }: { clock: Clock; guard: Guard; turns: Turn[] }, turn: Turn): void {
  if (!turn.bubble || !turn.screen || turn.gone) return
  if (connected(turn)) {
    note(turn)
    turn.leftAt = undefined
    return
  }
  if (turn.leftAt !== undefined) return
  const at = (turn.leftAt = clock.now())
  const check = guard.wrap(() => {
    if (turn.leftAt !== at || !turns.includes(turn)) return
    if (connected(turn)) return void (turn.leftAt = undefined)
    if (scrolledAway(turn)) return void clock.setTimeout(check, GONE)
    turn.gone = true
    turn.screen?.gone?.(at)
  })
  clock.setTimeout(check, turn.slots[0] ? GONE : GONE_EARLY)
}
