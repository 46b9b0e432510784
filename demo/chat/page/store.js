/** The conversations, kept in this browser. Without storage they live as long as the page. */

/**
 * @typedef {'done' | 'stopped' | 'error' | 'cut' | 'length' | 'refusal' | 'empty'} End
 * @typedef {object} Message
 * @property {string} id
 * @property {'user' | 'assistant'} role
 * @property {string} text
 * @property {string} [reasoning]
 * @property {number} [thoughtMs] How long it thought before the answer began.
 * @property {string[]} [tools] Names, in order of use.
 * @property {End} [end] Missing while it streams.
 * @property {string} [error]
 * @property {'up' | 'down'} [vote]
 *
 * @typedef {{ id: string, title: string, named?: boolean, at: number, messages: Message[] }} Conversation
 */

const KEY = 'juniper.conversations'
const MOST = 60

export const newId = () =>
  crypto.randomUUID?.() ?? `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`

export function openStore() {
  /** @type {Conversation[]} */
  let conversations = []
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    if (Array.isArray(kept)) conversations = kept.filter((one) => one?.id && Array.isArray(one.messages))
  } catch {}
  // Whatever streamed when the page went away will not go on.
  for (const { messages } of conversations) {
    for (const message of messages) if (message.role === 'assistant') message.end ??= 'cut'
  }

  /** @type {number | undefined} */
  let timer
  const save = () => {
    clearTimeout(timer)
    timer = undefined
    try {
      localStorage.setItem(KEY, JSON.stringify(conversations.slice(0, MOST)))
    } catch {}
  }
  addEventListener('pagehide', save)

  return {
    all: () => conversations,
    /** @param {string | undefined} id */
    get: (id) => conversations.find((one) => one.id === id),
    /** @param {Conversation} conversation */
    add(conversation) {
      conversations = [conversation, ...conversations]
      save()
    },
    /** @param {Conversation} conversation Moves it to the top. */
    touch(conversation) {
      conversation.at = Date.now()
      conversations = [conversation, ...conversations.filter((one) => one !== conversation)]
      save()
    },
    /** @param {Conversation} conversation @returns {() => void} undo */
    remove(conversation) {
      const at = conversations.indexOf(conversation)
      conversations = conversations.filter((one) => one !== conversation)
      save()
      return () => {
        // What came meanwhile stays.
        conversations = conversations.toSpliced(at, 0, conversation)
        save()
      }
    },
    save,
    /** While text streams in: at most twice a second. */
    saveSoon() {
      timer ??= setTimeout(save, 500)
    },
  }
}

/** A small setting. @param {string} name */
export function setting(name) {
  const key = `juniper.${name}`
  return {
    get() {
      try {
        return localStorage.getItem(key) ?? undefined
      } catch {
        return undefined
      }
    },
    /** @param {string} value */
    set(value) {
      try {
        localStorage.setItem(key, value)
      } catch {}
    },
  }
}
