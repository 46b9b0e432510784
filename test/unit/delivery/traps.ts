/** Hostile values, names and objects, for the tests of what leaves the page. */
import fc from 'fast-check'

const thrower = {
  get() {
    throw new Error('no')
  },
  ownKeys() {
    throw new Error('no')
  },
}
const cycle: unknown[] = []
cycle.push(cycle)

/** What no page should hold, and some do. */
const trap = fc.constantFrom<unknown>(
  Object.freeze({ __proto__: { polluted: 1 } }),
  JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
  new Proxy({}, thrower),
  new Proxy([], { get: thrower.get }),
  { toJSON: () => 'other', toString: thrower.get, valueOf: thrower.get },
  { get length() { return thrower.get() } }, // prettier-ignore
  cycle,
  Symbol('s'),
  () => {},
  10n ** 30n,
  NaN,
  Infinity,
  -0,
  2 ** 53,
  2 ** 53 + 2,
  1e21,
  1e308,
  5e-324,
  Number.MIN_SAFE_INTEGER - 1,
  '\ud800',
  'a\udfffb',
  '"},{"intValue":"1"',
  '\u0000\u2028\u{1f9ff}',
  'y'.repeat(1 << 16),
  null,
  undefined,
  new Date(NaN),
)
export const value = fc.oneof(
  { weight: 3, arbitrary: trap },
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.boolean(),
  fc.array(fc.oneof(trap, fc.string()), { maxLength: 3 }),
)
const name = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'session.id', '', '\ud800', 'n'.repeat(5000)),
  fc.string({ unit: 'binary', maxLength: 10 }),
)
/** Properties, own ones also where the name is `__proto__`, some of them getters that throw. */
export const bag = fc.array(fc.tuple(name, value, fc.boolean()), { maxLength: 6 }).map((entries) => {
  const made = {}
  for (const [key, of, throws] of entries) {
    const how = throws && key.length === 1 ? { get: thrower.get } : { value: of }
    Object.defineProperty(made, key, { enumerable: true, configurable: true, ...how })
  }
  return made
})
/** Of records, to be replaced. */
export const fields = ['attributes', 'userId', 'conversationId', 'moments', 'render', 'requests', 'startedAt', 'at', 'outcome',
  'rev', 'seq', 'vitals', 'name', 'tags', 'turn', 'delivery', 'ttft', 'errorType', 'sessionId', 'pageId'] as const // prettier-ignore
