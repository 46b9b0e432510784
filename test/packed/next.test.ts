/** Next.js with the app router: the component stands in a layout that runs on the server. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { install, pinned, run, start, startWorld, tellsOneTurn, versions } from './kit.ts'
import type { Folder, World } from './kit.ts'

let world: World
let folder: Folder
beforeAll(async () => {
  world = await startWorld()
  folder = await install(
    {
      'app/layout.js': `import { ChatVitals } from 'chat-vitals/react'
export const metadata = { title: 'chat' }
export default function Layout({ children }) {
  return (
    <html lang="en">
      <head><link rel="icon" href="data:," /></head>
      <body>
        <ChatVitals endpoint="${world.collector.url}" service="packed-next" propagateTo={['${world.model}']} />
        {children}
      </body>
    </html>
  )
}`,
      'app/page.js': `import { Chat } from './chat.js'
export default function Page() {
  return <Chat />
}`,
      'app/chat.js': `'use client'
import { useRef, useState } from 'react'
import { useFeedback } from 'chat-vitals/react'

function Answer({ text }) {
  const ref = useRef(null)
  const { value, up } = useFeedback(ref)
  return (
    <div className="assistant" ref={ref}>
      <p>{text}</p>
      <button id="up" aria-pressed={value === 'up'} onClick={up}>Good answer</button>
    </div>
  )
}

export function Chat() {
  const [messages, setMessages] = useState([])
  const ask = async (content) => {
    setMessages((all) => [...all, { role: 'user', text: content }, { role: 'assistant', text: '' }])
    const response = await fetch('${world.model}/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stream: true, messages: [{ role: 'user', content }] }),
    })
    let rest = ''
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + piece).split('\\n')
      rest = lines.pop()
      const more = lines
        .filter((line) => line.startsWith('data: {'))
        .map((line) => JSON.parse(line.slice(6)).choices[0].delta.content ?? '')
        .join('')
      setMessages((all) => [...all.slice(0, -1), { role: 'assistant', text: all.at(-1).text + more }])
    }
  }
  return (
    <main>
      {messages.map(({ role, text }, i) =>
        role === 'user' ? <div className="user" key={i}>{text}</div> : <Answer text={text} key={i} />,
      )}
      <textarea
        id="prompt"
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          ask(event.currentTarget.value)
          event.currentTarget.value = ''
        }}
      />
    </main>
  )
}`,
    },
    { next: versions.next, ...(await pinned('react', 'react-dom')) },
  )
})
afterAll(async () => {
  await folder?.remove()
  await world?.close()
})

// The build failed: what the layout imports has effects, and did not say that it belongs to the browser.
test('next build takes the component in a server layout, and next start tells one turn', async () => {
  const next = 'node_modules/next/dist/bin/next'
  expect(run(process.execPath, [next, 'build'], folder.path)).toContain('/')
  const server = await start(folder, (port) => [next, 'start', '-H', '127.0.0.1', '-p', port])
  try {
    await tellsOneTurn(server.url, world, 'packed-next')
  } finally {
    await server.close()
  }
})
