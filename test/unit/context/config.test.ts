import { expect, test, vi } from 'vitest'
import { readOptions } from '../../../src/config.ts'
import type { Options } from '../../../src/config.ts'

test('defaults stand without options', () => {
  const hint = vi.fn()
  expect(readOptions(undefined, hint, 'app.example')).toMatchObject({
    service: { name: 'app.example' },
    sampleRate: 1,
    ui: 'auto',
    consent: 'granted',
  })
  expect(hint).not.toHaveBeenCalled()
})

test.each<[string, unknown]>([
  ['endpoint', 4],
  ['sampleRate', 7],
  ['sampleRate', Number.NaN],
  ['propagateTo', 'https://a.example'],
  ['service', {}],
  ['service', null],
  ['consent', 'maybe'],
  ['beforeSend', 'x'],
  ['exporter', {}],
])('a wrong %s (%j) is said once, with the right form, and left out', (name, value) => {
  const hint = vi.fn()
  const config = readOptions({ [name]: value } as Options, hint)
  expect(hint).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(`option ${name}`))
  expect(config).toEqual(readOptions({}, () => {}))
})
