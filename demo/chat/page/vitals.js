/**
 * All that this page has to do with chat-vitals. The library comes by a script tag of its own; the page works the same
 * when it is blocked, missing or late.
 */

/** @returns {any} */
const library = () => /** @type {any} */ (globalThis).chatVitals

/** Calls a verb if the library has it. @param {string} verb @param {unknown[]} args */
function call(verb, ...args) {
  try {
    return library()?.[verb]?.(...args)
  } catch (error) {
    console.warn('chat-vitals', error)
  }
}

/** @param {'up' | 'down' | null} value Null takes the vote back. @param {Element} message */
export const vote = (value, message) => void call('feedback', value, { message })

/** @param {string} conversation */
export const inConversation = (conversation) => void call('identify', { conversation })

/** The user asks for a person. */
export const handedOff = () => void call('signal', 'handoff')

/** Where the session can be looked at. @param {string} backend */
export function sessionAddress(backend) {
  const session = call('session')
  const id = typeof session === 'string' ? session : session?.id
  return id ? `${backend}/sessions/${encodeURIComponent(id)}` : `${backend}/sessions`
}

/** @param {() => void} ready Called once the library is there, if it ever is. */
export function whenLoaded(ready) {
  if (typeof library()?.session === 'function') ready()
  else document.querySelector('script[src*="chat-vitals"]')?.addEventListener('load', ready, { once: true })
}
