/** Formats that nobody here knows, learned from what the page shows of them. */
import { describe, expect, test } from 'vitest'
import { createLearner } from '../../../src/network/learn/learner.ts'
import type { Formats } from '../../../src/network/learn/learner.ts'
import { learn } from './learn.ts'
import type { Event } from './learn.ts'

const WORDS = [
  'Ferries',
  ' leave',
  ' the',
  ' north',
  ' quay',
  ' at',
  ' nine',
  ',',
  ' and',
  ' come',
  ' back',
  ' by',
  ' noon',
  '.',
]
const THOUGHTS = ['Someone', ' wants', ' a', ' timetable', ';', ' look', ' at', ' what', ' the', ' harbour', ' says']
const answer = WORDS.join('')
const json = (value: unknown, more: Partial<Event> = {}): Event => ({ payload: JSON.stringify(value), ...more })
const says = (make: (word: string, i: number) => unknown, words = WORDS) =>
  words.map((word, i) => json(make(word, i), { answer: word }))
const thinks = (make: (word: string, i: number) => unknown) =>
  THOUGHTS.map((word, i) => json(make(word, i), { reasoning: word }))

const streams: [name: string, events: Event[], first: number, more?: { reasoning?: string }][] = [
  [
    'a key of its own',
    [json({ reply: '', seq: 1 }), ...says((w) => ({ reply: w, seq: 1 })), json({ reply: '', seq: 1 })],
    1,
  ],
  ['a nested value', says((w) => ({ op: 'push', payload: { value: w } })), 0],
  ['plain text in pieces', WORDS.map((w) => ({ payload: w, answer: w })), 0],
  ['a tuple of a bus', [json(['start']), ...says((w) => ['token', w]), json(['end'])], 1],
  [
    'a channel of a socket',
    [json(['1', '1', 'room:7', 'phx_reply', {}]), ...says((w) => ['1', null, 'room:7', 'new_token', { body: w }])],
    1,
  ],
  [
    'a patch in a list',
    [
      json({ msg: 'estimation', rank: 0 }),
      ...says((w) => ({ msg: 'process_generating', output: { data: [[['append', [0, 'content'], w]]] } })),
      json({ msg: 'process_completed', output: { data: [] } }),
    ],
    1,
  ],
  [
    'path and operation told once',
    [
      json({ p: '/message/status', o: 'add', v: 'in_progress' }),
      json({ p: '/message/content/0', o: 'append', v: WORDS[0] }, { answer: WORDS[0] }),
      ...says((w) => ({ v: w }), WORDS.slice(1)),
      json({ p: '/message/status', o: 'replace', v: 'finished_successfully' }),
    ],
    1,
  ],
  ['JSON Patch', says((w) => [{ op: 'str_ins', path: '/messages/1/text', value: w }]), 0],
  [
    'the first piece elsewhere',
    [
      json(['task_start', {}]),
      json(['stream_start', { id: 'm', name: 'Assistant', output: WORDS[0] }], { answer: WORDS[0] }),
      ...says((w) => ['stream_token', { id: 'm', token: w, isSequence: false }], WORDS.slice(1)),
      json(['update_message', { id: 'm', name: 'Assistant', output: answer }]),
      json(['task_end', {}]),
    ],
    1,
  ],
  [
    'the whole text with each update',
    says((_, i) => ({ update: { 14: { text: WORDS.slice(0, i + 1).join('') } } })),
    0,
  ],
  [
    'the whole text as HTML with each update',
    says((_, i) => ({ html: `<p>${WORDS.slice(0, i + 1).join('')}</p>` })),
    0,
  ],
  ['the whole once more in another place', [...says((w) => ({ part: w })), json({ result: { text: answer } })], 0],
  ['the whole once more in the same place', [...says((w) => ({ part: w })), json({ part: answer })], 0],
  ['JSON in a string', says((w) => ({ data: JSON.stringify({ kind: 'chunk', body: w }) })), 0],
  [
    'numbers as tokens',
    [
      json({ t: 'It' }, { answer: 'It' }),
      json({ t: ' costs ' }, { answer: ' costs ' }),
      json({ t: 12 }, { answer: '12' }),
      json({ t: ' crowns for the whole day' }, { answer: ' crowns for the whole day' }),
    ],
    0,
  ],
  ["text in the event's name", WORDS.map((w) => ({ payload: '{}', event: w, answer: w })), 0],
  [
    'kinds told by the event’s name',
    [
      ...THOUGHTS.map((w) => ({ payload: JSON.stringify({ t: w }), event: 'musing', reasoning: w })),
      ...WORDS.map((w) => ({ payload: JSON.stringify({ t: w }), event: 'saying', answer: w })),
    ],
    THOUGHTS.length,
    { reasoning: THOUGHTS.join('') },
  ],
  [
    'kinds told by a member',
    [...thinks((w) => ({ kind: 'thought', t: w })), ...says((w) => ({ kind: 'text', t: w }))],
    THOUGHTS.length,
    { reasoning: THOUGHTS.join('') },
  ],
  [
    'kinds told by what is true',
    [...thinks((w) => ({ parts: [{ text: w, thought: true }] })), ...says((w) => ({ parts: [{ text: w }] }))],
    THOUGHTS.length,
    { reasoning: THOUGHTS.join('') },
  ],
  [
    'kinds told by place',
    [...thinks((w) => ({ a: null, b: w })), ...says((w) => ({ a: w, b: null }))],
    THOUGHTS.length,
    { reasoning: THOUGHTS.join('') },
  ],
  [
    'think tags that are cut',
    [
      ...['<th', 'ink>'].map((w) => json({ t: w })),
      ...thinks((w) => ({ t: w })),
      ...['</thi', 'nk>', '\n'].map((w) => json({ t: w })),
      ...says((w) => ({ t: w })),
    ],
    THOUGHTS.length + 5,
    { reasoning: THOUGHTS.join('') },
  ],
  [
    'two conversations on one bus',
    WORDS.flatMap((w, i) => [
      json({ topic: 'chat', session_id: 's-other', text: `x${i} other` }),
      json({ topic: 'chat', session_id: 's-mine', text: w }, { answer: w }),
    ]),
    1,
  ],
  ['a title beside it', [json({ title: 'Ferries' }), ...says((w) => ({ text: w }))], 1],
  ['one body of any shape', [json({ took_ms: 812, out: [{ kind: 'p', says: answer }] }, { answer })], 0],
  [
    'values with the whole state',
    says((_, i) => ({
      messages: [
        { type: 'human', content: 'When do they leave?' },
        { type: 'ai', content: WORDS.slice(0, i + 1).join('') },
      ],
    })),
    0,
  ],
]

describe('a format nobody knows', () => {
  test.each(streams)('%s', (_, events, first, more) => {
    for (const lag of [0, 1, 3]) {
      const heard = learn(events, { lag })
      expect(heard.first.answer, `lag ${lag}`).toBe(first)
      expect(heard.answer.trim()).toBe(
        events
          .map((one) => one.answer ?? '')
          .join('')
          .trim(),
      )
      if (more) expect(heard.reasoning.replace(/<[^>]*>|\n/g, '')).toBe(more.reasoning)
    }
  })
})

describe('what is not told', () => {
  const bus = says((w) => ({ say: { body: w } }))

  test('a text of the page that the stream does not carry', () => {
    const learner = createLearner()
    for (const [i, { payload }] of bus.entries()) learner.push(payload, i)
    expect(learner.match('Something else that the page has shown for long', 'answer')).toBeUndefined()
    expect(learner.match('Ferries', 'answer')).toBeUndefined()
    expect(learner.match('Ferries', 'answer', true)).toBeUndefined()
    expect(learner.match('constant', 'answer', true)).toBeUndefined()
    expect(learner.match(answer, 'answer')).toHaveLength(WORDS.length)
  })

  test('two texts that begin alike stay open until more is shown', () => {
    const learner = createLearner()
    learner.push(JSON.stringify({ title: 'Ferries leave the north quay: an overview' }), 0)
    for (const [i, { payload }] of bus.entries()) learner.push(payload, i + 1)
    expect(learner.match('Ferries leave the north', 'answer')).toBeUndefined()
    expect(learner.match(answer, 'answer')?.[0]).toMatchObject({ at: 1, text: 'Ferries' })
  })

  test('the label that stands in each event', () => {
    const learner = createLearner()
    for (let i = 0; i < 9; i++) learner.push(JSON.stringify({ label: 'assistant of the harbour', n: i }), i)
    expect(learner.match('assistant of the harbour', 'answer', true)).toBeUndefined()
  })
})

describe('formats of a page view', () => {
  const address = 'https://app.example/ask/*'
  const bus = says((w) => ({ zz: 'b', say: { body: w } }))
  const read = (formats: Formats, events = bus) => {
    const learner = createLearner(formats, address)
    return events.flatMap(({ payload }, i) => [...learner.push(payload, i)])
  }

  test('after two turns that agree the third is read without asking the page; what is kept is numbers', () => {
    const formats: Formats = new Map()
    expect(read(formats)).toEqual([])
    learn(bus, { formats, address })
    expect(read(formats)).toEqual([])
    learn(bus, { formats, address })
    expect(read(formats).map(({ text }) => text)).toEqual(WORDS)
    expect(JSON.stringify([...formats].map(([at, { kinds, roles }]) => [at, [...kinds], [...roles]]))).not.toMatch(
      /zz|body|say|Ferries/,
    )
  })

  test('one contradiction of the page and it is forgotten', () => {
    const formats: Formats = new Map()
    for (const _ of [1, 2]) learn(bus, { formats, address })
    const moved = [
      ...bus.map((one) => ({ payload: one.payload.replace(/"body":"[^"]*"/, '"body":"a status word"') })),
      ...says((w) => ({ other: w })),
    ]
    const heard = learn(moved, { formats, address })
    expect(heard.answer.endsWith(answer)).toBe(true)
    expect(read(formats)).toEqual([])
  })

  test('a resent text is known as such from its second piece on', () => {
    const formats: Formats = new Map()
    const whole = says((_, i) => ({ say: WORDS.slice(0, i + 1).join('') }))
    for (const _ of [1, 2]) learn(whole, { formats, address })
    expect(
      read(formats, whole)
        .map(({ text }) => text)
        .join(''),
    ).toBe(answer)
  })
})

test.each([
  [
    ['events', { type: 'chat:message:error', data: { error: { content: 'The provider is overloaded, status 500' } } }],
    'chat:message:error',
  ],
  [{ kind: 'failure', text: 'No berth is free in this harbour' }, 'error'],
  [{ err: { code: 'E_FULL', msg: 'No berth is free in this harbour' } }, 'E_FULL'],
])('an error that the page shows is found in %j', (payload, type) => {
  const learner = createLearner()
  learner.push(JSON.stringify({ text: 'No fault of ours' }), 0)
  learner.push(JSON.stringify(payload), 1)
  const shown = /free/.test(JSON.stringify(payload))
    ? 'Error: No berth is free in this harbour'
    : 'The provider is overloaded, status 500'
  expect(learner.fault(shown)).toBe(type.includes(':') ? 'error' : type)
  expect(learner.fault('A good answer about the harbour')).toBeUndefined()
})
