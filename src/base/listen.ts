/** Adds event listeners that come off again; leaves what they do to the caller. */

/** Undoes what was started. Safe to call twice. */
export type Stop = () => void

/** Passive by default; returns how to take the listener off. */
export function listen<E extends Event = Event>(
  target: EventTarget,
  type: string,
  handler: (event: E) => void,
  options: AddEventListenerOptions = {},
): Stop {
  const all = { passive: true, ...options }
  target.addEventListener(type, handler as EventListener, all)
  return () => target.removeEventListener(type, handler as EventListener, all)
}

/** One stop for many, in reverse order. */
export function stopAll(stops: (Stop | undefined)[]): Stop {
  return () => {
    for (const stop of stops.splice(0).reverse()) stop?.()
  }
}
