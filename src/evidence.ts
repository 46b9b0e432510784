/** Says of a turn what was recognised, by which witness, what was not, and the one option that would mend it. Data and sentences; no page. */
import type { Evidence, TurnRecord } from './turn/record.ts'

/** What each witness saw. */
const sentences: { [W in keyof Evidence]: Record<Evidence[W], string> } = {
  gesture: {
    trusted: 'the user did it',
    none: 'no gesture: the page asked by itself',
  },
  wire: {
    known: 'a stream of a known format',
    learned: 'a stream, learned from what stood on the page',
    opaque: 'a stream that stayed unread: first chunk and causes of stalls are missing',
    none: 'no call that carried the answer was seen',
  },
  screen: {
    matched: "the stream's own text",
    named: 'the element that the page named',
    growth: "what grew below the user's words",
    none: 'no answer was found on the page',
  },
}

/** The first that holds says what to do. */
const remedies: [when: (seen: Evidence, turn: TurnRecord) => boolean, what: string][] = [
  [
    ({ screen }, { outcome, finish }) => screen === 'none' && outcome === 'completed' && finish !== 'empty',
    "name the element of one answer's text: ui: { answer: '.assistant' }",
  ],
  [({ gesture }) => gesture === 'none', "if the user did send it, name the composer: ui: { input: '#prompt' }"],
  [
    ({ wire, screen }) => wire !== 'known' && wire !== 'learned' && screen === 'growth',
    "name the element of one answer's text: ui: { answer: '.assistant' }",
  ],
  [
    ({ wire }, { outcome }) => wire === 'none' && outcome === 'completed',
    "name the call: requests: ['/api/chat']; of a worker or WebRTC, tell it: const t = turn(); t.chunk(text)",
  ],
  [
    ({ wire }) => wire === 'opaque',
    'to know the first chunk, tell the text as it comes: const t = turn(); t.chunk(text)',
  ],
]

export interface Explained {
  /** Of each witness: what it saw, and whether that is enough. */
  seen: { witness: keyof Evidence; how: string; says: string; missing: boolean }[]
  /** What would mend what is missing. Undefined: nothing is, or nothing would. */
  mend?: string
}

/** Undefined for records of before witnesses were told. */
export function explain(turn: TurnRecord): Explained | undefined {
  const { evidence } = turn
  if (!evidence) return
  const say = <W extends keyof Evidence>(witness: W) => ({
    witness,
    how: evidence[witness],
    says: sentences[witness][evidence[witness]],
    missing: evidence[witness] === 'none' || (evidence[witness] as string) === 'opaque',
  })
  return {
    seen: [say('gesture'), say('wire'), say('screen')],
    mend: remedies.find(([when]) => when(evidence, turn))?.[1],
  }
}

/** Of a send after which no turn was told. @param composer what it was written in, as a selector */
export const unproved = (composer: string): string =>
  `if that was a prompt, name the composer: ui: { input: '${composer}' }, or the call: requests: ['/api/chat']`

/** What debug mode says of a turn, or of a send or call of which none came. Holds no text of a chat. */
export function sentenceOf(turn: TurnRecord, told = true): string {
  const known = explain(turn)
  const seen = known?.seen.map(({ witness, how, says }) => `${witness} ${how}: ${says}`) ?? []
  const [call] = turn.requests
  const what = call ? `${call.method} ${call.url}` : turn.evidence?.gesture === 'none' ? 'a call' : 'a send'
  return [
    told ? `turn ${turn.seq} ${turn.outcome};` : `no turn: ${what};`,
    `${seen.join('; ')}.`,
    told ? known?.mend && `To mend it: ${known.mend}` : `${unproved('#prompt')}.`,
  ]
    .filter(Boolean)
    .join(' ')
}
