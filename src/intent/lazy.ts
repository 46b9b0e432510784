/** The detector as a page loads it: the words of a group of languages come with the first prompt in one of them. */
import { createDetector, groupsFor } from './detect.ts'
import type { Detector, IntentInput } from './detect.ts'
import type { Words } from './read.ts'

const groups: Record<string, () => Promise<{ words: Words }>> = {
  en: () => import('./words/en.ts'),
  zh: () => import('./words/zh.ts'),
  ja: () => import('./words/ja.ts'),
  ko: () => import('./words/ko.ts'),
  latin: () => import('./words/latin.ts'),
  ru: () => import('./words/ru.ts'),
}

export interface LazyDetector extends Pick<Detector, 'detectCorrection'> {
  /** Resolves when the words for this pair are here; rejects where they could not be had. */
  ready(input: IntentInput): Promise<unknown>
}

export function createLazyDetector(): LazyDetector {
  const words: Words = {}
  const { detectCorrection } = createDetector(words)
  return {
    detectCorrection,
    ready: (input) =>
      Promise.all(groupsFor(input).map(async (group) => Object.assign(words, (await groups[group]?.())?.words))),
  }
}
