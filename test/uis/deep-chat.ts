/**
 * The web component `deep-chat` as its users set it up. Chat Completions: its own event-stream reader
 * (`connect: { stream: true }`) with an interceptor that picks the text. The formats it does not speak through a custom
 * address: its `handler`. `via=handler` takes the handler for all.
 */
// Defines the element.
// oxlint-disable-next-line no-unassigned-import
import 'deep-chat'
import type { DeepChat } from 'deep-chat'
import { apiUrl, ask, pageApi, pageOption, pieces, requestBody } from './read-stream.ts'
import type { Piece, Turn } from './read-stream.ts'

document.head.insertAdjacentHTML('beforeend', '<style>body { margin: 0 } deep-chat { display: block }</style>')

interface Said {
  text?: string
  role?: string
}

/**
 * A role of its own gives reasoning, tools and notices a bubble of their own. (`{ error }` in a stream without text
 * makes deep-chat throw and leaves its dots standing, so errors are bubbles too.)
 */
const ROLES: Record<Piece['kind'], string> = { text: 'ai', reasoning: 'reasoning', tool: 'tool', notice: 'notice' }

function said(piece: Piece): Said {
  const text = piece.kind === 'tool' ? (piece.name ? piece.name + ' ' : '') + (piece.input ?? '') : piece.text
  return { text, role: ROLES[piece.kind] }
}

const chat = document.createElement('deep-chat') as DeepChat
Object.assign(chat.style, { width: '100vw', height: '98vh', border: 'none' })
const api = pageApi()
const history: Turn[] = []

if (api === 'chat' && pageOption('via') !== 'handler') {
  chat.connect = { url: apiUrl(api), method: 'POST', stream: true }
  chat.requestInterceptor = (details) => {
    history.push({ role: 'user', text: details.body.messages.at(-1).text })
    return { ...details, body: requestBody(api, history) }
  }
  chat.responseInterceptor = (payload: unknown) => {
    const [piece] = pieces(api, payload)
    return piece ? said(piece) : { text: '' }
  }
} else
  chat.connect = {
    stream: true,
    handler: async (body: { messages: { text: string }[] }, signals) => {
      history.push({ role: 'user', text: body.messages.at(-1)?.text ?? '' })
      const stop = new AbortController()
      signals.stopClicked.listener = () => stop.abort()
      signals.onOpen()
      try {
        for await (const piece of ask(history, stop.signal)) await signals.onResponse(said(piece))
      } catch (error) {
        if (!stop.signal.aborted) await signals.onResponse(said({ kind: 'notice', text: String(error) }))
      }
      signals.onClose()
    },
  }
chat.messageStyles = {
  default: {
    reasoning: { bubble: { backgroundColor: '#f4f4f4', color: '#777' } },
    tool: { bubble: { backgroundColor: '#eef6ee' } },
    notice: { bubble: { backgroundColor: '#fdeeee' } },
  },
}
document.querySelector('#root')!.append(chat)
