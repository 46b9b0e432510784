import { expect, test } from 'vitest'
import { browserOf } from '../../../src/page/browser.ts'

const userAgent =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'
const hints = {
  brands: [
    { brand: 'Chromium', version: '156' },
    { brand: 'Not A;Brand', version: '99' },
  ],
  platform: 'Linux',
  mobile: false,
}
const of = (navigator: object) => browserOf(navigator as Navigator)

test('a browser that gives hints is told by them', () => {
  expect(of({ userAgent, language: 'de-AT', userAgentData: hints })).toEqual({
    'user_agent.original': userAgent,
    'browser.language': 'de-AT',
    'browser.brands': ['Chromium 156', 'Not A;Brand 99'],
    'browser.platform': 'Linux',
    'browser.mobile': false,
  })
})

test('of one that gives none nothing is made up', () => {
  expect(of({ userAgent, language: '', userAgentData: undefined })).toEqual({ 'user_agent.original': userAgent })
  expect(of({ userAgent, language: 'de', userAgentData: { ...hints, platform: '' } })).not.toHaveProperty(
    'browser.platform',
  )
})
