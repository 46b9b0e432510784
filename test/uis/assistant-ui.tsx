/** A thread of `@assistant-ui/react`, built from its primitives, on its local runtime, with its default smooth text. */
// @ts-expect-error react-dom brings no types, and one line is no reason for a package of them.
import { createRoot } from 'react-dom/client'
import {
  ActionBarPrimitive,
  AssistantRuntimeProvider,
  ComposerPrimitive,
  ErrorPrimitive,
  MessagePrimitive,
  ThreadPrimitive,
  useLocalRuntime,
} from '@assistant-ui/react'
import type { ChatModelAdapter, ThreadAssistantMessagePart } from '@assistant-ui/react'
import { feedbackAdapter } from '../../src/react.ts'
import { ask } from './read-stream.ts'
import type { Turn } from './read-stream.ts'

document.head.insertAdjacentHTML(
  'beforeend',
  `<style>
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
  .thread { display: flex; flex-direction: column; height: 100vh; }
  .viewport { flex: 1; overflow-y: auto; padding: 1rem; }
  .user { text-align: right; }
  .reasoning, .tool { color: #777; white-space: pre-wrap; }
  .composer { display: flex; gap: .5rem; padding: 1rem; }
  .composer textarea { flex: 1; font: inherit; }
</style>`,
)

interface ToolCall {
  name: string
  input: string
}

const model: ChatModelAdapter = {
  async *run({ messages, abortSignal }) {
    const turns = messages.map(({ role, content }): Turn => {
      const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('')
      return { role: role === 'user' ? 'user' : 'assistant', text }
    })
    let answer = ''
    let reasoning = ''
    const tools = new Map<string, ToolCall>()
    for await (const piece of ask(turns, abortSignal, 'pipe')) {
      if (piece.kind === 'notice') throw new Error(piece.text)
      if (piece.kind === 'text') answer += piece.text
      else if (piece.kind === 'reasoning') reasoning += piece.text
      else {
        const tool = tools.get(piece.id) ?? { name: '', input: '' }
        tools.set(piece.id, { name: tool.name || (piece.name ?? ''), input: tool.input + (piece.input ?? '') })
      }
      const content: ThreadAssistantMessagePart[] = []
      if (reasoning) content.push({ type: 'reasoning', text: reasoning })
      for (const [toolCallId, { name, input }] of tools)
        content.push({ type: 'tool-call', toolCallId, toolName: name, args: {}, argsText: input, result: '' })
      if (answer) content.push({ type: 'text', text: answer })
      yield { content }
    }
  },
}

const UserMessage = () => (
  <MessagePrimitive.Root className="user">
    <MessagePrimitive.Parts />
  </MessagePrimitive.Root>
)

// The default Text component is the one that animates and carries the "●" while it runs.
const AssistantMessage = () => (
  <MessagePrimitive.Root className="assistant">
    <MessagePrimitive.Parts
      components={{
        Reasoning: ({ text }) => <div className="reasoning">{text}</div>,
        tools: {
          Fallback: ({ toolName, argsText }) => (
            <div className="tool">
              {toolName} {argsText}
            </div>
          ),
        },
      }}
    />
    <ActionBarPrimitive.Root hideWhenRunning className="bar">
      <ActionBarPrimitive.FeedbackPositive title="Like">
        <svg width="12" height="12" />
      </ActionBarPrimitive.FeedbackPositive>
      <ActionBarPrimitive.FeedbackNegative title="Dislike">
        <svg width="12" height="12" />
      </ActionBarPrimitive.FeedbackNegative>
    </ActionBarPrimitive.Root>
    <MessagePrimitive.Error>
      <ErrorPrimitive.Root className="error">
        <ErrorPrimitive.Message />
      </ErrorPrimitive.Root>
    </MessagePrimitive.Error>
  </MessagePrimitive.Root>
)

function Thread() {
  return (
    <ThreadPrimitive.Root className="thread">
      <ThreadPrimitive.Viewport className="viewport">
        <ThreadPrimitive.Empty>How can I help you today?</ThreadPrimitive.Empty>
        <ThreadPrimitive.Messages components={{ UserMessage, AssistantMessage }} />
      </ThreadPrimitive.Viewport>
      <ComposerPrimitive.Root className="composer">
        <ComposerPrimitive.Input placeholder="Write a message..." autoFocus />
        <ThreadPrimitive.If running={false}>
          <ComposerPrimitive.Send>Send</ComposerPrimitive.Send>
        </ThreadPrimitive.If>
        <ThreadPrimitive.If running>
          <ComposerPrimitive.Cancel>Cancel</ComposerPrimitive.Cancel>
        </ThreadPrimitive.If>
      </ComposerPrimitive.Root>
    </ThreadPrimitive.Root>
  )
}

function App() {
  const runtime = useLocalRuntime(model, {
    adapters: { feedback: new URLSearchParams(location.search).has('adapter') ? feedbackAdapter : { submit() {} } },
  })
  return (
    <AssistantRuntimeProvider runtime={runtime}>
      <Thread />
    </AssistantRuntimeProvider>
  )
}

createRoot(document.querySelector('#root')!).render(<App />)
