/** A chat of `@chatscope/chat-ui-kit-react`: its message list with its own scrollbar, its input, no stop. */
// @ts-nocheck -- its packages are installed apart, by the tests
import { ChatContainer, MainContainer, Message, MessageInput, MessageList, TypingIndicator } from '@chatscope/chat-ui-kit-react'
import { useRef, useState } from 'react'
import { createRoot } from 'react-dom/client'

function Chat() {
  const [talk, setTalk] = useState([])
  const [typing, setTyping] = useState(false)
  const running = useRef(null)
  const history = useRef([])
  const ask = async () => {
    running.current?.abort()
    const control = (running.current = new AbortController())
    setTyping(true)
    const messages = [...history.current]
    const me = { role: 'assistant', content: '' }
    history.current.push(me)
    const mine = talkLength()
    const show = (content) => setTalk((all) => [...all.slice(0, mine), { role: 'assistant', content }, ...all.slice(mine + 1)])
    try {
      const response = await fetch('/v1/chat/completions', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ model: 'm', stream: true, messages }), signal: control.signal })
      if (!response.ok) throw new Error(String(response.status))
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      let rest = ''
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        const lines = (rest + value).split('\n')
        rest = lines.pop()
        for (const line of lines) {
          if (!line.startsWith('data: {')) continue
          const o = JSON.parse(line.slice(6))
          if (o.error) throw new Error(o.error.code)
          const piece = o.choices[0].delta.content
          if (piece) show((me.content += piece))
        }
      }
    } catch (error) {
      if (!control.signal.aborted) setTalk((all) => [...all, { role: 'note', content: `Something went wrong (${error.message})` }])
    }
    if (running.current === control) setTyping(false)
  }
  const count = useRef(0)
  const talkLength = () => count.current
  count.current = talk.length
  const send = (html) => {
    const words = new DOMParser().parseFromString(html, 'text/html').body.textContent
    history.current.push({ role: 'user', content: words })
    setTalk((all) => [...all, { role: 'user', content: words }])
    count.current++
    void ask()
  }
  return (
    <div style={{ height: 600 }}>
      <MainContainer>
        <ChatContainer>
          <MessageList typingIndicator={typing ? <TypingIndicator content="The cook is typing" /> : null}>
            {talk.map(({ role, content }, i) => (
              <Message key={i} model={{ message: content, sender: role, direction: role === 'user' ? 'outgoing' : 'incoming', position: 'single' }} className={role} />
            ))}
          </MessageList>
          <MessageInput placeholder="Type message here" onSend={send} attachButton={false} />
        </ChatContainer>
      </MainContainer>
    </div>
  )
}
createRoot(document.querySelector('#root')).render(<Chat />)
