/** What servers say, in the dialects that were met: one send, one answer, one right turn. */
import * as say from '../../support/dialects.ts'
import { socketIo } from '../../support/dialects.ts'
import { TEXT, WORDS, streamed, whole } from './situation.ts'
import type { Situation } from './situation.ts'

const some = WORDS.slice(0, 6)
const chars = say.letters(some.join(''))

export const STREAMS: Record<string, Situation> = {
  'Chat Completions, the control': streamed(say.completions(WORDS)),
  'a pair of chunk and metadata (LangGraph)': streamed(say.messagesTuple(WORDS), {
    more: ({ requests: [call] }) => [
      ...(call?.firstModelChunkMs === undefined ? ['no firstModelChunk'] : []),
      ...(call?.inputTokens === 9 && call.outputTokens === 16
        ? []
        : [`tokens ${call?.inputTokens}/${call?.outputTokens} for 9/16`]),
    ],
  }),
  'objects without line breaks, text under payload.text (Mastra)': streamed(
    say.objectsWithoutBreaks(WORDS),
    { finish: 'any' },
    { type: 'text/plain' },
  ),
  'text-delta with text (AI SDK, inner stream)': streamed(say.innerDeltas(WORDS), {
    more: ({ requests: [call] }) =>
      call?.inputTokens === 9 && call.outputTokens === 16
        ? []
        : [`tokens ${call?.inputTokens}/${call?.outputTokens} for 9/16`],
  }),
  'an error in a stream that closes well (AG-UI)': streamed(say.agUi(some, 'error'), {
    outcome: 'error',
    endedBy: 'stream_error',
    chars,
    errorType: /./,
  }),
  'tool arguments that are called delta (AG-UI)': streamed(say.agUi(WORDS, 'tool first'), {
    finish: 'any',
    stall: 'any',
    firstChunk: { within: 400 },
  }),
  'partial parts, then all of it once more (ADK)': streamed(say.adk(WORDS), { finish: 'any' }),
  'token.text without a blank (TGI)': streamed(say.tgi(WORDS), { finish: 'any' }),
  'an envelope, and the whole twice more (agent SDK)': streamed(say.agentEnvelope(WORDS), {
    finish: 'any',
    more: ({ requests: [call] }) => [
      ...(call?.model === 'model-q' ? [] : [`model ${call?.model} for model-q`]),
      ...(call?.inputTokens === 9 && call.outputTokens === 16
        ? []
        : [`tokens ${call?.inputTokens}/${call?.outputTokens} for 9/16`]),
    ],
  }),
  'an answer of two numbers': streamed(say.completions([7, 5]), { chars: 2 }),
  'numbers between words': streamed(say.completions([3, ' loaves', ' need', ' ', 1.5, ' kg']), { chars: 16 }),
  'thoughts as HTML before the answer (Dify)': streamed(
    say.thoughtsInDetails(WORDS, ['The', ' user', ' bakes', ' in', ' winter', ';', ' warmth', ' is', ' missing', '.']),
    {
      finish: 'any',
      stall: 'any',
      thoughts: true,
    },
  ),
  'a whole answer by Messages': whole(say.wholeBodies.messages(TEXT), { finish: 'stop' }),
  'a whole answer by Responses': whole(say.wholeBodies.responses(TEXT)),
  'a whole answer under a name of its own': whole(say.wholeBodies.reply(TEXT)),
  'chunks of the filter without choices or delta (Azure)': streamed(say.azure(WORDS)),
  'comments, then an error beside empty choices (a gateway)': streamed(say.gatewayError(some), {
    outcome: 'error',
    endedBy: 'stream_error',
    chars,
    errorType: /502/,
  }),
  'text under reply': streamed(say.ownReply(WORDS), { finish: 'any' }),
  'text under payload.value': streamed(say.payloadValue(WORDS), { finish: 'any' }),
  'a socket that says end before a tool runs': {
    script: `const ws = new WebSocket('ws://' + location.host + '/socket'); onSend((text) => { const show = answering(); ws.onmessage = ({ data }) => { const [name, words] = JSON.parse(data.slice(2)); if (name == 'token' && words) show([0, words]) }; ws.send('42' + JSON.stringify(['chat', { text }])) })`,
    async socket(_, socket) {
      const tell = (wait: number, ...frame: [string, ...unknown[]]) =>
        new Promise<void>((done) => setTimeout(() => done(socket.send(socketIo(...frame))), wait))
      await tell(60, 'start')
      await tell(60, 'token', '')
      await tell(40, 'end')
      await tell(4000, 'token', WORDS[0])
      for (const word of WORDS.slice(1)) await tell(120, 'token', word)
      await tell(60, 'end')
    },
    want: { finish: 'any', firstChunk: { within: 200 } },
  },
  'an XMLHttpRequest whose responseText grows': {
    script: `onSend((text) => { const script = ${JSON.stringify(say.completions(WORDS).map(({ text = '' }) => text))}; const show = answering(), x = new XMLHttpRequest(); x.open('POST', '/api/chat'); x.setRequestHeader('content-type', 'application/json'); let seen = 0; x.onprogress = () => { const n = x.responseText.split('\\n\\n').length - 1; while (seen < n) show([0, script[seen++]]) }; x.send(JSON.stringify(chatBody(text))) })`,
    http: ({ stream }) => stream(say.completions(WORDS), { ms: 120 }),
  },
  'an EventSource opened for the answer': {
    script: `onSend((text) => { const show = answering(); const source = new EventSource('/ask?q=' + encodeURIComponent(text)); source.onmessage = ({ data }) => { if (data == '[DONE]') return source.close(); const { content } = JSON.parse(data).choices[0].delta; if (content) show([0, content]) }; source.onerror = () => source.close() })`,
    http: ({ stream }) => stream(say.completions(WORDS), { ms: 120 }),
  },
}
