/** Replaces a method on a shared prototype, and puts it back; leaves what it does to the caller. */
import type { Guard } from './guard.ts'
import type { Stop } from './listen.ts'

/**
 * `before` runs guarded, ahead of the host's original, which runs once and unguarded with its own `this` and
 * arguments. What `before` returns runs, guarded, after it. Once stopped nothing of ours runs, even where another
 * has wrapped over it.
 */
export function patch<T extends object>(
  proto: T | undefined,
  name: keyof T & string,
  guard: Guard,
  before: (self: T, args: unknown[]) => (() => void) | void,
): Stop {
  const native = proto?.[name]
  if (!proto || typeof native != 'function') return () => {}
  let stopped = false
  const patched = function (this: T, ...args: unknown[]) {
    const after = stopped ? undefined : guard(() => before(this, args))
    const result: unknown = native.apply(this, args)
    if (after) guard(after)
    return result
  }
  guard(() => {
    Object.defineProperties(patched, { name: { value: name }, length: { value: native.length } })
    proto[name] = patched as never
  })
  return () => {
    stopped = true
    guard(() => {
      if ((proto[name] as unknown) === patched) proto[name] = native
    })
  }
}
