/**
 * A witness in a page that is not ours: when the text of answers grew on screen. It knows answers by a selector and their
 * place, since frameworks make their elements anew; the driver says before each gesture that an answer is to come.
 */
import type { Page } from 'playwright'
import type { Seen } from './stage.ts'

/** Runs in the page. `host`: an element whose shadow root holds the answers. */
const WITNESS = String.raw`(selector, host, decoration) => {
  const all = []
  let asked = false, pending
  const root = () => (host ? document.querySelector(host).shadowRoot : document)
  const answers = () => [...root().querySelectorAll(selector)]
  const count = (text) => [...text].filter((c) => !/[\s\p{M}\u200b-\u200d\u2060]/u.test(c)).length
  const textOf = (one) => { if (!decoration || !one.querySelector(decoration)) return one.textContent; const copy = one.cloneNode(true); for (const sign of copy.querySelectorAll(decoration)) sign.remove(); return copy.textContent }
  window.witness = { all, next: (back = 0) => { pending = { back } } }
  for (const type of ['keydown', 'click']) addEventListener(type, (e) => {
    if (!e.isTrusted || !pending || (type == 'keydown' && e.key != 'Enter')) return
    const found = answers(), at = found.length - pending.back
    all.push({ gesture: e.timeStamp, chars: 0, frames: [], at, old: found[at]?.textContent })
    pending = undefined
  }, true)
  const channel = new MessageChannel()
  channel.port1.onmessage = () => {
    asked = false
    const at = performance.now(), entry = all.at(-1), one = entry && answers()[entry.at]
    if (!one) { if (entry) entry.old = undefined; return }
    if (one.textContent === entry.old) return
    entry.old = undefined
    const chars = count(textOf(one))
    if (chars <= entry.chars) return
    entry.first ??= at; entry.last = at; entry.chars = chars; entry.frames.push([at, chars])
  }
  new MutationObserver(() => { if (!asked) { asked = true; requestAnimationFrame(() => channel.port2.postMessage(0)) } }).observe(root(), { subtree: true, childList: true, characterData: true })
}`

export const witnessOf = (page: Page, selector: string, { host, decoration }: { host?: string; decoration?: string } = {}) =>
  page.evaluate(`(${WITNESS})(${[selector, host, decoration].map((one) => JSON.stringify(one) ?? 'undefined')})`)

/** The next gesture asks for an answer: a new one, or anew the one that is `back` from the end. */
export const expectAnswer = (page: Page, back = 0) => page.evaluate((back) => (window as never as { witness: { next(back: number): void } }).witness.next(back), back)

export const seenBy = (page: Page): Promise<Seen[]> =>
  page.evaluate(() =>
    (window as never as { witness: { all: (Seen & { first?: number })[] } }).witness.all.map(({ first, last, chars, gesture, frames }) => ({ chars, gesture, frames, ttft: first && first - gesture, last: last && last - gesture })),
  )
