/** What every record says of where it comes from: session, page, user, conversation, and the page's own attributes. */
import type { Identity, Options } from '../api.ts'
import { cleanAttributes, cleanId } from '../base/clean.ts'
import type { Guard } from '../base/guard.ts'
import type { RecordBase } from '../turn/record.ts'

export type Origin = Pick<RecordBase, 'sessionId' | 'pageId' | 'userId' | 'conversationId' | 'attributes'>

export const originOf = (
  sessionId: string,
  page: { pageId: string; identity: Identity; attributes: Options['attributes']; guard: Guard },
): Origin => {
  const { pageId, identity, attributes, guard } = page
  return {
    sessionId,
    pageId,
    userId: cleanId(identity.user),
    conversationId: cleanId(identity.conversation),
    attributes: cleanAttributes(typeof attributes === 'function' ? guard(attributes as () => unknown) : attributes),
  }
}
