/** The options: what is wrong is found, said once with the right form, and left out; nothing throws. */
import { afterEach, expect, test, vi } from 'vitest'
import { advise } from '../../../src/advice.ts'
import { readOptions, rules } from '../../../src/config.ts'
import { PRESETS } from '../../../src/input/ui.ts'
import { createRecognizer } from '../../../src/network/chat-call.ts'

const place = { href: 'https://app.example/chat', hostname: 'app.example' }
/** The options as used, and what is said on the console. */
function read(...sources: unknown[]) {
  const wrong: string[] = []
  const config = readOptions(sources, (name) => wrong.push(name), place)
  const said = new Set<string>()
  advise(wrong, (message) => said.add(message))
  return { config, said: [...said] }
}
afterEach(() => vi.restoreAllMocks())

test('defaults stand without options', () => {
  const { config, said } = read(undefined)
  expect(config).toMatchObject({ service: { name: 'app.example' }, sampleRate: 1, ui: 'auto', consent: 'granted' })
  expect(said).toEqual([])
})

test.each<[string, unknown]>([
  ['endpoint', 4],
  // fetch refuses it, and every record waited for ever.
  ['endpoint', 'ftp://collector.example'],
  ['endpoint', 'http://'],
  ['sampleRate', 7],
  ['sampleRate', Number.NaN],
  ['propagateTo', 'https://a.example'],
  // Read as a path of the page's own origin, it matched nothing.
  ['propagateTo', ['*.example.com']],
  ['propagateTo', ['https://*.example.com']],
  ['propagateTo', ['api.example.com']],
  ['requests', ['/api/*']],
  ['requests', 'chat'],
  ['service', {}],
  ['service', null],
  ['consent', 'maybe'],
  ['consent', ['denied']],
  ['beforeSend', 'x'],
  ['exporter', {}],
  ['headers', { authorization: () => 'token' }],
  ['headers', [['x-key', 'v']]],
  ['headers', 'x-key: v'],
  ['ui', 'no-such-preset'],
  ['ui', 5],
])('a wrong %s (%j) is said once, with the right form, and left out', (name, value) => {
  const { config, said } = read({ [name]: value })
  expect(said).toEqual([expect.stringMatching(new RegExp(`^option ${name} is not usable and was left out; write `))])
  expect(config).toEqual(read({}).config)
})

test.each<[unknown, string]>([
  [{ endpont: '/v1/traces' }, 'there is no option endpont; did you mean endpoint?'],
  [{ unknown: 1 }, 'there is no option unknown; there are endpoint, headers,'],
  [{ ui: { anwser: '.a' } }, 'there is no option ui.anwser; did you mean ui.answer?'],
  [{ ui: { bubble: '.a' } }, 'there is no option ui.bubble; there are messages, answer,'],
  [{ ui: { answer: '[[' } }, "option ui.answer is no CSS selector and was left out; write ui: { answer: '.answer' }"],
  ['https://collector.example', "init takes an object; write init({ endpoint: '/v1/traces' })"],
])('%j is said: %s', (options, sentence) => {
  const { said } = read(options)
  expect(said).toEqual([expect.stringContaining(sentence)])
})

test('headers can be kept off altogether', () => {
  expect(read({ propagateTo: false })).toMatchObject({ config: { propagateTo: false }, said: [] })
  expect(read({ propagateTo: true }).said).toEqual([expect.stringContaining('or false')])
})

test('a selector that is none threw in every gesture of the page; the others stand without it', () => {
  const { config } = read({ ui: { answer: '[[', send: '#send', stop: undefined } })
  expect(config.ui).toEqual({ send: '#send' })
})

test('right options are taken as they are, and nothing is said', () => {
  const given = {
    endpoint: '/v1/traces',
    headers: { 'x-key': 'v' },
    propagateTo: ['https://api.example.com', '/api', /\.example\.com/],
    requests: ['/api/chat', 'chat'],
    ui: { answer: '.assistant', newConversation: '[data-new]' },
    service: { name: 'shop', version: '1' },
    sessionKeys: ['gen_ai.session.id'],
    debug: true,
  }
  const { config, said } = read(given)
  expect(said).toEqual([])
  expect(config).toMatchObject(given)
})

test('of the script tag and the page’s own options the page wins, unless it errs', () => {
  expect(read({ user: 'tag', sampleRate: 0.5 }, { user: 'own', sampleRate: 5 }).config).toMatchObject({
    user: 'own',
    sampleRate: 0.5,
  })
})

test('a getter of the page’s that throws made init throw; that one option is left out and said', () => {
  const given = { service: 'shop' }
  Object.defineProperty(given, 'user', {
    enumerable: true,
    get() {
      throw new Error('not yet')
    },
  })
  const { config, said } = read(given)
  expect(config).toMatchObject({ service: { name: 'shop' } })
  expect(said).toEqual(["option user is not usable and was left out; write user: 'u-123'"])
  const hostile = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('no')
      },
    },
  )
  expect(read(hostile).config).toEqual(read({}).config)
})

test('an attribute of the tag that is nearly ours is said, others are nobody’s business', () => {
  const said: string[] = []
  advise(['data-endpont', 'data-sampelRate', 'data-nscript', 'data-domain', 'data-rocketOptimized'], (m) =>
    said.push(m),
  )
  expect(said).toEqual([
    'there is no option data-endpont; did you mean data-endpoint?',
    'there is no option data-sampel-rate; did you mean data-sample-rate?',
  ])
})

test('every option has a form to show', () => {
  for (const name of Object.keys(rules).filter((one) => one !== 'timing')) {
    const said: string[] = []
    advise([name], (message) => said.push(message))
    expect(said[0]).toMatch(new RegExp(`^option ${name} is not usable and was left out; write .`))
  }
})

test('a requests function that throws left its call alone without a word; it is said', () => {
  const failed = vi.fn()
  const isChat = createRecognizer({
    base: place.href,
    requests: () => {
      throw new TypeError('no url')
    },
    failed,
  })
  expect(isChat({ method: 'POST', url: '/chat' } as never)).toBe('no')
  expect(failed).toHaveBeenCalledOnce()
})

test('the presets that the check knows are those that there are', () => {
  for (const ui of ['auto', ...Object.keys(PRESETS)]) expect(read({ ui })).toMatchObject({ config: { ui }, said: [] })
})
