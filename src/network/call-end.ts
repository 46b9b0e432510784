/** What a failure of a call was: by the signal's word first, then by the error's name. */
import type { CallEnd } from '../turn/marks.ts'

export function endOf(error: unknown, signal?: AbortSignal | null): CallEnd {
  const name = (signal?.aborted ? (signal.reason as Error)?.name : (error as Error)?.name) ?? ''
  return name == 'TimeoutError' ? 'timeout' : signal?.aborted || name == 'AbortError' ? 'aborted' : 'failed'
}
