/** A chat of `@ai-sdk/react`, as its documentation begins: `useChat`, a list, a form, buttons below. */
// @ts-nocheck -- its packages are installed apart, by the tests
import { useChat } from '@ai-sdk/react'
import { DefaultChatTransport } from 'ai'
import { useState } from 'react'
import { createRoot } from 'react-dom/client'

function Chat() {
  const [input, setInput] = useState('')
  const { messages, sendMessage, stop, regenerate, setMessages, status, error } = useChat({ transport: new DefaultChatTransport({ api: '/api/chat' }) })
  const [liked, setLiked] = useState({})
  return (
    <div>
      <button onClick={() => (stop(), setMessages([]))}>New chat</button>
      <div>
        {messages.map((message) => (
          <div key={message.id}>
            <b>{message.role === 'user' ? 'You: ' : 'AI: '}</b>
            <span className={message.role === 'user' ? '' : 'said'}>
              {message.parts.map((part, i) => (part.type === 'text' ? <span key={i}>{part.text}</span> : null))}
            </span>
            {message.role === 'assistant' && status !== 'streaming' && (
              <button aria-label="Good response" aria-pressed={!!liked[message.id]} onClick={() => setLiked({ ...liked, [message.id]: true })}>
                +
              </button>
            )}
          </div>
        ))}
      </div>
      {error && <p>Something went wrong.</p>}
      {(status === 'submitted' || status === 'streaming') && (
        <button type="button" onClick={() => stop()}>
          Stop
        </button>
      )}
      {status === 'ready' && messages.length > 0 && (
        <button type="button" onClick={() => regenerate()}>
          Regenerate
        </button>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!input.trim()) return
          sendMessage({ text: input })
          setInput('')
        }}
      >
        <input value={input} onChange={(event) => setInput(event.target.value)} placeholder="Say something…" />
      </form>
    </div>
  )
}
createRoot(document.querySelector('#root')).render(<Chat />)
