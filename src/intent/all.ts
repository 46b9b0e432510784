/** The detector with the words of all languages. */
import { createDetector } from './detect.ts'
import { words as en } from './words/en.ts'
import { words as ja } from './words/ja.ts'
import { words as ko } from './words/ko.ts'
import { words as latin } from './words/latin.ts'
import { words as ru } from './words/ru.ts'
import { words as zh } from './words/zh.ts'

export const detector = /* @__PURE__ */ createDetector({ ...en, ...zh, ...ja, ...ko, ...latin, ...ru })
