/**
 * The spans of a page that dies before the full mapping was loaded: the turn alone, and of it what tells its story. What
 * is sent later of the same turn has a higher revision.
 */
import type { AnyRecord } from '../turn/record.ts'
import { turnCore, turnIdentity } from './attributes.ts'
import { addTurnSpan, collectSpans, read } from './span.ts'
import type { SpanData } from './span.ts'

export const lastWords = (record: AnyRecord, sessionKeys?: string[]): SpanData[] =>
  record.kind === 'turn'
    ? collectSpans(record, sessionKeys, (add) => {
        const { attributes } = addTurnSpan(record, add)
        read(attributes, turnIdentity, record)
        read(attributes, turnCore, record)
      })
    : []
