/** Reads the conversation out of a chat call's body: who said what, as hashes. Keeps none. */
import { hash } from '../base/hash.ts'
import type { Call } from '../turn/marks.ts'
import type { Said } from '../turn/trigger.ts'
import { conversationIn, textOf } from './prompt.ts'

/** A longer conversation is compared with none: its front is cut off somewhere anyway. */
const most = 512
/** Providers' words for those who speak. */
const ROLES: Record<string, string> = { __proto__: null as never, human: 'user', ai: 'assistant', model: 'assistant' }

/** Undefined where the body holds no conversation, or only what the user says now. */
export function historyOf(call: Pick<Call, 'body'>): Said[] | undefined {
  const list = conversationIn(call)?.list
  if (!list || list.length > most) return undefined
  const said: Said[] = []
  for (const one of list) {
    const { role: named, type } = Object(one) as Record<string, unknown>
    const role = ROLES[String(named ?? type ?? 'user')] ?? String(named ?? type ?? 'user')
    if (role === 'system' || role === 'developer') continue
    said.push({ role, hash: hash(role + (textOf(one) ?? JSON.stringify(one))) })
  }
  return said[0] && said
}
