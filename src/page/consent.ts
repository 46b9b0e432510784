/** What the user allows: one state for the whole page, asked by all who watch, store or send. */
import type { Consent } from '../api.ts'

export const isConsent = (value: unknown): boolean => ['granted', 'pending', 'denied'].includes(value as string)

export interface ConsentState {
  now(): Consent
  /** False: it was so already. */
  set(next: Consent): boolean
}

export function createConsent(first: Consent): ConsentState {
  let now = first
  return {
    now: () => now,
    set(next) {
      const changed = next !== now
      now = next
      return changed
    },
  }
}
