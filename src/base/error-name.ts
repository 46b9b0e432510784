/** Errors by name only. */

/** An identifier, never a message: free text is no error type. */
export const errorName = (value: unknown): string | undefined => {
  const name = String(value ?? '')
  return /^[\w.$-]{1,64}$/.test(name) ? name : undefined
}
