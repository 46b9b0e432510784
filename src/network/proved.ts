/** Learns which calls of this page are chat calls from those that proved to be. */
import { attempt } from '../base/guard.ts'
import type { Call } from '../turn/marks.ts'
import type { ChatLikeness } from './chat-call.ts'
import { addressOf } from './learn/leaves.ts'

/** Kinds of calls remembered. */
const most = 32

export interface ProvedCalls {
  /** Also those like one that proved to be one. */
  isChat(call: Call): ChatLikeness
  /** It was one: a request and its answer. */
  proved(call: Call): void
}

/** What calls to one purpose have in common: the address without ids, the members of the body, the operation's name. */
function likeOf({ url, body = '' }: Call): string {
  const data = attempt(() => JSON.parse(body) as Record<string, unknown>) ?? {}
  return [addressOf(url), ...Object.keys(data).toSorted(), data.operationName].join()
}

/** @param isChat judges by shape, or by the page's own word */
export function learnCalls(isChat: (call: Call) => ChatLikeness): ProvedCalls {
  const known = new Set<string>()
  // A socket, and an address that is fetched, carry other things too.
  const asks = ({ method, transport }: Call) => method === 'POST' && (transport === 'fetch' || transport === 'xhr')
  return {
    isChat(call) {
      const likeness = isChat(call)
      return likeness === 'maybe' && known.size && asks(call) && known.has(likeOf(call)) ? 'yes' : likeness
    },
    proved(call) {
      if (asks(call) && known.size < most) known.add(likeOf(call))
    },
  }
}
