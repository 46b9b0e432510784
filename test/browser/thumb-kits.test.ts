/**
 * Thumbs of fifteen chat pages, written after what these pages show, none of which says more of itself than it does there;
 * and pages of likes, votes and ratings that are about no answer.
 */
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { watchPages } from '../support/watch-page.ts'
import type { WatchPages } from '../support/watch-page.ts'

/* oxlint-disable typescript/no-explicit-any -- what runs in the page is not typed here */
declare const kit: any

let pages: WatchPages
let page: Page
beforeAll(async () => {
  pages = await watchPages('thumbs-kit.ts')
})
afterAll(() => pages?.close())

const svg = (inner = '<path d="M3 4h10v8z"/>', attributes = '') =>
  `<svg width=16 height=16 viewBox="0 0 24 24" ${attributes}>${inner}</svg>`
const lucide = (name: string) => svg('<path d="M2 2h20"/>', `class="lucide lucide-${name} size-4"`)
const words = ['The ferry leaves at nine.', 'Lunch is served on board at noon.']

interface Kit {
  /** A prompt and its answer, `.A`, with what is beside it. */
  message(words: string, i: number): string
  /** Around all of them. */
  page?(messages: string): string
  up: string
  down: string
  /** Opens the menu in which they are; and what the page then shows. */
  menu?: [opener: string, shown: string]
}
const form = '<form onsubmit="return false"><textarea class=box></textarea><button aria-label="Send">↑</button></form>'
const around = (messages: string) => `<main><div class=log>${messages}</div>${form}</main>`

const kits: Record<string, Kit> = {
  'a page like ChatGPT: test ids and labels, icons from a sprite under hashes': {
    message: (
      text,
      i,
    ) => `<article data-testid="conversation-turn-${2 * i}" data-turn=user><div class=user>Ask ${i}</div></article>
      <article data-testid="conversation-turn-${2 * i + 1}" data-turn=assistant><div class="A markdown" data-message-id="m${i}"><p>${text}</p></div>
      <div class="flex"><button aria-label="Copy" data-testid="copy-turn-action-button">${svg('<use href="/sprites.svg#ce3544"/>')}</button>
      <button aria-label="Good response" aria-pressed=false data-testid="good-response-turn-action-button"><span>${svg('<use href="/sprites.svg#3a5c87"/>')}</span></button>
      <button aria-label="Bad response" aria-pressed=false data-testid="bad-response-turn-action-button"><span>${svg('<use href="/sprites.svg#55180d"/>')}</span></button></div></article>`,
    up: '[aria-label="Good response"] svg',
    down: '[aria-label="Bad response"] svg',
  },
  'a page like Claude: labels of a sentence, test ids of an action bar': {
    message: (text, i) => `<div class=user>Ask ${i}</div><div data-is-streaming=false><div class=A><p>${text}</p></div>
      <div role=group aria-label="Message actions"><button data-testid="action-bar-copy" aria-label="Copy">${svg()}</button>
      <button aria-label="Give positive feedback">${svg()}</button><button aria-label="Give negative feedback">${svg()}</button>
      <button data-testid="action-bar-retry" aria-label="Retry">${svg()}</button></div></div>`,
    up: '[aria-label^="Give pos"]',
    down: '[aria-label^="Give neg"]',
  },
  'a page like Gemini: custom elements around Material buttons with ligatures': {
    message: (
      text,
      i,
    ) => `<user-query>Ask ${i}</user-query><model-response><message-content class=A><p>${text}</p></message-content>
      <message-actions><thumb-up-button><button mat-icon-button aria-label="Good response" class="icon-button"><mat-icon fonticon="thumb_up" class="google-symbols">thumb_up</mat-icon></button></thumb-up-button>
      <thumb-down-button><button mat-icon-button aria-label="Bad response" class="icon-button"><mat-icon fonticon="thumb_down" class="google-symbols">thumb_down</mat-icon></button></thumb-down-button></message-actions></model-response>`,
    up: 'thumb-up-button mat-icon',
    down: 'thumb-down-button mat-icon',
  },
  'a page like Copilot: thumbs in a menu at the end of the page': {
    message: (text, i) => `<div class=user>Ask ${i}</div><div data-content=ai-message><div class=A><p>${text}</p></div>
      <div><button class=more id="more${i}" aria-haspopup=menu aria-expanded=false title="More">${svg()}</button></div></div>`,
    menu: [
      '.more',
      '<div data-radix-popper-content-wrapper><div role=menu><div role=menuitem class=like>Like</div><div role=menuitem class=dislike>Dislike</div></div></div>',
    ],
    up: '.like',
    down: '.dislike',
  },
  'a page like DeepSeek: bare divs with outlines of thumbs, in another language': {
    message: (
      text,
      i,
    ) => `<div class=u${i}>Ask ${i}</div><div class=d3b1><div class="A ds-markdown"><p>${text}</p></div>
      <div class=a9c><div class="ds-icon-button" role=button tabindex=0>${svg('<path d="M3 3h9v9"/>')}</div>
      <div class="ds-icon-button up" role=button tabindex=0>${svg('<path d="M14 9V5a3 3 0 0 0-3-3l-4 9v11h11.28"/>')}</div>
      <div class="ds-icon-button dn" role=button tabindex=0>${svg('<path d="M10 15v4a3 3 0 0 0 3 3l4-9V2H5.72"/>')}</div></div></div>`,
    up: '.up svg',
    down: '.dn svg',
  },
  'a page like Kimi: svg with names, hover divs': {
    message: (
      text,
      i,
    ) => `<div class=segment-user>Ask ${i}</div><div class=segment-assistant><div class="A segment-content"><div class=paragraph>${text}</div></div>
      <div class=segment-assistant-actions><div class=segment-assistant-actions-content><div class=icon-button>${svg(undefined, 'class="simple-button size-small iconify" name="Copy"')}</div>
      <div class=icon-button>${svg(undefined, 'class="iconify" name="Like"')}</div><div class=icon-button>${svg(undefined, 'class="iconify" name="Dislike"')}</div></div></div></div>`,
    up: '[name=Like]',
    down: '[name=Dislike]',
  },
  'a page like Doubao: test ids of its own making': {
    message: (
      text,
      i,
    ) => `<div data-testid=send_message>Ask ${i}</div><div data-testid=receive_message><div class=A data-testid=message_text_content>${text}</div>
      <div data-testid=message_action_bar><button data-testid=message_action_copy>${svg()}</button><button data-testid=message_action_like>${svg()}</button>
      <button data-testid=message_action_dislike>${svg()}</button></div></div>`,
    up: '[data-testid=message_action_like]',
    down: '[data-testid=message_action_dislike]',
  },
  'a page like Open WebUI: labels, classes of utilities': {
    message: (
      text,
      i,
    ) => `<div class="user-message">Ask ${i}</div><div class="flex w-full message-m${i}" id="message-m${i}"><div class="chat-assistant markdown-prose A"><p>${text}</p></div>
      <div class="flex justify-start buttons"><button aria-label="Copy" class="visible p-1.5 hover:bg-black/5">${svg()}</button>
      <button aria-label="Good Response" class="visible p-1.5">${svg()}</button><button aria-label="Bad Response" class="visible p-1.5">${svg()}</button></div></div>`,
    up: '[aria-label="Good Response"]',
    down: '[aria-label="Bad Response"]',
  },
  'a page like LibreChat: titles that ask more than they need': {
    message: (
      text,
      i,
    ) => `<div class=message-render id=u-${i}a>Ask ${i}</div><div class=message-render id=r-${i}b><div class="A message-content"><p>${text}</p></div>
      <div class=visible><button class="hover-button" title="Copy to clipboard">${svg()}</button><button class="hover-button up" title="Love this" aria-pressed=false>${svg('<path d="M7 10v12"/>', 'class="icon-thumbs-up"')}</button>
      <button class="hover-button dn" title="Needs improvement" aria-pressed=false>${svg('<path d="M17 14V2"/>', 'class="icon-thumbs-down"')}</button></div></div>`,
    up: '.up',
    down: '.dn',
  },
  'a page like Dify: unlabelled hover divs, icon classes of a generator': {
    message: (
      text,
      i,
    ) => `<div class=question>Ask ${i}</div><div class=group><div class="A markdown-body"><p>${text}</p></div>
      <div class="absolute flex"><div class="action-btn"><div class="i-ri-clipboard-line h-4 w-4">c</div></div>
      <div class="action-btn up"><span class="i-ri-thumb-up-line h-4 w-4">u</span></div><div class="action-btn dn"><span class="i-ri-thumb-down-line h-4 w-4">d</span></div></div></div>`,
    up: '.up span',
    down: '.dn span',
  },
  'a page like Ant Design X: icons with a role and a label in spans': {
    message: (
      text,
      i,
    ) => `<div class="ant-bubble ant-bubble-end">Ask ${i}</div><div class="ant-bubble ant-bubble-start"><div class="ant-bubble-content A">${text}</div>
      <div class="ant-bubble-footer"><div class="ant-actions"><span class="ant-actions-feedback-item up"><span role=img aria-label=like class="anticon anticon-like">${svg(undefined, 'data-icon="like"')}</span></span>
      <span class="ant-actions-feedback-item dn"><span role=img aria-label=dislike class="anticon anticon-dislike">${svg(undefined, 'data-icon="dislike"')}</span></span></div></div></div>`,
    up: '.up svg',
    down: '.dn svg',
  },
  'a page like assistant-ui: buttons with a hidden word for screen readers, Lucide icons': {
    message: (
      text,
      i,
    ) => `<div data-role=user>Ask ${i}</div><div data-role=assistant class=aui-assistant-message-root><div class=A><p>${text}</p></div>
      <div class=aui-action-bar><button class="aui-button up">${lucide('thumbs-up')}<span class="sr-only">Like</span></button>
      <button class="aui-button dn">${lucide('thumbs-down')}<span class="sr-only">Dislike</span></button></div></div>`,
    up: '.up',
    down: '.dn',
  },
  'a page like Chainlit: classes among utilities, no label': {
    message: (
      text,
      i,
    ) => `<div class=step data-step-type=user_message>Ask ${i}</div><div class=step data-step-type=assistant_message><div class="A message-content"><p>${text}</p></div>
      <div class="-ml-1.5 flex"><button class="inline-flex items-center justify-center h-9 w-9 positive-feedback-off text-muted-foreground">${lucide('thumbs-up')}</button>
      <button class="inline-flex items-center justify-center h-9 w-9 negative-feedback-off text-muted-foreground">${lucide('thumbs-down')}</button></div></div>`,
    up: '.positive-feedback-off svg',
    down: '.negative-feedback-off svg',
  },
  'a page like LobeChat: buttons in a shadowless bar, icons by class, a radio group': {
    message: (
      text,
      i,
    ) => `<div class=acss-user>Ask ${i}</div><div class=acss-assistant><article class=A><p>${text}</p></article>
      <div role=radiogroup aria-label="Rate"><div role=radio tabindex=0 aria-checked=false class=up>👍</div><div role=radio tabindex=0 aria-checked=false class=dn>👎</div></div></div>`,
    up: '.up',
    down: '.dn',
  },
  'a page like chat-ui: titles, Carbon outlines in forms': {
    message: (
      text,
      i,
    ) => `<div data-message-type=user>Ask ${i}</div><div data-message-role=assistant data-message-id="x${i}"><div class="prose A"><p>${text}</p></div>
      <div><form onsubmit="return false"><button class=up title="Remove like" type=button>${svg('<path d="M26 12h-6V6a3.003 3.003 0 0 0-3-3h-2.133"/>')}</button>
      <button class=dn title="" type=button>${svg('<path d="M30 16V9a7 7 0 0 0-7-7H2v14h6.465"/>')}</button></form></div></div>`,
    up: '.up svg',
    down: '.dn svg',
  },
}

const errors = () => page.evaluate(() => (globalThis as any).it.errors)
const told = () => page.evaluate(() => (globalThis as any).it.told())
const open = async (body: string, answer = '.A') => {
  page = await pages.open(body)
  await page.evaluate((answer) => {
    ;(globalThis as any).it = kit.start(answer)
  }, answer)
}

describe('kits', () => {
  test.each(Object.entries(kits))(
    '%s: each thumb is its answer’s',
    async (_, { message, up, down, menu, page: around_ = around }) => {
      await open(around_(words.map(message).join('')))
      await page.focus('textarea')
      if (menu)
        await page.evaluate(([opener, shown]) => {
          for (const button of document.querySelectorAll(opener))
            button.addEventListener('click', () => {
              document.querySelector('#portal')?.remove()
              document.body.insertAdjacentHTML('beforeend', `<div id=portal>${shown}</div>`)
            })
        }, menu)
      const press = async (thumb: string, i: number) => {
        if (menu) await page.locator(menu[0]).nth(i).click()
        await page
          .locator(thumb)
          .nth(menu ? 0 : i)
          .click()
        await page.waitForTimeout(600)
      }
      await press(up, 0)
      await press(down, 1)
      expect(await told()).toEqual(['up t1', 'down t2'])
      expect(await errors()).toEqual([])
      if (!menu)
        expect(await page.evaluate(() => [0, 1].map((i) => (globalThis as any).it.exposed(i)))).toEqual([true, true])
      await page.close()
    },
  )
})

const chat = `<div class=chat><div class=log><div class=user>Ask</div><div class=msg><div class=A><p>The ferry leaves at nine.</p></div></div></div>${form}</div>`
const comment = (i: number) =>
  `<div class=comment><b>Someone ${i}</b><p>I was on that ferry, and it was late.</p><div><button aria-label="Like">${svg()}</button><button aria-label="Dislike">${svg()}</button></div></div>`

const others: Record<string, string> = {
  'a video beside a chat': `<main><section><video></video><h1>A day at sea</h1><div><button aria-label="Like">👍 12K</button><button aria-label="Dislike">👎</button></div></section><aside>${chat}</aside></main>`,
  'a video without a word, above a chat': `<main><div class=v><video></video><div><button aria-label="Like">👍</button><button aria-label="Dislike">👎</button></div></div>${chat}</main>`,
  'comments below a chat': `<main>${chat}<section>${[1, 2, 3].map(comment).join('')}</section></main>`,
  'one comment below a chat': `<main>${chat}${comment(1)}</main>`,
  'comments above a chat': `<main><section>${[1, 2].map(comment).join('')}</section>${chat}</main>`,
  'votes in a list of posts': `<main>${chat}<ul>${[1, 2, 3].map((i) => `<li><button aria-label="Upvote">▲</button><span>${i}</span><button aria-label="Downvote">▼</button><a href="#">Post ${i}</a></li>`).join('')}</ul></main>`,
  'a product with reviews': `<main><article><h2>Lamp</h2><div class=review><p>Shines brightly.</p>Helpful? <button>Yes</button><button>No</button></div></article>${chat}</main>`,
  'an article that asks whether it helped': `<main><article><h2>Returns</h2><p>Thirty days.</p><p>Was this page helpful?</p><button class=thumbs-up>${lucide('thumbs-up')}</button><button class=thumbs-down>${lucide('thumbs-down')}</button></article>${chat}</main>`,
  'a feed of pictures': `<main>${chat}<div class=feed>${[1, 2].map((i) => `<figure><img alt="Picture ${i}" width=20 height=20><figcaption>${i}</figcaption><span class="like-button" onclick="1">${lucide('thumbs-up')}</span><span class="dislike-button" onclick="1">${lucide('thumbs-down')}</span></figure>`).join('')}</div></main>`,
  'music with a bar of its own': `<main>${chat}</main><footer><button aria-label="Thumbs up">${svg()}</button><button aria-label="Thumbs down">${svg()}</button><span>A song</span></footer>`,
}

describe('pages of likes that are about no answer', () => {
  test.each(Object.entries(others))('%s', async (_, body) => {
    await open(body)
    await page.focus('textarea')
    const thumbs = page.locator('button:not(form button), .like-button, .dislike-button')
    const count = await thumbs.count()
    expect(count).toBeGreaterThan(1)
    for (let i = 0; i < count; i++) {
      await thumbs.nth(i).click()
      await page.waitForTimeout(520)
    }
    await page.waitForTimeout(100)
    expect(await told()).toEqual([])
    await page.close()
  })
})
