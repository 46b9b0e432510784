import { expect, test } from 'vitest'
import { attributeGroups, attributeReference, words } from '../../../src/delivery/attributes.reference.ts'

const rows = attributeGroups.flatMap(([, group]) => group)

test('a name is never also a prefix of another', () => {
  const names = [...new Set(rows.map(([name]) => name))]
  for (const name of names) expect(names.filter((other) => other.startsWith(name + '.'))).toEqual([])
})

test('a name has the same type on every span', () => {
  const types = new Map<string, string>()
  for (const [name, type] of rows) {
    expect(types.get(name) ?? type, name).toBe(type)
    types.set(name, type)
  }
})

test('every attribute is in the reference, and nothing else is', () => {
  expect(Object.keys(words).sort()).toEqual([...new Set(rows.map(([name]) => name))].sort())
})

test('times are in seconds in the reference, and only times', () => {
  for (const [name, type] of rows) expect(words[name]![0] === 's', name).toBe(type === 'seconds')
})

test('an attribute of two spans names both', () => {
  const id = attributeReference().find(({ name }) => name === 'chat_vitals.turn.id')!
  expect(id.spans).toEqual(['chat.turn', 'POST', 'chat.feedback', 'chat.signal'])
})
