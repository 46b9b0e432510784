/** Uses a test page as a person does: types, presses Enter, reads what stands there. Knows each page's markup. */
import type { Page } from 'playwright'
import type { Ui } from './build.ts'

interface Markup {
  composer: string
  send: string
  /** Pressed while an answer streams. */
  stop: string
  /** What the user said; what follows the last one is the current answer's. */
  user: string
  /** The answer alone, without reasoning, tools, notices and buttons. */
  answer: string
  /** Signs in the answer that are not its text, such as a cursor. */
  decoration?: string
  reasoning: string
  tool: string
  notice: string
}

// Playwright's selectors look through open shadow roots.
export const MARKUP: Record<Ui, Markup> = {
  plain: {
    composer: 'textarea',
    send: 'form button',
    stop: 'form button',
    user: '.user',
    answer: '.answer',
    reasoning: '.reasoning',
    tool: '.tool',
    notice: '.notice',
  },
  markdown: {
    composer: '[contenteditable]',
    send: '.composer button',
    stop: '.composer button',
    user: '.turn-user',
    answer: '.prose',
    reasoning: 'pre.thoughts',
    tool: '.tool',
    notice: '.alert',
  },
  'deep-chat': {
    composer: '#text-input',
    send: '.input-button-svg',
    stop: '.input-button-svg',
    user: '.user-message',
    answer: '.ai-message',
    reasoning: '.reasoning-message',
    tool: '.tool-message',
    notice: '.notice-message, .error-message-text',
  },
  'assistant-ui': {
    composer: 'textarea[name=input]',
    send: '.composer button',
    stop: '.composer button',
    user: '.user',
    answer: '.assistant > p',
    decoration: 'p > span[style*="revert"]',
    reasoning: '.reasoning',
    tool: '.tool',
    notice: '.error',
  },
}

/** Chromium's arguments for the test pages: no name but ours resolves (deep-chat would fetch a font). */
export const UI_BROWSER = { args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'] }

/** Loads the page and waits until one can type. */
export async function openUi(page: Page, ui: Ui, url: string): Promise<void> {
  await page.goto(url)
  await page.locator(MARKUP[ui].composer).waitFor()
}

/** Types the prompt with real key events and presses Enter. */
export async function sendPrompt(page: Page, ui: Ui, prompt: string): Promise<void> {
  await page.locator(MARKUP[ui].composer).click()
  await page.keyboard.type(prompt)
  await page.keyboard.press('Enter')
}

async function lastText(page: Page, ui: Ui, part: 'answer' | 'reasoning' | 'tool' | 'notice'): Promise<string> {
  const { user, decoration = '', ...markup } = MARKUP[ui]
  const asked = await page.locator(user).last().elementHandle({ timeout: 5000 })
  return page.locator(markup[part]).evaluateAll(
    (elements, [prompt, skip]) =>
      elements
        .filter((element) => prompt && prompt.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)
        .map((element) => {
          const copy = element.cloneNode(true) as Element
          if (skip) for (const sign of copy.querySelectorAll(skip)) sign.remove()
          return copy.textContent ?? ''
        })
        .join(''),
    [asked, decoration] as const,
  )
}

/** The rendered answer to the last prompt: without reasoning, tools, notices, cursors and buttons. */
export const renderedAnswer = (page: Page, ui: Ui): Promise<string> => lastText(page, ui, 'answer')
export const renderedReasoning = (page: Page, ui: Ui): Promise<string> => lastText(page, ui, 'reasoning')
export const renderedTools = (page: Page, ui: Ui): Promise<string> => lastText(page, ui, 'tool')
/** What the page said in the answer's place: an error or a refusal. */
export const renderedNotice = (page: Page, ui: Ui): Promise<string> => lastText(page, ui, 'notice')

const UNSEEN = /[\s\p{M}\p{Join_Control}\p{Variation_Selector}]/u

/** Code points that a reader sees: no white space, marks, joiners, variation selectors. */
export const visibleChars = (text: string): number => [...text].filter((sign) => !UNSEEN.test(sign)).length
