/** What every record says of where it comes from: session, page, user, conversation, and the page's own attributes. */
import type { Identity, Options } from '../api.ts'
import { cleanAttributes, cleanId } from '../base/clean.ts'
import type { Guard } from '../base/guard.ts'
import type { RecordBase } from '../turn/record.ts'
import type { SessionInfo } from './session.ts'

export type Origin = Pick<
  RecordBase,
  'sessionId' | 'previousSessionId' | 'sampleRate' | 'pageId' | 'userId' | 'conversationId' | 'attributes'
>

export const originOf = (
  session: SessionInfo,
  page: { pageId: string; identity: Identity; config: Pick<Options, 'attributes' | 'sampleRate'>; guard: Guard },
): Origin => {
  const { pageId, identity, guard } = page
  const { attributes, sampleRate } = page.config
  return {
    sessionId: session.id,
    previousSessionId: session.previousId,
    sampleRate,
    pageId,
    userId: cleanId(identity.user),
    conversationId: cleanId(identity.conversation),
    attributes: cleanAttributes(typeof attributes === 'function' ? guard(attributes as () => unknown) : attributes),
  }
}
